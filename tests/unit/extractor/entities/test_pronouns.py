"""He and she become persons of the article."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]


def test_a_pronoun_is_resolved(extract: Extract) -> None:
    (quote,) = extract('Anna Berg opened the bridge on Monday. "It is a good day for us," she said.').quotes
    assert (quote.speaker.mention and quote.speaker.mention.text) == "she"
    assert (quote.speaker.name, quote.speaker.basis) == ("Anna Berg", "pronoun")


def test_she_is_whoever_spoke_last(extract: Extract) -> None:
    text = (
        "Anna Berg opened the bridge in Malmo. Later Maria Dahl said that the works had cost too much.\n\n"
        '"We will never see that money again," she said.'
    )
    assert extract(text).quotes[-1].speaker.name == "Maria Dahl"


def test_he_is_no_woman(extract: Extract) -> None:
    text = 'Anna Berg met Robert Dahl in Malmo. "We will never see that money again," he said.'
    assert extract(text).quotes[-1].speaker.name == "Robert Dahl"


def test_he_who_said_it_after_a_stranger_spoke_is_not_somebody_with_a_name(extract: Extract) -> None:
    stranger = 'Tom Smith runs the bakery with his sister. A customer said the bread was "the best in town". '
    assert extract(stranger + '"I come every day," he said.').quotes[-1].speaker.name is None
    known = stranger + 'Tom Smith said it was "the flour". "I come every day," he said.'
    assert extract(known).quotes[-1].speaker.name == "Tom Smith"
