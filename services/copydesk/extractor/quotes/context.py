"""The speaker of a quotation that nothing in its sentence attributes: found in what stands before."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.extractor.quotes.attribution import (
    COLON,
    SENTENCE_BEFORE,
    SUBJECT_BEFORE,
    Attribution,
    build_cue,
    build_mention,
    find_cues,
    find_main_subject,
)
from copydesk.extractor.quotes.cue_search import find_source_phrase
from copydesk.extractor.quotes.drafts import QuoteDraft
from copydesk.extractor.quotes.quoted_paragraph import QuotedParagraph
from copydesk.extractor.syntax import find_subject

# confidence that the speaker of the quotation before goes on; set by judgement, not calibrated
CONTINUED_HERE = 0.9  # in the same paragraph
CONTINUED_FROM_PARAGRAPH = 0.7  # from the paragraph before
CONTINUED_BETWEEN_QUOTES = 0.6  # from the paragraph before, where that quotation ends it and this one shares its own


def find_speaker_in_context(
    paragraph: QuotedParagraph, draft: QuoteDraft, drafts: Sequence[QuoteDraft], earlier: Sequence[QuoteDraft]
) -> Attribution | None:
    """The attribution of a quotation by what stands before its sentence, or None.

    Args:
        paragraph: Paragraph of the quotation.
        draft: The quotation.
        drafts: Quotations before it in the paragraph.
        earlier: Quotations of the paragraphs before.
    """
    if drafts and (continued := _continue_here(paragraph, drafts[-1], draft)) is not None:
        return continued
    begin, end = _find_sentence_before(paragraph, paragraph.parse.token_at(draft.start))
    if begin < end:
        return _find_in_sentence_before(paragraph, drafts, begin, end)
    return _find_in_paragraph_before(paragraph, draft, earlier)


def _continue_here(paragraph: QuotedParagraph, previous: QuoteDraft, draft: QuoteDraft) -> Attribution | None:
    """The previous speaker of the paragraph, where nothing but the attribution stands between the quotations."""
    if previous.attribution is None or previous.attribution.speaker is None:
        return None
    gap = range(paragraph.parse.token_at(previous.end), paragraph.parse.token_at(draft.start))
    sentence_ends = sum(paragraph.segment_of[token] < 0 and paragraph.ends_sentence(token) for token in gap)
    between = paragraph.text[previous.end : draft.start]
    is_next = previous.attribution_side == "after" or not any(map(str.isalnum, between))
    return previous.attribution.carry("continued", CONTINUED_HERE) if sentence_ends <= 1 and is_next else None


def _find_sentence_before(paragraph: QuotedParagraph, token: int) -> tuple[int, int]:
    """First token and end of the sentence before a token, without its full stop; empty at the paragraph's start."""
    end = token
    while end > 0 and paragraph.ends_sentence(end - 1):
        end -= 1
    begin = end
    while begin > 0 and not paragraph.ends_sentence(begin - 1):
        begin -= 1
    return begin, end


def _find_in_sentence_before(
    paragraph: QuotedParagraph, drafts: Sequence[QuoteDraft], begin: int, end: int
) -> Attribution | None:
    """The speaker that the sentence before names; a pronoun in it is the last speaker of the paragraph."""
    attribution = _find_in_sentence(paragraph, paragraph.number, begin, end)
    last = next((draft.attribution for draft in reversed(drafts) if draft.attribution is not None), None)
    if (
        last is not None
        and attribution is not None
        and attribution.speaker is not None
        and attribution.speaker.head in paragraph.lexicon.pronouns.resolved
    ):
        return last.carry("inferred", SENTENCE_BEFORE)  # "..." Lee said. He paused. "...": Lee
    return attribution


def _find_in_paragraph_before(
    paragraph: QuotedParagraph, draft: QuoteDraft, earlier: Sequence[QuoteDraft]
) -> Attribution | None:
    """The speaker of the quotation that ends the paragraph before, else the one that its last sentence names."""
    number = paragraph.number - 1
    if number < 0 or paragraph.paragraphs[number].heading:
        return None
    before = paragraph.paragraphs[number]
    if earlier and (continued := _continue_from_before(paragraph, earlier[-1], draft)) is not None:
        return continued
    parse = before.parse
    if parse is None or not len(parse):
        return None
    begin = len(parse) - 1
    while begin > 0 and not (parse.begins[begin] and parse.words[begin - 1][-1:] in '.?!"”'):
        begin -= 1
    attribution = _find_in_sentence(paragraph, number, begin, len(parse))
    if attribution is not None and paragraph.text[before.start : before.end].rstrip().endswith(":"):
        return attribution.carry("named", COLON)
    return attribution


def _continue_from_before(paragraph: QuotedParagraph, previous: QuoteDraft, draft: QuoteDraft) -> Attribution | None:
    """The speaker of the quotation before, where nothing but its attribution follows it in the paragraph before."""
    number = paragraph.number - 1
    if previous.paragraph != number or previous.attribution is None or previous.type == "indirect":
        return None
    rest = paragraph.text[previous.end : paragraph.paragraphs[number].end]
    tail = rest.strip(" .,\"'”’")
    if tail and not (previous.attribution_side == "after" and rest.count(".") + rest.count("?") <= 1):
        return None
    is_sure = bool(tail) or paragraph.is_alone(draft.start, draft.end)
    return previous.attribution.carry("continued", CONTINUED_FROM_PARAGRAPH if is_sure else CONTINUED_BETWEEN_QUOTES)


def _find_in_sentence(paragraph: QuotedParagraph, number: int, begin: int, end: int) -> Attribution | None:
    """The attribution by the last cue of a sentence, by a source phrase, or by its subject.

    Args:
        paragraph: Paragraph of the quotation.
        number: Index of the paragraph with the sentence.
        begin: First token of the sentence.
        end: Token after the sentence.
    """
    parse, lexicon = paragraph.paragraphs[number].parse, paragraph.lexicon
    if parse is None:
        return None
    segment_of = paragraph.segment_of if number == paragraph.number else [-1] * len(parse)
    for token in reversed(find_cues(parse, begin, end, segment_of, lexicon)):
        head = find_subject(parse, token, lexicon.speech.participle_endings)
        if head is not None and begin <= head < end and segment_of[head] < 0:
            mention = build_mention(parse, head, number, lexicon)
            return Attribution(mention, build_cue(parse, token, lexicon), "inferred", SENTENCE_BEFORE, token)
    if (phrase := find_source_phrase(parse, begin, end, number, lexicon)) is not None:
        return phrase[0].carry("inferred", SENTENCE_BEFORE)
    head = find_main_subject(parse, begin, end, segment_of, lexicon)
    if head is None:
        return None
    return Attribution(build_mention(parse, head, number, lexicon), None, "inferred", SUBJECT_BEFORE)
