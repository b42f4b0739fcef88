"""Writing a replay's results: never an old result behind a newer one (see `replay.py`)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from copydesk.client.producing import publish_unless_overtaken
from copydesk.client.tail import Tail
from copydesk.operations.replay.index import ReplayIndex
from copydesk.operations.replay.plan import Tally
from copydesk.runtime.committing import send_outputs
from copydesk.runtime.records import ConsumedRecord, ProcessedArticle
from copydesk.runtime.settings import Settings

Process = Callable[[ConsumedRecord], Awaitable[ProcessedArticle]]


class ReplayedArticle(NamedTuple):
    """A processed article that waits to be written."""

    id_: str | None
    processed: ProcessedArticle


class Clients(NamedTuple):
    """Connected clients of a replay."""

    tail: Tail
    """Follows the source to its end, again and again."""

    reader: AIOKafkaConsumer
    """Reads the records to replay, and commits without transactions."""

    producer: AIOKafkaProducer


class ReplayWriter:
    """Writes batches of results that are still the newest of their articles, and commits the replay's offsets."""

    def __init__(
        self,
        clients: Clients,
        index: ReplayIndex,
        tally: Tally,
        settings: Settings,
        *,
        group: str,
        transactions: bool,
        process: Process,
    ) -> None:
        """Put the parts together.

        Args:
            clients: Connected clients.
            index: Knows which records are still the newest.
            tally: Counts what was written.
            settings: Time limit of a transaction.
            group: Full name of the replay's consumer group.
            transactions: Whether the broker has transactions.
            process: Processes a newer version that came while an older one was written, without transactions.
        """
        self._clients = clients
        self._index = index
        self._tally = tally
        self._settings = settings
        self._group = group
        self._transactions = transactions
        self._process = process
        self._overtaking: dict[str, ConsumedRecord] = {}
        """By article id, newer versions that came while results were written; used without transactions only."""

    async def write(self, batch: Sequence[ReplayedArticle], offsets: Mapping[TopicPartition, int]) -> None:
        """Write the results that are still the newest of their articles, and commit the offsets.

        Raises:
            BrokerAwayError: It took longer than `COPYDESK_TRANSACTION_SECONDS`.
            KafkaError: The broker refused something.
        """
        if not offsets:
            return
        # most of what came while the batch was processed is read here, before a transaction opens
        await self._clients.tail.read(self._note)
        seconds = self._settings.transaction_seconds
        try:
            if self._transactions:
                written = await publish_unless_overtaken(
                    self._clients.producer,
                    batch,
                    is_overtaken=self._is_overtaken,
                    send=self._send,
                    catch_up=self._catch_up,
                    offsets=lambda _: offsets,
                    group=self._group,
                    seconds=seconds,
                )
            else:
                async with asyncio.timeout(seconds):
                    written = await self._write_plain(batch, offsets)
        except TimeoutError:
            raise self._settings.unavailable_error(f"for {seconds:g} s") from None
        for article in written:
            if self._is_overtaken(article):  # without transactions: a newer one came behind it and is counted as that
                continue
            self._tally.dispositions[article.processed.outcome.disposition] += 1
            self._index.mark_replayed(article.id_)

    async def _write_plain(
        self, batch: Sequence[ReplayedArticle], offsets: Mapping[TopicPartition, int]
    ) -> list[ReplayedArticle]:
        """Write without transactions: what was overtaken meanwhile is processed and written again behind it."""
        batch = [article for article in batch if not self._is_overtaken(article)]
        await self._send(batch)
        while True:
            self._overtaking.clear()
            await self._clients.tail.read(self._note)
            if not (overtaking := list(self._overtaking.values())):
                break
            await send_outputs(self._clients.producer, [await self._process(record) for record in overtaking])
        await self._clients.reader.commit(dict(offsets))
        return batch

    def _note(self, record: Any) -> None:
        """Take a record into account that came since: it may overtake one that is to be replayed."""
        if (id_ := self._index.add_new(record)) is not None and not self._transactions:
            self._overtaking[id_] = ConsumedRecord.from_aiokafka(record)

    def _is_overtaken(self, article: ReplayedArticle) -> bool:
        consumed = article.processed.consumed
        return not self._index.is_newest(article.id_, consumed.partition, consumed.offset)

    async def _send(self, batch: Sequence[ReplayedArticle]) -> None:
        await send_outputs(self._clients.producer, [article.processed for article in batch])

    async def _catch_up(self, _sent: None) -> None:
        await self._clients.tail.read(self._note)


__all__ = ["Clients", "ReplayWriter", "ReplayedArticle"]
