"""Verdict on the blocks of a source: on those of a text by their words, on those of a page by their place, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from copydesk.cleaner.blocks import BlockSpan
from copydesk.cleaner.html import PageVerdict
from copydesk.cleaner.model.block_model import Model
from copydesk.cleaner.page.block_reasons import find_reasons
from copydesk.cleaner.page.data_body import find_missing
from copydesk.cleaner.page.selection import Selection, select_body
from copydesk.cleaner.removal import Removal, choose_removals
from copydesk.cleaner.rules import removal_limit
from copydesk.cleaner.rules.block_shape import BlockShape
from copydesk.cleaner.rules.duplicates import Copy
from copydesk.cleaner.rules.title import find_repeats
from copydesk.cleaner.scores import ScoredBlocks, score_blocks
from copydesk.cleaner.settings import CleanerSettings

DECIMALS = 4
"""Places that a probability is rounded to."""


class Judgement(NamedTuple):
    """Verdict on the blocks of a source.

    Attributes:
        title: Title of the article.
        removal: The blocks to remove, with reasons.
        copies: Copies among the blocks, by number.
        language: Language of the article, BCP 47, or None.
        standfirst: Numbers of the blocks that introduce the article.
    """

    title: str | None
    removal: Removal
    copies: Mapping[int, Copy]
    language: str | None
    standfirst: tuple[int, ...] = ()


def judge_text(  # noqa: PLR0917 - the article, then what judges it
    texts: Sequence[str],
    spans: Sequence[BlockSpan],
    title: str | None,
    phrases: Mapping[int, str],
    model: Model,
    settings: CleanerSettings,
    *,
    with_topic: bool,
    find_language: Callable[[str], str | None],
) -> Judgement:
    """Verdict on the blocks of a plain text.

    Args:
        texts: Texts of the blocks, normalised.
        spans: Places of the blocks in the source.
        title: Title of the article, or None.
        phrases: Blocks that are a phrase of the operator.
        model: The block model.
        settings: Thresholds and limits.
        with_topic: False leaves the topic head out.
        find_language: Gives the article's language, from its paragraphs if nothing else says it.
    """
    scored = score_blocks(texts, spans, title, phrases, model, settings, with_topic=with_topic)
    language = find_language(_join_paragraphs(scored))
    removal = choose_removals(scored, language, model, settings)
    return Judgement(scored.title, removal, scored.copies, language)


def _join_paragraphs(scored: ScoredBlocks) -> str:
    """The full paragraphs, or all blocks if there is none."""
    is_paragraph = scored.prediction.features.own["paragraph"] > 0
    paragraphs = [text for text, is_full in zip(scored.texts, is_paragraph, strict=True) if is_full]
    return "\n".join(paragraphs or scored.texts)


def _find_titles(page: PageVerdict, title: str) -> set[int]:
    """Numbers of the blocks that are the title. Without blanks between its words it is compared as a whole."""
    folded = title.casefold()
    same = {number for number, block in enumerate(page.blocks) if block.text.casefold() == folded}
    return same | set(find_repeats([BlockShape(block.text) for block in page.blocks], title))


class PageBody(NamedTuple):
    """The body of a page as it was chosen.

    Attributes:
        selection: The body among the blocks that the page shows.
        titles: Numbers of the blocks that are the title.
        added: Paragraphs of the body that stand only in the page's data.
    """

    selection: Selection
    titles: frozenset[int]
    added: tuple[str, ...]


def choose_page_body(page: PageVerdict, title: str | None, settings: CleanerSettings) -> PageBody:
    """The body of a page.

    Args:
        page: The page with the page model's verdict.
        title: Title of the article, or None.
        settings: Thresholds and limits.
    """
    titles = frozenset(_find_titles(page, title) if title else ())
    selection = select_body(page.blocks, page.facts, page.noise, titles, settings.page_from)
    shown = [block.text for block, is_kept in zip(page.blocks, selection.kept, strict=True) if is_kept]
    is_guess = bool(selection.warnings)
    added = find_missing([] if is_guess else shown, page.body) if page.body else []
    return PageBody(selection, titles, tuple(added))


def judge_page(  # noqa: PLR0917 - the page, then what judges it
    page: PageVerdict,
    body: PageBody,
    texts: Sequence[str],
    title: str | None,
    phrases: Mapping[int, str],
    settings: CleanerSettings,
    *,
    find_language: Callable[[str], str | None],
) -> Judgement:
    """Verdict on the blocks of a page, those of its data last.

    Args:
        page: The page with the page model's verdict.
        body: The chosen body.
        texts: Texts of the blocks and of the added paragraphs, normalised.
        title: Title of the article, or None.
        phrases: Blocks that are a phrase of the operator.
        settings: Thresholds and limits.
        find_language: Gives the article's language, from its paragraphs if nothing else says it.
    """
    selection = body.selection
    warnings = list(selection.warnings)
    shown = len(page.blocks)
    removed = [not (kept and texts[number]) or number in phrases for number, kept in enumerate(selection.kept)]
    values = [round(float(value), DECIMALS) for value in page.noise]
    for number in (*body.titles, *phrases):
        if number < shown:
            values[number] = 1.0
    if body.added:
        removed = [True] * shown
        warnings = []
    else:
        sizes = np.maximum(1, np.rint(np.expm1(page.facts.own["words"]))).astype(int).tolist()
        fixed = [
            number in body.titles
            or number in selection.copies
            or number in phrases
            or not texts[number]
            or not selection.first <= number <= selection.last
            for number in range(shown)
        ]
        removed, is_held = removal_limit.hold_back(
            removed, values, sizes, fixed=fixed, max_share=settings.max_removed_share
        )
        if is_held:
            warnings.append("more would have gone than the guard allows")
    kept = [not remove for remove in removed]
    reasons = find_reasons(page.blocks, page.facts, selection, body.titles, kept)
    if body.added:
        reasons = [
            "duplicate" if is_kept and reason != "title" else reason
            for reason, is_kept in zip(reasons, selection.kept, strict=True)
        ]
    reasons += ["other" if not text else None for text in texts[shown:]]
    values += [0.0] * len(body.added)
    chosen = [text for text, reason in zip(texts, reasons, strict=True) if reason is None]
    standfirst = tuple(number for number in selection.standfirst if reasons[number] is None)
    language = find_language("\n".join(chosen))
    return Judgement(title, Removal(reasons, values, warnings), {}, language, standfirst)
