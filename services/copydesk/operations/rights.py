"""Least rights of a stage's workers on a broker with access control, and which of them are missing.

The broker itself says what it allows: since Kafka 2.3, Metadata and DescribeGroups return the authorized operations
(KIP-430). aiokafka does not know these versions of the requests, so they are defined here.
"""

from __future__ import annotations

from typing import NamedTuple

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupAuthorizationFailedError, IncompatibleBrokerVersion, KafkaError
from aiokafka.protocol.admin import DescribeGroupsRequest_v3, DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

from copydesk.client.connection import Connection
from copydesk.operations.broker_checks import SetupError
from copydesk.stage import Stage

OPERATIONS = {"Read": 3, "Write": 4, "DescribeConfigs": 10}
"""Numbers of the operations in the protocol (org.apache.kafka.common.acl.AclOperation)."""

TOPIC_AUTHORIZATION_FAILED = 29
UNKNOWN_RIGHTS = -(2**31)
"""Value of `authorized_operations` if the broker does not say."""

_NO_ANSWER = (IncompatibleBrokerVersion, NotImplementedError, KafkaError)
"""Errors of a broker of another make, or of a new one that has no group coordinator yet."""


class Right(NamedTuple):
    """One right, as `kafka-acls` grants it."""

    kind: str
    """`topic`, `group` or `transactional-id`."""

    name: str
    operation: str
    prefixed: bool = False
    """True if the right is for all names with this prefix."""

    def grant_command(self, brokers: str, user: str) -> str:
        """Command that grants the right."""
        pattern = " --resource-pattern-type prefixed" if self.prefixed else ""
        return (
            f"kafka-acls --bootstrap-server {brokers} --add --allow-principal 'User:{user or '...'}' "
            f"--operation {self.operation} --{self.kind} '{self.name}'{pattern}"
        )


def least_rights(stage: Stage, connection: Connection) -> list[Right]:
    """Rights that a worker of the stage and a replay of it need; Read and Write imply Describe.

    Without DescribeConfigs, the sizes that `schemas/topics` describes are used. With
    `COPYDESK_DELIVERY=at_least_once` only a replay needs the transactional ids.
    """
    read = [stage.source, *stage.tables, *([stage.changelog] if stage.changelog else [])]
    return [
        *(Right("topic", connection.full_name(name), "Read") for name in read),
        *(Right("topic", connection.full_name(name), "Write") for name in stage.written),
        *(Right("topic", connection.full_name(name), "DescribeConfigs") for name in stage.topics),
        Right("group", connection.full_name(f"copydesk.{stage.name}"), "Read", prefixed=True),
        Right("transactional-id", connection.full_name(f"copydesk.{stage.name}"), "Write", prefixed=True),
        Right("transactional-id", connection.full_name("copydesk-probe-"), "Write", prefixed=True),
    ]


async def missing_rights(client: AIOKafkaAdminClient, stage: Stage, connection: Connection) -> list[Right]:
    """Rights that the broker reports as missing; empty if it does not report any rights.

    It never reports those on transactional ids: `broker_checks.has_transactions` tries one.
    """
    needed = [right for right in least_rights(stage, connection) if right.operation != "DescribeConfigs"]
    topics = [right for right in needed if right.kind == "topic"]
    groups = [right for right in needed if right.kind == "group"]
    allowed = await _topic_rights(client, [right.name for right in topics])
    missing = [right for right in topics if not _includes(allowed.get(right.name, UNKNOWN_RIGHTS), right)]
    return missing + [right for right in groups if not _includes(await _group_rights(client, right.name), right)]


async def check_rights(client: AIOKafkaAdminClient, stage: Stage, connection: Connection) -> None:
    """Check that the stage's workers have all rights.

    Raises:
        SetupError: A right is missing; the message names the command that grants it.
    """
    if missing := await missing_rights(client, stage, connection):
        listed = ", ".join(f"{right.operation} on the {right.kind} {right.name}" for right in missing)
        commands = "; ".join(right.grant_command(connection.brokers, connection.sasl_username) for right in missing)
        raise SetupError(f"{connection.brokers} does not grant {listed}. An administrator can: {commands}")


def _includes(bits: int, right: Right) -> bool:
    return bits == UNKNOWN_RIGHTS or bool(bits >> OPERATIONS[right.operation] & 1)


async def _topic_rights(client: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """Authorized operations on each topic, as bits; a topic that does not exist is left out."""
    try:
        response = await client._send_request(_Metadata(names))  # noqa: SLF001 - the public one asks an older version
    except _NO_ANSWER:
        return {}
    return {
        name: 0 if error == TOPIC_AUTHORIZATION_FAILED else bits
        for error, name, _internal, _partitions, bits in response.topics
        if error in {0, TOPIC_AUTHORIZATION_FAILED}
    }


async def _group_rights(client: AIOKafkaAdminClient, name: str) -> int:
    try:
        node = await client.find_coordinator(name)
        response = await client._send_request(_Groups([name]), node)  # noqa: SLF001 - ditto
    except GroupAuthorizationFailedError:
        return 0
    except _NO_ANSWER:
        return UNKNOWN_RIGHTS
    (group,) = response.groups
    return 0 if group[0] == GroupAuthorizationFailedError.errno else int(group[-1])


class _MetadataResponse(Response):  # type: ignore[misc] # aiokafka is untyped
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(("node_id", Int32), ("host", String("utf-8")), ("port", Int32), ("rack", String("utf-8"))),
        ),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
        ("authorized_operations", Int32),
    )


class _MetadataRequest(RequestStruct):  # type: ignore[misc] # aiokafka is untyped
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class _Metadata(Request[_MetadataRequest]):  # type: ignore[misc] # aiokafka is untyped
    API_KEY = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataRequest]) -> _MetadataRequest:
        return request_struct_class(self._topics, False, False, True)  # noqa: FBT003 - as the schema orders them


class _GroupsRequest(DescribeGroupsRequest_v3):  # type: ignore[misc] # aiokafka is untyped
    RESPONSE_TYPE = DescribeGroupsResponse_v3  # aiokafka 0.14 names the version before


class _Groups(Request[_GroupsRequest]):  # type: ignore[misc] # aiokafka is untyped
    API_KEY = 15

    def __init__(self, groups: list[str]) -> None:
        self._groups = groups

    def build(self, request_struct_class: type[_GroupsRequest]) -> _GroupsRequest:
        return request_struct_class(self._groups, True)  # noqa: FBT003 - ditto


__all__ = ["Right", "check_rights", "least_rights", "missing_rights"]
