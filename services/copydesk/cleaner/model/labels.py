"""Labelled articles to train on: as they came, in one line, as the body alone, and with a foreign paragraph put in."""

from __future__ import annotations

import hashlib
import json
import lzma
import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.blocks import split_blocks
from copydesk.cleaner.model.block_features import BlockFeatures, read_blocks
from copydesk.cleaner.model.columns import Floats, Numbers
from copydesk.cleaner.model.vocabulary import HASH, IDF_BUCKETS, Encoder, Vocabulary
from copydesk.cleaner.model.word_features import describe
from copydesk.cleaner.normal import normalise

FOLDS = 5
DONORS = 6
"""Number of most similar pages of other sites. Every second foreign paragraph comes from one of them: random ones are
too easy."""
MIN_WORDS = 8
"""Words from which a body block counts as a paragraph."""
MIN_PARAGRAPHS = 6
"""Paragraphs of an article that a foreign one is put into."""
COPIES = 8
"""Copies of each article with a foreign paragraph: one of the scrape, the others of the body alone."""
MIN_BODY_BLOCKS = 4
"""Blocks of a body that is trained on alone."""

FOREIGN_WEIGHT, OWN_WEIGHT = 3.0, 0.5
"""Weights of a foreign paragraph and of the article's own ones, for the topic head: foreign ones are few."""

SCRAPE_WEIGHT = 3.0
"""Weight of the article's own paragraphs in a scrape that nothing was put into: every paragraph that the head takes
there is lost. Out of fold, head and first model alone, 1 / 6 times `OWN_WEIGHT` where as much of the body is lost:
foreign paragraphs found mid-article .867 / .908, of the most similar page .362 / .418; three copies and weight 1: .827
/ .312."""

BODY_WEIGHT = 0.3
"""Weight of the blocks of a body alone: they stand in the scrape too."""

MAX_FURTHER_BLOCKS = 150
"""Blocks of a scrape of further sites. Longer ones are lists, and would be half of all blocks."""

Record = dict[str, Any]
"""One labelled article as it stands in the data."""
Labels = NDArray[np.float64]


class LabelledArticle(NamedTuple):
    """One labelled article.

    Attributes:
        domain: Domain of its site. Folds are made of whole domains, because two scrapes of one page share their text.
        features: Its blocks.
        rows: Row of each word in the vocabulary.
        labels: Label of each block: 1 noise (or foreign), 0 body.
        weights: Weight of each block in training.
    """

    domain: str
    features: BlockFeatures
    rows: Numbers
    labels: Labels
    weights: Labels


class ArticleReader:
    """Reads articles with one vocabulary and one encoder.

    Args:
        encoder: Makes the vectors.
    """

    def __init__(self, encoder: Encoder) -> None:
        """Start with an empty vocabulary."""
        self.vocabulary = Vocabulary(encoder)
        self._encoder = encoder

    def read(self, record: Record, source: str, labels: Sequence[float], weights: Sequence[float]) -> LabelledArticle:
        """An article with this source text.

        Args:
            record: The labelled article, for its title and domain.
            source: Source text.
            labels: Label of each block of the source.
            weights: Weight of each block of the source.

        Raises:
            ValueError: The source has another number of blocks.
        """
        spans = split_blocks(source)
        if len(spans) != len(labels):
            raise ValueError(f"{record['id']}: {len(spans)} blocks, {len(labels)} labels")
        features, rows = read_blocks(
            [normalise(source[start:end]) for start, end, _ in spans],
            [span.line for span in spans],
            normalise(record["title"] or ""),
            self.vocabulary,
            None,
            self._encoder,
        )
        return LabelledArticle(record["domain"], features, rows, np.array(labels), np.array(weights))


def load(path: Path) -> list[Record]:
    """Records of a file in the format of the development data, as it is or compressed (`.xz`)."""
    data = path.read_bytes()
    lines = (lzma.decompress(data) if path.suffix == ".xz" else data).split(b"\n")
    return [json.loads(line) for line in lines if line]


