"""Trains the block model: `python -m copydesk.cleaner.model.train DEV.jsonl --further MORE.jsonl.xz ...`.

Needs the extra `train`. The model has a chain for blocks, one for sentences, and a topic head over articles with a
foreign paragraph. A chain is two passes of boosted trees and the regressions before them. The second pass learns from
verdicts of the first pass on articles that it never saw: fold models give them. For out-of-fold verdicts every part of
the model is trained without the article's domain.
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
from copydesk.cleaner.model.block_model import BLOCKS, CENTS, FILE, SENTENCES, Model
from copydesk.cleaner.model.columns import Floats
from copydesk.cleaner.model.fitting import SEED, Arrays, Chain, fit_chain, fit_topic_head
from copydesk.cleaner.model.labels import Record
from copydesk.cleaner.model.training_data import TrainingData, gather
from copydesk.cleaner.model.vocabulary import Encoder
from copydesk.cleaner.settings import CleanerSettings
from copydesk.contracts.articles import RawArticle

MAX_INT16 = 32_767

DomainArticles = Sequence[tuple[str, RawArticle]]
"""Raw articles with the domains that their folds are chosen by."""


class TrainingSet(NamedTuple):
    """Everything that a model learns from.

    Attributes:
        blocks: Articles as they came; for the second pass their bodies alone, too.
        sentences: Articles in one line.
        foreign: Articles with a foreign paragraph.
        idf: Inverse document frequency of each hash bucket.
    """

    blocks: TrainingData
    sentences: TrainingData
    foreign: TrainingData
    idf: Floats


def prepare(records: Sequence[Record], further: Sequence[Record], encoder: Encoder) -> TrainingSet:
    """The training set of the labelled records.

    Args:
        records: The development data: all parts learn from them.
        further: Articles of other sites, for the chains.
        encoder: Makes the vectors.
    """
    reader = labels.ArticleReader(encoder)
    all_records = [*records, *further]
    as_they_came = [labels.as_blocks(record, reader) for record in all_records]
    sentences = [labels.as_sentences(record, reader) for record in all_records]
    bodies = [article for record in all_records if (article := labels.as_body(record, reader)) is not None]
    untouched = map(labels.without_noise, as_they_came[: len(records)])
    foreign = [*untouched, *labels.with_foreign(records, reader)]
    idf = labels.compute_idf(as_they_came)
    return TrainingSet(
        gather(as_they_came, idf, reader.vocabulary, bodies),
        gather(sentences, idf, reader.vocabulary),
        gather(foreign, idf, reader.vocabulary),
        idf,
    )


def fit(training_set: TrainingSet, without: int | None = None, seed: int = SEED) -> Arrays:
    """The arrays of a model, under the names of the file.

    Args:
        training_set: The articles to learn from.
        without: Fold whose domains the model must not see; None: it sees all.
        seed: Seed of the trees.
    """
    arrays: Arrays = {"rarity": np.rint(training_set.idf * CENTS).astype(np.int16)}
    for name, data in ((BLOCKS, training_set.blocks), (SENTENCES, training_set.sentences)):
        # the chain makes folds of its own within the chosen domains
        chain = fit_chain(data, data.folds("") != without, f"within {without} ", seed)
        arrays |= {f"{name}.{part}": array for part, array in pack(chain).items()}
    foreign = training_set.foreign
    head = fit_topic_head(foreign, foreign.folds("") != without, seed)
    return arrays | _name("head", head)


def pack(chain: Chain) -> Arrays:
    """The arrays of a chain."""
    return {
        "cues": _to_cents(chain.regressions.edges),
        "about": _to_cents(chain.regressions.vector),
        **_name("first", chain.first),
        **_name("second", chain.second),
    }


def _name(part: str, trees: Arrays) -> Arrays:
    return {f"{part}.{name}": array for name, array in trees.items()}


def _to_cents(coefficients: NDArray[np.float64]) -> NDArray[np.int16]:
    cents: NDArray[np.int16] = np.rint(coefficients * CENTS).clip(-MAX_INT16, MAX_INT16).astype(np.int16)
    return cents


def clean_out_of_fold(training_set: TrainingSet, outputs: Sequence[tuple[Path, DomainArticles]], seed: int) -> None:
    """Clean articles with models that never saw their domain, and write them as JSON lines in order.

    Args:
        training_set: The articles to learn from.
        outputs: Files, and the articles that each gets.
        seed: Seed of the trees.
    """
    cleaned: list[dict[int, bytes]] = [{} for _ in outputs]
    encoder = vectors.load()
    for fold in range(labels.FOLDS):
        clean = cleaning.load(CleanerSettings(), Model(fit(training_set, fold, seed), encoder))
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
    articles = [RawArticle.read(line) for line in path.read_bytes().split(b"\n") if line]
    return [(msgspec.json.decode(article.metadata)["domain"], article) for article in articles]


def main() -> None:
    """Train and write the model beside this module, or write articles that fold models cleaned."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DEV.jsonl", help="labelled articles")
    parser.add_argument(
        "--further", type=Path, nargs="+", default=[], metavar="FILE", help="labelled articles of other sites"
    )
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the trees (default: %(default)s)")
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
    training_set = prepare(records, labels.load_further(args.further), vectors.load())
    if args.out_of_fold:
        outputs: list[tuple[Path, DomainArticles]] = []
        outputs.append((args.out_of_fold, [as_raw(record, record["raw_text"]) for record in records]))
        if args.sentences:
            outputs.append((args.sentences, [as_raw(record, labels.in_one_line(record)[0]) for record in records]))
        if args.others:
            outputs.append((args.others[1], read_raw_articles(args.others[0])))
        clean_out_of_fold(training_set, outputs, args.seed)
        return
    arrays = fit(training_set, seed=args.seed)
    # uncompressed, and numpy's dates are fixed: the same arrays give the same bytes
    with (args.to or Path(__file__).with_name(FILE)).open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


if __name__ == "__main__":
    main()
