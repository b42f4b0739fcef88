"""The whole contract of a processor: a stage is a value and a function."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

import msgspec

GROUP = "copydesk.stages"
"""The entry point group under which a distribution offers its stages."""


class Reject(Exception):  # noqa: N818 - it is a verdict on the article, not an error of the program
    """This article can never pass this stage; the reason says why.

    Any other exception is a bug that this article met: it goes to the dead letters with its stack trace.
    """


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A number that every result has, for whoever watches the stage: the metric ``copydesk_<name>``, a histogram.

    Args:
        name: Of the metric, with its unit where it has one.
        help: What it says, in a few words.
        buckets: Upper bounds, rising.
        of: The number of one output, or None where it has none.
    """

    name: str
    help: str
    buckets: tuple[float, ...]
    of: Callable[[Any], float | None]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One processor: what it reads, what it writes, and how to get the function between the two.

    Args:
        name: Also the consumer group and the dead letter topic, ``articles.<name>.dlq``.
        version: Of the code; part of every event's id, so that a new version's results count as new.
        source: Topic read.
        sink: Topic written.
        input: Struct that ``source`` carries.
        output: Struct that ``sink`` carries: the input's fields and one block of its own.
        load: Loads the models and returns the function from one ``input`` to one ``output``. Called once a
            process, before the first article; with the settings where the stage declares any.
        settings: The stage's own settings, a frozen struct with a default for every field, or None. The
            runtime fills it from ``COPYDESK_<NAME>_<FIELD>``; a stage itself never reads the environment.
        measures: What its results tell the metrics, besides what every stage's do.
    """

    name: str
    version: str
    source: str
    sink: str
    input: type[msgspec.Struct]
    output: type[msgspec.Struct]
    load: Callable[..., Callable[[Any], Any]]
    settings: type[msgspec.Struct] | None = None
    measures: tuple[Measure, ...] = ()

    @property
    def dead_letters(self) -> str:
        """The topic for what did not pass."""
        return f"articles.{self.name}.dlq"


class UnknownStageError(LookupError):
    """No installed distribution offers a stage of that name."""


def installed() -> tuple[str, ...]:
    """Names of the stages on offer, sorted; nothing is imported to list them."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)}))


def find(name: str) -> Stage:
    """The stage of that name.

    Raises:
        UnknownStageError: Nothing installed offers it.
        TypeError: What the entry point names is no Stage.
    """
    found = entry_points(group=GROUP, name=name)
    if not found:
        raise UnknownStageError(f"no stage {name!r}; there are: {', '.join(installed()) or 'none'}")
    stage = next(iter(found)).load()
    if not isinstance(stage, Stage):
        raise TypeError(f"the entry point {name!r} of {GROUP} is a {type(stage).__name__}, not a Stage")
    return stage


def chain(names: tuple[str, ...] | None = None) -> tuple[Stage, ...]:
    """Installed stages in the order in which an article passes them (all, or those named).

    A stage follows the one whose sink it reads; stages that nothing connects keep the order of their names.
    """
    stages = [find(name) for name in (installed() if names is None else names)]
    ordered: list[Stage] = []
    while stages:
        sinks = {stage.sink for stage in stages}
        # in a circle there is no first: take any, so that this ends
        first = next((stage for stage in stages if stage.source not in sinks), stages[0])
        stages.remove(first)
        ordered.append(first)
    return tuple(ordered)
