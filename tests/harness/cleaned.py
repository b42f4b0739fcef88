"""Plain text as the cleaner would publish it, for what measures the stages behind the cleaner."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from copydesk.contracts.articles import CleanedArticle, Cleaning, Provenance, Source


def as_cleaned(record: Mapping[str, Any]) -> CleanedArticle:
    """A record of the development data (`id`, `title`, `text`) as an article of which all was kept."""
    sha256 = hashlib.sha256(record["text"].encode()).hexdigest()
    return CleanedArticle(
        id=record["id"],
        title=record.get("title") or None,
        language="en",
        text=record["text"],
        text_sha256=sha256,
        blocks=(),
        source=Source(kind="text", sha256=sha256),
        cleaning=Cleaning(model="none", noise_share=0),
        provenance=(Provenance(stage="cleaner", version="1"),),
    )
