"""Metadata of HTML pages."""

from __future__ import annotations

import time

import pytest
from lxml import html as lxml_html

from copydesk.cleaner.page.metadata import read_metadata
from copydesk.contracts.articles import CleanedArticle, RawArticle
from unit.cleaner.articles import PAGE, Clean

AUTHOR = '<meta name="author" content="Jane Doe">'
TIME = '<meta property="article:published_time" content="2024-03-01T10:00:00+01:00">'
HERE = "</h1>"


def linked(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


@pytest.mark.parametrize(
    ("data", "authors"),
    [
        ('{"@type": "NewsArticle", "author": {"@type": "Person", "name": "Jane Doe"}}', ("Jane Doe",)),
        ('[{"@type": ["Article"], "author": ["Jane Doe", {"name": "John Roe"}]}]', ("Jane Doe", "John Roe")),
        ('{"@graph": [{"@type": "WebPage"}, {"@type": "ReportageNewsArticle", "author": "Jane Doe"}]}', ("Jane Doe",)),
        ('{"@type": "WebPage", "mainEntity": {"@type": "BlogPosting", "author": "Jane Doe"}}', ("Jane Doe",)),
        (
            '{"@graph": [{"@type": "LiveBlogPosting", "author": {"@id": "#j"}}, {"@id": "#j", "name": "Jane Doe"}]}',
            ("Jane Doe",),
        ),
        ('{"@type": "Article", "author": {"@id": "#a"}, "@id": "#a"}', ()),
        ('{"@type": "NewsArticle", "author": {"givenName": "Jane", "familyName": "Doe"}}', ("Jane Doe",)),
        ('{"@type": "NewsArticle", "author": [{"@type": "Person", "name": "Bansi"}]}', ("Bansi",)),
        ('/*<![CDATA[*/ {"@type": "NewsArticle", "author": "Jane\nDoe",} /*]]>*/', ("Jane Doe",)),
        ('{"@type": "NewsArticle", "author": {"@type": "Organization", "name": "Valley Voice"}}', ()),
        ('{"@type": "NewsArticle", "author": {"url": 5}}', ()),
        ('{"@type": [{}, 5], "author": "Jane Doe"}', ()),
        ('{"@type": "Person", "author": "Jane Doe"}', ()),
        ("[" * 5_000, ()),
        ("not JSON", ()),
    ],
)
def test_authors_are_read_where_pages_tell_them_to_search_engines(
    clean: Clean, data: str, authors: tuple[str, ...]
) -> None:
    page = PAGE.replace(AUTHOR, "").replace("</head>", f"{linked(data)}</head>")
    assert clean(RawArticle(id="p", html=page)).authors == authors


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        ('<meta name="byl" content="By Jane Doe">', "", ("Jane Doe",)),
        ("", '<div>By <a rel="author" href="/j">Jane Doe</a></div>', ("Jane Doe",)),
        ("", '<div itemprop="author"><b itemprop="name">Jane Doe</b> Our editor</div>', ("Jane Doe",)),
        ("", '<div itemprop="author"><meta itemprop="name" content="Jane Doe"></div>', ("Jane Doe",)),
        ("", '<aside><a rel="author" href="/j">Jane Doe</a></aside>', ()),
        ('<meta name="author" content="Night Desk">', '<a rel="author" href="/j">Jane Doe</a>', ("Jane Doe",)),
    ],
)
def test_authors_are_read_where_pages_show_them(clean: Clean, head: str, body: str, authors: tuple[str, ...]) -> None:
    page = PAGE.replace(AUTHOR, head).replace(HERE, HERE + body)
    assert clean(RawArticle(id="p", html=page)).authors == authors


def test_fields_of_the_input_win_over_the_page(clean: Clean) -> None:
    raw = RawArticle(
        id="p",
        html=PAGE,
        title="Mine",
        authors=("Me Too",),
        site="my.example",
        language="en",
        url="https://my.example/1",
    )
    result = clean(raw)
    assert (result.title, result.authors, result.site) == ("Mine", ("Me Too",), "my.example")
    assert (result.language, result.url) == ("en", "https://my.example/1")


def test_the_page_names_its_address(clean: Clean) -> None:
    assert clean(RawArticle(id="p", html=PAGE)).url == "https://www.example.org/bridge"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-03-01", "2024-03-01T00:00:00+00:00"),
        ("2024-03-01T10:00:00", "2024-03-01T00:00:00+00:00"),
        ("soon", None),
    ],
)
def test_a_time_without_an_offset_gives_the_day(clean: Clean, value: str, expected: str | None) -> None:
    assert published_at(clean(RawArticle(id="p", html=PAGE.replace("2024-03-01T10:00:00+01:00", value)))) == expected


def published_at(article: CleanedArticle) -> str | None:
    return article.published_at.isoformat() if article.published_at else None


def test_the_time_of_day_comes_from_any_place_that_gives_the_same_day(clean: Clean) -> None:
    data = linked('{"@type": "NewsArticle", "datePublished": "2024-03-01T09:30:00+01:00"}')
    page = PAGE.replace(TIME, f'<meta name="pubdate" content="1 March 2024">{data}')
    assert published_at(clean(RawArticle(id="p", html=page))) == "2024-03-01T09:30:00+01:00"


def test_the_time_is_the_articles_and_not_a_videos_or_a_lists(clean: Clean) -> None:
    video = linked('{"@type": "VideoObject", "datePublished": "2020-01-01T00:00:00Z"}')
    other = '<aside><time datetime="2021-01-01T00:00:00Z">then</time></aside>'
    own = '<time datetime="2024-03-01T09:30:00Z">now</time>'
    page = PAGE.replace(TIME, video).replace("<h1>", f"{other}<h1>").replace(HERE, HERE + own)
    assert published_at(clean(RawArticle(id="p", html=page))) == "2024-03-01T09:30:00+00:00"


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="author" content="Jane &#xD800;Doe"><title>a &#xD800; b</title>',
        '<script type="application/ld+json">{"@type":"Article","headline":"\\ud83d","author":"J\\ud83d Doe"}</script>',
        '<link rel="canonical" href="//[::1"><meta property="og:url" content="http://a b">',
        '<script type="application/ld+json">{"@type": "Article", "author": 5, "datePublished": {"a": 1}}</script>',
    ],
)
def test_what_cannot_be_published_never_is(clean: Clean, head: str) -> None:
    page = PAGE.replace(AUTHOR, "").replace("<head>", f"<head>{head}")
    CleanedArticle.read(clean(RawArticle(id="p", html=page)).write(), None)


@pytest.mark.parametrize(
    ("begin", "unit"),
    [
        ('<div itemprop="author">' * 150, '<meta itemprop="name" content="Jane Doe">'),
        ("<div>" * 150, '<time datetime="x">then</time>'),
        ("", '<a rel="author">Jane Doe</a>'),
        ("", "<h1>Some heading</h1>"),
    ],
)
def test_hostile_pages_take_linear_time(begin: str, unit: str) -> None:
    root = lxml_html.document_fromstring(f"<body>{begin}{unit * 20_000}")
    before = time.process_time()
    read_metadata(root)
    assert time.process_time() - before < 2  # seen: .1; an XPath with ancestors took minutes
