"""Other articles beside one: its copies, its versions, and its quotations elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import msgspec

from copydesk.contracts.related import CopyGroup, RelatedArticle, Sighting, TracedQuote
from copydesk.viewer.related_records import RelatedRecords

MAX_QUOTES = 100
"""Utterances of an article that are told; the stage traces no more quotations of one."""

MAX_FORMS, MAX_SPEAKERS = 20, 20
"""Forms and speakers of a quotation that are told; `more_forms` counts the others."""

SIGHTING_FIELDS = ("article", "quote", "site", "title", "at", "dated_by", "form", "score", "speaker", "copy_of")


def describe_related(records: RelatedRecords, id_: str, is_held: Callable[[str], bool]) -> dict[str, Any] | None:
    """Facts that the page tells of an article beside its own document; None if there is nothing.

    Args:
        records: Records of the stage `related`.
        id_: The article.
        is_held: Tells whether the page has an article, so that it can be linked to.
    """
    article = records.article(id_)
    copies = None if article is None else _describe_copies(records, id_, article)
    versions = None if article is None or article.versions is None else msgspec.to_builtins(article.versions)
    quotes = _describe_quotes(records, id_)
    if copies is None and versions is None and not quotes:
        return None
    named = {one["article"] for one in (copies or {}).get("articles", ())} | {(copies or {}).get("origin", "")}
    for quote in quotes.values():
        named |= {one["article"] for one in quote["sightings"]}
        named |= {article for speaker in quote["speakers"] for article in speaker["articles"]}
    return {"copies": copies, "versions": versions, "quotes": quotes, "held": sorted(filter(is_held, named))}


def _describe_copies(records: RelatedRecords, id_: str, article: RelatedArticle) -> dict[str, Any] | None:
    copies = article.copies
    if copies is None:
        return None
    own = article if copies.group == id_ else records.article(copies.group)
    group = None if own is None else own.group
    if group is None:
        return {**msgspec.to_builtins(copies), "place": None, "members": None, "articles": []}
    return {**msgspec.to_builtins(copies), **msgspec.to_builtins(group), "place": _find_place(group, id_)}


def _find_place(group: CopyGroup, id_: str) -> int | None:
    """Number of earlier articles of a group; None if the group does not list them all."""
    if len(group.articles) < group.members:
        return None
    return next((number for number, one in enumerate(group.articles) if one.article == id_), None)


def _describe_quotes(records: RelatedRecords, id_: str) -> dict[str, Any]:
    """By the id of a quotation of the article: the words in other articles. The one with the most sources counts."""
    described: dict[str, Any] = {}
    for traced in sorted(islice(records.quotes(id_), MAX_QUOTES), key=lambda one: (-one.sources, one.id)):
        for one in traced.sightings:
            if one.article == id_ and one.quote not in described:
                described[one.quote] = _describe_quote(traced)
    return described


def _describe_quote(traced: TracedQuote) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(traced)
    return fields | {
        "first": _describe_sighting(traced.first),
        "forms": fields["forms"][:MAX_FORMS],
        "more_forms": max(0, len(traced.forms) - MAX_FORMS),
        "speakers": fields["speakers"][:MAX_SPEAKERS],
        "sightings": [_describe_sighting(one) for one in traced.sightings],
    }


def _describe_sighting(one: Sighting) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(one)
    return {name: fields[name] for name in SIGHTING_FIELDS}


__all__ = ["describe_related"]
