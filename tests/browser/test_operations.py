"""The operators' corner, in a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import expect

from browser.axe import violations
from browser.conftest import Open
from harness.viewing import dead, message, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1360), ("light", 390)])
async def test_lags_and_dead_letters_with_the_command_that_retries_them(
    open_page: Open, scheme: str, width: int
) -> None:
    async with served() as here:
        broken = json.dumps({"title": f"Broken {HOSTILE}"}).encode()
        here.store.add(message("articles.cleaner.dlq", broken, id_=HOSTILE, offset=3, headers=dead("invalid")))
        options = {"permissions": ["clipboard-read", "clipboard-write"], "bypass_csp": True}
        page = await open_page(f"{here.url}/#/operations", width=width, color_scheme=scheme, **options)
        rows = page.locator("#lags tbody tr")
        await expect(rows.first).to_contain_text("1,234")
        await expect(rows.first).to_contain_text("the first for 42 s")
        await expect(rows.last).to_contain_text("GroupAuthorizationFailedError: <b>no</b>")
        letter = page.locator(".letter")
        for text in (f"Broken {HOSTILE}", "not an article", "stage cleaner", "no such <b>thing</b>"):
            await expect(letter).to_contain_text(text)
        await page.click("#command-0-1")
        await expect(page.locator("#command-0-1")).to_have_attribute("aria-label", "Copied")
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == "copydesk dlq retry --id articles.cleaner.dlq/0/3"
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        await expect(page.locator("img, iframe")).to_have_count(0)
