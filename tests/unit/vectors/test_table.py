"""Vectors of texts: similar for one topic, the same for the same text, in bounded time and memory."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import cache
from hashlib import sha256
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.vectors import load, table
from copydesk.vectors.wordpieces import MAX_CHARACTERS, MAX_LETTERS

vectors = load()

COUNCIL = "The council voted to reopen the harbour bridge."
SIMILAR = "Aldermen decided that cars may cross the viaduct again."
COOKS = "Fry the onions in butter until they are golden."


def test_texts_about_one_topic_are_closer_than_others() -> None:
    council, similar, cooks = vectors.encode([COUNCIL, SIMILAR, COOKS])
    assert council @ similar > council @ cooks + 0.2


def test_rows_have_length_one_and_texts_without_a_known_word_are_zeros() -> None:
    rows = vectors.encode([COUNCIL, "", " \n", "?!…", "\x00\ufffd", "市長", "x" * (MAX_LETTERS + 1)])
    assert rows.dtype == np.float32
    assert rows.shape == (7, vectors.dimensions)
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 0, 0, 0, 0, 0, 0], atol=1e-6)
    assert vectors.encode([]).shape == (0, vectors.dimensions)


def test_capitals_accents_and_punctuation_change_nothing() -> None:
    plain, decorated = vectors.encode(["emile wrote from evian", "“ÉMILE” wrote -- from Évian!"])
    assert plain.tobytes() == decorated.tobytes()


@given(st.lists(st.text(max_size=80), max_size=8), st.text(max_size=80))
@settings(deadline=None)
def test_a_text_has_the_same_vector_alone_in_any_batch_and_at_any_time(others: list[str], text: str) -> None:
    alone = load_second_table().encode([text])
    among = vectors.encode([*others, text, *others])
    assert alone[0].tobytes() == among[len(others)].tobytes()
    assert np.isfinite(among).all()


@cache
def load_second_table() -> table.Vectors:
    """A second table, with a cache of its own."""
    return load()


def test_a_long_batch_gives_the_same_vectors_as_single_texts() -> None:
    texts = [f"{COUNCIL} {number}" for number in range(200)]
    assert vectors.encode(texts).tobytes() == b"".join(vectors.encode([text]).tobytes() for text in texts)


def test_only_the_beginning_of_a_long_text_counts() -> None:
    long = (COUNCIL + " ") * (MAX_CHARACTERS // len(COUNCIL) + 2)
    rows = vectors.encode([long, long + COOKS * 1000])
    assert rows[0].tobytes() == rows[1].tobytes()


@pytest.mark.no_cover
def test_hostile_lines_take_no_time() -> None:
    began = time.process_time()
    vectors.encode(["a" * 5_000_000, "x y " * 1_000_000, "e\u0301" * 1_000_000, "\u0301" * 1_000_000])
    assert time.process_time() - began < 2  # measured: a hundredth of it


def test_sums_stay_whole_numbers_that_float32_holds() -> None:
    # the heaviest row as often as a text may hold it
    assert int(np.abs(vectors._rows).max()) * 4096 < 2**24


def test_the_table_is_the_one_that_the_stages_were_trained_with() -> None:
    data = (files("copydesk.vectors") / f"{table.NAME}.npz").read_bytes()
    assert sha256(data).hexdigest() == table.SHA256 == vectors.sha256
    assert table.SHA256 in (files("copydesk.vectors") / f"{table.NAME}.card.md").read_text("utf-8")


def test_another_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "SHA256", "0" * 64)
    with pytest.raises(ValueError, match="install copydesk anew"):
        load()


def test_importing_the_package_loads_no_library() -> None:
    code = "import sys, copydesk.vectors; print([m for m in ('numpy', 'onnxruntime') if m in sys.modules])"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"
