"""Who "he" and "she" are: a scored choice among the persons named so far, in running order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from copydesk.extractor import cues
from copydesk.extractor.entities import Cluster, fold, pronoun_of_title
from copydesk.extractor.first_names import pronoun_of
from copydesk.extractor.quotes import Paragraph
from copydesk.extractor.syntax import Parse

MAX_SENTENCES = 10  # back from a pronoun; further away nobody is meant


class Weights(NamedTuple):
    """What speaks for a person, per unit."""

    sentence: float = -0.7
    subject: float = 1.5
    subject_before: float = 1.0
    often: float = 1.2
    focus: float = 1.0
    known: float = 0.7
    told: float = 1.0
    contrary: float = -2.0


class Person(msgspec.Struct):
    """What is known of a person up to a place in the text.

    Args:
        cluster: Whose mentions they are.
        pronoun: What the given name or a title asks for; empty where neither tells.
        told: What pronouns that were taken for this person said.
        seen: Number of the last sentence with a mention.
        subject: Number of the last sentence whose subject it was.
        often: Mentions so far.
    """

    cluster: Cluster
    pronoun: str = ""
    told: str = ""
    seen: int = -99
    subject: int = -99
    often: int = 0


class Choice(msgspec.Struct, frozen=True):
    """The person that a pronoun stands for."""

    cluster: Cluster
    confidence: float


def sentences(parse: Parse) -> list[tuple[int, int]]:
    """The sentences of a paragraph: first token, token after the last."""
    starts = [token for token in range(len(parse)) if parse.begins[token] or token == 0]
    return list(zip(starts, [*starts[1:], len(parse)], strict=True))


def resolve(
    paragraphs: Sequence[Paragraph],
    clusters: Iterable[Cluster],
    at: Callable[[int], Cluster | None],
    weights: Weights = Weights(),  # noqa: B008 - it is immutable
) -> dict[int, Choice]:
    """The persons that the he and she outside quotation marks stand for, by the pronoun's first code point.

    Args:
        paragraphs: Of the article, parsed ones are read.
        clusters: Of the article.
        at: The thing whose name covers a code point.
        weights: What speaks for a person.
    """
    people = {id(found): Person(found, pronoun_of_cluster(found)) for found in clusters if found.is_person}
    _read_titles(paragraphs, people, at)
    focus: dict[str, Person] = {}
    choices: dict[int, Choice] = {}
    number = 0
    for paragraph in paragraphs:
        parse = paragraph.parse
        if parse is None:
            continue
        outside = _outside(parse, paragraph)
        for first, last in sentences(parse):
            number += 1
            for token in range(first, last):
                word = parse.lower[token]
                if not outside[token]:
                    continue
                is_subject = parse.deps[token] in {"nsubj", "nsubjpass"} and not paragraph.heading
                if word in cues.SINGULAR:
                    ranked = _rank(word, number, people.values(), focus.get(word), weights)
                    if not ranked:
                        continue
                    person = ranked[0][1]
                    choices[parse.starts[token]] = Choice(person.cluster, confidence(ranked))
                    focus[word] = person
                    person.told = person.told or word
                elif (found := at(parse.starts[token])) is not None and found.is_person:
                    person = people[id(found)]
                    person.often += 1
                else:
                    continue
                person.seen = number
                if is_subject:
                    person.subject = number
    return choices


def _rank(
    word: str, number: int, people: Iterable[Person], focus: Person | None, weights: Weights
) -> list[tuple[float, Person]]:
    people = [person for person in people if number - person.seen <= MAX_SENTENCES and person.pronoun in {"", word}]
    most = max((person.often for person in people), default=1) or 1
    ranked = []
    for person in people:
        score = (
            weights.sentence * (number - person.seen)
            + weights.subject * (person.subject >= person.seen)
            + weights.subject_before * (person.subject == number - 1)
            + weights.often * person.often / most
            + weights.focus * (person is focus)
            + weights.known * (person.pronoun == word)
            + weights.told * (person.told == word)
            + weights.contrary * (person.told not in {"", word})
        )
        ranked.append((score, person))
    # of two alike the one named first, as in the order of the clusters
    return sorted(ranked, key=lambda pair: -pair[0])


def confidence(ranked: Sequence[tuple[float, Person]]) -> float:
    """How sure a choice is: the wider the gap to the second, the surer."""
    margin = ranked[0][0] - ranked[1][0] if len(ranked) > 1 else 3.0
    return round(min(0.9, 0.55 + 0.12 * margin), 2)


def _outside(parse: Parse, paragraph: Paragraph) -> list[bool]:
    """Which tokens stand outside quotation marks."""
    outside = [True] * len(parse)
    for segment in paragraph.segments:
        for token in range(parse.token_at(segment.start), parse.token_at(segment.end - 1) + 1):
            if token < len(outside):
                outside[token] = False
    return outside


def pronoun_of_cluster(found: Cluster) -> str:
    """What the given name of a person asks for; empty where no form tells."""
    for form in sorted(found.forms, key=lambda form: -len(form.split())):
        words = fold(form).split()
        if words and (told := pronoun_of(words[0])) and (len(words) > 1 or len(found.forms) == 1):
            return told
    return ""


def _read_titles(
    paragraphs: Iterable[Paragraph], people: dict[int, Person], at: Callable[[int], Cluster | None]
) -> None:
    for paragraph in paragraphs:
        parse = paragraph.parse
        if parse is None:
            continue
        for name in parse.names:
            found = at(parse.starts[name.last - 1])
            person = people.get(id(found)) if found is not None else None
            if person is None or not name.first:
                continue
            said = pronoun_of_title(parse.lower[name.first - 1 : name.first + 1])
            person.pronoun = said or person.pronoun
