"""Persons that "he" and "she" stand for: a scored choice among the persons named so far, in running order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from copydesk.extractor.entities.clusters import Cluster
from copydesk.extractor.entities.names import find_title_pronoun, fold_name
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.syntax import Parse, find_sentences

MAX_SENTENCES = 10  # back from a pronoun; further away nobody is meant

CLEAR = 3.0
"""Minimum distance of the scores of the first and second person for a clear choice."""

CONFIDENCE = {"clear": 0.94, "close": 0.73, "alone": 0.79}
"""Share of GUM's he and she that were right, (right + 1) / (n + 2): 165 of 174, 37 of 50, 36 of 45. In-sample for the
weights below. A person without a rival is often wrong: somebody without a name is no candidate."""

_NEVER = -99
"""Number of a sentence far before the first."""


class Weights(NamedTuple):
    """Weights of the score of a person, per unit.

    Set by hand, between what GUM's 279 he and she (238 right) and news read by eye asked for; halving or doubling one
    of them moves up to six of the 279.
    """

    sentence: float = -1.0
    """For each sentence since the last mention."""
    subject: float = 1.0
    """The last mention was a subject."""
    subject_here: float = 2.0
    """Subject earlier in the same sentence."""
    subject_before: float = 1.5
    """Subject of the sentence before."""
    often: float = 0.6
    """Mentions so far, as a share of those of the person most often named."""
    focus: float = 0.5
    """The last person that the same pronoun stood for."""
    spoke: float = 0.5
    """Said something in this sentence or the one before."""
    speaks_on: float = 1.0
    """The same, where the pronoun says something: "he added"."""
    known: float = 0.7
    """The given name or a title asks for this pronoun; where it asks for the other one, nobody is chosen."""
    contrary: float = -2.0
    """Was taken for the other pronoun's person before."""


class Choice(msgspec.Struct, frozen=True):
    """The person that a pronoun stands for."""

    cluster: Cluster
    confidence: float


class _Person(msgspec.Struct):
    """A person and the mentions up to a place in the text.

    Args:
        cluster: The person.
        pronoun: Pronoun that the given name or a title asks for; empty where neither tells.
        resolved: The first pronoun that was resolved to this person; empty before.
        sentence: Number of the last sentence with a mention.
        subject: Number of the last sentence whose subject was the person.
        mentions: Mentions so far.
    """

    cluster: Cluster
    pronoun: str = ""
    resolved: str = ""
    sentence: int = _NEVER
    subject: int = _NEVER
    mentions: int = 0


def resolve_pronouns(
    paragraphs: Sequence[Paragraph],
    clusters: Iterable[Cluster],
    cluster_at: Callable[[int], Cluster | None],
    lexicon: Lexicon,
    weights: Weights = Weights(),  # noqa: B008 - it is immutable
) -> dict[int, Choice]:
    """The persons that the he and she outside quotation marks stand for, by the pronoun's first code point.

    Args:
        paragraphs: Paragraphs of the article; those with a parse are read.
        clusters: Things of the article.
        cluster_at: Function that returns the thing whose name covers a code point.
        lexicon: The language's words.
        weights: Weights of the score of a person.
    """
    people = {id(c): _Person(c, _find_pronoun_of(c, lexicon)) for c in clusters if c.is_person and not c.is_doubtful}
    resolver = _Resolver(people, cluster_at, lexicon, weights)
    parsed = [(paragraph, paragraph.parse) for paragraph in paragraphs if paragraph.parse is not None]
    for _, parse in parsed:
        resolver.read_titles(parse)
    for paragraph, parse in parsed:
        resolver.read(parse, _find_outside(parse, paragraph), running=not paragraph.heading)
    return resolver.choices


