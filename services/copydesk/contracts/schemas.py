"""JSON Schemas (2020-12), made from the structs and completed with rules that structs cannot express."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from copydesk.contracts import asyncapi, asyncapi_html
from copydesk.contracts.articles import SCORED, UNSCORED, VISIBLE, RawArticle
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.records import RECORDS
from copydesk.contracts.topics import DOCUMENTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = 1

Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """All schemas by file name, as in `schemas/`."""
    documents = {**DOCUMENTS, **RECORDS}
    made = {f"{topic}.v{VERSION}.schema.json": _schema(document, topic) for topic, document in documents.items()}
    made[f"deadletter.v{VERSION}.schema.json"] = _schema(DeadLetter, "deadletter")
    return made


def files() -> dict[str, bytes]:
    """Content of every file in `schemas/` that is made from the structs and topics, by file name."""
    made = schemas()
    rendered = {name: render(schema) for name, schema in made.items()}
    return rendered | {asyncapi.FILE: asyncapi.render(), asyncapi_html.FILE: asyncapi_html.render(made)}


def render(schema: Schema) -> bytes:
    """Encode a schema as in its file: indented, keys in the order of the fields, a line break at the end."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def _schema(struct: type[msgspec.Struct], name: str) -> Schema:
    (reference,), definitions = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    _translate_patterns(definitions)
    if "metadata" in struct.__struct_fields__:
        _complete_metadata(definitions[struct.__name__])
    for title, complete in _COMPLETIONS.items():
        if title in definitions:
            complete(definitions[title])
    root = definitions.pop(struct.__name__)
    if reference != {"$ref": f"#/$defs/{struct.__name__}"}:
        raise TypeError(f"msgspec made {reference} of {struct.__name__}")
    return {
        "$schema": DIALECT,
        "$id": f"urn:copydesk:{name}:v{VERSION}",
        **root,
        **({"$defs": dict(sorted(definitions.items()))} if definitions else {}),
    }


def _translate_patterns(schema: Any) -> None:
    r"""Translate patterns: the end of a string is ``\Z`` in Python and ``$`` in JSON Schema."""
    if isinstance(schema, dict):
        if isinstance(pattern := schema.get("pattern"), str):
            schema["pattern"] = re.sub(r"\\Z$", "$", pattern)
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            _translate_patterns(part)


def _complete_metadata(document: Schema) -> None:
    document["properties"]["metadata"] = {
        "type": ["object", "null"],
        "description": "Data of the producer, passed through as it came",
        "default": None,
    }


def _complete_raw(article: Schema) -> None:
    """Require `text` or `html`. All other fields are tolerant: a bad value is read as null, with a warning."""
    properties = article["properties"]
    del properties["warnings"]
    visible = {"type": "string", "pattern": VISIBLE}
    article["anyOf"] = [
        {"required": [name], "properties": {name: visible}, "title": f"{name} with a visible character"}
        for name in ("text", "html")
    ]
    strict = ("text", "html")
    integer = {"type": "integer", "description": "A database key: read as its decimal digits"}
    for name, schema in properties.items():
        if name not in strict:
            described = {key: schema.pop(key) for key in ("default",) if key in schema}
            properties[name] = {
                "anyOf": [
                    schema,
                    *([integer] if name == "id" else []),
                    {"description": "Any other value is read as null, with a warning"},
                ],
                **described,
            }


def _complete_block(block: Schema) -> None:
    """Distinguish kept and removed blocks, which have different fields."""
    null, offset, text = {"type": "null"}, {"type": "integer"}, {"type": "string"}
    block["oneOf"] = [
        {
            "title": "kept",
            "required": ["start", "end"],
            "properties": {"kept": {"const": True}, "start": offset, "end": offset, "reason": null, "text": null},
        },
        {
            "title": "removed",
            "required": ["reason", "text"],
            "properties": {"kept": {"const": False}, "start": null, "end": null, "reason": text, "text": text},
        },
    ]


def _complete_coherence(coherence: Schema) -> None:
    """Require a score where the status promises one. A status of a later version may have one or not."""
    null = {"type": "null"}
    scored, unscored = sorted(SCORED), sorted(UNSCORED)
    coherence["oneOf"] = [
        {
            "title": "scored",
            "required": ["score", "units"],
            "properties": {"status": {"enum": scored}, "score": {"type": "number"}, "units": {"minItems": 1}},
        },
        {
            "title": "not scored",
            "properties": {
                "status": {"enum": unscored},
                "score": null,
                "raw_score": null,
                "units": {"maxItems": 0},
            },
        },
        {"title": "status of a later version", "properties": {"status": {"not": {"enum": [*scored, *unscored]}}}},
    ]


_COMPLETIONS = {
    RawArticle.__name__: _complete_raw,
    "Block": _complete_block,
    "Coherence": _complete_coherence,
}
