"""One raw article to one cleaned article, top to bottom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, overload

import ftfy

from copydesk import vectors
from copydesk.cleaner.article_fields import find_article_fields
from copydesk.cleaner.blocks import BlockSpan, split_blocks
from copydesk.cleaner.html import Page, is_html, read_page
from copydesk.cleaner.judging import choose_page_body, judge_page, judge_text
from copydesk.cleaner.language import load_identifier
from copydesk.cleaner.markup import read_markup, strip_markup
from copydesk.cleaner.model.block_model import Model
from copydesk.cleaner.normal import collapse, has_controls, is_mojibake, is_normal, normalise
from copydesk.cleaner.page.metadata import PageMetadata
from copydesk.cleaner.page.page_model import PageModel
from copydesk.cleaner.pieces import Piece, cut_inline_boilerplate, lay_out_pieces, publish
from copydesk.cleaner.rules.bylines import find_authors
from copydesk.cleaner.rules.site_phrases import SitePhrases, read_site_phrases
from copydesk.cleaner.settings import CleanerSettings
from copydesk.cleaner.sites.keys import find_site_host
from copydesk.cleaner.sites.remembering import SEEN, CleanedPage, FindSite, find_site, remember
from copydesk.cleaner.version import NAME, VERSION
from copydesk.cleaner.wrapping import unwrap
from copydesk.contracts.articles import CleanedArticle, Cleaning, Provenance, RawArticle, Source
from copydesk.contracts.ids import id_from_content
from copydesk.stage import Memory, Record, Results

Clean = Callable[[RawArticle], CleanedArticle]
IdentifyLanguage = Callable[[str], str | None]

MAX_TITLE = 1_000
"""Characters of a title that are kept. A longer title is no headline but a page in the wrong field."""

REPLACEMENT = "\ufffd"
"""Character that stands for one that a decoder could not read."""

SHARE_DECIMALS = 6
"""Places that the published share of noise is rounded to."""


class Models(NamedTuple):
    """The models of the cleaner.

    Attributes:
        text: Judges the blocks of a plain text.
        page: Judges the text blocks of an HTML page.
    """

    text: Model
    page: PageModel


def load(settings: CleanerSettings, model: Model | None = None, page_model: PageModel | None = None) -> Clean:
    """The function from a raw article to the cleaned one, with all models loaded.

    Args:
        settings: Settings of the cleaner.
        model: Replaces the shipped model: training measures on articles that a model never saw.
        page_model: Replaces the shipped page model.
    """
    clean = _load_cleaner(settings, model, page_model)
    return lambda article: clean(article, None).article


class CleanWithMemory(Protocol):
    """From a raw article to the cleaned one; with a memory, also to what the stage `sites` is told of it."""

    @overload
    def __call__(self, article: RawArticle) -> CleanedArticle: ...
    @overload
    def __call__(self, article: RawArticle, memory: Memory | None) -> CleanedArticle | Results: ...
    def __call__(self, article: RawArticle, memory: Memory | None = None) -> CleanedArticle | Results:
        """Clean one article."""


def load_with_memory(settings: CleanerSettings) -> CleanWithMemory:
    """The stage's function, with all models loaded."""
    clean = _load_cleaner(settings, None, None)

    def process(article: RawArticle, memory: Memory | None = None) -> Any:
        if memory is None or not settings.sites:
            return clean(article, None).article
        cleaned, page = clean(article, partial(find_site, memory))
        records = () if page is None else (Record(topic=SEEN, key=page.site, value=page),)
        known = cleaned.cleaning.memory
        return Results(output=cleaned, records=records, basis="" if known is None else known.version)

    return process


def _load_cleaner(
    settings: CleanerSettings, model: Model | None, page_model: PageModel | None
) -> Callable[[RawArticle, FindSite | None], CleanedPage]:
    return partial(
        clean,
        settings=settings,
        models=Models(
            Model.load(vectors.load()) if model is None else model,
            PageModel.load() if page_model is None else page_model,
        ),
        site_phrases=read_site_phrases(settings.phrases),
        identify_language=load_identifier(),
    )


