"""Coherence: whether an article is one story, and which of its blocks are not part of it."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import ExtractedArticle, ScoredArticle
from copydesk.stage import Stage

VERSION = "0.1.0"


def load() -> Callable[[ExtractedArticle], ScoredArticle]:
    """The function that scores one article; numpy and the coefficients are loaded here, not at import."""
    from copydesk.coherence.scoring import Scorer  # noqa: PLC0415 - numpy, only where articles are scored

    return Scorer(version=VERSION).score


stage = Stage(
    name="coherence",
    version=VERSION,
    source="articles.extracted",
    sink="articles.scored",
    input=ExtractedArticle,
    output=ScoredArticle,
    load=load,
)
