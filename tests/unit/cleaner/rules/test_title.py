"""The title, and the line that repeats it."""

from __future__ import annotations

from unit.cleaner.articles import BODY, TITLE, Clean, article, reasons


def test_first_line_becomes_the_title_and_leaves_the_text(clean: Clean) -> None:
    result = clean(article("\n\n".join([TITLE, *BODY])))
    assert result.title == TITLE
    assert result.text == "\n\n".join(BODY)
    assert reasons(result) == {TITLE: "title"}


def test_given_title_is_kept_and_its_line_goes(clean: Clean) -> None:
    result = clean(article("\n".join([TITLE, *BODY]), title=f"{TITLE} | The Daily Post"))
    assert result.title == f"{TITLE} | The Daily Post"
    assert reasons(result) == {TITLE: "title"}


def test_opening_sentence_is_no_title(clean: Clean) -> None:
    result = clean(article("\n\n".join(BODY)))
    assert result.title is None
    assert result.text.startswith(BODY[0])


def test_a_wall_of_consent_goes_and_is_no_headline(clean: Clean) -> None:
    wall = [
        "We value your privacy",
        "We and our 842 partners store and/or access information on a device and process personal data for ads.",
        "Accept all",
        "Reject all",
        "Manage preferences",
    ]
    result = clean(article("\n\n".join([*wall, *BODY])))
    assert result.text == "\n\n".join(BODY)
    assert result.title is None
