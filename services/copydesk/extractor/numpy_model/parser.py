"""Parses by the numpy model; heads and labels by spaCy's transition loop, with the interpreter's lock held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.extractor.numpy_model.encoding import Floats, Tok2Vec, spread
from copydesk.extractor.numpy_model.recogniser import Recogniser
from copydesk.extractor.numpy_model.word_rows import WordRows
from copydesk.extractor.syntax import Name, Parse

CHUNK = 40_000
"""Code points that are parsed at once, some 8,000 tokens: the parser's table takes 4 kB a token."""

TOKEN_COLUMNS = ["ORTH", "NORM", "SPACY", "IDX"]
GRAMMAR_COLUMNS = ["HEAD", "DEP", "SENT_START"]


class NumpyModel:
    """The layers of a loaded pipeline in numpy, and its parser."""

    def __init__(self, nlp: Any) -> None:
        """Take the weights of a pipeline with the components `tok2vec`, `parser` and `ner`.

        Raises:
            UnknownModelError: Its layers are not those that are known here.
            KeyError: A component is missing.
        """
        ner = nlp.get_pipe("ner")
        self._nlp = nlp
        self._parser = nlp.get_pipe("parser")
        self._shared = Tok2Vec(nlp.get_pipe("tok2vec").model)
        self._own = Tok2Vec(ner.model.get_ref("tok2vec"))
        self._recogniser = Recogniser(ner)
        self.words = WordRows(nlp.vocab, [self._shared, self._own])

    def parse(self, paragraphs: Sequence[tuple[int, str]], *, grammar: bool) -> list[Parse]:
        """One parse a paragraph.

        Args:
            paragraphs: Offset of each paragraph's first code point, and its text.
            grammar: False: names only; every token is a root without a label.
        """
        parses: list[Parse] = []
        for some in _chunks(paragraphs):
            docs = [self._nlp.make_doc(text) for _, text in some]
            parses += self._parse_docs(docs, [offset for offset, _ in some], grammar=grammar)
        return parses

    def _parse_docs(self, docs: Sequence[Any], offsets: Sequence[int], *, grammar: bool) -> list[Parse]:
        full = [doc for doc in docs if len(doc)]
        if not full:
            return [Parse([], [], [], [], [], []) for _ in docs]
        columns = np.concatenate([doc.to_array(TOKEN_COLUMNS) for doc in full])
        sizes = [len(doc) for doc in full]
        rows = self.words.find(columns[:, 0], columns[:, 1], columns[:, 2])
        embedded = self.words.rows[rows]
        if grammar:
            heads, labels, begins = self._parse_grammar(full, sizes, embedded[:, : self._shared.width])
        else:
            heads, labels = np.arange(len(rows)), np.zeros(len(rows), np.uint64)
            begins = np.concatenate([doc.to_array(["SENT_START"]) for doc in full]).ravel() == 1
        last = np.zeros(len(rows), bool)
        last[np.cumsum(sizes) - 1] = True
        last[:-1] |= begins[1:]
        encoded = _encode(self._own, sizes, embedded[:, self._shared.width :])
        names = self._recogniser.find(encoded, last, self.words.is_space[rows])
        columns_of = _Columns(self._nlp.vocab.strings, columns, heads, labels, begins)
        return columns_of.split([len(doc) for doc in docs], offsets, names)

    def _parse_grammar(
        self, docs: Sequence[Any], sizes: Sequence[int], embedded: Floats
    ) -> tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.bool_]]:
        """Head (index in all tokens), hash of the label, and whether a sentence begins, for each token."""
        tensor = _encode(self._shared, sizes, embedded)
        ends = np.cumsum(sizes)
        for doc, end, size in zip(docs, ends, sizes, strict=True):
            doc.tensor = tensor[end - size : end]  # the parser listens to it
        self._parser.set_annotations(docs, self._run_parser(docs))
        parsed = np.concatenate([doc.to_array(GRAMMAR_COLUMNS) for doc in docs])
        # a head is stored as its distance, in an unsigned number
        heads = np.arange(len(parsed), dtype=np.int64) + parsed[:, 0].astype(np.int64)
        return heads, parsed[:, 1], parsed[:, 2] == 1

    def _run_parser(self, docs: Sequence[Any]) -> Any:
        """Final states of the parser: `TransitionBasedParser.greedy_parse` in Python.

        spaCy's loop runs without the interpreter's lock, but takes and drops it in every move (3.8.8 and later).
        """
        parser = self._parser
        batch = parser.moves.init_batch(docs)
        model = parser.model.predict(docs)
        states = [state for state in batch if not state.is_final()]
        weights, bias = model.vec2scores.get_param("W").T.copy(), model.vec2scores.get_param("b")
        while states:
            scores = model.state2vec.predict(model.get_token_ids(states)) @ weights
            scores += bias
            states = parser.transition_states(states, scores)
        model.clear_memory()
        return batch


class _Columns:
    """Columns of all tokens of several paragraphs, to be split into parses."""

    def __init__(
        self,
        strings: Any,
        columns: NDArray[np.uint64],
        heads: NDArray[np.int64],
        labels: NDArray[np.uint64],
        begins: NDArray[np.bool_],
    ) -> None:
        orths, deps = columns[:, 0].tolist(), labels.tolist()
        text = {hash_: strings[hash_] for hash_ in {*orths, *deps}}
        self._words = [text[orth] for orth in orths]
        self._deps = [text[dep] for dep in deps]
        self._starts = columns[:, 3].astype(np.int64)
        self._heads, self._begins = heads, begins.tolist()

    def split(self, sizes: Sequence[int], offsets: Sequence[int], names: Sequence[tuple[int, int, str]]) -> list[Parse]:
        """One parse for each paragraph.

        Args:
            sizes: Number of tokens of each paragraph.
            offsets: Offset of each paragraph in the article.
            names: Names as tokens of all paragraphs, in order; none goes over the end of one.
        """
        parses, first, used = [], 0, 0
        for size, offset in zip(sizes, offsets, strict=True):
            stop, mine = first + size, []
            while used < len(names) and names[used][0] < stop:
                start, end, label = names[used]
                mine.append(Name(start - first, end - first, label))
                used += 1
            parses.append(
                Parse(
                    self._words[first:stop],
                    (self._starts[first:stop] + offset).tolist(),
                    (self._heads[first:stop] - first).tolist(),
                    self._deps[first:stop],
                    self._begins[first:stop],
                    mine,
                )
            )
            first = stop
        return parses


def _encode(tok2vec: Tok2Vec, sizes: Sequence[int], embedded: Floats) -> Floats:
    """Encoded tokens (tokens, width) of paragraphs of these sizes."""
    places, count = spread(sizes, tok2vec.gap)
    rows = np.zeros((count, tok2vec.width), np.float32)
    rows[places] = embedded
    encoded: Floats = tok2vec.encode(rows)[places]
    return encoded


def _chunks(paragraphs: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """The paragraphs in order, as many at once as `CHUNK` allows."""
    some: list[tuple[int, str]] = []
    size = 0
    for paragraph in paragraphs:
        if some and size + len(paragraph[1]) > CHUNK:
            yield some
            some, size = [], 0
        some.append(paragraph)
        size += len(paragraph[1])
    if some:
        yield some


__all__ = ["NumpyModel"]
