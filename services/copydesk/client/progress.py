"""Position of a consumer in its partitions: the one definition of "work is waiting" for health, lag and `consume`.

Work is waiting when the position is below the partition's last stable offset. The difference to the group's committed
offset is no measure, since transaction markers take offsets. Neither is the latest offset that some brokers return (see
`local/embedded_broker.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from aiokafka import TopicPartition


class PartitionProgress(NamedTuple):
    """Next offset to read of a partition, and its last stable offset: everything before that is decided.

    >>> PartitionProgress(position=5, last_stable_offset=7).waiting
    True
    >>> PartitionProgress(position=7, last_stable_offset=7, high_watermark=9).held_back
    2
    """

    position: int
    last_stable_offset: int
    high_watermark: int = 0
    """End of the log for readers of uncommitted messages."""

    @property
    def waiting(self) -> bool:
        """Return whether something is left to read."""
        return self.position < self.last_stable_offset

    @property
    def held_back(self) -> int:
        """Number of offsets that an open transaction holds back; the usual ones do so for milliseconds."""
        return max(0, self.high_watermark - self.last_stable_offset)


def partition_progress(consumer: Any, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, PartitionProgress]:
    """Progress of each partition as of its last fetch; a partition that was not fetched yet is left out.

    Args:
        consumer: An `AIOKafkaConsumer`. Its state is read directly: its public methods would ask the broker, or wait
            for a position.
        partitions: Partitions of interest.
    """
    subscription = consumer._subscription.subscription  # noqa: SLF001 - see above
    if subscription is None or subscription.assignment is None:
        return {}
    progress = {}
    for partition in partitions:
        state = subscription.assignment.state_value(partition)
        if state is not None and state.has_valid_position and state.lso is not None:
            progress[partition] = PartitionProgress(state.position, state.lso, state.highwater or 0)
    return progress


def at_end(consumer: Any, partitions: Iterable[TopicPartition]) -> bool:
    """Return whether nothing is left to read in any of these partitions; False while one was not fetched yet."""
    wanted = set(partitions)
    progress = partition_progress(consumer, wanted)
    return len(progress) == len(wanted) and not any(partition.waiting for partition in progress.values())


__all__ = ["PartitionProgress", "at_end", "partition_progress"]
