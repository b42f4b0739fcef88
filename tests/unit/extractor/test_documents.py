"""The document has the entities and quotations that its readers expect."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]


def test_the_document_has_names_aliases_and_salience(extract: Callable[..., ExtractedArticle]) -> None:
    text = "Anna Berg opened the bridge in Malmo. Berg said it was done. The BBC reported it."
    document = extract(text, title="Berg opens bridge")
    berg = document.entities[0]
    assert (berg.id, berg.name, berg.type, berg.aliases) == ("e1", "Anna Berg", "person", ("Berg",))
    assert berg.salience == max(entity.salience for entity in document.entities)
    assert berg.mentions[0].section == "title"
    assert {mention.text for entity in document.entities for mention in entity.mentions} >= {"BBC", "Malmo"}


def test_quotes_said_counts_them(extract: Extract) -> None:
    document = extract('"We will open it," Anna Berg said. "The works are done."')
    assert [(e.name, e.quotes_said) for e in document.entities if e.type == "person"] == [("Anna Berg", 2)]


def test_an_unclosed_mark_is_noted(extract: Extract) -> None:
    (quote,) = extract('Anna Berg said: "It is a good day for all of us.\n\nThe bridge is old.').quotes
    assert not quote.closed
