"""Coherence: the probability that an article is one story, and the blocks that do not belong to it."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.coherence.settings import CoherenceSettings
from copydesk.coherence.version import NAME, VERSION
from copydesk.contracts.articles import ExtractedArticle, ScoredArticle
from copydesk.stage import Measure, Stage

__all__ = ["CoherenceSettings", "load", "stage"]


def load(settings: CoherenceSettings) -> Callable[[ExtractedArticle], ScoredArticle]:
    """The function from an extracted article to the scored one, with its models loaded."""
    from copydesk.coherence import loading  # noqa: PLC0415 - numpy loads here, not on import

    return loading.load(settings).score


stage = Stage(
    name=NAME,
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
