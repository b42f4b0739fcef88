"""What is asked of the broker beside reading and writing: topics, offsets, whether it has transactions."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

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

from copydesk.client.connection import Connection
from copydesk.client.producing import make_producer
from copydesk.contracts.topics import Topic, topics_with
from copydesk.stage import Stage

NO_RIGHT = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)
"""The broker refuses us a right."""

DEFAULT_BYTES = 1_048_576  # Kafka's own max.message.bytes
TOPIC_EXISTS = 36
NOT_ENOUGH_REPLICAS = 38  # INVALID_REPLICATION_FACTOR: nodes of a young cluster are still registering


def lacking(error: BaseException) -> str:
    """What to say of a right that the broker refused us.

    >>> lacking(GroupAuthorizationFailedError("copydesk.cleaner"))
    'no right to Read as the group copydesk.cleaner: infra/kafka/rights.md tells who needs which, and how to grant it'
    """
    names = error.args[0] if error.args else "?"
    told = ", ".join(sorted(map(str, names))) if isinstance(names, set | frozenset | list | tuple) else str(names)
    if isinstance(error, TransactionalIdAuthorizationFailed):
        what = f"to Write with the transactional id {told}"
    elif isinstance(error, GroupAuthorizationFailedError):
        what = f"to Read as the group {told}"
    else:
        what = f"to read or write {told}"
    return f"no right {what}: infra/kafka/rights.md tells who needs which, and how to grant it"


class SetupError(RuntimeError):
    """The cluster is not as copydesk needs it; the message says what to do."""


@asynccontextmanager
async def admin(connection: Connection, *, seconds: float = 10.0) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client, closed at the end.

    Raises:
        BrokerAwayError: Nothing answers within `seconds`.
    """
    client = AIOKafkaAdminClient(request_timeout_ms=int(seconds * 1000), **connection.aiokafka_options())
    try:
        async with asyncio.timeout(seconds):
            await client.start()
    except (KafkaError, OSError, TimeoutError) as error:
        await client.close()
        raise await connection.diagnose_connection(type(error).__name__) from None
    try:
        yield client
    except (OSError, TimeoutError) as error:
        raise connection.unavailable_error(type(error).__name__) from None
    finally:
        await client.close()


async def cluster_id(client: AIOKafkaAdminClient) -> str | None:
    """The id that the cluster gave itself; None where the broker tells none."""
    told = await client.describe_cluster()
    return told.get("cluster_id") or None


async def partitions(client: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, int]:
    """Partition counts of those of the topics that exist."""
    wanted = list(names)
    existing = set(await client.list_topics())
    described = await client.describe_topics([name for name in wanted if name in existing]) if existing else []
    return {topic["topic"]: len(topic["partitions"]) for topic in described if topic["topic"] in wanted}


