"""Id and number of partitions of a topic, as the broker has them now.

A topic that is deleted and created again keeps its name and gets another id (KIP-516, Kafka 2.8). Offsets that were
committed for the old one mean nothing for the new one, and only the id tells the two apart. aiokafka (0.14) asks for
Metadata 5 at most, which has no ids; ids came with version 10.
"""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any, NamedTuple

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.metadata import MetadataRequest_v5
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

NO_ID = bytes(16)
"""Id of a topic on a broker that has no topic ids."""


class TopicMetadata(NamedTuple):
    """A topic as the broker has it now."""

    id: str | None
    """Id in the form that `kafka-topics --describe` prints; None: the broker has no topic ids."""

    partitions: int
    """Number of its partitions."""


async def fetch_topic_metadata(client: AIOKafkaClient, full_name: str) -> TopicMetadata | None:
    """Id and number of partitions of a topic, or None if it does not exist.

    Args:
        client: A started client, for example that of a consumer.
        full_name: The topic, with prefix.

    Raises:
        KafkaError: The broker does not answer, or refuses the answer.
    """
    response = await client.send(client.get_random_node(), _TopicRequest(full_name))
    for topic in response.topics:
        error, name = topic[0], topic[1]
        if name != full_name:
            continue
        if error == UnknownTopicOrPartitionError.errno:
            return None
        if error:
            raise for_code(error)(full_name)
        if isinstance(response, _Response10):
            return TopicMetadata(_readable(topic[2]), len(topic[4]))
        return TopicMetadata(None, len(topic[3]))
    return None


def _readable(id_: bytes) -> str | None:
    """Topic id in Kafka's own notation: base64 for URLs, without padding."""
    return None if id_ == NO_ID else base64.urlsafe_b64encode(id_).decode("ascii").rstrip("=")


class _Uuid(AbstractType[bytes]):  # type: ignore[misc]  # aiokafka has no types
    @classmethod
    def encode(cls, value: bytes) -> bytes:
        return value

    @classmethod
    def decode(cls, data: BytesIO) -> bytes:
        return data.read(16)


class _Response10(Response):  # type: ignore[misc]  # ditto
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", CompactString("utf-8")),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _Request10(RequestStruct):  # type: ignore[misc]  # ditto
    API_KEY = 3
    API_VERSION = 10
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _Response10
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("topic", CompactString("utf-8")), ("tags", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicRequest(Request[MetadataRequest_v5 | _Request10]):  # type: ignore[misc]  # ditto
    """Metadata of one topic, by name; never creates it."""

    API_KEY = 3

    def __init__(self, full_name: str) -> None:
        self._name = full_name

    def build(self, request_struct_class: type[Any]) -> Any:
        if request_struct_class is MetadataRequest_v5:
            return MetadataRequest_v5([self._name], False)  # noqa: FBT003 - fields of a message
        return _Request10([(NO_ID, self._name, {})], False, False, False, {})  # noqa: FBT003 - ditto


__all__ = ["TopicMetadata", "fetch_topic_metadata"]
