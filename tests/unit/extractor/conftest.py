"""The language model and the lexicon, loaded once a session, and articles to put through them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Literal

import pytest

from copydesk.contracts.articles import Block, CleanedArticle, Cleaning, ExtractedArticle, Provenance, Source
from copydesk.extractor import ExtractorSettings, load
from copydesk.extractor.english import load_lexicon
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.nlp import SpacyParser, load_parser
from copydesk.extractor.parsing import Parser
from copydesk.extractor.syntax import Parse


def _article(text: str, *, title: str | None = None, language: str | None = "en") -> CleanedArticle:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return CleanedArticle(
        id="a",
        title=title,
        language=language,
        text=text,
        text_sha256=sha256,
        blocks=(Block(source_start=0, source_end=len(text), kept=True, noise_probability=0, start=0, end=len(text)),),
        source=Source(kind="text", sha256=sha256),
        cleaning=Cleaning(model="none", noise_share=0),
        provenance=(Provenance(stage="cleaner", version="1"),),
    )


@pytest.fixture(scope="session")
def article() -> Callable[..., CleanedArticle]:
    return _article


@pytest.fixture(scope="session")
def parser() -> SpacyParser:
    return load_parser("sm", load_lexicon().quotations.abbreviations)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return load_lexicon()


class NoParser:
    """A parser that fails on everything."""

    name = "none"
    version = "0"
    engine: Literal["numpy", "spacy"] = "spacy"

    def parse(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        return [None for _ in paragraphs]

    find_names = parse


@pytest.fixture(scope="session")
def no_parser() -> Parser:
    return NoParser()


@pytest.fixture(scope="session")
def process() -> Callable[[CleanedArticle], ExtractedArticle]:
    return load(ExtractorSettings())


@pytest.fixture(scope="session")
def extract(process: Callable[[CleanedArticle], ExtractedArticle]) -> Callable[..., ExtractedArticle]:
    def run(text: str, *, title: str | None = None, language: str | None = "en") -> ExtractedArticle:
        return process(_article(text, title=title, language=language))

    return run
