"""One raw article to one cleaned article, top to bottom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import ftfy

from copydesk.cleaner import furniture, guard, reasons
from copydesk.cleaner.blocks import Cut, cut
from copydesk.cleaner.copies import Copy, among, find_copies, find_spare
from copydesk.cleaner.language import load_identifier
from copydesk.cleaner.normal import is_mojibake, normalise
from copydesk.cleaner.pages import Page, is_html, read_page
from copydesk.cleaner.places import find_core, find_place_cues
from copydesk.cleaner.settings import CleanerSettings
from copydesk.cleaner.shapes import Shape
from copydesk.cleaner.teasers import find_lone_headlines, find_teasers
from copydesk.cleaner.title import find_headline, find_repeats
from copydesk.cleaner.weights import Weights
from copydesk.contracts.articles import Block, CleanedArticle, Cleaning, Provenance, RawArticle, Reason, Source
from copydesk.contracts.ids import id_from_content

VERSION = "0.1.0"

Clean = Callable[[RawArticle], CleanedArticle]
Identify = Callable[[str], str | None]

MAX_TITLE = 1_000
"""Characters kept of a title: more is no headline but a page that was put into the wrong field."""

MAX_ROUNDS = 3
"""Looks at what is kept; nearly all articles are settled after one."""


def load(settings: CleanerSettings, weights: Weights | None = None) -> Clean:
    """The function from a raw article to the cleaned one, with all models loaded.

    Args:
        settings: How careful to be.
        weights: Other weights than those shipped (training measures on articles that the weights never saw).
    """
    return partial(
        clean, settings=settings, weights=Weights.read() if weights is None else weights, identify=load_identifier()
    )


class Judged(NamedTuple):
    """The blocks of one source and what is thought of them.

    Attributes:
        shapes: Each block's words, looked at.
        copies: What each repeats, contains or is part of.
        cues: Names of what was seen at each and around it.
        noise: Probability of noise of each.
        titles: Numbers of those that are the title.
        teasers: Numbers of those that belong to a foreign story.
        title: The article's title.
    """

    shapes: Sequence[Shape]
    copies: Sequence[Copy | None]
    cues: Sequence[Sequence[str]]
    noise: list[float]
    titles: frozenset[int]
    teasers: frozenset[int]
    title: str | None


def clean(article: RawArticle, *, settings: CleanerSettings, weights: Weights, identify: Identify) -> CleanedArticle:
    """The article's body, and for every block of the source why it is in it or not."""
    given = article.source
    page, warnings = _read_source(article, settings)
    source = given if page is None else page.text
    cuts = cut(source)
    texts, is_mended = _normalise_blocks([source[start:end] for start, end, _ in cuts])
    if is_mended:
        warnings.append("mojibake mended")
    title = normalise(article.title or "", _mend) or (normalise(page.title or "", _mend) if page else "")
    judged = judge([Shape(text) for text in texts], title[:MAX_TITLE] or None, weights)
    language = article.language or (page.language if page else None) or identify(_prose(judged.shapes))
    removed, uncertain = _decide(judged, language, settings, weights, is_page=page is not None)
    if uncertain:
        warnings.append("more would have gone than the guard allows")
    text, spans = _join(source, cuts, texts, removed)
    blocks = _tell(source, cuts, judged, removed, spans)
    captions, credits_, bylines = _collect_furniture(judged, removed, blocks)
    visible = [len(text.replace(" ", "")) for text in texts]
    gone = sum(size for size, no in zip(visible, removed, strict=True) if no)
    return CleanedArticle(
        id=article.id or id_from_content(given),
        url=article.url,
        site=article.site or (page.site if page else None),
        title=judged.title,
        language=language,
        authors=article.authors or (page.authors if page else ()) or furniture.find_authors(bylines),
        published_at=article.published_at or (page.published_at if page else None),
        fetched_at=article.fetched_at,
        metadata=article.metadata,
        text=text,
        text_sha256=_sha256(text),
        captions=captions,
        credits=credits_,
        bylines=bylines,
        dateline=next((line for t in text.split("\n\n")[:2] if (line := furniture.find_dateline(t))), None),
        blocks=blocks,
        source=Source(
            kind="text" if page is None else "html", sha256=_sha256(given), text=None if page is None else source
        ),
        cleaning=Cleaning(
            model=weights.name,
            noise_share=round(gone / max(1, sum(visible)), 6),
            uncertain=uncertain,
            warnings=(*article.warnings, *warnings),
        ),
        provenance=(Provenance(stage="cleaner", version=VERSION, model=weights.name),),
    )


