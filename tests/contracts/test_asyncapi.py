"""AsyncAPI says what topics, structs and headers are, and the AsyncAPI project's own parser has nothing against it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec

from contracts.documents import SCHEMAS
from copydesk.contracts import envelope
from copydesk.contracts.asyncapi import FILE, document, render
from copydesk.contracts.topics import public_topics
from harness.require import ROOT, missing

PARSER = ROOT / "build" / "asyncapi"
"""Folder in which `.ci/run` installs @asyncapi/parser."""


def nodes(node: Any) -> Iterator[Any]:
    """Every part of a document."""
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(child)


def resolved(reference: str) -> Any:
    """Node to which a reference leads."""
    file, _, path = reference.partition("#")
    found: Any = document() if not file else msgspec.json.decode((SCHEMAS / file).read_bytes())
    for step in path.split("/")[1:]:
        found = found[step]
    return found


def test_the_committed_document_is_the_generated_one() -> None:
    assert (SCHEMAS / FILE).read_bytes() == render()
    assert msgspec.yaml.decode(render()) == document()


def test_every_topic_has_a_channel_with_its_settings() -> None:
    channels = {channel["address"]: channel for channel in document()["channels"].values()}
    assert list(channels) == list(public_topics())
    for name, topic in public_topics().items():
        kafka = channels[name]["bindings"]["kafka"]
        assert kafka["partitions"] == topic.partitions
        written = {
            key: ",".join(value) if isinstance(value, list) else str(value)
            for key, value in kafka["topicConfiguration"].items()
        }
        assert written == topic.configs


def test_references_lead_somewhere() -> None:
    references = [node["$ref"] for node in nodes(document()) if isinstance(node, dict) and "$ref" in node]
    assert len(references) > 3 * len(public_topics())
    for reference in references:
        assert resolved(reference)


def test_a_stage_receives_raw_articles_and_sends_the_rest() -> None:
    actions = {resolved(one["channel"]["$ref"])["address"]: one["action"] for one in document()["operations"].values()}
    assert actions == {name: "receive" if name == "articles.raw" else "send" for name in public_topics()}


def test_the_headers_that_are_written_are_the_described_ones() -> None:
    check = jsonschema_rs.validator_for(document()["components"]["messageTraits"]["event"]["headers"])
    passed_on = envelope.passed_on([("traceparent", b"00-1-2-01")], partition=3, offset=1042, timestamp=0)
    written = envelope.event(
        id_="1", source="/copydesk/cleaner", type_="copydesk.article.cleaned.v1", time=0, subject="a",
        passed_on=passed_on,
    )  # fmt: skip
    headers = {name: (value or b"").decode() for name, value in written}
    assert list(check.iter_errors(headers)) == []
    known = document()["components"]["messageTraits"]["event"]["headers"]["properties"]
    assert set(headers) <= set(known)
    for name in ("ce_id", envelope.ORIGIN):
        assert not check.is_valid({key: value for key, value in headers.items() if key != name})


def test_the_projects_own_parser_has_nothing_against_it(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (PARSER / "node_modules" / "@asyncapi" / "parser").is_dir():
        missing("asyncapi", "`npm install --no-save --prefix build/asyncapi @asyncapi/parser` was not run")
    command = [node, str(Path(__file__).with_name("asyncapi.cjs")), str(PARSER)]
    result = subprocess.run([*command, str(SCHEMAS / FILE)], check=False, capture_output=True, text=True, timeout=60)
    assert result.stdout == ""
    assert result.stderr.split() == list(public_topics())
    shutil.copytree(SCHEMAS, tmp_path, dirs_exist_ok=True)
    broken = tmp_path / FILE
    broken.write_bytes(render().replace(b"action: send", b"action: sing", 1))
    result = subprocess.run([*command, str(broken)], check=False, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "action" in result.stdout
