"""The least rights as they are written down for administrators."""

from __future__ import annotations

import re

import msgspec
from copydesk_teststages import stage

from copydesk.client import Connection
from copydesk.operations.rights import Right, least_rights
from harness.require import ROOT


def test_the_table_for_administrators_lists_what_a_worker_needs() -> None:
    made_up = msgspec.structs.replace(stage, name="STAGE", source="SOURCE", sink="SINK")
    text = (ROOT / "infra" / "kafka" / "rights.md").read_text(encoding="utf-8")
    table = re.findall(
        r"^\| (topic|group|transactional-id) \| (\S+) \| (\w+) \| (literal|prefixed) \|$", text, re.MULTILINE
    )
    assert [Right(kind, name, operation, pattern == "prefixed") for kind, name, operation, pattern in table] == (
        least_rights(made_up, Connection())
    )


def test_the_prefix_goes_before_every_name() -> None:
    assert all(right.name.startswith("team-") for right in least_rights(stage, Connection(topic_prefix="team-")))


def test_a_grant_is_a_command_that_can_be_typed() -> None:
    right = Right("group", "copydesk.probe", "Read", prefixed=True)
    assert right.grant_command("host:9092", "me") == (
        "kafka-acls --bootstrap-server host:9092 --add --allow-principal 'User:me' --operation Read "
        "--group 'copydesk.probe' --resource-pattern-type prefixed"
    )
