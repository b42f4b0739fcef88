"""What people see in a terminal or as a picture."""

from __future__ import annotations

import io
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from copydesk.cli.render import bands, overview, quotations, strip
from copydesk.cli.render.palette import CIVIDIS, shade
from copydesk.cli.render.plain import plain
from copydesk.contracts.articles import ScoredArticle
from harness.require import ROOT

EXAMPLES = ROOT / "schemas" / "examples" / "articles.scored" / "1"
SVG = "{http://www.w3.org/2000/svg}"


def example(name: str = "foreign-tail") -> ScoredArticle:
    return ScoredArticle.read((EXAMPLES / f"{name}.json").read_bytes(), None)


def printed(show: object, article: ScoredArticle, *, colours: bool = False) -> str:
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=colours, color_system="truecolor" if colours else None)
    show(article, console)  # type: ignore[operator]
    return out.getvalue()


def test_quotes_stand_beside_their_speaker_and_in_his_list() -> None:
    full = example("full")
    text = printed(quotations.show, full)
    for quote in full.quotes:
        assert f"[{quotations.who(quote)}]" in " ".join(text.split())
    for entity in full.entities:
        assert entity.name in text


@pytest.mark.parametrize("kind", ["direct", "mixed", "indirect"])
def test_only_what_was_said_word_for_word_stands_in_quotation_marks(kind: str) -> None:
    full = example("full")
    quote = msgspec.structs.replace(full.quotes[0], type=kind, text="it will rain")
    text = printed(overview.show, msgspec.structs.replace(full, quotes=(quote,)))
    assert ("“it will rain”" in text) == (kind == "direct")
    assert (f"it will rain ({kind})" in text) == (kind != "direct")


def test_bands_tell_relevance_flag_and_reasons_of_every_unit() -> None:
    article = example()
    text = printed(bands.show, article)
    for unit in article.coherence.units:
        assert f"{unit.relevance:+.2f}" in text
    assert "off topic" in text
    coloured = printed(bands.show, article, colours=True)
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
    assert "not scored: too_short" in printed(bands.show, article)
    drawn = strip.draw(article)
    assert "not scored" in drawn
    ET.fromstring(drawn)  # noqa: S314 - our own


@pytest.mark.parametrize("show", [overview.show, quotations.show, bands.show])
def test_an_article_cannot_command_the_terminal(show: object) -> None:
    article = example()
    evil = "\x1b]0;owned\x07\x9b31m\u202eevil"
    text = evil + article.text[len(evil) :]
    entities = tuple(msgspec.structs.replace(entity, name=evil) for entity in article.entities)
    article = msgspec.structs.replace(
        article, title=evil, id=f"x{evil}", text=text, entities=entities, captions=(evil,)
    )
    said = printed(show, article)
    assert not set(said) & {"\x1b", "\x07", "\x9b", "\u202e"}
    assert "evil" in said


@given(st.text())
def test_plain_text_is_as_long_as_before(text: str) -> None:
    shown = plain(text)
    assert len(shown) == len(text)
    assert not set(shown) & {chr(code) for code in range(0x20)} - {"\n", "\t"}


@given(st.text(max_size=40), st.floats(-1, 1))
def test_a_strip_is_a_picture_whatever_the_article_says(title: str, relevance: float) -> None:
    article = example()
    units = tuple(
        msgspec.structs.replace(unit, relevance=relevance, reasons=(title,)) for unit in article.coherence.units
    )
    coherence = msgspec.structs.replace(article.coherence, units=units)
    drawn = ET.fromstring(  # noqa: S314 - our own
        strip.draw(msgspec.structs.replace(article, title=title, coherence=coherence))
    )
    bars = [group.find(f"{SVG}rect") for group in drawn.iter(f"{SVG}g")]
    assert len(bars) == len(article.blocks)
    for bar in bars:
        assert bar is not None
        assert 0 < float(bar.attrib["height"]) <= strip.FLOOR - strip.TOP
        assert strip.LEFT <= float(bar.attrib["x"]) < strip.WIDTH


def test_five_thousand_blocks_keep_inside_the_picture() -> None:
    article = example()
    count = 5000
    blocks = tuple(article.blocks[0] for _ in range(count))
    units = tuple(msgspec.structs.replace(article.coherence.units[0], block=number) for number in range(count))
    coherence = msgspec.structs.replace(article.coherence, units=units)
    drawn = ET.fromstring(  # noqa: S314 - our own
        strip.draw(msgspec.structs.replace(article, blocks=blocks, coherence=coherence))
    )
    last = [group.find(f"{SVG}rect") for group in drawn.iter(f"{SVG}g")][-1]
    assert last is not None
    assert float(last.attrib["x"]) + float(last.attrib["width"]) <= strip.WIDTH - strip.RIGHT + 1


def test_two_ids_never_share_a_picture() -> None:
    article = example()
    names = [
        strip.file_name(msgspec.structs.replace(article, id=id_)) for id_ in ("a/b", "a-b", "a b", "../a", "." * 9)
    ]
    assert len(set(names)) == len(names)
    assert not any(name.startswith(".") or "/" in name for name in names)


def test_the_scale_is_dark_where_nothing_fits() -> None:
    assert shade(-1) == CIVIDIS[0]
    assert shade(1) == CIVIDIS[-1]
