"""The whole contract of a processor: a stage is a value and a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any

import msgspec

RAW = "articles.raw"
"""Topic to which articles are published."""

GROUP = "copydesk.stages"
"""Entry point group of stages: a distribution registers its stages there."""


class Reject(Exception):  # noqa: N818 - it is a verdict on the article, not an error of the program
    """Raised by a stage for an article that can never pass it; the argument is the reason.

    Any other exception counts as a bug that this article met: it goes to the dead letters with its stack trace.
    """


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A number to observe in every result. It is exported as the histogram ``copydesk_<name>``.

    Args:
        name: Name of the metric, with its unit if it has one.
        help: Meaning, in a few words.
        buckets: Upper bounds, in rising order.
        of: Returns the number for one output, or None if it has none.
    """

    name: str
    help: str
    buckets: tuple[float, ...]
    of: Callable[[Any], float | None]


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Declares that a stage remembers: rows of bytes by key, those of one input partition apart from all others.

    The rows are kept in the compacted topic ``<stage>.changelog``, which has as many partitions as the source. A
    change, the results and the input's offset are committed together.

    Args:
        version: Version of the rows' format, from 1. Rows of a newer version stop the worker.
        upgrade: Returns a row of an older version in today's format: (version, key, value) to value, or None to drop
            it. Without it, rows of an older version stop the worker.
    """

    version: int = 1
    upgrade: Callable[[int, bytes, bytes], bytes | None] | None = None


class Lookup:
    """Rows by key, as they are before the article."""

    def __init__(self, read: Callable[[list[bytes]], list[bytes | None]]) -> None:
        """Look up by this function: keys to values, None for a key without a row."""
        self._read = read

    def get(self, key: bytes) -> bytes | None:
        """Value of a key, or None."""
        return self._read([key])[0]

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Values of several keys, in their order. One call costs what a single key costs, about."""
        return self._read(list(keys)) if keys else []


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that a stage may look up beside the article: state, tables, and time. Nothing here is a clock.

    Args:
        time: Largest ingestion time that the partition has shown so far, in milliseconds since 1970. It never goes
            back.
        ingested: Ingestion time of this input, in milliseconds since 1970.
        event: ``ce_id`` of this input, or None if it has none.
        state: Rows of the stage's state, in this input's partition; empty without a state.
        tables: The stage's tables by topic, each with the newest value of every key.
    """

    time: int
    ingested: int
    event: str | None = None
    state: Lookup
    tables: Mapping[str, Lookup] = {}


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawn key, for a stage that declares ``tombstones``."""

    key: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record that a stage writes under a key of its own.

    Args:
        topic: The stage's sink or one of its ``outputs``.
        key: Key of the record.
        value: Its document; None writes a tombstone.
        partition: Partition to write to; None: that of the key, by Kafka's own partitioner.
    """

    topic: str
    key: str
    value: msgspec.Struct | None
    partition: int | None = None


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """All that a stage returns for one input; it is committed together or not at all.

    Args:
        output: Result for the sink, under the input's id; None: none.
        records: Records under keys of their own, written in this order.
        changes: New rows of the state by key; None removes a row.
        basis: Version of what the result depends on beside article, model and settings, such as a table's row. Part of
            ``ce_id``.
    """

    output: Any = None
    records: tuple[Record, ...] = ()
    changes: dict[bytes, bytes | None] = {}
    basis: str = ""


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A processor: the topic it reads, the topic it writes, and the function between the two.

    Args:
        name: Name of the stage. It gives the consumer group ``copydesk.<name>`` and the dead letter topic
            ``articles.<name>.dlq``.
        version: Version of the code; part of every event's id, so that results of a new version count as new.
        source: Topic that it reads.
        sink: Topic that it writes.
        input: Struct of the documents in ``source``.
        output: Struct of the documents in ``sink``: the fields of the input and one block of its own.
        load: Loads the models and returns the function from one ``input`` to one ``output``. Called once per
            process, before the first article, with the settings if the stage declares any. The function may return
            `Results` in place of an ``output``. With a state or tables it gets a `Memory` as its second argument.
        settings: The stage's own settings: a frozen struct with a default for every field, or None. The runtime
            fills it from ``COPYDESK_<NAME>_<FIELD>``; a stage never reads the environment.
        measures: Numbers that its results add to the metrics of every stage.
        outputs: Further topics that it writes, with the struct of their documents.
        state: What it remembers; None: nothing.
        tables: Compacted topics whose newest values it looks up, in all partitions. A worker reads them whole before
            its first article, and follows them.
        tombstones: True if the function gets a `Tombstone` for a withdrawn key. Otherwise the runtime passes tombstones
            on to the sink.
        on_request: True if `up`, `demo` and `process --stage all` leave it out unless it is asked for.
    """

    name: str
    version: str
    source: str
    sink: str
    input: type[msgspec.Struct]
    output: type[msgspec.Struct]
    load: Callable[..., Callable[..., Any]]
    settings: type[msgspec.Struct] | None = None
    measures: tuple[Measure, ...] = ()
    outputs: Mapping[str, type[msgspec.Struct]] = {}
    state: State | None = None
    tables: tuple[str, ...] = ()
    tombstones: bool = False
    on_request: bool = False

    @property
    def dead_letters(self) -> str:
        """Topic of the articles that did not pass."""
        return f"articles.{self.name}.dlq"

    @property
    def changelog(self) -> str | None:
        """Topic of the state's rows, or None if the stage has no state."""
        return None if self.state is None else f"{self.name}.changelog"

    @property
    def looks_up(self) -> bool:
        """True if the function gets a `Memory`."""
        return self.state is not None or bool(self.tables)

    @property
    def written(self) -> tuple[str, ...]:
        """All topics that its workers write."""
        changelog = () if self.changelog is None else (self.changelog,)
        return (self.sink, *self.outputs, self.dead_letters, *changelog)

    @property
    def topics(self) -> tuple[str, ...]:
        """All topics that its workers read or write."""
        return (self.source, *self.tables, *self.written)


