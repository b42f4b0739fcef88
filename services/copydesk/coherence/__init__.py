"""Coherence: whether an article is one story, and which of its blocks are not part of it."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.coherence.settings import CoherenceSettings
from copydesk.contracts.articles import ExtractedArticle, ScoredArticle
from copydesk.stage import Measure, Stage

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
    measures=(
        Measure(
            name="score",
            help="Probability that an article's clean text is one story",
            buckets=(0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0),
            of=lambda article: article.coherence.score,
        ),
    ),
)
