"""Indirect quotations: clauses that a cue reports without quotation marks."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.extractor.quotes.attribution import REPORTING_CUE, Attribution, build_cue, build_mention, find_cues
from copydesk.extractor.quotes.cue_search import find_source_phrase
from copydesk.extractor.quotes.drafts import QuoteDraft
from copydesk.extractor.quotes.quoted_paragraph import QuotedParagraph
from copydesk.extractor.syntax import find_subject

MAX_SOURCE = 25  # tokens from "according" to the end of its source
MIN_TOKENS = 3  # two words report nothing
MIN_BESIDE_MARKS = 20  # code points of a report under a cue that attributes a quotation in marks, too

_CONFIDENCE = 0.8  # that it is a quotation; set by judgement, not calibrated

Span = tuple[int, int]


def find_reported_speech(paragraph: QuotedParagraph, drafts: Sequence[QuoteDraft]) -> list[QuoteDraft]:
    """Indirect quotations of a paragraph: those by reporting verbs, then those by "according to".

    Args:
        paragraph: The paragraph.
        drafts: Its quotations in marks; nothing that overlaps them is reported.
    """
    taken = [(draft.start, draft.end) for draft in drafts]
    cues = {d.attribution.token for d in drafts if d.attribution and d.paragraph == paragraph.number}
    return [*_find_clauses(paragraph, taken, cues), *_find_according(paragraph, taken)]


def _find_clauses(paragraph: QuotedParagraph, taken: list[Span], cues: set[int]) -> list[QuoteDraft]:
    """Clauses that reporting verbs report: "Lee said (that) ...". Appends their spans to ``taken``."""
    parse, lexicon, segment_of = paragraph.parse, paragraph.lexicon, paragraph.segment_of
    speech = lexicon.speech
    drafts: list[QuoteDraft] = []
    for token in find_cues(parse, 0, len(parse), segment_of, lexicon):
        if speech.lemmas[parse.lower[token]] not in speech.reporting_lemmas:
            continue
        head = find_subject(parse, token, speech.participle_endings)
        if head is None or segment_of[head] >= 0:
            continue
        span = _find_clause_span(paragraph, token)
        if span is None or _overlaps(span, taken):
            continue
        start, end = span
        if (token in cues and end - start < MIN_BESIDE_MARKS) or start <= parse.starts[head] < end:
            continue
        mention = build_mention(parse, head, paragraph.number, lexicon)
        attribution = Attribution(mention, build_cue(parse, token, lexicon), "named", REPORTING_CUE, token)
        taken.append(span)
        drafts.append(_make_draft(paragraph, span, attribution))
    return drafts


def _find_clause_span(paragraph: QuotedParagraph, cue: int) -> Span | None:
    """Start and end of the clause that a cue reports, in code points."""
    parse = paragraph.parse
    if (clause := parse.child(cue, "ccomp")) is None:
        return None
    first, last = parse.left[clause], parse.right[clause]
    if clause > cue:
        first = max(first, cue + 1)
    else:
        last = min(last, cue - 1)
        head = find_subject(parse, cue, paragraph.lexicon.speech.participle_endings)
        if head is not None and clause < head < cue:
            last = min(last, parse.left[head] - 1)
    opener = paragraph.lexicon.quotations.clause_opener
    while (
        first <= last
        and (not parse.words[first][0].isalnum() or parse.lower[first] == opener)
        and parse.words[first] not in "$£€"
    ):
        first += 1
    return _trim_span(paragraph, first, last)


def _find_according(paragraph: QuotedParagraph, taken: list[Span]) -> list[QuoteDraft]:
    """Sentences with "according to Lee" before or after them. Appends their spans to ``taken``."""
    parse, lexicon, size = paragraph.parse, paragraph.lexicon, len(paragraph.parse)
    according, to = lexicon.speech.according_to
    drafts: list[QuoteDraft] = []
    for token in range(size - 1):
        is_phrase = parse.lower[token] == according and parse.lower[token + 1] == to
        if not is_phrase or paragraph.segment_of[token] >= 0:
            continue
        phrase = find_source_phrase(parse, token, min(size, token + MAX_SOURCE), paragraph.number, lexicon)
        if phrase is None:
            continue
        span = _trim_span(paragraph, *_find_rest_of_sentence(paragraph, token))
        if span is not None and not _overlaps(span, taken):
            taken.append(span)
            drafts.append(_make_draft(paragraph, span, phrase[0]))
    return drafts


def _find_rest_of_sentence(paragraph: QuotedParagraph, token: int) -> tuple[int, int]:
    """First and last token of what "according to" attributes: before it in its sentence, else after its comma."""
    parse, size = paragraph.parse, len(paragraph.parse)
    begin, end = token, token
    while begin > 0 and not paragraph.ends_sentence(begin - 1):
        begin -= 1
    while end < size and not paragraph.ends_sentence(end):
        end += 1
    if begin < token:
        return begin, token - 1
    right = parse.right[token]
    comma = next((place for place in range(right + 1, end) if parse.words[place] == ","), right)
    return comma + 1, end - 1


def _trim_span(paragraph: QuotedParagraph, first: int, last: int) -> Span | None:
    """Start and end of these tokens without punctuation at the end; None where they are few or hold quoted words."""
    parse = paragraph.parse
    while last >= first and not parse.words[last][0].isalnum() and parse.words[last] not in "%)":
        last -= 1
    if last - first + 1 < MIN_TOKENS or any(paragraph.segment_of[token] >= 0 for token in range(first, last + 1)):
        return None
    return parse.starts[first], parse.ends[last]


def _overlaps(span: Span, taken: Sequence[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)


def _make_draft(paragraph: QuotedParagraph, span: Span, attribution: Attribution) -> QuoteDraft:
    return QuoteDraft(*span, [], "indirect", paragraph.number, attribution, confidence=_CONFIDENCE)
