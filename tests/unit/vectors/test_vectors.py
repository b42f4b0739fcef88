"""What the vectors say of texts, and that they say the same of the same text always."""

from __future__ import annotations

import subprocess
import sys
import time
from hashlib import sha256
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.vectors import load, table
from copydesk.vectors.wordpieces import GENERATION, LONGEST_WORD, MOST_CHARACTERS, WordPieces

vectors = load()
COUNCIL = "The council voted to reopen the harbour bridge."
ALIKE = "Aldermen decided that cars may cross the viaduct again."
COOKS = "Fry the onions in butter until they are golden."


def test_texts_about_one_thing_are_closer_than_others() -> None:
    council, alike, cooks = vectors.encode([COUNCIL, ALIKE, COOKS])
    assert council @ alike > council @ cooks + 0.2


def test_rows_have_length_one_and_texts_without_a_known_word_are_zeros() -> None:
    rows = vectors.encode([COUNCIL, "", " \n", "?!…", "\x00\ufffd", "市長", "x" * (LONGEST_WORD + 1)])
    assert rows.dtype == np.float32
    assert rows.shape == (7, vectors.dimensions)
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 0, 0, 0, 0, 0, 0], atol=1e-6)
    assert vectors.encode([]).shape == (0, vectors.dimensions)


def test_capitals_accents_and_punctuation_change_nothing() -> None:
    plain, dressed = vectors.encode(["emile wrote from evian", "“ÉMILE” wrote -- from Évian!"])
    assert plain.tobytes() == dressed.tobytes()


@given(st.lists(st.text(max_size=80), max_size=8), st.text(max_size=80))
@settings(deadline=None)
def test_a_text_has_the_same_vector_alone_in_any_company_and_at_any_time(company: list[str], text: str) -> None:
    alone = load_once().encode([text])
    among = vectors.encode([*company, text, *company])
    assert alone[0].tobytes() == among[len(company)].tobytes()
    assert np.isfinite(among).all()


def load_once(known: list[table.Vectors] = []) -> table.Vectors:  # noqa: B006 - a second table, with a memory of its own
    if not known:
        known.append(load())
    return known[0]


def test_long_batches_are_the_sum_of_short_ones() -> None:
    texts = [f"{COUNCIL} {number}" for number in range(200)]
    assert vectors.encode(texts).tobytes() == b"".join(vectors.encode([text]).tobytes() for text in texts)


def test_of_a_long_text_the_beginning_counts() -> None:
    long = (COUNCIL + " ") * (MOST_CHARACTERS // len(COUNCIL) + 2)
    rows = vectors.encode([long, long + COOKS * 1000])
    assert rows[0].tobytes() == rows[1].tobytes()


@pytest.mark.no_cover
def test_hostile_lines_take_no_time() -> None:
    began = time.process_time()
    vectors.encode(["a" * 5_000_000, "x y " * 1_000_000, "e\u0301" * 1_000_000, "\u0301" * 1_000_000])
    assert time.process_time() - began < 2  # a hundredth of it here


def test_sums_stay_whole_numbers_that_float32_holds() -> None:
    # the heaviest row as often as a text may hold it
    assert int(np.abs(vectors._rows).max()) * 4096 < 2**24


def test_words_are_cut_into_the_longest_pieces() -> None:
    pieces = WordPieces({"harbour": 0, "harb": 1, "##our": 2, "##s": 3, "##o": 4})
    assert pieces.rows("Harbours harbour harbor") == [0, 3, 0]


def test_the_memory_for_words_is_bounded() -> None:
    pieces = WordPieces({"a": 0, "##a": 1, "##b": 2})
    words = [f"a{number:b}".replace("0", "a").replace("1", "b") for number in range(2 * GENERATION + 10)]
    first = [pieces[word] for word in words]
    assert len(pieces) <= GENERATION
    assert len(pieces.old) <= GENERATION
    assert [pieces[word] for word in words] == first


def test_the_table_is_the_one_that_others_were_trained_with() -> None:
    data = (files("copydesk.vectors") / f"{table.NAME}.npz").read_bytes()
    assert sha256(data).hexdigest() == table.SHA256 == vectors.sha256
    assert table.SHA256 in (files("copydesk.vectors") / f"{table.NAME}.card.md").read_text("utf-8")


def test_another_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "SHA256", "0" * 64)
    with pytest.raises(ValueError, match="install copydesk anew"):
        load()


def test_importing_the_room_loads_no_library() -> None:
    code = "import sys, copydesk.vectors; print([m for m in ('numpy', 'onnxruntime') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
