"""One extracted article to one scored article, top to bottom."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from copydesk.coherence.arrays import Integers
from copydesk.coherence.article_features import measure_article
from copydesk.coherence.classifiers import Model, sigmoid
from copydesk.coherence.coefficients import read_coefficients
from copydesk.coherence.eligibility import check_text, is_too_short
from copydesk.coherence.features import Encoder
from copydesk.coherence.flags import flag_units
from copydesk.coherence.off_topic import find_off_topic
from copydesk.coherence.page_furniture import find_weighed, spread_segments, spread_units, take_blocks
from copydesk.coherence.predictions import Predictions, Predictor
from copydesk.coherence.rounding import PUBLISHED_DECIMALS
from copydesk.coherence.settings import CoherenceSettings
from copydesk.coherence.structure import (
    UNCERTAIN_SCORE,
    describe_segments,
    find_structure,
    measure_entity_continuity,
    measure_text,
)
from copydesk.coherence.units import ArticleUnits, read_units
from copydesk.coherence.unity import Unity
from copydesk.coherence.version import NAME, VERSION
from copydesk.coherence.words import Vocabulary
from copydesk.contracts.articles import (
    Coherence,
    CoherenceModel,
    ExtractedArticle,
    Provenance,
    ScoredArticle,
    Status,
    extend,
)


class Scorer:
    """Scores articles with coefficients, a model and encoders that are read once.

    Args:
        settings: Settings of the stage.
        model: The trained model.
        vectors: The static table. None: units are compared by their words alone, and articles are `degraded`.
        sentences: The sentence model for articles in doubt, or None.
    """

    def __init__(
        self, settings: CoherenceSettings, model: Model, vectors: Encoder | None, sentences: Encoder | None = None
    ) -> None:
        """Keep the models, and read the coefficients."""
        self.settings = settings
        self.coefficients = read_coefficients()
        self.vocabulary = Vocabulary(self.coefficients)
        self.has_vectors = vectors is not None
        self.predictor = Predictor(settings, self.coefficients, model, vectors, sentences)
        prior = model.file.prior
        self.model = CoherenceModel(
            name=model.file.name + ("" if vectors else "-words") + ("+minilm" if sentences else ""),
            version=model.file.version,
            sha256=model.sha256,
            thresholds=msgspec.structs.asdict(self.coefficients.flags) | {"off_topic": settings.off_topic_from},
            prior={
                "articles": prior.articles,
                "paragraphs": prior.paragraphs,
                "foreign_share": self.coefficients.prior.foreign_share,
            },
        )
        self.provenance = Provenance(stage=NAME, version=VERSION, model=f"{self.model.name} {self.model.version}")

    def score(self, article: ExtractedArticle) -> ScoredArticle:
        """The article with its coherence. Never raises, whatever the text."""
        return extend(ScoredArticle, article, by=self.provenance, coherence=self.measure_coherence(article))

    def measure_coherence(self, article: ExtractedArticle) -> Coherence:
        """Coherence of an article, or the status that says why it has none."""
        # 1. articles that cannot be scored
        status = check_text(article, self.coefficients)
        if status is not None:
            return Coherence(status=status, model=self.model)
        numbers = find_weighed(article)
        blocks = len(article.blocks)
        article = take_blocks(article, numbers)
        article_units = read_units(article, self.vocabulary)
        if is_too_short(article_units, self.coefficients):
            return Coherence(status="too_short", model=self.model)

        # 2. predictions and flags of the units
        predictions = self.predictor.predict(article_units)
        units = flag_units(article, article_units, predictions, self.coefficients, self.settings)

        # 3. unity and score of all units, and of those in the published text
        kept = np.array([number for number, unit in enumerate(article_units.units) if unit.kept], np.int64)
        unity, raw_score = self._score_units(article_units, predictions, np.arange(len(units)))
        score = raw_score
        if len(kept) < len(units):
            unity, score = self._score_units(article_units, predictions, kept)

        # 4. measures of the published text
        means = measure_text(article_units.units, kept, predictions)
        continuity = measure_entity_continuity([article_units.units[number] for number in kept])
        judged = int(predictions.features.substantial[kept].sum())
        highest = float(sigmoid(predictions.off_topic[kept].max(keepdims=True))[0])
        status = self._find_status(article, score, highest, judged)
        sure_score = 1.0 if status == "inconclusive" else score
        structure = find_structure(units, article_units, kept, predictions.features, sure_score, self.coefficients)
        off_topic_quotes, off_topic_entities = find_off_topic(article, units)
        return Coherence(
            status=status,
            score=None if status == "inconclusive" else round(score, PUBLISHED_DECIMALS),
            raw_score=None if status == "inconclusive" else round(raw_score, PUBLISHED_DECIMALS),
            global_coherence=round(means.relevance, PUBLISHED_DECIMALS),
            local_coherence=round(unity.local, PUBLISHED_DECIMALS),
            two_topic_ratio=round(unity.two_topics, PUBLISHED_DECIMALS),
            entity_continuity=round(continuity, PUBLISHED_DECIMALS),
            on_topic_share=round(means.on_topic, PUBLISHED_DECIMALS),
            structure=structure,
            units=spread_units(units, numbers, blocks),
            segments=spread_segments(describe_segments(article_units, predictions.features), numbers),
            off_topic_quotes=off_topic_quotes,
            off_topic_entities=off_topic_entities,
            model=self.model,
        )

    def _score_units(self, article: ArticleUnits, predictions: Predictions, chosen: Integers) -> tuple[Unity, float]:
        """Unity of the chosen units, and the probability that they are one story."""
        row, unity = measure_article(
            predictions.features, article.units, chosen, predictions.off_topic, predictions.furniture
        )
        judged = int(predictions.features.substantial[chosen].sum())
        log_odds = predictions.classifiers.predict_article(row, judged)
        log_odds += find_prior_log_odds(judged, self.coefficients.prior.foreign_share)
        return unity, float(sigmoid(np.array([log_odds]))[0])

    def _find_status(self, article: ExtractedArticle, score: float, highest: float, judged: int) -> Status:
        """Status of an article that can be scored.

        Args:
            article: The article.
            score: Probability that its published text is one story.
            highest: Highest probability of a published unit to be off topic, without the cleaner's suspicion.
            judged: Number of its published units that have words enough.
        """
        limits = self.coefficients.prior
        is_short = judged < limits.inconclusive_units
        is_doubtful = limits.inconclusive_score <= score < UNCERTAIN_SCORE
        if is_short and is_doubtful and highest < self.settings.off_topic_from:
            return "inconclusive"
        return "ok" if self.has_vectors and not article.extraction.degraded else "degraded"


def find_prior_log_odds(judged: int, foreign_share: float) -> float:
    """Log odds of an article to be one story before it is read: the shorter, the higher, and never under even odds.

    Every unit may be foreign: of five, one is foreign less often than of fifteen.

    Args:
        judged: Number of its units that have words enough.
        foreign_share: Share of foreign units.

    >>> [round(find_prior_log_odds(judged, 0.05), 2) for judged in (3, 6, 9, 20)]
    [1.79, 1.02, 0.53, 0.0]
    """
    one_story = (1 - foreign_share) ** max(judged, 1)
    return max(0.0, math.log(one_story / (1 - one_story)))