def load_further(paths: Sequence[Path]) -> list[Record]:
    """Records of further sites to learn from: of each page the first scrape that is not too long.

    A test split is left out, and so is a scrape whose lines the cleaner joins.
    """
    chosen: dict[str, Record] = {}
    for record in (record for path in paths for record in load(path)):
        if (
            record.get("split") != "test"
            and len(record["blocks"]) <= MAX_FURTHER_BLOCKS
            and len(split_blocks(record["raw_text"])) == len(record["blocks"])
        ):
            chosen.setdefault(record["id"].split("#")[0], record)
    return list(chosen.values())


def fold_of(domain: str, salt: str = "") -> int:
    """Fold of a domain. Another salt gives other folds."""
    return int(hashlib.sha256(f"{salt}{domain}".encode()).hexdigest(), 16) % FOLDS


def _weigh(block: dict[str, Any]) -> float:
    """Weight of a labelled block: long ones count more, headlines and doubtful ones not at all."""
    if block["label"] == "headline" or block.get("unsure"):
        return 0.0
    return 1 + math.log1p(block["end"] - block["start"]) / 3


def as_blocks(record: Record, reader: ArticleReader) -> LabelledArticle:
    """The article as it came."""
    gold = record["blocks"]
    labels = [float(block["label"] == "noise") for block in gold]
    return reader.read(record, record["raw_text"], labels, [_weigh(block) for block in gold])


def in_one_line(record: Record) -> tuple[str, Labels, Labels]:
    """The article's blocks joined by blanks; 1 for each character that is noise; 1 for each character with a weight."""
    gold = record["blocks"]
    source = " ".join(" ".join(block["text"].split()) for block in gold)
    noise, judged = np.zeros(len(source)), np.zeros(len(source))
    at = 0
    for block in gold:
        size = len(" ".join(block["text"].split()))
        noise[at : at + size] = block["label"] == "noise"
        judged[at : at + size] = _weigh(block) > 0
        at += size + 1
    return source, noise, judged


def as_sentences(record: Record, reader: ArticleReader) -> LabelledArticle:
    """The article without line breaks.

    The label of a sentence is that of most of its characters; a sentence that is half noise counts little.
    """
    source, noise, judged = in_one_line(record)
    labels, weights = [], []
    for start, end, _ in split_blocks(source):
        share = float((noise * judged)[start:end].sum() / max(1.0, judged[start:end].sum()))
        labels.append(float(share > 0.5))
        known = float(judged[start:end].mean())
        weights.append(0.0 if known < 0.5 else (1 + math.log1p(end - start) / 3) * abs(2 * share - 1))
    return reader.read(record, source, labels, weights)


def as_body(record: Record, reader: ArticleReader) -> LabelledArticle | None:
    """The article's body alone, as the cleaner would publish it; None if it has hardly a block or is cut otherwise.

    From these articles the model learns to leave clean text alone, its own output included.
    """
    lines = [_flat(b["text"]) for b in record["blocks"] if b["label"] == "body" and not b.get("unsure")]
    if len(lines) < MIN_BODY_BLOCKS or len(split_blocks("\n\n".join(lines))) != len(lines):
        return None
    weights = [BODY_WEIGHT * (1 + math.log1p(len(line)) / 3) for line in lines]
    return reader.read(record, "\n\n".join(lines), [0.0] * len(lines), weights)


