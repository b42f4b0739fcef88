"""Noise score of each block: the model, the topic head, the rules and the operator's phrases together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from copydesk.cleaner.blocks import BlockSpan
from copydesk.cleaner.model.block_model import Model, Prediction
from copydesk.cleaner.rules.back_references import refers_back
from copydesk.cleaner.rules.block_shape import BlockShape
from copydesk.cleaner.rules.comment_section import COMMENT_NOISE, find_comment_section
from copydesk.cleaner.rules.duplicates import REDUNDANT_NOISE, Copy, find_copies, find_redundant, find_repeated_runs
from copydesk.cleaner.rules.furniture_lines import FURNITURE_NOISE, find_furniture
from copydesk.cleaner.rules.headlines import LONE_HEADLINE_NOISE, find_last_headline, find_lone_headlines
from copydesk.cleaner.rules.title import find_headline, find_repeats
from copydesk.cleaner.settings import CleanerSettings
from copydesk.contracts.articles import Reason

MIN_OWN_PARAGRAPHS = 5
"""Sentences that an article has beside the foreign ones, or nothing in it counts as foreign. The topic head was trained
and measured on articles with six or more; of three paragraphs nobody can tell which one does not belong."""

MIN_OWN_WORDS = 8
"""Words of such a sentence, as in those articles."""

MAX_FOREIGN = 2
"""Foreign paragraphs of an article. An article with more is a round-up, in which every item is its own story."""


OUTLIER_FROM, OUTLIER_REST = 0.75, 0.4
"""Probability of another story from which the only such paragraph of an article is suspected, too, and the largest one
of the other paragraphs. Out of fold .925 of random and .468 of similar paragraphs are suspected, .912 and .422 without
it; a paragraph of .150 of the clean articles, not of .102."""

EVIDENCE_NOISE = 0.5
"""Probability of noise by the main model from which a block right above a paragraph shows that something foreign stands
there. One below does not: three of the five paragraphs of a feed that went for it were body."""

TOPIC_DOUBT = 0.2
"""Probability of noise by the main model from which a paragraph goes for its topic: both must doubt. Of the paragraphs
that the topic head took out of 3,524 scrapes of a feed, 18 of 24 below it were body, 3 of 52 above it."""

FOREIGN_NOISE = 0.97
"""Probability of noise of a paragraph that the topic head takes out. The head and the main model make different errors:
a sure verdict of the head must not rank behind a mere suspicion of the main model."""

SUSPECT = 0.3
"""Probability of noise from which a headline goes with the foreign paragraph below it; with less it is a sub-head."""

MIN_UNIQUE_WORDS = 8
"""Words of a sentence that nobody writes twice in one article."""

DECIMALS = 4
"""Places that a score is rounded to."""


class ScoredBlocks(NamedTuple):
    """The blocks of one source with their scores.

    Attributes:
        texts: Texts of the blocks.
        shapes: The same blocks as the rules see them.
        prediction: The model's verdict.
        noise: Probability of noise of each block, rules included.
        copies: Copies among the blocks, by number.
        titles: Numbers of the blocks that are the title.
        repeats: Numbers of the blocks that repeat a part of the text.
        furniture: Reason to remove a block that is furniture wherever it stands, or a comment of a reader, by number.
        foreign: Numbers of the blocks that are a paragraph or a headline of another story.
        suspected: Blocks that only the topic head speaks against: their probability of noise without it, by number.
            They are judged by that, and published with what the head says.
        site_phrases: The operator's phrase that a block is, by number.
        title: Title of the article.
    """

    texts: Sequence[str]
    shapes: Sequence[BlockShape]
    prediction: Prediction
    noise: Sequence[float]
    copies: Mapping[int, Copy]
    titles: frozenset[int]
    repeats: frozenset[int]
    furniture: Mapping[int, Reason]
    foreign: frozenset[int]
    suspected: Mapping[int, float]
    site_phrases: Mapping[int, str]
    title: str | None


def score_blocks(  # noqa: PLR0917 - the article, then what judges it
    texts: Sequence[str],
    spans: Sequence[BlockSpan],
    title: str | None,
    site_phrases: Mapping[int, str],
    model: Model,
    settings: CleanerSettings,
    *,
    with_topic: bool,
) -> ScoredBlocks:
    """The blocks with their scores.

    Args:
        texts: Texts of the blocks, normalised.
        spans: Places of the blocks in the source.
        title: Title of the article; None makes a headline on top of the text the title.
        site_phrases: Blocks that are a phrase of the operator. They are removed, and the model sees them as empty.
        model: The block model.
        settings: Has the threshold of the topic head.
        with_topic: False leaves the topic head out.
    """
    shapes = [BlockShape(text) for text in texts]
    headline = find_headline(shapes) if title is None else None
    if headline is not None:
        title = shapes[headline].text
    titles = frozenset(find_repeats(shapes, title)) if title else frozenset()
    shown = ["" if number in site_phrases else text for number, text in enumerate(texts)]
    prediction = model.predict(shown, [span.line for span in spans], title)
    copies = find_copies(prediction.overlap)
    noise, foreign, suspected = combine_scores(shapes, prediction, copies, titles, settings, with_topic=with_topic)
    blocks_of_line = Counter(span.line for span in spans)
    stands_alone = [blocks_of_line[span.line] == 1 for span in spans]
    repeats = find_repeated_runs(
        [shape.words for shape in shapes],
        lambda k: stands_alone[k] and _is_unique(shapes[k]),
        lambda k: shapes[k].is_paragraph,
    )
    for number, original in repeats.items():
        # that there are copies says nothing against the one that stays
        if _is_unique(shapes[original]):
            noise[original] = min(noise[original], noise[number])
    for number in repeats:
        noise[number] = max(noise[number], REDUNDANT_NOISE)
    furniture = {
        number: reason
        for number, text in enumerate(texts)
        if stands_alone[number] and (reason := find_furniture(text)) is not None
    }
    for number in furniture:
        noise[number] = max(noise[number], FURNITURE_NOISE)
    comments = find_comment_section(texts)
    for number in range(len(texts) if comments is None else comments, len(texts)):
        noise[number] = max(noise[number], COMMENT_NOISE)
        furniture.setdefault(number, "other")
    for number in (*titles, *site_phrases):
        noise[number] = 1.0
    without_topic = {number: noise[number] for number in suspected}
    for number in suspected:
        probability = float(prediction.foreign[number])
        noise[number] = add_foreign(noise[number], probability, min(settings.topic_from, probability))
    return ScoredBlocks(
        texts,
        shapes,
        prediction,
        noise,
        copies,
        titles,
        frozenset(repeats),
        furniture,
        frozenset(foreign),
        without_topic,
        site_phrases,
        title,
    )


def combine_scores(
    shapes: Sequence[BlockShape],
    prediction: Prediction,
    copies: Mapping[int, Copy],
    titles: Collection[int],
    settings: CleanerSettings,
    *,
    with_topic: bool,
) -> tuple[list[float], set[int], set[int]]:
    """Probability of noise of each block by the model, its topic head and the rules, and numbers of foreign blocks.

    The last numbers are of blocks that only the topic head suspects: their probability is without it.

    Args:
        shapes: The blocks as the rules see them.
        prediction: The model's verdict.
        copies: Copies among the blocks.
        titles: Numbers of the blocks that are the title.
        settings: Has the threshold of the topic head.
        with_topic: False leaves the topic head out.
    """
    noise = [round(float(value), DECIMALS) for value in prediction.noise]
    found = (
        _find_foreign(shapes, prediction, {*copies, *titles}, settings) if with_topic else Foreign(set(), set(), set())
    )
    for number in found.paragraphs:
        noise[number] = add_foreign(noise[number], float(prediction.foreign[number]), settings.topic_from)
    for number in found.headlines:
        noise[number] = max(noise[number], noise[number + 1])
    last = find_last_headline(shapes)
    for number in (*find_lone_headlines(shapes), *(() if last is None else (last,))):
        noise[number] = max(noise[number], LONE_HEADLINE_NOISE)
    for number in find_redundant(copies, noise, lambda k: _is_unique(shapes[k])):
        noise[number] = max(noise[number], REDUNDANT_NOISE)
    return noise, found.paragraphs | found.headlines, found.suspected


class Foreign(NamedTuple):
    """Blocks of other stories, by number.

    Attributes:
        paragraphs: Paragraphs that the topic head takes out.
        headlines: Headlines above them, which they take along.
        suspected: Paragraphs that it only suspects.
    """

    paragraphs: set[int]
    headlines: set[int]
    suspected: set[int]


def _find_foreign(
    shapes: Sequence[BlockShape], prediction: Prediction, familiar: Collection[int], settings: CleanerSettings
) -> Foreign:
    """Blocks that are another story by the topic head.

    Only where the page itself shows that something foreign stands there does a paragraph go for its topic, or at the
    end of the text; never one of which the main model is sure, and hardly one that refers back.
    """
    values = prediction.foreign.tolist()
    found = {number for number, value in enumerate(values) if value >= settings.topic_from}
    own = sum(shape.size >= MIN_OWN_WORDS for number, shape in enumerate(shapes) if number not in found)
    if len(found) > MAX_FOREIGN or own < MIN_OWN_PARAGRAPHS:
        return Foreign(set(), set(), set())
    if not found:
        return Foreign(set(), set(), _find_outlier(values))
    # the title and a copy of the article's own paragraph look like noise, but are nothing foreign
    noise = [0.0 if number in familiar else value for number, value in enumerate(prediction.noise.tolist())]
    end = max((number for number, shape in enumerate(shapes) if shape.is_paragraph and number not in found), default=-1)
    headlines = {
        number - 1
        for number in found
        if number > 0
        and _is_foreign_headline(shapes[number - 1])
        # below the end there are no sub-heads, and "she" is the woman of the headline
        and (number > end or (noise[number - 1] >= SUSPECT and noise[number] >= TOPIC_DOUBT))
    }
    paragraphs = {
        number
        for number in found
        if number - 1 in headlines
        or (
            noise[number] >= TOPIC_DOUBT
            and not refers_back(shapes[number].text, shapes[number].words)
            and (
                (number > 0 and noise[number - 1] >= EVIDENCE_NOISE)
                or (number > end and values[number] >= settings.topic_alone_from)
            )
        )
    }
    return Foreign(paragraphs, headlines, found - paragraphs)


def _find_outlier(values: Sequence[float]) -> set[int]:
    """Number of the only paragraph that may be of another story."""
    first, *others = sorted(range(len(values)), key=lambda number: -values[number])
    if values[first] < OUTLIER_FROM or any(values[number] > OUTLIER_REST for number in others[:1]):
        return set()
    return {first}


def _is_foreign_headline(shape: BlockShape) -> bool:
    return shape.is_headline and not shape.ends_sentence


def add_foreign(noise: float, foreign: float, topic_from: float) -> float:
    """Probability of noise with the topic head's verdict: a foreign block is all but certain to be noise.

    Args:
        noise: Probability of noise by the main model.
        foreign: Probability of another story by the topic head.
        topic_from: Probability from which a block is foreign.

    >>> add_foreign(0.2, 0.96, 0.93) > 0.97, add_foreign(0.2, 0.8, 0.93)
    (True, 0.2)
    """
    if foreign >= topic_from:
        certainty = (foreign - topic_from) / max(1e-6, 1 - topic_from)
        noise = max(noise, FOREIGN_NOISE + (1 - FOREIGN_NOISE) * certainty)
    return round(noise, DECIMALS)


def _is_unique(shape: BlockShape) -> bool:
    """True for a sentence that nobody writes twice in one article. A question may be put to several people."""
    return shape.size >= MIN_UNIQUE_WORDS and shape.ends_sentence and shape.end != "?"
