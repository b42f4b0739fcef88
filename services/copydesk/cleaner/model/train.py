"""Trains the block model: `python -m copydesk.cleaner.model.train DEV.jsonl` (extra `train`).

Two passes of boosted trees over blocks and sentences, a regression over first and last words, and a topic head over
articles with a foreign paragraph. The second pass learns from what fold models of the first say of articles that
they never saw; an article's out-of-fold verdict comes from a chain in which no part saw its domain.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # it ships no types
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # ditto

from copydesk import vectors
from copydesk.cleaner import cleaning
from copydesk.cleaner.model import features, labels
from copydesk.cleaner.model.block_model import CENTS, FILE, HEAD, Model
from copydesk.cleaner.model.labels import Article, fold_of
from copydesk.cleaner.model.trees import Trees
from copydesk.cleaner.model.words import BUCKETS, PAIR_BUCKETS, Encoder, Floats, Words, hash_letters
from copydesk.cleaner.settings import CleanerSettings
from copydesk.contracts.articles import RawArticle

Wanted = tuple[Path, list[tuple[str, RawArticle]]]
Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]

DEPTH = 6
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 31,
    "max_depth": DEPTH,
    "learning_rate": 0.06,
    "feature_fraction": 0.3,
    "extra_trees": True,
    "min_data_in_leaf": 20,
    "max_bin": 63,
    "lambda_l2": 1.0,
    "use_missing": False,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 7,
    "verbosity": -1,
}
ROUNDS = 260
HEAD_ROUNDS = 200
HEAD_DEPTH = 5
CONTRADICTED = 0.03
"""Blocks that the first pass, out of fold, is this sure of although the label says otherwise are dropped from the
second pass: annotators' habits, not facts."""
RIDGE = 2.0
STEPS = 25
OWN_CUES = [features.OWN.index("cue first"), features.OWN.index("cue last"), features.OWN.index("about")]
MIN_ABOUT = 4
"""Words of a block from which the regression over vectors learns: shorter ones are about nothing."""
ABOUT_RIDGE = 0.2


class Data(NamedTuple):
    """Articles in columns: facts of all blocks one below the other.

    Attributes:
        articles: They themselves.
        facts: Of the first pass, cues of the regression zero.
        labels: 1 noise.
        weights: Of each block.
        owner: Number of the article of each block.
        ends: What the cue regression sees.
        vectors: What each block is about.
    """

    articles: list[Article]
    facts: Floats
    labels: Doubles
    weights: Doubles
    owner: NDArray[np.int64]
    ends: Any
    vectors: Floats

    def folds(self, salt: str) -> NDArray[np.int64]:
        """The fold of each block."""
        return np.array([fold_of(article.domain, salt) for article in self.articles])[self.owner]


def gather(articles: Sequence[Article], idf: Floats, words: Words) -> Data:
    """These articles in columns."""
    facts = [features.look_around(article.reading, idf)[0] for article in articles]
    return Data(
        list(articles),
        np.concatenate(facts),
        np.concatenate([article.labels for article in articles]),
        np.concatenate([article.weights for article in articles]),
        np.repeat(np.arange(len(articles)), [len(article.labels) for article in articles]),
        _find_ends(articles, words),
        np.concatenate([article.reading.vectors for article in articles]),
    )


def _find_ends(articles: Sequence[Article], words: Words) -> Any:
    """The sparse table of the cue regression: first words and letters, last ones, first pairs, last pairs."""
    letters: dict[int, list[int]] = {}
    rows, places, base = [], [], 0
    for article in articles:
        counts, keys = article.reading.counts, article.reading.keys
        blocks, first, _, last = features.find_ends(counts)
        for shift, where in ((0, first), (BUCKETS, last)):
            for block, row in zip(blocks.tolist(), article.rows[where].tolist(), strict=True):
                if row not in letters:
                    letters[row] = hash_letters(words.spellings[row])
                rows += [base + block] * len(letters[row])
                places += [shift + place for place in letters[row]]
        for shift, pairs in zip((0, PAIR_BUCKETS), features.find_pairs(counts, keys), strict=True):
            for found, hashed in pairs:
                rows += (base + found).tolist()
                places += (2 * BUCKETS + shift + hashed).tolist()
        base += len(counts)
    return csr_matrix((np.ones(len(rows)), (rows, places)), shape=(base, 2 * (BUCKETS + PAIR_BUCKETS)))


