"""Jobs that pass articles on from one topic to another, each in a process of its own, as their documentation writes it.

    python tests/bench/peers.py JOB BROKERS SOURCE SINK GROUP

All read committed records only, parse an article, write it again under its key with lz4 and acks=all, and have a
session of six seconds. They differ in when they commit what they have read: that is what `worker.py` compares.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

SESSION_MS = 6_000
WRITING: dict[str, Any] = {"acks": "all", "compression_type": "lz4", "linger_ms": 5, "max_batch_size": 262_144}


class Place(NamedTuple):
    """Topics that a job reads and writes."""

    brokers: str
    source: str
    sink: str
    group: str


def consumer(place: Place, *, auto_commit: bool) -> AIOKafkaConsumer:
    """A reader of aiokafka's."""
    return AIOKafkaConsumer(
        place.source,
        bootstrap_servers=place.brokers,
        group_id=place.group,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        enable_auto_commit=auto_commit,
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=SESSION_MS // 3,
        max_poll_records=200,
    )


def passed_on(record: ConsumerRecord[bytes, bytes]) -> bytes:
    """The article, parsed and written again."""
    return json.dumps(json.loads(record.value or b"{}")).encode()


# ------------------------------------------------------------------------------------------ bare aiokafka


async def bare(place: Place) -> None:
    """Sends without waiting, offsets committed by a clock: nothing is guaranteed."""
    async with (
        AIOKafkaProducer(bootstrap_servers=place.brokers, **WRITING) as writer,
        consumer(place, auto_commit=True) as reader,
    ):
        async for record in reader:
            await writer.send(place.sink, passed_on(record), key=record.key)


async def bare_at_least_once(place: Place) -> None:
    """Waits for every confirmation of what one poll brought, then commits."""
    async with (
        AIOKafkaProducer(bootstrap_servers=place.brokers, **WRITING) as writer,
        consumer(place, auto_commit=False) as reader,
    ):
        while True:
            batches = await reader.getmany(timeout_ms=500)
            await asyncio.gather(*[await send for send in sends(place, writer, batches)])
            if batches:
                await reader.commit()


async def bare_exactly_once(place: Place) -> None:
    """One transaction a poll, with one producer; nothing guards against a member that woke up too late."""
    async with (
        AIOKafkaProducer(bootstrap_servers=place.brokers, transactional_id=place.group, **WRITING) as writer,
        consumer(place, auto_commit=False) as reader,
    ):
        while True:
            batches = await reader.getmany(timeout_ms=500)
            if not batches:
                continue
            async with writer.transaction():
                await asyncio.gather(*[await send for send in sends(place, writer, batches)])
                offsets = {partition: records[-1].offset + 1 for partition, records in batches.items()}
                await writer.send_offsets_to_transaction(offsets, place.group)


def sends(place: Place, writer: AIOKafkaProducer, batches: dict[Any, list[Any]]) -> list[Awaitable[Any]]:
    """Of everything that a poll brought, in order; each gives the future of its confirmation."""
    return [
        writer.send(place.sink, passed_on(record), key=record.key) for records in batches.values() for record in records
    ]


# ------------------------------------------------------------------------------------------ frameworks


async def faststream(place: Place) -> None:
    """FastStream: an article at a time, acknowledged after its result is confirmed."""
    kafka, stream = importlib.import_module("faststream.kafka"), importlib.import_module("faststream")
    # a line an article at level debug, which is off, as in all that are compared; a linger would hold up every article
    broker = kafka.KafkaBroker(place.brokers, log_level=logging.DEBUG, **{**WRITING, "linger_ms": 0})

    async def pass_on(article: dict[str, Any], message: Any = stream.Context("message")) -> Any:  # noqa: B008 - its way
        return kafka.KafkaResponse(article, key=message.raw_message.key)

    read = broker.subscriber(place.source, ack_policy=stream.AckPolicy.NACK_ON_ERROR, **_reading(place))
    read(broker.publisher(place.sink)(pass_on))
    await stream.FastStream(broker).run()


async def faststream_batch(place: Place) -> None:
    """FastStream: all that one poll brought at a time, acknowledged after the results are confirmed."""
    kafka, stream = importlib.import_module("faststream.kafka"), importlib.import_module("faststream")
    # its batch goes into one produce batch or fails: room for it
    broker = kafka.KafkaBroker(place.brokers, log_level=logging.DEBUG, **{**WRITING, "max_batch_size": 1_048_576})
    writer = broker.publisher(place.sink, batch=True)

    async def pass_on(articles: list[dict[str, Any]], message: Any = stream.Context("message")) -> None:  # noqa: B008
        keys = [record.key for record in message.raw_message]
        await writer.publish(
            *(kafka.KafkaResponse(article, key=key) for article, key in zip(articles, keys, strict=True))
        )

    read = broker.subscriber(
        place.source, batch=True, max_records=100, ack_policy=stream.AckPolicy.NACK_ON_ERROR, **_reading(place)
    )
    read(pass_on)

    await stream.FastStream(broker).run()


def _reading(place: Place) -> dict[str, Any]:
    return {
        "group_id": place.group,
        "auto_offset_reset": "earliest",
        "isolation_level": "read_committed",
        "session_timeout_ms": SESSION_MS,
        "heartbeat_interval_ms": SESSION_MS // 3,
    }


def quix(place: Place, guarantee: str, **options: Any) -> None:
    """Quix Streams with JSON in and out; its client is C."""
    quixstreams = importlib.import_module("quixstreams")
    app = quixstreams.Application(
        broker_address=place.brokers,
        consumer_group=place.group,
        auto_offset_reset="earliest",
        processing_guarantee=guarantee,
        auto_create_topics=False,
        loglevel="ERROR",
        consumer_extra_config={"isolation.level": "read_committed", "session.timeout.ms": SESSION_MS},
        producer_extra_config={"acks": "all", "compression.type": "lz4"},
        **options,
    )
    frame = app.dataframe(app.topic(place.source, value_deserializer="json"))
    frame = frame.apply(lambda article: article)
    frame.to_topic(app.topic(place.sink, value_serializer="json"))
    app.run()


JOBS: dict[str, Callable[[Place], Any]] = {
    "bare": bare,
    "bare-at-least-once": bare_at_least_once,
    "bare-exactly-once": bare_exactly_once,
    "faststream": faststream,
    "faststream-batch": faststream_batch,
    "quix-at-least-once": lambda place: quix(place, "at-least-once"),
    # by default it commits every five seconds; fifty is what copydesk puts into a transaction at most
    "quix-exactly-once": lambda place: quix(place, "exactly-once", commit_every=50),
}


def main(job: str, *place: str) -> None:
    """Run one until it is killed."""
    logging.basicConfig(level=logging.ERROR)
    running = JOBS[job](Place(*place))
    if running is not None:
        asyncio.run(running)


if __name__ == "__main__":
    main(*sys.argv[1:])
