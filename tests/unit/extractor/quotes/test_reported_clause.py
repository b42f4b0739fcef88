"""A quotation spans the whole clause that its cue reports."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]


def test_what_is_reported_belongs_to_a_mixed_quotation(extract: Extract) -> None:
    (quote,) = extract('Anna Berg said that if the bridge opens in May, "it will be a good day for the town."').quotes
    assert quote.text.startswith("if the bridge opens")
    (quote,) = extract('Anna Berg called for an end to the "senseless and tragic delays" of the works.').quotes
    assert quote.text.startswith("an end")
