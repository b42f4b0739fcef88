"""One raw article to one cleaned article, top to bottom."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import ftfy
import numpy as np

from copydesk import vectors
from copydesk.cleaner.blocks import Cut, cut
from copydesk.cleaner.html import Page, is_html, read_page
from copydesk.cleaner.language import load_identifier
from copydesk.cleaner.model.block_model import MAX_FOREIGN, MOST_BLOCKS, Model, Opinion, combine
from copydesk.cleaner.normal import collapse, is_mojibake, is_normal, normalise
from copydesk.cleaner.rules import conservative, furniture, reasons, removal_limit, site_phrases
from copydesk.cleaner.rules.duplicates import SPARE_NOISE, Copy, find_copies, find_spare
from copydesk.cleaner.rules.headlines import LONG_HEADLINE_NOISE, find_lone_headlines
from copydesk.cleaner.rules.inline_boilerplate import NOISE as GLUED_NOISE
from copydesk.cleaner.rules.inline_boilerplate import Glued, find_glued
from copydesk.cleaner.rules.phrases import find_whole
from copydesk.cleaner.rules.shapes import Shape
from copydesk.cleaner.rules.site_phrases import Phrases
from copydesk.cleaner.rules.title import find_headline, find_repeats
from copydesk.cleaner.settings import CleanerSettings
from copydesk.contracts.articles import Block, CleanedArticle, Cleaning, Provenance, RawArticle, Reason, Source
from copydesk.contracts.ids import id_from_content

VERSION = "0.4.0"

_WORD = re.compile(r"\S+")

Clean = Callable[[RawArticle], CleanedArticle]
Identify = Callable[[str], str | None]

MAX_TITLE = 1_000
"""Characters kept of a title: more is no headline but a page that was put into the wrong field."""

MAX_ROUNDS = 3
"""Looks at what is kept; nearly all articles are settled after one."""

SETTLED = 0.5
"""Highest probability of noise of what is kept below which a second look is spared. Measured on 636 articles: something
more goes from 18 at a second look, and all of them have a block over it; so have 196 of the others."""

SECOND_LOOK = 0.1
"""By how much surer the second look must be: among blocks whose neighbours are gone a paragraph easily looks foreign.
Measured in-sample, 0 / .1 / .3: body lost .0031 / .0029 / .0027, teasers found .707 / .707 / .702, copies .650 / .650 /
.633."""

MIN_OWN = 5
"""Sentences that an article has beside what is taken for another story's. The topic head was trained and measured on
articles with six or more; of three paragraphs nobody can tell which one does not belong."""

MIN_OWN_WORDS = 8
"""Words of such a sentence, as in those articles."""

SUSPECT = 0.3
"""Probability of noise from which a headline goes with the foreign paragraph below it: less is a sub-head."""

MIN_SPARE_WORDS = 8
"""Words of a sentence that nobody writes twice in one article."""


def load(settings: CleanerSettings, model: Model | None = None) -> Clean:
    """The function from a raw article to the cleaned one, with all models loaded.

    Args:
        settings: How careful to be.
        model: Another model than that shipped (training measures on articles that the model never saw).
    """
    return partial(
        clean,
        settings=settings,
        model=Model.read(vectors.load()) if model is None else model,
        phrases=site_phrases.read(settings.phrases),
        identify=load_identifier(),
    )


class Judged(NamedTuple):
    """The blocks of one source and what is thought of them.

    Attributes:
        texts: Of the blocks.
        shapes: The same as rules look at them.
        opinion: The model's.
        noise: Probability of noise of each, all things considered.
        copies: By number of a block what it repeats, contains or is part of.
        titles: Numbers of those that are the title.
        foreign: Numbers of those that another story's paragraph or headline is.
        told: By number of a block the caller's phrase that it is.
        title: The article's title.
    """

    texts: Sequence[str]
    shapes: Sequence[Shape]
    opinion: Opinion
    noise: list[float]
    copies: dict[int, Copy]
    titles: frozenset[int]
    foreign: frozenset[int]
    told: dict[int, str]
    title: str | None


def clean(
    article: RawArticle, *, settings: CleanerSettings, model: Model, phrases: Phrases, identify: Identify
) -> CleanedArticle:
    """The article's body, and for every block of the source why it is in it or not."""
    given = article.source
    page, warnings = _read_source(article, settings)
    source = given if page is None else page.text
    cuts = cut(source)
    texts, is_mended = _normalise_blocks(source, [source[start:end] for start, end, _ in cuts])
    if is_mended:
        warnings.append("mojibake mended")
    title = normalise(article.title or "", _mend) or (normalise(page.title or "", _mend) if page else "")
    site = article.site or (page.site if page else None)
    told = phrases.find(site, texts)
    # on a page the extractor has looked at what belongs together (measured: F1 .959 with the topic head, .961 without);
    # other languages it never saw
    with_topic = settings.topic and page is None and (article.language or "en").lower().split("-")[0] == "en"
    judged = judge(texts, cuts, title[:MAX_TITLE] or None, told, model, settings, with_topic=with_topic)
    language = article.language or (page.language if page else None) or identify(_prose(judged))
    removed, uncertain, why = _decide(judged, language, model, settings, is_page=page is not None)
    warnings.extend(why)
    warnings.extend(f"removed by a given phrase: {phrase}" for phrase in dict.fromkeys(told.values()))
    pieces = _lay_out(cuts, judged, removed)
    if not uncertain:
        pieces = _cut_glued(source, pieces)
    text, blocks = _publish(source, pieces)
    captions, credits_, bylines = _collect_furniture(judged, removed, pieces)
    visible = [len(piece.text.replace(" ", "")) for piece in pieces]
    gone = sum(size for size, piece in zip(visible, pieces, strict=True) if piece.reason is not None)
    return CleanedArticle(
        id=article.id or id_from_content(given),
        url=article.url,
        site=site,
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
            model=model.name,
            noise_share=round(gone / max(1, sum(visible)), 6),
            uncertain=uncertain,
            warnings=(*article.warnings, *warnings),
        ),
        provenance=(Provenance(stage="cleaner", version=VERSION, model=model.name),),
    )


