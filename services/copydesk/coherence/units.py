"""Units: the blocks of an article as bags of weighted words, with the shape of their lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec

from copydesk.coherence.coefficients import Coefficients
from copydesk.contracts.articles import Block, Entity, ExtractedArticle

# Marks that belong to the letter before them but are no letters to Python: accents on their own, vowel signs of
# Hebrew, Arabic and the scripts of India, and the joiners that Persian writes inside words.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u0900-\u0903\u093a-\u094f"
    "\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a3c-\u0a4d\u0abc-\u0acd\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbc-\u0ccd"
    "\u0d3b-\u0d4d\u0dca-\u0ddf\u200c\u200d\u20d0-\u20f0\ufe00-\ufe0f"
)
# Letters and digits of any alphabet, with marks; apostrophes inside a word. Linear: nothing follows that could fail.
# What follows a word up to the next is found with it: it tells whether a sentence begins.
_find_words = re.compile(rf"([^\W_]+(?:(?:['’](?=[^\W_])|[{_MARKS}]+)[^\W_]*)*)([\W_]*)").findall
# After one of these a capital says nothing: a sentence or a quotation begins.
_find_opening = re.compile(r"[.!?:…\"“”„«»\n]").search
# A sentence ends so; closing quotation marks and brackets may follow. Any alphabet's full stop.
_STOPS = frozenset(".!?…:;。！？؟۔।")
_CLOSERS = "\"'”’»)]›」 \t\n\r\u00a0"
# Scripts that are written without spaces: Tibetan, Thai, Lao, Myanmar, Khmer, kana, Han.
_find_unspaced = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
).findall


MOST_COUNTED = 60
"""Words of a unit that are counted for its share of function words and of numbers."""
GENERATION = 10_000
"""Words remembered before they become the old generation, of which those are taken over that are met again. Bounds the
memory at twice as many words, some 8 MB, which a few hundred articles fill; nine in ten words of the next are there."""


class Word(NamedTuple):
    """What can be said of a word wherever it stands.

    Args:
        small: Without capitals and genitive.
        stem: Its first letters, without a plural's s: words of one stem count as the same.
        capital: Its first letter is a capital.
        listed: It is an English function word.
        empty: It tells nothing about the topic of an English text.
        short: Ditto, of another text.
        common: Most English news use it.
        number: It consists of digits.
    """

    small: str
    stem: str
    capital: bool
    listed: bool
    empty: bool
    short: bool
    common: bool
    number: bool


class Vocabulary(dict[str, Word]):
    """Words as they were written, each looked at when it is first met; the memory changes nothing but the speed."""

    def __init__(self, coefficients: Coefficients) -> None:
        """Remember nothing yet."""
        super().__init__()
        self.coefficients = coefficients
        self.stem_letters = int(coefficients.words.stem_letters)
        self.old: dict[str, Word] = {}

    def __missing__(self, word: str) -> Word:
        """What can be said of a word that this generation has not met yet."""
        if len(self) >= GENERATION:
            self.old = dict(self)
            self.clear()
        found = self.old.get(word) or self._describe(word)
        if len(word) <= LONGEST_REMEMBERED:
            self[word] = found
        return found

    def _describe(self, word: str) -> Word:
        small = word.lower().replace("’", "'")
        small = small.removesuffix("'s")
        stem = small[:-1] if len(small) > 3 and small[-1] == "s" and small[-2] != "s" else small  # plural
        listed, number = small in self.coefficients.function_words, small.isdigit()
        return Word(
            small,
            stem[: self.stem_letters],
            word[0].isupper(),
            listed,
            listed or len(small) < 2,
            len(small) <= self.coefficients.words.short_letters and not number,
            small in self.coefficients.common_words,
            number,
        )


LONGEST_REMEMBERED = 60
"""Letters of the longest word that is remembered: hostile ones have megabytes."""


class Unit(msgspec.Struct, frozen=True):
    """What is looked at of one block.

    Args:
        text: Its words, kept or removed.
        kept: Whether they stand in the published text.
        spoken: Its words in small letters, in order.
        weights: Its distinct content words (stems, or entities under their id) and what each weighs.
        names: Those of them that are names.
        capitals: Share of words with a capital.
        functions: Share of English function words.
        stopped: It ends as a sentence does.
    """

    text: str
    kept: bool
    spoken: tuple[str, ...]
    weights: dict[str, float]
    names: frozenset[str]
    capitals: float
    functions: float
    stopped: bool

    @property
    def count(self) -> int:
        """Number of words, function words too."""
        return len(self.spoken)


class Reading(msgspec.Struct, frozen=True):
    """An article as the stage sees it.

    Args:
        units: One a block, in their order.
        title: The title as a unit of its own, or None.
        surfaces: For every content word the form in which it stood first.
        english: Whether the English word lists apply.
    """

    units: tuple[Unit, ...]
    title: Unit | None
    surfaces: dict[str, str]
    english: bool


def block_text(article: ExtractedArticle, block: Block) -> str:
    """The words of a block: from the published text for a kept one, its own for a removed one."""
    return article.text[block.start : block.end] if block.kept else (block.text or "")


def find_tokens(text: str) -> list[tuple[str, str]]:
    """The words of a text in order, each with what stands between it and the next.

    >>> find_tokens("Anna's bridge, re-opened.")
    [("Anna's", ' '), ('bridge', ', '), ('re', '-'), ('opened', '.')]
    """
    return _find_words(text)


def is_stopped(text: str) -> bool:
    """Whether a text ends as a sentence does.

    >>> is_stopped('"We will open it in May."'), is_stopped("Latest News")
    (True, False)
    """
    tail = text[-16:].rstrip(_CLOSERS)  # sixteen characters hold every sane run of closing marks
    # a quotation may end without a stop of its own: "... in May"
    return tail[-1:] in _STOPS or text.rstrip()[-1:] in {'"', "”", "»"} if tail else False


def is_unspaced(text: str, share: float) -> bool:
    """Whether more than that share of the letters belongs to a script written without spaces.

    >>> is_unspaced("市長が演説しました。", 0.5), is_unspaced("Мэр выступил с речью.", 0.5)
    (True, False)
    """
    found = len(_find_unspaced(text))
    return found > 0 and found > share * sum(character.isalpha() for character in text)


def read(article: ExtractedArticle, vocabulary: Vocabulary) -> Reading:
    """The article's blocks as bags of words.

    Names are words of the extractor's entities (all spellings of one entity count as one word) and words that
    are capitalised inside a sentence and nowhere written small.
    """
    texts = [block_text(article, block) for block in article.blocks]
    tokens = [find_tokens(text) for text in texts]
    title = find_tokens(article.title or "")
    lexicon = _Lexicon(vocabulary, [*tokens, title], article.entities)
    units = tuple(
        lexicon.weigh(text, block.kept, words)
        for text, block, words in zip(texts, article.blocks, lexicon.texts, strict=False)
    )
    if not lexicon.english:
        units = _without_widespread(units, lexicon.numbers.widespread)
    return Reading(
        units=units,
        title=lexicon.weigh(article.title or "", True, lexicon.texts[-1]) if title else None,  # noqa: FBT003 - a title is published
        surfaces=lexicon.surfaces,
        english=lexicon.english,
    )


class _Lexicon:
    """What an article's words are: function words, names, entities."""

    def __init__(
        self, vocabulary: Vocabulary, texts: Sequence[list[tuple[str, str]]], entities: Iterable[Entity]
    ) -> None:
        self.numbers = vocabulary.coefficients.words
        self.vocabulary = vocabulary
        self.surfaces: dict[str, str] = {}
        self.texts = [[(vocabulary[word], word) for word, _ in pairs] for pairs in texts]
        total = sum(map(len, texts))
        functions = sum([word.listed for words in self.texts for word, _ in words])
        self.english = functions > self.numbers.english_share * total
        self.entities = self._entity_of_stem(entities)
        written_small, capitalised = set(), set(self.entities)
        for words, pairs in zip(self.texts, texts, strict=True):
            headline = self._is_headline(words)
            before = "\n"
            for (word, _), (_, after) in zip(words, pairs, strict=True):
                if not word.capital:
                    written_small.add(word.stem)
                # after a single space, the usual gap, no sentence begins: no need to search it
                elif not headline and not self.is_function(word) and (before == " " or not _find_opening(before)):
                    capitalised.add(word.stem)
                before = after
        self.written_small = written_small
        self.names = capitalised

    def is_function(self, word: Word) -> bool:
        """Whether a word tells nothing about the topic."""
        return word.empty if self.english else word.short

    def weigh(self, text: str, kept: bool, words: list[tuple[Word, str]]) -> Unit:  # noqa: FBT001 - a field, passed on
        """The unit for one block."""
        weights: dict[str, float] = {}
        names = set()
        headline = self._is_headline(words)
        english, numbers = self.english, self.numbers
        for word, written in words:
            if word.empty if english else word.short:
                continue
            key = word.stem
            is_common = english and word.common
            if word.capital and not is_common and (key in self.names or (headline and key not in self.written_small)):
                key = self.entities.get(key) or key
                names.add(key)
                weight = numbers.name
                self.surfaces.setdefault(key, written)
            else:
                weight = numbers.common if is_common else numbers.number if word.number else numbers.plain
                self.surfaces.setdefault(key, written if key in names else word.small)
            if weight > weights.get(key, 0.0):
                weights[key] = weight
        return Unit(
            text=text,
            kept=kept,
            spoken=tuple([word.small for word, _ in words]),
            weights=weights,
            names=frozenset(names),
            capitals=sum([word.capital for word, _ in words]) / len(words) if words else 0.0,
            functions=sum([word.listed for word, _ in words[:MOST_COUNTED]]) / min(MOST_COUNTED, max(1, len(words))),
            stopped=is_stopped(text),
        )

    def _is_headline(self, words: Collection[tuple[Word, str]]) -> bool:
        return sum([word.capital for word, _ in words]) > self.numbers.headline_capitals * len(words)

    def _entity_of_stem(self, entities: Iterable[Entity]) -> dict[str, str]:
        """For every word of a name the entity that it means; words that two entities share mean none."""
        found: dict[str, str] = {}
        ambiguous: set[str] = set()
        for entity in entities:
            spellings = {entity.name, *entity.aliases}
            spellings.update(mention.text for mention in entity.mentions if mention.kind == "name")
            key = f"\0{entity.id}"  # no word holds NUL: an id cannot be taken for one
            for spelling in spellings:
                for written, _ in find_tokens(spelling):
                    word = self.vocabulary[written]
                    if word.capital and not self.is_function(word) and found.setdefault(word.stem, key) != key:
                        ambiguous.add(word.stem)
        for stem in ambiguous:
            del found[stem]
        return found


def _without_widespread(units: tuple[Unit, ...], share: float) -> tuple[Unit, ...]:
    """The units without words that most of them have: function words of a language without a list here."""
    if len(units) < 5:  # in fewer units every repeated word is widespread
        return units
    counts: dict[str, int] = {}
    for unit in units:
        for word in unit.weights:
            counts[word] = counts.get(word, 0) + 1
    named = frozenset().union(*(unit.names for unit in units))
    drop = {word for word, count in counts.items() if count > share * len(units) and word not in named}
    return tuple(
        msgspec.structs.replace(
            unit, weights={word: weight for word, weight in unit.weights.items() if word not in drop}
        )
        for unit in units
    )
