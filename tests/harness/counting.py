"""Compares the output of the pipeline with its input. It shares no code with the workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from harness.load import NUMBER, Sent
from harness.running import Row

SINKS = {"cleaner": "articles.cleaned", "extractor": "articles.extracted", "coherence": "articles.scored"}
"""Stages in order, with the topic that each writes."""

TOPICS = ("articles.raw", *SINKS.values(), *(f"articles.{stage}.dlq" for stage in SINKS))


def arrived(rows: Iterable[Row]) -> int:
    """Number of distinct articles that are done: enriched by all stages, or a dead letter."""
    last = {"articles.scored", *(f"articles.{stage}.dlq" for stage in SINKS)}
    return len({row.headers[NUMBER] for row in rows if row.topic in last})


def count(sent: Sequence[Sent], rows: Sequence[Row], *, exactly_once: bool) -> dict[str, int]:
    """A summary: lost, out of order, duplicated, and the records of each topic.

    Raises:
        AssertionError: Something is lost, out of order, changed, or came to another end than it should; it came twice
            under exactly once; or what came twice is not the same event with the same bytes.
    """
    came = {one.headers[NUMBER].decode(): one for one in sent}
    expected, duplicated = set(came), 0
    for stage, sink in SINKS.items():
        passed = [row for row in rows if row.topic == sink]
        dead = [row for row in rows if row.topic == f"articles.{stage}.dlq"]
        outcomes = Counter(row.headers[NUMBER] for row in passed + dead)
        assert set(outcomes) == expected, (
            f"{stage}: lost {sorted(expected - set(outcomes))[:5]}, from nowhere {sorted(set(outcomes) - expected)[:5]}"
        )
        duplicated += sum(outcomes.values()) - len(outcomes)
        _same(passed + dead)
        _in_order(passed, stage)
        for row in passed:
            _carries(row, came[row.headers[NUMBER]], "passed")
        for row in dead:
            one = came[row.headers[NUMBER]]
            _carries(row, one, row.headers["dlq.reason"])
            if stage == "cleaner":
                assert row.value == one.value, "a dead letter holds the original bytes"
        expected = {row.headers[NUMBER] for row in passed}
    if exactly_once:
        assert duplicated == 0, f"{duplicated} records came twice"
    return {"lost": 0, "out of order": 0, "duplicated": duplicated, **Counter(row.topic for row in rows)}


def _carries(row: Row, one: Sent, fate: str) -> None:
    """Check that the record is of this article, and has the expected outcome."""
    assert row.key == one.key
    assert row.headers["traceparent"].encode() == one.headers["traceparent"]
    assert fate == one.fate, f"{row.topic}: {row.headers[NUMBER]} ended as {fate}, not {one.fate}: {row.headers}"


def _same(rows: Iterable[Row]) -> None:
    """Check that records which came twice are the same event with the same bytes."""
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        earlier = first.setdefault((row.topic, row.headers[NUMBER]), row)
        assert earlier.value == row.value
        assert earlier.headers.get("ce_id") == row.headers.get("ce_id")


def _in_order(rows: Iterable[Row], stage: str) -> None:
    """Check that the versions of each key come in order. Repetitions are counted elsewhere."""
    seen: set[str] = set()
    last: dict[bytes | None, int] = {}
    for row in sorted(rows, key=lambda row: (row.partition, row.offset)):
        if row.headers[NUMBER] in seen:
            continue
        seen.add(row.headers[NUMBER])
        version = row.document["metadata"]["version"]
        assert version > last.get(row.key, 0), f"{stage}: {row.key!r} version {version} after {last[row.key]}"
        last[row.key] = version
