"""The contract as one HTML page, for people: topics, headers, every field, one example each.

The page needs no network, script or font: it can be opened from the disk, mailed, or served by anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import copydesk
from copydesk.contracts import asyncapi
from copydesk.contracts.topics import Topic, public_topics, schemas_folder

FILE = "asyncapi.html"

Node = dict[str, Any]

_STYLE = """
:root { color-scheme: light dark; --paper: #fbfaf7; --sheet: #fff; --ink: #211e1a; --soft: #5f584e; --line: #ddd6ca;
  --accent: #14506d; }
@media (prefers-color-scheme: dark) { :root { --paper: #15171a; --sheet: #1b1e22; --ink: #e8e4dc; --soft: #b0a99e;
  --line: #353a40; --accent: #8cc8e2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 1rem 1.25rem; }
h1, h2, h3 { line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { margin: 1.6rem 0 .4rem; }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
code, pre { font: .92em/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; padding: 1rem; background: var(--sheet); border: 1px solid var(--line); }
nav ul { list-style: none; margin: 0; padding: 0; columns: 3 14rem; }
summary { cursor: pointer; padding: .4rem 0; }
dl { margin: .6rem 0; }
dl > div { display: grid; grid-template-columns: 15rem 1fr; gap: 0 1.25rem; padding: .5rem 0;
  border-top: 1px solid var(--line); }
dt { font-weight: 600; }
dd { margin: 0; }
.soft { color: var(--soft); font-weight: 400; }
@media (max-width: 40rem) { dl > div { grid-template-columns: 1fr; } }
"""


def render(schemas: Mapping[str, Node]) -> bytes:
    """The page as `schemas/asyncapi.html` holds it.

    Args:
        schemas: Every schema by its file name.
    """
    described = asyncapi.document()
    every = public_topics()
    definitions = {name: one for schema in schemas.values() for name, one in schema.get("$defs", {}).items()}
    body = [
        "<header>",
        f"<h1>The topics of copydesk {escape(copydesk.__version__)}</h1>",
        f"<p>{escape(described['info']['description'])}</p>",
        '<p>For programs: <a href="asyncapi.yaml">asyncapi.yaml</a> (AsyncAPI 3.1) and the JSON Schemas beside it.</p>',
        _contents(every, definitions),
        "</header>",
        "<main>",
        *(_topic(topic, schemas[topic.schema]) for topic in every.values()),
        '<h2 id="headers">Headers</h2>',
        "<p>CloudEvents 1.0 in binary mode, on every message that copydesk writes except dead letters.</p>",
        _fields(described["components"]["messageTraits"]["event"]["headers"]),
        "<h2>Parts of the documents</h2>",
        *(_definition(name, definitions[name]) for name in sorted(definitions)),
        "</main>",
        "<footer><p>Made by <code>copydesk schemas write</code>: do not edit.</p></footer>",
    ]
    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>The topics of copydesk</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )
    return (head + "\n".join(body) + "\n</body>\n</html>\n").encode()


def _contents(every: Mapping[str, Topic], definitions: Iterable[str]) -> str:
    links = [*(f'<a href="#{name}">{name}</a>' for name in every), '<a href="#headers">Headers</a>']
    links += [_link(name) for name in sorted(definitions)]
    return f'<nav aria-label="On this page"><ul>{"".join(f"<li>{link}</li>" for link in links)}</ul></nav>'


def _topic(topic: Topic, schema: Node) -> str:
    settings = {
        "Key": escape(topic.key),
        "Written by": escape(", ".join(topic.producers)),
        "Read by": escape(", ".join(topic.consumers)),
        "Kept": _describe_keeping(topic),
        "Partitions": str(topic.partitions),
        "Largest message": f"{topic.max_message_bytes / 2**20:g} MiB",
        **({"ce_type": f"<code>{escape(topic.event)}</code>"} if topic.event else {}),
    }
    if topic.holds_dead_letters:
        value = "The value is the bytes of the original. Its headers are followed by these:"
    else:
        value = "The value, in JSON. A message without a value withdraws what has that key:"
    return "\n".join(
        [
            f'<h2 id="{topic.name}">{topic.name}</h2>',
            f"<p>{escape(topic.purpose)}</p>",
            _list((escape(name), value) for name, value in settings.items()),
            f'<h3>Fields<span class="soft"> of {topic.name}</span></h3>',
            f"<p>{value}</p>",
            _rules(schema),
            _fields(schema),
            _example(topic),
        ]
    )


def _describe_keeping(topic: Topic) -> str:
    if "delete" not in topic.cleanup:
        return "the newest message of every key, for ever; cleanup compact"
    return f"{topic.retention_hours / 24:g} days; cleanup {escape(', '.join(topic.cleanup))}"


def _definition(name: str, definition: Node) -> str:
    return "\n".join(
        [
            f'<h3 id="part-{name}">{name}</h3>',
            f"<p>{_words(definition['description'])}.</p>",
            _rules(definition),
            _fields(definition),
        ]
    )


def _fields(schema: Node) -> str:
    """All fields of an object: name, whether it is optional, type, meaning, known values, default."""
    required = schema.get("required", ())
    rows = []
    for name, node in schema["properties"].items():
        must = "" if name in required else ' <span class="soft">optional</span>'
        default = node.get("default")
        sentences = [f"{_type(node)}."]
        if description := _description(node):
            sentences.append(_words(description) + ".")
        if known := _known_values(node):
            sentences.append(f"Today: {', '.join(f'<code>{escape(value)}</code>' for value in known)}.")
        if default not in {None, ()}:
            sentences.append(f"Default: <code>{escape(json.dumps(default))}</code>.")
        rows.append((f"<code>{escape(name)}</code>{must}", " ".join(sentences)))
    return _list(rows)


def _list(rows: Iterable[tuple[str, str]]) -> str:
    return "<dl>\n" + "\n".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows) + "\n</dl>"


def _rules(schema: Node) -> str:
    """Rules between fields: at least one of them, or one of several sets of values."""
    if alternatives := schema.get("anyOf"):
        least = escape(", ".join(one["title"] for one in alternatives))
        return f"<p>At least one of: {least}. A bad value of any other field is read as null.</p>"
    lines = [
        f"<li>{escape(one['title'])}: "
        + ", ".join(f"<code>{escape(name)}</code> {_type(node)}" for name, node in one["properties"].items())
        + "</li>"
        for one in schema.get("oneOf", ())
    ]
    return f"<p>One of:</p><ul>{''.join(lines)}</ul>" if lines else ""


def _example(topic: Topic) -> str:
    """An example message: the fullest of a document, or the headers of a dead letter."""
    folder = schemas_folder() / "examples" / topic.name / "1"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".json")), key=lambda one: one.name)
    file = next((one for one in files if one.name == "full.json"), files[0])
    text = json.dumps(json.loads(file.read_bytes()), ensure_ascii=False, indent=2)
    summary = f"An example of {topic.name}" + (": headers" if topic.holds_dead_letters else "")
    return f"<details><summary>{summary}</summary><pre>{escape(text)}</pre></details>"


def _link(name: str) -> str:
    return f'<a href="#part-{name}">{name}</a>'


def _type(node: Node) -> str:
    """Type of a value, in words."""
    if "$ref" in node:
        return _link(node["$ref"].rpartition("/")[2])
    if "const" in node:
        return f"<code>{escape(json.dumps(node['const']))}</code>"
    if "enum" in node:
        return " or ".join(f"<code>{escape(str(one))}</code>" for one in node["enum"])
    if "not" in node:
        return f"not {_type(node['not'])}"
    if "anyOf" in node:
        every = list(dict.fromkeys(_type(one) for one in node["anyOf"] if not _is_tolerant(one)))
        return " or ".join(one for one in every if one != "null") + (", or null" if "null" in every else "")
    kinds = node.get("type", ())
    named = [_NAMED[kind](node) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return " or ".join(named) or _count(node) or "anything"


def _array(node: Node) -> str:
    return f"list of {_type(node['items'])}"


def _count(node: Node) -> str:
    return "empty" if node.get("maxItems") == 0 else f"at least {node['minItems']}" if "minItems" in node else ""


def _number(node: Node, kind: str) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None and high is not None:
        return f"{kind}, {low} to {high}"
    return f"{kind}, {low} or more" if low is not None else kind


def _string(node: Node) -> str:
    words = ["time" if node.get("format") == "date-time" else "text"]
    low, high = node.get("minLength"), node.get("maxLength")
    if high is not None:
        words.append(f"{low} to {high} characters" if low else f"at most {high:,} characters")
    elif low == 1:
        words.append("not empty")
    if pattern := node.get("pattern"):
        words.append(f"matching <code>{escape(pattern)}</code>")
    return ", ".join(words)


def _object(node: Node) -> str:
    inner = node.get("additionalProperties")
    return f"object, each value a {_type(inner)}" if inner else "object"


_NAMED = {
    "array": _array,
    "boolean": lambda _: "<code>true</code> or <code>false</code>",
    "integer": lambda node: _number(node, "whole number"),
    "null": lambda _: "null",
    "number": lambda node: _number(node, "number"),
    "object": _object,
    "string": _string,
}


def _description(node: Node) -> str:
    """Meaning of a field. The schema may keep it inside one of the field's types."""
    if "description" in node:
        return str(node["description"])
    return next(filter(None, (_description(one) for one in node.get("anyOf", ()) if not _is_tolerant(one))), "")


def _known_values(node: Node) -> list[str]:
    """Values of an open list that this version writes."""
    if "examples" in node:
        return list(node["examples"])
    return next(filter(None, (_known_values(variant) for variant in node.get("anyOf", ()))), [])


def _is_tolerant(node: Node) -> bool:
    """True for the variant that stands for every other value, which is read as null."""
    return set(node) == {"description"}


def _words(text: str) -> str:
    """A description as HTML. Words between backticks become code."""
    return re.sub(r"(`+)(.+?)\1", r"<code>\2</code>", escape(text.rstrip(".")))