def judge(  # noqa: PLR0917 - the article, then what judges it
    texts: Sequence[str],
    cuts: Sequence[Cut],
    title: str | None,
    told: dict[int, str],
    model: Model,
    settings: CleanerSettings,
    *,
    with_topic: bool,
) -> Judged:
    """What to think of each block.

    Args:
        texts: Of the blocks, normalised.
        cuts: Where they stand.
        title: The article's title, or None: then a headline on top of the text becomes it.
        told: Blocks that are a caller's phrase: they go, and the others are judged as if they were not there.
        model: Of blocks.
        settings: From where the topic head counts.
        with_topic: Whether it counts.
    """
    shapes = [Shape(text) for text in texts]
    headline = find_headline(shapes) if title is None else None
    if headline is not None:
        title = shapes[headline].text
    titles = frozenset(find_repeats(shapes, title)) if title else frozenset()
    opinion = _ask(texts, [block.line for block in cuts], title, told, model)
    noise, foreign = settle(shapes, opinion, settings, with_topic=with_topic)
    copies = find_copies(opinion.overlap)
    for number in (*titles, *told):
        noise[number] = 1.0
    return Judged(texts, shapes, opinion, noise, copies, titles, frozenset(foreign), told, title)


def settle(
    shapes: Sequence[Shape], opinion: Opinion, settings: CleanerSettings, *, with_topic: bool
) -> tuple[list[float], set[int]]:
    """Probability of noise of each block by the model, its topic head and the rules; and which another story's are."""
    noise = [round(float(value), 4) for value in opinion.noise]
    foreign = {number for number, value in enumerate(opinion.foreign.tolist()) if value >= settings.topic_from}
    own = sum(shape.size >= MIN_OWN_WORDS for number, shape in enumerate(shapes) if number not in foreign)
    if not with_topic or len(foreign) > MAX_FOREIGN or own < MIN_OWN:
        foreign = set()
    for number in sorted(foreign):
        noise[number] = combine(noise[number], float(opinion.foreign[number]), settings.topic_from)
        above = number - 1
        # another story's headline goes with its paragraph
        if above >= 0 and noise[above] >= SUSPECT and shapes[above].is_headline and not shapes[above].ends_sentence:
            noise[above] = max(noise[above], noise[number])
            foreign.add(above)
    for number in find_lone_headlines(shapes):
        noise[number] = max(noise[number], LONG_HEADLINE_NOISE)
    copies = find_copies(opinion.overlap)
    for number in find_spare(copies, noise, lambda k: _is_unique(shapes[k])):
        noise[number] = max(noise[number], SPARE_NOISE)
    return noise, foreign


def _is_unique(shape: Shape) -> bool:
    """Whether nobody writes this twice in one article: a question may be put to several people."""
    return shape.size >= MIN_SPARE_WORDS and shape.ends_sentence and shape.end != "?"


def _ask(texts: Sequence[str], lines: Sequence[int], title: str | None, told: dict[int, str], model: Model) -> Opinion:
    """The model's opinion of all blocks; those that a caller's phrase removed are not shown to it but as blanks."""
    return model.judge(["" if number in told else text for number, text in enumerate(texts)], lines, title)


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


