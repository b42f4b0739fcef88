"""Predictions for units: short units, articles in doubt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from copydesk.coherence import CoherenceSettings, stage
from copydesk.coherence.classifiers import read_model
from copydesk.coherence.scoring import Scorer
from copydesk.coherence.training.documents import build_article
from copydesk.vectors import load as load_vectors
from unit.coherence.articles import BRIDGE, COOKS, INTRUDED, measure


def test_a_short_unit_has_the_prediction_of_its_neighbours() -> None:
    among_bridge = measure([*BRIDGE[:3], "78,000", *BRIDGE[3:]]).units[3]
    among_cooks = measure([*BRIDGE, COOKS[0], "78,000", COOKS[1]]).units[8]
    assert among_bridge.flag != "off_topic"
    assert among_cooks.flag == "off_topic"
    assert among_cooks.reasons[0].startswith("too short to be judged by itself")


class UniformEncoder:
    """A sentence model with one vector for all texts. It counts its runs: one per article."""

    def __init__(self) -> None:
        self.runs = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.runs += 1
        return np.ones((len(texts), 384), np.float32) / np.float32(384**0.5)


@pytest.mark.parametrize(("lowest", "highest", "runs"), [(0.0, 1.0, 1), (0.0, 0.0001, 0), (0.9999, 1.0, 0)])
def test_the_sentence_model_is_used_in_doubt_only(lowest: float, highest: float, runs: int) -> None:
    settings = CoherenceSettings(minilm=True, minilm_from=lowest, minilm_to=highest)
    model, sentences = read_model(minilm=True), UniformEncoder()
    scorer = Scorer(settings, model, load_vectors(), sentences)
    intruded = build_article("test/1", None, [*INTRUDED, *BRIDGE[5:]])
    plain = stage.load(CoherenceSettings())(intruded).coherence
    result = scorer.measure_coherence(intruded)
    assert sentences.runs == runs
    assert (result.score != plain.score) == bool(runs)
    assert result.model.name == "minilm-static-trees+minilm"
    assert result.model.sha256 != plain.model.sha256


def test_the_sentence_model_does_not_judge_short_articles() -> None:
    settings = CoherenceSettings(minilm=True, minilm_from=0.0, minilm_to=1.0)
    sentences = UniformEncoder()
    scorer = Scorer(settings, read_model(minilm=True), load_vectors(), sentences)
    scorer.measure_coherence(build_article("test/2", None, [*BRIDGE[:4], COOKS[0]]))
    assert sentences.runs == 0
