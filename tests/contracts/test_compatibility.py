"""The schemas keep what the last release promised; what would not is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from contracts.documents import SCHEMAS
from copydesk.cli.schemas import command
from copydesk.contracts.compatibility import FILE, Released, breaks
from copydesk.contracts.schemas import files, schemas

RAW, SCORED = "articles.raw.v1.schema.json", "articles.scored.v1.schema.json"

Schemas = dict[str, dict[str, Any]]


def built() -> Schemas:
    """The schemas as their files hold them (a default of () is [] there)."""
    return msgspec.json.decode(msgspec.json.encode(schemas()), type=Schemas)


def test_todays_schemas_keep_what_the_last_release_promised() -> None:
    released = msgspec.json.decode((SCHEMAS / FILE).read_bytes(), type=Released)
    assert breaks(released.schemas, schemas()) == []


def objects(found: Schemas) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every object with fields: its schema, where it is, what it is."""
    for name, schema in found.items():
        yield name, "", schema
        yield from ((name, f"{part}.", one) for part, one in schema.get("$defs", {}).items())


def test_no_field_can_be_removed_or_become_required_unseen() -> None:
    old = built()
    count = 0
    for name, where, found in objects(old):
        for field in found["properties"]:
            fewer = deepcopy(old)
            inside = next(one for here, place, one in objects(fewer) if (here, place) == (name, where))
            del inside["properties"][field]
            assert f"{name}: {where}{field}: removed" in breaks(old, fewer)
            if field not in found.get("required", ()):
                strict = deepcopy(old)
                inside = next(one for here, place, one in objects(strict) if (here, place) == (name, where))
                inside["required"] = [*inside.get("required", ()), field]
                assert breaks(old, strict) == [f"{name}: {where}{field}: required now"]
            count += 1
    assert count > 200


def part(found: Schemas, name: str) -> dict[str, Any]:
    fields: dict[str, Any] = found[SCORED]["$defs"][name]["properties"]
    return fields


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda all_: all_.pop(SCORED), f"{SCORED}: gone"),
        (lambda all_: part(all_, "Unit")["block"].update(type="string"), "Unit.block: type integer removed"),
        (lambda all_: part(all_, "Unit")["block"].update(minimum=1), "Unit.block: minimum 0 is now 1"),
        (lambda all_: part(all_, "Unit")["relevance"].pop("maximum"), "Unit.relevance: maximum 1 is now None"),
        (lambda all_: part(all_, "Mention")["section"]["enum"].append("new"), "Mention.section: value new added"),
        (lambda all_: part(all_, "Mention")["section"]["enum"].remove("body"), "Mention.section: value body removed"),
        (lambda all_: part(all_, "Unit")["flag"].update(enum=["none"]), "Unit.flag: type enum added"),
        (lambda all_: part(all_, "Unit")["flag"].update(pattern="^a"), "Unit.flag: pattern changed"),
        (lambda all_: part(all_, "Unit")["flag"].update(default="teaser"), 'Unit.flag: default "none" is now'),
        (lambda all_: part(all_, "Unit")["reasons"]["items"].update(minLength=1), "Unit.reasons[]: minLength None"),
        (lambda all_: part(all_, "Quote")["cue"]["anyOf"].pop(1), "Quote.cue: no longer ['null']"),
        (lambda all_: part(all_, "Quote")["cue"].pop("anyOf"), "Quote.cue: no longer ['#/$defs/Cue']"),
        (lambda all_: part(all_, "Cue")["text"].update(type=["string", "null"]), "Cue.text: type null added"),
        (lambda all_: part(all_, "Cue")["text"].update(pattern="^a"), "Cue.text: pattern changed"),
        (lambda all_: part(all_, "CoherenceModel")["prior"]["additionalProperties"].update(type="string"),
         "CoherenceModel.prior[]: type number removed"),
        (lambda all_: all_[SCORED]["$defs"]["Block"]["oneOf"].pop(), "Block: oneOf changed"),
        (lambda all_: all_[SCORED]["required"].remove("id"), "id: no longer required"),
        (lambda all_: all_[SCORED].update(required=[*all_[SCORED]["required"], "new"]), "new: new, and required"),
        (lambda all_: all_[RAW]["properties"]["id"]["anyOf"].pop(), f"{RAW}: id: no longer {{}}"),
    ],
)  # fmt: skip
def test_what_breaks_is_named(change: Callable[[Schemas], object], named: str) -> None:
    changed = built()
    change(changed)
    lines = breaks(built(), changed)
    assert any(named in line for line in lines), lines


@pytest.mark.parametrize(
    "change",
    [
        lambda all_: part(all_, "Unit").update(new={"type": "string", "default": ""}),
        lambda all_: all_[SCORED]["properties"].update(new={"$ref": "#/$defs/Cue"}),
        lambda all_: all_[SCORED]["$defs"].update(New={"type": "object", "properties": {}}),
        lambda all_: part(all_, "Unit")["block"].update(description="Other words", title="Other"),
        lambda all_: part(all_, "Mention")["section"]["enum"].reverse(),
        lambda all_: part(all_, "Unit")["flag"]["examples"].append("new"),
        lambda all_: part(all_, "Quote")["type"]["examples"].remove("mixed"),
        lambda all_: all_[RAW]["properties"]["text"]["anyOf"].append({"type": "number"}),
        lambda all_: all_.update({"articles.new.v1.schema.json": {"properties": {}, "required": ["a"]}}),
    ],
)  # fmt: skip
def test_what_readers_ignore_breaks_nothing(change: Callable[[Schemas], object]) -> None:
    changed = built()
    change(changed)
    assert changed != built()
    assert breaks(built(), changed) == []


def test_check_names_what_breaks_the_release_and_write_can_keep_a_new_one(tmp_path: Path) -> None:
    for name, content in files().items():
        (tmp_path / name).write_bytes(content)
    result = CliRunner().invoke(command, ["check", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert "schemas write --release" in result.stderr

    result = CliRunner().invoke(command, ["write", "--release", "--folder", str(tmp_path)])
    assert result.exit_code == 0
    assert CliRunner().invoke(command, ["check", "--folder", str(tmp_path)]).exit_code == 0

    released = msgspec.json.decode((tmp_path / FILE).read_bytes(), type=Released)
    released.schemas[SCORED]["$defs"]["Cue"]["properties"]["gone"] = {"type": "string"}
    (tmp_path / FILE).write_bytes(msgspec.json.encode(released))
    result = CliRunner().invoke(command, ["check", "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert f"{SCORED}: Cue.gone: removed" in result.stderr
    assert "v2" in result.stderr