def judge(
    shapes: Sequence[Shape], title: str | None, weights: Weights, copies: Sequence[Copy | None] | None = None
) -> Judged:
    """What to think of each block.

    Args:
        shapes: The blocks in order.
        title: The article's title, or None: then a headline on top of the text becomes it.
        weights: The model.
        copies: What each repeats, where that is known already.
    """
    headline = find_headline(shapes) if title is None else None
    if headline is not None:
        title = shapes[headline].text
    titles = set(find_repeats(shapes, title)) if title else set()
    if copies is None:
        copies = find_copies(shapes)
    cues = find_cues(shapes, title, copies)
    noise = weights.judge(cues, [shape.size for shape in shapes])
    teasers = find_teasers(shapes, noise)
    spare = find_spare(shapes, copies, noise)
    for number, value in (*teasers.items(), *find_lone_headlines(shapes).items(), *spare.items()):
        noise[number] = max(noise[number], value)
    for number in titles:
        noise[number] = 1.0
    return Judged(shapes, copies, cues, noise, frozenset(titles), frozenset(teasers), title)


def find_cues(shapes: Sequence[Shape], title: str | None, copies: Sequence[Copy | None]) -> list[list[str]]:
    """Names of all that is seen at each block and around it."""
    around = find_place_cues(shapes, Shape(title).words if title else (), copies)
    return [[*shape.cues, *place] for shape, place in zip(shapes, around, strict=True)]


def _read_source(article: RawArticle, settings: CleanerSettings) -> tuple[Page | None, list[str]]:
    """The page, where the article is HTML by its field or by its content, and warnings."""
    given, warnings = article.source, []
    if not article.uses_html:
        if not is_html(given):
            return None, []
        warnings.append("`text` was HTML: treated as `html`")
    page = read_page(article, given, max_characters=settings.max_html_characters)
    if not page.text:
        warnings.append("no text in the HTML")
    return page, [*warnings, *page.warnings]


def _normalise_blocks(blocks: Sequence[str]) -> tuple[list[str], bool]:
    """Each block's words as published, and whether any was mojibake."""
    texts = [normalise(block, _mend) for block in blocks]
    return texts, any(text != normalise(block) for text, block in zip(texts, blocks, strict=True) if is_mojibake(block))


def _mend(text: str) -> str:
    """What was meant by a text whose UTF-8 was read in another encoding; nothing else is touched, no quote uncurled."""
    return ftfy.fix_encoding(text)


def _prose(shapes: Sequence[Shape]) -> str:
    """The full paragraphs, or all there is."""
    return "\n".join([shape.text for shape in shapes if shape.is_paragraph] or [shape.text for shape in shapes])


def _decide(
    judged: Judged, language: str | None, settings: CleanerSettings, weights: Weights, *, is_page: bool
) -> tuple[list[bool], bool]:
    """Which blocks go, and whether the guard brought any back."""
    shapes, noise = judged.shapes, judged.noise
    known = language is None or language.lower().split("-")[0] == "en"
    has_paragraph = find_core(shapes)[1] > 0
    careful = not known or not has_paragraph or is_page
    limit = max(settings.remove_from, settings.careful_from) if careful else settings.remove_from
    fixed = [number in judged.titles or not shape.text for number, shape in enumerate(shapes)]
    if all(fixed):  # a title and nothing else is its own text
        fixed = [not shape.text for shape in shapes]
        removed = list(fixed)
    else:
        removed = [no or value >= limit for no, value in zip(fixed, noise, strict=True)]
        _look_again(judged, removed, limit, weights)
    return guard.hold_back(
        removed, noise, [shape.size for shape in shapes], fixed=fixed, max_share=settings.max_removed_share
    )


