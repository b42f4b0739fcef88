"""The clause that a cue reports and a quotation ends: said that [the bridge was "a mess"]."""

from __future__ import annotations

from typing import NamedTuple

from copydesk.extractor.quotes.attribution import Attribution
from copydesk.extractor.quotes.quoted_paragraph import QuotedParagraph
from copydesk.extractor.quotes.stretches import Stretch
from copydesk.extractor.syntax import Parse

MAX_OPENER = 12  # tokens from a cue to its "that"


class ReportedClause(NamedTuple):
    """Token at which the reported words begin."""

    start: int
    """First token of the reported words; the quotation's first token where they are quoted alone."""

    head: int | None
    """Head of the clause in the parse; None where the parse has no clause."""


def find_clause(paragraph: QuotedParagraph, lead: Attribution, first: int) -> ReportedClause:
    """The clause that a cue reports.

    Args:
        paragraph: The paragraph.
        lead: The attribution before the quotation.
        first: First token of the quotation.
    """
    parse, cue = paragraph.parse, lead.token
    lemma = lead.cue.lemma if lead.cue else ""
    if cue < 0 or cue >= first:
        return ReportedClause(first, None)
    if lemma == " ".join(paragraph.lexicon.speech.according_to):
        comma = next((token for token in range(cue, first) if parse.words[token] == ","), None)
        return ReportedClause(first if comma is None else comma + 1, None)
    opener = _find_opener(paragraph, cue, first)
    head = _find_clause_head(parse, cue, first)
    if head is not None:
        return ReportedClause(_find_clause_start(paragraph, cue, first, head, opener, lemma), head)
    return ReportedClause(_find_start_without_clause(paragraph, cue, first, opener, lemma), None)


def _find_start_without_clause(paragraph: QuotedParagraph, cue: int, first: int, opener: int | None, lemma: str) -> int:
    """First token of the reported words where the parse has no clause."""
    if paragraph.parse.words[cue + 1] == "," and cue + 2 < first:
        return paragraph.first_word(cue + 2, first)  # "But, Lee added, he had ..."
    if opener is not None and opener - cue <= MAX_OPENER:
        return paragraph.first_word(opener + 1, first)
    if lemma in paragraph.lexicon.speech.naming_lemmas:
        return _find_named_thing(paragraph, cue, first)
    return _skip_hearer(paragraph, cue, first)


def find_clause_end(parse: Parse, lead: Attribution, clause: ReportedClause, stretch: Stretch) -> int:
    """Token that a reported clause ends before at the latest: its own end, or what is coordinated with the cue."""
    limit = stretch.right if clause.head is None else min(stretch.right, parse.right[clause.head] + 1)
    for child in parse.children[lead.token]:
        if child >= stretch.last and parse.deps[child] in {"conj", "cc"}:
            limit = min(limit, max(stretch.last, parse.left[child]))
    return limit


def _find_opener(paragraph: QuotedParagraph, cue: int, first: int) -> int | None:
    """Token of the conjunction "that" between a cue and a quotation."""
    parse = paragraph.parse
    opener = paragraph.lexicon.quotations.clause_opener
    for token in range(cue + 1, first):
        if parse.lower[token] == opener and paragraph.segment_of[token] < 0 and parse.deps[token] != "det":
            return token
    return None


def _find_clause_head(parse: Parse, cue: int, first: int) -> int | None:
    """Head of the clause that hangs on a cue and holds the quotation, or ends right before it."""
    for child in parse.children[cue]:
        if (
            child > cue
            and parse.deps[child] in {"ccomp", "xcomp"}
            and parse.left[child] <= first <= parse.right[child] + 1
        ):
            return child
    return None


def _find_clause_start(  # noqa: PLR0917 - everything that `find_clause` found
    paragraph: QuotedParagraph, cue: int, first: int, head: int, opener: int | None, lemma: str
) -> int:
    """First token of a reported clause that the parse has."""
    parse, lexicon = paragraph.parse, paragraph.lexicon
    start = max(parse.left[head], cue + 1)
    if opener is not None and opener in {start - 1, start}:
        start = opener + 1
    elif lemma in lexicon.speech.order_lemmas and parse.lower[start] in lexicon.quotations.infinitive_openers:
        start = cue + 1  # "asked [the actors to do it]": who is asked belongs to what was asked
    return paragraph.first_word(start, first)


def _find_named_thing(paragraph: QuotedParagraph, cue: int, first: int) -> int:
    """First token of the thing that a naming cue names; it belongs to the quotation: called [the bill "a mess"]."""
    parse = paragraph.parse
    linking = paragraph.lexicon.quotations.linking_prepositions
    start = cue + 1
    while start < first and parse.deps[start] in {"prep", "prt"} and parse.lower[start] in linking:
        start += 1  # "called for [an end to ...]", "referred to [her ...]"
    return paragraph.first_word(start, first)


def _skip_hearer(paragraph: QuotedParagraph, cue: int, first: int) -> int:
    """First token after a cue, its hearer, date and place ("in a statement"), if a clause without "that" begins there.

    Returns ``first`` where no clause does: the quoted words stand alone.
    """
    parse = paragraph.parse
    start = cue + 1
    for child in parse.children[cue]:
        if (
            child > cue
            and parse.deps[child] in {"dobj", "dative", "npadvmod", "prep", "advmod", "prt"}
            and parse.right[child] < first
        ):
            start = max(start, parse.right[child] + 1)
    start = paragraph.first_word(start, first)
    has_verb = any(parse.deps[token] in {"nsubj", "nsubjpass", "aux", "mark"} for token in range(start, first))
    return start if has_verb else first
