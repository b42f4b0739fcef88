"""Reading to the end of a topic; the consumers are fakes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from copydesk.client import tail
from copydesk.client.connection import BrokerAwayError, Connection
from copydesk.client.tail import Poller, Tail, first_records, seek_to_time

FIRST, SECOND = TopicPartition("articles.raw", 0), TopicPartition("articles.raw", 1)
NOWHERE = Connection(brokers="127.0.0.1:1")

Batch = dict[TopicPartition, list[int]]


class Consumer:
    """Returns prepared batches; positions follow the records, which are their offsets."""

    def __init__(
        self, *batches: Batch, stable: int | None = None, ends: dict[TopicPartition, int] | None = None
    ) -> None:
        self.batches = list(batches)
        self.ends = ends or {}
        self.states = {
            partition: SimpleNamespace(has_valid_position=True, position=0, lso=stable, highwater=stable)
            for partition in (FIRST, SECOND)
        }
        assignment = SimpleNamespace(state_value=self.states.get)
        self._subscription = SimpleNamespace(subscription=SimpleNamespace(assignment=assignment))
        self.seeks: dict[TopicPartition, int | str] = {}
        self.times: dict[TopicPartition, Any] = {}

    def assignment(self) -> set[TopicPartition]:
        return set(self.states)

    async def getmany(self, *_: TopicPartition, **__: object) -> Batch:
        batch = self.batches.pop(0) if self.batches else {}
        for partition, offsets in batch.items():
            self.states[partition].position = offsets[-1] + 1
        return batch

    async def end_offsets(self, _: object) -> dict[TopicPartition, int]:
        return dict(self.ends)

    async def offsets_for_times(self, _: object) -> dict[TopicPartition, Any]:
        return self.times

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.seeks[partition] = offset

    async def seek_to_end(self, partition: TopicPartition) -> None:
        self.seeks[partition] = "end"


async def read(reader: Consumer, **arguments: Any) -> list[int]:
    """Offsets that are read; with transactions if ends are known."""
    noted: list[int] = []
    await Tail(reader, reader, NOWHERE, transactions=bool(reader.ends)).read(noted.append, **arguments)
    return noted


async def test_the_end_is_that_of_the_call_and_not_that_of_the_last_fetch() -> None:
    reader = Consumer({FIRST: [0, 1]}, {}, {SECOND: [0]}, {FIRST: [2]}, stable=0, ends={FIRST: 3, SECOND: 1})
    assert await read(reader) == [0, 1, 0, 2]


async def test_without_transactions_reading_ends_with_an_empty_poll() -> None:
    reader = Consumer({FIRST: [0, 1]}, {}, {FIRST: [2]}, stable=0)
    assert await read(reader) == [0, 1]


async def test_an_open_transaction_of_somebody_else_is_waited_for() -> None:
    reader = Consumer({FIRST: [0]}, {}, {}, {FIRST: [1, 2]}, stable=1, ends={FIRST: 1})
    assert await read(reader, decided_to={FIRST: 3}) == [0, 1, 2]


async def test_one_that_stays_open_is_given_up() -> None:
    reader = Consumer({FIRST: [0]}, stable=1, ends={FIRST: 1})
    with pytest.raises(TimeoutError):
        await read(reader, decided_to={FIRST: 3}, undecided_seconds=0.001)


async def test_a_quiet_broker_that_is_gone_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "QUIET_SECONDS", -1)
    with pytest.raises(BrokerAwayError, match=r"127\.0\.0\.1:1"):
        await read(Consumer(stable=1, ends={FIRST: 1}))


async def test_a_broker_that_is_waited_for_is_told_now_and_then(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tail, "QUIET_SECONDS", -1)
    given = iter((True, False, False, False, True, True))

    async def answer(_: Connection) -> bool:
        return next(given)

    monkeypatch.setattr(Connection, "answers", answer)
    poller = Poller(Consumer(), NOWHERE, waits=True)
    for _ in range(6):
        assert await poller.poll() == {}
    assert [line.getMessage().partition(" for ")[0].partition(" after ")[0] for line in caplog.records] == [
        "no broker answers at 127.0.0.1:1",
        "127.0.0.1:1 answers again",
    ]


async def test_the_first_records_are_those_that_come_before_everything_is_read() -> None:
    reader = Consumer({}, {FIRST: [3, 4]}, {FIRST: [5]}, stable=5)
    reader.states[SECOND].position = 5
    assert await first_records(reader, [FIRST, SECOND], seconds=5) == {FIRST: [3, 4]}


async def test_reading_begins_at_a_time_or_at_the_end_or_before_them() -> None:
    reader = Consumer()
    reader.times = {FIRST: SimpleNamespace(offset=7), SECOND: None}
    await seek_to_time(reader, [FIRST, SECOND], 1_000)
    assert reader.seeks == {FIRST: 7, SECOND: "end"}
    await seek_to_time(reader, [FIRST, SECOND], 1_000, offsets={0: 9, 1: 2})
    assert reader.seeks == {FIRST: 7, SECOND: 2}
