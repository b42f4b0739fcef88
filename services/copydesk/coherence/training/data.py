"""Reads the development data: labelled documents, clean articles, and the articles that the scorers judge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from copydesk.coherence.training.articles import CleanArticle
from copydesk.coherence.training.contamination import contaminate_articles
from copydesk.coherence.training.documents import UNKNOWN, Document, build_article
from copydesk.coherence.training.feed import read_feed
from copydesk.coherence.training.short_articles import make_short_articles
from copydesk.contracts.articles import Entity, ExtractedArticle

MIN_PARAGRAPHS = 4
MIN_CLEAN_WORDS = 120
MAX_CLEAN_PARAGRAPHS = 45


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def read_documents(data: Path) -> list[Document]:
    """All documents that the classifiers learn from.

    Args:
        data: Folder of the development data.
    """
    labelled = [*read_intrusions(data), *read_residue(data), *read_pages(data)]
    clean = read_clean_articles(data)
    documents = [*labelled, *contaminate_articles(clean), *make_short_articles([*clean, *read_feed(data)])]
    return [document for document in documents if all(text.strip() for text in document.paragraphs)]


def find_source(identity: str, event: str | None = None) -> tuple[str, str]:
    """Source and group of a document: the units that are held out.

    >>> find_source("scrapinghub/0123456789abcdef")
    ('scrapinghub', '0123456789ab')
    """
    if event is not None:
        return "g5", f"g5/{event}"
    if identity.startswith(("aeb/", "scrapinghub/")):
        return "scrapinghub", identity.split("/", maxsplit=2)[1][:12]
    return identity.split("/", maxsplit=1)[0], identity.split("#", maxsplit=1)[0]


def read_intrusions(data: Path) -> Iterator[Document]:
    """Articles of g5 and aeb, clean and with inserted paragraphs. Inserts about the same event are left out."""
    for row in read_rows(data / "coherence" / "intrusion.jsonl"):
        paragraphs = row["paras"]
        if row["source"] == "bbc" or row["relation"] == "same_event" or len(paragraphs) < MIN_PARAGRAPHS:
            continue
        source, group = find_source(row["host"], row["event"])
        yield Document(
            key=row["doc"],
            source=source,
            group=group,
            title=row["title"],
            paragraphs=[paragraph["text"] for paragraph in paragraphs],
            off_topic=[paragraph["foreign"] for paragraph in paragraphs],
            # "Read more" and "Latest News" are furniture. An inserted headline may be or not: a matter of taste
            furniture=[
                1 if paragraph["kind"] == "marker" else UNKNOWN if paragraph["foreign"] else 0
                for paragraph in paragraphs
            ],
            is_one_story=int(row["intrusion"] == "none"),
            weight=1.0,
        )


def read_residue(data: Path) -> Iterator[Document]:
    """Text that extractors left around articles. Other stories are off topic, the rest is furniture."""
    types = json.loads((data / "coherence" / "residue_types.json").read_text("utf-8"))
    for row in read_rows(data / "coherence" / "residue.jsonl"):
        paragraphs = row["paras"]
        if len(paragraphs) < MIN_PARAGRAPHS:
            continue
        labels = [_label_residue(paragraph["foreign"], types.get(paragraph["text"])) for paragraph in paragraphs]
        source, group = find_source(row["host"])
        yield Document(
            key=row["doc"],
            source=source,
            group=group,
            title=row["title"],
            paragraphs=[paragraph["text"] for paragraph in paragraphs],
            off_topic=[off_topic for off_topic, _ in labels],
            furniture=[furniture for _, furniture in labels],
            is_one_story=UNKNOWN,
            weight=0.5,  # a page comes from several extractors
        )


def _label_residue(foreign: int | None, kind: str | None) -> tuple[int, int]:
    """Labels of a paragraph: off topic, furniture."""
    if foreign is None or (foreign and kind == "on_topic_extra"):
        return UNKNOWN, UNKNOWN
    if not foreign:
        return 0, 0
    return (1, 1) if kind == "other_story" else (UNKNOWN, 1)


def read_pages(data: Path) -> Iterator[Document]:
    """Whole pages with menus and captions. Every block that is not body is furniture."""
    for row in _read_english_pages(data):
        blocks = [block for block in row["blocks"] if block["label"] != "headline"]
        if len(blocks) < MIN_PARAGRAPHS:
            continue
        source, group = find_source(row["id"])
        yield Document(
            key=row["id"],
            source=source,
            group=group,
            title=row["title"],
            paragraphs=[block["text"] for block in blocks],
            off_topic=[UNKNOWN] * len(blocks),
            furniture=[_label_block(block) for block in blocks],
            is_one_story=UNKNOWN,
            weight=0.5,
        )


def _label_block(block: dict[str, Any]) -> int:
    if block.get("unsure") or block.get("reason") in {"duplicate", "standfirst"}:
        return UNKNOWN
    return int(block["label"] != "body")


def _read_english_pages(data: Path) -> list[dict[str, Any]]:
    return [row for row in read_rows(data / "cleaning" / "dev.jsonl") if row["lang"][:2] in {"en", ""}]


def read_clean_articles(data: Path) -> list[CleanArticle]:
    """Clean articles, one per page."""
    articles = [
        CleanArticle(
            *find_source(row["host"], row["event"]), row["section"], row["title"], [p["text"] for p in row["paras"]]
        )
        for row in read_rows(data / "coherence" / "intrusion.jsonl")
        if row["source"] != "bbc" and row["intrusion"] == "none"
    ]
    groups = {article.group for article in articles}
    for row in _read_english_pages(data):
        source, group = find_source(row["id"])
        body = [block["text"] for block in row["blocks"] if block["label"] == "body" and not block.get("unsure")]
        words = sum(len(text.split()) for text in body)
        if group not in groups and len(body) > MIN_PARAGRAPHS and words >= MIN_CLEAN_WORDS:
            groups.add(group)
            articles.append(CleanArticle(source, group, None, row["title"], body[:MAX_CLEAN_PARAGRAPHS]))
    return articles


def read_judged(data: Path) -> Iterator[tuple[str, ExtractedArticle]]:
    """Source and article of all documents that the scorers judge."""
    for name in ("intrusion", "residue"):
        for row in read_rows(data / "coherence" / f"{name}.jsonl"):
            source, _ = find_source(row["host"], row.get("event"))
            yield source, build_article(row["doc"], row["title"], [p["text"] for p in row["paras"]])
    variants = ("original", "sent_shuffled", "para_shuffled", "mixed_easy", "mixed_hard", "half_easy", "half_hard")
    for row in read_rows(data / "coherence" / "ranking.jsonl"):
        for variant in variants:
            yield row["source"], build_article(f"{row['id']}#{variant}", row["title"], row[variant])


def read_entities(file: Path) -> dict[str, tuple[Entity, ...]]:
    """Entities of the judged articles, by the id of the article.

    Args:
        file: Extracted articles as NDJSON.
    """
    articles = (ExtractedArticle.read(line, None) for line in file.read_bytes().splitlines())
    return {article.id: article.entities for article in articles}
