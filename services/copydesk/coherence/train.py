"""Trains the stage's heads: `python -m copydesk.coherence.train DATA` (extra `train`).

    DATA                  folder of the development data
    --out FILE            the heads that are shipped (default: beside this file)
    --out-of-fold FILE    instead: what models say of articles of sources that they never saw, as NDJSON of the product
    --minilm              the heads for vectors of the sentence model (10 CPU-minutes)

Sources: g5 (`coherence/intrusion.jsonl`), the pages of scrapinghub's benchmark (aeb there, `residue.jsonl`, half of
`cleaning/dev.jsonl`), the pages of the newspaper4k data set (the other half). BBC and Choi train nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import lightgbm
import msgspec
import numpy as np
from numpy.typing import NDArray

from copydesk.coherence import VERSION
from copydesk.coherence.aggregates import AGGREGATES, BY_WORDS, WORST, aggregate
from copydesk.coherence.coefficients import Coefficients, read_coefficients
from copydesk.coherence.features import NAMES, SHAPE, WORDS, Features
from copydesk.coherence.heads import FILE, MINILM_FILE, Head, HeadsFile, Learned, Prior, Sight, Three, parse
from copydesk.coherence.relevance import Floats, Integers
from copydesk.coherence.scoring import Encoder, Scorer, load_sentences, measure_units, settle
from copydesk.coherence.settings import CoherenceSettings
from copydesk.coherence.trees import Forest
from copydesk.coherence.units import Reading, Vocabulary, read
from copydesk.contracts.articles import (
    Block,
    Cleaning,
    Entity,
    ExtractedArticle,
    Extraction,
    ExtractionModel,
    Provenance,
    Source,
)
from copydesk.vectors import load as load_vectors
from copydesk.vectors.table import SHA256

NAME = "minilm-static-trees"
UNKNOWN = -1
"""Label of a paragraph that teaches nothing: nobody said what it is."""
LEAST_PARAGRAPHS = 4

UNIT_TREES = {"num_leaves": 15, "max_depth": 6, "min_data_in_leaf": 40, "learning_rate": 0.06}
UNIT_ROUNDS = 150
ARTICLE_TREES = {"num_leaves": 6, "max_depth": 4, "min_data_in_leaf": 30, "learning_rate": 0.06}
ARTICLE_ROUNDS = 60
LIGHTGBM = {
    "objective": "binary", "feature_fraction": 0.6, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0,
    "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True, "verbose": -1,
}  # fmt: skip
INNER_FOLDS = 3
"""The article's head learns from what models say of paragraphs that they did not see: so many of them."""

# ------------------------------------------------------------------------------------------ documents


class Document(NamedTuple):
    """One article to learn from.

    Args:
        key: Its id.
        source: What is held out together.
        group: Page or event: versions of one article.
        title: Or None.
        paragraphs: Its text.
        off_topic: 1 foreign, 0 not, or UNKNOWN, one a paragraph.
        furniture: Ditto.
        whole: 1 one story, 0 not, or UNKNOWN.
        weight: What each of its paragraphs, and it itself, counts.
    """

    key: str
    source: str
    group: str
    title: str | None
    paragraphs: list[str]
    off_topic: list[int]
    furniture: list[int]
    whole: int
    weight: float


class Host(NamedTuple):
    """A clean article, to make contaminated ones of."""

    source: str
    group: str
    section: str | None
    title: str | None
    paragraphs: list[str]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def place(identity: str, event: str | None = None) -> tuple[str, str]:
    """Source and group of a document: what is held out together."""
    if event is not None:
        return "g5", f"g5/{event}"
    if identity.startswith(("aeb/", "scrapinghub/")):
        return "scrapinghub", identity.split("/", maxsplit=2)[1][:12]
    return identity.split("/", maxsplit=1)[0], identity.split("#", maxsplit=1)[0]


