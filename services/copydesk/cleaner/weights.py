"""The fitted model: what each cue adds to the odds that a block is noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Self

import msgspec

from copydesk.cleaner.places import find_neighbour_cues

FILE = "cues-1.json"


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """Log odds by the name of a cue, for a block by itself and, second, with its neighbours' verdicts.

    The card beside the file (`cues-1.card.md`) says where they come from and what they reach.
    """

    name: str
    own_bias: float
    own: Mapping[str, float]
    near_bias: float
    near: Mapping[str, float]

    @classmethod
    def read(cls) -> Self:
        """The weights that this package ships."""
        data = resources.files("copydesk.cleaner").joinpath(FILE).read_bytes()
        return msgspec.json.decode(data, type=cls)

    def judge(self, cues: Sequence[Sequence[str]], sizes: Sequence[int]) -> list[float]:
        """Probability of noise of each block.

        Args:
            cues: Names of what was seen at each block and around it.
            sizes: Words of each block.
        """
        own, near = self.own.get, self.near.get
        first = [_squash(self.own_bias + sum([own(cue, 0.0) for cue in seen])) for seen in cues]
        found = find_neighbour_cues(sizes, first)
        return [
            _squash(self.near_bias + sum([near(cue, 0.0) for cue in seen]) + sum([near(cue, 0.0) for cue in around]))
            for seen, around in zip(cues, found, strict=True)
        ]


def _squash(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
