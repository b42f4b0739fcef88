"""Producers, and publishing in a transaction that gives way to newer versions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from copydesk.client.advertised import check_advertised
from copydesk.client.connection import Connection
from copydesk.contracts.envelope import rfc3339

COMPRESSION = "lz4"
"""Compression where no setting names another one: every Kafka client can read it."""

BATCH_BYTES = 262_144
"""Size of a batch where throughput counts.

Measured: Kafka's default of 16 KB makes batches of three articles and a fifth of the throughput.
"""

KAFKA_BATCH_BYTES = 16_384
"""Kafka's own default size of a batch (`batch.size`)."""

KAFKA_REQUEST_BYTES = 1_048_576
"""Kafka's own default size of a request (`max.request.size`)."""

Item = TypeVar("Item")
Sent = TypeVar("Sent")


def describe_refused_time() -> str:
    """Message about a record that the broker refused for its time, which is that of this machine's clock."""
    now = rfc3339(int(time.time() * 1000))
    return (
        f"the broker refuses the time of a message: this machine's clock says {now}, which is more than an hour ahead "
        "of the broker's (or what message.timestamp.after.max.ms allows): set it right (timedatectl set-ntp true)"
    )


def make_producer(
    connection: Connection,
    *,
    compression: str | None = COMPRESSION,
    max_record_bytes: int = KAFKA_REQUEST_BYTES,
    batch_bytes: int = KAFKA_BATCH_BYTES,
    linger_ms: int = 0,
    request_seconds: float = 40.0,
    transactional_id: str | None = None,
    transaction_seconds: float = 60.0,
) -> AIOKafkaProducer:
    """Producer that is not started yet and waits for all in-sync replicas (`acks=all`).

    Args:
        connection: The broker.
        compression: `lz4`, `zstd` or `gzip`; None: no compression.
        max_record_bytes: Largest record that it sends, in bytes before compression.
        batch_bytes: Largest batch of a partition, in bytes. One record that the topic refuses for its size fails its
            whole batch, so a batch should not be larger than the topic's `max.message.bytes`.
        linger_ms: How long a record waits for others to share a batch with, in milliseconds.
        request_seconds: How long a request may take before it fails.
        transactional_id: Makes the producer transactional; starting it fences older producers of the same id.
        transaction_seconds: After this time the broker aborts an open transaction.
    """
    transaction: dict[str, str | int] = {}
    if transactional_id is not None:
        transaction = {
            "transactional_id": transactional_id,
            "transaction_timeout_ms": int(transaction_seconds * 1000),
        }
    return AIOKafkaProducer(
        acks="all",
        compression_type=compression,
        max_request_size=max_record_bytes,
        max_batch_size=batch_bytes,
        linger_ms=linger_ms,
        request_timeout_ms=int(request_seconds * 1000),
        **transaction,
        **connection.aiokafka_options(),
    )


@asynccontextmanager
async def started_producer(producer: AIOKafkaProducer, connection: Connection) -> AsyncIterator[AIOKafkaProducer]:
    """Start a producer; it is flushed and stopped at the end.

    Args:
        producer: A producer of `make_producer`.
        connection: The broker.

    Raises:
        BrokerAwayError: The broker does not answer, or it refuses the login.
    """
    try:
        await producer.start()
    except (KafkaError, OSError) as error:
        await producer.stop()
        raise await connection.diagnose_connection(type(error).__name__) from None
    try:
        await check_advertised(producer.client, connection)
        yield producer
    finally:
        with suppress(KafkaError):
            await producer.stop()


class _OvertakenError(Exception):
    """A newer version of an article arrived while its older one was being sent."""


async def publish_unless_overtaken(
    producer: AIOKafkaProducer,
    items: Sequence[Item],
    *,
    is_overtaken: Callable[[Item], bool],
    send: Callable[[Sequence[Item]], Awaitable[Sent]],
    catch_up: Callable[[Sent], Awaitable[None]],
    offsets: Callable[[Sequence[Item]], Mapping[TopicPartition, int | OffsetAndMetadata]],
    group: str,
    seconds: float | None = None,
) -> list[Item]:
    """Publish items and commit offsets in one transaction, without the items of which a newer version has arrived.

    A check before sending is not enough: a newer version may arrive between the check and the commit. So the items are
    sent first, while nobody can see them. Then `catch_up` reads the source up to its end as it is after that. If an
    item turns out to be overtaken, the transaction is aborted and the others are sent again.

    Args:
        producer: A started transactional producer.
        items: What to publish. If nothing is left to commit, no transaction is opened.
        is_overtaken: Returns whether a newer version of the item is known.
        send: Sends the items and waits until each has its place in its topic.
        catch_up: Reads the source to its end; gets what `send` returned.
        offsets: Returns the offsets to commit together with these items.
        group: Full name of the consumer group whose offsets are committed.
        seconds: Time limit of one attempt; None: no limit.

    Returns:
        The items that were published.

    Raises:
        TimeoutError: An attempt took too long, or `catch_up` raised it; nothing was published.
    """
    while True:
        items = [item for item in items if not is_overtaken(item)]
        committed = offsets(items)
        if not committed:
            return []
        try:
            async with asyncio.timeout(seconds), producer.transaction():
                await catch_up(await send(items))
                if any(is_overtaken(item) for item in items):
                    raise _OvertakenError  # noqa: TRY301 - leaving the block aborts the transaction: nobody sees what was sent
                await producer.send_offsets_to_transaction(committed, group)
        except _OvertakenError:
            continue
        return list(items)


__all__ = [
    "BATCH_BYTES",
    "COMPRESSION",
    "describe_refused_time",
    "make_producer",
    "publish_unless_overtaken",
    "started_producer",
]
