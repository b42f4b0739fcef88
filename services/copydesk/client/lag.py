"""Consumer lag of a group by partition, as a reader of the topic sees it.

A difference of offsets overstates lag: transaction markers take offsets, so an idle partition would look one article
behind. So the first waiting article is fetched; if there is none, the lag is zero.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer

from copydesk.client.connection import Connection
from copydesk.client.consumer import open_consumer, topic_partitions
from copydesk.client.held_back import read_held_back
from copydesk.client.progress import partition_progress
from copydesk.client.tail import first_records

FETCH_SECONDS = 10.0
"""Time limit for the first record of each partition; one that did not answer counts as empty."""


class Lag(NamedTuple):
    """Lag of a group in one partition."""

    partition: int
    committed: int | None
    """Committed offset of the group; None: none is committed, and the group begins at the log's start."""

    end: int
    """Last stable offset: everything before it is decided."""

    articles: int
    """Waiting articles: exact if zero, else an upper bound, since markers between them are counted."""

    seconds: float
    """Age of the first waiting article, in seconds since it was appended."""

    held_back: int = 0
    """Messages that an open transaction holds back from the group; they are not among the waiting articles."""

    held_back_since: float | None = None
    """Time of the first of them, in seconds since 1970."""


async def read_lag(name: str, group: str, connection: Connection) -> list[Lag]:
    """Lag of a group in each partition of a topic.

    Args:
        name: The topic, without prefix.
        group: The consumer group, without prefix.
        connection: The broker.

    Raises:
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: The topic does not exist.
    """
    async with open_consumer(connection, [name], group=group) as consumer:
        lags = await _measure(consumer, connection.full_name(name))
    held = {one.partition.partition: one for one in await read_held_back(connection, [name])}
    return [
        lag._replace(held_back=held[lag.partition].messages, held_back_since=held[lag.partition].since)
        if lag.partition in held
        else lag
        for lag in lags
    ]


async def _measure(consumer: AIOKafkaConsumer, full_name: str) -> list[Lag]:
    partitions = await topic_partitions(consumer, full_name)
    consumer.assign(partitions)
    committed = {partition: await consumer.committed(partition) for partition in partitions}
    first = await first_records(consumer, partitions, seconds=FETCH_SECONDS)
    progress = partition_progress(consumer, partitions)
    lags = []
    for partition in partitions:
        record = first[partition][0] if partition in first else None
        end = progress[partition].last_stable_offset if partition in progress else 0
        articles = max(0, end - record.offset) if record is not None else 0
        seconds = time.time() - record.timestamp / 1000 if record is not None and articles else 0.0
        lags.append(Lag(partition.partition, committed[partition], end, articles, max(0.0, seconds)))
    return lags


__all__ = ["Lag", "read_lag"]
