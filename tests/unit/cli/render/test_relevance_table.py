"""Relevance of paragraphs on a terminal."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import msgspec

from copydesk.cli.render import relevance_svg
from copydesk.cli.render.palette import shade
from copydesk.cli.render.relevance_table import print_relevance
from unit.cli.render.articles import example, printed


def test_every_unit_has_its_relevance_flag_and_reasons() -> None:
    article = example()
    text = printed(print_relevance, article)
    for unit in article.coherence.units:
        assert f"{unit.relevance:+.2f}" in text
    assert "off topic" in text
    coloured = printed(print_relevance, article, colours=True)
    backgrounds = {shade(unit.relevance) for unit in article.coherence.units}
    for colour in backgrounds:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert f"48;2;{red};{green};{blue}" in coloured


def test_an_article_without_a_score_says_why() -> None:
    article = example()
    coherence = msgspec.structs.replace(
        article.coherence, status="too_short", score=None, raw_score=None, units=(), segments=()
    )
    article = msgspec.structs.replace(article, coherence=coherence)
    assert "not scored: too_short" in printed(print_relevance, article)
    drawn = relevance_svg.draw(article)
    assert "not scored" in drawn
    ET.fromstring(drawn)  # noqa: S314 - our own
