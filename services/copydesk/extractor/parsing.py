"""The parses of an article's paragraphs and title, within the limits of the language model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, Protocol

from copydesk.extractor.dateline import find_dateline, prepend_dateline
from copydesk.extractor.entities.overlooked import mark_overlooked
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.paragraphs import MAX_PARAGRAPH, Paragraph
from copydesk.extractor.repairs import repair_parse
from copydesk.extractor.syntax import Parse, complete_names

MAX_PARAGRAPHS = 5_000
"""Maximum paragraphs that are parsed. Each costs a quarter of a millisecond however short: 100,000 lines took 25 s."""

MAX_WORD = 300
"""Maximum code points without a space. The tokenizer's time grows with their square: 40 s for ten thousand quotation
marks."""

LONG_PARAGRAPH = 2_000
"""Code points from which a paragraph has to be prose to be parsed."""

MIN_PROSE = 0.6
"""Least share of letters, digits and blanks in prose; news has .9. Each other character is a token, which costs as much
as a word: 60,000 of JSON took 2.7 s."""

_ENDLESS_WORD = re.compile(rf"\S{{{MAX_WORD}}}")


class Parser(Protocol):
    """A language model that parses paragraphs. `nlp.SpacyParser` is one."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def version(self) -> str:
        """Version of the model."""

    @property
    def engine(self) -> Literal["numpy", "spacy"]:
        """Code that reads the model."""

    def parse(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        """One parse a paragraph, None where the parser failed.

        Args:
            paragraphs: Offset of each paragraph's first code point, and its text.
        """

    def find_names(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        """The same without grammar: every token is a root without a label."""


def parse_article(
    text: str,
    title: str,
    paragraphs: Sequence[Paragraph],
    parser: Parser,
    lexicon: Lexicon,
    *,
    max_chars: int,
    selective: bool,
) -> tuple[Parse | None, list[str]]:
    """Parse the title and the paragraphs; the paragraphs keep their own parses.

    Args:
        text: The article's text.
        title: The headline.
        paragraphs: Paragraphs of the text; their field ``parse`` is set.
        parser: The language model.
        lexicon: Words of reported speech, particles of surnames.
        max_chars: Maximum code points of the text that are parsed.
        selective: Whether paragraphs without quotation marks and cues get names only.

    Returns:
        The title's parse, or None, and the warnings.
    """
    readable, warnings = _choose_readable(text, paragraphs, max_chars)
    whole = [p for p in readable if not selective or p.segments or _has_cue(text[p.start : p.end], lexicon)]
    whole_ids = {id(paragraph) for paragraph in whole}
    names_only = [paragraph for paragraph in readable if id(paragraph) not in whole_ids]
    datelines = [find_dateline(text, paragraph.start, paragraph.end, lexicon.names) for paragraph in whole]
    begins = [
        match.end() if match is not None else paragraph.start for match, paragraph in zip(datelines, whole, strict=True)
    ]
    batch = [(begin, text[begin : paragraph.end]) for begin, paragraph in zip(begins, whole, strict=True)]
    has_title = bool(title.strip()) and len(title) <= MAX_PARAGRAPH and not _ENDLESS_WORD.search(title)
    if has_title:
        batch.append((0, title))  # with the others: a call of its own costs as much as a paragraph
    parses = parser.parse(batch)
    title_parse = parses.pop() if has_title else None
    parses = [
        *parses,
        *parser.find_names([(paragraph.start, text[paragraph.start : paragraph.end]) for paragraph in names_only]),
    ]
    parses = [repair_parse(parse) if parse is not None else None for parse in parses]
    for index, match in enumerate(datelines):
        if match is not None and (parse := parses[index]) is not None:
            parses[index] = prepend_dateline(parse, match)
    for paragraph, parse in zip([*whole, *names_only], parses, strict=True):
        paragraph.parse = parse
    for parse in (title_parse, *parses):
        if parse is not None:
            parse.names = complete_names(parse.words, parse.names, lexicon.names.surname_particles)
    for paragraph in whole:
        if paragraph.parse is not None and not paragraph.heading:
            paragraph.parse.names = mark_overlooked(paragraph.parse, lexicon)
    failed = sum(paragraph.parse is None for paragraph in readable)
    if failed:
        warnings.append(f"the parser failed on {failed} of {len(readable)} paragraphs")
    return title_parse, warnings


def _choose_readable(text: str, paragraphs: Sequence[Paragraph], max_chars: int) -> tuple[list[Paragraph], list[str]]:
    """The paragraphs within the limits, and the warnings about the others."""
    within = [paragraph for paragraph in paragraphs[:MAX_PARAGRAPHS] if paragraph.end <= max_chars]
    ended = [p for p in within if not _ENDLESS_WORD.search(text, p.start, p.end)]
    readable = [p for p in ended if _is_prose(text[p.start : p.end])]
    warnings = []
    if len(ended) < len(within):
        warnings.append(f"{len(within) - len(ended)} paragraphs with words of {MAX_WORD} characters: not parsed")
    if len(readable) < len(ended):
        warnings.append(f"{len(ended) - len(readable)} long paragraphs that are no prose: not parsed")
    if len(within) < len(paragraphs):
        warnings.append(f"longer than {max_chars} characters or {MAX_PARAGRAPHS} paragraphs: the rest is not parsed")
    return readable, warnings


def _is_prose(paragraph: str) -> bool:
    """Return whether a paragraph is short, or most of it is words."""
    if len(paragraph) < LONG_PARAGRAPH:
        return True
    return sum(char.isalnum() or char.isspace() for char in paragraph) >= MIN_PROSE * len(paragraph)


def _has_cue(text: str, lexicon: Lexicon) -> bool:
    return not lexicon.speech.reporting_forms.isdisjoint(text.lower().split())
