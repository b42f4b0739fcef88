"""Relevance of blocks as a picture."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from copydesk.cli.render import relevance_svg
from unit.cli.render.articles import example

SVG = "{http://www.w3.org/2000/svg}"


@given(st.text(max_size=40), st.floats(-1, 1))
def test_a_strip_is_a_picture_whatever_the_article_says(title: str, relevance: float) -> None:
    article = example()
    units = tuple(
        msgspec.structs.replace(unit, relevance=relevance, reasons=(title,)) for unit in article.coherence.units
    )
    coherence = msgspec.structs.replace(article.coherence, units=units)
    drawn = ET.fromstring(  # noqa: S314 - our own
        relevance_svg.draw(msgspec.structs.replace(article, title=title, coherence=coherence))
    )
    bars = [group.find(f"{SVG}rect") for group in drawn.iter(f"{SVG}g")]
    assert len(bars) == len(article.blocks)
    for bar in bars:
        assert bar is not None
        assert 0 < float(bar.attrib["height"]) <= relevance_svg.FLOOR - relevance_svg.TOP
        assert relevance_svg.LEFT <= float(bar.attrib["x"]) < relevance_svg.WIDTH


def test_five_thousand_blocks_keep_inside_the_picture() -> None:
    article = example()
    count = 5000
    blocks = tuple(article.blocks[0] for _ in range(count))
    units = tuple(msgspec.structs.replace(article.coherence.units[0], block=number) for number in range(count))
    coherence = msgspec.structs.replace(article.coherence, units=units)
    drawn = ET.fromstring(  # noqa: S314 - our own
        relevance_svg.draw(msgspec.structs.replace(article, blocks=blocks, coherence=coherence))
    )
    last = [group.find(f"{SVG}rect") for group in drawn.iter(f"{SVG}g")][-1]
    assert last is not None
    assert float(last.attrib["x"]) + float(last.attrib["width"]) <= relevance_svg.WIDTH - relevance_svg.RIGHT + 1


def test_two_ids_never_share_a_picture() -> None:
    article = example()
    names = [
        relevance_svg.file_name(msgspec.structs.replace(article, id=id_))
        for id_ in ("a/b", "a-b", "a b", "../a", "." * 9)
    ]
    assert len(set(names)) == len(names)
    assert not any(name.startswith(".") or "/" in name for name in names)
