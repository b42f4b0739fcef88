"""Language of a text: English beyond doubt needs no model, any other text does."""

from __future__ import annotations

from typing import Any

import pytest

from copydesk.cleaner import language
from copydesk.cleaner.language import MIN_WORDS, is_english, load_identifier

ENGLISH = "The council said that the bridge would not open to traffic, and they have been told to wait for the report. "
GERMAN = "Der Stadtrat teilte mit, dass die Brücke nicht geöffnet wird und alle auf den Bericht warten müssen. "
DUTCH = "De gemeenteraad zei dat de brug niet open gaat of dicht blijft en dat het verkeer moet wachten op het rapport."


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The models that were loaded."""
    loaded: list[Any] = []
    load = language._load_model

    def loading() -> Any:
        loaded.append(load())
        return loaded[-1]

    monkeypatch.setattr(language, "_load_model", loading)
    return loaded


def test_plain_english_needs_no_model(models: list[Any]) -> None:
    identify = load_identifier()
    assert identify(ENGLISH * 4) == "en"
    assert not models


def test_other_languages_are_identified_by_the_model_which_is_loaded_once(models: list[Any]) -> None:
    identify = load_identifier()
    assert identify(GERMAN * 4) == "de"
    assert identify(DUTCH * 4) == "nl"
    assert len(models) == 1


def test_a_short_text_is_left_to_the_model(models: list[Any]) -> None:
    assert len(ENGLISH.split()) < MIN_WORDS
    assert load_identifier()(ENGLISH) == "en"
    assert len(models) == 1


def test_names_have_no_language() -> None:
    assert load_identifier()("Anna Berg, Oslo") is None


@pytest.mark.parametrize("text", [GERMAN * 4, DUTCH * 4, ENGLISH + GERMAN * 8, "to to la la " * 2, ""])
def test_what_is_not_english_beyond_doubt(text: str) -> None:
    assert not is_english(text)
