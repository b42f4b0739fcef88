"""JSON Schemas (2020-12) made from the structs, with what structs alone cannot say."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from copydesk.contracts import asyncapi, asyncapi_html
from copydesk.contracts.articles import SCORED, VISIBLE, Document, RawArticle
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.topics import DOCUMENTS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = 1

Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """Every schema by its file name, as `schemas/` holds them."""
    made = {f"{topic}.v{VERSION}.schema.json": _schema(document, topic) for topic, document in DOCUMENTS.items()}
    made[f"deadletter.v{VERSION}.schema.json"] = _schema(DeadLetter, "deadletter")
    return made


def files() -> dict[str, bytes]:
    """Every file of `schemas/` that is made from the structs and topics, with what it holds."""
    made = schemas()
    rendered = {name: render(schema) for name, schema in made.items()}
    return rendered | {asyncapi.FILE: asyncapi.render(), asyncapi_html.FILE: asyncapi_html.render(made)}


def render(schema: Schema) -> bytes:
    """A schema as its file holds it: indented, keys in the order of the fields, a line break at the end."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def _schema(struct: type[msgspec.Struct], name: str) -> Schema:
    (reference,), definitions = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    _translate_patterns(definitions)
    if issubclass(struct, Document):
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
    r"""The end of a string is ``\Z`` in Python and ``$`` in JSON Schema."""
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
        "description": "The producer's own; passed through as it came",
        "default": None,
    }


def _complete_raw(article: Schema) -> None:
    """`text` or `html`; every other field is tolerant: what is not as described is read as null, with a warning."""
    properties = article["properties"]
    del properties["warnings"]
    visible = {"type": "string", "pattern": VISIBLE}
    article["anyOf"] = [
        {"required": [name], "properties": {name: visible}, "title": f"{name} with a visible character"}
        for name in ("text", "html")
    ]
    strict = ("text", "html")
    for name, schema in properties.items():
        if name not in strict:
            described = {key: schema.pop(key) for key in ("default",) if key in schema}
            properties[name] = {
                "anyOf": [schema, {"description": "Anything else is read as null, with a warning"}],
                **described,
            }


def _complete_block(block: Schema) -> None:
    """Kept or removed: each with its own fields."""
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
    """A score where the status promises one, and only there."""
    null = {"type": "null"}
    scored = sorted(SCORED)
    coherence["oneOf"] = [
        {
            "title": "scored",
            "required": ["score", "units"],
            "properties": {"status": {"enum": scored}, "score": {"type": "number"}, "units": {"minItems": 1}},
        },
        {
            "title": "not scored",
            "properties": {
                "status": {"not": {"enum": scored}},
                "score": null,
                "raw_score": null,
                "units": {"maxItems": 0},
            },
        },
    ]


_COMPLETIONS = {
    RawArticle.__name__: _complete_raw,
    "Block": _complete_block,
    "Coherence": _complete_coherence,
}
