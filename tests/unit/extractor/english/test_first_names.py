"""Given names tell a pronoun where one sex bears them."""

from __future__ import annotations

import pytest

from copydesk.extractor.english.first_names import load_first_names


@pytest.mark.parametrize(
    ("name", "pronoun"), [("mary", "she"), ("robert", "he"), ("mohammed", "he"), ("leslie", ""), ("hmeimim", "")]
)
def test_a_name_asks_for_a_pronoun_only_where_one_sex_bears_it(name: str, pronoun: str) -> None:
    assert load_first_names().get(name, "") == pronoun
