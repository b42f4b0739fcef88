"""`articles.raw` is read with patience: what is no loss to the article is mended and told, nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.documents import examples, validator
from contracts.strategies import OBJECTS, TEXTS, VALUES
from copydesk.contracts.articles import InvalidDocumentError, RawArticle
from copydesk.contracts.ids import id_from_content, id_from_url

FOG = id_from_content("Fog.")
URL = "https://news.example.org/fog"
HALF = "half a surrogate pair (part of an emoji): read as U+FFFD"


def read(key: bytes | None = None, /, **members: Any) -> RawArticle:
    """The article with these members beside its text."""
    return RawArticle.read(json.dumps({"text": "Fog.", **members}).encode(), key)


@pytest.mark.parametrize(
    ("field", "value", "warning"),
    [
        ("id", 12.0, "`id` ignored: Expected `str | null`, got `float`"),
        ("id", True, "`id` ignored: Expected `str | null`, got `bool`"),
        ("id", ["a"], "`id` ignored: Expected `str | null`, got `array`"),
        ("id", 10**256, "`id` ignored: Expected `str | null`, got `"),
        ("id", "", "`id` ignored: Expected `str` of length >= 1"),
        ("id", "x" * 257, "`id` ignored: Expected `str` of length <= 256"),
        ("id", "é" * 129, "`id` has 258 bytes, over 256: ignored"),
        ("url", "not an address", "`url` ignored: Expected `str` matching regex"),
        ("url", "https://news.example.org/a b", "`url` ignored: Expected `str` matching regex"),
        ("url", URL + "\n", "`url` ignored: Expected `str` matching regex"),
        ("url", "https:" + "x" * 8192, "`url` ignored: Expected `str` of length <= 8192"),
        ("site", "news.example.org/front", "`site` ignored: Expected `str` matching regex"),
        ("title", ["Fog"], "`title` ignored: Expected `str | null`, got `array`"),
        ("language", "en_US", "`language` ignored: Expected `str` matching regex"),
        ("language", "en\n", "`language` ignored: Expected `str` matching regex"),
        ("published_at", "last Tuesday", "`published_at` ignored: Invalid RFC3339 encoded datetime"),
        ("published_at", "2026-11-20T08:15:00", "`published_at` ignored: Expected `datetime` with a timezone"),
        ("published_at", "2026-11-20", "`published_at` ignored: Invalid RFC3339 encoded datetime"),
        ("fetched_at", 1_795_162_500, "`fetched_at` ignored: Expected `datetime | null`, got `int`"),
        ("authors", "Mia Holt", "`authors` ignored: Expected `array | null`, got `str`"),
        ("authors", ["Mia Holt", None], "`authors` ignored: Expected `str`, got `null` - at `$[1]`"),
        ("metadata", [1, 2], "`metadata` ignored: Expected `object | null`"),
        ("metadata", "feed", "`metadata` ignored: Expected `object | null`"),
    ],
)  # fmt: skip
def test_a_bad_optional_field_costs_only_itself(field: str, value: object, warning: str) -> None:
    good = {"id": "fog/1", "title": "Fog", "url": URL, "site": "example.org", "language": "en", "authors": ["Mia Holt"]}
    article = read(**{**good, field: value})
    (given,) = article.warnings
    assert given.startswith(warning)
    assert article.text == "Fog."
    expected = {**good, "authors": ("Mia Holt",), "id": "fog/1"}
    # in place of what is bad stands what would stand there without it
    instead = {"id": id_from_url(URL), "site": "news.example.org"}.get(field)
    assert {name: getattr(article, name) for name in good} == {
        **expected,
        **({field: instead} if field in good else {}),
    }
    if field in {"published_at", "fetched_at"}:
        assert getattr(article, field) is None
    if field == "metadata":
        assert bytes(article.metadata) == b"null"


def test_several_bad_fields_are_told_one_by_one() -> None:
    article = read(id=1.5, title=2, metadata=3)
    assert [given.split("`")[1] for given in article.warnings] == ["id", "title", "metadata"]


@pytest.mark.parametrize(
    ("value", "text", "metadata"),
    [
        (rb'{"text": "Fog \ud83d."}', "Fog \ufffd.", b"null"),
        (rb'{"text": "Fog \udf2b\ud83c."}', "Fog \ufffd\ufffd.", b"null"),
        (rb'{"text": "Fog \uD83D\ud83c\uDF2B."}', "Fog \ufffd\N{FOG}.", b"null"),
        (rb'{"text": "Fog.", "metadata": {"a": "\ud83d", "n": 1.10, "m": 1e999}}', "Fog.",
         rb'{"a": "\ufffd", "n": 1.10, "m": 1e999}'),
        (rb'{"text": "Fog.", "ignored": ["\ud83d"]}', "Fog.", b"null"),
        (rb'{"text": "Fog.", "\ud83d": 1}', "Fog.", b"null"),
        (b'{"text": "Fog \xed\xa0\xbd."}', "Fog \ufffd.", b"null"),  # as UTF-8, which no writer should
        (rb'{"text": "\\ud83d is \\\\ud83d, \ud83d is not"}', r"\ud83d is \\ud83d, " + "\ufffd is not", b"null"),
    ],
)  # fmt: skip
def test_half_an_emoji_loses_no_article(value: bytes, text: str, metadata: bytes) -> None:
    article = RawArticle.read(value)
    assert article.text == text
    assert bytes(article.metadata) == metadata
    assert article.warnings == (HALF,)
    RawArticle.read(article.write())  # mended for good


def test_a_whole_emoji_is_nothing_to_mend() -> None:
    article = RawArticle.read(rb'{"text": "Fog \ud83c\udf2b.", "metadata": {"a": "\ud83c\udf2b"}}')
    assert article.text == "Fog \N{FOG}."
    assert bytes(article.metadata) == rb'{"a": "\ud83c\udf2b"}'
    assert article.warnings == ()


def test_a_byte_order_mark_is_ignored_and_told() -> None:
    article = RawArticle.read(b'\xef\xbb\xbf{"text": "Fog."}')
    assert (article.text, article.warnings) == ("Fog.", ("byte order mark: ignored",))


def test_of_text_and_html_html_is_used() -> None:
    article = read(html="<p>Fog</p>")
    assert article.uses_html
    assert article.source == "<p>Fog</p>"
    assert article.warnings == ("both `text` and `html`: `html` is used",)
    assert article.id == id_from_content("<p>Fog</p>")


@pytest.mark.parametrize("html", [None, "", " \n", "\u200b"])
def test_html_without_a_visible_character_does_not_count(html: str | None) -> None:
    article = read(html=html)
    assert not article.uses_html
    assert (article.source, article.warnings) == ("Fog.", ())


def test_metadata_passes_through_as_it_came() -> None:
    value = b'{ "n" : 1.10, "big": 123456789012345678901234567890, "e": 1E5,\n "d": 1, "d": 2, "u": "\\u00e9" }'
    article = RawArticle.read(b'{"text": "Fog.", "metadata":' + value + b"}")
    assert bytes(article.metadata).strip() == value
    assert value in article.write()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (b"", "Input data was truncated"),
        (b'{"text": "Fog."', "Input data was truncated"),
        (b'{"text": "Fog."} x', "JSON is malformed"),
        (b"[]", "Expected `object`, got `array`"),
        (b'{"text": 5}', "Expected `str | null`, got `int` - at `$.text`"),
        (b'{"text": "Fog.", "html": []}', "Expected `str | null`, got `array` - at `$.html`"),
        (b'{"text": "\\u200b", "html": ""}', "neither `text` nor `html` holds a visible character"),
        (b'{"text": "Fog.", "metadata": {"n": NaN}}', "JSON is malformed"),
        (b'{"text": "Fog.", "n": -Infinity}', "JSON is malformed"),
        (b'{"text": "Fog\x01."}', "JSON is malformed"),
        (b'{"text": "Fog \\UD83D."}', "JSON is malformed"),
        (b'{"text": "F\xf6g."}', "not UTF-8 at byte 11"),
        (b'{"text": "Fog.", "ignored": "\xf6"}', "not UTF-8 at byte 29"),
        ('{"text": "Fog."}'.encode("utf-16"), "not UTF-8 at byte 0"),
    ],
)  # fmt: skip
def test_what_is_no_article_is_refused_with_the_reason(value: bytes, message: str) -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        RawArticle.read(value)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("depth", [5_000, 200_000, 2_000_000])
@pytest.mark.parametrize("field", ["ignored", "metadata", "title"])
@pytest.mark.parametrize("before", ["", r'"half": "\ud83d", '], ids=["well-formed", "with half an emoji"])
def test_absurd_nesting_is_refused_not_survived_by_luck(depth: int, field: str, before: str) -> None:
    nested = f'{{"text": "Fog.", {before}"{field}": {{"a": {"[" * depth}{"]" * depth}}}}}'
    with pytest.raises(InvalidDocumentError, match="nested too deeply"):
        RawArticle.read(nested.encode())


@pytest.mark.parametrize("field", ["ignored", "metadata"])
def test_deep_but_sane_nesting_is_read(field: str) -> None:
    nested = f'{{"text": "Fog.", "{field}": {{"a": {"[" * 200}{"]" * 200}}}}}'
    assert RawArticle.read(nested.encode()).warnings == ()


@pytest.mark.parametrize(
    ("members", "key", "id_"),
    [
        ({"id": "fog/1", "url": URL}, b"key", "fog/1"),
        ({"id": "fog/1"}, b"\xff", "fog/1"),
        ({"id": "fog/1"}, b"k" * 257, "fog/1"),
        ({"id": "é" * 128}, None, "é" * 128),
        ({"url": URL}, b"key", "key"),
        ({"url": URL}, "é".encode() * 128, "é" * 128),
        ({"url": URL}, b"", id_from_url(URL)),
        ({"url": URL}, None, id_from_url(URL)),
        ({"id": "é" * 129}, b"key", "key"),
        ({"url": "no address"}, None, FOG),
        ({}, None, FOG),
        ({}, b"", FOG),
    ],
)
def test_where_the_id_comes_from(members: dict[str, Any], key: bytes | None, id_: str) -> None:
    assert read(key, **members).id == id_


def test_ids_made_up_are_the_same_tomorrow() -> None:
    assert read(url=URL).id == "178cad96-9129-5a7e-9a0e-886d5aa51c26"
    assert read().id == "c242134e-0375-56a7-9ff7-39745330bd04"


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (b"\xff", "the message key is no id: it is not UTF-8 at byte 0"),
        (b"k" * 257, "the message key is no id: it has 257 bytes, over 256"),
    ],
)
@pytest.mark.parametrize("members", [{}, {"url": URL}, {"id": 1.5}])
def test_without_an_id_of_its_own_a_bad_key_is_fatal(key: bytes, message: str, members: dict[str, Any]) -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        read(key, **members)
    assert str(refused.value) == message


@pytest.mark.parametrize("number", [777, 0, -1, 2**63 - 1, 2**64, 10**255])
def test_a_database_key_is_an_id_and_the_same_as_its_digits(number: int) -> None:
    article = read(id=number)
    assert (article.id, article.warnings) == (str(number), ())
    assert article == read(id=str(number)) == read(id=number, title=None)
    assert read(b"key", id=number).id == str(number)


def test_two_articles_with_the_same_text_and_two_database_keys_are_two() -> None:
    assert read(id=1).id != read(id=2).id


@pytest.mark.parametrize("bad", [1.5, True, ["a"], {}, "", "x" * 257, "é" * 129, 10**256])
def test_a_publisher_learns_of_an_id_that_cannot_be_one(bad: object) -> None:
    value = json.dumps({"id": bad, "text": "Fog."}).encode()
    with pytest.raises(InvalidDocumentError, match="`id` cannot be an article's id"):
        RawArticle.read(value, strict_id=True)
    assert RawArticle.read(value).id == FOG, "a stage takes the next best one"


@pytest.mark.parametrize("members", [{}, {"id": None}, {"id": 5}, {"id": "a", "title": 5}])
def test_a_publisher_needs_no_id(members: dict[str, Any]) -> None:
    value = json.dumps({"text": "Fog.", **members}).encode()
    assert RawArticle.read(value, strict_id=True) == RawArticle.read(value)


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://News.Example.org:8443/fog", "news.example.org"),
        ("urn:isbn:9780000000000", None),
        ("https://[::1/fog", None),
        ("https://" + "a" * 256 + "/", None),  # no host has so many; a site that long would be refused downstream
        ("https://ex\u2100mple.org/", None),
    ],
)
def test_the_site_is_the_host_of_the_url_where_none_is_given(url: str, site: str | None) -> None:
    assert read(url=url).site == site
    assert read(url=url, site="given.example.org").site == "given.example.org"


def test_warnings_are_no_field_of_the_contract() -> None:
    article = RawArticle.read(b'{"text": "Fog.", "title": 5, "warnings": ["planted"]}')
    assert article.warnings == ("`title` ignored: Expected `str | null`, got `int`",)
    assert b"warnings" not in article.write()
    assert RawArticle.read(b'{"text": "Fog.", "warnings": ["planted"]}').warnings == ()


# ------------------------------------------------------------------------------ whatever comes

many = settings(max_examples=150, deadline=None)
KEYS = st.none() | st.binary(max_size=8) | TEXTS.map(str.encode)
SAMPLES = [file.read_bytes() for topic, file in examples(valid=True) if topic == "articles.raw"]

FIELDS = {
    "text": TEXTS | VALUES | st.just("Fog."),
    "html": TEXTS | VALUES | st.just("<p>Fog."),
    "id": TEXTS | VALUES,
    "url": TEXTS | VALUES | st.just(URL),
    "site": TEXTS | VALUES,
    "title": TEXTS | VALUES,
    "language": st.sampled_from(["en", "en_US", "zh-Hant"]) | VALUES,
    "published_at": st.datetimes().map(str) | VALUES,
    "fetched_at": st.datetimes().map(lambda time: time.isoformat() + "Z") | VALUES,
    "authors": st.lists(TEXTS, max_size=3) | VALUES,
    "metadata": OBJECTS | VALUES,
    "warnings": VALUES,
    "other": VALUES,
}
ARTICLES = st.fixed_dictionaries({}, optional=FIELDS) | VALUES


def accepted(value: bytes, key: bytes | None = None) -> bool:
    """True if the document can be read. Any error but the documented one fails the test."""
    try:
        article = RawArticle.read(value, key)
    except InvalidDocumentError as error:
        assert str(error)  # noqa: PT017 - it need not be raised
        return False
    assert article.id
    assert article.source.strip()
    return True


@many
@given(value=st.binary(), key=KEYS)
@example(value=b'{"text": "\xf0\x9f\x8c"}', key=None)
def test_arbitrary_bytes_raise_nothing_but_what_is_promised(value: bytes, key: bytes | None) -> None:
    accepted(value, key)


@many
@given(data=st.data(), key=KEYS)
def test_a_damaged_article_raises_nothing_but_what_is_promised(data: st.DataObject, key: bytes | None) -> None:
    sample = data.draw(st.sampled_from(SAMPLES))
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(start + 4, len(sample))))
    damage = data.draw(
        st.binary(max_size=3) | st.sampled_from([b"\\ud83d", b"\\", b'"', b"{", b"NaN", b"\xef\xbb\xbf"])
    )
    accepted(sample[:start] + damage + sample[end:], key)


@many
@given(article=ARTICLES, ascii_only=st.booleans())
def test_reader_and_schema_agree_on_arbitrary_json(article: Any, ascii_only: bool) -> None:  # noqa: FBT001 - drawn
    value = json.dumps(article, ensure_ascii=ascii_only).encode()
    assert accepted(value) is validator("articles.raw").is_valid(json.loads(value))


@many
@given(
    article=st.fixed_dictionaries(
        {"text": st.just("Fog.")}, optional={name: VALUES for name in FIELDS if name not in {"text", "html"}}
    )
)
def test_with_a_good_text_no_other_field_can_lose_an_article(article: dict[str, Any]) -> None:
    assert accepted(json.dumps(article).encode())


@many
@given(half=st.characters(categories=["Cs"]), text=st.text(), more=VALUES)
def test_half_an_emoji_loses_nothing_else(half: str, text: str, more: Any) -> None:
    value = json.dumps({"text": f"Fog{half}.", "title": text + half + text, "metadata": {half: [more, half]}}).encode()
    article = RawArticle.read(value)
    assert article.source == "Fog\ufffd."
    assert article.title == f"{text}\ufffd{text}"
    assert json.loads(bytes(article.metadata)) == {"\ufffd": [more, "\ufffd"]}
    assert article.warnings == (HALF,)