# ------------------------------------------------------------------------------------------------- fitting


class Odds(NamedTuple):
    """Two regressions: over first and last words by hash place, and over vectors; the constant of the latter last."""

    cues: Doubles
    about: Doubles


def fit_odds(data: Data, chosen: Mask) -> Odds:
    """Both regressions, fitted on the chosen blocks."""
    used = chosen & (data.weights > 0)
    cues = _fit_logistic(data.ends[used], data.labels[used], data.weights[used], RIDGE)[:-1]
    used &= data.facts[:, features.OWN.index("size")] >= np.log1p(MIN_ABOUT)
    # vectors have the length 1: sums of their numbers need no more than a float64
    about = _fit_logistic(data.vectors[used].astype(np.float64), data.labels[used], data.weights[used], ABOUT_RIDGE)
    return Odds(cues, about)


def _fit_logistic(table: Any, truth: Doubles, weight: Doubles, ridge: float) -> Doubles:
    """Log odds a column and the constant, rounded to two places: that hides the last digits of the arithmetic."""
    flipped = table.T if isinstance(table, np.ndarray) else table.T.tocsr()
    weight = weight / weight.mean()

    def loss(odds: Doubles) -> tuple[float, Doubles]:
        z = table @ odds[:-1] + odds[-1]
        p = 1 / (1 + np.exp(-z))
        value = float(weight @ (np.logaddexp(0, z) - truth * z)) + ridge / 2 * float(odds[:-1] @ odds[:-1])
        error = weight * (p - truth)
        return value, np.append(flipped @ error + ridge * odds[:-1], error.sum())

    start = np.zeros(table.shape[1] + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    odds: Doubles = np.asarray(found.x, np.float64).round(2)
    return odds


def weigh_odds(data: Data, odds: Odds) -> tuple[Doubles, Doubles, Doubles]:
    """Log odds of the first words of every block, of its last words, and of what it is about."""
    halves = (
        [*range(BUCKETS), *range(2 * BUCKETS, 2 * BUCKETS + PAIR_BUCKETS)],
        [*range(BUCKETS, 2 * BUCKETS), *range(2 * BUCKETS + PAIR_BUCKETS, 2 * (BUCKETS + PAIR_BUCKETS))],
    )
    first, last = (data.ends[:, half] @ odds.cues[half] for half in halves)
    about = data.vectors @ odds.about[:-1] + odds.about[-1]
    return np.round(first, features.PLACES), np.round(last, features.PLACES), np.round(about, features.PLACES)


def fit_trees(
    facts: Floats, truth: Doubles, weight: Doubles, rounds: int = ROUNDS, **other: Any
) -> dict[str, NDArray[Any]]:
    """Trees as arrays."""
    used = weight > 0
    booster = lightgbm.train(
        PARAMETERS | other, lightgbm.Dataset(facts[used], truth[used], weight=weight[used]), num_boost_round=rounds
    )
    return lay_out(booster.dump_model()["tree_info"], int((PARAMETERS | other)["max_depth"]))


def lay_out(trees: Sequence[dict[str, Any]], depth: int) -> dict[str, NDArray[Any]]:
    """LightGBM's trees as full binary trees; a leaf above the last level is repeated below."""
    features = np.zeros((len(trees), 2**depth - 1), np.int16)
    thresholds = np.full((len(trees), 2**depth - 1), np.inf, np.float32)
    leaves = np.zeros((len(trees), 2**depth), np.float32)

    def put(tree: int, node: int, level: int, what: dict[str, Any]) -> None:
        if level == depth:
            leaves[tree, node - (2**depth - 1)] = what["leaf_value"]
            return
        if "leaf_value" in what:
            put(tree, 2 * node + 1, level + 1, what)  # with an infinite threshold all rows go left
            return
        features[tree, node] = what["split_feature"]
        thresholds[tree, node] = _round_down(what["threshold"])
        put(tree, 2 * node + 1, level + 1, what["left_child"])
        put(tree, 2 * node + 2, level + 1, what["right_child"])

    for number, tree in enumerate(trees):
        put(number, 0, 0, tree["tree_structure"])
    return {"features": features, "thresholds": thresholds, "leaves": leaves}


def _round_down(value: float) -> np.float32:
    """The largest float32 that is not larger: else rows that lie on a threshold go the wrong way."""
    near = np.float32(value)
    return near if float(near) <= value else np.float32(np.nextafter(near, np.float32(-np.inf)))


def as_trees(arrays: dict[str, NDArray[Any]]) -> Trees:
    """The evaluator of such arrays."""
    return Trees(arrays["features"], arrays["thresholds"], arrays["leaves"])


class Chain(NamedTuple):
    """All parts of a model, as arrays."""

    odds: Odds
    first: dict[str, NDArray[Any]]
    second: dict[str, NDArray[Any]]


def fit_chain(data: Data, chosen: Mask, salt: str) -> Chain:
    """The two passes, fitted on the chosen blocks; folds within them give the values that the next part learns from."""
    inner = data.folds(salt)
    facts = data.facts.copy()
    truth, weight = data.labels, data.weights * chosen
    for fold in range(labels.FOLDS):
        odds = fit_odds(data, chosen & (inner != fold))
        part = chosen & (inner == fold)
        for column, values in zip(OWN_CUES, weigh_odds(data, odds), strict=True):
            facts[part, column] = values[part]
    _lay_cues_around(data, facts)
    noise = np.zeros(len(truth))
    for fold in range(labels.FOLDS):
        trees = as_trees(fit_trees(facts, truth, weight * (inner != fold)))
        part = chosen & (inner == fold)
        noise[part] = trees.judge(facts[part])
    both = np.concatenate([facts, look_again(data, noise)], axis=1)
    contradicted = np.where(truth > 0, noise < CONTRADICTED, noise > 1 - CONTRADICTED)
    return Chain(
        fit_odds(data, chosen), fit_trees(facts, truth, weight), fit_trees(both, truth, weight * ~contradicted)
    )


def _lay_cues_around(data: Data, facts: Floats) -> None:
    """Put the cues' odds into the columns of the neighbours too."""
    sizes = [len(article.labels) for article in data.articles]
    at = 0
    for size in sizes:
        rows = slice(at, at + size)
        facts[rows] = features.lay_cues_around(facts[rows])
        at += size


def look_again(data: Data, noise: Doubles) -> Floats:
    """The columns of the second pass for these verdicts of the first."""
    found, at = [], 0
    for article in data.articles:
        size = len(article.labels)
        found.append(features.look_again(article.reading, noise[at : at + size]))
        at += size
    return np.concatenate(found)


def fit_head(data: Data, chosen: Mask) -> dict[str, NDArray[Any]]:
    """The topic head: foreign paragraphs against the article's own."""
    return fit_trees(
        data.facts[:, HEAD],
        data.labels,
        data.weights * chosen,
        HEAD_ROUNDS,
        max_depth=HEAD_DEPTH,
        num_leaves=20,
        feature_fraction=0.6,
    )


# ------------------------------------------------------------------------------------------------- the file


def pack(chain: Chain, head: dict[str, NDArray[Any]], rarity: Floats) -> dict[str, NDArray[Any]]:
    """All arrays of a model, as the file holds them."""
    arrays: dict[str, NDArray[Any]] = {
        "cues": np.rint(chain.odds.cues * CENTS).clip(-32_767, 32_767).astype(np.int16),
        "about": np.rint(chain.odds.about * CENTS).clip(-32_767, 32_767).astype(np.int16),
        "rarity": np.rint(rarity * CENTS).astype(np.int16),
    }
    for name, trees in (("first", chain.first), ("second", chain.second), ("head", head)):
        arrays.update({f"{name}.{part}": array for part, array in trees.items()})
    return arrays


class Material(NamedTuple):
    """All that is learned from.

    Attributes:
        blocks: Articles as they came, without line breaks, and their bodies alone.
        foreign: Articles with a foreign paragraph.
        rarity: Of words, by hash place.
    """

    blocks: Data
    foreign: Data
    rarity: Floats


def prepare(records: Sequence[dict[str, Any]], encoder: Encoder) -> Material:
    """The labelled records in columns."""
    reader = labels.Reader(encoder)
    as_they_came = [labels.as_blocks(record, reader) for record in records]
    sentences = [labels.as_sentences(record, reader) for record in records]
    bodies = [article for record in records if (article := labels.as_body(record, reader)) is not None]
    foreign = list(labels.with_foreign(records, reader))
    rarity = labels.count_rarity(as_they_came)
    return Material(
        gather([*as_they_came, *sentences, *bodies], rarity, reader.words),
        gather([*map(labels.without_noise, as_they_came), *foreign], rarity, reader.words),
        rarity,
    )


def fit(material: Material, without: int | None = None) -> dict[str, NDArray[Any]]:
    """The arrays of a model.

    Args:
        material: What to learn from.
        without: Fold whose domains it must not see; None: it sees all.
    """
    blocks, foreign = material.blocks, material.foreign
    chosen = blocks.folds("") != without
    # folds of its own within the chosen domains, for values that the parts learn from each other
    chain = fit_chain(blocks, chosen, f"within {without} ")
    return pack(chain, fit_head(foreign, foreign.folds("") != without), material.rarity)


def clean_out_of_fold(material: Material, wanted: Sequence[Wanted]) -> None:
    """Write articles as the cleaner gives them with models that never saw their domain; JSON lines, in order."""
    made: list[dict[int, bytes]] = [{} for _ in wanted]
    encoder = vectors.load()
    for fold in range(labels.FOLDS):
        clean = cleaning.load(CleanerSettings(), Model(fit(material, fold), encoder))
        for (_, articles), lines in zip(wanted, made, strict=True):
            for number, (domain, article) in enumerate(articles):
                if fold_of(domain) == fold:
                    lines[number] = clean(article).write()
    for (path, _), lines in zip(wanted, made, strict=True):
        path.write_bytes(b"".join(lines[number] + b"\n" for number in range(len(lines))))


def as_raw(record: dict[str, Any], text: str) -> tuple[str, RawArticle]:
    """A record's domain, and the article that a producer would have published."""
    return record["domain"], RawArticle(
        id=record["id"], text=text, title=record["title"] or None, url=record["url"], language=record["lang"] or None
    )


def main() -> None:
    """Train, and write the model beside this module; or write what fold models say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DEV.jsonl", help="labelled articles")
    parser.add_argument("--to", type=Path, metavar="FILE", help="write the model here instead of into the package")
    parser.add_argument(
        "--out-of-fold", type=Path, metavar="FILE", help="write cleaned articles by fold models instead: as they came"
    )
    parser.add_argument("--sentences", type=Path, metavar="FILE", help="with it: the same articles in one line each")
    parser.add_argument(
        "--others", type=Path, nargs=2, metavar=("IN", "OUT"), help="with it: further raw articles; `metadata.domain`"
    )
    args = parser.parse_args()
    records = labels.load(args.data)
    material = prepare(records, vectors.load())
    if args.out_of_fold:
        wanted = [(args.out_of_fold, [as_raw(record, record["raw_text"]) for record in records])]
        if args.sentences:
            wanted.append((args.sentences, [as_raw(record, labels.in_one_line(record)[0]) for record in records]))
        if args.others:
            wanted.append((args.others[1], read_others(args.others[0])))
        clean_out_of_fold(material, wanted)
        return
    arrays = fit(material)
    # uncompressed, and numpy's dates are fixed: the same arrays are the same bytes
    with (args.to or Path(__file__).with_name(FILE)).open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_others(path: Path) -> list[tuple[str, RawArticle]]:
    """Raw articles with the domain, by which the fold is chosen, in their metadata."""
    articles = [RawArticle.read(line) for line in path.read_bytes().splitlines() if line]
    return [(msgspec.json.decode(article.metadata)["domain"], article) for article in articles]


if __name__ == "__main__":
    main()
