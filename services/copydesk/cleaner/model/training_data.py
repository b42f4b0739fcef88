"""Tables that the parts of the block model are fitted on: the rows of many articles one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # it ships no types

from copydesk.cleaner.model.columns import Floats, Mask
from copydesk.cleaner.model.edge_regression import find_edge_pairs, find_edge_words
from copydesk.cleaner.model.features import compute_first_pass
from copydesk.cleaner.model.labels import LabelledArticle, Labels, fold_of
from copydesk.cleaner.model.vocabulary import BUCKETS, PAIR_BUCKETS, Vocabulary, hash_letters


class TrainingData(NamedTuple):
    """Articles to learn from: the rows of all their blocks one below the other.

    Attributes:
        articles: The articles.
        values: Values of `FIRST_PASS`, the scores of the regressions 0.
        labels: Label of each block: 1 noise, 0 body.
        weights: Weight of each block.
        owner: Number of the article of each block.
        edges: Sparse table that the edge regression sees.
        vectors: Vector of each block.
        late: True for blocks that only the second pass learns from.
    """

    articles: list[LabelledArticle]
    values: Floats
    labels: Labels
    weights: Labels
    owner: NDArray[np.int64]
    edges: Any
    vectors: Floats
    late: Mask

    def folds(self, salt: str) -> NDArray[np.int64]:
        """Fold of each block."""
        return np.array([fold_of(article.domain, salt) for article in self.articles])[self.owner]


def gather(
    articles: Sequence[LabelledArticle], idf: Floats, vocabulary: Vocabulary, late: Sequence[LabelledArticle] = ()
) -> TrainingData:
    """The training data of these articles.

    Args:
        articles: Articles that all parts of a chain learn from.
        idf: Inverse document frequency of each hash bucket.
        vocabulary: The words of the articles.
        late: Articles that only the second pass learns from.
    """
    blocks = sum(len(article.labels) for article in articles)
    articles = [*articles, *late]
    return TrainingData(
        articles=articles,
        values=np.concatenate([compute_first_pass(article.features, idf)[0].values for article in articles]),
        labels=np.concatenate([article.labels for article in articles]),
        weights=np.concatenate([article.weights for article in articles]),
        owner=np.repeat(np.arange(len(articles)), [len(article.labels) for article in articles]),
        edges=_tabulate_edges(articles, vocabulary),
        vectors=np.concatenate([article.features.vectors for article in articles]),
        late=np.arange(sum(len(article.labels) for article in articles)) >= blocks,
    )


def _tabulate_edges(articles: Sequence[LabelledArticle], vocabulary: Vocabulary) -> Any:
    """Sparse table of hash buckets, one row per block: first words, last words, first pairs, last pairs."""
    letters: dict[int, list[int]] = {}
    rows, columns, base = [], [], 0
    for article in articles:
        word_counts, keys = article.features.word_counts, article.features.keys
        blocks, first, last = find_edge_words(word_counts)
        for shift, places in ((0, first), (BUCKETS, last)):
            for block, word in zip(blocks.tolist(), article.rows[places].tolist(), strict=True):
                if word not in letters:
                    letters[word] = hash_letters(vocabulary.texts[word])
                rows += [base + block] * len(letters[word])
                columns += [shift + bucket for bucket in letters[word]]
        for shift, pairs in zip((0, PAIR_BUCKETS), find_edge_pairs(word_counts, keys), strict=True):
            for owners, buckets in pairs:
                rows += (base + owners).tolist()
                columns += (2 * BUCKETS + shift + buckets).tolist()
        base += len(word_counts)
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(base, 2 * (BUCKETS + PAIR_BUCKETS)))
