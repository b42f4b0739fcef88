"""Paragraphs of every kind, and the comparison of two parsers on them."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from copydesk.extractor.parsing import Parser

ODD: tuple[tuple[str, ...], ...] = (
    ("", " ", "  \t ", "a", ".", '"', "x" * 299, "\U0001f600 \U0001f600", "Mr. Smith", "of the", "New York"),
    ("\u00a0", "He\u2028said", "end  ", "  Paris Hilton  ", "Donald Trump Donald Trump Donald Trump", "$ 5 billion"),
    (
        "can't won't I'll she'd Bob's U.S. e.g. a.m.",
        "\u201cNo,\u201d he said\u2014\u201cnever!\u201d",
        "\u0644\u0627",
        "\u65b0\u805e",
    ),
    ("word " * 1990,),
    ("Angela Merkel " * 700,),
    ("",),
)
"""Articles that no editor wrote, as paragraphs."""


class Difference(NamedTuple):
    """A paragraph that two parsers read differently."""

    text: str
    first: object
    second: object


def articles(shared: Path, *, step: int) -> Iterator[list[str]]:
    """Paragraphs of articles of the development data: stories with quotations and names, a feed, raw scrapes.

    Args:
        shared: Folder with the development data.
        step: Every step-th article of each set.
    """
    data = shared / "data"
    yield from map(list, ODD)
    for name, field in (("quotes", "text"), ("entities", "text"), ("cleaning", "raw_text")):
        lines = (data / name / "dev.jsonl").read_text(encoding="utf-8").split("\n")
        for line in lines[::step]:
            if line.strip():
                yield split(json.loads(line)[field])
    with lzma.open(data / "feed" / "dev.jsonl.xz", "rt", encoding="utf-8") as feed:
        for number, line in enumerate(feed):
            if number % (10 * step) == 0:
                yield split(json.loads(line)["text"])


def split(text: str) -> list[str]:
    """Paragraphs of a text that the stage would parse: those without endless words."""
    return [line for line in text.split("\n") if line.strip() and max(map(len, line.split()), default=0) < 300]


def differences(first: Parser, second: Parser, paragraphs: Sequence[str]) -> list[Difference]:
    """Paragraphs whose tokens, offsets, heads, labels, sentence starts or names differ."""
    offsets, at = [], 0
    for paragraph in paragraphs:
        offsets.append(at)
        at += len(paragraph) + 1
    asked = list(zip(offsets, paragraphs, strict=True))
    found = []
    for method in ("parse", "find_names"):
        pairs = zip(getattr(first, method)(asked), getattr(second, method)(asked), strict=True)
        for text, (one, other) in zip(paragraphs, pairs, strict=True):
            columns = [None if parse is None else parse.columns for parse in (one, other)]
            if columns[0] != columns[1]:
                found.append(Difference(text, *columns))
    return found