def read_intrusions(data: Path) -> Iterator[Document]:
    """Articles of g5 and aeb, clean and with foreign paragraphs; inserts about the same event teach nothing."""
    for row in read_rows(data / "coherence" / "intrusion.jsonl"):
        if row["source"] == "bbc" or row["relation"] == "same_event" or len(row["paras"]) < LEAST_PARAGRAPHS:
            continue
        paragraphs = row["paras"]
        yield Document(
            row["doc"],
            *place(row["host"], row["event"]),
            row["title"],
            [p["text"] for p in paragraphs],
            [p["foreign"] for p in paragraphs],
            # "Read more", "Latest News": furniture; whether an inserted headline is, is a matter of taste
            [1 if p["kind"] == "marker" else UNKNOWN if p["foreign"] else 0 for p in paragraphs],
            int(row["intrusion"] == "none"),
            1.0,
        )


def read_residue(data: Path) -> Iterator[Document]:
    """What extractors left around articles: other stories are foreign, the rest is furniture."""
    types = json.loads((data / "coherence" / "residue_types.json").read_text("utf-8"))
    for row in read_rows(data / "coherence" / "residue.jsonl"):
        if len(row["paras"]) < LEAST_PARAGRAPHS:
            continue
        labels = [_label_residue(p["foreign"], types.get(p["text"])) for p in row["paras"]]
        off_topic, furniture = [a for a, _ in labels], [b for _, b in labels]
        texts = [p["text"] for p in row["paras"]]
        # several extractors a page: half the weight
        yield Document(row["doc"], *place(row["host"]), row["title"], texts, off_topic, furniture, UNKNOWN, 0.5)


def _label_residue(foreign: int | None, kind: str | None) -> tuple[int, int]:
    if foreign is None or (foreign and kind == "on_topic_extra"):
        return UNKNOWN, UNKNOWN
    if not foreign:
        return 0, 0
    return (1, 1) if kind == "other_story" else (UNKNOWN, 1)


def read_scrapes(data: Path) -> Iterator[Document]:
    """Whole pages with their menus and captions: what is not body is furniture."""
    for row in _read_english(data):
        blocks = [block for block in row["blocks"] if block["label"] != "headline"]
        unsure = [block.get("unsure") or block.get("reason") in {"duplicate", "standfirst"} for block in blocks]
        if len(blocks) < LEAST_PARAGRAPHS:
            continue
        furniture = [
            UNKNOWN if doubt else int(block["label"] != "body") for block, doubt in zip(blocks, unsure, strict=True)
        ]
        yield Document(
            row["id"],
            *place(row["id"]),
            row["title"],
            [block["text"] for block in blocks],
            [UNKNOWN] * len(blocks),
            furniture,
            UNKNOWN,
            0.5,
        )


def _read_english(data: Path) -> list[dict[str, Any]]:
    return [row for row in read_rows(data / "cleaning" / "dev.jsonl") if row["lang"][:2] in {"en", ""}]


def read_hosts(data: Path) -> list[Host]:
    """Clean articles, one a page."""
    hosts = [
        Host(*place(row["host"], row["event"]), row["section"], row["title"], [p["text"] for p in row["paras"]])
        for row in read_rows(data / "coherence" / "intrusion.jsonl")
        if row["source"] != "bbc" and row["intrusion"] == "none"
    ]
    known = {host.group for host in hosts}
    for row in _read_english(data):
        source, group = place(row["id"])
        body = [block["text"] for block in row["blocks"] if block["label"] == "body" and not block.get("unsure")]
        if group not in known and len(body) > LEAST_PARAGRAPHS and sum(len(text.split()) for text in body) >= 120:
            known.add(group)
            hosts.append(Host(source, group, None, row["title"], body[:45]))
    return hosts


MARKERS = (
    "Read more", "Related", "Latest News", "More from this section", "See also", "Recommended", "Read also",
    "Related stories", "More news", "Don’t miss", "Trending",
)  # fmt: skip
LEADS = ("Read more: ", "READ MORE: ", "Related: ", "See also: ", "Also read: ")
KINDS = ("end", "middle", "single", "headline", "lead", "story", "teasers")
NEAREST = 12
"""Half of the donors are among so many articles that are most like the host: what is easily told teaches little."""
VERSIONS = 3
MIXES = 2


