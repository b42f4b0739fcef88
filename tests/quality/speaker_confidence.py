"""Confidence of speakers against what is right: the points of `extractor/confidence.py`, by folds, and a check.

    python tests/quality/speaker_confidence.py SHARED

Fitted on the trials (`data/trials/extractor.jsonl`): a class is a basis and a judged confidence, and is told
(right + 20 x judged) / (n + 20), made to rise by pooling. Each kind of trial is in one of five folds. PolNeAR has no
licence: it is only looked at, by mention, since it names nobody.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from copydesk import cleaner, extractor
from copydesk.cleaner import CleanerSettings
from copydesk.contracts.articles import RawArticle
from copydesk.extractor import ExtractorSettings
from copydesk.extractor.confidence import POINTS, Points, interpolate
from harness.cleaned import as_cleaned

PRIOR = 20.0
"""Weight of the judgement, in quotations: half of a class of twenty."""

FOLDS = 5

EDGES = (0.0, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.01)
"""Stretches of confidence in the tables."""


class Case(NamedTuple):
    """A quotation whose speaker has a name."""

    kind: str
    basis: str
    judged: float
    right: bool


def fit(cases: Iterable[Case]) -> dict[str, Points]:
    """Points of each basis."""
    classes: defaultdict[tuple[str, float], list[bool]] = defaultdict(list)
    for case in cases:
        classes[case.basis, case.judged].append(case.right)
    points: defaultdict[str, list[list[float]]] = defaultdict(list)
    for (basis, judged), rights in sorted(classes.items()):
        weight = len(rights) + PRIOR
        told, run = (sum(rights) + PRIOR * judged) / weight, points[basis]
        run.append([judged, told, weight])
        while len(run) > 1 and run[-2][1] >= run[-1][1]:  # pooled: the told ones rise
            (_, high, one), (judged, low, other) = run.pop(-2), run.pop()  # noqa: PLW2901 - the pool takes its place
            run.append([judged, (high * one + low * other) / (one + other), one + other])
    return {basis: tuple((judged, round(told, 3)) for judged, told, _ in run) for basis, run in points.items()}


def brier(cases: Iterable[Case], points: Mapping[str, Points] | None) -> float:
    """Mean squared distance of the confidence from right (1) and wrong (0)."""
    errors = [
        (case.right - (case.judged if points is None else interpolate(points.get(case.basis, ()), case.judged))) ** 2
        for case in cases
    ]
    return sum(errors) / len(errors)


def read_trials(shared: Path) -> list[Case]:
    """Cases of the trials, with judged confidences."""
    scorer = import_module("score_trials")

    clean, extract = cleaner.load(CleanerSettings()), extractor.load(ExtractorSettings())
    cases = []
    for record in scorer.load(shared / "data/trials/extractor.jsonl"):
        raw = RawArticle.read(json.dumps({**record["document"], "id": record["id"]}).encode(), None)
        document = json.loads(msgspec.json.encode(extract(clean(raw))))
        for expected in record["expect"].get("quotes", []):
            hits = [quote for quote in document["quotes"] if scorer.holds(quote["text"], expected["contains"])]
            if not hits or expected.get("none"):
                continue
            quote = min(hits, key=lambda quote: (quote["type"] == "indirect", len(quote["text"])))
            speaker = quote["speaker"]
            (item,) = scorer.check_quotes({"quotes": [expected]}, document)
            if speaker["name"] is not None and quote["section"] == "body":
                is_right = item.verdict in {"right", "short name"}
                cases.append(Case(record["kind"], speaker["basis"], speaker["confidence"], is_right))
    return cases


def read_polnear(shared: Path) -> Iterator[Case]:
    """Cases of PolNeAR whose quotation is found (intersection over union above .5), with whether the mentions touch."""
    contract, scorer = import_module("contract"), import_module("score_quotes")

    extract = extractor.load(ExtractorSettings())
    for line in (shared / "data/quotes/dev.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        document = json.loads(msgspec.json.encode(extract(as_cleaned(gold))))
        align = contract.Align(document["text"], gold["text"])
        for quote in document["quotes"]:
            span = align.span(quote["start"], quote["end"]) if quote["section"] == "body" and align.ok else None
            speaker = quote["speaker"]
            if span is None or speaker["name"] is None or speaker["mention"] is None:
                continue
            said = _find_speaker(scorer.trim(gold["text"], *span), gold, scorer)
            mention = align.span(speaker["mention"]["start"], speaker["mention"]["end"])
            if said is not None and mention is not None:
                is_right = min(mention[1], said["end"]) > max(mention[0], said["start"])
                yield Case("", speaker["basis"], speaker["confidence"], is_right)


def _find_speaker(span: tuple[int, int], gold: Mapping[str, Any], scorer: Any) -> Mapping[str, Any] | None:
    """Speaker of the quotation of the gold that a span is, or None."""
    for quote in gold["quotes"]:
        start, end = scorer.trim(gold["text"], quote["start"], quote["end"])
        shared, whole = min(end, span[1]) - max(start, span[0]), max(end, span[1]) - min(start, span[0])
        if 2 * shared > whole and (quote.get("speaker") or {}).get("start") is not None:
            speaker: Mapping[str, Any] = quote["speaker"]
            return speaker
    return None


def show(
    title: str, cases: Sequence[Case], edges: Sequence[float] = (0.0, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 1.01)
) -> None:
    """Print how often each stretch of confidence is right."""
    scores = f"Brier {brier(cases, POINTS):.4f} (judged: {brier(cases, None):.4f})"
    print(f"{title}: {len(cases)} speakers with a name, {scores}")  # noqa: T201 - a command
    told = [(interpolate(POINTS.get(case.basis, ()), case.judged), case.right) for case in cases]
    for low, high in pairwise(EDGES):
        inside = [(confidence, right) for confidence, right in told if low <= confidence < high]
        if inside:
            mean, share = (sum(column) / len(inside) for column in zip(*inside, strict=True))
            print(f"| {low:.2f} to {min(high, 1):.2f} | {mean:.3f} | {share:.3f} | {len(inside)} |")  # noqa: T201 - a command


def main(shared: Path) -> None:
    """Print the points and the tables."""
    sys.path.insert(0, str(shared / "score"))
    with patch("copydesk.extractor.documents.calibrate", lambda _, judged: judged):
        trials, polnear = read_trials(shared), list(read_polnear(shared))
    kinds = sorted({case.kind for case in trials})
    unseen = 0.0
    for fold in range(FOLDS):
        held = [case for case in trials if kinds.index(case.kind) % FOLDS == fold]
        unseen += brier(held, fit(case for case in trials if kinds.index(case.kind) % FOLDS != fold)) * len(held)
    print(f"trials, five folds by kind: Brier {unseen / len(trials):.4f}, judged {brier(trials, None):.4f}")  # noqa: T201 - a command
    for basis, points in sorted(fit(trials).items()):
        print(f'    "{basis}": {points},')  # noqa: T201 - a command
    show("trials", trials)
    show("PolNeAR dev, mentions", polnear)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
