"""A quotation without an attribution has the speaker of the quotation before."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]


def test_the_next_quotation_of_a_paragraph_goes_on(extract: Extract) -> None:
    _, two = extract('"We will open it," Anna Berg said. "The works are done."').quotes
    assert (two.speaker.name, two.speaker.basis) == ("Anna Berg", "continued")
