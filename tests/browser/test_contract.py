"""The contract as HTML in a real browser, from the disk: readable on a phone and in the dark."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from browser.axe import violations
from browser.conftest import Open
from harness.require import ROOT

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGE = (ROOT / "schemas" / "asyncapi.html").as_uri()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 360), ("light", 1360)])
async def test_it_can_be_read_by_everyone(open_page: Open, scheme: str, width: int) -> None:
    page = await open_page(PAGE, width=width, color_scheme=scheme)
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
        "nothing is wider than the window"
    )
    for summary in await page.locator("summary").all():
        await summary.click()
    await expect(page.locator("pre").first).to_contain_text('"text":')
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "no example is either"
    assert await violations(page) == []


async def test_it_runs_without_scripts(open_page: Open) -> None:
    page = await open_page(PAGE, java_script_enabled=False)
    await page.click('nav >> text="Speaker"')
    await expect(page.locator("#part-Speaker")).to_be_in_viewport()
