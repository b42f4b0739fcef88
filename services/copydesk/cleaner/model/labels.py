"""Labelled articles as the model learns from them: as they came, in one line, and with a foreign paragraph put in."""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.blocks import cut
from copydesk.cleaner.model import features
from copydesk.cleaner.model.features import Reading
from copydesk.cleaner.model.words import IDF_BUCKETS, Encoder, Floats, Numbers, Words, describe
from copydesk.cleaner.normal import normalise

FOLDS = 5
DONORS = 6
"""Most similar pages of other sites from which every second foreign paragraph comes: random ones are too easy."""
MIN_WORDS = 8
"""Words of a body block that counts as a paragraph of a host."""
COPIES = 8
"""Articles with a foreign paragraph that are made of each: one of the scrape, the others of the body alone."""

FOREIGN_WEIGHT, OWN_WEIGHT = 3.0, 0.5
"""Of a foreign paragraph and of an article's own, for the topic head: foreign ones are few."""

SCRAPE_WEIGHT = 3.0
"""Of an article's own in a scrape that nothing was put into: what the head takes there is lost. Out of fold, head and
first model alone, 1 / 6 times `OWN_WEIGHT` where as much of the body is lost: foreign paragraphs found mid-article .867
/ .908, of the most similar page .362 / .418; three copies and weight 1: .827 / .312."""

BODY_WEIGHT = 0.3
"""Of the blocks of a body alone: they stand in the scrape too."""

Labels = NDArray[np.float64]


class Article(NamedTuple):
    """One labelled article, read.

    Attributes:
        record: As it stands in the data.
        domain: Folds go by it: two scrapes of one page share their text.
        reading: Its blocks.
        rows: Of its words in the table of words.
        labels: 1 noise (or foreign), 0 body.
        weights: Of each block in training.
    """

    record: dict[str, Any]
    domain: str
    reading: Reading
    rows: Numbers
    labels: Labels
    weights: Labels


class Reader:
    """Reads articles with one table of words and one table of vectors."""

    def __init__(self, encoder: Encoder) -> None:
        """Know no word yet."""
        self.words = Words(encoder)
        self._encoder = encoder

    def read(self, record: dict[str, Any], source: str, labels: Sequence[float], weights: Sequence[float]) -> Article:
        """An article of this source text, with a label and a weight a block."""
        cuts = cut(source)
        if len(cuts) != len(labels):
            raise ValueError(f"{record['id']}: {len(cuts)} blocks, {len(labels)} labels")
        reading, rows = features.read(
            [normalise(source[start:end]) for start, end, _ in cuts],
            [block.line for block in cuts],
            normalise(record["title"] or ""),
            self.words,
            None,
            self._encoder,
        )
        return Article(record, record["domain"], reading, rows, np.array(labels), np.array(weights))


def load(path: Path) -> list[dict[str, Any]]:
    """The records of a file in the format of the development data."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def fold_of(domain: str, salt: str = "") -> int:
    """The fold of a domain; another salt deals them out anew."""
    return int(hashlib.sha256(f"{salt}{domain}".encode()).hexdigest(), 16) % FOLDS


def _weigh(block: dict[str, Any]) -> float:
    # long blocks matter more, a headline or a block of doubt not at all
    if block["label"] == "headline" or block.get("unsure"):
        return 0.0
    return 1 + math.log1p(block["end"] - block["start"]) / 3


def as_blocks(record: dict[str, Any], reader: Reader) -> Article:
    """The article as it came."""
    gold = record["blocks"]
    labels = [float(block["label"] == "noise") for block in gold]
    return reader.read(record, record["raw_text"], labels, [_weigh(block) for block in gold])


def in_one_line(record: dict[str, Any]) -> tuple[str, Labels, Labels]:
    """The article's blocks joined by blanks, and for each character whether it is noise and whether it is judged."""
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


def as_sentences(record: dict[str, Any], reader: Reader) -> Article:
    """The article without line breaks; a sentence that is half noise counts little, most of its characters decide."""
    source, noise, judged = in_one_line(record)
    labels, weights = [], []
    for start, end, _ in cut(source):
        share = float((noise * judged)[start:end].sum() / max(1.0, judged[start:end].sum()))
        labels.append(float(share > 0.5))
        known = float(judged[start:end].mean())
        weights.append(0.0 if known < 0.5 else (1 + math.log1p(end - start) / 3) * abs(2 * share - 1))
    return reader.read(record, source, labels, weights)


def as_body(record: dict[str, Any], reader: Reader) -> Article | None:
    """The article's body alone, as the cleaner would publish it; None where it has hardly a block.

    From these the model learns to leave clean text alone, its own output included.
    """
    lines = [_flat(b["text"]) for b in record["blocks"] if b["label"] == "body" and not b.get("unsure")]
    if len(lines) < 4:
        return None
    weights = [BODY_WEIGHT * (1 + math.log1p(len(line)) / 3) for line in lines]
    return reader.read(record, "\n\n".join(lines), [0.0] * len(lines), weights)


def with_foreign(records: Sequence[dict[str, Any]], reader: Reader) -> Iterator[Article]:
    """Articles with one paragraph of another site: in the scrape as it came, and in the body alone.

    Foreign blocks are labelled 1 and weigh 3, body .5, noise nothing: the topic head learns foreign against own.
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
        if len(full) < MIN_WORDS - 2:
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


def without_noise(article: Article) -> Article:
    """The article as the topic head sees it: its own paragraphs, nothing foreign known."""
    own = (article.labels == 0) & (article.weights > 0)
    return article._replace(labels=np.zeros(len(own)), weights=np.where(own, SCRAPE_WEIGHT, 0.0))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _put_into_scrape(host: dict[str, Any], piece: str, chance: random.Random, reader: Reader) -> Article:
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


def _find_similar(records: Sequence[dict[str, Any]]) -> list[list[int]]:
    """For each record the six most similar ones of other domains, by the words of their bodies."""
    bags = [
        sorted(
            {
                stem
                for b in r["blocks"]
                if b["label"] == "body"
                for token in b["text"].split()[:80]
                if (stem := describe(token)[2])
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


def count_rarity(articles: Sequence[Article]) -> Floats:
    """How rare the words of each hash place are in these articles, as log(articles / articles with it), rounded."""
    holders = np.zeros(IDF_BUCKETS)
    for article in articles:
        holders[np.unique(article.reading.keys[:, 3] % IDF_BUCKETS)] += 1
    return np.round(np.log((len(articles) + 1) / (holders + 1)), 2).astype(np.float32)
