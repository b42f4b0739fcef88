"""Reasons for removals by the kind of a block's phrases."""

from __future__ import annotations

from copydesk.cleaner.rules.phrases import ANYWHERE, FIRST, LAST, PHRASE_KINDS, WHOLE
from copydesk.cleaner.rules.reasons import REASONS


def test_every_kind_of_phrase_has_a_reason_and_a_place_in_every_list() -> None:
    assert tuple(REASONS) == PHRASE_KINDS
    assert {PHRASE_KINDS} == {tuple(phrases) for phrases in (WHOLE, FIRST, LAST, ANYWHERE)}