def clean(
    article: RawArticle,
    find_site_table: FindSite | None,
    *,
    settings: CleanerSettings,
    models: Models,
    site_phrases: SitePhrases,
    identify_language: IdentifyLanguage,
) -> CleanedPage:
    """The article's body, with a verdict on every block of the source; and what its site's memory may learn from it.

    Args:
        article: The raw article.
        find_site_table: Finds what is known of a site, by host; None: sites have no memory.
        settings: Thresholds and limits.
        models: Judge the blocks.
        site_phrases: The operator's own phrases.
        identify_language: Gives the language of a text, or None.
    """
    # 1. the source text, and what its page says of itself
    page, warnings = _read_source(article, settings, models.page)
    source = read_markup(article.source) if page is None else page.text
    if page is None and source != article.source:
        warnings.append("markup in `text` was read: `source.text` is the text without it")
    metadata = PageMetadata() if page is None else page.metadata
    title = normalise(strip_markup(article.title or ""), _mend) or normalise(metadata.title or "", _mend)
    title = title[:MAX_TITLE]
    body = None
    if page is not None and page.verdict is not None:
        body = choose_page_body(page.verdict, title or None, settings)
        source = "\n".join([source, *body.added])

    # 2. its blocks, normalised
    spans = split_blocks(source) if body is None else _find_lines(source)
    texts, is_mended = _normalise_blocks(source, spans)
    if is_mended:
        warnings.append("mojibake mended")
    if REPLACEMENT in source:
        warnings.append("characters were lost before the article came (U+FFFD)")

    # 3. the blocks to remove
    site = article.site or metadata.site
    phrases = site_phrases.find(site, texts)

    def find_language(text: str) -> str | None:
        return article.language or metadata.language or identify_language(text)

    if page is not None and page.verdict is not None and body is not None:
        judgement = judge_page(page.verdict, body, texts, title or None, phrases, settings, find_language=find_language)
    else:
        judgement = judge_text(
            texts,
            spans,
            title or None,
            phrases,
            models.text,
            settings,
            with_topic=settings.topic and _is_in_reach_of_topic_head(article, page),
            find_language=find_language,
        )
    removal = judgement.removal
    uncertain = bool(removal.warnings)
    warnings.extend(removal.warnings)
    warnings.extend(f"removed by a given phrase: {phrase}" for phrase in dict.fromkeys(phrases.values()))

    # 4. what the site repeats, in the article: menus are no news
    is_page = body is not None
    host = find_site_host(article.url or metadata.url)
    told = [
        "" if is_page and reason == "navigation" else text for text, reason in zip(texts, removal.reasons, strict=True)
    ]
    memory = None if find_site_table is None or host is None else remember(host, find_site_table(host), told, removal)
    if memory is not None and not uncertain:
        removal = removal._replace(
            reasons=["repeated" if number in memory.found else reason for number, reason in enumerate(removal.reasons)]
        )

    # 5. the published text, its blocks and its fields
    pieces = lay_out_pieces(spans, texts, removal)
    if not uncertain:
        pieces = cut_inline_boilerplate(source, pieces)
    text, blocks = publish(source, pieces, {} if memory is None else memory.stories)
    fields = find_article_fields(texts, judgement.copies, pieces, text)
    model = models.page.name if is_page else models.text.name
    cleaned = CleanedArticle(
        id=article.id or id_from_content(article.source),
        url=article.url or metadata.url,
        site=site,
        title=judgement.title,
        language=judgement.language,
        authors=article.authors or metadata.authors or find_authors(fields.bylines),
        published_at=article.published_at or metadata.published_at,
        fetched_at=article.fetched_at,
        metadata=article.metadata,
        text=text,
        text_sha256=_sha256(text),
        standfirst="\n".join(texts[k] for k in judgement.standfirst if removal.reasons[k] is None) or None,
        captions=fields.captions,
        credits=fields.credits,
        bylines=fields.bylines,
        dateline=fields.dateline,
        blocks=blocks,
        source=Source(
            kind="text" if page is None else "html",
            sha256=_sha256(article.source),
            text=None if source == article.source else source,
        ),
        cleaning=Cleaning(
            model=model,
            noise_share=_measure_noise_share(pieces, is_page=is_page),
            uncertain=uncertain,
            warnings=(*article.warnings, *warnings),
            memory=None if memory is None else memory.knowledge,
        ),
        provenance=(Provenance(stage=NAME, version=VERSION, model=model),),
    )
    return CleanedPage(
        cleaned, None if memory is None else memory.describe(cleaned.id, cleaned.published_at, told, removal.noise)
    )


def _read_source(article: RawArticle, settings: CleanerSettings, model: PageModel) -> tuple[Page | None, list[str]]:
    """The page if the article is HTML by its field or by its content, else None; and warnings."""
    warnings = []
    if not article.uses_html:
        if not is_html(article.source):
            return None, []
        warnings.append("`text` was HTML: treated as `html`")
    page = read_page(article.source, article.url, model, max_characters=settings.max_html_characters)
    if not page.text and not page.metadata.body:
        warnings.append("no text in the HTML")
    return page, [*warnings, *page.warnings]


def _find_lines(source: str) -> list[BlockSpan]:
    """Places of the lines of a page's text, each of which is a block."""
    spans = []
    at = 0
    for number, line in enumerate(source.split("\n")):
        if line:
            spans.append(BlockSpan(at, at + len(line), number))
        at += len(line) + 1
    return spans


def _normalise_blocks(source: str, spans: Sequence[BlockSpan]) -> tuple[list[str], bool]:
    """Text of each block as published, and True if any of them was mojibake."""
    blocks = [unwrap(source[start:end]) for start, end, _ in spans]
    if is_normal("".join(blocks)):  # nearly all sources are: one check instead of one per block
        return list(map(collapse, blocks)), False
    texts = [normalise(block, _mend) for block in blocks]
    return texts, any(
        has_controls(block) or text != normalise(block)
        for text, block in zip(texts, blocks, strict=True)
        if is_mojibake(block) or has_controls(block)
    )


def _mend(text: str) -> str:
    """The text whose UTF-8 was read in another encoding. Nothing else is changed: quotation marks stay curly."""
    return ftfy.fix_encoding(text)


def _is_in_reach_of_topic_head(article: RawArticle, page: Page | None) -> bool:
    """True for English plain text.

    trafilatura has already looked for foreign parts of a page (measured: F1 .959 with the topic head, .961 without),
    and the head never saw another language.
    """
    return page is None and (article.language or "en").lower().split("-")[0] == "en"


def _measure_noise_share(pieces: Sequence[Piece], *, is_page: bool) -> float:
    """Share of the visible characters that were removed; what stands outside a page's article counts for nothing."""
    counted = [piece for piece in pieces if not (is_page and piece.reason == "navigation")]
    sizes = [len(piece.text.replace(" ", "")) for piece in counted]
    removed = sum(size for size, piece in zip(sizes, counted, strict=True) if piece.reason is not None)
    return round(removed / max(1, sum(sizes)), SHARE_DECIMALS)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
