"""Recomputes the state of the test stage `tally` from the log. It shares no code with the workers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from harness.load import NUMBER, Sent
from harness.running import Row

SINK, STEPS, DEAD, CHANGELOG = "articles.tallied", "tally.steps", "articles.tally.dlq", "tally.changelog"
TALLY_TOPICS = (SINK, STEPS, DEAD, CHANGELOG)


def tallied(rows: Iterable[Row]) -> int:
    """Number of distinct articles that the stage has done with."""
    return len({row.headers[NUMBER] for row in rows if row.topic in {SINK, DEAD}})


def find_wrong_results(sent: Sequence[Sent], rows: Sequence[Row]) -> set[str]:
    """Ids whose count is wrong in a result or in the second output.

    The n-th article of an id is counted as n, whatever happened on the way.
    """
    expected = _expect(sent)
    wrong: set[str] = set()
    for topic in (SINK, STEPS):
        counted: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for row in rows:
            if row.topic == topic:
                counted[row.document["id"]][row.document["article"]].add(row.document["count"])
        wrong |= {
            id_
            for id_ in expected.keys() | counted.keys()
            if counted[id_] != {number: {place} for place, number in enumerate(expected[id_], 1)}
        }
    return wrong


def find_wrong_rows(sent: Sequence[Sent], rows: Sequence[Row]) -> set[str]:
    """Ids whose newest row in the changelog is wrong."""
    newest: dict[bytes | None, bytes | None] = {}
    changelog = [row for row in rows if row.topic == CHANGELOG]
    for row in sorted(changelog, key=lambda row: (row.partition, row.offset)):
        newest[row.key] = row.value
    return {id_ for id_, numbers in _expect(sent).items() if newest.get(id_.encode()) != b"%d" % len(numbers)}


def _expect(sent: Sequence[Sent]) -> dict[str, list[int]]:
    """Numbers of the articles that are counted, by id, in their order."""
    expected: dict[str, list[int]] = defaultdict(list)
    for one in sent:
        if one.fate != "invalid":
            expected[one.key.decode()].append(int(one.headers[NUMBER]))
    return expected


def count_tally(sent: Sequence[Sent], rows: Sequence[Row], *, exactly_once: bool) -> dict[str, int]:
    """A summary: lost, duplicated, keys with a wrong state.

    Raises:
        AssertionError: Something is lost, or wrong; or it came twice under exactly once.
    """
    done = [row for row in rows if row.topic in {SINK, DEAD}]
    times = Counter(row.headers[NUMBER] for row in done)
    lost = {one.headers[NUMBER].decode() for one in sent} - set(times)
    duplicated = sum(times.values()) - len(times)
    dead = {row.headers[NUMBER] for row in done if row.topic == DEAD}
    assert not lost, f"tally: lost {sorted(lost)[:5]}"
    assert dead == {one.headers[NUMBER].decode() for one in sent if one.fate == "invalid"}
    wrong = find_wrong_results(sent, rows) | find_wrong_rows(sent, rows)
    assert not wrong, f"{len(wrong)} keys with a wrong state: {sorted(wrong)[:5]}"
    if exactly_once:
        assert duplicated == 0, f"tally: {duplicated} records came twice"
    return {"lost": 0, "duplicated": duplicated, "keys": len({one.key for one in sent}), "keys with a wrong state": 0}


__all__ = ["TALLY_TOPICS", "count_tally", "find_wrong_results", "find_wrong_rows", "tallied"]
