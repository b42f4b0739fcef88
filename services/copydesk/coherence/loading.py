"""Loads the stage with the models that are shipped and that the settings ask for."""

from __future__ import annotations

from copydesk.coherence.classifiers import read_model
from copydesk.coherence.features import Encoder
from copydesk.coherence.scoring import Scorer
from copydesk.coherence.settings import CoherenceSettings
from copydesk.vectors import load as load_vectors


def load(settings: CoherenceSettings) -> Scorer:
    """The stage's scorer, with all models loaded."""
    model = read_model(minilm=settings.minilm)
    sentences = load_sentence_encoder() if settings.minilm else None
    return Scorer(settings, model, _load_table(model.file.table), sentences)


def _load_table(sha256: str) -> Encoder | None:
    """The table of vectors that the classifiers were trained with; None if it is missing or another one."""
    try:
        vectors = load_vectors()
    except (FileNotFoundError, ValueError):
        return None
    return vectors if vectors.sha256 == sha256 else None


def load_sentence_encoder() -> Encoder:
    """The sentence model itself (extra `minilm`)."""
    from copydesk.coherence.minilm import SentenceEncoder  # noqa: PLC0415 - onnxruntime is an extra

    return SentenceEncoder()
