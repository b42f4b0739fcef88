"""The committed JSON Schemas are what the structs give, and `copydesk schemas` says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from contracts.documents import SCHEMAS, examples, label
from copydesk.cli.schemas import command
from copydesk.contracts import compatibility
from copydesk.contracts.schemas import files, render, schemas
from copydesk.contracts.topics import DOCUMENTS, public_topics


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what is made from structs and topics."""
    for name in (*files(), compatibility.FILE):
        shutil.copy(SCHEMAS / name, tmp_path)
    return tmp_path


def test_the_committed_schemas_are_the_generated_ones() -> None:
    committed = {file.name: file.read_bytes() for file in SCHEMAS.glob("*.schema.json")}
    assert committed == {name: render(schema) for name, schema in schemas().items()}


def test_every_schema_is_a_valid_one_and_is_the_schema_of_a_topic() -> None:
    for file in SCHEMAS.glob("*.schema.json"):
        jsonschema_rs.meta.validate(json.loads(file.read_bytes()))
    assert {topic.schema for topic in public_topics().values()} == set(schemas())


def test_no_pattern_needs_pythons_own_syntax() -> None:
    assert r"\\Z" not in "".join(file.read_text() for file in SCHEMAS.glob("*.schema.json"))


def test_check_is_content_with_what_is_committed() -> None:
    result = CliRunner().invoke(command, ["check"])
    assert (result.exit_code, result.output) == (0, "")


def test_check_names_what_differs_and_what_is_gone(folder: Path) -> None:
    changed, gone = folder / "articles.raw.v1.schema.json", folder / "deadletter.v1.schema.json"
    changed.write_bytes(changed.read_bytes().replace(b"BCP 47", b"BCP 48"))
    gone.unlink()
    result = CliRunner().invoke(command, ["check", "--folder", str(folder)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert [line.split()[0] for line in result.stderr.splitlines()] == [changed.name, gone.name]
    assert "schemas/CHANGELOG.md" in result.stderr


def test_write_mends_what_check_found(folder: Path) -> None:
    (folder / "articles.raw.v1.schema.json").write_bytes(b"{}")
    result = CliRunner().invoke(command, ["write", "--folder", str(folder)])
    assert result.exit_code == 0
    assert "articles.raw.v1.schema.json: written" in result.stdout
    assert "articles.scored.v1.schema.json: unchanged" in result.stdout
    assert CliRunner().invoke(command, ["check", "--folder", str(folder)]).exit_code == 0


@pytest.mark.parametrize("example", [one for one in examples(valid=True) if one[0] in DOCUMENTS], ids=label)
def test_writers_emit_no_field_that_the_schema_does_not_know(example: tuple[str, Path]) -> None:
    topic, file = example
    schema = json.loads((SCHEMAS / public_topics()[topic].schema).read_bytes())
    closed = {**_closed(schema), "$defs": {name: _closed(one) for name, one in schema.get("$defs", {}).items()}}
    check = jsonschema_rs.Draft202012Validator(closed)
    written = DOCUMENTS[topic].read(file.read_bytes(), b"key").write()
    assert [error.message for error in check.iter_errors(json.loads(written))] == []


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "additionalProperties": False}


def test_each_document_is_the_one_before_it_plus_its_own_block() -> None:
    properties = {topic: schemas()[f"{topic}.v1.schema.json"]["properties"] for topic in DOCUMENTS}
    raw, cleaned, extracted, scored = (set(properties[topic]) for topic in DOCUMENTS)
    assert raw - cleaned == {"html"}
    assert extracted - cleaned == {"entities", "quotes", "extraction"}
    assert scored - extracted == {"coherence"}
    for name, schema in properties["articles.cleaned"].items():
        assert properties["articles.scored"][name] == schema
