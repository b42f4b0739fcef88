"""Checks of the broker: connection, rights, topics, transactions, and its newest messages."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from aiokafka.admin import AIOKafkaAdminClient

from copydesk.client.connection import BrokerAwayError, Connection
from copydesk.client.consumer import open_consumer, topic_partitions
from copydesk.client.held_back import describe_held_back, read_held_back
from copydesk.client.tail import first_records
from copydesk.contracts.envelope import header, rfc3339
from copydesk.contracts.topics import Topic, topics_with
from copydesk.operations import broker_checks
from copydesk.operations.doctor.finding import Finding, State
from copydesk.operations.rights import Right, missing_rights
from copydesk.runtime.exits import Exit
from copydesk.runtime.settings import Settings
from copydesk.stage import Stage

CLOCK_SECONDS = 60.0  # a message that is so far in the future has a wrong time, or this machine has
LAST_OFFSETS = 3  # offsets at the end of a partition: the last one may be a marker, but a message lies before it
FETCH_SECONDS = 3.0  # time limit for the last messages


async def check_broker(settings: Settings, stages: Sequence[Stage]) -> AsyncIterator[Finding]:
    """Check that the broker answers and has everything that the stages need."""
    try:
        async with broker_checks.admin(settings) as client:
            cluster = await client.describe_cluster()
            message = f"{settings.brokers}: cluster {cluster.get('cluster_id')}, {len(cluster['brokers'])} nodes"
            yield Finding(check="broker", state="ok", message=message)
            missing = {stage.name: await missing_rights(client, stage, settings) for stage in stages}
            for name, rights in missing.items():
                for finding in _describe_rights(settings, name, rights):
                    yield finding
            # a topic to which we have no right looks as if it did not exist
            hidden = {right.name for rights in missing.values() for right in rights}
            described = {name: topic for name, topic in _topics(settings, stages).items() if name not in hidden}
            for finding in await _check_topics(client, settings, described, stages):
                yield finding
            existing = await broker_checks.partition_counts(client, described)
        yield await _check_transactions(settings)
        if existing:
            topics = {name: described[name] for name in existing}
            yield await _check_messages(settings, topics)
            yield await _check_held_back(settings, topics)
    except BrokerAwayError as error:
        message, _, fix = str(error).rpartition(": ")
        yield Finding(check="broker", state="fail", message=message, fix=fix, exit=Exit.BROKER)


def _topics(connection: Connection, stages: Sequence[Stage]) -> dict[str, Topic]:
    """Topics of the stages, by their full names."""
    used = {name for stage in stages for name in stage.topics}
    return {connection.full_name(name): topic for name, topic in topics_with(stages).items() if name in used}


def _describe_rights(settings: Settings, name: str, missing: list[Right]) -> Iterator[Finding]:
    check = f"rights of {name}"
    for right in missing:
        message = f"no {right.operation} on the {right.kind} {right.name}"
        fix = right.grant_command(settings.brokers, settings.sasl_username)
        yield Finding(check=check, state="fail", message=message, fix=fix, exit=Exit.SETUP)
    if not missing:
        yield Finding(check=check, state="ok", message="may read, write and join its group")


async def _check_topics(
    client: AIOKafkaAdminClient, settings: Settings, described: Mapping[str, Topic], stages: Sequence[Stage]
) -> list[Finding]:
    aligned = [map(settings.full_name, names) for names in broker_checks.aligned_topics(stages)]
    problems = await broker_checks.topic_problems(client, settings, described, aligned)
    if not problems:
        return [Finding(check="topics", state="ok", message=f"{len(described)} as described, retention too")]
    return [
        Finding(
            check="topics",
            state="fail" if problem.fatal else "note",
            message=problem.message,
            fix=problem.fix,
            exit=Exit.SETUP,
        )
        for problem in problems
    ]


async def _check_transactions(settings: Settings) -> Finding:
    check = "transactions"
    if settings.delivery == "at_least_once":
        return Finding(check=check, state="ok", message="not needed: COPYDESK_DELIVERY is at_least_once")
    try:
        available = await broker_checks.has_transactions(settings)
    except broker_checks.SetupError as error:
        fix = "grant it (infra/kafka/rights.md), or COPYDESK_DELIVERY=at_least_once"
        return Finding(check=check, state="fail", message=str(error), fix=fix, exit=Exit.SETUP)
    if available:
        return Finding(check=check, state="ok", message="the broker has them")
    state: State = "fail" if settings.delivery == "exactly_once" else "note"
    message = "the broker has none: after a crash an article may come twice, with the same ce_id"
    fix = "COPYDESK_DELIVERY=at_least_once (or auto), or Apache Kafka"
    return Finding(check=check, state=state, message=message, fix=fix, exit=Exit.SETUP)


async def _check_messages(connection: Connection, described: Mapping[str, Topic]) -> Finding:
    """Check that this version knows the schema versions of the newest messages, and that the clocks agree."""
    unknown: set[str] = set()
    newest = 0
    async with open_consumer(connection, [topic.name for topic in described.values()]) as consumer:
        partitions = [partition for name in described for partition in await topic_partitions(consumer, name)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        for partition, end in ends.items():
            consumer.seek(partition, max(0, end - LAST_OFFSETS))
        with_messages = [partition for partition, end in ends.items() if end]
        last = await first_records(consumer, with_messages, seconds=FETCH_SECONDS)
        for partition, records in last.items():
            for record in records:
                newest = max(newest, record.timestamp)
                event, type_ = described[partition.topic].event, header(record.headers, "ce_type")
                if event and type_ and type_.startswith("copydesk.") and type_ != event:
                    unknown.add(f"{type_} on {partition.topic}")
    if unknown:
        message = f"messages of versions that this copydesk does not know: {', '.join(sorted(unknown))}"
        return Finding(check="messages", state="fail", message=message, fix="pip install --upgrade copydesk")
    return _check_clock(newest)


async def _check_held_back(connection: Connection, described: Mapping[str, Topic]) -> Finding:
    """Check that nobody's open transaction holds back messages of these topics."""
    check = "open transactions"
    held = await read_held_back(connection, [topic.name for topic in described.values()])
    if not held:
        return Finding(check=check, state="ok", message="none holds back messages")
    at = f"--bootstrap-server {connection.brokers}"
    fix = f"kafka-transactions {at} find-hanging --topic {held[0].partition.topic}, end its producer, or wait"
    return Finding(check=check, state="fail", message=describe_held_back(held), fix=fix)


def _check_clock(newest: int) -> Finding:
    """Check that the newest message is not of the future.

    Args:
        newest: Its time in milliseconds since 1970; 0: there is no message.
    """
    ahead = newest / 1000 - time.time()
    if ahead > CLOCK_SECONDS:
        message = f"the newest message is {ahead:.0f} s ahead of this machine's clock ({rfc3339(newest)})"
        fix = "timedatectl set-ntp true, here or where the message came from"
        return Finding(check="clock", state="fail", message=message, fix=fix)
    message = f"newest message of {rfc3339(newest)}" if newest else "no message yet"
    return Finding(check="clock", state="ok", message=f"{message}; here it is {rfc3339(int(time.time() * 1000))}")


__all__ = ["check_broker"]
