"""Quotations without a parse: marks, and ``said X`` or ``X said`` beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copydesk.extractor import cues
from copydesk.extractor.attribution import SURFACE, Attribution, CueWord, Source
from copydesk.extractor.marks import Segment
from copydesk.extractor.quotes import Draft

MIN_WORDS = 4
"""Words in marks without a full stop or a cue; fewer are terms and titles."""

REACH = 160  # code points beside a quotation in which an attribution is looked for

_SAID = (
    "said|says|told|added|adds|asked|wrote|tweeted|announced|replied|explained|noted|argued|warned|insisted|continued"
)
_WHO = r"(?:[Hh]e|[Ss]he|[Tt]hey|(?:[A-Z][\w.’'-]{0,30} ){0,4}[A-Z][\w’'-]{1,30})"
_AFTER = re.compile(rf"[,.]?\s{{0,3}}(?:(?P<cue>{_SAID})\s(?P<who>{_WHO})|(?P<who2>{_WHO})\s(?P<cue2>{_SAID}))\b")
_BEFORE = re.compile(rf"(?P<who>{_WHO})\s(?P<cue>{_SAID})[,:]\s{{0,3}}$")


def draft_quotes(text: str, number: int, segments: Sequence[Segment], *, english: bool) -> list[Draft]:
    """The quotations of one paragraph that was not parsed.

    Args:
        text: The article's.
        number: Index of the paragraph.
        segments: What stands in marks in it.
        english: Whether English cues may name speakers.
    """
    drafts = []
    for segment in segments:
        inner = text[segment.inner_start : segment.inner_end].strip()
        attribution = _attribution(text, number, segment) if english else None
        whole = inner[-1:] in ".?!,…。！？" or text[segment.end : segment.end + 1] in {".", ","}
        if attribution is None and not whole and len(inner.split(maxsplit=MIN_WORDS)) < MIN_WORDS:
            continue
        span = (segment.start, segment.end)
        drafts.append(Draft(*span, [span], "direct", number, attribution, closed=segment.closed, confidence=0.6))
    return drafts


def _attribution(text: str, number: int, segment: Segment) -> Attribution | None:
    match = _AFTER.match(text, segment.end, segment.end + REACH)
    who, cue = "who", "cue"
    if match is not None and match["who"] is None:
        who, cue = "who2", "cue2"
    if match is None:
        begin = max(0, segment.start - REACH)
        match = _BEFORE.search(text[begin : segment.start])
        shift = begin
    else:
        shift = 0
    if match is None:
        return None
    start, end = match.start(who) + shift, match.end(who) + shift
    at, to = match.start(cue) + shift, match.end(cue) + shift
    head = text[start:end].rsplit(maxsplit=1)[-1].lower()
    source = Source(start, end, end - len(head), head, number)
    return Attribution(source, CueWord(at, to, cues.guess_lemma(text[at:to])), "named", SURFACE - 0.1)
