"""The examples, and the two that must agree on them: the structs and the committed JSON Schemas."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec

from copydesk.contracts.articles import InvalidDocumentError
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.records import RECORDS
from copydesk.contracts.topics import DOCUMENTS, public_topics, topics
from harness.require import ROOT

SCHEMAS = ROOT / "schemas"
EXAMPLES = SCHEMAS / "examples"


def examples(*, valid: bool) -> list[tuple[str, Path]]:
    """Topic and file of every example of version 1."""
    pattern = "1/*.json" if valid else "1/invalid/*.json"
    return [(name, file) for name in public_topics() for file in sorted((EXAMPLES / name).glob(pattern))]


def label(example: tuple[str, Path]) -> str:
    return f"{example[0]}/{example[1].stem}"


def refusal(topic: str, value: bytes) -> str | None:
    """Error of the topic's struct for a message, or None if it is accepted.

    The contract of a dead letter is its headers; its examples are JSON objects of headers as strings.
    """
    try:
        if document := {**DOCUMENTS, **RECORDS}.get(topic):
            document.read(value, None)
        else:
            DeadLetter.from_headers([(name, text.encode()) for name, text in json.loads(value).items()])
    except (InvalidDocumentError, msgspec.ValidationError) as error:
        return str(error)
    return None


@cache
def validator(topic: str) -> Any:
    """The committed JSON Schema of a topic."""
    schema = json.loads((SCHEMAS / topics()[topic].schema).read_bytes())
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
