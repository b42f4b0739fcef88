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
_find_words = re.compile(rf"[^\W_]+(?:(?:['’](?=[^\W_])|[{_MARKS}]+)[^\W_]*)*").finditer
# After one of these a capital says nothing: a sentence or a quotation begins.
_find_opening = re.compile(r"[.!?:…\"“”„«»\n]").search
# A sentence ends so; closing quotation marks and brackets may follow. Any alphabet's full stop.
_STOPS = frozenset(".!?…:;。！？؟۔।")
_CLOSERS = "\"'”’»)]›」 \t\n\r\u00a0"
# Scripts that are written without spaces: Tibetan, Thai, Lao, Myanmar, Khmer, kana, Han.
_find_unspaced = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
).findall


class Token(NamedTuple):
    """A word as it stands in the text.

    Args:
        text: Its letters and digits.
        opens: A sentence or quotation begins with it.
        capital: Its first letter is a capital.
    """

    text: str
    opens: bool
    capital: bool


class Unit(msgspec.Struct, frozen=True):
    """What is looked at of one block.

    Args:
        text: Its words, kept or removed.
        kept: Whether they stand in the published text.
        spoken: Its words in small letters, in order.
        weights: Its distinct content words (stems, or entities under their id) and what each weighs.
        names: Those of them that are names.
        capitals: Share of words with a capital.
        stopped: It ends as a sentence does.
    """

    text: str
    kept: bool
    spoken: tuple[str, ...]
    weights: dict[str, float]
    names: frozenset[str]
    capitals: float
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


def find_tokens(text: str) -> list[Token]:
    """The words of a text in order.

    >>> [token.text for token in find_tokens("Anna's bridge, re-opened.")]
    ["Anna's", 'bridge', 're', 'opened']
    """
    tokens = []
    end = 0
    for match in _find_words(text):
        word = match[0]
        start = match.start()
        # a single space is the usual gap: no need to search it
        opens = not end or (text[end:start] != " " and _find_opening(text, end, start) is not None)
        tokens.append(Token(word, opens, word[0].isupper()))
        end = match.end()
    return tokens


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


def read(article: ExtractedArticle, coefficients: Coefficients) -> Reading:
    """The article's blocks as bags of words.

    Names are words of the extractor's entities (all spellings of one entity count as one word) and words that
    are capitalised inside a sentence and nowhere written small.
    """
    texts = [block_text(article, block) for block in article.blocks]
    spoken = [find_tokens(text) for text in texts]
    title = find_tokens(article.title or "")
    everything = [*spoken, title]
    lexicon = _Lexicon(coefficients, everything, article.entities)
    units = tuple(
        lexicon.weigh(text, block.kept, tokens)
        for text, block, tokens in zip(texts, article.blocks, spoken, strict=True)
    )
    if not lexicon.english:
        units = _without_widespread(units, coefficients.words.widespread)
    return Reading(
        units=units,
        title=lexicon.weigh(article.title or "", True, title) if title else None,  # noqa: FBT003 - a title is published
        surfaces=lexicon.surfaces,
        english=lexicon.english,
    )


class _Lexicon:
    """What an article's words are: function words, names, entities."""

    def __init__(self, coefficients: Coefficients, texts: Sequence[list[Token]], entities: Iterable[Entity]) -> None:
        self.words = coefficients.words
        self.stem_letters = int(self.words.stem_letters)
        self.functions = coefficients.function_words
        self.common = coefficients.common_words
        self.surfaces: dict[str, str] = {}
        self.stems: dict[str, tuple[str, str]] = {}  # word -> its small form and stem, computed once an article
        total = sum(map(len, texts))
        functions = sum(self.small(token.text)[0] in self.functions for tokens in texts for token in tokens)
        self.english = functions > self.words.english_share * total
        self.entities = self._entity_of_stem(entities)
        written_small, capitalised = set(), set(self.entities)
        for tokens in texts:
            headline = self._is_headline(tokens)
            for token in tokens:
                small, stem = self.small(token.text)
                if not token.capital:
                    written_small.add(stem)
                elif not token.opens and not headline and not self.is_function(small):
                    capitalised.add(stem)
        self.written_small = written_small
        self.names = capitalised

    def small(self, word: str) -> tuple[str, str]:
        """The word without capitals and genitive, and its stem."""
        found = self.stems.get(word)
        if found is None:
            small = word.lower().replace("’", "'")
            small = small.removesuffix("'s")
            stem = small[:-1] if len(small) > 3 and small[-1] == "s" and small[-2] != "s" else small  # plural
            found = self.stems[word] = small, stem[: self.stem_letters]
        return found

    def is_function(self, small: str) -> bool:
        """Whether a word tells nothing about the topic."""
        if self.english:
            return len(small) < 2 or small in self.functions
        return len(small) <= self.words.short_letters and not small.isdigit()

    def weigh(self, text: str, kept: bool, tokens: list[Token]) -> Unit:  # noqa: FBT001 - a field, passed on
        """The unit for one block."""
        weights: dict[str, float] = {}
        names = set()
        headline = self._is_headline(tokens)
        for token in tokens:
            small, stem = self.small(token.text)
            if self.is_function(small):
                continue
            key = stem
            is_common = self.english and small in self.common
            if (
                token.capital
                and not is_common
                and (stem in self.names or (headline and stem not in self.written_small))
            ):
                key = self.entities.get(stem) or stem
                names.add(key)
                weight = self.words.name
            elif is_common:
                weight = self.words.common
            else:
                weight = self.words.number if small.isdigit() else self.words.plain
            if weight > weights.get(key, 0.0):
                weights[key] = weight
            self.surfaces.setdefault(key, token.text if key in names else small)
        return Unit(
            text=text,
            kept=kept,
            spoken=tuple([self.small(token.text)[0] for token in tokens]),
            weights=weights,
            names=frozenset(names),
            capitals=sum(token.capital for token in tokens) / len(tokens) if tokens else 0.0,
            stopped=is_stopped(text),
        )

    def _is_headline(self, tokens: Collection[Token]) -> bool:
        return sum(token.capital for token in tokens) > self.words.headline_capitals * len(tokens)

    def _entity_of_stem(self, entities: Iterable[Entity]) -> dict[str, str]:
        """For every word of a name the entity that it means; words that two entities share mean none."""
        found: dict[str, str] = {}
        ambiguous: set[str] = set()
        for entity in entities:
            spellings = {entity.name, *entity.aliases}
            spellings.update(mention.text for mention in entity.mentions if mention.kind == "name")
            key = f"\0{entity.id}"  # no word holds NUL: an id cannot be taken for one
            for spelling in spellings:
                for token in find_tokens(spelling):
                    small, stem = self.small(token.text)
                    if token.capital and not self.is_function(small) and found.setdefault(stem, key) != key:
                        ambiguous.add(stem)
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
