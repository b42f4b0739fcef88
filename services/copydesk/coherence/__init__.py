"""Coherence: whether an article is one story, and which of its blocks are not part of it."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.coherence.settings import CoherenceSettings
from copydesk.contracts.articles import ExtractedArticle, ScoredArticle
from copydesk.stage import Stage

__all__ = ["CoherenceSettings", "load", "stage"]

VERSION = "1.0.0"


def load(settings: CoherenceSettings) -> Callable[[ExtractedArticle], ScoredArticle]:
    """The function that scores one article; numpy and the models are loaded here, not at import."""
    from copydesk.coherence import scoring  # noqa: PLC0415 - numpy, only where articles are scored

    return scoring.load(VERSION, settings).score


stage = Stage(
    name="coherence",
    version=VERSION,
    source="articles.extracted",
    sink="articles.scored",
    input=ExtractedArticle,
    output=ScoredArticle,
    load=load,
    settings=CoherenceSettings,
)
