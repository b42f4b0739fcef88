"""The watch over the topic that a worker reads: it may go away, get more partitions, or be created again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from aiokafka.errors import KafkaError

from copydesk.client.topic_metadata import TopicMetadata
from copydesk.runtime.resuming import recreated_error

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

ANSWER_SECONDS = 5.0
"""Time limit for an answer about the topic."""


class Source(Protocol):
    """The topic as the worker reads it: `App`."""

    source: str
    source_id: str | None
    accept_recreated: bool

    async def fetch_source(self, seconds: float) -> TopicMetadata | None:
        """Metadata of the topic; None if it does not exist."""


class SourceWatch:
    """Compares the topic as the broker has it now with the one that the worker was assigned."""

    def __init__(self, source: Callable[[], Source | None], log: BoundLogger) -> None:
        """Prepare; `check` looks once.

        Args:
            source: Returns the topic that is read; None while the worker has not joined the group.
            log: Log of the worker.
        """
        self.problem: str | None = None
        """Problem of the topic, and the command that fixes it; None: there is none."""
        self._source = source
        self._log = log
        self._partitions = 0
        self._told_of_no_ids = False

    async def check(self) -> None:
        """Look once. Without an answer nothing changes: the watch over the broker tells that.

        Raises:
            SetupError: The topic was deleted and created again, and the worker is to stop then.
            RuntimeError: It was, and the worker is to be restarted, to begin at its start.
        """
        source = self._source()
        if source is None:
            return
        try:
            metadata = await source.fetch_source(ANSWER_SECONDS)
        except (KafkaError, OSError, TimeoutError):
            return
        if metadata is None:
            self._note_gone(source)
            return
        if self.problem is not None:
            self.problem = None
            self._log.info("the topic is back", topic=source.source)
        self._compare_ids(source, metadata)
        if self._partitions not in {0, metadata.partitions}:
            self._log.info(
                "partitions changed", topic=source.source, partitions=metadata.partitions, before=self._partitions
            )
        self._partitions = metadata.partitions

    def _note_gone(self, source: Source) -> None:
        if self.problem is None:
            self.problem = f"{source.source} does not exist any more: `copydesk topics apply` creates it"
            self._log.warning("the topic is gone", topic=source.source, problem=self.problem)

    def _compare_ids(self, source: Source, metadata: TopicMetadata) -> None:
        if metadata.id is None:
            if not self._told_of_no_ids:
                self._told_of_no_ids = True
                self._log.info(
                    "no topic ids",
                    problem="this broker has none: a topic that is deleted and created again is noticed only while "
                    "its log is shorter than the committed offset. Stop the workers first",
                )
            return
        if source.source_id is None:
            source.source_id = metadata.id
        if metadata.id == source.source_id:
            return
        if not source.accept_recreated:
            raise recreated_error(source.source, source.source_id, metadata.id)
        raise RuntimeError(
            f"{source.source} was deleted and created again (id {metadata.id}, was {source.source_id}): after the "
            "restart the worker begins at its first article (COPYDESK_RECREATED_TOPIC=earliest)"
        )


__all__ = ["Source", "SourceWatch"]
