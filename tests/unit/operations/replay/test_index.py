"""The id under which a replayed record's result is published."""

from __future__ import annotations

import json

import pytest
from copydesk_teststages import relay
from copydesk_teststages import stage as probe

from copydesk.operations.replay.index import article_id


@pytest.mark.parametrize(
    ("value", "key", "id_"),
    [
        (b'{"text": "x", "id": "own"}', b"key", "own"),
        (b'{"text": "x"}', b"key", "key"),
        (b'{"text": "x", "id": 5}', b"key", "5"),
        (b'{"text": "x", "id": 5.5}', b"key", "key"),
        (b'{"text": " ", "id": "claimed"}', b"key", "claimed"),
        (b'{"text": "\\ud83d", "id": "half"}', b"key", "half"),
        (b"{no json", b"key", "key"),
        (b"{no json", None, None),
        (None, b"key", "key"),
        (None, b"\xff", None),
        (None, None, None),
    ],
)
def test_the_id_is_the_one_under_which_the_result_would_be(
    value: bytes | None, key: bytes | None, id_: str | None
) -> None:
    assert article_id(probe, value, key) == id_


def test_without_id_and_key_it_is_made_of_the_content() -> None:
    id_ = article_id(probe, b'{"text": "x"}', None)
    assert id_ is not None
    assert id_ == article_id(probe, b'{"text": "x", "site": "other"}', None)
    assert id_ != article_id(probe, b'{"text": "y"}', None)


def test_behind_a_stage_it_is_in_the_document() -> None:
    assert article_id(relay, json.dumps({"id": "a", "text": "x"}).encode(), b"key") == "a"
