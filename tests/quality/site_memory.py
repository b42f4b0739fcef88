"""Site memory on a real feed, in the order of the stream: noise and body taken by number of articles seen.

Run it as `python tests/quality/site_memory.py ../shared/data/feed/dev.jsonl.xz`. Labels of repeated blocks lie beside
the feed; their hashes are made as its README says, here by code of our own.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from copydesk.cleaner import cleaning
from copydesk.cleaner.settings import CleanerSettings
from copydesk.cleaner.sites.keys import TextKeys, make_keys
from copydesk.cleaner.sites.learning import SiteMemory, learn, make_record
from copydesk.cleaner.sites.look import SiteTable, describe_page, find_day, index, look
from copydesk.contracts.articles import RawArticle

_LINK = re.compile(r"https?://\S+|www\.\S+|\b[\w.-]+\.(?:com|org|net|co|ly|me|tv|uk|io)(?:/\S*)?\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

BUCKETS = (0, 1, 2, 5, 10, 20, 50, 100, 10_000)
"""Numbers of earlier articles of the site up to which a row of the table counts."""

VERSIONS = 3
"""Made versions of each re-scraped article."""


class Article(NamedTuple):
    """A cleaned article of the feed."""

    id: str
    site: str
    published_on: date | None
    texts: list[str]
    kept: list[bool]
    noise: list[float]
    keys: list[TextKeys]


class Sums(NamedTuple):
    """Figures of a run over the feed."""

    labelled_noise: float
    """Share of the labelled noise, from the third story on, that is gone: by the cleaner or by memory."""

    labelled_body: float
    """Characters of labelled body that memory took, as a share of all kept characters."""

    taken: int
    """Characters that memory took."""

    kept: int
    """Characters that the cleaner had kept."""

    rescraped: float
    """Share of the body of re-scraped articles that memory took beyond what it took of them at their first coming."""

    milliseconds: float
    """CPU time of an article: keys, look and learning."""


def label_key(text: str) -> str:
    """Hash of a block as in `repeated_labels.json`."""
    words = [re.sub(r"\d+", "0", word) for word in _WORD.findall(_LINK.sub(" urlx ", text.replace("’", "'")).lower())]
    digest = hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()
    return str(int.from_bytes(digest, "big"))


def read_feed(path: Path) -> Iterator[Article]:
    """The feed, cleaned without memory, in order of date over all sites."""
    clean = cleaning.load(CleanerSettings(sites=False))
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows.sort(key=lambda row: (row["published_at"] or "", row["id"]))
    for row in rows:
        raw = {name: row[name] for name in ("id", "url", "site", "title", "text", "published_at")}
        article = clean(RawArticle.read(json.dumps(raw).encode(), None))
        texts = [article.text[block.start : block.end] if block.kept else block.text or "" for block in article.blocks]
        yield Article(
            row["id"], row["site"], article.published_at, texts,
            [block.kept for block in article.blocks], [block.noise_probability for block in article.blocks],
            [make_keys(text) for text in texts],
        )  # fmt: skip


def load_labels(path: Path) -> dict[tuple[str, str], str]:
    """Labels (`n` furniture, `b` body, `u` unsure) by host and hash."""
    found = json.loads((path.parent / "repeated_labels.json").read_text(encoding="utf-8"))
    return {(host, str(key)): label for host, key, label in found}


def _today(article: Article) -> int:
    return find_day(article.published_on) or 12_000


def run(articles: Sequence[Article], labels: dict[tuple[str, str], str], *, say: Any = None) -> Sums:
    """Look and learn in the order of the feed."""
    sites: dict[str, SiteMemory] = {}
    records: dict[str, SiteTable] = {}
    shown: dict[tuple[str, str], set[str]] = defaultdict(set)
    table: dict[int, Counter[str]] = {bound: Counter() for bound in BUCKETS}
    sums: Counter[str] = Counter()
    seconds = 0.0
    for article in articles:
        memory = sites.setdefault(article.site, SiteMemory(site=article.site, keys={}, events=[], pinned=[], never=[]))
        began = time.process_time()
        keys = [make_keys(text) for text in article.texts]
        record = records.get(article.site)
        found = {} if record is None else look(keys, article.noise, article.kept, record)
        seconds += time.process_time() - began
        row = table[next(bound for bound in BUCKETS if memory.articles <= bound)]
        for number, text in enumerate(article.texts):
            size, key = len(text), (article.site, label_key(text))
            label = labels.get(key)
            is_gone = not article.kept[number] or number in found
            if label == "n" and len(shown[key]) >= 2:
                sums["labelled noise"] += size
                sums["labelled noise gone"] += size * is_gone
            if article.kept[number]:
                sums["kept"] += size
                row["kept"] += size
            if number in found:
                sums["taken"] += size
                row["taken"] += size
                row["blocks"] += 1
                if label == "b":
                    sums["labelled body taken"] += size
                    row["labelled body taken"] += size
            shown[key].add(article.id)
        row["articles"] += 1
        began = time.process_time()
        page = describe_page(
            id_=article.id, site=article.site, published_on=article.published_on,
            texts=article.texts, keys=keys, noise=article.noise,
        )  # fmt: skip
        published = learn(memory, page, event=article.id, today=_today(article))
        if published is not None:
            records[article.site] = index(published)
        seconds += time.process_time() - began
    if say is not None:
        for bound, row in table.items():
            say(f"up to {bound:6} articles seen: {dict(row)}")
    return Sums(
        labelled_noise=sums["labelled noise gone"] / max(1, sums["labelled noise"]),
        labelled_body=sums["labelled body taken"] / max(1, sums["kept"]),
        taken=sums["taken"],
        kept=sums["kept"],
        rescraped=rescrape(articles),
        milliseconds=1000 * seconds / max(1, len(articles)),
    )


def rescrape(articles: Sequence[Article], *, seed: int = 9) -> float:
    """Share of body that memory takes of articles which came three times before in other versions, over three days."""
    rnd = random.Random(seed)
    by_site: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        by_site[article.site].append(article)
    body = lost = 0
    for site, found in sorted(by_site.items()):
        if len(found) < 60:
            continue
        memory = SiteMemory(site=site, keys={}, events=[], pinned=[], never=[])
        for article in found[:40]:
            _learn(memory, article, range(len(article.texts)), _today(article))
        tested = found[40:60]
        known = index(make_record(memory))
        without = {article.id: look(article.keys, article.noise, article.kept, known) for article in tested}
        for article in tested:
            for version in range(VERSIONS):
                blocks = [number for number in range(len(article.texts)) if rnd.random() > 0.15]
                _learn(memory, article, blocks, _today(article) + version, name=f"{article.id}/{version}")
        known = index(make_record(memory))
        for article in tested:
            taken = look(article.keys, article.noise, article.kept, known).keys() - without[article.id].keys()
            body += sum(len(text) for text, kept in zip(article.texts, article.kept, strict=True) if kept)
            lost += sum(len(article.texts[number]) for number in taken)
    return lost / max(1, body)


def _learn(memory: SiteMemory, article: Article, blocks: Sequence[int], day: int, *, name: str = "") -> None:
    page = describe_page(
        id_=name or article.id, site=article.site, published_on=None,
        texts=[article.texts[number] for number in blocks],
        keys=[article.keys[number] for number in blocks],
        noise=[article.noise[number] for number in blocks],
    )  # fmt: skip
    learn(memory, page, event=None, today=day)


def main(path: Path) -> None:
    """Print the table."""
    articles = list(read_feed(path))
    sums = run(articles, load_labels(path), say=print)
    print(json.dumps(sums._asdict(), indent=1))  # noqa: T201 - what one runs this for


if __name__ == "__main__":
    main(Path(sys.argv[1]))
