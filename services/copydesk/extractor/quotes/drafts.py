"""Quotations in the making: pieces of one quotation are merged, split ones grouped, too many left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal

import msgspec

from copydesk.extractor.marks import find_continued
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.quotes.attribution import Attribution

MAX_QUOTES = 5_000
MAX_QUOTED = 500_000
"""Quotes per article: at most 5,000, or 500,000 code points together. Later ones are dropped with a warning. Each quote
repeats its words and takes 400 bytes besides: five megabytes of quoted sentences would exceed the topic's largest
message and become a dead letter. No article quotes that much."""

_SENTENCE_BREAK = re.compile(r"[.?!;]")


class QuoteDraft(msgspec.Struct):
    """A quotation in the making; offsets in code points of the article's text.

    Args:
        start: Start of the quotation.
        end: End of the quotation.
        fragments: Start and end of each stretch in quotation marks.
        type: As in the document.
        paragraph: Index of the paragraph where it starts.
        attribution: Speaker and cue; None where there is neither.
        attribution_side: Side of the quotation on which its attribution stands.
        closed: Whether every mark is closed.
        group: Index of the first of the quotations that one attribution splits; -1 for a whole one.
        confidence: Confidence that it is a quotation. Set by judgement, not calibrated.
    """

    start: int
    end: int
    fragments: list[tuple[int, int]]
    type: Literal["direct", "mixed", "indirect"]
    paragraph: int
    attribution: Attribution | None
    attribution_side: Literal["after", "before", "none"] = "none"
    closed: bool = True
    group: int = -1
    confidence: float = 0.9

    @property
    def order(self) -> tuple[int, int]:
        """Sort key: the order in the text."""
        return self.start, self.end


def merge_pieces(text: str, drafts: Sequence[QuoteDraft]) -> list[QuoteDraft]:
    """The drafts of one paragraph, pieces under one cue and overlapping drafts merged; sets their types."""
    merged: list[QuoteDraft] = []
    for draft in drafts:
        while merged and (draft.start < merged[-1].end or _share_cue(text, merged[-1], draft)):
            last = merged.pop()
            if draft.attribution is None or (
                last.attribution is not None and last.attribution.confidence >= draft.attribution.confidence
            ):
                draft.attribution, draft.attribution_side = last.attribution, last.attribution_side
            draft.start, draft.end = min(draft.start, last.start), max(draft.end, last.end)
            draft.fragments = last.fragments + draft.fragments
            draft.closed = draft.closed and last.closed
        merged.append(draft)
    for draft in merged:
        in_marks = sum(_count_letters(text[start:end]) for start, end in draft.fragments)
        draft.type = "direct" if _count_letters(text[draft.start : draft.end]) == in_marks else "mixed"
    return merged


def _share_cue(text: str, first: QuoteDraft, second: QuoteDraft) -> bool:
    """Return whether one cue attributes both drafts, in one sentence and not from between them."""
    one, other = first.attribution, second.attribution
    if one is None or other is None or one.token < 0 or one.cue is None:
        return False
    if (one.basis, other.basis) != ("named", "named") or (one.token, one.cue) != (other.token, other.cue):
        return False
    between = text[first.end : second.start]
    return not first.end <= one.cue.start < second.start and not _SENTENCE_BREAK.search(between)


def _count_letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def join_paragraphs(text: str, paragraphs: Sequence[Paragraph], drafts: Sequence[QuoteDraft]) -> list[QuoteDraft]:
    """The drafts in order, each quotation over several paragraphs made one, with a fragment a paragraph."""
    joined = sorted(drafts, key=lambda draft: draft.order)
    spans = [(paragraph.start, paragraph.end) for paragraph in paragraphs]
    for run in find_continued(text, spans, [paragraph.segments for paragraph in paragraphs]):
        first = paragraphs[run[0]].segments[-1]
        segments = [first, *(paragraphs[number].segments[0] for number in run[1:])]
        starts = {segment.start for segment in segments}
        pieces = [draft for draft in joined if any(start in starts for start, _ in draft.fragments)]
        if not pieces:
            continue
        named = [piece for piece in pieces if piece.attribution is not None and piece.attribution.basis == "named"]
        best = named[0] if named else pieces[0]
        whole = QuoteDraft(
            min(first.start, pieces[0].start),
            max(segments[-1].end, pieces[-1].end),
            [(segment.start, segment.end) for segment in segments],
            "direct" if all(piece.type == "direct" for piece in pieces) else "mixed",
            run[0],
            best.attribution,
            best.attribution_side,
            closed=segments[-1].closed,
            confidence=min(piece.confidence for piece in pieces),
        )
        replaced = {id(piece) for piece in pieces}
        joined = [d for d in joined if id(d) not in replaced and not (whole.start <= d.start < whole.end)]
        joined.append(whole)
        joined.sort(key=lambda draft: draft.order)
    return joined


def limit_quotes(drafts: list[QuoteDraft]) -> tuple[list[QuoteDraft], list[str]]:
    """The first drafts that a document may hold, and the warning about the others."""
    lengths = accumulate(draft.end - draft.start for draft in drafts[:MAX_QUOTES])
    count = sum(length <= MAX_QUOTED for length in lengths)
    if count == len(drafts):
        return drafts, []
    warning = (
        f"{len(drafts)} quotations: only the first {count} are told "
        f"(at most {MAX_QUOTES}, of {MAX_QUOTED} characters together)"
    )
    return drafts[:count], [warning]


def group_split(drafts: Sequence[QuoteDraft]) -> None:
    """Give the quotations that an attribution in the middle splits one group."""
    for index in range(1, len(drafts)):
        first, second = drafts[index - 1], drafts[index]
        if (
            first.attribution is None
            or second.attribution is None
            or first.attribution_side != "after"
            or "indirect" in {first.type, second.type}
        ):
            continue
        cue = first.attribution.cue
        if cue is None or second.attribution.cue != cue or not first.end <= cue.start < second.start:
            continue
        if second.attribution_side == "before" or second.attribution.basis == "continued":
            if first.group < 0:
                first.group = index - 1
            second.group = first.group
