"""The blocks of one article, read once: own features, words, vectors, and which blocks share what."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from copydesk.cleaner.model.columns import Floats, Mask, Numbers, Table
from copydesk.cleaner.model.edge_regression import EdgeWeights, score_edges, score_vectors
from copydesk.cleaner.model.own_features import compute_own_features
from copydesk.cleaner.model.vocabulary import (
    FIRST_WORDS,
    MANY_PIECES,
    NAME,
    STEM,
    WORD,
    Encoder,
    Vocabulary,
    split,
)

MAX_VECTOR_CHARACTERS = 4_000
"""Characters of a block whose vector is made of its words' pieces. The encoder reads the beginning of longer blocks."""


class Bag(NamedTuple):
    """Items (stems, names or word pairs) of the blocks, one entry per block and item.

    Attributes:
        block: Number of the block.
        item: Number of the item.
        times: Occurrences of the item in the block.
        size: Upper bound of the items' numbers.
    """

    block: Numbers
    item: Numbers
    times: Numbers
    size: int

    def take(self, chosen: Mask, new_numbers: Numbers) -> Bag:
        """Bag of the chosen blocks alone, under their new numbers."""
        kept = chosen[self.block]
        return Bag(new_numbers[self.block[kept]], self.item[kept], self.times[kept], self.size)


class BlockFeatures(NamedTuple):
    """The blocks of one article as all features are computed from them.

    Attributes:
        word_counts: Number of words of each block that were read.
        keys: Keys of the words of all blocks, one block after the other, shape (words, 5): see `vocabulary.WORD`.
            Words, stems and names are numbered by their first appearance in the article.
        own: Features of each block alone.
        vectors: Unit vector of each block, by what it is about.
        lines: Number of the source line that each block stands in.
        stems: Stems of the blocks' words.
        names: Names in the blocks.
        pairs: Pairs of neighbouring words; sorted by pair, then by block.
        title_keys: Keys of the title's words.
        title_vector: Unit vector of the title.
    """

    word_counts: Numbers
    keys: Numbers
    own: Table
    vectors: Floats
    lines: Numbers
    stems: Bag
    names: Bag
    pairs: Bag
    title_keys: Numbers
    title_vector: Floats

    @property
    def starts(self) -> Numbers:
        """Place of each block's first word among the words of all blocks."""
        starts: Numbers = np.cumsum(self.word_counts) - self.word_counts
        return starts

    def take(self, kept: Sequence[int]) -> BlockFeatures:
        """Some of the blocks alone, as if the others were not in the article."""
        chosen = np.zeros(len(self.word_counts), bool)
        chosen[list(kept)] = True
        new_numbers = np.cumsum(chosen) - 1
        return self._replace(
            word_counts=self.word_counts[chosen],
            keys=self.keys[np.repeat(chosen, self.word_counts)],
            own=self.own.take(chosen),
            vectors=self.vectors[chosen],
            lines=self.lines[chosen],
            stems=self.stems.take(chosen, new_numbers),
            names=self.names.take(chosen, new_numbers),
            pairs=self.pairs.take(chosen, new_numbers),
        )


def are_sentences(lines: Sequence[int]) -> bool:
    """True if most blocks are the sentences of one line.

    >>> are_sentences([0, 1, 1, 1]), are_sentences([0, 1, 2]), are_sentences([0])
    (True, False, False)
    """
    return 2 * len(set(lines)) <= len(lines)