def _find_pronoun_of(cluster: Cluster, lexicon: Lexicon) -> str:
    """Pronoun that a person's given name asks for; empty where no form of the name tells."""
    for form in sorted(cluster.forms, key=lambda form: -len(form.split())):
        words = fold_name(form).split()
        if words and (len(words) > 1 or len(cluster.forms) == 1):
            pronoun = lexicon.names.first_names.get(words[0])
            if pronoun is not None:
                return pronoun
    return ""


def _find_outside(parse: Parse, paragraph: Paragraph) -> list[bool]:
    """One value a token: True outside quotation marks."""
    outside = [True] * len(parse)
    for segment in paragraph.segments:
        for token in range(parse.token_at(segment.start), parse.token_at(segment.end - 1) + 1):
            if token < len(outside):
                outside[token] = False
    return outside


class _Resolver:
    """The persons in a reader's mind while the text goes on."""

    def __init__(
        self,
        people: dict[int, _Person],
        cluster_at: Callable[[int], Cluster | None],
        lexicon: Lexicon,
        weights: Weights,
    ) -> None:
        self.people, self.cluster_at, self.lexicon, self.weights = people, cluster_at, lexicon, weights
        self.choices: dict[int, Choice] = {}
        self.focus: dict[str, _Person] = {}
        """The last person that each pronoun stood for."""
        self.speaker: _Person | None = None
        self.speaker_sentence = _NEVER
        self.stranger_sentence = _NEVER
        """Number of the last sentence in which somebody without a name spoke, and nobody with one since."""
        self.sentence = 0

    def read_titles(self, parse: Parse) -> None:
        """Note the pronouns that titles before the names tell: "Mrs. Berg"."""
        for name in parse.names:
            cluster = self.cluster_at(parse.starts[name.last - 1])
            if cluster is None or not name.first or (person := self.people.get(id(cluster))) is None:
                continue
            pronoun = find_title_pronoun(parse.lower[name.first - 1 : name.first + 1], self.lexicon.names)
            person.pronoun = pronoun or person.pronoun

    def read(self, parse: Parse, outside: Sequence[bool], *, running: bool) -> None:
        """Resolve the pronouns of one paragraph.

        Args:
            parse: The paragraph.
            outside: Whether each token stands outside quotation marks.
            running: Whether it is running text, not a heading.
        """
        resolved = self.lexicon.pronouns.resolved
        for first, last in find_sentences(parse):
            # a sentence inside marks makes nobody more distant
            self.sentence += any(outside[first:last])
            for token in range(first, last):
                if not outside[token]:
                    continue
                if parse.lower[token] in resolved:
                    person, noun = self._resolve(parse, token), token
                else:
                    person, noun = self._find_person(parse, token)
                if person is not None:
                    self._note_mention(parse, person, noun, running=running)
                elif running and self._is_stranger(parse, token):
                    self.speaker, self.stranger_sentence = None, self.sentence

    def _note_mention(self, parse: Parse, person: _Person, noun: int, *, running: bool) -> None:
        """Note a mention of a person, whether it is a subject and whether it speaks."""
        person.sentence = self.sentence
        if not running or parse.deps[noun] not in {"nsubj", "nsubjpass"}:
            return
        person.subject = self.sentence
        self.stranger_sentence = _NEVER
        verb = parse.heads[noun]
        if parse.lower[verb] in self.lexicon.speech.lemmas and parse.deps[verb] in {"ROOT", "conj", "parataxis"}:
            self.speaker, self.speaker_sentence = person, self.sentence

    def _is_stranger(self, parse: Parse, token: int) -> bool:
        """Return whether somebody without a name speaks here: "a customer told", not "a customer, Ann Berg, told"."""
        verb = parse.heads[token]
        if parse.deps[token] not in {"nsubj", "nsubjpass"} or not parse.words[token].islower():
            return False
        children = parse.children[token]
        if any(parse.deps[child] in {"appos", "compound"} and parse.words[child][0].isupper() for child in children):
            return False
        speakers = self.lexicon.speakers
        if parse.lower[token] in speakers.unnamed_people:
            # "his successor will be named" acts on nobody yet
            return parse.deps[token] == "nsubj" or parse.child(verb, "neg") is not None
        speaks = parse.deps[token] == "nsubj" and parse.lower[verb] in self.lexicon.speech.reporting_forms
        return speaks and any(parse.lower[child] in speakers.stranger_determiners for child in children)

    def _resolve(self, parse: Parse, token: int) -> _Person | None:
        """The person that a pronoun stands for; notes the choice."""
        word = parse.lower[token]
        speaks = parse.lower[parse.heads[token]] in self.lexicon.speech.lemmas
        is_stranger_here = self.sentence == self.stranger_sentence  # "a resident said that he had not slept"
        if is_stranger_here or (speaks and self.sentence - self.stranger_sentence <= 1):
            return None  # "A customer said it was good. "I come every day," he said."
        ranked = self._rank(word, speaks=speaks)
        if not ranked:
            return None
        person = ranked[0][1]
        self.choices[parse.starts[token]] = Choice(person.cluster, rate_choice([score for score, _ in ranked]))
        self.focus[word] = person
        person.resolved = person.resolved or word
        return person

    def _find_person(self, parse: Parse, token: int) -> tuple[_Person | None, int]:
        """The person whose mention has its head here, and the noun that says what the person does in the sentence."""
        # the last word of a name has a capital; two tokens in three need not be looked up
        cluster = None if parse.words[token][0].islower() else self.cluster_at(parse.starts[token])
        if cluster is None and token and parse.lower[token] in self.lexicon.names.post_nominals:
            cluster = self.cluster_at(parse.starts[token - 1])  # "Edmund Pryce KC": the parser's head is KC
        if cluster is None or id(cluster) not in self.people:
            return None, token
        noun = parse.heads[token]
        if noun != token and parse.deps[token] == "compound" and self.cluster_at(parse.starts[noun]) is cluster:
            return None, token
        person = self.people[id(cluster)]
        person.mentions += 1
        if parse.deps[token] != "appos":
            return person, token
        while parse.deps[noun] in {"pobj", "prep"} and parse.heads[noun] < noun:
            noun = parse.heads[noun]  # "The regent of Malang, Tri Wulansari, sat": the parser hangs her on Malang
        return person, noun

    def _rank(self, word: str, *, speaks: bool) -> list[tuple[float, _Person]]:
        """The persons that a pronoun may stand for with their scores, the best first."""
        people = [
            person
            for person in self.people.values()
            if self.sentence - person.sentence <= MAX_SENTENCES and person.pronoun in {"", word}
        ]
        most = max((person.mentions for person in people), default=1) or 1
        speaker = self.speaker if self.sentence - self.speaker_sentence <= 1 else None
        weights, ranked = self.weights, []
        for person in people:
            score = (
                weights.sentence * (self.sentence - person.sentence)
                + weights.subject * (person.subject >= person.sentence)
                + weights.subject_here * (person.subject == self.sentence)
                + weights.subject_before * (person.subject == self.sentence - 1)
                + weights.often * person.mentions / most
                + weights.focus * (person is self.focus.get(word))
                + (weights.spoke + weights.speaks_on * speaks) * (person is speaker)
                + weights.known * (person.pronoun == word)
                + weights.contrary * (person.resolved not in {"", word})
            )
            ranked.append((score, person))
        # of two with one score the person named first, as in the order of the clusters
        return sorted(ranked, key=lambda pair: -pair[0])


def rate_choice(scores: Sequence[float]) -> float:
    """Confidence of a choice, by the distance of the second score from the first.

    Args:
        scores: Scores of the persons, the highest first.

    >>> rate_choice([5.0, 1.0]) > rate_choice([5.0]) > rate_choice([5.0, 4.0])
    True
    """
    if len(scores) == 1:
        return CONFIDENCE["alone"]
    return CONFIDENCE["clear" if scores[0] - scores[1] >= CLEAR else "close"]
