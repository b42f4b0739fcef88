"""The sentence model."""

from __future__ import annotations

import numpy as np

from copydesk.coherence import CoherenceSettings, stage
from copydesk.coherence.loading import load_sentence_encoder
from unit.coherence.articles import INTRUDED, bridge_with_intrusion, find_flags


def test_the_sentence_model_finds_the_off_topic_paragraph() -> None:
    sentences = load_sentence_encoder()
    vectors = sentences.encode([*INTRUDED, "", "?!"])
    similarity = vectors @ vectors[0]
    assert np.allclose(np.linalg.norm(vectors[:6], axis=1), 1, atol=1e-5)
    assert similarity[4] < min(similarity[1], similarity[2], similarity[3])
    settings = CoherenceSettings(minilm=True, minilm_from=0.0, minilm_to=1.0)
    result = stage.load(settings)(bridge_with_intrusion()).coherence
    assert find_flags(result) == ["none"] * 4 + ["off_topic"] + ["none"]
