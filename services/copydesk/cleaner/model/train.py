"""Trains the block model: `python -m copydesk.cleaner.model.train DEV.jsonl` (extra `train`).

The model has two passes of boosted trees over blocks and sentences, a regression over first and last words, and a topic
head over articles with a foreign paragraph. The second pass learns from verdicts of the first pass on articles that it
never saw: fold models give them. For out-of-fold verdicts every part of the model is trained without the article's
domain.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from copydesk import vectors
from copydesk.cleaner import cleaning
from copydesk.cleaner.model import labels
from copydesk.cleaner.model.block_model import CENTS, FILE, Model
from copydesk.cleaner.model.columns import Floats
from copydesk.cleaner.model.fitting import Arrays, Chain, TrainingData, fit_chain, fit_topic_head, gather
from copydesk.cleaner.model.labels import Record
from copydesk.cleaner.model.vocabulary import Encoder
from copydesk.cleaner.settings import CleanerSettings
from copydesk.contracts.articles import RawArticle

MAX_INT16 = 32_767

DomainArticles = Sequence[tuple[str, RawArticle]]
"""Raw articles with the domains that their folds are chosen by."""


class TrainingSet(NamedTuple):
    """Everything that a model learns from.

    Attributes:
        blocks: Articles as they came, in one line, and their bodies alone.
        foreign: Articles with a foreign paragraph.
        idf: Inverse document frequency of each hash bucket.
    """

    blocks: TrainingData
    foreign: TrainingData
    idf: Floats


def prepare(records: Sequence[Record], encoder: Encoder) -> TrainingSet:
    """The training set of the labelled records."""
    reader = labels.ArticleReader(encoder)
    as_they_came = [labels.as_blocks(record, reader) for record in records]
    sentences = [labels.as_sentences(record, reader) for record in records]
    bodies = [article for record in records if (article := labels.as_body(record, reader)) is not None]
    foreign = list(labels.with_foreign(records, reader))
    idf = labels.compute_idf(as_they_came)
    return TrainingSet(
        gather([*as_they_came, *sentences, *bodies], idf, reader.vocabulary),
        gather([*map(labels.without_noise, as_they_came), *foreign], idf, reader.vocabulary),
        idf,
    )


def fit(training_set: TrainingSet, without: int | None = None) -> Arrays:
    """The arrays of a model.

    Args:
        training_set: The articles to learn from.
        without: Fold whose domains the model must not see; None: it sees all.
    """
    blocks, foreign = training_set.blocks, training_set.foreign
    chosen = blocks.folds("") != without
    # the chain makes folds of its own within the chosen domains
    chain = fit_chain(blocks, chosen, f"within {without} ")
    return pack(chain, fit_topic_head(foreign, foreign.folds("") != without), training_set.idf)


def pack(chain: Chain, topic_head: Arrays, idf: Floats) -> Arrays:
    """The arrays of a model under the names of the file."""
    arrays: Arrays = {
        "cues": _to_cents(chain.regressions.edges),
        "about": _to_cents(chain.regressions.vector),
        "rarity": np.rint(idf * CENTS).astype(np.int16),
    }
    for name, trees in (("first", chain.first), ("second", chain.second), ("head", topic_head)):
        arrays.update({f"{name}.{part}": array for part, array in trees.items()})
    return arrays


def _to_cents(coefficients: NDArray[np.float64]) -> NDArray[np.int16]:
    cents: NDArray[np.int16] = np.rint(coefficients * CENTS).clip(-MAX_INT16, MAX_INT16).astype(np.int16)
    return cents


def clean_out_of_fold(training_set: TrainingSet, outputs: Sequence[tuple[Path, DomainArticles]]) -> None:
    """Clean articles with models that never saw their domain, and write them as JSON lines in order.

    Args:
        training_set: The articles to learn from.
        outputs: Files, and the articles that each gets.
    """
    cleaned: list[dict[int, bytes]] = [{} for _ in outputs]
    encoder = vectors.load()
    for fold in range(labels.FOLDS):
        clean = cleaning.load(CleanerSettings(), Model(fit(training_set, fold), encoder))
        for (_, articles), lines in zip(outputs, cleaned, strict=True):
            for number, (domain, article) in enumerate(articles):
                if labels.fold_of(domain) == fold:
                    lines[number] = clean(article).write()
    for (path, _), lines in zip(outputs, cleaned, strict=True):
        path.write_bytes(b"".join(lines[number] + b"\n" for number in range(len(lines))))


def as_raw(record: Record, text: str) -> tuple[str, RawArticle]:
    """A record's domain, and the article that a producer would have published."""
    return record["domain"], RawArticle(
        id=record["id"], text=text, title=record["title"] or None, url=record["url"], language=record["lang"] or None
    )


def read_raw_articles(path: Path) -> DomainArticles:
    """Raw articles of a file, with the domain from their metadata."""
    articles = [RawArticle.read(line) for line in path.read_bytes().splitlines() if line]
    return [(msgspec.json.decode(article.metadata)["domain"], article) for article in articles]


def main() -> None:
    """Train and write the model beside this module, or write articles that fold models cleaned."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DEV.jsonl", help="labelled articles")
    parser.add_argument("--to", type=Path, metavar="FILE", help="write the model to this file, not into the package")
    parser.add_argument(
        "--out-of-fold", type=Path, metavar="FILE", help="write articles cleaned by fold models instead: as they came"
    )
    parser.add_argument("--sentences", type=Path, metavar="FILE", help="with it: the same articles in one line each")
    parser.add_argument(
        "--others",
        type=Path,
        nargs=2,
        metavar=("IN", "OUT"),
        help="with it: further raw articles, whose domain is in `metadata.domain`",
    )
    args = parser.parse_args()
    records = labels.load(args.data)
    training_set = prepare(records, vectors.load())
    if args.out_of_fold:
        outputs: list[tuple[Path, DomainArticles]] = []
        outputs.append((args.out_of_fold, [as_raw(record, record["raw_text"]) for record in records]))
        if args.sentences:
            outputs.append((args.sentences, [as_raw(record, labels.in_one_line(record)[0]) for record in records]))
        if args.others:
            outputs.append((args.others[1], read_raw_articles(args.others[0])))
        clean_out_of_fold(training_set, outputs)
        return
    arrays = fit(training_set)
    # uncompressed, and numpy's dates are fixed: the same arrays give the same bytes
    with (args.to or Path(__file__).with_name(FILE)).open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
