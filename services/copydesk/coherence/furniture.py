"""Furniture: blocks that belong to the site and not to the story, told by the shape of their line."""

from __future__ import annotations

import math

import msgspec

from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.features import LOOKED_AT, find_phrase, find_symbol
from copydesk.coherence.units import Unit
from copydesk.contracts.articles import Block

FURNITURE_REASONS = frozenset({"photo", "promo", "byline", "legal", "navigation"})
"""The cleaner's reasons that mean furniture; it judged with more at hand than the shape alone."""
TEASER_REASONS = frozenset({"related", "teaser"})
"""The cleaner's reasons that mean a headline of another article."""


class Shape(msgspec.Struct, frozen=True):
    """What the form of a line tells.

    Args:
        probability: That the unit is furniture, 0..1.
        told: It says so itself (a phrase of sites) or the cleaner did; its shape is not all there is.
        reasons: What speaks for it, in words.
        teaser: Why it is the headline of another article, or None.
    """

    probability: float
    told: bool
    reasons: tuple[str, ...]
    teaser: str | None


def look(unit: Unit, block: Block, logit: float, coefficients: Coefficients) -> Shape:
    """What the form of a unit's line and the cleaner's verdict say about it.

    Args:
        unit: As it was read.
        block: As the cleaner left it.
        logit: The furniture head's log odds.
        coefficients: The stage's numbers.
    """
    numbers = coefficients.verdict
    logit += numbers.noise * block.noise_probability
    reasons = []
    brief = unit.count < numbers.brief_words
    if brief and not unit.stopped:
        reasons.append(f"{unit.count} {'word' if unit.count == 1 else 'words'}, no full stop")
    if unit.capitals > coefficients.flags.teaser_capitals:
        reasons.append("most words capitalised")
    start = unit.text[:LOOKED_AT].lower()
    # in a long sentence such words may be the story's own
    phrase = None if unit.stopped and not brief else find_phrase(start, coefficients)
    if phrase is not None:
        logit += numbers.phrase
        reasons.append(f"a phrase of sites: {phrase}")
    if find_symbol(start):
        reasons.append("an address or a sign that prose has not")
    if block.reason is not None:
        logit += numbers.removed_as_furniture if block.reason in FURNITURE_REASONS else numbers.removed
        reasons.append(f"removed by the cleaner as {block.reason}")
    return Shape(
        probability=1 / (1 + math.exp(-min(max(logit, -30.0), 30.0))),
        told=phrase is not None or block.reason in FURNITURE_REASONS,
        reasons=tuple(reasons) or ("its shape",),
        teaser=_teaser(unit, block, coefficients),
    )


def _teaser(unit: Unit, block: Block, coefficients: Coefficients) -> str | None:
    flags = coefficients.flags
    if block.reason in TEASER_REASONS:
        return f"removed by the cleaner as {block.reason}"
    if (
        block.reason not in FURNITURE_REASONS
        and not unit.stopped
        and flags.teaser_least_words <= unit.count <= flags.teaser_most_words
        and unit.capitals >= flags.teaser_capitals
    ):
        return f"a headline's form: {unit.capitals:.0%} of its words capitalised, no full stop"
    return None
