"""Messages of every topic without a broker, and the live page served in this process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from aiokafka import ConsumerRecord

from copydesk.client import Connection, Message, Published
from copydesk.contracts.articles import Document, RawArticle
from copydesk.contracts.topics import DOCUMENTS
from copydesk.viewer.app import make_app
from copydesk.viewer.operations import StageLag
from copydesk.viewer.serving import Server, max_connections, open_socket
from copydesk.viewer.settings import ViewerSettings
from copydesk.viewer.store import ArticleStore
from harness.require import ROOT

TEXT = "The mayor spoke.\n\n“We will 🔋 build it”, said Ana Ruiz in Lisbon."
CONNECTION = Connection(brokers="127.0.0.1:1")


def message(
    topic: str,
    value: bytes | None,
    *,
    id_: str = "a",
    partition: int = 0,
    offset: int = 0,
    at: int = 0,
    origin: tuple[int, int] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Message:
    """A consumed message; `at` is in milliseconds since 1970, 0: now."""
    texts = {"ce_subject": id_, **(headers or {})}
    if origin is not None:
        texts["copydesk-origin"] = f"{origin[0]}/{origin[1]}"
    record = ConsumerRecord(
        topic=topic, partition=partition, offset=offset, timestamp=at or int(time.time() * 1000), timestamp_type=0,
        key=id_.encode(), value=value, checksum=None, serialized_key_size=0, serialized_value_size=0,
        headers=tuple((name, text.encode()) for name, text in texts.items()),
    )  # fmt: skip
    document: type[Document] | None = DOCUMENTS.get(topic)
    return Message(topic, record, document)


def put(
    store: ArticleStore, id_: str, document: bytes, *, offset: int, at: int = 0, topic: str = "articles.scored"
) -> None:
    """Add an article's message to a store; its raw article has the same offset."""
    store.add(message(topic, document, id_=id_, offset=offset, origin=(0, offset), at=at))


def raw(text: str = TEXT, **fields: Any) -> bytes:
    """A raw article as JSON."""
    return json.dumps({"text": text, **fields}).encode()


def scored(
    id_: str = "a",
    title: str | None = "A title",
    text: str = TEXT,
    *,
    said: int = 1,
    speaker: str = "Ana Ruiz",
    score: float = 0.9,
    noise: float = 0.25,
    **fields: Any,
) -> bytes:
    """A scored article as JSON; offsets of its quotes and names are right for the text."""
    example = json.loads((ROOT / "schemas" / "examples" / "articles.scored" / "1" / "full.json").read_bytes())
    article = {
        **example, "id": id_, "title": title, "text": text, "blocks": _blocks(text), "site": "example.org",
        "cleaning": {**example["cleaning"], "noise_share": noise},
        "entities": [_entity(text, speaker, "person", "e1"), _entity(text, "Lisbon", "location", "e2")],
        "quotes": [_quote(text, speaker, number) for number in range(said)],
        "coherence": {**example["coherence"], "score": score, "raw_score": 0.5, "units": _units(text)},
        **fields,
    }  # fmt: skip
    return json.dumps(article).encode()


def with_unknown_values(document: bytes, word: str = "of_tomorrow") -> bytes:
    """The same scored article with an unknown value in every field whose list of values is open."""
    article = json.loads(document)
    for block in article["blocks"]:
        if not block["kept"]:
            block["reason"] = word
    for entity in article["entities"]:
        entity["type"] = word
        for mention in entity["mentions"]:
            mention["kind"] = word
    for quote in article["quotes"]:
        quote["type"] = quote["speaker"]["basis"] = word
    article["coherence"]["status"] = article["coherence"]["structure"] = word
    for unit in article["coherence"]["units"]:
        unit["flag"] = word
    return json.dumps(article).encode()


def earlier(document: bytes, name: str) -> bytes:
    """The same article as it is on the topic of an earlier stage."""
    fields = DOCUMENTS[name].__struct_fields__
    return json.dumps({key: value for key, value in json.loads(document).items() if key in fields}).encode()


