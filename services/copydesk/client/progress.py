"""Where a consumer stands: the one definition of "work is waiting" that health, lag and `consume` share.

Work is waiting when a position is below the partition's last stable offset. Plain offset lag lies, since transaction
markers take offsets; so does the latest offset that some brokers tell (see `local/embedded_broker.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from aiokafka import TopicPartition


class PartitionProgress(NamedTuple):
    """A partition's next offset to read, and the offset before which everything is decided."""

    position: int
    last_stable_offset: int

    @property
    def waiting(self) -> bool:
        """Whether something is left to read."""
        return self.position < self.last_stable_offset


def partition_progress(consumer: Any, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, PartitionProgress]:
    """How far each partition is read, as the last fetch told it; partitions of which nothing is known yet are left out.

    Args:
        consumer: An `AIOKafkaConsumer`; its public methods would ask the broker, or wait for a position.
        partitions: Those of interest.
    """
    subscription = consumer._subscription.subscription  # noqa: SLF001 - see above
    if subscription is None or subscription.assignment is None:
        return {}
    found = {}
    for partition in partitions:
        state = subscription.assignment.state_value(partition)
        if state is not None and state.has_valid_position and state.lso is not None:
            found[partition] = PartitionProgress(state.position, state.lso)
    return found
