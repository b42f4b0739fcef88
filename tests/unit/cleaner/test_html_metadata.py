"""Metadata of HTML pages."""

from __future__ import annotations

import pytest

from copydesk.contracts.articles import RawArticle
from unit.cleaner.articles import PAGE, Clean


@pytest.mark.parametrize(
    ("linked_data", "authors"),
    [
        ('{"@type": "NewsArticle", "author": {"@type": "Person", "name": "Jane Doe"}}', ("Jane Doe",)),
        ('[{"@type": ["Article"], "author": ["Jane Doe", {"name": "John Roe"}]}]', ("Jane Doe", "John Roe")),
        ('{"@graph": [{"@type": "WebPage"}, {"@type": "ReportageNewsArticle", "author": "Jane Doe"}]}', ("Jane Doe",)),
        ('{"@type": "NewsArticle", "author": {"@type": "Organization", "name": "Reuters"}}', ()),
        ('{"@type": "NewsArticle", "author": {"url": 5}}', ()),
        ('{"@type": "Person", "author": "Jane Doe"}', ()),
        ("[" * 5_000, ()),
        ("not JSON", ()),
    ],
)
def test_authors_are_read_where_pages_tell_them_to_search_engines(
    clean: Clean, linked_data: str, authors: tuple[str, ...]
) -> None:
    page = PAGE.replace('<meta name="author" content="Jane Doe">', "")
    page = page.replace("</head>", f'<script type="application/ld+json">{linked_data}</script></head>')
    assert clean(RawArticle(id="p", html=page)).authors == authors


def test_fields_of_the_input_win_over_the_page(clean: Clean) -> None:
    raw = RawArticle(id="p", html=PAGE, title="Mine", authors=("Me Too",), site="my.example", language="en")
    result = clean(raw)
    assert (result.title, result.authors, result.site, result.language) == ("Mine", ("Me Too",), "my.example", "en")


@pytest.mark.parametrize(
    ("time", "expected"), [("2024-03-01", "2024-03-01T00:00:00+00:00"), ("2024-03-01T10:00:00", None), ("soon", None)]
)
def test_a_time_without_an_offset_is_nobodys(clean: Clean, time: str, expected: str | None) -> None:
    published_at = clean(RawArticle(id="p", html=PAGE.replace("2024-03-01T10:00:00+01:00", time))).published_at
    assert (published_at.isoformat() if published_at else None) == expected
