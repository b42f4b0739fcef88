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
    """What speaks for a person, per unit.

    By hand, between what GUM's 279 he and she (238 right) and news read by eye asked for; halving or doubling one of
    them moves up to six of the 279.
    """

    sentence: float = -1.0
    """For each sentence since the last mention."""
    subject: float = 1.0
    """That last mention was a subject."""
    subject_here: float = 2.0
    """Subject earlier in the same sentence."""
    subject_before: float = 1.5
    """Subject of the sentence before."""
    often: float = 0.6
    """Share of the mentions of whoever was named most often so far."""
    focus: float = 0.5
    """The last one whom the same pronoun stood for."""
    spoke: float = 0.5
    """Said something in this sentence or the one before."""
    speaks_on: float = 1.0
    """The same, where the pronoun says something: "he added"."""
    known: float = 0.7
    """The given name or a title asks for this pronoun; where it asks for the other one, nobody is chosen."""
    contrary: float = -2.0
    """Was taken for the other pronoun's person before."""


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
    reader = _Reader(
        {id(found): Person(found, _pronoun_of(found)) for found in clusters if found.is_person}, at, weights
    )
    parsed = [(paragraph, paragraph.parse) for paragraph in paragraphs if paragraph.parse is not None]
    for _, parse in parsed:
        reader.read_titles(parse)
    for paragraph, parse in parsed:
        reader.read(parse, _outside(parse, paragraph), running=not paragraph.heading)
    return reader.choices


class _Reader:
    """What a reader has in mind while the text goes on."""

    def __init__(self, people: dict[int, Person], at: Callable[[int], Cluster | None], weights: Weights) -> None:
        self.people, self.at, self.weights = people, at, weights
        self.choices: dict[int, Choice] = {}
        self.focus: dict[str, Person] = {}
        self.speaker: Person | None = None
        self.spoken = -99
        self.stranger = -99
        """Number of the last sentence in which somebody without a name spoke, and nobody with one since."""
        self.number = 0
        self.cues = cues.lemmas()
        self.strong = cues.strong_forms()

    def read_titles(self, parse: Parse) -> None:
        """Note what stands before the names: "Mrs. Berg"."""
        for name in parse.names:
            found = self.at(parse.starts[name.last - 1])
            if found is None or not name.first or (person := self.people.get(id(found))) is None:
                continue
            said = pronoun_of_title(parse.lower[name.first - 1 : name.first + 1])
            person.pronoun = said or person.pronoun

    def read(self, parse: Parse, outside: Sequence[bool], *, running: bool) -> None:
        """Resolve the pronouns of one paragraph."""
        for first, last in sentences(parse):
            # what stands in marks altogether makes nobody more distant
            self.number += any(outside[first:last])
            for token in range(first, last):
                if not outside[token]:
                    continue
                if parse.lower[token] in cues.SINGULAR:
                    person, noun = self._choose(parse, token), token
                else:
                    person, noun = self._meet(parse, token)
                if person is None:
                    if running and self._is_stranger(parse, token):
                        self.speaker, self.stranger = None, self.number
                    continue
                person.seen = self.number
                if parse.deps[noun] in {"nsubj", "nsubjpass"} and running:
                    person.subject = self.number
                    self.stranger = -99
                    verb = parse.heads[noun]
                    if parse.lower[verb] in self.cues and parse.deps[verb] in {"ROOT", "conj", "parataxis"}:
                        self.speaker, self.spoken = person, self.number

    def _is_stranger(self, parse: Parse, token: int) -> bool:
        """Whether somebody without a name says something here: "a customer told", not "a customer, Ann Berg, told"."""
        verb = parse.heads[token]
        if parse.deps[token] != "nsubj" or parse.lower[verb] not in self.strong or not parse.words[token].islower():
            return False
        children = parse.children[token]
        return any(parse.lower[child] in {"a", "an", "another", "one"} for child in children) and not any(
            parse.deps[child] in {"appos", "compound"} and parse.words[child][0].isupper() for child in children
        )

    def _choose(self, parse: Parse, token: int) -> Person | None:
        word = parse.lower[token]
        speaks = parse.lower[parse.heads[token]] in self.cues
        if speaks and self.number - self.stranger <= 1:
            return None  # "A customer said it was good. "I come every day," he said."
        ranked = self._rank(word, speaks=speaks)
        if not ranked:
            return None
        person = ranked[0][1]
        self.choices[parse.starts[token]] = Choice(person.cluster, confidence([score for score, _ in ranked]))
        self.focus[word] = person
        person.told = person.told or word
        return person

    def _meet(self, parse: Parse, token: int) -> tuple[Person | None, int]:
        """The person whose mention has its head here, and the noun that says what it does in the sentence."""
        # the last word of a name has a capital; two tokens in three need not be looked up
        found = None if parse.words[token][0].islower() else self.at(parse.starts[token])
        if found is None or not found.is_person:
            return None, token
        noun = parse.heads[token]
        if noun != token and parse.deps[token] == "compound" and self.at(parse.starts[noun]) is found:
            return None, token
        person = self.people[id(found)]
        person.often += 1
        return person, noun if parse.deps[token] == "appos" else token

    def _rank(self, word: str, *, speaks: bool) -> list[tuple[float, Person]]:
        people = [
            person
            for person in self.people.values()
            if self.number - person.seen <= MAX_SENTENCES and person.pronoun in {"", word}
        ]
        most = max((person.often for person in people), default=1) or 1
        speaker = self.speaker if self.number - self.spoken <= 1 else None
        weights, ranked = self.weights, []
        for person in people:
            score = (
                weights.sentence * (self.number - person.seen)
                + weights.subject * (person.subject >= person.seen)
                + weights.subject_here * (person.subject == self.number)
                + weights.subject_before * (person.subject == self.number - 1)
                + weights.often * person.often / most
                + weights.focus * (person is self.focus.get(word))
                + (weights.spoke + weights.speaks_on * speaks) * (person is speaker)
                + weights.known * (person.pronoun == word)
                + weights.contrary * (person.told not in {"", word})
            )
            ranked.append((score, person))
        # of two alike the one named first, as in the order of the clusters
        return sorted(ranked, key=lambda pair: -pair[0])


CLEAR = 3.0
"""From this distance to the second on a choice is clear."""
CONFIDENCE = {"clear": 0.94, "close": 0.73, "alone": 0.79}
"""Share of GUM's he and she that were right, (right + 1) / (n + 2): 165 of 174, 37 of 50, 36 of 45. In-sample for the
weights above. Whoever is alone is often not the one: somebody without a name is no candidate."""


def confidence(scores: Sequence[float]) -> float:
    """How sure a choice is, by how far the second score is behind the first.

    >>> confidence([5.0, 1.0]) > confidence([5.0]) > confidence([5.0, 4.0])
    True
    """
    if len(scores) == 1:
        return CONFIDENCE["alone"]
    return CONFIDENCE["clear" if scores[0] - scores[1] >= CLEAR else "close"]


def _outside(parse: Parse, paragraph: Paragraph) -> list[bool]:
    """Which tokens stand outside quotation marks."""
    outside = [True] * len(parse)
    for segment in paragraph.segments:
        for token in range(parse.token_at(segment.start), parse.token_at(segment.end - 1) + 1):
            if token < len(outside):
                outside[token] = False
    return outside


def _pronoun_of(found: Cluster) -> str:
    """What the given name of a person asks for; empty where no form tells."""
    for form in sorted(found.forms, key=lambda form: -len(form.split())):
        words = fold(form).split()
        if words and (told := pronoun_of(words[0])) and (len(words) > 1 or len(found.forms) == 1):
            return told
    return ""
