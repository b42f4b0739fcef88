"""Opening a consumer, and the partitions and record sizes of a topic."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from copydesk.client.advertised import check_advertised
from copydesk.client.connection import BrokerAwayError, Connection
from copydesk.contracts.topics import UnknownTopicError, topics

FETCH_BYTES = 50 * 1024 * 1024
"""Most bytes of one fetch response, all partitions together; aiokafka's own default."""

UNKNOWN_TOPIC_BYTES = 11 * 1024 * 1024
"""Largest record of a topic that is not described: as large as any of copydesk's own topics allows."""


@asynccontextmanager
async def open_consumer(
    connection: Connection,
    names: Iterable[str],
    *,
    group: str | None = None,
    latest: bool = False,
    committed: bool = True,
    fetch_bytes: int = FETCH_BYTES,
) -> AsyncIterator[AIOKafkaConsumer]:
    """Started consumer that commits nothing by itself; stopped at the end.

    Args:
        connection: The broker.
        names: Topics that will be read, without prefix: the largest record of each must fit into a fetch.
        group: Consumer group, without prefix.
        latest: Begin at the end of a partition without a committed offset; default: at its start.
        committed: Read committed records only.
        fetch_bytes: Most bytes of one fetch response, which bounds the memory.

    Raises:
        BrokerAwayError: The broker does not answer, or it refuses the login.
    """
    consumer = AIOKafkaConsumer(
        group_id=connection.full_name(group) if group else None,
        isolation_level="read_committed" if committed else "read_uncommitted",
        enable_auto_commit=False,
        auto_offset_reset="latest" if latest else "earliest",
        fetch_max_bytes=fetch_bytes,
        max_partition_fetch_bytes=max(max_message_bytes(name) for name in names),
        session_timeout_ms=10_000,
        heartbeat_interval_ms=3_000,
        **connection.aiokafka_options(),
    )
    try:
        await consumer.start()
    except (KafkaError, OSError) as error:
        await consumer.stop()
        raise await connection.diagnose_connection(type(error).__name__) from None
    try:
        await check_advertised(consumer._client, connection)  # noqa: SLF001 - aiokafka does not tell the brokers
        yield consumer
    finally:
        await consumer.stop()


async def topic_partitions(consumer: AIOKafkaConsumer, full_name: str) -> list[TopicPartition]:
    """Partitions of a topic in order.

    Call it before anything is assigned or subscribed to: subscribing to a topic makes some brokers create it.

    Args:
        consumer: A started consumer.
        full_name: The topic, with prefix.

    Raises:
        BrokerAwayError: The broker does not answer any more.
        UnknownTopicError: The topic does not exist.
    """
    numbers = consumer.partitions_for_topic(full_name)
    if not numbers:
        # The first metadata may be older than the topic. All topics are asked for: some brokers create a topic that is
        # asked for by name.
        if not await consumer._client.force_metadata_update():  # noqa: SLF001 - aiokafka has no public way to ask again
            raise BrokerAwayError(f"the broker does not tell its topics, {full_name} among them: `copydesk doctor`")
        numbers = consumer.partitions_for_topic(full_name)
    if not numbers:
        raise UnknownTopicError(f"no topic {full_name} on the broker: `copydesk topics apply` creates it")
    return [TopicPartition(full_name, number) for number in sorted(numbers)]


def max_message_bytes(name: str) -> int:
    """Largest record that a topic may hold, in bytes.

    Args:
        name: The topic, without prefix.
    """
    return topics()[name].max_message_bytes if name in topics() else UNKNOWN_TOPIC_BYTES


__all__ = ["max_message_bytes", "open_consumer", "topic_partitions"]
