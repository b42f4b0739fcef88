"""The topics, read from `schemas/topics/*.yaml`, the one home of all topic settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from copydesk.contracts.articles import CleanedArticle, Document, ExtractedArticle, RawArticle, ScoredArticle
from copydesk.contracts.envelope import Headers
from copydesk.stage import Stage

DOCUMENTS: dict[str, type[Document]] = {
    "articles.raw": RawArticle,
    "articles.cleaned": CleanedArticle,
    "articles.extracted": ExtractedArticle,
    "articles.scored": ScoredArticle,
}
"""Document of each topic. Dead letter topics hold whatever was sent."""

RECORD_OVERHEAD = 128
"""Bytes that Kafka may add to a record that is alone in its batch; the batch takes 61 of them."""

HEADER_OVERHEAD = 10
"""Bytes that Kafka may add to a header: two varint lengths of at most five bytes."""


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of one topic."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$")]
    purpose: str
    key: str
    partitions: Annotated[int, Meta(ge=1)]
    retention_hours: Annotated[int, Meta(ge=1)]
    cleanup: tuple[Literal["compact", "delete"], ...]
    max_message_bytes: Annotated[int, Meta(ge=1)]
    schema: str
    """File name of the JSON Schema; empty for the topic of a third-party stage."""
    event: str | None = None
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    internal: bool = False
    """True for a topic between copydesk's own stages, or a changelog: its documents may change with any version."""

    @property
    def holds_dead_letters(self) -> bool:
        """True for a dead letter topic."""
        return self.name.endswith(".dlq")

    @property
    def configs(self) -> dict[str, str]:
        """Topic settings in Kafka's terms."""
        return {
            "cleanup.policy": ",".join(self.cleanup),
            "retention.ms": str(self.retention_hours * 3_600_000),
            "max.message.bytes": str(self.max_message_bytes),
        }


class UnknownTopicError(LookupError):
    """No such topic is described in `schemas/topics`."""


def schemas_folder() -> Traversable:
    """Folder `schemas`: inside the package if it was installed from a wheel, else at the root of the checkout.

    Raises:
        FileNotFoundError: It is in neither place.
    """
    packaged = files("copydesk") / "schemas"
    if packaged.is_dir():
        return packaged
    checkout = Path(__file__).parents[3] / "schemas"
    if checkout.is_dir():
        return checkout
    raise FileNotFoundError(f"copydesk's schemas are neither in the package nor in {checkout}: install it again")


@cache
def topics() -> dict[str, Topic]:
    """All topics by name: articles in the order of the pipeline, their dead letters, then all others."""
    found = [
        msgspec.yaml.decode(file.read_bytes(), type=Topic)
        for file in (schemas_folder() / "topics").iterdir()
        if file.name.endswith(".yaml")
    ]
    order = list(DOCUMENTS)
    found.sort(
        key=lambda topic: (
            order.index(topic.name) if topic.name in order else len(order) + (not topic.holds_dead_letters),
            topic.name,
        )
    )
    return {topic.name: topic for topic in found}


def public_topics() -> dict[str, Topic]:
    """Topics whose documents are a contract, by name, in the order of `topics`."""
    return {name: topic for name, topic in topics().items() if not topic.internal}


def topic(name: str) -> Topic:
    """Topic of a name (without a prefix).

    Raises:
        UnknownTopicError: There is no such topic.
    """
    try:
        return topics()[name]
    except KeyError:
        raise UnknownTopicError(f"no topic {name!r}; there are: {', '.join(topics())}") from None


def topics_with(stages: Iterable[Stage]) -> dict[str, Topic]:
    """All topics by name, including those that only these stages name.

    The outputs of a third-party stage get the settings of `articles.scored`, its dead letter topic those of
    `articles.coherence.dlq`. Its changelog is compacted, and has as many partitions as its source.
    """
    known = dict(topics())
    for stage in stages:
        for described in _describe(stage, known):
            known.setdefault(described.name, described)
    return known


def _describe(stage: Stage, known: Mapping[str, Topic]) -> Iterator[Topic]:
    """Descriptions of the topics that a stage writes, as far as its name and contract tell."""
    for name in (stage.sink, *stage.outputs):
        yield msgspec.structs.replace(
            topic("articles.scored"),
            name=name,
            purpose=f"Results of the stage {stage.name} from {stage.source}.",
            schema="",
            event=f"copydesk.{name}.v1",
            producers=(stage.name,),
            consumers=("anyone",),
        )
    yield msgspec.structs.replace(
        topic("articles.coherence.dlq"),
        name=stage.dead_letters,
        purpose=f"Dead letters of the stage {stage.name}.",
        producers=(stage.name,),
        consumers=("operators",),
    )
    if stage.changelog is not None:
        source = known.get(stage.source, topic("articles.scored"))
        yield msgspec.structs.replace(
            source,
            name=stage.changelog,
            purpose=f"Rows of the state of the stage {stage.name}, for its workers alone.",
            key="key of a row",
            cleanup=("compact",),
            max_message_bytes=topic("articles.scored").max_message_bytes,
            schema="",
            event=None,
            producers=(stage.name,),
            consumers=(stage.name,),
            internal=True,
        )


def record_bytes(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    """Maximum size of a record without compression, in bytes, as it counts against `max.message.bytes`."""
    size = RECORD_OVERHEAD + len(key or b"") + len(value or b"")
    return size + sum(len(name.encode()) + len(content or b"") + HEADER_OVERHEAD for name, content in headers)
