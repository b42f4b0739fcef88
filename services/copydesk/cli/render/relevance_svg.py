"""Relevance of an article's blocks as a picture: SVG with one bar per block."""

from __future__ import annotations

import hashlib
import re
from xml.sax.saxutils import escape

from copydesk.cli.render.folding import is_outside
from copydesk.cli.render.palette import CIVIDIS, HIGH, LOW, shade
from copydesk.contracts.articles import ScoredArticle, Unit

WIDTH, HEIGHT = 960, 250
LEFT, RIGHT, TOP, FLOOR = 48, 24, 64, 190
MIN_BAR_WIDTH = 4.0
"""Pixels of the shortest block, so that a headline is visible beside paragraphs."""


def draw(article: ScoredArticle) -> str:
    """Picture as SVG; a bar's width is the length of its block, its height the relevance.

    Removed blocks are hatched, flagged ones have a dot, a dashed line separates segments; a tooltip has the text.
    """
    coherence = article.coherence
    title = _clean(article.title or article.id)
    score = "not scored" if coherence.score is None else f"one story {coherence.score:.2f}"
    raw = "" if coherence.raw_score is None else f", before cleaning {coherence.raw_score:.2f}"
    subtitle = _clean(f"{score}{raw}, {coherence.structure or coherence.status}")
    label = _attribute(f"Relevance of each block of: {title}. {subtitle}")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}"',
            '  font-family="sans-serif">',
            _DEFINITIONS,
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
            f'<text x="{LEFT}" y="26" font-size="17" font-weight="bold">{escape(_cut(title, 88))}</text>',
            f'<text x="{LEFT}" y="47" font-size="13" fill="#444444">{escape(subtitle)}</text>',
            *_axis(),
            *_bars(article),
            *_legend(),
            "</svg>",
            "",
        ]
    )


def file_name(article: ScoredArticle) -> str:
    """File name of a picture: the article's id; a changed id (special characters, length) gets a part of its hash.

    >>> from types import SimpleNamespace
    >>> file_name(SimpleNamespace(id="coast/42"))
    'coast-42.9e2d72f5.svg'
    >>> file_name(SimpleNamespace(id="coast-42"))
    'coast-42.svg'
    """
    name = re.sub(r"[^A-Za-z0-9._-]", "-", article.id)[:80].lstrip(".-") or "article"
    if name == article.id:
        return f"{name}.svg"
    return f"{name}.{hashlib.sha256(article.id.encode()).hexdigest()[:8]}.svg"


_DEFINITIONS = (
    '<defs><pattern id="removed" width="6" height="6" patternTransform="rotate(45)" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="none"/><line y2="6" stroke="#ffffff" stroke-width="4"/></pattern></defs>'
)


def _axis() -> list[str]:
    lines = []
    for relevance in (0.0, 0.5, 1.0):
        y = _y(relevance)
        lines.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>')
        lines.append(
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" font-size="11" fill="#444444" text-anchor="end">{relevance:g}</text>'
        )
    return lines


def _bars(article: ScoredArticle) -> list[str]:
    units = {unit.block: unit for unit in article.coherence.units}
    blocks = [(number, block) for number, block in enumerate(article.blocks) if not is_outside(article, block)]
    texts = [
        article.text[block.start : block.end] if block.kept else " ".join((block.text or "").split())
        for _, block in blocks
    ]
    widths = _widths([len(text) for text in texts])
    segment_starts = {segment.first_unit for segment in article.coherence.segments[1:]}
    unit_numbers = {unit.block: number for number, unit in enumerate(article.coherence.units)}
    lines, x = [], float(LEFT)
    for (number, block), text, width in zip(blocks, texts, widths, strict=True):
        unit = units.get(number)
        if unit is not None:
            if unit_numbers[number] in segment_starts:
                lines.append(_segment_line(x))
            lines.append(_bar(unit, x, width, text, removed=not block.kept))
        x += width
    return lines


def _widths(sizes: list[int]) -> list[float]:
    """Width of each bar in pixels, by length; thousands of blocks get about equal widths."""
    available = WIDTH - LEFT - RIGHT
    least = min(MIN_BAR_WIDTH, available / max(1, len(sizes)))
    spare = available - least * len(sizes)
    total = sum(sizes) or 1
    return [least + spare * size / total for size in sizes]


def _bar(unit: Unit, x: float, width: float, text: str, *, removed: bool) -> str:
    top = _y(max(0.02, unit.relevance))  # at or below zero a low bar is still visible
    gap = 1.0 if width > 3 else 0.0
    box = f'x="{x:.1f}" y="{top:.1f}" width="{max(0.2, width - gap):.1f}" height="{FLOOR - top:.1f}"'
    flag = "" if unit.flag == "none" else unit.flag.replace("_", " ")
    reasons = f" ({', '.join(unit.reasons)})" if unit.reasons else ""
    tooltip = f"{unit.relevance:+.2f} {flag}{reasons}{' removed' * removed}: {_cut(text, 160)}"
    parts = [f"<g><title>{escape(_clean(tooltip))}</title>", f'<rect {box} fill="{shade(unit.relevance)}"/>']
    if removed:
        parts.append(f'<rect {box} fill="url(#removed)"/>')
    if flag:
        parts.append(
            f'<circle cx="{x + width / 2:.1f}" cy="{FLOOR + 9}" r="4" fill="{_FLAGS.get(unit.flag, _OTHER_FLAG)}"/>'
        )
    return "".join([*parts, "</g>"])


_FLAGS = {"off_topic": "#D55E00", "furniture": "#0072B2", "teaser": "#CC79A7", "duplicate": "#009E73"}
_OTHER_FLAG = "#444444"  # a flag of a later version


def _segment_line(x: float) -> str:
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{FLOOR + 6}" stroke="#000000" stroke-dasharray="4 3"/>'


def _legend() -> list[str]:
    lines, x, y = [], float(LEFT), HEIGHT - 24
    for colour in CIVIDIS:
        lines.append(f'<rect x="{x:.0f}" y="{y - 9}" width="14" height="10" fill="{colour}"/>')
        x += 14
    lines.append(_label(x + 6, y, f"relevance {LOW:g} to {HIGH:g}"))
    x += 140
    lines.append(f'<rect x="{x:.0f}" y="{y - 9}" width="14" height="10" fill="#666970"/>')
    lines.append(f'<rect x="{x:.0f}" y="{y - 9}" width="14" height="10" fill="url(#removed)"/>')
    lines.append(_label(x + 20, y, "removed by the cleaner"))
    x += 180
    for flag, colour in _FLAGS.items():
        lines.append(f'<circle cx="{x:.0f}" cy="{y - 4}" r="4" fill="{colour}"/>')
        lines.append(_label(x + 10, y, flag.replace("_", " ")))
        x += 95
    return lines


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" font-size="12" fill="#444444">{text}</text>'


def _y(relevance: float) -> float:
    return FLOOR - (FLOOR - TOP) * min(1.0, max(0.0, relevance))


def _clean(text: str) -> str:
    """Text with U+FFFD for characters that XML does not allow."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text)


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;", "\n": " "})


def _cut(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
