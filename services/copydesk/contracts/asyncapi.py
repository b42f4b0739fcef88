"""AsyncAPI 3.1 document of the topics, made from `schemas/topics/*.yaml` and the structs.

Source: AsyncAPI 3.1.0, https://www.asyncapi.com/docs/reference/specification/v3.1.0, and its Kafka bindings 0.5.0.
"""

from __future__ import annotations

from typing import Any

import msgspec

import copydesk
from copydesk.contracts.envelope import INGESTED, ORIGIN, TRACE
from copydesk.contracts.topics import Topic, public_topics

FILE = "asyncapi.yaml"
BINDINGS = "0.5.0"
SCHEMA_FORMAT = "application/schema+json;version=draft-07"
"""The only JSON Schema dialect that every AsyncAPI tool knows. It ignores the one newer keyword used here, `$defs`."""

Node = dict[str, Any]

_TEXT: Node = {"type": "string"}


def document() -> Node:
    """The whole document, with copydesk's operations: it receives raw articles and sends everything else."""
    named = {_name(topic): topic for topic in public_topics().values()}
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "copydesk",
            "version": copydesk.__version__,
            "description": "Dirty scraped news in; clean text, people, quotes with speakers and topic coherence out. "
            "Headers are UTF-8 text. Offsets in documents count Unicode code points. Readers ignore fields that they "
            "do not know, and take values that they do not know as `other` where the field says that values may be "
            "added. On a shared cluster, COPYDESK_TOPIC_PREFIX is put before every topic name.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(name, topic) for name, topic in named.items()},
        "operations": {_operation(name, topic): _doing(name, topic) for name, topic in named.items()},
        "components": {
            "messages": {name: _message(topic) for name, topic in named.items()},
            "messageTraits": {"event": {"headers": _event_headers()}},
        },
    }


def render() -> bytes:
    """Content of `schemas/asyncapi.yaml`."""
    head = b"# Made by `copydesk schemas write` from schemas/topics and services/copydesk/contracts: do not edit.\n"
    return head + msgspec.yaml.encode(document())


def _name(topic: Topic) -> str:
    """Name of a component. It may have no dots: articlesCleanerDlq."""
    first, *rest = topic.name.replace("-", ".").split(".")
    return first + "".join(word.capitalize() for word in rest)


def _channel(name: str, topic: Topic) -> Node:
    return {
        "address": topic.name,
        "description": f"{topic.purpose} Key: {topic.key}. "
        f"Written by: {', '.join(topic.producers)}. Read by: {', '.join(topic.consumers)}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": list(topic.cleanup),
                    "retention.ms": topic.retention_hours * 3_600_000,
                    "max.message.bytes": topic.max_message_bytes,
                },
                "bindingVersion": BINDINGS,
            }
        },
    }


def _receives(topic: Topic) -> bool:
    return topic.name == "articles.raw"


def _operation(name: str, topic: Topic) -> str:
    return f"{'receive' if _receives(topic) else 'send'}{name[0].upper()}{name[1:]}"


def _doing(name: str, topic: Topic) -> Node:
    return {
        "action": "receive" if _receives(topic) else "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": topic.purpose,
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }


def _message(topic: Topic) -> Node:
    key: Node = {"type": "string", "minLength": 1, "description": topic.key}
    message: Node = {
        "name": topic.event or topic.name,
        "title": topic.name,
        "summary": topic.purpose,
        "contentType": "application/json",
        "bindings": {"kafka": {"key": key, "bindingVersion": BINDINGS}},
    }
    schema = {"schemaFormat": SCHEMA_FORMAT, "schema": {"$ref": f"./{topic.schema}"}}
    if topic.holds_dead_letters:
        return message | {
            "contentType": "application/octet-stream",
            "description": "The value is the bytes of the original, whatever they are; empty if they were too many.",
            "headers": schema,
            "payload": {"description": "Bytes of the original"},
        }
    return message | {
        "description": "A message without a value withdraws what has that key.",
        "traits": [] if _receives(topic) else [{"$ref": "#/components/messageTraits/event"}],
        "payload": schema,
    }


def _event_headers() -> Node:
    """Headers of CloudEvents 1.0 in binary mode, and copydesk's extensions."""
    required = {
        "ce_specversion": {"const": "1.0", **_TEXT},
        "ce_id": {**_TEXT, "description": "The same for every delivery of the same result: use it to deduplicate"},
        "ce_source": {**_TEXT, "description": "A URI reference"},
        "ce_type": {**_TEXT, "description": "Such as copydesk.article.cleaned.v1"},
        "ce_time": {**_TEXT, "format": "date-time"},
        "content-type": {"const": "application/json", **_TEXT},
        ORIGIN: {**_TEXT, "description": "Partition and offset of the raw article, as 3/1042"},
    }
    optional = {
        "ce_subject": {**_TEXT, "description": "The article's id"},
        INGESTED: {**_TEXT, "format": "date-time", "description": "Time at which the raw article was appended"},
        **{name: {**_TEXT, "description": "W3C Trace Context, passed on as it came"} for name in TRACE},
    }
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}
