"""Scores out-of-fold predictions of the cleaner: articles as they are, in one line, and with a foreign paragraph.

    python tests/quality/unseen.py SHARED cases OUT      writes raw articles with a foreign paragraph: OUT.cases
    python tests/quality/unseen.py SHARED score OUT      prints scores of OUT, OUT.sentences and OUT.injected

Between the two runs, run `python -m copydesk.cleaner.model.train` with --out-of-fold, --sentences and --others. The
scorers are those of the shared folder. They have none for text without line breaks, which is scored here by the same
rule.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SENTENCES_LIMIT = 0.02
"""Share of body characters that text without line breaks may lose: a sentence in fifteen holds noise and body."""

Floats = NDArray[np.float64]


def read(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file, one per line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def write_cases(gold: list[dict[str, Any]], scorers: Any, path: Path) -> None:
    """Write the articles with one foreign piece as raw articles. The domain in their metadata decides their fold."""
    domains = {record["id"].split("#")[0]: record["domain"] for record in gold}
    lines = [
        json.dumps(
            {
                "id": case["id"],
                "text": "\n\n".join(case["paragraphs"]),
                "title": case["title"],
                "url": case["url"],
                "language": "en",
                "metadata": {"domain": domains[case["id"].split("!")[0]]},
            }
        )
        for case in scorers.injection.cases(gold)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


def score_injected(gold: list[dict[str, Any]], cleaned: list[dict[str, Any]], scorers: Any) -> dict[str, float]:
    """Recall of the foreign piece by variant at 1 % of the body paragraphs flagged."""
    found = {article["id"]: article for article in map(scorers.contract.normal, cleaned)}
    cases = scorers.injection.cases(gold)
    values = [
        scorers.block_values(found.get(case["id"]), "\n\n".join(case["paragraphs"]), case["paragraphs"])[0]
        for case in cases
    ]
    recall = {}
    for variant in scorers.injection.VARIANTS:
        chosen = [k for k, case in enumerate(cases) if case["variant"] == variant]
        result = scorers.injection.recall_at([values[k] for k in chosen], [cases[k] for k in chosen])
        recall[variant] = result["recall"]
    return recall


def score_sentences(gold: list[dict[str, Any]], cleaned: list[dict[str, Any]]) -> float:
    """Share of noise characters left in texts without line breaks, at the threshold that loses 2 % of the body."""
    probability, is_noise = (np.concatenate(part) for part in zip(*_read_characters(gold, cleaned), strict=True))
    body = np.sort(probability[~is_noise])
    allowed = int(SENTENCES_LIMIT * len(body))
    threshold = body[-1 - allowed]  # at most `allowed` characters of the body are above it
    return float((probability[is_noise] <= threshold).mean())


def _read_characters(
    gold: list[dict[str, Any]], cleaned: list[dict[str, Any]]
) -> Iterator[tuple[Floats, NDArray[np.bool_]]]:
    """For each article, the noise probability of its judged characters, and a mask of those that are noise."""
    for record, article in zip(gold, cleaned, strict=True):
        blocks = [" ".join(block["text"].split()) for block in record["blocks"]]
        probability = np.zeros(sum(map(len, blocks)) + len(blocks) - 1)
        for block in article["blocks"]:
            probability[block["source_start"] : block["source_end"]] = block["noise_probability"]
        at, kept, noise = 0, [], []
        for block, text in zip(record["blocks"], blocks, strict=True):
            if block["label"] != "headline" and not block.get("unsure"):
                kept.append(probability[at : at + len(text)])
                noise.append(np.full(len(text), block["label"] == "noise"))
            at += len(text) + 1
        yield np.concatenate(kept), np.concatenate(noise)


def main() -> None:
    """Write the cases, or score."""
    shared, verb, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    sys.path.insert(0, str(shared / "score"))
    import measure_common as scorers  # type: ignore[import-not-found]  # found by the path just added

    scorers.contract = scorers.C
    gold = read(shared / "data/cleaning/dev.jsonl")
    if verb == "cases":
        write_cases(gold, scorers, out.with_name(out.name + ".cases"))
        return
    cleaning = scorers.score_cleaning
    scores = cleaning.score(gold, cleaning.adapt(gold, read(out), "copydesk"))
    scores["injected"] = score_injected(gold, read(out.with_name(out.name + ".injected")), scorers)
    scores["sentences"] = score_sentences(gold, read(out.with_name(out.name + ".sentences")))
    json.dump(scores, sys.stdout)


if __name__ == "__main__":
    main()