def _look_again(judged: Judged, removed: list[bool], limit: float, weights: Weights) -> None:
    """Judge what is kept as if it were all there is, until nothing more goes: so would a second cleaning see it.

    Args:
        judged: The blocks; the probabilities of those that go now are raised.
        removed: What goes; added to.
        limit: Probability of noise from which a block goes.
        weights: The model.
    """
    for _ in range(MAX_ROUNDS):
        kept = [number for number, no in enumerate(removed) if not no]
        if len(kept) == len(removed):
            return
        again = judge(
            [judged.shapes[number] for number in kept], judged.title or "", weights, among(judged.copies, kept)
        )
        more = [place for place, value in enumerate(again.noise) if value >= limit]
        for place in more:
            removed[kept[place]] = True
            judged.noise[kept[place]] = max(judged.noise[kept[place]], again.noise[place])
        if not more:
            return


def _join(
    source: str, cuts: Sequence[Cut], texts: Sequence[str], removed: Sequence[bool]
) -> tuple[str, list[tuple[int, int] | None]]:
    """The published text, and where in it each kept block stands."""
    parts: list[str] = []
    spans: list[tuple[int, int] | None] = []
    at, last = 0, None
    for block, text, no in zip(cuts, texts, removed, strict=True):
        if no:
            spans.append(None)
            continue
        if last is not None:
            between = "\n\n" if block.line != last.line else _blank(source, last.end, block.start)
            parts.append(between)
            at += len(between)
        spans.append((at, at + len(text)))
        parts.append(text)
        at += len(text)
        last = block
    return "".join(parts), spans


def _blank(source: str, start: int, end: int) -> str:
    """The white space between two sentences of a line, collapsed; what was removed between them leaves one blank."""
    between = source[start:end]
    return " " if between and (between[0].isspace() or between[-1].isspace()) else ""


def _tell(
    source: str,
    cuts: Sequence[Cut],
    judged: Judged,
    removed: Sequence[bool],
    spans: Sequence[tuple[int, int] | None],
) -> tuple[Block, ...]:
    """A block of the contract for each block of the source."""
    _, behind = find_core(judged.shapes)
    blocks = []
    for number, (block, shape, span) in enumerate(zip(cuts, judged.shapes, spans, strict=True)):
        noise = round(judged.noise[number], 4)
        if span is not None:
            blocks.append(
                Block(
                    source_start=block.start,
                    source_end=block.end,
                    kept=True,
                    noise_probability=noise,
                    start=span[0],
                    end=span[1],
                )
            )
            continue
        copy = judged.copies[number]
        reason: Reason = (
            "title"
            if number in judged.titles
            else reasons.find_reason(
                shape,
                judged.cues[number],
                is_copy=copy is not None and not removed[copy.other],
                is_teaser=number in judged.teasers,
                is_behind=number >= behind > 0,
            )
        )
        if reason != "title" and copy is not None and removed[copy.other]:
            # a caption without a sign of one, said again with its credit
            other = reasons.find_reason(
                judged.shapes[copy.other], judged.cues[copy.other], is_copy=False, is_teaser=False, is_behind=False
            )
            reason = "photo" if other == "photo" else reason
        blocks.append(
            Block(
                source_start=block.start,
                source_end=block.end,
                kept=False,
                reason=reason,
                noise_probability=noise,
                # nothing visible in it: told as it came, so that nothing of the source is lost
                text=shape.text or source[block.start : block.end],
            )
        )
    return tuple(blocks)


def _collect_furniture(
    judged: Judged, removed: Sequence[bool], blocks: Sequence[Block]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Captions, credits and bylines among the removed blocks, each once."""
    captions: dict[str, None] = {}
    credits_: dict[str, None] = {}
    photos = [n for n, block in enumerate(blocks) if block.reason == "photo"]
    for number in photos:
        text = judged.shapes[number].text
        copy = judged.copies[number]
        caption, credit = furniture.split_caption(text)
        if copy is not None and not copy.part and removed[copy.other]:
            # the caption stands alone elsewhere: what this block has beyond it is the credit
            inner = judged.shapes[copy.other].text
            if text.startswith(inner):
                caption, credit = inner, text[len(inner) :].strip() or None
        if caption and len(caption.split()) >= 3:
            captions[caption] = None
        if credit:
            credits_[credit] = None
    bylines = [judged.shapes[number].text for number, block in enumerate(blocks) if block.reason == "byline"]
    return tuple(captions), tuple(credits_), tuple(dict.fromkeys(bylines))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
