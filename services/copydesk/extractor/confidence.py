"""Confidence of a speaker's name: what the rules say by judgement, moved towards the share that was right in trials.

`tests/quality/speaker_confidence.py` makes the points and the tables of the card.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

Points = Sequence[tuple[float, float]]
"""Judged confidence and the one that is told, both rising."""

POINTS: Mapping[str, Points] = {
    "apposition": ((0.63, 0.648), (0.855, 0.95)),
    "continued": ((0.665, 0.695), (0.711, 0.769), (0.81, 0.819), (0.846, 0.853), (0.855, 0.938)),
    "inferred": ((0.57, 0.642),),
    "named": ((0.57, 0.642), (0.665, 0.742), (0.765, 0.819), (0.807, 0.91), (0.855, 0.951), (0.902, 0.988)),
    "pronoun": ((0.694, 0.765), (0.752, 0.814), (0.846, 0.866), (0.893, 0.919)),
    "role": ((0.665, 0.709),),
    "turn": ((0.855, 0.896),),
}
"""Points by basis; a basis without points tells what was judged."""


def calibrate(basis: str, judged: float) -> float:
    """The confidence that is told, 0 to 1, with three digits: between two points on the line through both.

    Args:
        basis: Basis of the speaker, as in the document.
        judged: Confidence of the mention times that of its identity.

    >>> calibrate("none", 0.9), calibrate("named", 0.0), calibrate("named", 1.0)
    (0.9, 0.0, 1.0)
    """
    return interpolate(POINTS.get(basis, ()), judged)


def interpolate(points: Points, value: float) -> float:
    """The height of the line through (0, 0), the points and (1, 1)."""
    line = [(0.0, 0.0), *points, (1.0, 1.0)]
    index = min(max(1, bisect_left(line, (value, 0.0))), len(line) - 1)
    (left, low), (right, high) = line[index - 1], line[index]
    share = (value - left) / (right - left) if right > left else 1.0
    return round(low + share * (high - low), 3)
