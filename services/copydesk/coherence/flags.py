"""Flags of the units, with the reasons that a reader is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from copydesk.coherence.classifiers import sigmoid
from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.furniture import LineVerdict, judge_line
from copydesk.coherence.predictions import Predictions
from copydesk.coherence.repeats import Repeat, find_repeats
from copydesk.coherence.rounding import PUBLISHED_DECIMALS
from copydesk.coherence.settings import CoherenceSettings
from copydesk.coherence.units import ArticleUnit, ArticleUnits
from copydesk.contracts.articles import Block, ExtractedArticle, Flag, Unit

SUSPECTED_NOISE = 0.97
"""Probability of noise from which a block that the cleaner kept is suspected to be of another story. What is noise by
itself goes from far below; a paragraph of another story only where the page shows one."""


class _Evidence(NamedTuple):
    """Facts about one unit that decide its flag.

    Args:
        number: Index of the unit.
        unit: The unit.
        block: Its block.
        line: Verdict by the form of its line and by the cleaner.
        off_topic: Probability that it is off topic, rounded; the cleaner's where it suspects the block.
        is_suspected: True if the cleaner suspects it to be of another story, and kept it.
        furniture: Probability that it is furniture, rounded.
        is_title: True if it is the title of the article.
        is_first: True if it is the first unit with words.
        repeat: The unit that it repeats, or None.
    """

    number: int
    unit: ArticleUnit
    block: Block
    line: LineVerdict
    off_topic: float
    is_suspected: bool
    furniture: float
    is_title: bool
    is_first: bool
    repeat: Repeat | None


def flag_units(
    article: ExtractedArticle,
    article_units: ArticleUnits,
    predictions: Predictions,
    coefficients: Coefficients,
    settings: CoherenceSettings,
) -> tuple[Unit, ...]:
    """The published units, one per block, each with its probabilities, its flag and the reasons."""
    units = []
    for evidence in _gather_evidence(article, article_units.units, predictions, coefficients):
        flag, reasons = _choose_flag(evidence, predictions, coefficients, settings)
        if flag != "none" and evidence.unit.kept:
            reasons = (*reasons, "kept by the cleaner")
        units.append(
            Unit(
                block=evidence.number,
                relevance=round(float(predictions.features.relevance[evidence.number]), PUBLISHED_DECIMALS),
                off_topic_probability=evidence.off_topic,
                furniture_probability=evidence.furniture,
                flag=flag,
                reasons=reasons,
            )
        )
    return tuple(units)


def _gather_evidence(
    article: ExtractedArticle, units: Sequence[ArticleUnit], predictions: Predictions, coefficients: Coefficients
) -> list[_Evidence]:
    repeats = find_repeats(units, int(coefficients.flags.duplicate_least_words))
    title = _normalise(article.title or "")
    first = next((number for number, unit in enumerate(units) if unit.word_count), 0)
    off_topic = sigmoid(predictions.off_topic)
    evidence = []
    for number, (unit, block) in enumerate(zip(units, article.blocks, strict=True)):
        line = judge_line(unit, block, float(predictions.furniture[number]), coefficients)
        is_suspected = block.kept and block.noise_probability >= SUSPECTED_NOISE and not article.cleaning.uncertain
        probability = float(off_topic[number])
        is_title = block.reason == "title" or bool(title and _normalise(unit.text) == title)
        evidence.append(
            _Evidence(
                number=number,
                unit=unit,
                block=block,
                line=line,
                off_topic=round(
                    max(probability, block.noise_probability) if is_suspected else probability, PUBLISHED_DECIMALS
                ),
                is_suspected=is_suspected,
                furniture=0.0 if is_title else round(line.probability, PUBLISHED_DECIMALS),
                is_title=is_title,
                is_first=number == first,
                repeat=repeats.get(number),
            )
        )
    return evidence


def _choose_flag(  # noqa: PLR0911 - the order of the flags
    evidence: _Evidence, predictions: Predictions, coefficients: Coefficients, settings: CoherenceSettings
) -> tuple[Flag, tuple[str, ...]]:
    """The first flag that fits, and its reasons."""
    line, repeat = evidence.line, evidence.repeat
    is_furniture = evidence.furniture >= coefficients.flags.furniture
    is_certain_furniture = is_furniture and line.is_certain
    # "Read more" shares no word with any story; that does not make it another story
    if evidence.off_topic >= settings.off_topic_from and not is_certain_furniture:
        return "off_topic", _explain_off_topic(evidence, predictions)
    if repeat is not None and (repeat.is_whole or not evidence.is_title):
        if repeat.is_whole:
            return "duplicate", (f"the same words as block {repeat.original}",)
        return "duplicate", (f"its words stand in block {repeat.original}",)
    if is_certain_furniture:
        return "furniture", line.reasons
    if evidence.is_title:
        return "none", ()
    # the first unit is more likely the headline of this article
    if line.teaser_reason and not evidence.is_first:
        return "teaser", (line.teaser_reason,)
    if is_furniture:
        return "furniture", line.reasons
    return "none", ()


def _explain_off_topic(evidence: _Evidence, predictions: Predictions) -> tuple[str, ...]:
    """Reasons of the flag `off_topic`."""
    number, features = evidence.number, predictions.features
    counts = features.word_counts
    shared, total, new_names = int(counts.shared[number]), int(counts.total[number]), int(counts.new_names[number])
    if not features.substantial[number]:
        reasons = ["too short to be judged by itself: as the blocks around it"]
    else:
        median = float(np.median(features.relevance[features.substantial]))
        reasons = [f"relevance {features.relevance[number]:.2f}, the article's median {median:.2f}"]
        words = "no word" if not shared else "few words" if shared * 3 < total else "words"
        reasons.append(f"shares {words} with the rest ({shared} of {total})")
        if new_names:
            reasons.append(f"{new_names} {'name that stands' if new_names == 1 else 'names that stand'} nowhere else")
    if not evidence.unit.ends_sentence:
        reasons.append("does not end as a sentence does")
    if evidence.is_suspected:
        reasons.append("the cleaner takes it for another story, though nothing around it shows one")
    if evidence.block.reason is not None:
        reasons.append(f"removed by the cleaner as {evidence.block.reason}")
    return tuple(reasons)


def _normalise(text: str) -> str:
    """The text without case, and with single spaces."""
    return " ".join(text.split()).casefold()
