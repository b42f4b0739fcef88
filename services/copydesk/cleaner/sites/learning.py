"""Texts that a site repeats, learned article by article. Everything is bounded; the order of the articles decides."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import msgspec

from copydesk.cleaner.sites.look import EDGE_NOISE, FLOOR, LONG_WORDS
from copydesk.contracts.sites import SeenBlock, SeenPage, SiteKey, SiteRecord

MIN_STORIES, MIN_EDGE_STORIES, MIN_DAYS = 2, 3, 2
"""Number of stories that must have shown a text, or its first or last words, and of days, before it is furniture. Two
stories suffice for whole texts; of what went by first or last words that only two stories had shown, one in eight was
body."""

PROBATION = 50
"""Articles of the site after which a text that is no furniture yet is forgotten."""

FORGET = 200
"""Articles of the site after which furniture is forgotten: its template has changed."""

SAME_STORY_SHARE, SAME_STORY_WORDS = 0.3, 40
"""Share of an article's words in paragraphs, and number of words, that it shares with one earlier story if it is a
version of it. A version of a story shows nothing that its story has not shown."""

SKETCH_BLOCKS = 12
"""Number of paragraphs of an article by which its versions are known."""

MAX_KEYS = 512
"""Number of furniture keys in a record."""

MAX_REMEMBERED = 6_000
"""Number of keys of a site that are remembered. The oldest go first."""

MAX_EVENTS = 200
"""Number of events that are remembered, so that one which comes again counts once."""

RECORD_EVERY = 10
"""Articles of a site after which its record is published at the latest, if it has changed."""

EARLY = 20
"""Articles of a site up to which each change is published at once: a young memory grows fast."""

BLOCK, START, END = 0, 1, 2
KINDS = ("block", "start", "end")


class KeyMemory(msgspec.Struct, array_like=True):
    """Memory of one key."""

    kind: int
    stories: int
    days: int
    first_day: int
    last_day: int
    story: int
    """Number of the last story that showed it."""

    noise: int
    """Sum of the model's probabilities over the stories, times 255."""

    article: int
    """Number of the last article that showed it."""

    text: str = ""


class SiteMemory(msgspec.Struct, array_like=True):
    """All that is remembered of a site."""

    site: str
    articles: int = 0
    keys: dict[str, KeyMemory] = {}
    events: list[str] = []
    pinned: list[str] = []
    never: list[str] = []
    published: str = ""
    """Version of the record that was published last."""

    published_at: int = 0
    """Number of the article behind which it was published."""


def learn(memory: SiteMemory, page: SeenPage, *, event: str | None, today: int) -> SiteRecord | None:
    """Learn from an article; `memory` is changed.

    Args:
        memory: Memory of the article's site.
        page: The article's blocks, or an operator's order.
        event: Id of the event; one that comes again changes nothing.
        today: Day of ingestion, in days since 1970, for an article without a plausible day of publication.

    Returns:
        The record to publish; None if none is due.
    """
    if event is not None:
        if event in memory.events:
            return None
        memory.events = [*memory.events[1 - MAX_EVENTS :], event]
    if page.pin is not None or page.never is not None:
        memory.pinned = memory.pinned if page.pin is None else list(page.pin)
        memory.never = memory.never if page.never is None else list(page.never)
        return _publish(memory)
    memory.articles += 1
    day = page.day if page.day is not None and page.day <= today + 1 else today
    story = _find_story(memory, page.blocks)
    _note_blocks(memory, page.blocks, story or memory.articles, day)
    if memory.articles % RECORD_EVERY == 0:
        _forget(memory)
    is_due = memory.articles <= EARLY or memory.articles >= memory.published_at + RECORD_EVERY
    return _publish(memory) if is_due else None


def _find_story(memory: SiteMemory, blocks: tuple[SeenBlock, ...]) -> int | None:
    """Number of the earlier story of which these blocks are a version; None if there is none.

    Only texts that one or two stories have shown tell: furniture is shared by all.
    """
    shared: Counter[int] = Counter()
    total = 0
    for block in _sketch(blocks):
        total += block.words
        known = memory.keys.get(block.key)
        if known is not None and known.stories < MIN_STORIES:
            shared[known.story] += block.words
    if not shared:
        return None
    story, words = min(shared.items(), key=lambda item: (-item[1], item[0]))
    return story if words >= max(SAME_STORY_WORDS, SAME_STORY_SHARE * total) else None