def _normalise_blocks(source: str, blocks: Sequence[str]) -> tuple[list[str], bool]:
    """Each block's words as published, and whether any was mojibake."""
    if is_normal(source):  # as nearly all are: one look instead of one a block
        return list(map(collapse, blocks)), False
    texts = [normalise(block, _mend) for block in blocks]
    return texts, any(text != normalise(block) for text, block in zip(texts, blocks, strict=True) if is_mojibake(block))


def _mend(text: str) -> str:
    """What was meant by a text whose UTF-8 was read in another encoding; nothing else is touched, no quote uncurled."""
    return ftfy.fix_encoding(text)


def _prose(judged: Judged) -> str:
    """The full paragraphs, or all there is."""
    full = [text for text, is_full in zip(judged.texts, judged.opinion.fact("paragraph") > 0, strict=True) if is_full]
    return "\n".join(full or judged.texts)


def _decide(
    judged: Judged, language: str | None, model: Model, settings: CleanerSettings, *, is_page: bool
) -> tuple[list[bool], bool, list[str]]:
    """Which blocks go, whether anything that should have gone was held back, and what to warn of."""
    sizes = np.maximum(1, np.rint(np.expm1(judged.opinion.fact("size")))).astype(int).tolist()
    fixed = [n in judged.titles or not text for n, text in enumerate(judged.texts)]
    if all(fixed):  # a title and nothing else is its own text
        return [not text for text in judged.texts], False, []
    limit = max(settings.remove_from, settings.careful_from) if is_page else settings.remove_from
    wanted = [no or value >= limit for no, value in zip(fixed, judged.noise, strict=True)]
    why = conservative.find_reason(judged.texts, judged.opinion.reading, language)
    warnings = []
    if why is not None:
        certain = [no or _is_certain(judged, n) for n, no in enumerate(fixed)]
        removed = [no and sure for no, sure in zip(wanted, certain, strict=True)]
        if removed != wanted:
            warnings.append(f"only what is certain was removed: {why}")
    else:
        removed = wanted
        _look_again(judged, removed, limit, model, settings)
    removed, held = removal_limit.hold_back(
        removed, judged.noise, sizes, fixed=fixed, max_share=settings.max_removed_share
    )
    if held:
        warnings.append("more would have gone than the guard allows")
    return removed, bool(warnings), warnings


def _look_again(judged: Judged, removed: list[bool], limit: float, model: Model, settings: CleanerSettings) -> None:
    """Judge what is kept as if it were all there is, until nothing more goes: so would a second cleaning see it.

    Args:
        judged: The blocks; the probabilities of those that go now are raised.
        removed: What goes; added to.
        limit: Probability of noise from which a block goes.
        model: Of blocks.
        settings: From where the topic head counts.
    """
    for _ in range(MAX_ROUNDS):
        kept = [number for number, no in enumerate(removed) if not no]
        if len(kept) in {0, len(removed)} or len(removed) > MOST_BLOCKS:
            return
        if max(judged.noise[number] for number in kept) < SETTLED:
            return
        opinion = model.weigh(judged.opinion.reading.take(kept), with_topic=False)
        noise, _ = settle([judged.shapes[number] for number in kept], opinion, settings, with_topic=False)
        more = [place for place, value in enumerate(noise) if value >= limit + SECOND_LOOK]
        for place in more:
            removed[kept[place]] = True
            judged.noise[kept[place]] = max(judged.noise[kept[place]], noise[place])
        if not more:
            return


def _is_certain(judged: Judged, number: int) -> bool:
    """Whether a block is furniture in any text: nothing but a known phrase, or a paragraph's second copy."""
    return (
        number in judged.told
        or (judged.shapes[number].size <= 6 and find_whole(judged.shapes[number].words) is not None)
        or (judged.noise[number] >= SPARE_NOISE and number in judged.copies and judged.copies[number].equal)
    )


class Piece(NamedTuple):
    """A block, or a part of one, and what becomes of it.

    Attributes:
        cut: Where it stands in the source.
        text: Its words as published.
        noise: Probability of noise.
        reason: Why it goes, or None where it stays.
        number: Of the block; None for what was cut out of one.
    """

    cut: Cut
    text: str
    noise: float
    reason: Reason | None
    number: int | None


def _lay_out(cuts: Sequence[Cut], judged: Judged, removed: Sequence[bool]) -> list[Piece]:
    """All blocks with the verdict on them."""
    why = iter(_find_reasons(judged, removed))
    return [
        Piece(block, judged.texts[n], round(judged.noise[n], 4), next(why) if removed[n] else None, n)
        for n, block in enumerate(cuts)
    ]


