"""Units: the blocks of an article as bags of weighted words, with facts about the form of their lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from copydesk.coherence.words import Vocabulary, Word, ends_sentence, find_opening, find_tokens
from copydesk.contracts.articles import Block, Entity, ExtractedArticle

MAX_COUNTED_WORDS = 60
"""Words of a unit that are counted for its share of function words and of numbers."""

MIN_UNITS_FOR_WIDESPREAD = 5
"""In fewer units every repeated word is widespread."""


class ArticleUnit(msgspec.Struct, frozen=True):
    """A block of an article, as the stage sees it.

    Args:
        text: Text of the block, kept or removed.
        kept: True if the block is in the published text.
        words: Its words in lower case, in order.
        weights: Weight of each distinct content word. The key is a stem, or the id of an entity.
        names: Those keys that are names.
        capital_share: Share of words with a capital.
        function_word_share: Share of English function words.
        ends_sentence: True if it ends as a sentence does.
    """

    text: str
    kept: bool
    words: tuple[str, ...]
    weights: dict[str, float]
    names: frozenset[str]
    capital_share: float
    function_word_share: float
    ends_sentence: bool

    @property
    def word_count(self) -> int:
        """Number of words, function words too."""
        return len(self.words)


class ArticleUnits(msgspec.Struct, frozen=True):
    """The units of an article.

    Args:
        units: One per block, in the order of the blocks.
        title: The title as a unit of its own, or None.
        surface_forms: The first spelling of each content word.
        is_english: True if the English word lists apply.
    """

    units: tuple[ArticleUnit, ...]
    title: ArticleUnit | None
    surface_forms: dict[str, str]
    is_english: bool


def find_block_text(article: ExtractedArticle, block: Block) -> str:
    """Text of a block: part of the published text if it was kept, else its own."""
    return article.text[block.start : block.end] if block.kept else (block.text or "")


def read_units(article: ExtractedArticle, vocabulary: Vocabulary) -> ArticleUnits:
    """The blocks of an article as bags of words.

    Names are the words of the extractor's entities (all spellings of an entity count as one word), and words that
    have a capital inside a sentence and are nowhere in lower case.
    """
    texts = [find_block_text(article, block) for block in article.blocks]
    tokens = [find_tokens(text) for text in texts]
    title_tokens = find_tokens(article.title or "")
    weigher = _WordWeigher(vocabulary, [*tokens, title_tokens], article.entities)
    units = tuple(
        weigher.build_unit(text, block.kept, words)
        for text, block, words in zip(texts, article.blocks, weigher.texts, strict=False)
    )
    if not weigher.is_english:
        units = _drop_widespread_words(units, weigher.coefficients.widespread)
    title = None
    if title_tokens:
        title = weigher.build_unit(article.title or "", True, weigher.texts[-1])  # noqa: FBT003 - a title is published
    return ArticleUnits(units=units, title=title, surface_forms=weigher.surface_forms, is_english=weigher.is_english)


class _WordWeigher:
    """Weighs the words of one article: knows its language, its names and its entities.

    Args:
        vocabulary: Properties of words.
        texts: Tokens of each block, then those of the title.
        entities: Entities that the extractor found.
    """

    def __init__(
        self, vocabulary: Vocabulary, texts: Sequence[list[tuple[str, str]]], entities: Iterable[Entity]
    ) -> None:
        self.coefficients = vocabulary.coefficients.words
        self.vocabulary = vocabulary
        self.surface_forms: dict[str, str] = {}
        self.texts = [[(vocabulary[spelling], spelling) for spelling, _ in tokens] for tokens in texts]
        total = sum(map(len, texts))
        function_words = sum([word.is_function_word for words in self.texts for word, _ in words])
        self.is_english = function_words > self.coefficients.english_share * total
        self.entity_keys = self._find_entity_keys(entities)
        lower_case, capitalised = set(), set(self.entity_keys)
        for words, tokens in zip(self.texts, texts, strict=True):
            is_headline = self._is_headline(words)
            gap = "\n"
            for (word, _), (_, next_gap) in zip(words, tokens, strict=True):
                if not word.is_capitalised:
                    lower_case.add(word.stem)
                # no sentence begins after a single space, the usual gap: no need to search it
                elif not is_headline and not self.is_empty(word) and (gap == " " or not find_opening(gap)):
                    capitalised.add(word.stem)
                gap = next_gap
        self.lower_case = lower_case
        self.names = capitalised

    def is_empty(self, word: Word) -> bool:
        """True if a word carries no topic in this article."""
        return word.is_empty_in_english if self.is_english else word.is_empty_elsewhere

    def build_unit(self, text: str, kept: bool, words: list[tuple[Word, str]]) -> ArticleUnit:  # noqa: FBT001 - a field
        """The unit of one block."""
        weights: dict[str, float] = {}
        names = set()
        is_headline = self._is_headline(words)
        is_english, coefficients = self.is_english, self.coefficients
        for word, spelling in words:
            if word.is_empty_in_english if is_english else word.is_empty_elsewhere:
                continue
            key = word.stem
            is_common = is_english and word.is_common
            if (
                word.is_capitalised
                and not is_common
                and (key in self.names or (is_headline and key not in self.lower_case))
            ):
                key = self.entity_keys.get(key) or key
                names.add(key)
                weight = coefficients.name
                self.surface_forms.setdefault(key, spelling)
            else:
                weight = (
                    coefficients.common if is_common else coefficients.number if word.is_number else coefficients.plain
                )
                self.surface_forms.setdefault(key, spelling if key in names else word.lower)
            if weight > weights.get(key, 0.0):
                weights[key] = weight
        counted = words[:MAX_COUNTED_WORDS]
        return ArticleUnit(
            text=text,
            kept=kept,
            words=tuple([word.lower for word, _ in words]),
            weights=weights,
            names=frozenset(names),
            capital_share=sum([word.is_capitalised for word, _ in words]) / len(words) if words else 0.0,
            function_word_share=sum([word.is_function_word for word, _ in counted]) / max(1, len(counted)),
            ends_sentence=ends_sentence(text),
        )

    def _is_headline(self, words: Collection[tuple[Word, str]]) -> bool:
        return sum([word.is_capitalised for word, _ in words]) > self.coefficients.headline_capitals * len(words)

    def _find_entity_keys(self, entities: Iterable[Entity]) -> dict[str, str]:
        """Key of the entity that each word of a name means. A word that two entities share means none."""
        keys: dict[str, str] = {}
        ambiguous: set[str] = set()
        for entity in entities:
            spellings = {entity.name, *entity.aliases}
            spellings.update(mention.text for mention in entity.mentions if mention.kind == "name")
            key = f"\0{entity.id}"  # no word holds NUL: an id cannot be taken for one
            for spelling in spellings:
                for token, _ in find_tokens(spelling):
                    word = self.vocabulary[token]
                    if word.is_capitalised and not self.is_empty(word) and keys.setdefault(word.stem, key) != key:
                        ambiguous.add(word.stem)
        for stem in ambiguous:
            del keys[stem]
        return keys


def _drop_widespread_words(units: tuple[ArticleUnit, ...], share: float) -> tuple[ArticleUnit, ...]:
    """The units without words that most of them have: function words of a language that has no list here."""
    if len(units) < MIN_UNITS_FOR_WIDESPREAD:
        return units
    counts: dict[str, int] = {}
    for unit in units:
        for word in unit.weights:
            counts[word] = counts.get(word, 0) + 1
    names = frozenset().union(*(unit.names for unit in units))
    widespread = {word for word, count in counts.items() if count > share * len(units) and word not in names}
    return tuple(
        msgspec.structs.replace(
            unit, weights={word: weight for word, weight in unit.weights.items() if word not in widespread}
        )
        for unit in units
    )
