"""The stages `fingerprints` and `related`: articles meet their copies, and quotations the same words said elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from copydesk.contracts.articles import ScoredArticle
from copydesk.contracts.related import ArticleKeys, RelatedArticle, TracedQuote
from copydesk.related.rows import FORMAT
from copydesk.related.topics import ARTICLES, KEYS, QUOTES, SCORED
from copydesk.related.words import load_weights
from copydesk.stage import Results, Stage, State

VERSION = "1.0.0"


class RelatedSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the stage `related`. `COPYDESK_RELATED_DAYS` sets the field `days`."""

    days: Annotated[int, Meta(ge=1, le=30)] = 14
    """Days within which articles and quotations meet, by ingestion time. The state grows with it."""


def load_fingerprints() -> Callable[..., Results]:
    """The function from an article, or a tombstone, to its keys."""
    from copydesk.related.sending import send_keys  # noqa: PLC0415 - a stage's import loads no library

    return send_keys


def load_related(settings: RelatedSettings) -> Callable[..., Results]:
    """The function from an article's keys, or a tombstone, to what is related."""
    from copydesk.related.relating import Relating  # noqa: PLC0415 - likewise

    return Relating(load_weights(), days=settings.days)


fingerprints = Stage(
    name="fingerprints",
    version=VERSION,
    source=SCORED,
    sink=KEYS,
    input=ScoredArticle,
    output=ArticleKeys,
    load=load_fingerprints,
    tombstones=True,
    on_request=True,
)
related = Stage(
    name="related",
    version=VERSION,
    source=KEYS,
    sink=ARTICLES,
    input=ArticleKeys,
    output=RelatedArticle,
    outputs={QUOTES: TracedQuote},
    load=load_related,
    settings=RelatedSettings,
    state=State(version=FORMAT),
    tombstones=True,
    on_request=True,
)

__all__ = ["RelatedSettings", "fingerprints", "related"]
