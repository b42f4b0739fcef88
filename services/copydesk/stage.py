"""The whole contract of a processor: a stage is a value and a function."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

import msgspec

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
            process, before the first article, with the settings if the stage declares any.
        settings: The stage's own settings: a frozen struct with a default for every field, or None. The runtime
            fills it from ``COPYDESK_<NAME>_<FIELD>``; a stage never reads the environment.
        measures: Numbers that its results add to the metrics of every stage.
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
        """Topic of the articles that did not pass."""
        return f"articles.{self.name}.dlq"


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

    A stage follows the stage whose sink it reads. Stages that are not connected keep the order of their names.
    """
    stages = [find(name) for name in (installed() if names is None else names)]
    ordered: list[Stage] = []
    while stages:
        sinks = {stage.sink for stage in stages}
        # a circle has no first stage: take any, so that the loop ends
        first = next((stage for stage in stages if stage.source not in sinks), stages[0])
        stages.remove(first)
        ordered.append(first)
    return tuple(ordered)
