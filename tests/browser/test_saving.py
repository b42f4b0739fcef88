"""Exports from the page, in a real browser."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from browser.conftest import Open
from harness.viewing import TEXT, put, scored, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "</style></main><img src=x onerror=alert(1)><script>alert(2)</script>\"'&lt;b&gt;"


async def test_the_list_that_is_shown_is_exported(open_page: Open) -> None:
    async with served() as here:
        put(here.store, "a", scored("a", "One", site="one.example"), offset=0)
        put(here.store, "b", scored("b", "Two", site="two.example"), offset=1)
        page = await open_page(f"{here.url}/#/?site=two.example")
        await expect(page.locator(".row")).to_have_count(1)
        await page.click("#export summary")
        async with page.expect_download() as waiting:
            await page.click("#export-quotes-ndjson")
        download = await waiting.value
        assert download.suggested_filename == "copydesk-quotes.ndjson"
        (row,) = map(json.loads, (await asyncio.to_thread(Path.read_text, await download.path(), "utf-8")).splitlines())
        assert (row["article_id"], row["speaker"]) == ("b", "Ana Ruiz")


async def test_an_article_is_saved_as_one_file_that_runs_nothing(open_page: Open, tmp_path: Path) -> None:
    async with served() as here:
        text = f"{HOSTILE}\n\n“We will 🔋 build it”, said Ana Ruiz in Lisbon."
        put(here.store, "a", scored("a", HOSTILE, text, captions=[HOSTILE], url="https://example.org/a"), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        await page.click("#tab-quotes")
        async with page.expect_download() as waiting:
            await page.click("#save")
        await (await waiting.value).save_as(tmp_path / "saved.html")
    saved = await open_page((tmp_path / "saved.html").as_uri(), permissions=["clipboard-read", "clipboard-write"])
    await expect(saved.locator("h1")).to_have_text(HOSTILE)
    await expect(saved.locator(".body p").first).to_have_text(HOSTILE)
    await expect(saved.locator("mark.person")).to_have_text("Ana Ruiz")
    await expect(saved.locator(".speaker")).to_have_text("Ana Ruiz")
    await expect(saved.locator("h1 a")).to_have_attribute("href", "https://example.org/a")
    await expect(saved.locator("img, script, iframe, link, button")).to_have_count(0)
    assert (
        await saved.evaluate("getComputedStyle(document.querySelector('.said')).backgroundColor") != "rgba(0, 0, 0, 0)"
    )
    await saved.evaluate("getSelection().selectAllChildren(document.querySelector('.body'))")
    copied = await saved.evaluate("getSelection().toString()")
    assert copied.strip() == text, "its text is copied clean, too"


async def test_runs_of_removed_navigation_are_folded(open_page: Open) -> None:
    async with served() as here:
        article = json.loads(scored("a", "A page", TEXT))
        menu = {**article["blocks"][-1], "reason": "navigation"}
        article["blocks"] += [{**menu, "text": f"Menu {number}"} for number in range(5)]
        article["coherence"]["units"] = article["coherence"]["units"][: len(article["blocks"])]
        put(here.store, "a", json.dumps(article).encode(), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        folded = page.locator("details.folded")
        await expect(folded).to_have_count(1)
        await expect(page.locator("text=Menu 3")).to_be_hidden()
        await folded.locator("summary").click()
        await expect(page.locator("text=Menu 3")).to_be_visible()