def read_blocks(  # noqa: PLR0917 - the article, then the three tables
    texts: Sequence[str],
    lines: Sequence[int],
    title: str | None,
    vocabulary: Vocabulary,
    weights: EdgeWeights | None,
    encoder: Encoder,
) -> tuple[BlockFeatures, Numbers]:
    """The blocks of an article, and the row of each of their words in the vocabulary.

    Args:
        texts: Texts of the blocks, normalised.
        lines: Number of the source line that each block stands in; blocks of one line are its sentences.
        title: Title of the article.
        vocabulary: Table of words; it learns new ones.
        weights: Weights of the edge regression; None leaves its features 0, training fills them in later.
        encoder: Makes the vectors.
    """
    tokens = [split(text) for text in texts]
    title_tokens = split(title or "")
    word_counts = np.fromiter(map(len, tokens), np.int64, len(tokens))
    all_rows = vocabulary.find([*chain.from_iterable(tokens), *title_tokens])
    all_keys = vocabulary.find_keys(all_rows)
    rows, keys, title_keys = (
        all_rows[: -len(title_tokens)],
        all_keys[: -len(title_tokens)],
        all_keys[-len(title_tokens) :],
    )
    line_numbers = np.array(lines, np.int64)
    all_counts = np.append(word_counts, len(title_tokens))
    vectors = _compute_vectors([*texts, title or ""], all_counts, all_rows, vocabulary, encoder)
    own = compute_own_features(texts, word_counts, rows, keys, vocabulary)
    own["one line"] = are_sentences(lines)
    if weights is not None:
        own["first words score"], own["last words score"] = score_edges(word_counts, rows, keys, vocabulary, weights)
        own["vector score"] = score_vectors(vectors[:-1], weights)
    owners = np.repeat(np.arange(len(word_counts)), word_counts)
    features = BlockFeatures(
        word_counts=word_counts,
        keys=keys,
        own=own,
        vectors=vectors[:-1],
        lines=line_numbers,
        stems=_fill_bag(owners, keys[:, STEM]),
        names=_fill_bag(owners, keys[:, NAME]),
        pairs=_fill_pairs(owners, keys[:, WORD]),
        title_keys=title_keys,
        title_vector=vectors[-1],
    )
    return features, rows


def _compute_vectors(
    texts: Sequence[str], word_counts: Numbers, rows: Numbers, vocabulary: Vocabulary, encoder: Encoder
) -> Floats:
    """Unit vector of each text, made of the word pieces that the vocabulary remembers."""
    sizes, pieces = vocabulary.find_pieces(rows)
    starts = np.cumsum(word_counts) - word_counts
    piece_counts = np.add.reduceat(np.where(sizes < MANY_PIECES, sizes, 0), starts)
    characters = np.fromiter(map(len, texts), np.int64, len(texts))
    is_whole = (word_counts <= FIRST_WORDS) & (characters <= MAX_VECTOR_CHARACTERS)
    if sizes.max() >= MANY_PIECES:
        is_whole &= np.maximum.reduceat(sizes, starts) < MANY_PIECES
    vectors = encoder.encode_pieces(
        np.where(is_whole, piece_counts, 0), pieces if is_whole.all() else pieces[is_whole.repeat(piece_counts)]
    )
    others = np.flatnonzero(~is_whole).tolist()  # the vocabulary does not know all pieces of these
    if others:
        vectors[others] = encoder.encode([texts[number] for number in others])
    return vectors


def _fill_bag(block: Numbers, item: Numbers) -> Bag:
    """Bag of the items of the blocks; item 0 stands for none."""
    block, item = block[item > 0], item[item > 0]
    size = int(item.max(initial=0)) + 1
    codes, times = np.unique(block * size + item, return_counts=True)
    return Bag(codes // size, codes % size, times, size)


def _fill_pairs(block: Numbers, word: Numbers) -> Bag:
    """Bag of the pairs of neighbouring words within a block, sorted by pair, then by block."""
    inside = np.flatnonzero((block[1:] == block[:-1]) & (word[1:] > 0) & (word[:-1] > 0))
    codes = word[inside] * (int(word.max(initial=0)) + 1) + word[inside + 1]
    order = np.argsort(codes, kind="stable")  # stable: within a pair the order of the blocks stays
    codes, block = codes[order], block[inside[order]]
    is_new = np.ones(len(codes), bool)
    is_new[1:] = codes[1:] != codes[:-1]
    pair = np.cumsum(is_new) - 1
    size = int(is_new.sum())
    is_new[1:] |= block[1:] != block[:-1]
    first = np.flatnonzero(is_new)
    times = np.diff(first, append=len(codes))
    return Bag(block[first], pair[first], times, size)
