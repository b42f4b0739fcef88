from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

from harness.require import ROOT, chromium

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

TIMEOUT_MS = 10_000  # long, for a busy machine

EXPECTED = ("net::ERR_", "status of 422", "status of 503", "status of 401")
"""Console messages that the tests cause: a server or broker that is away, an article or a token that is refused."""

Open = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium; tests are skipped without it."""
    program = chromium()
    expect.set_options(timeout=TIMEOUT_MS)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[Open]:
    """Opens a page in a window of its own; fails at the end if a page logged an error or opened a dialog."""
    complaints: list[str] = []

    def keep_complaint(entry: ConsoleMessage) -> None:
        if entry.type in {"error", "warning"}:
            complaints.append(entry.text)

    async with AsyncExitStack() as stack:

        async def open_(url: str, *, width: int = 1360, height: int = 900, **options: Any) -> Page:
            context = await browser.new_context(viewport={"width": width, "height": height}, **options)
            stack.push_async_callback(context.close)
            context.set_default_timeout(TIMEOUT_MS)
            page = await context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", keep_complaint)
            page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
            await page.goto(url)
            return page

        yield open_
    assert [text for text in complaints if not any(word in text for word in EXPECTED)] == []


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Folder of screenshots, in build/, which git ignores."""
    folder = ROOT / "build" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
