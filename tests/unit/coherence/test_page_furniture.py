"""Blocks of a page outside its article: each has a unit, and none of them counts."""

from __future__ import annotations

import msgspec

from copydesk.contracts.articles import Block, ExtractedArticle, Reason, ScoredArticle
from unit.coherence.articles import BRIDGE, article, score

MENU = ["Home", "News", "Baking", "Weather", "Cooks of the week: Luca Ferri and his chocolate mousse"]


def on_page(of: ExtractedArticle, reason: Reason = "navigation") -> ExtractedArticle:
    """The article with a menu before and behind it, as a page has one."""
    menu = [
        Block(source_start=0, source_end=1, kept=False, reason=reason, noise_probability=1.0, text=line)
        for line in MENU
    ]
    source = msgspec.structs.replace(of.source, kind="html", text="not looked at")
    return msgspec.structs.replace(of, blocks=(*menu, *of.blocks, *menu), source=source)


def numbers(result: ScoredArticle) -> tuple[float | None, ...]:
    coherence = result.coherence
    return coherence.score, coherence.raw_score, coherence.global_coherence, coherence.on_topic_share


def test_menus_of_a_page_change_no_score() -> None:
    plain = article(BRIDGE)
    assert numbers(score(on_page(plain))) == numbers(score(plain))


def test_other_removed_blocks_of_a_page_still_count() -> None:
    plain = article(BRIDGE)
    assert score(on_page(plain, "related")).coherence.raw_score != score(plain).coherence.raw_score


def test_every_block_has_a_unit_in_order_and_segments_point_to_them() -> None:
    plain, paged = score(article(BRIDGE)), score(on_page(article(BRIDGE)))
    units = paged.coherence.units
    assert [unit.block for unit in units] == list(range(len(paged.blocks)))
    own = units[len(MENU) : -len(MENU)]
    assert [unit.relevance for unit in own] == [unit.relevance for unit in plain.coherence.units]
    assert {(unit.flag, unit.relevance) for unit in (*units[: len(MENU)], *units[-len(MENU) :])} == {("none", 0.0)}
    assert [(s.first_unit - len(MENU), s.last_unit - len(MENU), s.terms) for s in paged.coherence.segments] == [
        (s.first_unit, s.last_unit, s.terms) for s in plain.coherence.segments
    ]
