"""Messages and documents as single lines of JSON."""

from __future__ import annotations

import base64

import msgspec
import orjson

from copydesk.client import Message


def to_single_line(document: bytes) -> bytes:
    """JSON document without line breaks: a scraper's metadata passes through unchanged, and may be indented."""
    return msgspec.json.format(document, indent=-1) if b"\n" in document or b"\r" in document else document


def message_line(message: Message) -> bytes:
    """Message as one line of JSON: a document as it is, a tombstone or a dead letter as an object."""
    if not message.topic.endswith(".dlq") and message.value is not None and _is_json(message.value):
        return to_single_line(message.value)
    return orjson.dumps(message_fields(message))


def message_fields(message: Message) -> dict[str, object]:
    """Place, key, headers and bytes of a message; bytes that are not UTF-8 as base64."""
    value: dict[str, object] = {"value": None}
    if message.value is not None:
        try:
            value = {"value": message.value.decode()}
        except UnicodeDecodeError:
            value = {"value_base64": base64.b64encode(message.value).decode()}
    return {
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "timestamp": message.timestamp,
        "key": None if message.key is None else message.key.decode("utf-8", "backslashreplace"),
        "headers": {name: (content or b"").decode("utf-8", "backslashreplace") for name, content in message.headers},
        **value,
    }


def _is_json(value: bytes) -> bool:
    try:
        orjson.loads(value)
    except ValueError:
        return False
    return True
