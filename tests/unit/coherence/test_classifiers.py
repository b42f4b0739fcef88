"""Files of the model."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from copydesk.coherence.classifiers import MINILM_FILE, read_model
from copydesk.coherence.coefficients import read_coefficients
from copydesk.vectors.table import SHA256
from unit.coherence.articles import SENTENCE, plain_article, score


def test_a_scored_article_names_the_file_of_the_model() -> None:
    model = score(plain_article([SENTENCE] * 6)).coherence.model
    data = (files("copydesk.coherence") / "heads-1.json").read_bytes()
    assert model.sha256 == hashlib.sha256(data).hexdigest()
    assert model.prior["articles"] == 0.5
    assert {"off_topic", "furniture"} <= set(model.thresholds)


def test_the_model_was_trained_with_this_table_and_these_coefficients() -> None:
    file = read_model().file
    assert file.table == SHA256
    assert file.coefficients == read_coefficients().sha256


def test_both_files_were_trained_with_the_same_table_and_coefficients() -> None:
    one, other = read_model().file, read_model(minilm=True)
    assert set(other.classifiers) == {"vectors", "words", "minilm"}
    assert other.file.table == one.table
    data = (files("copydesk.coherence") / MINILM_FILE).read_text("utf-8")
    assert one.coefficients in data
    assert one.table in data
