"""Check that schemas are compatible with those of the last release, within the version in their names.

Two things can break. Messages that are on a topic today must be readable tomorrow, so no schema may get narrower.
Messages written tomorrow must be readable by programs built yesterday, so a schema of a topic that copydesk writes may
not get wider either. Two things may grow all the same: optional fields, which readers ignore, and lists of values that
are declared open (a string with `examples`), where readers take an unknown value as "other". `articles.raw` is written
by others and read here: it may get wider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

FILE = "released.json"
"""File in `schemas/` with the schemas of the last release."""

WRITTEN_BY_OTHERS = "articles.raw."

Schema = dict[str, Any]

_LOWER = ("minimum", "minLength", "minItems")
_UPPER = ("maximum", "maxLength", "maxItems")
_EXACT = ("const", "pattern", "format", "not", "oneOf")
_ANNOTATIONS = ("description", "title", "default", "examples")
"""Keywords that do not restrict a value."""


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """Schemas of the last release."""

    version: str
    schemas: dict[str, Schema]


class Change(NamedTuple):
    """A difference between two schemas."""

    where: str
    """Path of the field, as `Block.reason`."""

    kind: Literal["narrower", "wider", "both"]
    what: str


def breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """Changes that break readers or writers of the old schemas, one line each.

    >>> old = {"a.v1": {"properties": {"x": {"type": "string"}}}}
    >>> breaks(old, {"a.v1": {"properties": {}}})
    ['a.v1: x: removed']
    """
    found = [f"{name}: gone" for name in old if name not in new]
    for name in old.keys() & new.keys():
        harmless = "wider" if name.startswith(WRITTEN_BY_OTHERS) else None
        found += [f"{name}: {one.where}: {one.what}" for one in _changes(old[name], new[name]) if one.kind != harmless]
    return sorted(found)


def _changes(old: Schema, new: Schema) -> Iterator[Change]:
    yield from _object(old, new, "")
    parts, others = old.get("$defs", {}), new.get("$defs", {})
    for name in parts.keys() & others.keys():  # a missing definition is reported where it was used
        yield from _node(parts[name], others[name], name)


def _object(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    """Changes of an object: fields removed, added or required, and changes inside the others."""
    fields, others = old.get("properties", {}), new.get("properties", {})
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    for name in fields:
        place = f"{where}.{name}" if where else name
        if name not in others:
            yield Change(place, "both", "removed")
            continue
        yield from _node(fields[name], others[name], place)
        if name in after - before:
            yield Change(place, "narrower", "required now")
        if name in before - after:
            yield Change(place, "wider", "no longer required")
    for name in after - fields.keys():
        yield Change(f"{where}.{name}" if where else name, "narrower", "new, and required")


def _node(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    """Changes of one value."""
    if "anyOf" in old or "anyOf" in new:
        yield from _variants(_one_of(old), _one_of(new), where)
        yield from _default(old, new, where)
        return
    yield from _kinds(_types(old), _types(new), where, "type")
    yield from _kinds(set(old.get("enum", ())), set(new.get("enum", ())), where, "value")
    yield from _limits(old, new, where)
    yield from _default(old, new, where)
    yield from _object(old, new, where)
    for inside in ("items", "additionalProperties"):
        if isinstance(old.get(inside), dict) and isinstance(new.get(inside), dict):
            yield from _node(old[inside], new[inside], f"{where}[]")


def _one_of(node: Schema) -> dict[str, Schema]:
    """Variants of a value by type, so that a variant is found again if only its limits changed."""
    return {str(sorted(_types(one))) if _types(one) else _bare(one): one for one in node.get("anyOf", [node])}


def _types(node: Schema) -> set[str]:
    if "enum" in node:
        return {"enum"}
    kinds: str | list[str] = node["$ref"] if "$ref" in node else node.get("type", [])
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _bare(node: Schema) -> str:
    """Encoded schema of a value without annotations, for comparison."""
    restrictions = {key: value for key, value in node.items() if key not in _ANNOTATIONS}
    return msgspec.json.encode(restrictions, order="deterministic").decode()


def _variants(old: dict[str, Schema], new: dict[str, Schema], where: str) -> Iterator[Change]:
    for kind in sorted(old.keys() - new.keys()):
        yield Change(where, "narrower", f"no longer {kind}")
    for kind in sorted(new.keys() - old.keys()):
        yield Change(where, "wider", f"{kind} now, too")
    for kind in sorted(old.keys() & new.keys()):
        yield from _node(_without_default(old[kind]), _without_default(new[kind]), where)


def _without_default(node: Schema) -> Schema:
    """Return a variant without its default, which belongs to the whole field."""
    return {key: value for key, value in node.items() if key != "default"}


def _kinds(old: set[Any], new: set[Any], where: str, what: str) -> Iterator[Change]:
    for one in sorted(old - new, key=str):
        yield Change(where, "narrower", f"{what} {one} removed")
    for one in sorted(new - old, key=str):
        yield Change(where, "wider", f"{what} {one} added")


def _limits(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    for names, sign in ((_LOWER, 1), (_UPPER, -1)):
        for name in names:
            before, after = (one.get(name, -sign * float("inf")) for one in (old, new))
            if before != after:
                what = f"{name} {old.get(name)} is now {new.get(name)}"
                yield Change(where, "narrower" if sign * (after - before) > 0 else "wider", what)
    for name in _EXACT:
        before, after = (_bare({name: one[name]}) if name in one else None for one in (old, new))
        if before != after:
            kind: Literal["wider", "both"] = "wider" if after is None else "both"
            yield Change(where, kind, f"{name} {'removed' if after is None else 'changed'}")


def _default(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    before, after = (msgspec.json.encode(one.get("default")).decode() for one in (old, new))
    if before != after:
        yield Change(where, "both", f"default {before} is now {after}")