def dead(reason: str = "failed", stage: str = "cleaner", place: tuple[int, int] = (0, 0)) -> dict[str, str]:
    """Headers of a dead letter."""
    source = {"cleaner": "articles.raw", "extractor": "articles.cleaned", "coherence": "articles.extracted"}[stage]
    return {
        "dlq.stage": stage, "dlq.topic": source, "dlq.partition": str(place[0]), "dlq.offset": str(place[1]),
        "dlq.timestamp": "1", "dlq.group": f"copydesk.{stage}", "dlq.reason": reason,
        "dlq.exception.class": "ValueError", "dlq.exception.message": "no such <b>thing</b>",
        "dlq.exception.stacktrace": "Traceback", "dlq.attempt": "1", "dlq.version": "1",
    }  # fmt: skip


def _blocks(text: str) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    start = 0
    for paragraph in text.split("\n\n"):
        end = start + len(paragraph)
        common = {"source_start": start, "source_end": end, "noise_probability": 0.1, "seen": None}
        blocks.append({**common, "kept": True, "reason": None, "start": start, "end": end, "text": None})
        start = end + 2
    common = {"source_start": start, "source_end": start + 11, "noise_probability": 0.98, "seen": None}
    return [*blocks, {**common, "kept": False, "reason": "related", "start": None, "end": None, "text": "Latest News"}]


def _units(text: str) -> list[dict[str, Any]]:
    shares = {"relevance": 0.4, "off_topic_probability": 0.1, "furniture_probability": 0.1}
    return [{"block": number, **shares, "flag": "none", "reasons": []} for number in range(len(_blocks(text)))]


def _entity(text: str, name: str, kind: str, id_: str) -> dict[str, Any]:
    start = max(0, text.find(name))
    mention = {"start": start, "end": start + len(name), "text": name, "kind": "name", "section": "body"}
    return {
        "id": id_, "name": name, "type": kind, "label": "PERSON", "aliases": [], "mentions": [mention], "salience": 0.5,
        "quotes_said": 1, "confidence": 0.9, "place": None,
    }  # fmt: skip


def _quote(text: str, speaker: str, number: int) -> dict[str, Any]:
    start, end = text.find("“"), text.find("”") + 1
    at = max(0, text.find(speaker))
    return {
        "id": f"q{number + 1}", "type": "direct", "text": text[start:end], "start": start, "end": end, "fragments": [],
        "part_of": None, "closed": True, "section": "body", "confidence": 0.9,
        "speaker": {
            "mention": {"start": at, "end": at + len(speaker), "text": speaker}, "entity_id": "e1", "name": speaker,
            "basis": "named", "anonymous": False, "confidence": 0.93,
        },
        "cue": {"start": text.find("said"), "end": text.find("said") + 4, "text": "said", "lemma": "say"},
    }  # fmt: skip


async def read_lags() -> tuple[StageLag, ...]:
    """Lags of two stages, one of which could not be measured."""
    return (
        StageLag(stage="cleaner", topic="articles.raw", articles=1234, seconds=42.0),
        StageLag(stage="extractor", topic="articles.cleaned", problem="GroupAuthorizationFailedError: <b>no</b>"),
    )


class FakePublisher:
    """Publisher that keeps the articles in a list."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.broker_answers = True

    async def answers(self) -> bool:
        return self.broker_answers

    async def publish(self, article: bytes) -> Published:
        id_ = RawArticle.read(article).id or ""
        self.bodies.append(article)
        return Published(id_, 3, len(self.bodies) - 1)


class ServedPage(NamedTuple):
    """A running page: its URL, its articles, and what was published from it."""

    url: str
    store: ArticleStore
    publisher: FakePublisher


@contextlib.asynccontextmanager
async def served(
    settings: ViewerSettings | None = None,
    *,
    store: ArticleStore | None = None,
    ready: bool = True,
    left_out: tuple[str, ...] = (),
) -> AsyncIterator[ServedPage]:
    """The page over HTTP, until the end of the block."""
    settings = settings or ViewerSettings(port=0)
    store = store or ArticleStore(articles=settings.articles, max_bytes=settings.max_bytes)
    if ready:
        store.become_ready()
    publisher = FakePublisher()
    sock = open_socket("127.0.0.1", settings.port)
    server = Server(
        make_app(store, settings, CONNECTION, publisher, left_out, answers=publisher.answers, lags=read_lags),
        sock,
        max_connections(settings.clients),
    )
    task = asyncio.create_task(server.run())
    try:
        yield ServedPage(f"http://127.0.0.1:{sock.getsockname()[1]}", store, publisher)
    finally:
        store.close()
        server.stop()
        await task
