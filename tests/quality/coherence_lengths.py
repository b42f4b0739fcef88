"""Coherence by number of paragraphs, on articles of a source that trains nothing; the form is that of measure_dev.py.

    python tests/quality/coherence_lengths.py SHARED OUT.json

The articles are those of BBC in `coherence/intrusion.jsonl`. Each is cut to 3-5, 6-9, 10-19 and 20 or more paragraphs,
and gets a version of the same length in which one to three of the paragraphs, a third of them at most, are of another
article. 1,000 pairs then say how often a paragraph of another article raises the score.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from copydesk import coherence
from copydesk.coherence import CoherenceSettings
from copydesk.coherence.training.documents import build_article
from copydesk.contracts.articles import Coherence

LENGTHS = ((3, 5), (6, 9), (10, 19), (20, 45))
ARTICLES = 150
PAIRS = 1_000
BINS = 10

Row = dict[str, Any]


def main(shared: Path, out: Path) -> None:
    """Write the rows."""
    lines = (shared / "data" / "coherence" / "intrusion.jsonl").read_text("utf-8").splitlines()
    articles = [row for row in map(json.loads, lines) if row["source"] == "bbc" and row["intrusion"] == "none"]
    stage = coherence.load(CoherenceSettings())

    def judge(title: str | None, paragraphs: Sequence[str]) -> Coherence:
        return stage(build_article("a", title, paragraphs)).coherence

    rng = random.Random(1)
    rows = [row for least, most in LENGTHS for row in _measure_length(rng, articles, least, most, judge)]
    rises, counted = _count_rises(rng, articles, judge)
    rows += [
        _row("pairs: a foreign paragraph raises the score", rises / counted, "<=", 0.02),
        _row("pairs: with a score before and after", counted, ">=", None),
    ]
    out.write_text(json.dumps({"coherence-lengths": {"rows": rows}}), encoding="utf-8")
    for row in rows:
        print(f"{row['name']:64} {row['value']:.4f}")  # noqa: T201 - a command


def _measure_length(
    rng: random.Random,
    articles: Sequence[dict[str, Any]],
    least: int,
    most: int,
    judge: Callable[[str | None, Sequence[str]], Coherence],
) -> list[Row]:
    """Figures of articles with so many paragraphs."""
    long_enough = [row for row in articles if len(row["paras"]) >= least]
    clean: list[float | None] = []
    dirty: list[float | None] = []
    for _ in range(ARTICLES):
        host = rng.choice(long_enough)
        donor = rng.choice([row for row in articles if row["host"] != host["host"]])
        texts = [paragraph["text"] for paragraph in host["paras"]][: rng.randint(least, most)]
        clean.append(judge(host["title"], texts).score)
        foreign = [paragraph["text"] for paragraph in donor["paras"]][: rng.randint(1, max(1, min(3, len(texts) // 3)))]
        own = texts[: len(texts) - len(foreign)]
        at = rng.randint(1, len(own))
        dirty.append(judge(host["title"], [*own[:at], *foreign, *own[at:]]).score)
    name = f"{least} and more paragraphs" if most == LENGTHS[-1][1] else f"{least}-{most} paragraphs"
    scored_clean, scored_dirty = ([score for score in scores if score is not None] for scores in (clean, dirty))
    return [
        _row(f"{name}: AUC", _measure_auc(scored_clean, scored_dirty), ">=", None),
        _row(f"{name}: ECE", _measure_ece(scored_clean, scored_dirty), "<=", None),
        _row(f"{name}: one story under .5", sum(s < 0.5 for s in scored_clean) / ARTICLES, "<=", 3 / 39),
        _row(f"{name}: contaminated under .5", sum(s < 0.5 for s in scored_dirty) / ARTICLES, ">=", None),
        _row(f"{name}: one story without a score", clean.count(None) / ARTICLES, "<=", None),
        _row(f"{name}: contaminated without a score", dirty.count(None) / ARTICLES, "<=", None),
    ]


def _count_rises(
    rng: random.Random, articles: Sequence[dict[str, Any]], judge: Callable[[str | None, Sequence[str]], Coherence]
) -> tuple[int, int]:
    """Pairs in which a paragraph of another article raises the score, and pairs with a score before and after.

    A pair without a score before, and with one of .5 or more after, counts as a rise.
    """
    rises = counted = 0
    for _ in range(PAIRS):
        host, donor = rng.sample(articles, 2)
        texts = [paragraph["text"] for paragraph in host["paras"]][: rng.randint(3, 20)]
        at = rng.randint(1, len(texts))
        foreign = rng.choice(donor["paras"])["text"]
        before = judge(host["title"], texts).score
        after = judge(host["title"], [*texts[:at], foreign, *texts[at:]]).score
        counted += before is not None and after is not None
        rises += after is not None and after > (0.4999 if before is None else before)
    return rises, counted


def _measure_auc(clean: Sequence[float], dirty: Sequence[float]) -> float:
    pairs = [(one > other) + 0.5 * (one == other) for one in clean for other in dirty]
    return sum(pairs) / len(pairs)


def _measure_ece(clean: Sequence[float], dirty: Sequence[float]) -> float:
    """Mean distance of score and share of clean articles, where both kinds weigh the same."""
    weighted = [(score, 1, 0.5 / len(clean)) for score in clean] + [(score, 0, 0.5 / len(dirty)) for score in dirty]
    total = 0.0
    for number in range(BINS):
        members = [item for item in weighted if min(BINS - 1, int(item[0] * BINS)) == number]
        total += abs(sum(weight * (score - label) for score, label, weight in members))
    return total


def _row(name: str, value: float, op: str, goal: float | None) -> Row:
    return {"name": name, "value": value, "op": op, "goal": goal, "note": ""}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
