"""Normal form of published text."""

from __future__ import annotations

import pytest

from copydesk.cleaner.normal import collapse, is_normal, normalise
from unit.cleaner.articles import BODY, Clean, article


def test_white_space_controls_and_composition(clean: Clean) -> None:
    result = clean(
        article("\n".join(["\ufeffThe cafe\u0301 \u00a0 of\tthe\u200b harbour\x00 was open. " + BODY[0], *BODY[1:]]))
    )
    assert result.text.startswith("The café of the harbour was open. The city")


def test_mojibake_is_mended_before_what_is_invisible_goes(clean: Clean) -> None:
    text = "José García of the café “Día” said that it’s wonderful, and that the repairs had cost €200,000."
    for encoding in ("latin-1", "cp1252"):
        broken = text.encode().decode(encoding, "replace" if encoding == "latin-1" else "surrogateescape")
        if encoding == "cp1252":  # as browsers read it: the five bytes without a letter are controls
            broken = "".join(chr(ord(c) - 0xDC00) if 0xDC80 <= ord(c) <= 0xDCFF else c for c in broken)
        assert clean(article(broken)).text == text


def test_mojibake_is_mended_and_quotes_stay_curly(clean: Clean) -> None:
    broken = BODY[1].encode().decode("cp1252", "replace")
    assert "�" in broken  # the closing mark has no letter there
    mendable = "It’s the mayor’s bridge – and nobody else’s, said a trader who has had his shop there for thirty years."
    result = clean(article("\n\n".join([BODY[0], mendable.encode().decode("cp1252"), *BODY[1:]])))
    assert mendable in result.text
    assert "“We will open" in result.text
    assert "mojibake mended" in result.cleaning.warnings
    assert "mojibake mended" not in clean(article("\n\n".join(BODY))).cleaning.warnings


@pytest.mark.parametrize("text", ["", " a", "a ", "a  b", "a\u00a0b", "a\tb", "a b", "“a” b", "a\u200bb"])
def test_white_space_is_collapsed_as_splitting_and_joining_does(text: str) -> None:
    assert collapse(text) == " ".join(text.split())


@pytest.mark.parametrize(
    "text", ["Plain", "two\nlines", "“curly” – dash", "한글", "naïve 5 €", "e\u0301", "â€™", "\u00ad", "\u2126"]
)
def test_a_text_that_is_normal_is_what_normalising_makes_of_it(text: str) -> None:
    if is_normal(text):
        assert normalise(text) == " ".join(text.split())
    else:
        assert not text.isascii()


def test_punctuation_of_windows_read_as_latin_1_is_what_was_meant(clean: Clean) -> None:
    broken = (
        "The town\x92s mayor said it was \x93a good day\x94 for the café \x96 and for everyone else in the harbour."
    )
    result = clean(article("\n\n".join([broken, *BODY])))
    assert result.text.startswith("The town’s mayor said it was “a good day” for the café – and for everyone")
    assert "mojibake mended" in result.cleaning.warnings


def test_a_closing_mark_that_lost_its_last_byte_is_one(clean: Clean) -> None:
    meant = "The mayor said it was “a good day” for the café’s owners, who had waited since the storm."
    broken = meant.encode().decode("cp1252", "ignore")
    assert "â€ for" in broken
    assert clean(article("\n\n".join([broken, *BODY]))).text.startswith(meant)


def test_characters_that_were_lost_are_warned_of(clean: Clean) -> None:
    result = clean(article("\n\n".join(["The town�s mayor said that it was a good day for the owners.", *BODY])))
    assert any("U+FFFD" in warning for warning in result.cleaning.warnings)
    assert not any("U+FFFD" in warning for warning in clean(article("\n\n".join(BODY))).cleaning.warnings)
