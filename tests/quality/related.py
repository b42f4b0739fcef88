"""Copies and quotations: `python tests/quality/related.py ../shared/data` prints the figures.

Copies are made: bodies of the feed on the sites of the cleaning data, between their own noise blocks, cut at the end,
with a lead of their own, in another edition's words, or beside the beginning of a second story; then cleaned, in random
order. The label is their own body. Quotations of the feed are changed in nine ways; the words as they were said come
first, their other forms in random order. Real pairs of quotations are labelled in `labels/related_quotes.json`. Nothing
of the data is kept.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from copydesk.cleaner import cleaning
from copydesk.cleaner.settings import CleanerSettings
from copydesk.contracts.articles import RawArticle
from copydesk.contracts.related import ArticleKeys, QuotedWords
from copydesk.related.changes import find_changes
from copydesk.related.copies import pack_fingerprints
from copydesk.related.fingerprints import fingerprint
from copydesk.related.quotations import MATCH_FROM, compare, is_traced, split_fragments
from copydesk.related.tracing import Tracer
from copydesk.related.words import load_weights

LABELS = Path(__file__).parent / "labels" / "related_quotes.json"
SEED = 25
STORIES, COPIES, QUOTATIONS = 200, 5, 500
BEGIN_MS = 1_793_520_000_000

_find_quotes = re.compile(r"[“\"]([^“”\"\n]{20,600})[”\"]").findall


class Figures(NamedTuple):
    """Precision, recall and F of pairs."""

    precision: float
    recall: float
    pairs: int

    @property
    def f(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


class CopyFigures(NamedTuple):
    """Copies, and their cost."""

    pairs: Figures
    per_second: float
    """Articles a CPU-second: keys and index."""
    bytes: float
    """Bytes of rows an article, without the texts."""


class QuoteFigures(NamedTuple):
    """Quotations that were changed."""

    pairs: Figures
    misquotes_found: float
    """Share of the changed numbers, negations and names that raise an alarm."""
    false_alarms: float
    """Share of the other changes that raise one."""


def read_feed(data: Path) -> list[dict[str, Any]]:
    """Articles of the feed."""
    with lzma.open(data / "feed" / "dev.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def quotes_of(document: dict[str, Any]) -> list[str]:
    """Stretches in quotation marks of four words or more."""
    return [one[:1000] for one in _find_quotes(document["text"]) if len(one.split()) >= 4]


# ------------------------------------------------------------------------------------------------------- copies


def read_furniture(data: Path) -> dict[str, list[str]]:
    """Noise blocks of each site of the cleaning data."""
    found: dict[str, list[str]] = defaultdict(list)
    with (data / "cleaning" / "dev.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            found[record["domain"]] += [one["text"] for one in record["blocks"] if one["label"] == "noise"]
    return {site: texts for site, texts in found.items() if len(texts) >= 8}


def make_copies(data: Path, rnd: random.Random) -> list[tuple[str, str, str]]:
    """Story, site and text of each copy, in random order."""
    bodies = [one["text"] for one in read_feed(data) if 150 <= len(one["text"].split()) <= 1200]
    stories, leads = rnd.sample(bodies, STORIES), rnd.sample(bodies, STORIES)
    furniture = read_furniture(data)
    sites = sorted(furniture)
    made = []
    for story, body in enumerate(stories):
        for site in rnd.sample(sites, rnd.randint(1, 2 * COPIES - 1)):
            paragraphs = body.split("\n\n")
            kind = rnd.random()
            if kind < 0.35:
                words = body.split(" ")
                paragraphs = " ".join(words[: max(100, round(len(words) * rnd.uniform(0.4, 0.95)))]).split("\n\n")
            elif kind < 0.5:
                paragraphs[0] = leads[story].split("\n\n")[0]
            elif kind < 0.65:
                paragraphs = [_edit(rnd, one) for one in paragraphs]
            elif kind < 0.75:  # beside less of another story than makes a copy of it
                other = rnd.choice(stories).split(" ")
                paragraphs.append(" ".join(other[: round(len(other) * 0.3)]))
            blocks = furniture[site]
            text = [*rnd.sample(blocks, 2), *paragraphs, *rnd.sample(blocks, 4)]
            made.append((str(story), site, "\n\n".join(text)))
    rnd.shuffle(made)
    return made


def _edit(rnd: random.Random, text: str) -> str:
    """Text in which one word of thirty is left out."""
    return " ".join(word for word in text.split(" ") if rnd.random() > 1 / 30)


def measure_copies(data: Path) -> CopyFigures:
    """Groups of made copies, which the cleaner has cleaned first."""
    made = make_copies(data, random.Random(SEED))
    clean = cleaning.load(CleanerSettings(sites=False))
    texts = [_clean(clean, site, text) for _, site, text in made]
    tracer, begin = Tracer(), time.process_time()
    for number, ((_, site, _), text) in enumerate(zip(made, texts, strict=True)):
        tracer.add_keys(
            ArticleKeys(id=str(number), site=site, fingerprints=pack_fingerprints(fingerprint(text)), text=text)
        )
    seconds = time.process_time() - begin
    found = {
        pair
        for one in tracer.articles()
        if one.group is not None
        for pair in combinations(sorted(int(member.article) for member in one.group.articles), 2)
    }
    gold = {pair for pair in combinations(range(len(made)), 2) if made[pair[0]][0] == made[pair[1]][0]}
    size = sum(len(key) + len(value) for key, value in tracer.rows.items() if key[:1] != b"t")
    return CopyFigures(_score(found, gold), len(made) / seconds, size / len(made))


def _clean(clean: Callable[..., Any], site: str, text: str) -> str:
    result = clean(RawArticle(id="a", site=site, text=text))
    return str(getattr(result, "output", result).text)


def _score(found: set[Any], gold: set[Any]) -> Figures:
    common = len(found & gold)
    return Figures(common / max(1, len(found)), common / max(1, len(gold)), len(gold))


# ------------------------------------------------------------------------------------------------------- quotations

_NUMBERS = ("two", "three", "four", "five", "six", "seven", "nine", "ten")
_SWAP = {"color": "colour", "program": "programme", "realize": "realise"}

Change = Callable[[random.Random, list[str]], list[str] | None]


def _replace_first(words: list[str], wanted: Callable[[str], bool], make: Callable[[str], str]) -> list[str] | None:
    """Words in which the first inner one that is wanted is another; None if there is none."""
    for place in range(2, len(words) - 2):
        if wanted(words[place]):
            return [*words[:place], make(words[place]), *words[place + 1 :]]
    return None


CHANGES: dict[str, Change] = {
    "marks": lambda _, words: [word.strip(",.;").lower() for word in words],
    "front cut": lambda rnd, words: words[rnd.randint(1, len(words) // 3) :],
    "end cut": lambda rnd, words: words[: -rnd.randint(1, len(words) // 3)],
    "ellipsis": lambda _, words: [*words[: len(words) // 2], "...", *words[len(words) // 2 + 2 :]],
    "bracket": lambda _, words: [*words[: len(words) // 2], "[sic]", *words[len(words) // 2 :]],
    "person": lambda _, words: _replace_first(words, lambda one: one in {"I", "we", "my", "our"}, lambda _: "they"),
    "number": lambda rnd, words: _replace_first(
        words, lambda one: one in _NUMBERS or one.isdigit(), lambda one: rnd.choice([n for n in _NUMBERS if n != one])
    ),
    "negation": lambda _, words: _replace_first(
        words, lambda one: one in {"is", "are", "will"}, lambda one: f"{one} not"
    ),
    "name": lambda _, words: _replace_first(
        words, lambda one: one.isalpha() and one.istitle() and len(one) > 4, lambda _: "Zelmira"
    ),
}
MISQUOTES = {"number", "negation", "name"}


def measure_quotations(data: Path) -> QuoteFigures:
    """Quotations of the feed that nothing else there resembles, each in several forms."""
    rnd = random.Random(SEED)
    bases = list(_find_bases(read_feed(data), rnd))
    tracer, originals, forms = Tracer(), [], []
    alarms = {True: [0, 0], False: [0, 0]}
    for number, base in enumerate(bases):
        words = base.split()
        originals.append((number, base))
        for kind, change in rnd.sample(sorted(CHANGES.items()), 3):
            changed = change(rnd, words)
            text = None if changed is None else " ".join(changed)
            if text is None or not is_traced(text):
                continue
            forms.append((number, text))
            counted = alarms[kind in MISQUOTES]
            counted[0] += find_changes(base, text).alarm
            counted[1] += 1
    rnd.shuffle(forms)
    forms = originals + forms
    for place, (_, text) in enumerate(forms):
        at = BEGIN_MS + rnd.randrange(240) * 3_600_000
        tracer.add_keys(ArticleKeys(id=str(place), published_at=at, quotes=(QuotedWords(id="q", text=text),)))
    found = {
        pair
        for one in tracer.utterances()
        for pair in combinations(sorted(int(sight.article) for sight in one.sightings), 2)
    }
    gold = {pair for pair in combinations(range(len(forms)), 2) if forms[pair[0]][0] == forms[pair[1]][0]}
    return QuoteFigures(_score(found, gold), alarms[True][0] / alarms[True][1], alarms[False][0] / alarms[False][1])


def _find_bases(feed: Sequence[dict[str, Any]], rnd: random.Random) -> Iterator[str]:
    """Quotations of eight words or more that nothing else in the sample resembles."""
    tracer = Tracer()
    texts = [quote for one in rnd.sample(list(feed), 400) for quote in quotes_of(one)[:6] if len(quote.split()) >= 8]
    for place, text in enumerate(texts):
        tracer.add_keys(ArticleKeys(id=str(place), quotes=(QuotedWords(id="q", text=text),)))
    shared = {int(sight.article) for one in tracer.utterances() for sight in one.sightings}
    alone = [text for place, text in enumerate(texts) if place not in shared]
    yield from alone[:QUOTATIONS]


def measure_real_pairs(data: Path) -> Figures:
    """Labelled pairs of the feed, each weighing as many pairs of its stratum as it stands for."""
    labelled = json.loads(LABELS.read_text(encoding="utf-8"))
    feed = {one["id"]: one for one in read_feed(data)}
    weights = load_weights()
    rows = labelled["labels"]
    sizes = {stratum: sum(row["stratum"] == stratum for row in rows) for stratum in labelled["pairs"]}
    sums = {(True, True): float(labelled["pairs"]["identical"]), (True, False): 0.0, (False, True): 0.0}
    for row in rows:
        one, other = (_find_labelled(feed, id_, sha) for id_, sha in zip(row["pair"], row["sha256"], strict=True))
        matched = compare(split_fragments(one), split_fragments(other), weights) >= MATCH_FROM
        weight = labelled["pairs"][row["stratum"]] / sizes[row["stratum"]]
        if matched or row["same"]:
            sums[matched, row["same"]] += weight
    right = sums[True, True]
    return Figures(right / (right + sums[True, False]), right / (right + sums[False, True]), len(rows))


def _find_labelled(feed: dict[str, dict[str, Any]], id_: str, sha256: str) -> str:
    article, _, quote = id_.partition("#q")
    text = str(_find_quotes(feed[article]["text"])[int(quote)])[:1000]
    if hashlib.sha256(text.encode()).hexdigest()[:12] != sha256:
        raise LookupError(f"{id_} is another text now")
    return text


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for measure in (measure_copies, measure_quotations, measure_real_pairs):
        print(measure(folder))  # noqa: T201 - the figures are what one runs this for
