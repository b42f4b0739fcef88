"""Where a worker resumes the partitions that it was assigned.

A topic that was deleted and created again keeps its name, and the group may still have offsets of the old one: those
that were committed after the deletion. Read from there, the new log would lose its first articles. Offsets are
therefore committed with a label, the topic's id, and one whose label names another id is never resumed from (ADR 0016).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from copydesk.client.topic_metadata import fetch_topic_metadata
from copydesk.operations.broker_checks import SetupError

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

LABEL = "topic_id="

RETRY_SECONDS = 0.1
"""Wait before the broker is asked for the topic's id again."""


class ResumePoint(NamedTuple):
    """First offset that a worker reads of a partition, and its reason."""

    offset: int
    """First offset to read."""

    committed: int | None
    """Offset that the group has committed for this topic; None: none."""

    label: str
    """Metadata to commit with every offset of this partition."""

    basis: Literal["beginning", "committed", "unlabelled", "recreated", "expired"]
    """`unlabelled`: committed without a topic's id, by an older version or by an administrator. `recreated`: committed
    for another topic of this name. `expired`: retention removed the records at the committed offset."""

    @property
    def to_label(self) -> bool:
        """True if the offset is to be committed at once, with its label."""
        return self.basis == "recreated" or (self.basis == "unlabelled" and bool(self.label))


class ResumePoints(NamedTuple):
    """Points at which a worker resumes the partitions of a topic."""

    topic_id: str | None
    """Id of the topic; None: the broker has no topic ids, or the topic is gone."""

    points: Mapping[TopicPartition, ResumePoint]


def offset_label(topic_id: str | None) -> str:
    """Metadata of an offset that is committed for the topic with this id.

    >>> offset_label("VhTmzrTXSNq6Tz5dVLyYbA"), offset_label(None)
    ('topic_id=VhTmzrTXSNq6Tz5dVLyYbA', '')
    """
    return "" if topic_id is None else f"{LABEL}{topic_id}"


def labelled_topic_id(metadata: str | None) -> str | None:
    """Id of the topic for which an offset was committed; None if its metadata does not say so.

    >>> labelled_topic_id("topic_id=VhTmzrTXSNq6Tz5dVLyYbA"), labelled_topic_id("")
    ('VhTmzrTXSNq6Tz5dVLyYbA', None)
    """
    return metadata.removeprefix(LABEL) if metadata and metadata.startswith(LABEL) else None


def resume_point(committed: OffsetAndMetadata | None, first: int, topic_id: str | None) -> ResumePoint:
    """Point at which to resume a partition.

    Args:
        committed: Offset that the group has committed, and its metadata.
        first: First offset of the log.
        topic_id: Id of the topic as it is now; None: unknown, and labels are not compared.
    """
    label = offset_label(topic_id)
    if committed is None:
        return ResumePoint(first, None, label, "beginning")
    labelled = labelled_topic_id(committed.metadata)
    if topic_id is not None and labelled is not None and labelled != topic_id:
        return ResumePoint(first, None, label, "recreated")
    if topic_id is None:
        label = committed.metadata or ""  # an id that cannot be asked for now is kept
    if committed.offset < first:
        return ResumePoint(first, committed.offset, label, "expired" if committed.offset else "beginning")
    return ResumePoint(committed.offset, committed.offset, label, "committed" if labelled else "unlabelled")


async def seek_to_resume_points(consumer: Any, *, accept_recreated: bool) -> ResumePoints:
    """Seek all assigned partitions to where they are to be resumed.

    aiokafka's own method does not seek a partition without a committed offset. faust reads ahead, and drops those
    records when a rebalance follows: on a young partition they would never be read again.

    Args:
        consumer: An `AIOKafkaConsumer`, in the event loop in which it runs.
        accept_recreated: Begin at the log's start where an offset was committed for another topic of this name.

    Raises:
        SetupError: An offset was committed for another topic of this name, and that is not accepted.
        KafkaError: The broker refuses an answer. While it does not answer, it is asked again.
    """
    partitions = sorted(consumer.assignment())
    if not partitions:
        return ResumePoints(None, {})
    topic = partitions[0].topic  # a stage has one source
    # the id first: if the topic is remade between the two questions, the offsets' labels differ from it
    topic_id = await _fetch_topic_id(consumer._client, topic)  # noqa: SLF001 - a request that aiokafka lacks
    committed = await consumer._coordinator.fetch_committed_offsets(partitions)  # noqa: SLF001 - with their metadata
    first = await consumer.beginning_offsets(partitions)
    points = {partition: resume_point(committed.get(partition), first[partition], topic_id) for partition in partitions}
    foreign = [partition for partition, point in points.items() if point.basis == "recreated"]
    if foreign and not accept_recreated:
        raise recreated_error(topic, labelled_topic_id(committed[foreign[0]].metadata), topic_id)
    for partition, point in points.items():
        consumer.seek(partition, point.offset)
    return ResumePoints(topic_id, points)


async def _fetch_topic_id(client: AIOKafkaClient, topic: str) -> str | None:
    while True:
        try:
            metadata = await fetch_topic_metadata(client, topic)
        except KafkaError as error:
            if not error.retriable:
                raise
            await asyncio.sleep(RETRY_SECONDS)  # as aiokafka does with its own questions
        else:
            return None if metadata is None else metadata.id


def report_resumed(log: BoundLogger, points: Mapping[TopicPartition, ResumePoint]) -> None:
    """Log what was out of the ordinary with the offsets at which a worker resumes."""
    for partition, point in points.items():
        place = {"topic": partition.topic, "partition": partition.partition, "first": point.offset}
        if point.basis == "expired" and point.committed is not None:
            log.warning(
                "articles expired",
                problem=f"up to {point.offset - point.committed} articles were removed by the topic's retention before "
                "they were read: more workers, or a longer retention.ms",
                committed=point.committed,
                **place,
            )
        if point.basis == "recreated":
            log.warning(
                "topic created again",
                problem="the committed offset is that of a deleted topic of this name: beginning at the first article "
                "of the new one (COPYDESK_RECREATED_TOPIC=earliest)",
                **place,
            )
        if point.basis == "unlabelled" and point.label:
            log.info(
                "offset without topic id",
                problem="committed by an older copydesk, or set by an administrator: accepted, and committed again "
                "with the topic's id",
                **place,
            )


def recreated_error(topic: str, before: str | None, now: str | None) -> SetupError:
    """Error about a topic that was deleted and created again under a group that reads it.

    Args:
        topic: Full name of the topic.
        before: Id of the topic for which the group's offsets were committed.
        now: Its id now.
    """
    return SetupError(
        f"{topic} was deleted and created again (id {now}, was {before}), and the committed offsets are those of the "
        "old one. Stop all workers of this stage, delete the group's offsets (kafka-consumer-groups --reset-offsets "
        "--to-earliest --execute works only while the whole group is stopped), then start them; or set "
        "COPYDESK_RECREATED_TOPIC=earliest, and a worker begins at the first article of the new topic by itself"
    )


__all__ = [
    "ResumePoint",
    "ResumePoints",
    "labelled_topic_id",
    "offset_label",
    "recreated_error",
    "report_resumed",
    "resume_point",
    "seek_to_resume_points",
]
