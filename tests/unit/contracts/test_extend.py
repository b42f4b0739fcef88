from __future__ import annotations

import msgspec
import pytest

from copydesk.contracts.articles import (
    CleanedArticle,
    Cleaning,
    ExtractedArticle,
    Extraction,
    ExtractionModel,
    Provenance,
    Source,
    extend,
)

ARTICLE = CleanedArticle(
    id="fog/1",
    title="Fog",
    metadata=msgspec.Raw(b'{ "feed": 1.0 }'),
    text="Fog.",
    text_sha256="0" * 64,
    blocks=(),
    source=Source(kind="text", sha256="0" * 64),
    cleaning=Cleaning(model="none", noise_share=0.0),
    provenance=(Provenance(stage="cleaner", version="1"),),
)
EXTRACTION = Extraction(model=ExtractionModel(name="none", version="0"))
BY = Provenance(stage="extractor", version="2", model="none 0")


def test_the_next_document_has_all_of_the_one_before_it_and_one_more_entry_of_provenance() -> None:
    extracted = extend(ExtractedArticle, ARTICLE, by=BY, entities=(), quotes=(), extraction=EXTRACTION)
    for name in ARTICLE.__struct_fields__:
        if name != "provenance":
            assert getattr(extracted, name) == getattr(ARTICLE, name)
    assert extracted.provenance == (*ARTICLE.provenance, BY)
    assert extracted.extraction is EXTRACTION
    assert b'"metadata":{ "feed": 1.0 }' in extracted.write()


def test_the_article_that_came_is_not_changed() -> None:
    before = ARTICLE.write()
    extend(ExtractedArticle, ARTICLE, by=BY, entities=(), quotes=(), extraction=EXTRACTION)
    assert ARTICLE.write() == before


def test_a_forgotten_block_and_a_rewritten_field_are_bugs() -> None:
    with pytest.raises(TypeError, match="extraction"):
        extend(ExtractedArticle, ARTICLE, by=BY, entities=(), quotes=())
    with pytest.raises(TypeError, match="text"):
        extend(ExtractedArticle, ARTICLE, by=BY, text="", entities=(), quotes=(), extraction=EXTRACTION)
