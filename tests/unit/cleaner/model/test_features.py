"""Columns of the features, as the shipped model knows them."""

from __future__ import annotations

from copydesk.cleaner.model.features import FIRST_PASS, SECOND_PASS, TOPIC


def test_the_shipped_model_knows_this_many_columns() -> None:
    assert (len(FIRST_PASS), len(SECOND_PASS), len(TOPIC)) == (266, 286, 37)
