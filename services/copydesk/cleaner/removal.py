"""Choice of the blocks to remove, with the reason for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from copydesk.cleaner.model.block_model import MAX_BLOCKS, Model
from copydesk.cleaner.rules import conservative, reasons, removal_limit
from copydesk.cleaner.rules.duplicates import REDUNDANT_NOISE, find_copies
from copydesk.cleaner.rules.phrases import find_whole
from copydesk.cleaner.scores import ScoredBlocks, combine_scores
from copydesk.cleaner.settings import CleanerSettings
from copydesk.contracts.articles import Reason

MAX_ROUNDS = 3
"""Second looks at the kept blocks. Nearly all articles need one at most."""

SETTLED = 0.5
"""Highest noise probability among the kept blocks below which a second look is spared. Measured on 636 articles: a
second look removes more blocks from 18 of them. All 18 have a kept block above this probability, and so have 196
others."""

SECOND_LOOK = 0.1
"""Added to the removal threshold in a second look: among blocks whose neighbours are gone a paragraph easily looks
foreign. Measured in-sample, 0 / .1 / .3: body lost .0031 / .0029 / .0027, teasers found .707 / .707 / .702, copies .650
/ .650 / .633."""

TEASER_FROM = 0.5
"""Probability of another story from which a block behind the last paragraph is called a teaser."""

MAX_CERTAIN_WORDS = 6
"""Words of the longest block that is certain to be boilerplate if it is a known phrase."""


class Removal(NamedTuple):
    """The blocks to remove.

    Attributes:
        reasons: Reason for the removal of each block; None for blocks that stay.
        noise: Probability of noise of each block after all looks.
        warnings: Warnings for the article. With any of them the result is uncertain.
    """

    reasons: Sequence[Reason | None]
    noise: Sequence[float]
    warnings: Sequence[str]


def choose_removals(scored: ScoredBlocks, language: str | None, model: Model, settings: CleanerSettings) -> Removal:
    """The blocks to remove, within the limits of the settings.

    Args:
        scored: The blocks.
        language: Language of the text, BCP 47, or None.
        model: The block model, for second looks.
        settings: Thresholds and limits.
    """
    # a text that came several times is no smaller for it
    fixed = [
        number in scored.titles or number in scored.repeats or not text for number, text in enumerate(scored.texts)
    ]
    noise = list(scored.noise)
    if all(fixed):  # a title and nothing else is its own text
        return Removal(_find_reasons(scored, [not text for text in scored.texts]), noise, [])
    warnings = []
    threshold = settings.remove_from
    removed = [
        is_fixed or scored.suspected.get(number, noise[number]) >= threshold for number, is_fixed in enumerate(fixed)
    ]
    cause = conservative.find_reason(scored.texts, scored.prediction.features.own, language)
    if cause is None:
        _look_again(scored, removed, noise, threshold, model, settings)
    else:
        certain = [
            remove and (is_fixed or _is_certain(scored, number))
            for number, (remove, is_fixed) in enumerate(zip(removed, fixed, strict=True))
        ]
        if certain != removed:
            warnings.append(f"only what is certain was removed: {cause}")
        removed = certain
    sizes = np.maximum(1, np.rint(np.expm1(scored.prediction.features.own["size"]))).astype(int).tolist()
    removed, held = removal_limit.hold_back(removed, noise, sizes, fixed=fixed, max_share=settings.max_removed_share)
    if held:
        warnings.append("more would have gone than the guard allows")
    return Removal(_find_reasons(scored, removed), noise, warnings)


def _look_again(  # noqa: PLR0917 - the blocks, then what judges them
    scored: ScoredBlocks,
    removed: list[bool],
    noise: list[float],
    threshold: float,
    model: Model,
    settings: CleanerSettings,
) -> None:
    """Judge the kept blocks as if they were the whole article, as a second cleaning would, until nothing more goes.

    Args:
        scored: The blocks.
        removed: True for blocks that are removed; changed in place.
        noise: Probability of noise of each block; raised in place for the blocks removed here.
        threshold: Probability of noise from which a block is removed.
        model: The block model.
        settings: Settings of the cleaner.
    """
    for _ in range(MAX_ROUNDS):
        kept = [number for number, remove in enumerate(removed) if not remove]
        if len(kept) in {0, len(removed)} or len(removed) > MAX_BLOCKS:
            return
        if max(noise[number] for number in kept) < SETTLED:
            return
        prediction = model.predict_features(scored.prediction.features.take(kept), with_topic=False)
        shapes = [scored.shapes[number] for number in kept]
        scores, _, _ = combine_scores(
            shapes, prediction, find_copies(prediction.overlap), (), settings, with_topic=False
        )
        is_settled = True
        for number, score in zip(kept, scores, strict=True):
            if score >= threshold + SECOND_LOOK:
                removed[number] = True
                noise[number] = max(noise[number], score)
                is_settled = False
        if is_settled:
            return


def _is_certain(scored: ScoredBlocks, number: int) -> bool:
    """True for a block that is boilerplate in any text: nothing but a known phrase, or a paragraph's second copy."""
    shape = scored.shapes[number]
    return (
        number in scored.site_phrases
        or (shape.size <= MAX_CERTAIN_WORDS and find_whole(shape.words) is not None)
        or (scored.noise[number] >= REDUNDANT_NOISE and number in scored.copies and scored.copies[number].equal)
    )


def _find_reasons(scored: ScoredBlocks, removed: Sequence[bool]) -> list[Reason | None]:
    """Reason for the removal of each block; None for blocks that stay."""
    own = scored.prediction.features.own
    kinds = reasons.find_phrase_kinds(own)
    has_date = (own["date sign"] > 0).tolist()
    foreign = scored.prediction.foreign.tolist()
    paragraphs = own["paragraph"].nonzero()[0]
    end = int(paragraphs[-1]) + 1 if len(paragraphs) else len(removed)

    def find_reason(number: int) -> Reason:
        copy = scored.copies.get(number)
        if copy is not None and not removed[copy.other]:
            return "duplicate"
        if copy is not None and kinds[copy.other] == "photo":
            return "photo"  # a caption without a sign of one, repeated elsewhere with its credit
        kind = kinds[number]
        if kind is not None:
            return reasons.REASONS[kind]
        return reasons.guess(
            scored.shapes[number], has_date=has_date[number], is_behind=number >= end and foreign[number] >= TEASER_FROM
        )

    # what the rules have settled, the surest last; a known phrase says more than the class of a furniture line
    settled: dict[int, Reason] = {
        number: reason for number, reason in scored.furniture.items() if kinds[number] is None
    }
    settled.update(dict.fromkeys(scored.foreign, "teaser"))
    settled.update(dict.fromkeys(scored.repeats, "duplicate"))
    settled.update(dict.fromkeys(scored.titles, "title"))
    return [(settled.get(number) or find_reason(number)) if remove else None for number, remove in enumerate(removed)]
