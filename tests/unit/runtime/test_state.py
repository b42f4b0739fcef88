"""Rows of a partition: before and after the articles in hand, marks, versions, time; stores; tables; questions."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest

from copydesk.operations.broker_checks import SetupError
from copydesk.runtime.frames import InputContext, Request, encode_answer, read_answer, read_request
from copydesk.runtime.records import ConsumedRecord
from copydesk.runtime.state.partition_state import MARK_KEY, Mark, PartitionState, input_context
from copydesk.runtime.state.stores import MAX_AGE_SECONDS, FolderStore, MemoryStore, Note, Store
from copydesk.runtime.state.tables import Table
from copydesk.stage import State

NOTE = Note(version=1)


def state_of(store: Store | None = None, **declared: Any) -> PartitionState:
    return PartitionState(State(**declared), store or MemoryStore(NOTE), on_future_time=lambda _: None)


def record(offset: int, *, timestamp: int = 1_000_000, ingested: str | None = None) -> ConsumedRecord:
    headers = () if ingested is None else (("ce_ingestedtime", ingested.encode()),)
    return ConsumedRecord("articles.raw", 0, offset, timestamp, b"k", b"{}", headers)


def test_an_article_sees_what_the_one_before_has_changed_and_a_commit_keeps_it() -> None:
    state = state_of()
    state.apply({b"a": b"1", b"b": b"2"})
    state.apply({b"a": None})
    assert state.get_many([b"a", b"b", b"c"]) == [None, b"2", None]
    assert state.store.get_many([b"b"]) == [None], "nothing is in the store before the commit"
    rows = state.changelog_rows(7)
    assert [(row.key, row.value) for row in rows[:-1]] == [(b"a", None), (b"b", b"2")]
    assert rows[-1].key == MARK_KEY, "the mark comes last"
    state.note_committed(7, 40)
    assert state.get_many([b"a", b"b"]) == [None, b"2"]
    assert (state.mark.next, state.store.note.offset) == (7, 40)
    assert state.changelog_rows(8)[:-1] == []


def test_what_is_before_the_mark_was_seen_unless_it_is_another_topics() -> None:
    state = state_of()
    state.label = "topic_id=a"
    state.note_committed(5, 1)
    again = state_of(state.store)
    assert again.begin("topic_id=a") == 5
    assert (again.has_seen(record(4)), again.has_seen(record(5))) == (True, False)
    assert again.begin("topic_id=b") == 0, "a topic of this name that was created again"
    assert state_of().begin("topic_id=a") is None, "no commit was ever made"


def test_stream_time_never_goes_back_and_no_clock_of_others_moves_it_far() -> None:
    warned: list[ConsumedRecord] = []
    state = PartitionState(State(), MemoryStore(NOTE), on_future_time=warned.append)
    times = [
        state.context(record(0, timestamp=5_000_000)).time,
        state.context(record(1, timestamp=4_000_000)).time,
        state.context(record(2, timestamp=5_000_000, ingested="2099-01-01T00:00:00Z")).time,
    ]
    assert times == [5_000_000, 5_000_000, 5_000_000 + 3_600_000]
    assert [one.offset for one in warned] == [2]
    assert input_context(record(3, ingested="no time")).ingested == 1_000_000


def test_rows_of_other_versions_are_upgraded_or_refused() -> None:
    def upgrade(version: int, key: bytes, value: bytes) -> bytes | None:
        return None if key == b"old" else b"%d:%b" % (version, value)

    state = state_of(version=3, upgrade=upgrade)
    assert state.read_row(b"a", b"x", 3) == b"x"
    assert state.read_row(b"a", b"x", 2) == b"2:x"
    assert state.read_row(b"old", b"x", 1) is None
    assert state.read_row(b"a", None, 1) is None
    with pytest.raises(SetupError, match="rows of format 4, and this version knows 3"):
        state.read_row(b"a", b"x", 4)
    with pytest.raises(SetupError, match="cannot upgrade"):
        state_of(version=3).read_row(b"a", b"x", 2)


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore(NOTE) if request.param == "memory" else FolderStore(tmp_path / "0", NOTE)


def test_a_store_keeps_rows_and_how_far_it_has_come(store: Store) -> None:
    store.write({b"a": b"1", b"b": b"2"}, Note(offset=3, version=1))
    store.write({b"a": None, b"c": b"3"}, Note(offset=5, version=1))
    assert store.get_many([b"a", b"b", b"c"]) == [None, b"2", b"3"]
    assert store.note.offset == 5
    assert store.size > 0
    store.close()


def test_memory_is_counted_by_what_is_there() -> None:
    store = MemoryStore(NOTE)
    empty = store.size
    store.write({b"a": b"x" * 1000}, NOTE)
    store.write({b"a": b"x" * 500}, NOTE)
    assert 500 < store.size < 1000
    store.write({b"a": None}, NOTE)
    assert (store.size, store.keys) == (empty, 0)


def test_a_folder_outlives_its_worker_but_not_its_format(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "0", NOTE)
    store.write({b"a": b"1"}, Note(offset=9, version=1))
    with pytest.raises(SetupError, match="another worker"):
        FolderStore(tmp_path / "0", NOTE)
    store.close()
    again = FolderStore(tmp_path / "0", NOTE)
    assert (again.get_many([b"a"]), again.note.offset) == ([b"1"], 9)
    assert not again.is_too_old()
    again.note = msgspec.structs.replace(again.note, written=again.note.written - MAX_AGE_SECONDS - 1)
    assert again.is_too_old()
    again.close()
    newer = FolderStore(tmp_path / "0", Note(version=2))
    assert (newer.get_many([b"a"]), newer.note.offset) == ([None], 0)
    newer.close()


def test_a_table_keeps_the_newest_value_and_a_tombstone_removes_it() -> None:
    class Row(msgspec.Struct):
        key: bytes | None
        value: bytes | None

    table = Table("sites")
    for row in (Row(b"a", b"1"), Row(b"b", b"2"), Row(b"a", b"3"), Row(b"b", None), Row(None, b"4")):
        table.take(row)
    assert (table.get_many([b"a", b"b"]), len(table)) == ([b"3", None], 1)


@pytest.mark.parametrize(
    "request_",
    [
        Request(b"k", b"{}", InputContext(5, 4, "e")),
        Request(None, b""),
        Request(b"", None, InputContext(2**60, -1, None)),
    ],
)
def test_a_request_and_an_answer_come_as_they_were_sent(request_: Request) -> None:
    assert read_request(io.BytesIO(b"".join(request_.encode()))) == request_
    values = [b"1", None, b""]
    assert read_answer(io.BytesIO(encode_answer(values))) == values
    with pytest.raises(ConnectionError):
        read_answer(io.BytesIO(b""))


def test_the_mark_tells_a_restarted_worker_where_it_stands() -> None:
    state = state_of()
    state.context(record(0, timestamp=9_000))
    (row,) = state.changelog_rows(1)
    assert msgspec.msgpack.decode(row.value or b"", type=Mark) == Mark(next=1, time=9_000, label="")
