"""The live page beside the workers of `up`."""

from __future__ import annotations

import asyncio

import pytest

from copydesk.cli import up
from copydesk.client import Connection
from copydesk.local.embedded_broker import free_port
from copydesk.local.supervisor import Pipeline


async def commands(viewer_port: int | None) -> dict[str, tuple[str, ...]]:
    pipeline = Pipeline(Connection(), {"cleaner": 2, "extractor": 1}, lambda _name, _line: None, viewer_port, "json")
    await pipeline.stop()  # removes its scratch folder
    return pipeline._commands


async def test_the_page_runs_beside_the_workers_unless_turned_off() -> None:
    workers = {
        "cleaner-1": ("run", "cleaner"),
        "cleaner-2": ("run", "cleaner"),
        "extractor": ("run", "extractor"),
    }
    assert await commands(None) == workers
    assert await commands(8123) == {**workers, "viewer": ("viewer", "--port", "8123")}


async def test_its_port_is_the_usual_one_or_any_where_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = free_port()
    monkeypatch.setattr(up, "VIEWER_PORT", usual)
    assert await up._choose_viewer_port(None) == usual
    assert await up._choose_viewer_port(8123) == 8123
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", usual)
    try:
        assert await up._choose_viewer_port(None) not in {usual, 0}
        assert await up._choose_viewer_port(0) not in {usual, 0}
    finally:
        server.close()
        await server.wait_closed()
