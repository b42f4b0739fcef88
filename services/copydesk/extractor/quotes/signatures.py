"""Names that sign a quotation: before a colon, after a dash, or alone on the next line."""

from __future__ import annotations

from copydesk.extractor.quotes.attribution import COLON, Attribution, SpeakerMention
from copydesk.extractor.quotes.drafts import QuoteDraft
from copydesk.extractor.quotes.quoted_paragraph import QuotedParagraph
from copydesk.extractor.syntax import VERBAL

MAX_SIGNATURE = 200  # code points of a name that signs a quotation
TOPIC_TOKENS = 3  # "Brown on Lane"
MAX_LABEL = 6  # tokens between a dash and the colon before a quotation: "Turnout rises - Ann Lee: "

_DASHES = frozenset({"-", "–", "—", "―", "--"})
_SIGNING = frozenset({"PERSON", "ORG", "NORP", "PRODUCT"})
"""Labels of names that may stand before a colon as the speaker."""


def find_signed_head(paragraph: QuotedParagraph, left: int, colon: int) -> int | None:
    """Head of the name that stands alone before a colon: "Ann Lee: ...", "Turnout rises - Ann Lee: ...", or None.

    Args:
        paragraph: The paragraph.
        left: First token of the sentence.
        colon: Token of the colon.
    """
    parse, lexicon = paragraph.parse, paragraph.lexicon
    begin = colon
    while begin > max(left, colon - MAX_LABEL) and not _is_dash(paragraph, begin - 1):
        begin -= 1
    after_dash = begin > 0 and begin > left and _is_dash(paragraph, begin - 1)
    opener = lexicon.quotations.signature_opener
    if after_dash and tuple(parse.lower[begin : begin + len(opener)]) == opener:
        begin += len(opener)
    if after_dash and (named := _find_name_before_dash(paragraph, left, begin)) is not None:
        return named
    if (
        after_dash
        and begin < colon
        and (parse.words[begin][0].isupper() or parse.lower[begin] == lexicon.quotations.definite_article)
    ):
        # "- Ann Lee said:" has a cue of its own
        has_cue = colon > 0 and parse.lower[colon - 1] in lexicon.speech.lemmas and parse.deps[colon - 1] in VERBAL
        return None if has_cue else colon - 1
    if colon - left == TOPIC_TOKENS and _is_on_topic(paragraph, left):
        return left
    if (named := _find_name_with_role(paragraph, left, colon)) is not None:
        return named
    name = parse.name_at(colon - 1) if colon else None
    if name is None or name.last != colon or name.label not in _SIGNING:
        return None
    before = parse.words[name.first - 1] if name.first else ""
    return name.last - 1 if name.first <= left or before in {".", ":"} else None


def _is_on_topic(paragraph: QuotedParagraph, left: int) -> bool:
    """Return whether a sentence begins like "Brown on Lane:": the first one speaks about the second one."""
    words, topic = paragraph.parse.words, paragraph.lexicon.quotations.topic_preposition
    return words[left][0].isupper() and words[left + 1] == topic and words[left + 2][0].isupper()


def _find_name_with_role(paragraph: QuotedParagraph, left: int, colon: int) -> int | None:
    """Head of a person who opens the sentence before a role and the colon: "Ann Lee, captain: ...", or None."""
    parse = paragraph.parse
    name = parse.name_at(left)
    if name is None or name.label != "PERSON" or not left < name.last < colon <= name.last + MAX_LABEL:
        return None
    opens, ends = parse.words[name.last], parse.words[colon - 1] + parse.words[colon]
    is_apart = opens == "," or (opens == "(" and ends.endswith("):"))
    # a role has no verb: "Ann Lee, asked why:" has words of somebody else
    has_verb = any(parse.lower[token] in paragraph.lexicon.speech.lemmas for token in range(name.last, colon))
    return name.last - 1 if is_apart and not has_verb else None


def _find_name_before_dash(paragraph: QuotedParagraph, left: int, begin: int) -> int | None:
    """Head of a person who opens the sentence before a dash and a role: "Ann Lee - CFO: ...", or None."""
    parse = paragraph.parse
    name = parse.name_at(left)
    if name is None or name.label != "PERSON" or name.last > begin or parse.name_at(begin) is not None:
        return None
    last = next((token for token in range(left, name.last) if _is_dash(paragraph, token)), name.last)
    return last - 1 if last > left and _is_dash(paragraph, begin - 1) and begin - 1 <= last + 1 else None


def _is_dash(paragraph: QuotedParagraph, token: int) -> bool:
    """Return whether a token is a dash between words, not the hyphen of Jean-Luc."""
    parse = paragraph.parse
    is_hyphen = parse.words[token] == "-" and token and parse.ends[token - 1] == parse.starts[token]
    return parse.words[token] in _DASHES and not is_hyphen


def find_signature(paragraph: QuotedParagraph, draft: QuoteDraft) -> Attribution | None:
    """The attribution by a name after a dash that ends the paragraph, or alone on the next line: "..." ― Ann Lee.

    Pull quotes have the line with the name inside the closing mark, or a dash before it.
    """
    text, paragraphs, words = paragraph.text, paragraph.paragraphs, paragraph.lexicon.quotations
    number, start, end = paragraph.number, draft.end, paragraph.paragraph.end
    pattern = words.signature
    if number + 1 < len(paragraphs) and paragraph.is_alone(draft.start, draft.end):
        number += 1
        start, end = paragraphs[number].start, paragraphs[number].end
        pattern = words.signature_below
    if end - start > MAX_SIGNATURE:
        return None
    match = pattern.fullmatch(text, start, end)
    if match is None:
        return None
    name_start, name_end = match.span(match.lastgroup or "name")
    name_end -= text[name_end - 1] == "."
    head = text[name_start:name_end].split()[-1]
    mention = SpeakerMention(name_start, name_end, name_end - len(head), head.lower(), number)
    return Attribution(mention, None, "named", COLON)
