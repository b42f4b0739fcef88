from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from harness.require import ROOT, chromium

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

PATIENCE_MS = 10_000  # on a machine that has much else to do

EXPECTED = ("net::ERR_", "status of 422")
"""What the browser tells on the console of a server that is away, or refuses an article: the tests' own doing."""

Open = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; the test is skipped without."""
    program = chromium()
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[Open]:
    """Opens a page in a window of its own; at the end no page may have complained of anything."""
    complaints: list[str] = []
    async with AsyncExitStack() as stack:

        async def open_(url: str, *, width: int = 1360, height: int = 900, **options: Any) -> Page:
            context = await browser.new_context(viewport={"width": width, "height": height}, **options)
            stack.push_async_callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = await context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda told: complaints.append(told.text) if told.type in {"error", "warning"} else None)
            page.on("dialog", lambda told: complaints.append(f"dialog: {told.message}"))
            await page.goto(url)
            return page

        yield open_
    assert [told for told in complaints if not any(word in told for word in EXPECTED)] == []


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots are kept: build/, which git ignores."""
    folder = ROOT / "build" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