def _cut_glued(source: str, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with furniture that is glued to a sentence cut off the blocks that stay."""
    found: list[Piece] = []
    for piece in pieces:
        glued = [] if piece.reason else find_glued(piece.text)
        found.extend(_split(source, piece, glued) if glued else [piece])
    return found


def _split(source: str, piece: Piece, glued: Sequence[Glued]) -> list[Piece]:
    """A block cut at the edges of what is glued to it; whole where its source has other characters than its text."""
    begin, end, line = piece.cut
    there = source[begin:end]
    if _count_visible(there) != _count_visible(piece.text):
        return [piece]
    why = {start: reason for start, _, reason in glued}
    edges = sorted({0, len(piece.text), *(edge for start, stop, _ in glued for edge in (start, stop))})
    parts = []
    for start, stop in pairwise(edges):
        text = piece.text[start:stop].strip()
        if not text:
            continue
        first = _count_visible(piece.text[:start])
        last = first + _count_visible(text) - 1
        at = Cut(begin + _find_visible(there, first), begin + _find_visible(there, last) + 1, line)
        if start in why:
            parts.append(Piece(at, text, max(piece.noise, GLUED_NOISE), why[start], None))
        else:
            parts.append(Piece(at, text, piece.noise, None, piece.number))
    return parts


def _count_visible(text: str) -> int:
    return sum(map(len, text.split()))


def _find_visible(text: str, number: int) -> int:
    """Where in a text the character of that number stands, white space not counted."""
    for word in _WORD.finditer(text):
        if number < len(word[0]):
            return word.start() + number
        number -= len(word[0])
    raise IndexError(number)


def _publish(source: str, pieces: Sequence[Piece]) -> tuple[str, tuple[Block, ...]]:
    """The published text, and a block of the contract for each piece of the source."""
    parts: list[str] = []
    blocks: list[Block] = []
    at, last = 0, None
    for piece in pieces:
        start, end, line = piece.cut
        if piece.reason is not None:
            # nothing visible in it: told as it came, so that nothing of the source is lost
            text = piece.text or source[start:end]
            block = Block(
                source_start=start,
                source_end=end,
                kept=False,
                reason=piece.reason,
                noise_probability=piece.noise,
                text=text,
            )
            blocks.append(block)
            continue
        if last is not None:
            between = "\n\n" if line != last.line else _blank(source, last.end, start)
            parts.append(between)
            at += len(between)
        block = Block(
            source_start=start,
            source_end=end,
            kept=True,
            noise_probability=piece.noise,
            start=at,
            end=at + len(piece.text),
        )
        blocks.append(block)
        parts.append(piece.text)
        at += len(piece.text)
        last = piece.cut
    return "".join(parts), tuple(blocks)


def _blank(source: str, start: int, end: int) -> str:
    """The white space between two sentences of a line, collapsed; what was removed between them leaves one blank."""
    between = source[start:end]
    return " " if between and (between[0].isspace() or between[-1].isspace()) else ""


def _find_reasons(judged: Judged, removed: Sequence[bool]) -> Iterator[Reason]:
    """Why each removed block was removed."""
    kinds, has_date = reasons.find_kinds(judged.opinion.reading.own)
    paragraphs = judged.opinion.fact("paragraph").nonzero()[0]
    behind = int(paragraphs[-1]) + 1 if len(paragraphs) else len(removed)
    for number, no in enumerate(removed):
        if not no:
            continue
        copy = judged.copies.get(number)
        if number in judged.titles:
            yield "title"
        elif number in judged.foreign:
            yield "teaser"
        elif copy is not None and not removed[copy.other]:
            yield "duplicate"
        elif copy is not None and kinds[copy.other] == "photo":
            # a caption without a sign of one, said again with its credit
            yield "photo"
        else:
            shape = judged.shapes[number]
            yield kinds[number] or reasons.guess(shape, has_date=has_date[number], is_behind=number >= behind)


def _collect_furniture(
    judged: Judged, removed: Sequence[bool], pieces: Sequence[Piece]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Captions, credits and bylines among what goes, each once."""
    captions: dict[str, None] = {}
    credits_: dict[str, None] = {}
    for piece in pieces:
        if piece.reason != "photo":
            continue
        if piece.number is None:  # cut off a block: "(Photo: Jo Park/Reuters)"
            credits_[piece.text] = None
            continue
        copy = judged.copies.get(piece.number)
        caption, credit = furniture.split_caption(piece.text)
        if copy is not None and not copy.part and removed[copy.other]:
            # the caption stands alone elsewhere: what this block has beyond it is the credit
            inner = judged.shapes[copy.other].text
            if piece.text.startswith(inner):
                caption, credit = inner, piece.text[len(inner) :].strip() or None
        if caption and len(caption.split()) >= 3:
            captions[caption] = None
        if credit:
            credits_[credit] = None
    bylines = (piece.text for piece in pieces if piece.reason == "byline")
    return tuple(captions), tuple(credits_), tuple(dict.fromkeys(bylines))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
