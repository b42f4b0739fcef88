"""Where a worker resumes: its committed offset, if that was committed for the topic as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, NodeNotReadyError, TopicAuthorizationFailedError
from aiokafka.structs import OffsetAndMetadata

from copydesk.client.topic_metadata import TopicMetadata
from copydesk.operations.broker_checks import SetupError
from copydesk.runtime import resuming
from copydesk.runtime.resuming import ResumePoint, offset_label, report_resumed, resume_point, seek_to_resume_points
from harness.fakes import HERE, FakeLog

NEW = offset_label("new")


def committed(offset: int, topic_id: str | None = None) -> OffsetAndMetadata:
    return OffsetAndMetadata(offset, offset_label(topic_id))


@pytest.mark.parametrize(
    ("found", "first", "topic_id", "point"),
    [
        (None, 0, "new", ResumePoint(0, None, NEW, "beginning")),
        (None, 25, "new", ResumePoint(25, None, NEW, "beginning")),
        (committed(7, "new"), 0, "new", ResumePoint(7, 7, NEW, "committed")),
        (committed(7, "old"), 2, "new", ResumePoint(2, None, NEW, "recreated")),
        (committed(7), 0, "new", ResumePoint(7, 7, NEW, "unlabelled")),
        (committed(10, "new"), 25, "new", ResumePoint(25, 10, NEW, "expired")),
        (committed(0, "new"), 25, "new", ResumePoint(25, 0, NEW, "beginning")),
        (committed(7, "old"), 0, None, ResumePoint(7, 7, offset_label("old"), "committed")),
        (committed(7), 0, None, ResumePoint(7, 7, "", "unlabelled")),
        (OffsetAndMetadata(7, "somebody's note"), 0, "new", ResumePoint(7, 7, NEW, "unlabelled")),
    ],
)
def test_resume_points(found: OffsetAndMetadata | None, first: int, topic_id: str | None, point: ResumePoint) -> None:
    assert resume_point(found, first, topic_id) == point


def test_only_offsets_that_lack_the_right_label_are_committed_at_once() -> None:
    assert [resume_point(found, 0, "new").to_label for found in (committed(7), committed(7, "old"))] == [True, True]
    assert [resume_point(found, 0, "new").to_label for found in (None, committed(7, "new"))] == [False, False]
    assert not resume_point(committed(7), 0, None).to_label, "the broker has no topic ids"


class Aiokafka:
    """An `AIOKafkaConsumer` of one partition."""

    def __init__(self, offset: OffsetAndMetadata | None) -> None:
        self._client = None
        self._coordinator = SimpleNamespace(fetch_committed_offsets=self._fetch)
        self._offset = offset
        self.seeks: list[int] = []

    def assignment(self) -> set[TopicPartition]:
        return {HERE}

    async def _fetch(self, _: object) -> Mapping[TopicPartition, OffsetAndMetadata]:
        return {} if self._offset is None else {HERE: self._offset}

    async def beginning_offsets(self, _: object) -> Mapping[TopicPartition, int]:
        return {HERE: 3}

    def seek(self, _: TopicPartition, offset: int) -> None:
        self.seeks.append(offset)


@pytest.fixture(autouse=True)
def topic_as_it_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fetch(*_: object) -> TopicMetadata:
        return TopicMetadata("new", 1)

    monkeypatch.setattr(resuming, "fetch_topic_metadata", fetch)


async def test_a_partition_without_a_committed_offset_is_set_to_the_logs_start() -> None:
    consumer = Aiokafka(None)
    assert (await seek_to_resume_points(consumer, accept_recreated=False)).points[HERE].committed is None
    assert consumer.seeks == [3]


async def test_an_offset_of_a_deleted_topic_is_an_error_that_says_what_to_do() -> None:
    consumer = Aiokafka(committed(50, "old"))
    with pytest.raises(SetupError, match=r"articles.raw was deleted and created again.*Stop all workers.*whole group"):
        await seek_to_resume_points(consumer, accept_recreated=False)
    assert consumer.seeks == []


async def test_where_that_is_accepted_the_new_topic_is_read_from_its_start() -> None:
    consumer = Aiokafka(committed(50, "old"))
    topic_id, points = await seek_to_resume_points(consumer, accept_recreated=True)
    assert (topic_id, points[HERE].basis, consumer.seeks) == ("new", "recreated", [3])


def test_what_is_out_of_the_ordinary_is_logged() -> None:
    log = FakeLog()
    found = (committed(10, "new"), committed(50, "old"), committed(7), committed(30, "new"), None)
    points = {
        TopicPartition("articles.raw", number): resume_point(one, 0 if number == 2 else 25, "new")
        for number, one in enumerate(found)
    }
    report_resumed(log, points)  # type: ignore[arg-type]
    assert [(level, event, fields["partition"]) for level, event, fields in log.lines] == [
        ("warning", "articles expired", 0),
        ("warning", "topic created again", 1),
        ("info", "offset without topic id", 2),
    ]


async def test_a_broker_that_is_away_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [KafkaConnectionError(), NodeNotReadyError(), TopicMetadata("new", 1)]

    async def fetch(*_: object) -> TopicMetadata:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    monkeypatch.setattr(resuming, "fetch_topic_metadata", fetch)
    monkeypatch.setattr(resuming, "RETRY_SECONDS", 0.0)
    assert (await seek_to_resume_points(Aiokafka(None), accept_recreated=False)).topic_id == "new"
    answers.append(TopicAuthorizationFailedError())
    with pytest.raises(TopicAuthorizationFailedError):
        await seek_to_resume_points(Aiokafka(None), accept_recreated=False)
