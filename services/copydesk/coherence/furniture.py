"""Furniture and teasers: blocks that belong to the site, recognised by their line and by the cleaner's verdict."""

from __future__ import annotations

import math

import msgspec

from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.line_features import SEARCHED_CHARACTERS, find_phrase, find_symbol
from copydesk.coherence.units import ArticleUnit
from copydesk.contracts.articles import Block

FURNITURE_REASONS = frozenset({"photo", "promo", "byline", "legal", "navigation"})
"""Removal reasons that mean furniture. The cleaner sees more than the form of the line."""

TEASER_REASONS = frozenset({"related", "teaser"})
"""Removal reasons that mean a headline of another article."""


class LineVerdict(msgspec.Struct, frozen=True):
    """Verdict on a unit by the form of its line and by the cleaner.

    Args:
        probability: Probability that the unit is furniture, 0..1.
        is_certain: True if it has a phrase of sites or the cleaner removed it as furniture; not by its form alone.
        reasons: Evidence for furniture, in words.
        teaser_reason: Evidence that it is the headline of another article, or None.
    """

    probability: float
    is_certain: bool
    reasons: tuple[str, ...]
    teaser_reason: str | None


def judge_line(unit: ArticleUnit, block: Block, log_odds: float, coefficients: Coefficients) -> LineVerdict:
    """Verdict on a unit by the form of its line and by the cleaner.

    Args:
        unit: The unit.
        block: Its block, with the cleaner's verdict.
        log_odds: Log odds of furniture by the classifier.
        coefficients: Coefficients of the stage.
    """
    numbers = coefficients.verdict
    log_odds += numbers.noise * block.noise_probability
    reasons = []
    is_brief = unit.word_count < numbers.brief_words
    if is_brief and not unit.ends_sentence:
        reasons.append(f"{unit.word_count} {'word' if unit.word_count == 1 else 'words'}, no full stop")
    if unit.capital_share > coefficients.flags.teaser_capitals:
        reasons.append("most words capitalised")
    start = unit.text[:SEARCHED_CHARACTERS].lower()
    # in a long sentence such words may be the story's own
    phrase = None if unit.ends_sentence and not is_brief else find_phrase(start, coefficients)
    if phrase is not None:
        log_odds += numbers.phrase
        reasons.append(f"a phrase of sites: {phrase}")
    if find_symbol(start):
        reasons.append("an address or a sign that prose has not")
    if block.reason is not None:
        log_odds += numbers.removed_as_furniture if block.reason in FURNITURE_REASONS else numbers.removed
        reasons.append(f"removed by the cleaner as {block.reason}")
    return LineVerdict(
        probability=1 / (1 + math.exp(-min(max(log_odds, -30.0), 30.0))),
        is_certain=phrase is not None or block.reason in FURNITURE_REASONS,
        reasons=tuple(reasons) or ("its shape",),
        teaser_reason=_find_teaser_reason(unit, block, coefficients),
    )


def _find_teaser_reason(unit: ArticleUnit, block: Block, coefficients: Coefficients) -> str | None:
    flags = coefficients.flags
    if block.reason in TEASER_REASONS:
        return f"removed by the cleaner as {block.reason}"
    if (
        block.reason not in FURNITURE_REASONS
        and not unit.ends_sentence
        and flags.teaser_least_words <= unit.word_count <= flags.teaser_most_words
        and unit.capital_share >= flags.teaser_capitals
    ):
        return f"a headline's form: {unit.capital_share:.0%} of its words capitalised, no full stop"
    return None