def make_documents(hosts: Sequence[Host]) -> Iterator[Document]:
    """Contaminated versions of clean articles: paragraphs, headlines, stories, teasers of others; two stories in one.

    Host and donor are of one source. Where and how they are put together is drawn by lot, with a fixed seed.
    """
    lots = random.Random(1)  # noqa: S311 - not for secrets
    meaning = load_vectors().encode(["\n".join(host.paragraphs) for host in hosts])
    for number, host in enumerate(hosts):
        places = [at for at, other in enumerate(hosts) if other.source == host.source and other.group != host.group]
        closeness = (meaning @ meaning[number]).round(4)
        nearest = sorted(places, key=lambda at: (-closeness[at], at))
        others, alike = [hosts[at] for at in places], [hosts[at] for at in nearest[:NEAREST]]
        if host.section is None and host.source != "scrapinghub":  # g5 and aeb have their clean copy among the given
            yield _made(host, f"{number}#clean", host.paragraphs, [0] * len(host.paragraphs), 1)
        brief = _shorten(lots, host.paragraphs)
        yield _made(host, f"{number}#brief", brief, [0] * len(brief), 1)
        for version in range(VERSIONS):
            inserts, at_end = _draw_inserts(lots, lots.choice(lots.choice([others, alike])), others)
            own = _shorten(lots, host.paragraphs) if version else host.paragraphs
            at = len(own) if at_end and lots.random() < 0.8 else lots.randint(1, len(own))
            labels = [0] * at + [1] * len(inserts) + [0] * (len(own) - at)
            yield _made(host, f"{number}#{version}", [*own[:at], *inserts, *own[at:]], labels, 0)
        for version in range(MIXES):
            own = _shorten(lots, host.paragraphs)
            other = _shorten(lots, lots.choice(lots.choice([others, alike])).paragraphs)
            texts = _interleave(own, other) if version else _halve(own, other)
            title = host.title if lots.random() < 0.7 else None
            yield _made(host._replace(title=title), f"{number}#mix{version}", texts, [UNKNOWN] * len(texts), 0)


def _shorten(lots: random.Random, paragraphs: list[str]) -> list[str]:
    """The beginning of an article: agencies and broadcasters write shorter ones than most of those at hand."""
    return paragraphs[: lots.randint(min(5, len(paragraphs)), min(45, len(paragraphs)))][: lots.choice([8, 14, 45])]


def _made(host: Host, name: str, texts: list[str], labels: list[int], whole: int) -> Document:
    markers = {*MARKERS}
    furniture = [
        1 if text in markers or text.startswith(LEADS) else UNKNOWN if label else 0
        for text, label in zip(texts, labels, strict=True)
    ]
    return Document(f"made/{name}", host.source, host.group, host.title, texts, labels, furniture, whole, 0.5)


def _draw_inserts(lots: random.Random, donor: Host, others: Sequence[Host]) -> tuple[list[str], bool]:
    """Foreign paragraphs, and whether such stand at the end as a rule."""
    kind = lots.choice(KINDS)
    start = lots.randrange(len(donor.paragraphs))
    run = donor.paragraphs[start : start + lots.choice([1, 2, 2, 3, 4])]
    headline = donor.title or donor.paragraphs[0]
    titles = [other.title for other in others if other.title]
    if kind == "single":
        return run[:1], False
    if kind == "headline":
        return [headline], False
    if kind == "lead":
        return [lots.choice(LEADS) + headline[:90]], False
    if kind == "story":
        return [headline, *run, *([lots.choice(MARKERS)] if lots.random() < 0.5 else [])], True
    if kind == "teasers" and titles:
        return [lots.choice(MARKERS), *lots.sample(titles, min(len(titles), lots.randint(2, 5)))], True
    return run, kind == "end"


