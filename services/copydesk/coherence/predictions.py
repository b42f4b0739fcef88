"""Predictions: log odds of each unit to be off topic and to be furniture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from copydesk.coherence.arrays import Floats, Mask
from copydesk.coherence.classifiers import LONG_UNITS, Judges, Model, Representation, sigmoid
from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.features import Encoder, UnitFeatures, measure_units
from copydesk.coherence.settings import CoherenceSettings
from copydesk.coherence.units import ArticleUnits

UNKNOWN_LOG_ODDS = -3.0
"""Log odds of a unit if no unit has words enough: about the share of off-topic paragraphs in the training data."""


class Predictions(NamedTuple):
    """Predictions for the units of an article.

    Args:
        features: Features of the units.
        off_topic: Log odds of each unit to be off topic. Units of under five words have those of their neighbours.
        furniture: Log odds of each unit to be furniture.
        classifiers: The classifiers that predicted.
    """

    features: UnitFeatures
    off_topic: Floats
    furniture: Floats
    classifiers: Judges


class Predictor:
    """Predicts with the representation that suits an article.

    Args:
        settings: Settings of the stage.
        coefficients: Coefficients of the stage.
        model: The trained model.
        vectors: The static table. None: units are compared by their words alone.
        sentences: The sentence model for articles in doubt, or None.
    """

    def __init__(
        self,
        settings: CoherenceSettings,
        coefficients: Coefficients,
        model: Model,
        vectors: Encoder | None,
        sentences: Encoder | None,
    ) -> None:
        """Keep the parts."""
        self.settings = settings
        self.coefficients = coefficients
        self.model = model
        self.vectors = vectors
        self.sentences = sentences

    def predict(self, article: ArticleUnits) -> Predictions:
        """Predictions for the units; by the sentence model if the static vectors leave the article in doubt.

        Texts that are not English are compared by their words: the table of vectors knows English only.
        """
        if self.vectors is None or not article.is_english:
            return self._predict(article, "words", None)
        predictions = self._predict(article, "vectors", self.vectors)
        if self.sentences is None or predictions.features.substantial.sum() < LONG_UNITS:
            return predictions
        highest = float(sigmoid(predictions.off_topic.max(keepdims=True))[0])
        if not self.settings.minilm_from <= highest <= self.settings.minilm_to:
            return predictions
        return self._predict(article, "minilm", self.sentences)

    def _predict(self, article: ArticleUnits, representation: Representation, encoder: Encoder | None) -> Predictions:
        classifiers = self.model.classifiers[representation]
        features = measure_units(article, encoder, self.coefficients)
        log_odds = classifiers.predict_units(features.matrix, int(features.substantial.sum()))
        return Predictions(
            features=features,
            off_topic=replace_short_units(log_odds, features.substantial),
            furniture=classifiers.others.furniture.predict_log_odds(features.matrix),
            classifiers=classifiers,
        )


def replace_short_units(log_odds: Floats, substantial: Mask) -> Floats:
    """Log odds of the units, where a unit with too few words has the mean of the nearest units with enough.

    Args:
        log_odds: Log odds of each unit by itself.
        substantial: Units with words enough to be judged by themselves.

    >>> replace_short_units(np.array([1.0, 9.0, 3.0]), np.array([True, False, True])).tolist()
    [1.0, 2.0, 3.0]
    """
    enough = np.flatnonzero(substantial)
    if not len(enough):
        return np.full(len(log_odds), UNKNOWN_LOG_ODDS)
    replaced = log_odds.copy()
    short = np.flatnonzero(~substantial)
    right = np.searchsorted(enough, short)
    before, after = enough[np.maximum(right - 1, 0)], enough[np.minimum(right, len(enough) - 1)]
    replaced[short] = (log_odds[before] + log_odds[after]) / 2
    return replaced
