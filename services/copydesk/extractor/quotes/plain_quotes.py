"""Quotations without a parse: marks, and ``said X`` or ``X said`` beside them."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.marks import Segment
from copydesk.extractor.quotes.attribution import WORD_ORDER, Attribution, CueWord, SpeakerMention
from copydesk.extractor.quotes.drafts import QuoteDraft

MIN_WORDS = 4
"""Minimum words in marks without a full stop and without a cue; fewer are terms and titles."""

REACH = 160  # code points beside a quotation in which an attribution is looked for

_CONFIDENCE = 0.6  # that it is a quotation; set by judgement, not calibrated


def draft_plain_quotes(
    text: str, number: int, segments: Sequence[Segment], lexicon: Lexicon | None
) -> list[QuoteDraft]:
    """Quotations of one paragraph that was not parsed.

    Args:
        text: The article's text.
        number: Index of the paragraph.
        segments: Its stretches in quotation marks.
        lexicon: Words of the text's language; None for another language, whose quotations get no speakers.
    """
    drafts = []
    for segment in segments:
        inner = text[segment.inner_start : segment.inner_end].strip()
        attribution = _find_attribution(text, number, segment, lexicon) if lexicon is not None else None
        ended = inner[-1:] in ".?!,…。！？" or text[segment.end : segment.end + 1] in {".", ","}
        if attribution is None and not ended and len(inner.split(maxsplit=MIN_WORDS)) < MIN_WORDS:
            continue
        span = (segment.start, segment.end)
        drafts.append(
            QuoteDraft(*span, [span], "direct", number, attribution, closed=segment.closed, confidence=_CONFIDENCE)
        )
    return drafts


def _find_attribution(text: str, number: int, segment: Segment, lexicon: Lexicon) -> Attribution | None:
    """The attribution by the words right after a quotation, else by those right before it."""
    shift = 0
    match = lexicon.quotations.plain_after.match(text, segment.end, segment.end + REACH)
    if match is None:
        shift = max(0, segment.start - REACH)
        match = lexicon.quotations.plain_before.search(text[shift : segment.start])
    if match is None:
        return None
    speaker, cue = ("speaker", "cue") if match["speaker"] is not None else ("speaker2", "cue2")
    start, end = match.start(speaker) + shift, match.end(speaker) + shift
    cue_start, cue_end = match.start(cue) + shift, match.end(cue) + shift
    head = text[start:end].rsplit(maxsplit=1)[-1].lower()
    mention = SpeakerMention(start, end, end - len(head), head, number)
    cue_word = CueWord(cue_start, cue_end, lexicon.speech.guess_lemma(text[cue_start:cue_end]))
    return Attribution(mention, cue_word, "named", WORD_ORDER - 0.1)
