"""Opens a consumer as every reader here needs it: read committed, any header name, errors that say what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from copydesk.client.aiokafka_patches.committed_offsets import ask_for_stable_offsets
from copydesk.client.aiokafka_patches.header_names import read_any_header_name
from copydesk.client.connection import Connection
from copydesk.contracts.topics import UnknownTopicError, topics

FETCH_BYTES = 50 * 1024 * 1024  # of one answer of a broker, all partitions together; aiokafka's own default
LARGEST_BYTES = 11 * 1024 * 1024  # of a message on a topic of which nothing is known: as large as any of ours


@asynccontextmanager
async def opened(
    connection: Connection,
    names: Iterable[str],
    *,
    group: str | None = None,
    latest: bool = False,
    fetch_bytes: int = FETCH_BYTES,
) -> AsyncIterator[AIOKafkaConsumer]:
    """A started consumer that commits nothing by itself; stopped at the end.

    Args:
        connection: The broker.
        names: The topics that will be read, without a prefix: their largest message must fit into a fetch.
        group: The group, without a prefix.
        latest: Where nothing is committed, begin at the end.
        fetch_bytes: Most of one answer of a broker, and so of memory.

    Raises:
        BrokerAwayError: Nothing answers, or it refuses the login.
    """
    read_any_header_name()
    ask_for_stable_offsets()
    consumer = AIOKafkaConsumer(
        group_id=connection.full(group) if group else None,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="latest" if latest else "earliest",
        fetch_max_bytes=fetch_bytes,
        max_partition_fetch_bytes=max(largest_bytes(name) for name in names),
        session_timeout_ms=10_000,
        heartbeat_interval_ms=3_000,
        **connection.options(),
    )
    try:
        await consumer.start()
    except (KafkaError, OSError) as error:
        await consumer.stop()
        raise await connection.refused(type(error).__name__) from None
    try:
        yield consumer
    finally:
        await consumer.stop()


async def partitions_of(consumer: AIOKafkaConsumer, name: str) -> list[TopicPartition]:
    """The partitions of a topic, by its full name, in order; to be asked before any is assigned or subscribed to.

    Raises:
        UnknownTopicError: There is no such topic.
    """
    numbers = consumer.partitions_for_topic(name)
    if not numbers:
        # the first metadata may be older than the topic; of all topics: asked for one, some brokers create it
        await consumer._client.force_metadata_update()  # noqa: SLF001 - aiokafka offers no way to ask again
        numbers = consumer.partitions_for_topic(name)
    if not numbers:
        raise UnknownTopicError(f"no topic {name} on the broker: `copydesk topics apply` creates it")
    return [TopicPartition(name, number) for number in sorted(numbers)]


def largest_bytes(name: str) -> int:
    """The largest message that a topic may hold."""
    return topics()[name].max_message_bytes if name in topics() else LARGEST_BYTES


__all__ = ["largest_bytes", "opened", "partitions_of"]
