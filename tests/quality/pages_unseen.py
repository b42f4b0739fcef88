"""Scores pages that fold models cleaned, beside trafilatura's fast mode; the form is that of measure_dev.py.

    python tests/quality/pages_unseen.py SHARED CLEANED.ndjson OUT.json

Before it, run `python -m copydesk.cleaner.page.train PAGES... --out-of-fold CLEANED.ndjson`. Shingles are those of the
shared folder's score_html.py. ROUGE-L is F1 over the longest common subsequence of the words; paragraphs are right if
all their words are. The parsers of `fundus` give the standfirst apart from the body; the cleaner keeps it in `text`, so
it is scored with the standfirst in the gold text where the page shows it, and without it where `standfirst` is cut off.
"""

from __future__ import annotations

import html
import importlib.util
import json
import lzma
import re
import statistics
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import trafilatura
from trafilatura.settings import Document

INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"))
HALF = 0.5
"""Token F1 under which a page counts as failed."""

Page = dict[str, Any]
Row = dict[str, Any]


def find_words(text: str) -> list[str]:
    """Words in small letters, letters and their accents as one character, without marks that nobody sees."""
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).translate(INVISIBLE).lower())


def count_common(left: Sequence[str], right: Sequence[str]) -> int:
    """Length of the longest common subsequence, by bits (Hyyrö 2004).

    >>> count_common("a b c d".split(), "b x d".split())
    2
    """
    places: dict[str, int] = {}
    for number, word in enumerate(left):
        places[word] = places.get(word, 0) | 1 << number
    mask = row = (1 << len(left)) - 1
    for word in right:
        found = row & places.get(word, 0)
        row = ((row + found) | (row - found)) & mask
    return len(left) - row.bit_count()


def score_rouge(gold: str, text: str) -> float:
    """ROUGE-L F1."""
    left, right = find_words(gold), find_words(text)
    common = count_common(left, right)
    return 2 * common / (len(left) + len(right)) if common else 0.0


def score_paragraphs(gold: str, text: str) -> float:
    """F1 of the paragraphs, each right or wrong as a whole."""
    left, right = (
        Counter(" ".join(words) for line in part.split("\n") if (words := find_words(line))) for part in (gold, text)
    )
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 1.0


def extract(page: Page) -> str:
    """Text of a page by trafilatura's fast mode."""
    document = trafilatura.bare_extraction(page["html"], url=page["url"], fast=True, include_comments=False)
    return document.text or "" if isinstance(document, Document) else ""


def add_standfirst(page: Page) -> str:
    """Gold text of a page with the standfirst that its parser has apart."""
    shown = " ".join(find_words(re.sub(r"<[^<>]*>", " ", html.unescape(page["html"]))))
    lines = [line for line in page["summary"] or () if " ".join(find_words(line)[:8]) in shown]
    return "\n".join([*lines, page["gold"]])


def cut_standfirst(article: Page) -> str:
    """Text of a cleaned page without its standfirst."""
    lines = set((article["standfirst"] or "").split("\n"))
    return "\n".join(line for line in article["text"].split("\n") if line not in lines)


def read_pages(path: Path) -> list[Page]:
    """The pages of a packed file."""
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def make_rows(shared: Path, cleaned: Mapping[str, Page]) -> Iterator[Row]:
    """The figures."""
    spec = importlib.util.spec_from_file_location("score_html", shared / "score" / "score_html.py")
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    dev = read_pages(shared / "data" / "html" / "dev.jsonl.xz")
    ours = scorer.score(dev, {page["id"]: cleaned[page["id"]]["text"] for page in dev})
    theirs = scorer.score(dev, {page["id"]: extract(page) for page in dev})
    yield _row("html: shingle F1", ours["F1"], ">=", theirs["F1"] + 0.01)
    yield _row("html: shingle F1, trafilatura fast", theirs["F1"])
    yield _row("html: shingle precision", ours["P"])
    yield _row("html: shingle recall", ours["R"])
    yield _row("html: pages under half", ours["pages_under_half"], "<=", 3)
    silent = [
        page["id"]
        for page in dev
        if not cleaned[page["id"]]["uncertain"]
        and scorer.score([page], {page["id"]: cleaned[page["id"]]["text"]})["token_F1"] < HALF
    ]
    yield _row("html: pages under half that are not uncertain", len(silent), "<=", 0)
    fundus = read_pages(shared / "data" / "html_more" / "fundus.jsonl.xz")
    texts = {page["id"]: cleaned[page["id"]]["text"] for page in fundus}
    bodies = {page["id"]: cut_standfirst(cleaned[page["id"]]) for page in fundus}
    by_trafilatura = {page["id"]: extract(page) for page in fundus}
    for name, measure, goal in (("ROUGE-L", score_rouge, 0.955), ("paragraph F1", score_paragraphs, 0.91)):
        with_standfirst = statistics.mean(measure(add_standfirst(page), texts[page["id"]]) for page in fundus)
        yield _row(f"fundus: {name}, standfirst in the gold text", with_standfirst, ">=", goal)
        body = statistics.mean(measure(page["gold"], bodies[page["id"]]) for page in fundus)
        yield _row(f"fundus: {name}, body alone", body, ">=", goal)
        whole = statistics.mean(measure(page["gold"], texts[page["id"]]) for page in fundus)
        yield _row(f"fundus: {name}, text with standfirst against body", whole)
        other = statistics.mean(measure(page["gold"], by_trafilatura[page["id"]]) for page in fundus)
        yield _row(f"fundus: {name}, trafilatura fast against body", other)
    for name in ("mercury", "newspaper"):
        pages = read_pages(shared / "data" / "html_more" / f"{name}.jsonl.xz")
        f1 = scorer.score(pages, {page["id"]: cleaned[page["id"]]["text"] for page in pages})["F1"]
        yield _row(f"{name}: shingle F1", f1)
        f1 = scorer.score(pages, {page["id"]: extract(page) for page in pages})["F1"]
        yield _row(f"{name}: shingle F1, trafilatura fast", f1)


def _row(name: str, value: float, op: str | None = None, goal: float | None = None) -> Row:
    return {"name": name, "value": value, "op": op, "goal": goal, "note": ""}


def main(shared: Path, path: Path, out: Path) -> None:
    """Write the rows."""
    cleaned = {article["id"]: article for article in map(json.loads, path.read_text(encoding="utf-8").split("\n")[:-1])}
    out.write_text(json.dumps({"html-unseen": {"rows": list(make_rows(shared, cleaned))}}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
