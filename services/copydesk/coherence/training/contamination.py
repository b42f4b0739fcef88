"""Contaminated articles, made of clean ones: with paragraphs, headlines or teasers of others, or two stories in one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from copydesk.coherence.training.articles import CleanArticle
from copydesk.coherence.training.documents import UNKNOWN, Document
from copydesk.vectors import load as load_vectors

MARKERS = (
    "Read more", "Related", "Latest News", "More from this section", "See also", "Recommended", "Read also",
    "Related stories", "More news", "Don’t miss", "Trending",
)  # fmt: skip
"""Lines that sites put above links to other articles."""

LEADS = ("Read more: ", "READ MORE: ", "Related: ", "See also: ", "Also read: ")
"""Words that sites put before the headline of another article."""

KINDS = ("end", "middle", "single", "headline", "lead", "story", "teasers")
"""Kinds of inserts."""

SIMILAR_DONORS = 12
"""Half of the donors are among this many articles that are most similar to the host: easy cases teach little."""

VERSIONS = 3
"""Versions of each article with inserts."""

MIXES = 2
"""Versions of each article that are mixed with another one: halves, and paragraphs in turn."""


def contaminate_articles(articles: Sequence[CleanArticle]) -> Iterator[Document]:
    """Clean, shortened and contaminated versions of each article.

    Host and donor come from one source. Kind and place of the inserts are random, with a fixed seed.
    """
    rng = random.Random(1)  # noqa: S311 - not for secrets
    vectors = load_vectors().encode(["\n".join(article.paragraphs) for article in articles])
    for number, host in enumerate(articles):
        candidates = [
            index for index, other in enumerate(articles) if other.source == host.source and other.group != host.group
        ]
        similarity = (vectors @ vectors[number]).round(4)
        ranked = sorted(candidates, key=lambda index: (-similarity[index], index))
        donors, similar = [articles[index] for index in candidates], [articles[index] for index in ranked]
        yield from _make_clean(rng, host, number)
        yield from _make_intruded(rng, host, number, donors, similar[:SIMILAR_DONORS])
        yield from _make_mixed(rng, host, number, donors, similar[:SIMILAR_DONORS])


def _make_clean(rng: random.Random, host: CleanArticle, number: int) -> Iterator[Document]:
    """The article as it is, and shortened."""
    if host.section is None and host.source != "scrapinghub":  # g5 and aeb have clean copies in the data
        yield _label_document(host, f"{number}#clean", host.paragraphs, [0] * len(host.paragraphs), 1)
    brief = _shorten(rng, host.paragraphs)
    yield _label_document(host, f"{number}#brief", brief, [0] * len(brief), 1)


def _make_intruded(
    rng: random.Random,
    host: CleanArticle,
    number: int,
    donors: Sequence[CleanArticle],
    similar: Sequence[CleanArticle],
) -> Iterator[Document]:
    """Versions with inserts of other articles."""
    for version in range(VERSIONS):
        inserts, usually_at_end = _draw_inserts(rng, rng.choice(rng.choice([donors, similar])), donors)
        own = _shorten(rng, host.paragraphs) if version else host.paragraphs
        at = len(own) if usually_at_end and rng.random() < 0.8 else rng.randint(1, len(own))
        labels = [0] * at + [1] * len(inserts) + [0] * (len(own) - at)
        yield _label_document(host, f"{number}#{version}", [*own[:at], *inserts, *own[at:]], labels, 0)


def _make_mixed(
    rng: random.Random,
    host: CleanArticle,
    number: int,
    donors: Sequence[CleanArticle],
    similar: Sequence[CleanArticle],
) -> Iterator[Document]:
    """Versions that are two stories in one."""
    for version in range(MIXES):
        own = _shorten(rng, host.paragraphs)
        other = _shorten(rng, rng.choice(rng.choice([donors, similar])).paragraphs)
        texts = _interleave(own, other) if version else _join_halves(own, other)
        title = host.title if rng.random() < 0.7 else None
        yield _label_document(host._replace(title=title), f"{number}#mix{version}", texts, [UNKNOWN] * len(texts), 0)


def _shorten(rng: random.Random, paragraphs: list[str]) -> list[str]:
    """First paragraphs of an article. Agencies and broadcasters write shorter articles than most in the data."""
    return paragraphs[: rng.randint(min(5, len(paragraphs)), min(45, len(paragraphs)))][: rng.choice([8, 14, 45])]


def _label_document(
    host: CleanArticle, name: str, texts: list[str], off_topic: list[int], is_one_story: int
) -> Document:
    markers = {*MARKERS}
    furniture = [
        1 if text in markers or text.startswith(LEADS) else UNKNOWN if label else 0
        for text, label in zip(texts, off_topic, strict=True)
    ]
    return Document(
        key=f"made/{name}",
        source=host.source,
        group=host.group,
        title=host.title,
        paragraphs=texts,
        off_topic=off_topic,
        furniture=furniture,
        is_one_story=is_one_story,
        weight=0.5,
    )


def _draw_inserts(rng: random.Random, donor: CleanArticle, others: Sequence[CleanArticle]) -> tuple[list[str], bool]:
    """Paragraphs to insert, and True if their kind is usually at the end of an article."""
    kind = rng.choice(KINDS)
    start = rng.randrange(len(donor.paragraphs))
    run = donor.paragraphs[start : start + rng.choice([1, 2, 2, 3, 4])]
    headline = donor.title or donor.paragraphs[0]
    titles = [other.title for other in others if other.title]
    if kind == "single":
        return run[:1], False
    if kind == "headline":
        return [headline], False
    if kind == "lead":
        return [rng.choice(LEADS) + headline[:90]], False
    if kind == "story":
        return [headline, *run, *([rng.choice(MARKERS)] if rng.random() < 0.5 else [])], True
    if kind == "teasers" and titles:
        return [rng.choice(MARKERS), *rng.sample(titles, min(len(titles), rng.randint(2, 5)))], True
    return run, kind == "end"


def _join_halves(first: list[str], second: list[str]) -> list[str]:
    """First half of one article and second half of the other."""
    return first[: max(2, len(first) // 2)] + second[len(second) // 2 :]


def _interleave(first: list[str], second: list[str]) -> list[str]:
    """Paragraphs of two articles in turn."""
    # as long as one story, so that the classifier does not learn lengths
    pairs = zip(first, second, strict=False)
    return [text for pair in pairs for text in pair][: max(len(first), len(second))]