def with_foreign(records: Sequence[Record], reader: ArticleReader) -> Iterator[LabelledArticle]:
    """Articles with one paragraph of another site: in the scrape as it came, and in the body alone.

    Foreign blocks are labelled 1. They weigh 3, body blocks .5, noise nothing: the topic head learns to tell foreign
    paragraphs from the article's own.
    """
    hosts = [record for record in records if record["lang"] in {"en", ""} and record["title"]]
    pieces = [
        [b["text"] for b in record["blocks"] if b["label"] == "body" and 15 <= len(b["text"].split()) <= 60]
        for record in hosts
    ]
    near = _find_similar(hosts)
    chance = random.Random(4)  # noqa: S311 - examples to learn from, no secret
    for number, host in enumerate(hosts):
        body = [block["text"] for block in host["blocks"] if block["label"] == "body"]
        full = [text for text in body if len(text.split()) >= MIN_WORDS]
        if len(full) < MIN_PARAGRAPHS:
            continue
        for copy in range(COPIES):
            others = near[number] if chance.random() < 0.5 else range(len(hosts))
            donors = [k for k in others if pieces[k] and hosts[k]["domain"] != host["domain"]]
            if not donors:
                continue
            piece = " ".join(chance.choice(pieces[chance.choice(donors)]).split())
            if piece in body:
                continue
            if copy == 0:
                yield _put_into_scrape(host, piece, chance, reader)
            else:
                at = chance.randrange(2, len(full) + 1)
                lines = [*full[:at], piece, *full[at:]]
                labels = [float(k == at) for k in range(len(lines))]
                yield reader.read(
                    host,
                    "\n".join(_flat(line) for line in lines),
                    labels,
                    [FOREIGN_WEIGHT if x else OWN_WEIGHT for x in labels],
                )


def without_noise(article: LabelledArticle) -> LabelledArticle:
    """The article as the topic head learns from it: only the weights of its own paragraphs, labelled 0."""
    own = (article.labels == 0) & (article.weights > 0)
    return article._replace(labels=np.zeros(len(own)), weights=np.where(own, SCRAPE_WEIGHT, 0.0))


def _flat(text: str) -> str:
    """The text in one line."""
    return " ".join(text.split())


def _put_into_scrape(host: Record, piece: str, chance: random.Random, reader: ArticleReader) -> LabelledArticle:
    """The scrape as it came, with a foreign paragraph before or after one of its paragraphs."""
    gold = host["blocks"]
    full = [n for n, b in enumerate(gold) if b["label"] == "body" and len(b["text"].split()) >= MIN_WORDS]
    at = full[chance.randrange(2, len(full))] + chance.randrange(2)
    lines = [_flat(block["text"]) for block in gold]
    labels = [0.0] * len(gold)
    weights = [OWN_WEIGHT if block["label"] == "body" and not block.get("unsure") else 0.0 for block in gold]
    return reader.read(
        host,
        "\n".join([*lines[:at], piece, *lines[at:]]),
        [*labels[:at], 1.0, *labels[at:]],
        [*weights[:at], FOREIGN_WEIGHT, *weights[at:]],
    )


def _find_similar(records: Sequence[Record]) -> list[list[int]]:
    """Numbers of the most similar records of other domains, by the words of their bodies, for each record."""
    bags = [
        sorted(
            {
                stem
                for b in r["blocks"]
                if b["label"] == "body"
                for token in b["text"].split()[:80]
                if (stem := describe(token).stem)
            }
        )
        for r in records
    ]
    vocabulary = {stem: n for n, stem in enumerate(sorted({stem for bag in bags for stem in bag}))}
    table = np.zeros((len(records), len(vocabulary)), np.float32)
    for row, bag in enumerate(bags):
        table[row, [vocabulary[stem] for stem in bag]] = 1
    table *= np.log(len(records) / table.sum(axis=0))
    table /= np.maximum(1e-9, np.linalg.norm(table, axis=1, keepdims=True))
    alike = np.round(table @ table.T, 4)
    domains = np.array([record["domain"] for record in records])
    alike[domains[:, None] == domains[None, :]] = -1
    return [[int(k) for k in row] for row in np.argsort(-alike, axis=1, kind="stable")[:, :DONORS]]


def compute_idf(articles: Sequence[LabelledArticle]) -> Floats:
    """Inverse document frequency of each hash bucket in these articles: log(articles / articles with it), rounded."""
    holders = np.zeros(IDF_BUCKETS)
    for article in articles:
        holders[np.unique(article.features.keys[:, HASH] % IDF_BUCKETS)] += 1
    return np.round(np.log((len(articles) + 1) / (holders + 1)), 2).astype(np.float32)
