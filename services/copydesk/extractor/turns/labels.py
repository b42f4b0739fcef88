"""Labels that may open a turn: "Q:", "Ann Lee:", "Mr. LEE.", or a line that is only "Ann Lee -- Analyst"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from copydesk.extractor.entities.names import is_title_case
from copydesk.extractor.gazetteer.table import Gazetteer
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.marks import OPENERS, STRAIGHT
from copydesk.extractor.paragraphs import Paragraph

MAX_LABEL = 160  # code points

MIN_HEADLINE = 4  # words with a capital of a headline behind a name

MIN_PLACE = 200_000  # people of a place whose name in capitals is nobody: "LONDON: We met in a pub."

MIN_FIGURES = 3  # numbers among the first words of a list of ratings: "Berg 6, Lind 7, Orr 5"

FIRST_WORDS = 10

MAX_GIVEN = 4  # words of a label that begins with a given name

MAX_LABELS = 20_000  # of an article; a document has the first 5,000 quotations, and says how many there were

LabelKind = Literal["question", "answer", "role", "person", "capitals", "firm", "other"]

_SENTENCE_BREAK = re.compile(r"(?<=[.?!…\"”)\]–—-])\s+(?=[*_\[(\d]{0,8}[^\W\d_a-z])")
_FIRST_SENTENCE = re.compile(r"[^.?!…:]+")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"[£$€]?\d[\d,.%/–-]*(?:\s*(?:[-–—:;(,]|$)|\s+\w+[.;,]?$)")
"""Words that are a figure: "7/10", "7 - made two saves", "12,345 votes". They are said by nobody."""


class Label(msgspec.Struct, frozen=True):
    """A label that may open a turn; offsets in code points of the article's text.

    Args:
        start: Start of the name.
        end: End of the name.
        begin: Start of the whole label.
        words_start: Start of the words that it may open; `words_end` where it stands alone on its line.
        words_end: End of those words in the label's paragraph.
        paragraph: Index of its paragraph.
        name: The name, without a title.
        title: The first title before the name; empty where there is none.
        kind: Evidence that somebody speaks. `other`: words with capitals that may be anything.
        is_line: Whether it is a line of its own without a colon.
    """

    start: int
    end: int
    begin: int
    words_start: int
    words_end: int
    paragraph: int
    name: str
    title: str
    kind: LabelKind
    is_line: bool = False


class LabelReader:
    """Finds the labels of an article's paragraphs."""

    def __init__(self, text: str, people: frozenset[str], gazetteer: Gazetteer, lexicon: Lexicon) -> None:
        """Note who is known.

        Args:
            text: The article's text.
            people: Names and surnames of the persons that the recogniser found, in small letters.
            gazetteer: Names of places.
            lexicon: The language's words.
        """
        self.text, self.people, self.gazetteer, self.lexicon = text, people, gazetteer, lexicon

    def read(self, paragraphs: Sequence[Paragraph]) -> list[Label]:
        """Labels of all paragraphs, in order: at the start of each, and behind a sentence of one that begins so."""
        labels: list[Label] = []
        for number, paragraph in enumerate(paragraphs):
            begin = paragraph.start
            while begin < paragraph.end and self.text[begin].isspace():
                begin += 1
            first = self._read_at(number, begin, paragraph.end)
            if first is None:
                line = self._read_line(number, paragraph)
                labels += [] if line is None else [line]
                continue
            found = [first]
            for match in _SENTENCE_BREAK.finditer(self.text, first.words_start, paragraph.end):
                label = self._read_at(number, match.end(), paragraph.end)
                if label is not None and label.kind != "other" and label.begin >= found[-1].words_start:
                    found[-1] = msgspec.structs.replace(found[-1], words_end=match.start())
                    found.append(label)
            labels += [label for label in found if not self._is_other_text(label)]
            if len(labels) > MAX_LABELS:
                break
        return labels[:MAX_LABELS]

    def _read_at(self, number: int, begin: int, end: int) -> Label | None:
        words = self.lexicon.turns
        limit = min(end, begin + MAX_LABEL)
        if (match := words.lettered.match(self.text, begin, limit)) is not None:
            is_question = match["letter"].lower() in words.question_letters
            kind: LabelKind = "question" if is_question else "answer"
            return self._build(number, match, "letter", end, kind)
        match = words.record_label.match(self.text, begin, limit)
        if match is None:
            match = words.label.match(self.text, begin, limit)
        if match is None:
            return None
        return self._build(number, match, "name", end, self._judge(match["name"], is_record=":" not in match[0]))

    def _read_line(self, number: int, paragraph: Paragraph) -> Label | None:
        """The label that is a whole line: "Operator", "Ann Lee -- Analyst"."""
        if not paragraph.heading or paragraph.end - paragraph.start > MAX_LABEL:
            return None
        end = paragraph.start + len(self.text[paragraph.start : paragraph.end].rstrip())
        match = self.lexicon.turns.line_label.fullmatch(self.text, paragraph.start, end)
        if match is None:
            return None
        kind = self._judge(match["name"], is_record=False)
        offices = {word.lower() for word in _WORD.findall(match["role"])}
        if kind == "other" and " " in match["name"] and not offices.isdisjoint(self.lexicon.turns.offices):
            kind = "person"
        label = self._build(number, match, "name", end, kind)
        return msgspec.structs.replace(label, is_line=True)

    def _build(self, number: int, match: re.Match[str], group: str, end: int, kind: LabelKind) -> Label:
        start, stop = match.span(group)
        words_start = match.end()
        while words_start < end and self.text[words_start].isspace():
            words_start += 1
        words_end = words_start + len(self.text[words_start:end].rstrip().rstrip("*_"))
        name = self._drop_title(match[group])
        title = match[group][: -len(name)].split(" ")[0]
        return Label(start, stop, match.start(), words_start, words_end, number, name, title, kind)

    def _drop_title(self, name: str) -> str:
        words = name[match.end() if (match := self.lexicon.names.article.match(name)) else 0 :].split()
        while len(words) > 1 and words[0].lower().rstrip(".") in self.lexicon.names.titles:
            del words[0]
        return " ".join(words)

    def _judge(self, name: str, *, is_record: bool) -> LabelKind:
        """Kind of a label with this name."""
        words, turns = name.lower().split(), self.lexicon.turns
        plain = [word.rstrip(".") for word in words]
        if not {plain[0], plain[-1]}.isdisjoint(turns.no_speakers | self.lexicon.names.calendar):
            return "other"
        opens_role = len(plain) == 1 or plain[0] in turns.role_openers | self.lexicon.names.courtesy_titles
        if opens_role and plain[-1] in turns.roles | {"tempore"}:
            return "role"
        if plain[-1] in turns.papers or (len(plain) > 1 and plain[-1] in self.lexicon.names.organization_words):
            return "firm"
        bare = self._drop_title(name)
        has_title = plain[0] in self.lexicon.names.titles and bare != name
        lower = bare.lower()
        if is_record and not has_title:
            return "role"  # "The PRESIDING OFFICER."
        parts = lower.split()
        is_given = 1 < len(parts) <= MAX_GIVEN and parts[0] in self.lexicon.names.first_names
        if has_title or lower in self.people or is_given:
            return "person"
        is_place = any(row.population >= MIN_PLACE for row in self.gazetteer.find(bare))
        return "capitals" if bare.isupper() and len(bare) > 1 and not is_place else "other"

    def _is_other_text(self, label: Label) -> bool:
        """Return whether the words are figures or a headline, or stand in quotation marks, which other rules read."""
        words = self.text[label.words_start : label.words_end]
        sentence = _FIRST_SENTENCE.match(words[:300])
        capitals = sum(word[0][0].isupper() for word in _WORD.finditer(sentence[0])) if sentence is not None else 0
        is_headline = sentence is not None and capitals >= MIN_HEADLINE and is_title_case(sentence[0])
        numbers = sum(word.strip(",.;()").isdigit() for word in words[:100].split()[:FIRST_WORDS])
        is_figure = _NUMBERS.match(words[:80]) is not None or numbers >= MIN_FIGURES
        return is_headline or is_figure or (bool(words) and words[0] in OPENERS + STRAIGHT + "'‘")


def count_words(text: str, start: int, end: int, words: frozenset[str]) -> int:
    """Number of words of a stretch that are in a set of words in small letters."""
    return sum(match.group().lower() in words for match in _WORD.finditer(text, start, end))