async def topic_configs(client: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """The settings of topics, as Kafka names them."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, dict[str, str]] = {}
    for response in await client.describe_configs(resources):
        for _error, _message, _kind, name, entries in response.resources:
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found


async def size_limits(client: AIOKafkaAdminClient, connection: Connection, stage: Stage) -> dict[str, int]:
    """`max.message.bytes` of a stage's topics by their full names, as the broker tells it, else as they are described.

    A third party's topic of which nothing is known has Kafka's own.
    """
    names = (stage.source, stage.sink, stage.dead_letters)
    configs = await topic_configs(client, [connection.full_name(name) for name in names])
    described = topics_with([stage])
    limits = {}
    for name in names:
        default = described[name].max_message_bytes if name in described else DEFAULT_BYTES
        limits[connection.full_name(name)] = int(
            configs.get(connection.full_name(name), {}).get("max.message.bytes", default)
        )
    return limits


class TopicProblem(NamedTuple):
    """A topic that is not as it is described."""

    fatal: bool
    """Whether a worker could not work."""

    told: str
    mend: str
    """The command that mends it."""


async def topic_problems(
    client: AIOKafkaAdminClient, connection: Connection, described: Mapping[str, Topic]
) -> list[TopicProblem]:
    """Where the broker's topics differ from what is described, by full name."""
    counts = await partitions(client, described)
    configs = await topic_configs(client, counts) if counts else {}
    problems = [
        TopicProblem(True, f"{name}: missing", "copydesk topics apply")  # noqa: FBT003 - a field
        for name in described
        if name not in counts
    ]
    at = f"--bootstrap-server {connection.brokers}"
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        few = min(counts, key=lambda name: counts[name])
        mend = f"kafka-topics {at} --alter --topic {few} --partitions {max(counts.values())} (while it is empty)"
        problems.append(TopicProblem(True, f"partition counts differ: {told}", mend))  # noqa: FBT003 - ditto
    for name, count in counts.items():
        for config, value in described[name].configs.items():
            found = configs.get(name, {}).get(config)
            if found is not None and set(found.split(",")) != set(value.split(",")):
                mend = (
                    f"kafka-configs {at} --alter --entity-type topics --entity-name {name} "
                    f"--add-config '{config}=[{value}]'"
                )
                told = f"{name}: {config} is {found}, described as {value}"
                problems.append(TopicProblem(False, told, mend))  # noqa: FBT003 - ditto
        if count != described[name].partitions:
            told = f"{name}: {count} partitions, described as {described[name].partitions}"
            problems.append(TopicProblem(False, told, "nothing, if it is meant: no command reads the number"))  # noqa: FBT003 - ditto
    return problems


async def create_topics(
    client: AIOKafkaAdminClient, topics: Mapping[str, Topic], *, partitions: int | None, replication: int
) -> dict[str, str]:
    """What became of each topic by its full name: `created`, `exists`, or why it could not be created."""
    new = [
        NewTopic(name, partitions or topic.partitions, replication, topic_configs=topic.configs)
        for name, topic in topics.items()
    ]
    became: dict[str, str] = {}
    for attempt in range(20):  # a young cluster: its nodes register one after the other, seconds apart
        response = await client.create_topics([one for one in new if became.get(one.name) not in {"created", "exists"}])
        for name, code, *message in response.topic_errors:
            if code in {0, TOPIC_EXISTS}:
                became[name] = "exists" if code and not attempt else "created"
            else:
                error = for_code(code)
                became[name] = (
                    f"{error.__name__}: {(message[0] if message else None) or error.description or ''}".rstrip(": ")
                )
        if not any(code == NOT_ENOUGH_REPLICAS for _, code, *_ in response.topic_errors):
            break
        await asyncio.sleep(0.5)
    return became


async def has_transactions(connection: Connection, *, seconds: float = 30.0) -> bool:
    """Whether the broker really has transactions: it is asked to begin and abort one.

    Raises:
        BrokerAwayError: It did not answer in time; a young cluster may need a while for its first transaction.
        SetupError: It refuses us the right.
    """
    id_ = f"{connection.topic_prefix}copydesk-probe-{uuid.uuid4().hex}"
    producer = make_producer(connection, transactional_id=id_, request_seconds=seconds)
    try:
        async with asyncio.timeout(seconds):
            await producer.start()
            await producer.begin_transaction()
            await producer.abort_transaction()
    except NO_RIGHT as error:
        raise SetupError(lacking(type(error)(id_))) from None
    except (KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError, TimeoutError, OSError) as error:
        raise connection.unavailable_error(type(error).__name__) from None
    except KafkaError:  # it knows no such request, or pretends to: a broker of another make
        return False
    finally:
        with suppress(KafkaError, TimeoutError, OSError):
            async with asyncio.timeout(seconds):
                await producer.stop()
    return True


async def check_topics(client: AIOKafkaAdminClient, connection: Connection, names: Iterable[str]) -> None:
    """Make sure that these topics are all there, with as many partitions each.

    Raises:
        SetupError: One is missing, or their partition counts differ.
    """
    full = [connection.full_name(name) for name in names]
    counts = await partitions(client, full)
    if missing := [name for name in full if name not in counts]:
        raise SetupError(
            f"no topic {', '.join(missing)} on {connection.brokers}: `copydesk topics apply` creates what is missing"
        )
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise SetupError(f"partition counts differ ({told}): an article would change its partition. Make them alike")
