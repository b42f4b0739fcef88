"""Short articles of the same lengths, one story and several: they teach how much a few paragraphs say."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from copydesk.coherence.training.articles import CleanArticle
from copydesk.coherence.training.documents import UNKNOWN, Document
from copydesk.vectors import load as load_vectors

LENGTHS = ((3, 5), (6, 9), (10, 19))
"""Fewest and most paragraphs of a class of lengths."""

SIMILAR_DONORS = 12
"""Half of the donors are among this many articles that are most similar to the host."""

WEIGHT = 0.5
CLEAN_WEIGHT = 1.0
"""Two contaminated versions stand beside each clean one: most short articles that a site writes are clean."""

MIN_WORDS = 5
"""Words of the shortest part of a paragraph that is split."""

_find_sentences = re.compile(r".+?(?:[.!?][\"”’)]*(?=\s+[\"“‘(]?[A-Z0-9])|\Z)\s*", re.DOTALL).findall


def make_short_articles(articles: Sequence[CleanArticle]) -> Iterator[Document]:
    """Short versions of each article: one story, and two stories of the same number of paragraphs.

    Host and donor come from one source. All choices are random, with a fixed seed.
    """
    rng = random.Random(2)  # noqa: S311 - not for secrets
    vectors = load_vectors().encode(["\n".join(article.paragraphs) for article in articles])
    for number, host in enumerate(articles):
        candidates = [
            index
            for index, other in enumerate(articles)
            if other.source == host.source and other.section == host.section and other.group != host.group
        ]
        if not candidates:
            continue
        similarity = (vectors[candidates] @ vectors[number]).round(4)
        ranked = [candidates[place] for place in sorted(range(len(candidates)), key=lambda p: (-similarity[p], p))]
        for length, (least, most) in enumerate(LENGTHS):
            count = rng.randint(least, most)
            donors = [articles[rng.choice(rng.choice([candidates, ranked[:SIMILAR_DONORS]]))] for _ in range(2)]
            yield from _make_pair(rng, host, donors, count, f"{number}#{length}")


def _make_pair(
    rng: random.Random, host: CleanArticle, donors: Sequence[CleanArticle], count: int, name: str
) -> Iterator[Document]:
    """A clean version of the article, and two contaminated ones, of this many paragraphs each."""
    is_split = rng.random() < 0.7
    title = host.title if rng.random() < 0.8 else None
    own = _take(rng, host, count, is_split=is_split)
    if len(own) < 3:
        return
    yield _label(host, f"{name}clean", title, own, [0] * len(own), is_one_story=1)
    for version, donor in enumerate(donors):
        is_mixed = version == 1
        most = max(1, len(own) // 2) if is_mixed else max(1, min(3, len(own) // 3))
        foreign = _take(rng, donor, max(2, len(own) // 2) if is_mixed else rng.randint(1, most), is_split=is_split)
        kept = own[: max(2, len(own) - len(foreign))]
        at = len(kept) if rng.random() < 0.4 else rng.randint(1, len(kept))
        labels = [0] * at + [1] * len(foreign) + [0] * (len(kept) - at)
        if is_mixed and len(foreign) * 2 >= len(kept):
            labels = [UNKNOWN] * len(labels)  # which of the two is foreign is a matter of taste
        yield _label(host, f"{name}foreign{version}", title, [*kept[:at], *foreign, *kept[at:]], labels, is_one_story=0)


def _take(rng: random.Random, article: CleanArticle, count: int, *, is_split: bool) -> list[str]:
    """Paragraphs in a row, mostly the first; split, they have one or two sentences, as briefs have."""
    paragraphs = article.paragraphs
    start = 0 if rng.random() < 0.6 else rng.randrange(max(1, len(paragraphs) - count))
    taken = paragraphs[start : start + count]
    if is_split:
        taken = [part for text in taken for part in _split(rng, text)]
    return taken[:count]


def _split(rng: random.Random, text: str) -> list[str]:
    sentences = [sentence.strip() for sentence in _find_sentences(text) if sentence.strip()]
    parts: list[str] = []
    while sentences:
        size = rng.choice([1, 1, 1, 2])
        part = " ".join(sentences[:size])
        sentences = sentences[size:]
        # an initial or an abbreviation ends no sentence
        if parts and len(parts[-1].split()) < MIN_WORDS:
            parts[-1] += " " + part
        else:
            parts.append(part)
    return parts


def _label(
    host: CleanArticle, name: str, title: str | None, texts: list[str], off_topic: list[int], *, is_one_story: int
) -> Document:
    return Document(
        key=f"short/{name}",
        source=host.source,
        group=host.group,
        title=title,
        paragraphs=texts,
        off_topic=off_topic,
        furniture=[UNKNOWN] * len(texts),
        is_one_story=is_one_story,
        weight=CLEAN_WEIGHT if is_one_story else WEIGHT,
        is_short=True,
    )
