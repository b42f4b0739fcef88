"""A picture of the dashboard, from a run: `python tests/bench/dashboard.py [FILE.svg]`.

All stages on a real Kafka, two extractors, some minutes of articles that come in waves with some bad ones among them.
A Prometheus records it, and its answers to the panels' own queries are drawn. No Grafana: no registry of packages has
it; places, titles, units and queries are those of infra/observability/grafana, lines and colours are drawn here.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from html import escape
from itertools import cycle
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.scale import texts
from harness.brokers import own_kafka
from harness.recording import Prometheus, panels, recorded
from harness.require import ROOT
from harness.running import Cluster

SECONDS = 180
WAVE_SECONDS = 60
BUSIEST = 5
"""Articles per second at the top of a wave."""
STEP = 2
UNIT = (53, 34)
"""Pixels of one step of Grafana's grid, across and down."""
GAP = 8
COLOURS = ("#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0", "#508642", "#cca300")


def main() -> None:
    """Run, then draw."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "dashboard.svg"
    target.write_text(asyncio.run(picture()), encoding="utf-8")


async def picture() -> str:
    """The dashboard as SVG."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        async with recorded(kafka, Path(folder), extractors=2) as (here, prometheus):
            begin = time.time()
            await send_waves(here)
            end = time.time()
            return draw(prometheus, begin, end)


async def send_waves(here: Cluster) -> None:
    """Articles, more and fewer by turns; one in twenty is none."""
    source, number = cycle(texts()), 0
    begin = time.monotonic()
    while (now := time.monotonic() - begin) < SECONDS:
        rate = BUSIEST * (0.55 - 0.45 * math.cos(2 * math.pi * now / WAVE_SECONDS))
        batch: list[tuple[bytes | None, bytes | None, dict[str, bytes]]] = []
        for _ in range(max(1, round(rate))):
            number += 1
            document = {"id": f"a{number}", "text": next(source), "language": "en"}
            batch.append((None, b"{" if number % 20 == 0 else json.dumps(document).encode(), {}))
        await here.send("articles.raw", batch)
        await asyncio.sleep(max(0.0, begin + now + 1 - time.monotonic()))


# ---------------------------------------------------------------------------------------------- drawing


def draw(prometheus: Prometheus, begin: float, end: float) -> str:
    """Every panel at its place."""
    boxes = [panel["gridPos"] for panel in panels()]
    width = max(box["x"] + box["w"] for box in boxes) * UNIT[0]
    height = max(box["y"] + box["h"] for box in boxes) * UNIT[1]
    drawn = "\n".join(draw_panel(panel, prometheus, begin, end) for panel in panels())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="11" role="img" aria-label="The dashboard: {len(boxes)} panels over {end - begin:.0f} seconds">\n'
        f'<rect width="100%" height="100%" fill="#111217"/>\n{drawn}\n</svg>\n'
    )


def draw_panel(panel: dict[str, Any], prometheus: Prometheus, begin: float, end: float) -> str:
    """One panel: title, axis, lines, legend."""
    box, unit = panel["gridPos"], panel["fieldConfig"]["defaults"]["unit"]
    x, y = box["x"] * UNIT[0] + GAP / 2, box["y"] * UNIT[1] + GAP / 2
    width, height = box["w"] * UNIT[0] - GAP, box["h"] * UNIT[1] - GAP
    left, right, top, low = x + 48, x + width - 10, y + 30, y + height - 62
    series = series_of(panel, prometheus, begin, end)
    most = max((value for _, points in series for _, value in points), default=0) or 1
    parts = [
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#181b1f" stroke="#2c3235"/>',
        text(x + 10, y + 18, panel["title"], "#d8d9da", weight="bold"),
    ]
    for share in (0, 0.5, 1):
        at = low - share * (low - top)
        parts.append(f'<line x1="{left}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}" stroke="#2c3235"/>')
        parts.append(text(left - 6, at + 4, format_value(share * most, unit), "#9fa7b3", anchor="end"))
    parts.append(text(left, low + 14, "0 s", "#9fa7b3"))
    parts.append(text(right, low + 14, f"{end - begin:.0f} s", "#9fa7b3", anchor="end"))
    column = (width - 20) / 3
    for line, ((name, points), colour) in enumerate(zip(series, cycle(COLOURS), strict=False)):
        way = " ".join(
            f"{left + (at - begin) / (end - begin) * (right - left):.1f},{low - value / most * (low - top):.1f}"
            for at, value in points
        )
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        if line < 9:
            at_x, at_y = x + 10 + column * (line % 3), low + 30 + 13 * (line // 3)
            parts.append(f'<rect x="{at_x:.1f}" y="{at_y - 6:.1f}" width="10" height="3" fill="{colour}"/>')
            parts.append(text(at_x + 14, at_y, name, "#d8d9da"))
    return "\n".join(parts)


def series_of(
    panel: dict[str, Any], prometheus: Prometheus, begin: float, end: float
) -> list[tuple[str, Sequence[tuple[float, float]]]]:
    """Every line of a panel with its name; lines without a point are left out."""
    found = []
    for target in panel["targets"]:
        for one in prometheus.over(target["expr"], begin, end, STEP):
            name = target["legendFormat"]
            for label, value in one["metric"].items():
                name = name.replace(f"{{{{{label}}}}}", value)
            points = [(at, float(value)) for at, value in one["values"] if not math.isnan(float(value))]
            if points:
                found.append((name, points))
    return sorted(found, key=lambda one: -max(value for _, value in one[1]))


def text(x: float, y: float, words: str, colour: str, *, anchor: str = "start", weight: str = "normal") -> str:
    """Words at a place."""
    attributes = f'text-anchor="{anchor}" font-weight="{weight}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}>{escape(words)}</text>'


def format_value(value: float, unit: str) -> str:
    """A value on the axis."""
    if unit == "percentunit":
        return f"{value:.0%}"
    ends = {"s": " s", "ops": "/s"}
    short = f"{value / 1000:.3g}k" if value >= 1000 else f"{value:.3g}"
    return short + ends.get(unit, "")


if __name__ == "__main__":
    main()
