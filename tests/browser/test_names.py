"""The pages of people, organisations and places, in a real browser."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import expect

from browser.axe import violations
from browser.conftest import Open
from copydesk.viewer.store import ArticleStore
from harness.viewing import TEXT, message, put, scored, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=alert(1)>'\"&lt;b&gt;"


def quoting(speaker: str, id_: str, *, day: int = 10, site: str = "one.example", title: str = "A title") -> bytes:
    text = TEXT.replace("Ana Ruiz", speaker)
    published = f"2026-11-{day:02}T12:00:00Z"
    return scored(id_, title, text, speaker=speaker, site=site, published_at=published, url="https://one.example/a")


def add_speakers(store: ArticleStore) -> None:
    put(store, "a", quoting("Constable Moira Finch", "a", title="First"), offset=0)
    put(store, "b", quoting("Moira Finch", "b", day=12, site="two.example", title="Second"), offset=1)
    put(store, "c", quoting("Bo Lind", "c", title="Third"), offset=2)


async def test_everything_that_a_person_said_is_one_click_away_from_the_name(open_page: Open) -> None:
    async with served() as here:
        add_speakers(here.store)
        page = await open_page(f"{here.url}/#/article/a")
        heading = page.locator("#reading h1")
        for name in (".body .speaker", ".body mark.person", ".cast-member:has(.person) .everywhere"):
            await page.goto(f"{here.url}/#/article/a")
            await page.click(name)
            await expect(heading).to_have_text("Moira Finch")
        await page.goto(f"{here.url}/#/article/a")
        await page.click("#tab-quotes")
        await page.click(".speaker-name a")
        await expect(heading).to_have_text("Moira Finch")
        await page.goto(f"{here.url}/#/statistics")
        await page.get_by_role("link", name="Moira Finch").click()
        await expect(heading).to_have_text("Moira Finch")
        reading = page.locator("#reading")
        for text in (
            "2 quotations in 2 articles",
            "also Constable Moira Finch",
            "cannot be told apart",
            "12 November 2026",
        ):
            await expect(reading).to_contain_text(text)
        await expect(page.locator(".said-title")).to_have_text(["Second", "First"])
        await expect(page.locator(".timeline svg")).to_have_attribute(
            "aria-label", "2 quotations from 10 Nov 2026 to 12 Nov 2026, at most 1 in a day"
        )
        await page.click(".said-title a >> text=First")
        await expect(heading).to_have_text("First")


async def test_a_surname_alone_leads_to_full_names(open_page: Open) -> None:
    async with served() as here:
        add_speakers(here.store)
        put(here.store, "d", quoting("Finch", "d", title="Fourth"), offset=3)
        page = await open_page(f"{here.url}/#/person/Finch")
        await expect(page.locator(".perhaps")).to_have_text("Perhaps also: Moira Finch (2)")
        await page.click(".perhaps a")
        await expect(page.locator("#reading h1")).to_have_text("Moira Finch")


async def test_the_page_of_a_person_is_kept_by_its_address(open_page: Open) -> None:
    async with served() as here:
        add_speakers(here.store)
        page = await open_page(f"{here.url}/#/person/moira%20finch")
        await page.select_option("#name-site", "one.example")
        await expect(page.locator(".said-title")).to_have_text(["First"])
        await page.reload()
        await expect(page.locator(".said-title")).to_have_text(["First"])
        await expect(page.locator("#reading")).to_contain_text("1 quotation in 1 article on one.example")
        assert page.url.endswith("#/person/moira%20finch?at=one.example")


async def test_places_have_a_page_and_a_long_page_goes_on(open_page: Open) -> None:
    async with served() as here:
        for number in range(23):
            put(here.store, f"n{number}", quoting("Bo Lind", f"n{number}", title=f"Article {number}"), offset=number)
        page = await open_page(f"{here.url}/#/place/Lisbon")
        await expect(page.locator("#reading h1")).to_have_text("Lisbon")
        await expect(page.locator(".said-context").first).to_contain_text("said Bo Lind in Lisbon.")
        await expect(page.locator(".said-item")).to_have_count(20)
        await page.click("#older")
        await expect(page.locator(".said-item")).to_have_count(23)
        await expect(page.locator("#older")).to_have_count(0)
        article = json.loads(quoting("Bo Lind", "pt"))
        article["entities"][1]["place"] = {"geoname_id": 1, "name": "Lisbon", "country": "PT"}
        put(here.store, "pt", json.dumps(article).encode(), offset=50)
        await page.reload()
        await page.click("text=Portugal")
        await expect(page.locator("#reading h1")).to_have_text("Portugal")
        await expect(page.locator(".totals")).to_contain_text("in 1 article")
        assert page.url.endswith("#/country/PT")
        await page.goto(f"{here.url}/#/organisation/Nobody")
        await expect(page.locator("#reading")).to_contain_text("No article that is held here has this name")


async def test_a_hostile_name_is_text(open_page: Open) -> None:
    async with served() as here:
        article = json.loads(scored("a", HOSTILE, site="<b>site"))
        article["entities"][0] |= {"name": HOSTILE, "aliases": [f"{HOSTILE} {HOSTILE}"]}
        article["quotes"][0]["speaker"]["name"] = article["quotes"][0]["text"] = HOSTILE
        here.store.add(message("articles.scored", json.dumps(article).encode(), offset=0))
        page = await open_page(f"{here.url}/#/article/a")
        await page.click(".body .speaker")
        await expect(page.locator("#reading h1")).to_have_text(HOSTILE)
        await expect(page.locator(".said-title")).to_have_text(HOSTILE)
        await expect(page.locator("img, script:not([src='/static/page.js']), iframe")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1360), ("light", 390)])
async def test_axe_finds_nothing_wrong_with_a_person(open_page: Open, scheme: str, width: int) -> None:
    async with served() as here:
        add_speakers(here.store)
        page = await open_page(f"{here.url}/#/person/Moira%20Finch", width=width, color_scheme=scheme, bypass_csp=True)
        await expect(page.locator(".said-item")).to_have_count(2)
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
