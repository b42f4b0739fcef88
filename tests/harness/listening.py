"""The page's event stream, read as a browser reads it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp


class Events:
    """Event stream, read as a browser reads it."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.last = ""
        self.articles: dict[str, dict[str, Any]] = {}
        self._answer = answer

    async def next(self) -> tuple[str, Any]:
        """Name and data of the next event."""
        fields: dict[str, str] = {}
        while True:
            line = (await self._answer.content.readuntil(b"\n")).decode().rstrip("\r\n")
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "data" in fields:
                self.last = fields.get("id", self.last)
                return fields["event"], json.loads(fields["data"])

    async def until_complete(self) -> list[str]:
        """Ids of the articles up to the next complete event, in their order."""
        ids: list[str] = []
        while True:
            name, data = await self.next()
            if name == "articles":
                ids += [article["id"] for article in data["articles"]]
                self.articles |= {article["id"]: article for article in data["articles"]}
                if data["complete"]:
                    return ids


@asynccontextmanager
async def listening(session: aiohttp.ClientSession, url: str, last: str = "") -> AsyncIterator[Events]:
    """Events of a page since the event with the id `last`; empty: all."""
    async with session.get(f"{url}/events", headers={"Last-Event-ID": last} if last else {}) as answer:
        assert answer.status == 200
        yield Events(answer)
