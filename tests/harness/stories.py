"""A made log of articles that copy and quote each other, change, and are withdrawn."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime

from copydesk.contracts.related import ArticleKeys, QuotedWords
from copydesk.related.copies import pack_fingerprints
from copydesk.related.fingerprints import fingerprint
from harness.relating import Said, Told
from harness.require import ROOT

BEGIN_MS = 1_793_520_000_000
"""1 November 2026."""

HOUR_MS = 3_600_000

SYLLABLES = ("har", "bour", "tol", "men", "vi", "sor", "kel", "ba", "du", "ric", "no", "el", "ta", "mi", "gra", "fen")
SPEAKERS = ("Ana Ruiz", "Tom Osei", "Maria Keller", None)
SITES = tuple(f"paper{number}.example" for number in range(12))


def make_words(rnd: random.Random, count: int) -> str:
    """So many words that nobody says."""
    return " ".join("".join(rnd.choice(SYLLABLES) for _ in range(3)) for _ in range(count))


def make_log(seed: int, count: int) -> Iterator[Told]:
    """Articles, versions and withdrawals, as many as are asked for."""
    rnd = random.Random(seed)
    stories = [(make_words(rnd, 220), [make_words(rnd, rnd.randint(8, 25)) for _ in range(3)]) for _ in range(12)]
    furniture = {site: make_words(rnd, 40) for site in SITES}
    written: list[Told] = []
    for number in range(count):
        fate = rnd.random()
        if written and fate < 0.06:
            one = rnd.choice(written)
            yield Told(one.id, one.site, one.at, None)
            continue
        text, said = rnd.choice(stories)
        words = text.split()
        if fate < 0.25:
            words, said = make_words(rnd, 150).split(), [make_words(rnd, 12)]
        elif fate < 0.6:
            start = rnd.randrange(120)
            words = words[start : start + rnd.randint(80, 220)]
        site = rnd.choice(SITES)
        old = rnd.choice(written) if written and fate > 0.88 else None
        quotes = [
            Said(f"q{place}", _vary(rnd, one), rnd.choice(SPEAKERS))
            for place, one in enumerate(said)
            if rnd.random() < 0.8
        ]
        made = Told(
            id=f"{site}/{number}" if old is None else old.id,
            site=site if old is None else old.site,
            at=BEGIN_MS + rnd.randrange(24 * 40) * HOUR_MS // 4,
            text=f"{make_words(rnd, 10)} {' '.join(words)} {furniture[site]}",
            quotes=quotes,
        )
        written.append(made)
        yield made


def to_keys(article: Told) -> ArticleKeys:
    """The article as the stage `related` reads it."""
    text = article.text or ""
    quotes = [QuotedWords(id=one.id, text=one.text, speaker=one.speaker, basis="named") for one in article.quotes]
    return ArticleKeys(
        id=article.id, site=article.site, title=f"Title {article.id}", url=f"https://{article.site}/{article.id}",
        published_at=article.at, fingerprints=pack_fingerprints(fingerprint(text)), text=text,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(), quotes=tuple(quotes),
    )  # fmt: skip


_EXAMPLE = json.loads((ROOT / "schemas/examples/articles.scored/1/minimal-too-short.json").read_text())


def to_scored(article: Told) -> bytes | None:
    """The article as a record of `articles.scored`; None for a withdrawal."""
    if article.text is None:
        return None
    quotes = [
        {
            "id": one.id, "type": "direct", "text": one.text, "start": 0, "end": 1, "section": "body",
            "confidence": 0.9,
            "speaker": {"name": one.speaker, "basis": "named" if one.speaker else "none", "confidence": 0.9},
        }
        for one in article.quotes
    ]  # fmt: skip
    at = datetime.fromtimestamp(article.at / 1000, UTC).isoformat()
    return json.dumps(
        _EXAMPLE | {"id": article.id, "site": article.site, "text": article.text, "published_at": at, "quotes": quotes}
    ).encode()


def _vary(rnd: random.Random, said: str) -> str:
    words = said.split()
    if rnd.random() < 0.3 and len(words) > 10:
        return " ".join(words[: len(words) - rnd.randint(1, 4)])
    if rnd.random() < 0.2:
        words[rnd.randrange(len(words))] = rnd.choice(SYLLABLES)
    return " ".join(words)


__all__ = ["BEGIN_MS", "make_log", "make_words", "to_keys", "to_scored"]
