"""The numpy model answers as spaCy does, on paragraphs of every kind, whatever it parsed before."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language

from copydesk.extractor import nlp
from copydesk.extractor.nlp import NumpyParser, SpacyParser, load_parser, load_pipeline
from copydesk.extractor.numpy_model import word_rows
from copydesk.extractor.numpy_model.encoding import UnknownModelError
from copydesk.extractor.numpy_model.parser import NumpyModel
from harness.parses import ODD, articles, differences

PARAGRAPHS = 500


@pytest.fixture(scope="module", params=["md", "sm"])
def parsers(request: pytest.FixtureRequest) -> tuple[SpacyParser, NumpyParser]:
    return SpacyParser(load_pipeline(request.param)), NumpyParser(load_pipeline(request.param))


def test_five_hundred_paragraphs_of_every_kind(parsers: tuple[SpacyParser, NumpyParser], shared_folder: Path) -> None:
    compared = 0
    for paragraphs in articles(shared_folder, step=83):
        assert differences(*parsers, paragraphs) == []
        compared += len(paragraphs)
    assert compared >= PARAGRAPHS


def test_an_answer_does_not_depend_on_the_words_that_are_kept(
    parsers: tuple[SpacyParser, NumpyParser], monkeypatch: pytest.MonkeyPatch
) -> None:
    numpy = parsers[1]
    texts = [text for article in ODD for text in article]
    numpy.parse([(0, "Other words come first, and many of them.")])
    kept: list[dict[int, Any]] = []
    for most in (word_rows.MAX_WORDS, 3):
        monkeypatch.setattr(word_rows, "MAX_WORDS", most)
        numpy.model.words._forget()
        for text in texts:
            assert differences(*parsers, [text]) == []
        words = numpy.model.words
        kept.append({key: words.rows[place].copy() for key, place in words._index.items()})
    many, few = kept
    assert few
    assert all(np.array_equal(many[key], few[key]) for key in few), "to the bit"


def test_the_memory_of_words_is_bounded(
    parsers: tuple[SpacyParser, NumpyParser], monkeypatch: pytest.MonkeyPatch
) -> None:
    numpy = parsers[1]
    monkeypatch.setattr(word_rows, "MAX_WORDS", 100)
    for number in range(60):
        numpy.parse([(0, " ".join(f"zq{number}x{n}" for n in range(20)))])
    assert len(numpy.model.words) <= 140


# ------------------------------------------------------------------------------------------ the fallback


def test_the_models_that_copydesk_installs_are_read_by_numpy() -> None:
    assert [load_parser(model).engine for model in ("md", "sm")] == ["numpy", "numpy"]


def save(pipeline: Language, folder: Path) -> str:
    pipeline.to_disk(folder)
    return str(folder)


def test_a_pipeline_with_other_layers_is_read_by_spacy(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A blank pipeline with a parser and a recogniser of untrained layers, whose window is wider."""
    pipeline = spacy.blank("en")
    tok2vec = {"@architectures": "spacy.HashEmbedCNN.v2", "width": 32, "window_size": 2}
    pipeline.add_pipe("tok2vec", config={"model": tok2vec})
    for name, labels in (("parser", ["nsubj", "ROOT"]), ("ner", ["PERSON"])):
        component: Any = pipeline.add_pipe(name)
        for label in labels:
            component.add_label(label)
    pipeline.initialize()
    with caplog.at_level(logging.WARNING):
        parser = load_parser(save(pipeline, tmp_path / "model"))
    assert parser.engine == "spacy"
    assert "a window of more than one word" in caplog.text
    assert parser.parse([(0, "Anna Berg left.")])[0] is not None


def test_a_pipeline_without_a_recogniser_is_read_by_spacy(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    pipeline = spacy.load(nlp.MODELS["sm"], exclude=[*nlp.UNUSED, "ner"])
    with caplog.at_level(logging.WARNING):
        parser = load_parser(save(pipeline, tmp_path / "model"))
    assert parser.engine == "spacy"
    assert "ner" in caplog.text
    (parse,) = parser.parse([(0, "Anna Berg left.")])
    assert parse is not None
    assert parse.words == ["Anna", "Berg", "left", "."]


def test_a_twin_that_answers_otherwise_is_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(NumpyModel, "parse", lambda *_, **__: [])
    with caplog.at_level(logging.WARNING):
        assert load_parser("sm").engine == "spacy"
    assert "its answers differ from spaCy's" in caplog.text


def test_a_model_that_is_not_there_is_an_error_as_before() -> None:
    with pytest.raises(OSError, match="en_core_web_trf"):
        load_parser("en_core_web_trf")


def test_unknown_features_are_named() -> None:
    pipeline = load_pipeline("sm")
    for layer in pipeline.get_pipe("tok2vec").model.walk():  # type: ignore[attr-defined]
        if layer.name == "extract_features":
            layer.attrs["columns"] = ["LOWER"]
    with pytest.raises(UnknownModelError, match="LOWER"):
        NumpyParser(pipeline)
