"""Turns of an article: which labels open one, and the words of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from copydesk.extractor.gazetteer.table import Gazetteer
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.turns.labels import Label, LabelReader, count_words

MIN_TURNS = 2

MIN_PERSONAL = 0.4
"""Least share of turns with "I", "we", "you" or a question mark. Lists that begin with names (ratings of players, what
each candidate wants) are in the third person."""

MIN_DENSITY = 0.2
"""Least share of paragraphs with a label, from the first to the last one, for those without one to belong to a turn."""

DENSE = 0.5
"""Share from which on every paragraph without a label belongs to the turn before it."""

SHORT = 3  # words of a turn that may lack its full stop: "A: Yes"

MIN_LINES = 3
"""Least number of labels that are lines of their own; one of them has to come back, for sub-heads do not."""

_ENDS = ".?!…\"”’')]-—–"

SURE = frozenset({"question", "answer", "role", "person", "capitals"})


class Turn(msgspec.Struct, frozen=True):
    """Words of one speaker.

    Args:
        label: Its label.
        fragments: Start and end of the words in each paragraph, in code points.
    """

    label: Label
    fragments: tuple[tuple[int, int], ...]


def find_turns(text: str, paragraphs: Sequence[Paragraph], gazetteer: Gazetteer, lexicon: Lexicon) -> list[Turn]:
    """The turns of an interview or a transcript, in order; none where the labels show no conversation.

    A single label is none: "Note: ..." looks the same. A conversation has two labels or more, most turns speak of "I",
    "we" or "you", or ask, and somebody whom the text names, a role or a letter speaks, or the same labels come back.

    Args:
        text: The article's text.
        paragraphs: Its paragraphs.
        gazetteer: Names of places.
        lexicon: The language's words.
    """
    labels = LabelReader(text, _collect_people(text, paragraphs), gazetteer, lexicon).read(paragraphs)
    labels = _keep_conversation(text, labels, lexicon)
    lines = _keep_lines(labels, paragraphs)
    labels = [label for label in labels if not label.is_line or lines]
    turns = _collect_words(text, labels, paragraphs, lexicon)
    return turns if _is_conversation(text, turns, lexicon) else []


def _collect_people(text: str, paragraphs: Sequence[Paragraph]) -> frozenset[str]:
    people: set[str] = set()
    for paragraph in paragraphs:
        parse = paragraph.parse
        for name in parse.names if parse is not None else ():
            if name.label == "PERSON" and parse is not None:
                words = text[parse.starts[name.first] : parse.ends[name.last - 1]].lower()
                people.update((words, words.rsplit(maxsplit=1)[-1]))
    return frozenset(people)


def _keep_conversation(text: str, labels: Sequence[Label], lexicon: Lexicon) -> list[Label]:
    """The labels that may be turns beside each other; letters only where questions are answered by somebody."""
    answers = [label for label in labels if label.kind == "answer"]
    asks = any(label.kind == "question" for label in labels)
    # the answers of a list of frequent questions are nobody's words
    speaks = any(count_words(text, a.words_start, a.words_end, lexicon.turns.first) for a in answers)
    first = next((label.begin for label in labels if label.kind == "question"), 0)
    kept = [
        label
        for label in labels
        if label.kind not in {"question", "answer"}
        or (asks and (speaks or (not answers and label.kind == "question")) and label.begin >= first)
    ]
    often = Counter(label.name.lower() for label in kept)
    return [label for label in kept if label.kind != "other" or often[label.name.lower()] > 1]


def _keep_lines(labels: Sequence[Label], paragraphs: Sequence[Paragraph]) -> bool:
    """Return whether labels that are whole lines open turns: three or more have words below, and one comes back."""
    lines = [
        label
        for label in labels
        if label.is_line and label.paragraph + 1 < len(paragraphs) and not paragraphs[label.paragraph + 1].heading
    ]
    often = Counter(label.name.lower() for label in lines)
    known = sum(label.kind in {"role", "person"} for label in lines)
    return len(lines) >= MIN_LINES and 1 < len(often) < len(lines) and 2 * known >= len(lines)


def _collect_words(text: str, labels: Sequence[Label], paragraphs: Sequence[Paragraph], lexicon: Lexicon) -> list[Turn]:
    """The turns with the words behind each label and, in a transcript, the paragraphs up to the next label."""
    if not labels:
        return []
    numbers = {label.paragraph for label in labels}
    span = max(numbers) - min(numbers) + 1
    is_record = any(label.is_line for label in labels) or len(numbers) >= DENSE * span
    goes_on = is_record or len(numbers) >= MIN_DENSITY * span
    turns = []
    for index, label in enumerate(labels):
        fragments = [(label.words_start, label.words_end)] if label.words_start < label.words_end else []
        is_last = index + 1 == len(labels)
        until = len(paragraphs) if is_last else labels[index + 1].paragraph
        if is_last and not label.is_line and fragments:
            until = label.paragraph  # nothing says where the last turn ends
        for number in range(label.paragraph + 1, until if goes_on or not fragments else label.paragraph):
            if not _goes_on(text, paragraphs[number], lexicon, is_record=is_record):
                break
            fragments.append((paragraphs[number].start, paragraphs[number].end))
        is_ended = fragments and text[fragments[-1][1] - 1] in _ENDS
        if is_ended or (fragments and len(text[slice(*fragments[-1])].split()) <= SHORT):
            turns.append(Turn(label, tuple(fragments)))
    return turns


def _goes_on(text: str, paragraph: Paragraph, lexicon: Lexicon, *, is_record: bool) -> bool:
    """Return whether a paragraph without a label may belong to the turn before: it is prose that quotes nobody.

    Where fewer than half of the paragraphs have labels, the writer tells something in between: it has to say "I".
    """
    has_cue = not lexicon.speech.reporting_forms.isdisjoint(text[paragraph.start : paragraph.end].lower().split())
    if paragraph.heading or (paragraph.segments and has_cue):
        return False
    return is_record or count_words(text, paragraph.start, paragraph.end, lexicon.turns.first_and_second) > 0


def _is_conversation(text: str, turns: Sequence[Turn], lexicon: Lexicon) -> bool:
    """Return whether turns are a conversation; see `find_turns`."""
    if len(turns) < MIN_TURNS or not any(turn.label.kind in SURE for turn in turns):
        return False
    personal = sum(
        any(
            "?" in text[start:end] or count_words(text, start, end, lexicon.turns.first_and_second)
            for start, end in turn.fragments
        )
        for turn in turns
    )
    if personal < MIN_PERSONAL * len(turns):
        return False
    is_known = sum(turn.label.kind in {"question", "answer", "role", "person"} for turn in turns)
    return is_known >= MIN_TURNS or _returns([turn.label.name.lower() for turn in turns])


def _returns(names: Sequence[str]) -> bool:
    """Return whether somebody speaks again after somebody else."""
    seen: set[str] = set()
    for before, name in pairwise(names):
        if name in seen and name != before:
            return True
        seen.add(before)
    return False
