"""The language model, loaded once a session, and articles to put through it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from copydesk.contracts.articles import Block, CleanedArticle, Cleaning, ExtractedArticle, Provenance, Source
from copydesk.extractor import ExtractorSettings, load
from copydesk.extractor.nlp import SpacyParser, load_parser


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
    return load_parser("sm")


@pytest.fixture(scope="session")
def process() -> Callable[[CleanedArticle], ExtractedArticle]:
    return load(ExtractorSettings())


@pytest.fixture(scope="session")
def extract(process: Callable[[CleanedArticle], ExtractedArticle]) -> Callable[..., ExtractedArticle]:
    def run(text: str, *, title: str | None = None, language: str | None = "en") -> ExtractedArticle:
        return process(_article(text, title=title, language=language))

    return run
