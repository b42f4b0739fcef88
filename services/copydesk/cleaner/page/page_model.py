"""The page model: probability that a text block of an HTML page is no part of the article."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from io import BytesIO
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.columns import Floats
from copydesk.cleaner.model.trees import Trees
from copydesk.cleaner.page.block_facts import Facts
from copydesk.cleaner.page.passes import FIRST_PASS, compute_first_pass, compute_second_pass, score_names

NAME = "page-1"
FILE = f"{NAME}.npz"

CENTS = 100
"""Weights of the regressions are stored in hundredths."""

SCORES = ("names score", "words score")
"""Columns that the regressions fill."""


class PageModel:
    """Judges the text blocks of a page.

    Args:
        arrays: The arrays that training wrote; `columns` names the facts that the trees look at.
        name: Name of the model, as articles carry it.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], name: str = NAME) -> None:
        """Unpack the arrays."""
        self.name = name
        self.columns = tuple(arrays["columns"].tolist())
        self._names: Floats = (arrays["names"] / CENTS).astype(np.float32)
        self._words: Floats = (arrays["words"] / CENTS).astype(np.float32)
        self._first, self._second = (Trees.load(arrays, part) for part in ("first", "second"))

    @classmethod
    def load(cls) -> Self:
        """The model that this package ships."""
        data = resources.files("copydesk.cleaner.page").joinpath(FILE).read_bytes()
        with np.load(BytesIO(data), allow_pickle=False) as file:
            return cls(dict(file))

    def predict(self, facts: Facts) -> NDArray[np.float64]:
        """Probability of noise of each block.

        Args:
            facts: Facts about the blocks; the scores of the regressions are written into them.
        """
        rows = len(facts.sizes)
        for column, pairs, weights in zip(SCORES, (facts.names, facts.words), (self._names, self._words), strict=True):
            facts.own[column] = score_names(pairs, weights, rows)
        first = compute_first_pass(facts)
        noise = self._first.predict(first)
        return self._second.predict(compute_second_pass(first, facts, noise))


SCORE_PLACES = tuple(FIRST_PASS.index(column) for column in SCORES)
"""Places of these columns among those of the first pass."""