def _halve(one: list[str], other: list[str]) -> list[str]:
    return one[: max(2, len(one) // 2)] + other[len(other) // 2 :]


def _interleave(one: list[str], other: list[str]) -> list[str]:
    # as long as one story: the head must not learn lengths
    return [text for pair in zip(one, other, strict=False) for text in pair][: max(len(one), len(other))]


def wrap(key: str, title: str | None, paragraphs: Iterable[str]) -> ExtractedArticle:
    """The paragraphs as an article of which the cleaner kept all and in which the extractor found nothing."""
    blocks, at = [], 0
    texts = [text.strip() for text in paragraphs if text.strip()]
    for text in texts:
        end = at + len(text)
        blocks.append(Block(source_start=at, source_end=end, kept=True, noise_probability=0.0, start=at, end=end))
        at = end + 2
    text = "\n\n".join(texts)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return ExtractedArticle(
        id=key,
        title=title,
        text=text,
        text_sha256=digest,
        blocks=tuple(blocks),
        source=Source(kind="text", sha256=digest),
        cleaning=Cleaning(model="none", noise_share=0.0, uncertain=False),
        entities=(),
        quotes=(),
        extraction=Extraction(model=ExtractionModel(name="none", version="0"), degraded=False),
        provenance=(Provenance(stage="cleaner", version="0", model="none"),),
    )


# ------------------------------------------------------------------------------------------ learning


class Measured(NamedTuple):
    """A document and what was measured of it."""

    document: Document
    reading: Reading
    features: Features

    def labels(self, head: str) -> Integers:
        """What its paragraphs teach a head; a foreign paragraph of few words is its neighbours' affair."""
        if head == "furniture":
            return np.array(self.document.furniture)
        return np.where(self.features.substantial, self.document.off_topic, UNKNOWN)


class Remembering:
    """An encoder that reads each text once: versions of one article share most paragraphs."""

    def __init__(self, encoder: Encoder) -> None:
        """Remember nothing yet."""
        self.encoder = encoder
        self.known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text."""
        for text in texts:
            if text not in self.known:
                self.known[text] = self.encoder.encode([text])[0]
        return np.stack([self.known[text] for text in texts])


def measure_all(documents: Iterable[Document], coefficients: Coefficients, encoder: Encoder | None) -> list[Measured]:
    """The documents as the product sees them."""
    found = []
    vocabulary = Vocabulary(coefficients)
    for document in documents:
        reading = read(wrap(document.key, document.title, document.paragraphs), vocabulary)
        found.append(Measured(document, reading, measure_units(reading, encoder, coefficients)))
    return found


def flatten(trees: Iterable[dict[str, Any]]) -> Forest:
    """LightGBM's trees as flat lists; thresholds lie between two values of four decimals: five suffice."""
    forest = Forest([], 0, [], [], [], [], [])

    def add(node: dict[str, Any], depth: int) -> int:
        number = len(forest.value)
        leaf = "leaf_value" in node
        forest.feature.append(0 if leaf else node["split_feature"])
        forest.threshold.append(0.0 if leaf else round(node["threshold"], 5))
        forest.value.append(round(node["leaf_value"], 5) if leaf else 0.0)
        forest.left.append(number)
        forest.right.append(number)
        deepest[0] = max(deepest[0], depth)
        if not leaf:
            forest.left[number] = add(node["left_child"], depth + 1)
            forest.right[number] = add(node["right_child"], depth + 1)
        return number

    deepest = [0]
    for tree in trees:
        forest.roots.append(add(tree["tree_structure"], 0))
    return msgspec.structs.replace(forest, depth=deepest[0])


class Lesson(NamedTuple):
    """Rows with labels and weights."""

    rows: Floats
    labels: Integers
    weights: Floats

    def learn(self, columns: tuple[str, ...], trees: dict[str, Any], rounds: int) -> Learned:
        """Boosted trees."""
        data = lightgbm.Dataset(self.rows, self.labels, weight=self.weights)
        booster = lightgbm.train({**LIGHTGBM, **trees}, data, rounds)
        return Learned(columns, flatten(booster.dump_model()["tree_info"]))


class Fitting:
    """Fits the three heads to documents; trees that minimise log loss are calibrated at the share that they see.

    Args:
        measured: What to learn from.
        sight: What their units were compared by.
    """

    def __init__(self, measured: Sequence[Measured], sight: Sight) -> None:
        """Choose the columns."""
        self.measured = measured
        by_words = sight == "words"
        self.columns = (*WORDS, *SHAPE) if by_words else NAMES
        self.aggregates = (*WORST, *BY_WORDS) if by_words else AGGREGATES
        self.folds = np.array([fold(one.document.group, INNER_FOLDS) for one in measured])

    def fit(self) -> Three:
        """The heads; the article's learns from what the others said of folds that they did not see."""
        furniture = self._fit_unit_head("furniture")
        off_topic = self._fit_unit_head("off_topic")
        article = self._fit_article(off_topic.unseen, furniture.unseen)
        return Three(off_topic.learned, furniture.learned, article)

    def _fit_unit_head(self, head: str) -> _UnitHead:
        unseen: list[Floats] = [np.zeros(0)] * len(self.measured)
        for number in range(INNER_FOLDS):
            asked = Head(self._learn_units(head, np.flatnonzero(self.folds != number).tolist()), NAMES)
            for place in np.flatnonzero(self.folds == number).tolist():
                unseen[place] = self._ask(head, asked, self.measured[place])
        return _UnitHead(self._learn_units(head, range(len(self.measured))), unseen)

    def _learn_units(self, head: str, places: Iterable[int]) -> Learned:
        rows, labels, weights = [], [], []
        columns = [NAMES.index(column) for column in self.columns]
        for place in places:
            one = self.measured[place]
            label = one.labels(head)
            known = label != UNKNOWN
            rows.append(one.features.matrix[known][:, columns])
            labels.append(label[known])
            weights.append(np.full(int(known.sum()), one.document.weight))
        lesson = Lesson(np.concatenate(rows), np.concatenate(labels), np.concatenate(weights))
        return lesson.learn(self.columns, UNIT_TREES, UNIT_ROUNDS)

    @staticmethod
    def _ask(head: str, asked: Head, one: Measured) -> Floats:
        own = asked.logit(one.features.matrix)
        if head == "furniture":
            return own
        return settle(own, one.features.substantial)

    def _fit_article(self, off_topic: list[Floats], furniture: list[Floats]) -> Learned:
        places = [place for place, one in enumerate(self.measured) if one.document.whole != UNKNOWN]
        rows = []
        for place in places:
            one = self.measured[place]
            chosen = np.arange(len(one.reading.units))
            rows.append(aggregate(one.features, one.reading.units, chosen, off_topic[place], furniture[place])[0][0])
        labels = np.array([self.measured[place].document.whole for place in places])
        weights = np.array([self.measured[place].document.weight for place in places])
        for label in (0, 1):  # as many clean articles as others: the prior
            weights[labels == label] /= weights[labels == label].mean() * np.mean(labels == label) * 2
        columns = [AGGREGATES.index(column) for column in self.aggregates]
        lesson = Lesson(np.array(rows)[:, columns], labels, weights)
        return lesson.learn(self.aggregates, ARTICLE_TREES, ARTICLE_ROUNDS)


class _UnitHead(NamedTuple):
    learned: Learned
    unseen: list[Floats]


def fold(group: str, folds: int) -> int:
    """In which of so many folds all versions of an article lie."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % folds


def fit_all(measured: dict[Sight, list[Measured]], coefficients: Coefficients, held_out: str | None) -> HeadsFile:
    """Heads for every sight, learned without one source (or with all).

    Args:
        measured: The documents, by sight.
        coefficients: The stage's numbers.
        held_out: The source that they shall not see, or None.
    """
    heads, share = {}, 0.0
    for sight, documents in measured.items():
        seen = [one for one in documents if one.document.source != held_out]
        heads[sight] = Fitting(seen, sight).fit()
        labels = np.concatenate([one.document.off_topic for one in seen if one.document.whole != UNKNOWN])
        labels = labels[labels != UNKNOWN]
        share = round(float(np.mean(labels)), 4)
    return HeadsFile(
        name=NAME,
        version=VERSION,
        table=SHA256,
        coefficients=coefficients.sha256,
        prior=Prior(articles=0.5, paragraphs=share),
        heads=heads,
    )


# ------------------------------------------------------------------------------------------ what it writes


def read_documents(data: Path) -> list[Document]:
    """All that the heads learn from."""
    given = [*read_intrusions(data), *read_residue(data), *read_scrapes(data)]
    documents = [*given, *make_documents(read_hosts(data))]
    return [document for document in documents if all(text.strip() for text in document.paragraphs)]


def read_judged(data: Path) -> Iterator[tuple[str, ExtractedArticle]]:
    """Source and article of everything that the scorers score."""
    for name in ("intrusion", "residue"):
        for row in read_rows(data / "coherence" / f"{name}.jsonl"):
            source = place(row["host"], row.get("event"))[0]
            yield source, wrap(row["doc"], row["title"], [p["text"] for p in row["paras"]])
    variants = ("original", "sent_shuffled", "para_shuffled", "mixed_easy", "mixed_hard", "half_easy", "half_hard")
    for row in read_rows(data / "coherence" / "ranking.jsonl"):
        for variant in variants:
            yield row["source"], wrap(f"{row['id']}#{variant}", row["title"], row[variant])


def read_extracted(file: Path) -> dict[str, tuple[Entity, ...]]:
    """Entities by article, of what the extractor made of the judged articles (NDJSON)."""
    articles = (ExtractedArticle.read(line, None) for line in file.read_bytes().splitlines())
    return {article.id: article.entities for article in articles}


def write_out_of_fold(
    out: Path,
    judged: Iterable[tuple[str, ExtractedArticle]],
    measured: dict[Sight, list[Measured]],
    coefficients: Coefficients,
    sentences: Encoder | None,
) -> None:
    """What models say of articles of sources that they never saw; BBC is unseen by all, the shipped model judges it."""
    vectors = load_vectors() if "vectors" in measured else None
    settings = CoherenceSettings(minilm=sentences is not None)
    sources = sorted({one.document.source for documents in measured.values() for one in documents})
    scorers = {}
    for source in [*sources, None]:
        model = parse([msgspec.json.encode(fit_all(measured, coefficients, source))])
        scorers[source] = Scorer(VERSION, settings, model, vectors, sentences)
    with out.open("wb") as file:
        for source, article in judged:
            scorer = scorers[source if source in sources else None]
            file.write(msgspec.json.encode(scorer.score(article)) + b"\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the heads, or what unseen models say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="folder of the development data")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: beside this file")
    parser.add_argument("--out-of-fold", type=Path, metavar="FILE")
    parser.add_argument("--sight", choices=["vectors", "words", "minilm"], default="vectors", help="for --out-of-fold")
    parser.add_argument("--extracted", type=Path, metavar="FILE", help="for --out-of-fold; NDJSON of the extractor")
    parser.add_argument("--minilm", action="store_true")
    asked = parser.parse_args(arguments)
    coefficients = read_coefficients()
    documents = read_documents(asked.data)
    sentences = load_sentences() if asked.minilm or asked.sight == "minilm" else None
    encoders: dict[Sight, Encoder | None] = {"vectors": load_vectors(), "words": None}
    if sentences is not None:
        encoders["minilm"] = Remembering(sentences)
    if asked.out_of_fold:
        # the words' heads are for texts that are not English, whatever judges the others
        several: dict[str, tuple[Sight, ...]] = {
            "words": ("words",),
            "vectors": ("vectors", "words"),
            "minilm": ("vectors", "words", "minilm"),
        }
        wanted = several[asked.sight]
    else:
        wanted = ("minilm",) if asked.minilm else ("vectors", "words")
    measured = {sight: measure_all(documents, coefficients, encoders[sight]) for sight in wanted}
    if asked.out_of_fold:
        judged: Iterable[tuple[str, ExtractedArticle]] = read_judged(asked.data)
        if asked.extracted:
            entities = read_extracted(asked.extracted)
            judged = ((source, msgspec.structs.replace(one, entities=entities[one.id])) for source, one in judged)
        write_out_of_fold(asked.out_of_fold, judged, measured, coefficients, sentences)
        return
    out = asked.out or Path(__file__).with_name(MINILM_FILE if asked.minilm else FILE)
    data = msgspec.json.encode(fit_all(measured, coefficients, None)) + b"\n"
    out.write_bytes(data)
    print(f"{out.name}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
