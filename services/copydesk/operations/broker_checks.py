"""Questions to the broker besides reading and writing: topics and their settings, transactions, the cluster's id."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

import msgspec
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NodeNotReadyError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    for_code,
)

from copydesk.client.advertised import check_advertised
from copydesk.client.connection import BrokerAwayError, Connection
from copydesk.client.producing import make_producer
from copydesk.contracts.topics import Topic, topics_with
from copydesk.stage import Stage

NOT_AUTHORIZED: Final = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)
"""Errors by which the broker refuses a right."""

DEFAULT_BYTES = 1_048_576  # Kafka's own max.message.bytes
TOPIC_EXISTS = 36
INVALID_REPLICATION_FACTOR = 38  # also while the nodes of a new cluster are still registering


def describe_missing_right(error: BaseException) -> str:
    """Message about a right that the broker refused.

    >>> describe_missing_right(GroupAuthorizationFailedError("copydesk.cleaner"))
    'no right to Read as the group copydesk.cleaner: infra/kafka/rights.md tells who needs which, and how to grant it'
    """
    names = error.args[0] if error.args else "?"
    listed = ", ".join(sorted(map(str, names))) if isinstance(names, set | frozenset | list | tuple) else str(names)
    if isinstance(error, TransactionalIdAuthorizationFailed):
        right = f"to Write with the transactional id {listed}"
    elif isinstance(error, GroupAuthorizationFailedError):
        right = f"to Read as the group {listed}"
    else:
        right = f"to read or write {listed}"
    return f"no right {right}: infra/kafka/rights.md tells who needs which, and how to grant it"


class SetupError(RuntimeError):
    """The cluster is not set up as copydesk needs it; the message says what to do."""


@asynccontextmanager
async def admin(connection: Connection, *, seconds: float = 10.0) -> AsyncIterator[AIOKafkaAdminClient]:
    """Started admin client, closed at the end.

    Raises:
        BrokerAwayError: The broker does not answer within `seconds`.
    """
    client = AIOKafkaAdminClient(request_timeout_ms=int(seconds * 1000), **connection.aiokafka_options())
    try:
        async with asyncio.timeout(seconds):
            await client.start()
    except (KafkaError, OSError, TimeoutError) as error:
        await client.close()
        raise await connection.diagnose_connection(type(error).__name__) from None
    try:
        await check_advertised(client._client, connection)  # noqa: SLF001 - aiokafka does not tell the brokers
        yield client
    except BrokerAwayError:
        raise
    except (OSError, TimeoutError) as error:
        raise connection.unavailable_error(type(error).__name__) from None
    finally:
        await client.close()


async def cluster_id(client: AIOKafkaAdminClient) -> str | None:
    """Id of the cluster; None if the broker does not send one."""
    cluster = await client.describe_cluster()
    return cluster.get("cluster_id") or None


async def partition_counts(client: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, int]:
    """Number of partitions of each of these topics; a topic that does not exist is left out."""
    wanted = list(names)
    existing = set(await client.list_topics())
    described = await client.describe_topics([name for name in wanted if name in existing]) if existing else []
    return {topic["topic"]: len(topic["partitions"]) for topic in described if topic["topic"] in wanted}


async def topic_configs(client: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Settings of topics, by topic and by Kafka's names."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    configs: dict[str, dict[str, str]] = {}
    for response in await client.describe_configs(resources):
        for _error, _message, _kind, name, entries in response.resources:
            configs[name] = {entry[0]: entry[1] for entry in entries}
    return configs


async def size_limits(client: AIOKafkaAdminClient, connection: Connection, stage: Stage) -> dict[str, int]:
    """`max.message.bytes` of a stage's topics by full name: the broker's value, else the described one.

    A third party's topic that is not described has Kafka's default.
    """
    names = stage.topics
    configs = await topic_configs(client, [connection.full_name(name) for name in names])
    described = topics_with([stage])
    limits = {}
    for name in names:
        default = described[name].max_message_bytes if name in described else DEFAULT_BYTES
        limits[connection.full_name(name)] = int(
            configs.get(connection.full_name(name), {}).get("max.message.bytes", default)
        )
    return limits


class TopicProblem(msgspec.Struct, frozen=True):
    """Difference between a topic and its description."""

    fatal: bool
    """True if no worker can run."""

    message: str = msgspec.field(name="told")
    fix: str = msgspec.field(name="mend")
    """Command that fixes it."""


async def topic_problems(
    client: AIOKafkaAdminClient,
    connection: Connection,
    described: Mapping[str, Topic],
    aligned: Iterable[Iterable[str]] = (),
) -> list[TopicProblem]:
    """Differences between the broker's topics and their descriptions.

    Args:
        client: A started admin client.
        connection: The broker.
        described: The topics by full name.
        aligned: Full names of topics that need the same number of partitions, group by group.
    """
    counts = await partition_counts(client, described)
    configs = await topic_configs(client, counts) if counts else {}
    problems = [
        TopicProblem(True, f"{name}: missing", "copydesk topics apply")  # noqa: FBT003 - a field
        for name in described
        if name not in counts
    ]
    at = f"--bootstrap-server {connection.brokers}"
    for names in aligned:
        alike = {name: counts[name] for name in sorted(names) if name in counts}
        if len(set(alike.values())) < 2:
            continue
        listed = ", ".join(f"{name} {count}" for name, count in alike.items())
        smallest = min(alike, key=lambda name: alike[name])
        fix = f"kafka-topics {at} --alter --topic {smallest} --partitions {max(alike.values())} (while it is empty)"
        problems.append(TopicProblem(True, f"partition counts differ: {listed}", fix))  # noqa: FBT003 - ditto
    for name, count in counts.items():
        for config, value in described[name].configs.items():
            actual = configs.get(name, {}).get(config)
            if actual is not None and set(actual.split(",")) != set(value.split(",")):
                fix = (
                    f"kafka-configs {at} --alter --entity-type topics --entity-name {name} "
                    f"--add-config '{config}=[{value}]'"
                )
                message = f"{name}: {config} is {actual}, described as {value}"
                problems.append(TopicProblem(False, message, fix))  # noqa: FBT003 - ditto
        if count != described[name].partitions:
            message = f"{name}: {count} partitions, described as {described[name].partitions}"
            fix = "nothing, if it is meant: no command reads the number"
            problems.append(TopicProblem(False, message, fix))  # noqa: FBT003 - ditto
    return problems


async def create_topics(
    client: AIOKafkaAdminClient, topics: Mapping[str, Topic], *, partitions: int | None, replication: int
) -> dict[str, str]:
    """Create topics; returns by full name `created`, `exists`, or why the topic could not be created.

    Args:
        client: A started admin client.
        topics: Descriptions by full name.
        partitions: Number of partitions; None: as described.
        replication: Number of replicas of each partition.
    """
    new = [
        NewTopic(name, partitions or topic.partitions, replication, topic_configs=topic.configs)
        for name, topic in topics.items()
    ]
    results: dict[str, str] = {}
    for attempt in range(20):  # the nodes of a new cluster register one after the other, seconds apart
        remaining = [topic for topic in new if results.get(topic.name) not in {"created", "exists"}]
        response = await client.create_topics(remaining)
        for name, code, *message in response.topic_errors:
            if code in {0, TOPIC_EXISTS}:
                results[name] = "exists" if code and not attempt else "created"
            else:
                error = for_code(code)
                reason = (message[0] if message else None) or error.description or ""
                results[name] = f"{error.__name__}: {reason}".rstrip(": ")
        if not any(code == INVALID_REPLICATION_FACTOR for _, code, *_ in response.topic_errors):
            break
        await asyncio.sleep(0.5)
    return results


async def has_transactions(connection: Connection, *, seconds: float = 30.0) -> bool:
    """Return whether the broker really has transactions: a transaction is begun and aborted.

    Raises:
        BrokerAwayError: The broker did not answer in time; a new cluster may take long for its first transaction.
        SetupError: The broker refuses the right.
    """
    async with admin(connection):
        pass  # a producer would ask addresses that it cannot reach until its time is over
    id_ = f"{connection.topic_prefix}copydesk-probe-{uuid.uuid4().hex}"
    producer = make_producer(connection, transactional_id=id_, request_seconds=seconds)
    try:
        async with asyncio.timeout(seconds):
            await producer.start()
            await producer.begin_transaction()
            await producer.abort_transaction()
    except NOT_AUTHORIZED as error:
        raise SetupError(describe_missing_right(type(error)(id_))) from None
    except (KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError, TimeoutError, OSError) as error:
        raise connection.unavailable_error(type(error).__name__) from None
    except KafkaError:  # a broker of another make, which does not know the request or only pretends to
        return False
    finally:
        with suppress(KafkaError, TimeoutError, OSError):
            async with asyncio.timeout(seconds):
                await producer.stop()
    return True


async def check_topics(client: AIOKafkaAdminClient, connection: Connection, stage: Stage) -> None:
    """Check that a stage's topics exist, and that those that go with its source have as many partitions.

    Args:
        client: A started admin client.
        connection: The broker.
        stage: The stage.

    Raises:
        SetupError: A topic is missing, or the numbers of partitions differ.
    """
    counts = await partition_counts(client, [connection.full_name(name) for name in stage.topics])
    if missing := [name for name in map(connection.full_name, stage.topics) if name not in counts]:
        raise SetupError(
            f"no topic {', '.join(missing)} on {connection.brokers}: `copydesk topics apply` creates what is missing"
        )
    for names in aligned_topics([stage]):
        alike = {connection.full_name(name): counts[connection.full_name(name)] for name in sorted(names)}
        if len(set(alike.values())) > 1:
            listed = ", ".join(f"{name} {count}" for name, count in alike.items())
            raise SetupError(
                f"partition counts differ ({listed}): an article would change its partition. Make them alike"
            )


def aligned_topics(stages: Iterable[Stage]) -> list[set[str]]:
    """Groups of topics that need the same number of partitions.

    A changelog goes with its source. The other topics of a stage do if they are described with the source's number: an
    article stays on one partition index.
    """
    described = topics_with(stages)
    groups: list[set[str]] = []
    for stage in stages:
        count = described[stage.source].partitions if stage.source in described else None
        alike = {name for name in stage.topics if name not in described or described[name].partitions == count}
        group = {stage.source, *alike, *([stage.changelog] if stage.changelog else [])}
        for other in [other for other in groups if other & group]:
            groups.remove(other)
            group |= other
        groups.append(group)
    return groups