def _sketch(blocks: tuple[SeenBlock, ...]) -> list[SeenBlock]:
    """The first paragraphs of an article, by which its versions are known."""
    return list(islice((block for block in blocks if block.words >= LONG_WORDS), SKETCH_BLOCKS))


def _note_blocks(memory: SiteMemory, blocks: tuple[SeenBlock, ...], story: int, day: int) -> None:
    sketch = {block.key for block in _sketch(blocks)}
    for block in blocks:
        may_be_furniture = block.noise >= 255 * FLOOR
        for kind, key in _keys_of(block):
            known = memory.keys.get(key)
            if known is None:
                # what is surely body is remembered only to know the story again
                if not may_be_furniture and not (kind == BLOCK and key in sketch):
                    continue
                text = block.text if kind == BLOCK else ""
                memory.keys[key] = KeyMemory(kind, 1, 1, day, day, story, block.noise, memory.articles, text)
                continue
            known.article = memory.articles
            if known.story == story:
                continue
            known.story = story
            known.stories += 1
            known.noise += block.noise
            if not known.first_day <= day <= known.last_day:
                known.days += 1
                known.first_day, known.last_day = min(known.first_day, day), max(known.last_day, day)
            if kind == BLOCK and block.text and not known.text:
                known.text = block.text


def _keys_of(block: SeenBlock) -> Iterator[tuple[int, str]]:
    """Kinds and keys of a block. Those of a text that is surely body count once they are known: they speak for it."""
    yield BLOCK, block.key
    if block.start:
        yield START, block.start
        yield END, block.end


def _forget(memory: SiteMemory) -> None:
    """Forget what was not seen for long."""
    now = memory.articles
    memory.keys = {
        key: known
        for key, known in memory.keys.items()
        if now - known.article <= (PROBATION if known.stories < MIN_EDGE_STORIES else FORGET)
    }
    if len(memory.keys) > MAX_REMEMBERED:
        newest = sorted(memory.keys.items(), key=lambda item: (-item[1].article, item[0]))[:MAX_REMEMBERED]
        memory.keys = dict(sorted(newest))


def make_record(memory: SiteMemory) -> SiteRecord:
    """The site's record as it would be published now."""
    furniture = [
        SiteKey(
            key=key,
            kind=KINDS[known.kind],
            stories=known.stories,
            days=known.days,
            noise=round(known.noise / 255 / known.stories, 2),
            since=known.first_day,
            text=known.text or None,
        )
        for key, known in memory.keys.items()
        if known.days >= MIN_DAYS and _may_be_furniture(known)
    ]
    furniture.sort(key=lambda item: (-item.stories, item.key))
    record = SiteRecord(
        site=memory.site,
        version="",
        articles=memory.articles,
        keys=tuple(furniture[:MAX_KEYS]),
        pinned=tuple(memory.pinned),
        never=tuple(memory.never),
    )
    version = hashlib.sha256(msgspec.json.encode(record)).hexdigest()[:12]
    return msgspec.structs.replace(record, version=version)


def _may_be_furniture(known: KeyMemory) -> bool:
    mean = known.noise / 255 / known.stories
    if known.kind == BLOCK:
        return known.stories >= MIN_STORIES and mean >= FLOOR / 2
    return known.stories >= MIN_EDGE_STORIES and mean >= EDGE_NOISE


def _publish(memory: SiteMemory) -> SiteRecord | None:
    """The record, if it tells the cleaner anything new."""
    record = make_record(memory)
    told = msgspec.structs.replace(record, articles=0, version="")
    content = hashlib.sha256(msgspec.json.encode(_without_counts(told))).hexdigest()[:12]
    memory.published_at = memory.articles
    if content == memory.published:
        return None
    memory.published = content
    return record


def _without_counts(record: SiteRecord) -> SiteRecord:
    """The record with rounded counts: 37 stories or 38 make no difference."""
    keys = tuple(
        msgspec.structs.replace(
            key, stories=_round(key.stories), days=min(key.days, MIN_DAYS), noise=round(key.noise, 1)
        )
        for key in sorted(record.keys, key=lambda key: key.key)
    )
    return msgspec.structs.replace(record, keys=keys)


def _round(stories: int) -> int:
    """Number of stories on a scale of halves and tenths, exact where the rules look at it."""
    return stories if stories <= 10 else 10 * round(stories / 10) if stories <= 100 else 100


__all__ = ["KeyMemory", "SiteMemory", "learn", "make_record"]
