"""Datelines."""

from __future__ import annotations

import pytest

from copydesk.cleaner.rules.datelines import find_dateline
from unit.cleaner.articles import BODY, Clean, article


def test_dateline_stays_in_the_text_and_becomes_a_field(clean: Clean) -> None:
    result = clean(article("\n\n".join(["LONDON (Reuters) - " + BODY[0], *BODY[1:]])))
    assert result.dateline == "LONDON (Reuters)"
    assert result.text.startswith("LONDON (Reuters) - The city")


@pytest.mark.parametrize(
    "dateline",
    ["FRANKFURT, Nov 3 (Reuters)", "LONDON, 3 November (AFP)", "PARIS (AP)", "NEW YORK, Nov. 3, 2023", "ROME"],
)
def test_a_dateline_may_have_the_day(dateline: str) -> None:
    assert find_dateline(f"{dateline} — The council voted on Tuesday.") == dateline
    assert find_dateline(f"{dateline} voted on Tuesday - and lost.") is None
