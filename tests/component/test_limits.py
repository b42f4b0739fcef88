"""The page of limits tells the figures that CI holds, and the limits that the code has."""

from __future__ import annotations

import json
import re

from copydesk.cleaner import stage as cleaner
from copydesk.contracts.topics import topics
from copydesk.extractor import ExtractorSettings
from copydesk.extractor.parsing import MAX_PARAGRAPHS
from copydesk.extractor.quotes.drafts import MAX_QUOTED, MAX_QUOTES
from copydesk.runtime.settings import Settings
from harness.require import ROOT

PAGE = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
FLOORS = ROOT / "tests" / "quality" / "floors"


def held(kind: str) -> dict[str, float]:
    """Every figure of one kind that CI holds."""
    found: dict[str, float] = {}
    for file in FLOORS.glob("*.json"):
        for run in json.loads(file.read_bytes())["runs"].values():
            if run["kind"].startswith(kind):
                found |= {name: figure["seen"] for name, figure in run["figures"].items()}
    return found


def test_every_figure_is_the_one_that_is_held() -> None:
    rows = re.findall(r"^\| ([^|\n]+) \| ((?:\.\d+)?) ?\| ((?:\.\d+)?) ?\|$", PAGE, re.MULTILINE)
    assert len(rows) >= 25
    unseen, seen = held("out-of-fold"), held("in-sample")
    for name, *cells in rows:
        for figure, known in zip(cells, (unseen, seen), strict=True):
            if figure:
                digits = len(figure) - 1
                assert abs(float(figure) - known[name]) <= 0.6 * 10**-digits, f"{name}: {known[name]}"
        assert any(cells), name


def test_every_limit_is_the_codes() -> None:
    assert topics()["articles.raw"].max_message_bytes == 5 << 20
    assert {topics()[f"articles.{name}"].max_message_bytes for name in ("cleaned", "extracted", "scored")} == {10 << 20}
    settings = Settings()
    assert (settings.max_article_seconds, settings.max_child_bytes) == (60, 4 << 30)
    sentences = (
        f"{ExtractorSettings().max_chars:,} characters (`COPYDESK_EXTRACTOR_MAX_CHARS`), {MAX_PARAGRAPHS:,}",
        f"{MAX_QUOTES:,}, or {MAX_QUOTED:,} characters together",
        f"{cleaner.settings().max_html_characters:,} characters (`COPYDESK_CLEANER_MAX_HTML_CHARACTERS`)",  # type: ignore[union-attr,misc]
    )
    for words in sentences:
        assert words in PAGE
