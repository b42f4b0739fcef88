"""Search, filters and the addresses of views, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from browser.axe import violations
from browser.conftest import Open
from copydesk.viewer.store import ArticleStore
from harness.viewing import TEXT, put, scored, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def add_three(store: ArticleStore) -> None:
    for number, (id_, site, day) in enumerate(
        (("a", "one.example", 10), ("b", "two.example", 12), ("c", "two.example", 11))
    ):
        text = TEXT.replace("The mayor spoke.", f"The harbour {id_ * 3} & more is closed.")
        published = f"2026-11-{day}T12:00:00Z"
        document = scored(id_, f"Title {id_}", text, site=site, published_at=published, language="en-GB")
        put(store, id_, document, offset=number, at=1_000 + number)


async def test_a_word_of_the_text_is_found_and_shown(open_page: Open) -> None:
    async with served() as here:
        add_three(here.store)
        page = await open_page(here.url)
        await page.fill("#search", "harbour bbb")
        await expect(page.locator(".row")).to_have_count(1)
        await expect(page.locator(".row-snippet")).to_contain_text("The harbour bbb & more is closed.")
        await expect(page.locator(".row-snippet .hit")).to_have_text(["harbour", "bbb"])
        put(here.store, "d", scored("d", "Comes later: bbb", TEXT.replace("mayor", "harbour")), offset=9)
        await expect(page.locator(".row")).to_have_count(2)  # the view is kept up to date
        await expect(page.locator(".row-title .hit")).to_have_text("bbb")
        put(here.store, "b", scored("b", "Changed"), offset=10)
        await expect(page.locator(".row")).to_have_count(1)


async def test_a_view_is_kept_by_its_address(open_page: Open) -> None:
    async with served() as here:
        add_three(here.store)
        page = await open_page(here.url)
        await page.fill("#search", "harbour")
        await page.click("#more-filters summary")
        await page.fill("#site", "two")
        await page.fill("#from", "2026-11-11")
        await page.fill("#to", "2026-11-12")
        await page.fill("#speaker", "ruiz")
        await page.select_option("#language", "en-GB")
        await page.select_option("#sort", "published")
        await expect(page.locator(".row[aria-posinset='1']")).to_contain_text("Title b")
        await page.click(".row[aria-posinset='2']")
        await expect(page.locator("#reading h1")).to_have_text("Title c")
        again = await open_page(page.url)
        for _ in range(2):
            await expect(again.locator(".row")).to_have_count(2)
            await expect(again.locator(".row[aria-posinset='1']")).to_contain_text("Title b")
            await expect(again.locator("#reading h1")).to_have_text("Title c")
            await expect(again.locator("#search")).to_have_value("harbour")
            await expect(again.locator("#language")).to_have_value("en-GB")
            await expect(again.locator("#more-filters-name")).to_have_text("More filters (5)")
            await again.reload()
        await again.click("#clear")
        await expect(again.locator(".row")).to_have_count(3)
        assert again.url.endswith("#/article/c")


async def test_an_empty_view_says_what_to_change(open_page: Open) -> None:
    async with served() as here:
        add_three(here.store)
        page = await open_page(f"{here.url}/#/?q=harbour&from=2030-01-01", width=390, height=844)
        empty = page.locator("#empty")
        await expect(empty).to_contain_text("No article has all of this.")
        await expect(empty).to_contain_text("do not say when they were published")
        await page.get_by_role("button", name="Without published from 2030-01-01").click()
        await expect(page.locator(".row")).to_have_count(3)
        await expect(empty).to_be_hidden()


async def test_what_was_found_in_a_hostile_article_is_text(open_page: Open) -> None:
    async with served() as here:
        put(
            here.store,
            "a",
            scored("a", f"needle {HOSTILE}", f"{HOSTILE} pin {HOSTILE}. “Yes”, said Ana Ruiz in Lisbon."),
            offset=0,
        )
        page = await open_page(f"{here.url}/#/?q=pin")
        await expect(page.locator(".row-snippet")).to_contain_text("pin <img src=x")
        await page.fill("#search", "<script>alert(2)")
        await expect(page.locator(".row-title .hit")).to_have_text("<script>alert(2)")
        await page.fill("#search", f"(.*)[{HOSTILE}")
        await expect(page.locator("#empty")).to_be_visible()
        await expect(page.locator("img, script:not([src='/static/page.js'])")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1360), ("light", 390)])
async def test_axe_finds_nothing_wrong_with_the_filters(open_page: Open, scheme: str, width: int) -> None:
    async with served() as here:
        add_three(here.store)
        page = await open_page(f"{here.url}/#/?q=harbour&site=one", width=width, color_scheme=scheme, bypass_csp=True)
        await expect(page.locator(".row")).to_have_count(1)
        assert await violations(page) == []
        await page.fill("#speaker", "nobody")
        await expect(page.locator("#empty")).to_be_visible()
        assert await violations(page) == []
