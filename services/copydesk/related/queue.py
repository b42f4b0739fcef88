"""The queue of articles in the order in which they will leave the window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from copydesk.related.rows import COUNTERS_KEY, Counters, Rows, queue_key

CHUNK = 32
"""Articles of a chunk, which is one row."""


class Queued(NamedTuple):
    """A place in the queue."""

    time: int
    """Time of the stream as the article was put there, in milliseconds since 1970."""

    article: str
    number: int


def next_number(rows: Rows) -> int:
    """A number that was never given out."""
    counters = load_counters(rows)
    number = counters.next
    counters.next += 1
    rows.store(COUNTERS_KEY, counters)
    return number


def push(rows: Rows, item: Queued) -> None:
    """Put an article at the end."""
    counters = load_counters(rows)
    chunk = _load(rows, counters.tail)
    if len(chunk) >= CHUNK:
        counters.tail += 1
        rows.store(COUNTERS_KEY, counters)
        chunk = []
    rows.store(queue_key(counters.tail), [*chunk, item])


def pop(rows: Rows, before: int) -> Iterator[Queued]:
    """Take out articles that were queued before a time, oldest first, as many as are asked for."""
    while True:
        counters = load_counters(rows)
        chunk = _load(rows, counters.head)
        if not chunk:
            if counters.head == counters.tail:
                return
            rows.put(queue_key(counters.head), None)
            counters.head += 1
            rows.store(COUNTERS_KEY, counters)
            continue
        item, *rest = chunk
        if item.time >= before:
            return
        rows.store(queue_key(counters.head), rest)
        yield item


def load_counters(rows: Rows) -> Counters:
    """The counters."""
    return rows.load(COUNTERS_KEY, Counters) or Counters()


def _load(rows: Rows, chunk: int) -> list[Queued]:
    return rows.load(queue_key(chunk), list[Queued]) or []


__all__ = ["Queued", "load_counters", "next_number", "pop", "push"]
