"""Copying from the page, printing it, and its links to the originals, in a real browser with a real clipboard."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from browser.conftest import Open
from harness.viewing import TEXT, put, scored, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLIPBOARD = ["clipboard-read", "clipboard-write"]
SELECT_ALL = "getSelection().selectAllChildren(document.querySelector('.body'))"


async def clipboard(page: Page) -> str:
    text: str = await page.evaluate("navigator.clipboard.readText()")
    return text.replace("\r\n", "\n").strip()


async def test_copying_the_text_copies_the_text_and_nothing_else(open_page: Open) -> None:
    async with served() as here:
        put(here.store, "a", scored(), offset=0)
        page = await open_page(f"{here.url}/#/article/a", permissions=CLIPBOARD)
        await expect(page.locator(".body .speaker")).to_be_visible()
        await expect(page.locator("del")).to_be_visible()
        await page.evaluate(SELECT_ALL)
        await page.keyboard.press("Control+C")
        assert await clipboard(page) == TEXT
        html: str = await page.evaluate(
            "navigator.clipboard.read().then(([item]) => item.getType('text/html')).then((blob) => blob.text())"
        )
        assert "Ana Ruiz" in html
        assert "<button" not in html
        assert "<p>The mayor spoke.</p>" in html
        await page.dblclick("del", position={"x": 8, "y": 8})  # a removed block can still be copied by itself
        await page.keyboard.press("Control+C")
        assert await clipboard(page) in {"Latest", "Latest News"}


async def test_a_quotation_is_copied_with_its_source(open_page: Open) -> None:
    address = "https://example.org/news?a=1&b=2"
    expected = f"“We will 🔋 build it”\n– Ana Ruiz, “A bridge”, example.org, 12 November 2026\n{address}"
    async with served() as here:
        document = scored(title="A bridge", url=address, published_at="2026-11-12T12:00:00Z")
        put(here.store, "a", document, offset=0)
        page = await open_page(f"{here.url}/#/article/a", permissions=CLIPBOARD)
        await page.click(".body .copy")
        await expect(page.locator(".body .copy")).to_have_attribute("aria-label", "Copied")
        assert await clipboard(page) == expected
        await page.evaluate("navigator.clipboard.writeText('')")
        await page.click("#tab-quotes")
        await page.get_by_text("Copy quotation").click()
        await expect(page.locator(".copy[data-state=copied]")).to_be_visible()
        assert await clipboard(page) == expected


async def test_without_the_clipboard_of_secure_pages_a_quotation_is_copied_too(open_page: Open) -> None:
    async with served() as here:
        put(here.store, "a", scored(title="A bridge"), offset=0)
        page = await open_page(f"{here.url}/#/article/a", permissions=CLIPBOARD)
        await page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('http')); }")
        await page.click(".body .copy")
        await expect(page.locator(".body .copy")).to_have_attribute("aria-label", "Copied")
        assert (await clipboard(page)).startswith("“We will 🔋 build it”\n– Ana Ruiz, “A bridge”")


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("http://example.org/a", "http://example.org/a"),
        ("javascript:alert(1)", None),
        ("data:text/html,<script>alert(1)</script>", None),
        ("file:///etc/passwd", None),
    ],
)
async def test_a_title_links_to_the_original_on_the_web_only(open_page: Open, address: str, link: str | None) -> None:
    async with served() as here:
        put(here.store, "a", scored(url=address), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        await expect(page.locator("#reading h1")).to_contain_text("A title")
        original = page.locator("h1 a")
        if link is None:
            await expect(original).to_have_count(0)
        else:
            await expect(original).to_have_attribute("href", link)
            await expect(original).to_have_attribute("rel", "noopener noreferrer")


async def test_on_paper_there_is_the_article_alone(open_page: Open) -> None:
    async with served() as here:
        put(here.store, "a", scored(url="https://example.org/a"), offset=0)
        page = await open_page(f"{here.url}/#/article/a", color_scheme="dark")
        await expect(page.locator(".body")).to_be_visible()
        await page.emulate_media(media="print")
        for hidden in (".bar", ".queue", ".tabs", ".speaker", ".copy"):
            await expect(page.locator(hidden).first).to_be_hidden()
        await expect(page.locator(".body p").first).to_be_visible()
        assert await page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert await page.evaluate("getComputedStyle(document.querySelector('.reading')).overflowY") == "visible"