class UnknownStageError(LookupError):
    """No installed distribution has a stage of that name."""


def installed() -> tuple[str, ...]:
    """Names of the installed stages, sorted. Listing them imports nothing."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)}))


def find(name: str) -> Stage:
    """Stage of a name.

    Raises:
        UnknownStageError: No installed distribution has it.
        TypeError: The entry point does not lead to a Stage.
    """
    entries = entry_points(group=GROUP, name=name)
    if not entries:
        raise UnknownStageError(f"no stage {name!r}; there are: {', '.join(installed()) or 'none'}")
    stage = next(iter(entries)).load()
    if not isinstance(stage, Stage):
        raise TypeError(f"the entry point {name!r} of {GROUP} is a {type(stage).__name__}, not a Stage")
    return stage


def chain(names: tuple[str, ...] | None = None) -> tuple[Stage, ...]:
    """Installed stages, all or those named, in the order in which an article passes them.

    A stage follows the stage that writes what it reads. Stages that are not connected keep the order of their names.
    """
    stages = [find(name) for name in (installed() if names is None else names)]
    ordered: list[Stage] = []
    while stages:
        sinks = {name for stage in stages for name in (stage.sink, *stage.outputs)}
        # a circle has no first stage: take any, so that the loop ends
        first = next((stage for stage in stages if stage.source not in sinks), stages[0])
        stages.remove(first)
        ordered.append(first)
    return tuple(ordered)


def default_chain() -> tuple[Stage, ...]:
    """Installed stages that run without being asked for, in the order in which an article passes them."""
    return tuple(stage for stage in chain() if not stage.on_request)


def article_chain(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """Those of these stages that one article passes, each reading the sink of the one before it, from the first on.

    A stage that branches off, such as one that learns from what others write, is left out. A stage that reads
    `articles.raw` is the first; without one, it is the first of all.
    """
    rest = list(stages)
    first = next((stage for stage in rest if stage.source == RAW), rest[0] if rest else None)
    found: list[Stage] = []
    while first is not None:
        found.append(first)
        rest.remove(first)
        sink = first.sink
        first = next((stage for stage in rest if stage.source == sink), None)
    return tuple(found)
