"""Read-only tables: the newest value of every key of a compacted topic, read whole and then followed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from copydesk.client.connection import BrokerAwayError, Connection
from copydesk.client.tail import Tail, open_tail

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

FOLLOW_SECONDS = 0.5
"""Pause between two looks for new values. A worker that knows a value half a second later is no other worker."""


class Table:
    """Newest values by key."""

    def __init__(self, name: str) -> None:
        """Start empty; `name` is the topic without prefix."""
        self.name = name
        self._rows: dict[bytes, bytes] = {}

    def __len__(self) -> int:
        """Number of keys."""
        return len(self._rows)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Values of these keys, None for a key without one."""
        return [self._rows.get(key) for key in keys]

    def take(self, record: ConsumerRecord) -> None:
        """Take over one record of the topic; a tombstone removes its key."""
        if record.key is None:
            return
        if record.value is None:
            self._rows.pop(record.key, None)
        else:
            self._rows[record.key] = record.value


class TableReader:
    """Keeps the tables of a worker up to date."""

    def __init__(self, names: Sequence[str], connection: Connection) -> None:
        """Prepare; `start` reads the topics.

        Args:
            names: Topics, without prefix.
            connection: The broker.
        """
        self.tables: Mapping[str, Table] = {name: Table(name) for name in names}
        self._connection = connection
        self._exit = AsyncExitStack()
        self._tails: dict[str, Tail] = {}

    async def start(self, *, transactions: bool) -> None:
        """Read every topic to its end.

        Args:
            transactions: Whether the broker has transactions.

        Raises:
            BrokerAwayError: The broker does not answer.
            UnknownTopicError: A topic does not exist.
        """
        self._tails = {
            name: await self._exit.enter_async_context(open_tail(self._connection, name, transactions=transactions))
            for name in self.tables
        }
        await self.catch_up()

    async def catch_up(self) -> None:
        """Read every topic to its end as it is now."""
        for name, tail in self._tails.items():
            await tail.read(self.tables[name].take)

    async def follow(self) -> None:
        """Take over new values until cancelled. A broker that does not answer is the matter of `watch.py`."""
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            with suppress(BrokerAwayError, KafkaError):
                await self.catch_up()

    async def stop(self) -> None:
        """Disconnect."""
        await self._exit.aclose()


__all__ = ["Table", "TableReader"]
