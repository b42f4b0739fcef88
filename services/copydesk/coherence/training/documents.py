"""Documents that the classifiers learn from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from copydesk.contracts.articles import (
    Block,
    Cleaning,
    ExtractedArticle,
    Extraction,
    ExtractionModel,
    Provenance,
    Source,
)

UNKNOWN = -1
"""Label of a paragraph that nobody labelled. It teaches nothing."""


class Document(NamedTuple):
    """An article with a label for each paragraph.

    Args:
        key: Id of the document.
        source: Data set or site. It is held out as a whole.
        group: Page or event. Versions of one article have the same.
        title: Title, or None.
        paragraphs: Text.
        off_topic: For each paragraph 1 if it is off topic, 0 if not, or UNKNOWN.
        furniture: For each paragraph 1 if it is furniture, 0 if not, or UNKNOWN.
        is_one_story: 1 if the article is one story, 0 if not, or UNKNOWN.
        weight: Weight of each of its paragraphs, and of the article, in training.
        is_short: True if it is a part of an article, or of two, made to be short.
    """

    key: str
    source: str
    group: str
    title: str | None
    paragraphs: list[str]
    off_topic: list[int]
    furniture: list[int]
    is_one_story: int
    weight: float
    is_short: bool = False


def build_article(key: str, title: str | None, paragraphs: Iterable[str]) -> ExtractedArticle:
    """An article of these paragraphs. The cleaner kept them all, and the extractor found nothing."""
    blocks, start = [], 0
    texts = [text.strip() for text in paragraphs if text.strip()]
    for text in texts:
        end = start + len(text)
        blocks.append(Block(source_start=start, source_end=end, kept=True, noise_probability=0.0, start=start, end=end))
        start = end + 2
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
