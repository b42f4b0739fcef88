"""HTML pages through the cleaner."""

from __future__ import annotations

from copydesk.cleaner import CleanerSettings, load
from copydesk.contracts.articles import RawArticle
from unit.cleaner.articles import BODY, PAGE, TITLE, Clean, article, check_blocks


def test_page_gives_its_article_and_what_it_says_of_itself(clean: Clean) -> None:
    result = clean(RawArticle(id="p", html=PAGE))
    assert result.source.kind == "html"
    assert result.source.text is not None
    assert result.text == "\n\n".join(BODY)
    assert (result.title, result.authors, result.site, result.language) == (
        TITLE,
        ("Jane Doe",),
        "www.example.org",
        "en-GB",
    )
    assert result.published_at is not None
    assert result.published_at.isoformat() == "2024-03-01T10:00:00+01:00"
    check_blocks(PAGE, result)


def test_text_that_is_html_is_read_as_html(clean: Clean) -> None:
    result = clean(RawArticle(id="p", text=PAGE))
    assert result.source.kind == "html"
    assert result.text == clean(RawArticle(id="p", html=PAGE)).text


def test_text_about_html_is_text(clean: Clean) -> None:
    text = "\n".join(
        [
            *BODY,
            "The council's page about the bridge showed <p> and <br> to residents, he said, and 3 < 4 > 2 is no tag.",
        ]
    )
    result = clean(article(text))
    assert result.source.kind == "text"
    assert "showed <p> and <br> to residents" in result.text


def test_page_without_an_article_still_gives_its_text(clean: Clean) -> None:
    result = clean(RawArticle(html="<html><body><div>Only these few words</div></body></html>"))
    assert "Only these few words" in result.text


def test_too_long_a_page_is_stripped_and_says_so() -> None:
    result = load(CleanerSettings(max_html_characters=1_000))(RawArticle(html=PAGE))
    assert BODY[0] in result.text
    assert any("too long" in warning for warning in result.cleaning.warnings)
