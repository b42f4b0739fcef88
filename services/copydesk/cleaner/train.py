"""Fits the weights of the cues: `python -m copydesk.cleaner.train DEV.jsonl`.

Logistic regression by Newton's method in numpy, in two passes: the second sees the first's verdicts on the neighbours,
from folds that never saw the article. Folds go by domain, for two scrapes of one page share their text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner import cleaning
from copydesk.cleaner.blocks import cut
from copydesk.cleaner.copies import find_copies
from copydesk.cleaner.normal import normalise
from copydesk.cleaner.places import find_neighbour_cues
from copydesk.cleaner.settings import CleanerSettings
from copydesk.cleaner.shapes import Shape
from copydesk.cleaner.weights import FILE, Weights
from copydesk.contracts.articles import RawArticle

FOLDS = 5
RIDGE = 3.0
"""Pull of the weights to zero; 1 to 10 give the same out-of-fold curve within its noise, 30 is worse."""
MIN_BLOCKS = 30
"""Blocks that must show a cue for it to get a weight."""
MIN_DOMAINS = 5
"""...and domains: a cue of one site would learn that site."""
STEPS = 12
"""Newton steps; the largest change is under .001 after eight."""

Floats = NDArray[np.float64]


class Row(NamedTuple):
    """One labelled article: its record, and for every block cues, words, label (1: noise) and weight."""

    record: dict[str, Any]
    cues: list[list[str]]
    sizes: list[int]
    labels: list[float]
    weights: list[float]


def read(path: Path) -> list[Row]:
    """The labelled articles of a file in the format of the development data."""
    return [_row(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _row(record: dict[str, Any]) -> Row:
    source = record["raw_text"]
    shapes = [Shape(normalise(source[start:end])) for start, end, _ in cut(source)]
    gold = record["blocks"]
    if len(shapes) != len(gold):
        raise ValueError(f"{record['id']}: {len(shapes)} blocks, {len(gold)} labels")
    return Row(
        record,
        cleaning.find_cues(shapes, record["title"] or None, find_copies(shapes)),
        [shape.size for shape in shapes],
        [float(block["label"] == "noise") for block in gold],
        [
            # long blocks matter more, a headline or a block of doubt not at all
            0.0
            if block["label"] == "headline" or block.get("unsure")
            else 1 + math.log1p(block["end"] - block["start"]) / 3
            for block in gold
        ],
    )


def fold_of(row: Row) -> int:
    """The fold of an article, by its domain."""
    return int(hashlib.sha256(row.record["domain"].encode()).hexdigest(), 16) % FOLDS


def fit(rows: Sequence[Row], name: str) -> Weights:
    """Weights from these articles; the neighbours' verdicts come from folds that did not see the article."""
    folds = [fold_of(row) for row in rows]
    own_bias, own = _fit(rows, [row.cues for row in rows])
    cues: list[list[list[str]]] = [[] for _ in rows]
    for fold in sorted(set(folds)):
        seen = [row for row, other in zip(rows, folds, strict=True) if other != fold]
        bias, part = _fit(seen, [row.cues for row in seen])
        for number, row in enumerate(rows):
            if folds[number] == fold:
                noise = [1 / (1 + math.exp(-bias - sum(part.get(cue, 0.0) for cue in block))) for block in row.cues]
                around = find_neighbour_cues(row.sizes, noise)
                cues[number] = [a + b for a, b in zip(row.cues, around, strict=True)]
    near_bias, near = _fit(rows, cues)
    return Weights(name=name, own_bias=own_bias, own=own, near_bias=near_bias, near=near)


def _fit(rows: Sequence[Row], cues: Sequence[Sequence[Sequence[str]]]) -> tuple[float, dict[str, float]]:
    """Bias and log odds of each cue that enough blocks of enough domains show, rounded to two places."""
    blocks = Counter(cue for article in cues for block in article for cue in set(block))
    domains = Counter(
        pair[0]
        for pair in {
            (cue, row.record["domain"])
            for row, article in zip(rows, cues, strict=True)
            for block in article
            for cue in block
        }
    )
    names = sorted(cue for cue, n in blocks.items() if n >= MIN_BLOCKS and domains[cue] >= MIN_DOMAINS)
    column = {cue: k for k, cue in enumerate(names)}
    x = np.zeros((sum(map(len, cues)), len(names) + 1), np.float32)
    x[:, -1] = 1
    for k, block in enumerate(block for article in cues for block in article):
        x[k, [column[cue] for cue in block if cue in column]] = 1
    y = np.array([label for row in rows for label in row.labels])
    w = np.array([weight for row in rows for weight in row.weights])
    b = _newton(x, y, w)
    return round(float(b[-1]), 2), {cue: round(float(v), 2) for cue, v in zip(names, b, strict=False)}


def _newton(x: NDArray[np.float32], y: Floats, w: Floats) -> Floats:
    b = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], RIDGE)
    ridge[-1] = 1e-6  # the bias goes where it must
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-(x @ b)))
        gradient = x.T @ (w * (p - y)) + ridge * b
        curve = (x * (w * p * (1 - p))[:, None].astype(np.float32)).T @ x + np.diag(ridge)
        b -= np.linalg.solve(curve.astype(np.float64), gradient)
    return b


def clean_out_of_fold(rows: Sequence[Row], name: str) -> list[bytes]:
    """Every article as the cleaner gives it with weights that never saw its domain; JSON, in order."""
    made: dict[int, bytes] = {}
    for fold in range(FOLDS):
        weights = fit([row for row in rows if fold_of(row) != fold], name)
        clean = cleaning.load(CleanerSettings(), weights)
        for number, row in enumerate(rows):
            if fold_of(row) == fold:
                record = row.record
                article = RawArticle(
                    id=record["id"],
                    text=record["raw_text"],
                    title=record["title"] or None,
                    url=record["url"],
                    language=record["lang"] or None,
                )
                made[number] = clean(article).write()
    return [made[number] for number in range(len(rows))]


def main() -> None:
    """Fit, and write the weights beside this module; or write what fold models say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DEV.jsonl", help="labelled articles")
    parser.add_argument(
        "--out-of-fold",
        type=Path,
        metavar="FILE",
        help="write cleaned articles by weights that never saw their domain instead",
    )
    args = parser.parse_args()
    rows = read(args.data)
    name = FILE.removesuffix(".json")
    if args.out_of_fold:
        args.out_of_fold.write_bytes(b"".join(line + b"\n" for line in clean_out_of_fold(rows, name)))
        return
    weights = fit(rows, name)
    target = Path(__file__).with_name(FILE)
    target.write_bytes(msgspec.json.format(msgspec.json.encode(weights), indent=1) + b"\n")


if __name__ == "__main__":
    main()
