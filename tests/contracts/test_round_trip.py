"""Every written document can be read back and keeps the JSON Schema, whatever it holds."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.documents import refusal, validator
from contracts.strategies import documents
from copydesk.contracts.articles import CleanedArticle, Document, ExtractedArticle, RawArticle
from copydesk.contracts.topics import DOCUMENTS

# few: the documents are large, and drawing one takes a tenth of a second
many = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("topic", DOCUMENTS)
@many
@given(data=st.data())
def test_a_document_comes_back_as_it_was_written_and_keeps_the_schema(topic: str, data: st.DataObject) -> None:
    article: Any = data.draw(documents(DOCUMENTS[topic]))
    value = article.write()
    again: Any = msgspec.json.decode(value, type=DOCUMENTS[topic])
    assert again == article
    assert bytes(again.metadata) == bytes(article.metadata)  # the producer's bytes, white space and all
    assert again.write() == value
    assert refusal(topic, value) is None
    assert [error.message for error in validator(topic).iter_errors(json.loads(value))] == []


@many
@given(article=documents(RawArticle))
def test_a_raw_article_that_was_read_can_be_published_again_and_is_the_same(article: RawArticle) -> None:
    once = RawArticle.read(article.write(), b"key")
    assert b'"warnings"' not in once.write()
    twice = RawArticle.read(once.write())
    assert (twice.id, twice.site, twice.write()) == (once.id, once.site, once.write())


@many
@given(article=documents(RawArticle))
def test_what_reading_a_raw_article_makes_up_fits_the_documents_after_it(article: RawArticle) -> None:
    """Else the cleaner would be blamed for an id or a site that was never the cleaner's."""
    read = RawArticle.read(article.write())
    inherited = ("id", "url", "site", "title", "language", "published_at", "fetched_at")
    fields = {name: getattr(read, name) for name in inherited}
    cleaned = CleanedArticle.read(msgspec.json.encode({**_CLEANED, **fields}), None)
    assert {name: getattr(cleaned, name) for name in inherited} == fields


_CLEANED = {
    "text": "",
    "text_sha256": "0" * 64,
    "blocks": [],
    "source": {"kind": "text", "sha256": "0" * 64},
    "cleaning": {"model": "none", "noise_share": 0},
    "provenance": [],
}


@pytest.mark.parametrize("later", [CleanedArticle, ExtractedArticle])
@many
@given(data=st.data())
def test_a_reader_of_an_earlier_topic_can_read_a_later_one(later: type[Document], data: st.DataObject) -> None:
    """Each document is the one before it plus one block, and readers ignore what they do not know."""
    article = data.draw(documents(DOCUMENTS["articles.scored"]))
    read = later.read(article.write(), None)
    assert all(getattr(read, name) == getattr(article, name) for name in later.__struct_fields__)
