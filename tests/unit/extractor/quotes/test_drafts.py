"""Pieces of quotations are merged, split ones grouped, too many left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.contracts.articles import ExtractedArticle
from copydesk.extractor.extraction import extract_text
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.nlp import SpacyParser
from copydesk.extractor.quotes.drafts import MAX_QUOTED, MAX_QUOTES

Extract = Callable[..., ExtractedArticle]


def test_a_split_quotation_shares_speaker_and_part(extract: Extract) -> None:
    one, two = extract('"We will open it," Anna Berg said, "and not a day later than May."').quotes
    assert one.part_of is not None
    assert one.part_of == two.part_of
    assert one.speaker.name == two.speaker.name == "Anna Berg"


def test_two_speakers_share_no_part(extract: Extract) -> None:
    one, two = extract('"We will open it," Anna Berg said.\n\n"We will not," Carl Dahl said.').quotes
    assert one.part_of is None
    assert two.part_of is None
    assert (one.speaker.name, two.speaker.name) == ("Anna Berg", "Carl Dahl")


def test_a_quotation_over_paragraphs_is_one_with_a_fragment_each(extract: Extract) -> None:
    text = '"We will open it in May," Anna Berg said. "The works are done.\n\n"They cost three millions."\n\nShe left.'
    *_, last = extract(text).quotes
    assert [text[f.start : f.end] for f in last.fragments] == [
        '"The works are done.',
        '"They cost three millions."',
    ]
    assert last.closed
    assert last.speaker.name == "Anna Berg"


def test_fragments_under_one_cue_are_one_mixed_quotation(extract: Extract) -> None:
    text = 'Anna Berg said that the bridge was "a symbol" of the town and "a lifeline" for its shops.'
    (quote,) = extract(text).quotes
    assert quote.type == "mixed"
    assert quote.text.startswith('the bridge was "a symbol"')
    assert [text[f.start : f.end] for f in quote.fragments] == ['"a symbol"', '"a lifeline"']


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("“No,” she said.\n" * 7_000, MAX_QUOTES),
        (f"“{'No ' * 3_000}”\n" * 60, MAX_QUOTED // 9_002),
        ("“Yes.”\n" * 20, 20),
    ],
    ids=["many", "long", "few"],
)
@pytest.mark.no_cover
def test_more_quotations_than_a_message_holds_are_left_out_with_a_warning(
    parser: SpacyParser, lexicon: Lexicon, text: str, kept: int
) -> None:
    result = extract_text(text, "", "en", parser, lexicon, max_chars=0)
    assert len(result.quotes) == kept
    left_out = [line for line in result.warnings if f"quotations: only the first {kept} are told" in line]
    assert len(left_out) == (kept != 20)
