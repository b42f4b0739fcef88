"""Copies, changes between versions and traced quotations in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from browser.axe import violations
from browser.conftest import Open
from copydesk.contracts.related import VersionChange
from copydesk.viewer.related_records import ARTICLES
from copydesk.viewer.store import ArticleStore
from harness.relations import group, member, related
from harness.viewing import message, put, scored, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>&lt;b&gt;"

HOSTILE_SITE = "<script>alert(3)"

CHANGES = (
    VersionChange(kind="replaced", was="Two boats were lost in the storm.", now="Three boats were lost in the storm."),
    VersionChange(kind="replaced", was="Nobody came.", now="The ministry has sent a ship with pumps and blankets."),
    VersionChange(kind="added", now="A fourth is missing."),
    VersionChange(kind="removed", was="The harbour was closed on Sunday."),
    VersionChange(kind="of_tomorrow", was=f"It was {HOSTILE} here.", now=f"It is {HOSTILE} here."),
)


def add_copies(store: ArticleStore) -> None:
    """Sixty copies of a wire text, the fourth of which is held, as is the origin."""
    for number, id_ in enumerate(("ap/1", "times/4")):
        put(store, id_, scored(id_, f"Storm takes boats, {id_}"), offset=number)
    ids = ["ap/1", "echo/2", HOSTILE, "times/4", *(f"copy/{number}" for number in range(56))]
    members = [member(id_, HOSTILE_SITE if id_ == HOSTILE else f"site{n % 30}.example", n) for n, id_ in enumerate(ids)]
    store.add_related(message(ARTICLES, group("ap/1", "ap/1", members), id_="ap/1"))
    store.add_related(message(ARTICLES, related("times/4", group="ap/1", changes=CHANGES, more=3), id_="times/4"))


async def test_an_article_without_relations_has_neither_badge_nor_tab(open_page: Open) -> None:
    async with served() as here:
        put(here.store, "a", scored("a"), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        await expect(page.locator(".tab")).to_have_count(4)
        await expect(page.locator(".badge")).to_have_count(0)
        here.store.add_related(message(ARTICLES, related("a", group="ap/1"), id_="a"))
        await expect(page.locator(".badge")).to_have_text("a copy of ap/1")  # it comes while the article is read
        await page.click("#tab-related")
        await expect(page.locator("#panel")).to_contain_text("Who else has this text is not known here.")
        here.store.add_related(message(ARTICLES, None, id_="a"))
        await expect(page.locator(".badge")).to_have_count(0)
        await expect(page.locator("#tab-text")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1360), ("dark", 390)])
async def test_copies_and_changes_are_read_by_everybody(open_page: Open, scheme: str, width: int) -> None:
    async with served() as here:
        add_copies(here.store)
        page = await open_page(f"{here.url}/#/article/times%2F4", width=width, color_scheme=scheme, bypass_csp=True)
        await expect(page.locator(".badge")).to_have_text("copy 3 of ap/1")
        await page.focus("#tab-quotes")
        await page.click("#tab-quotes")
        await page.keyboard.press("ArrowRight")
        await expect(page.locator("#tab-related")).to_be_focused()
        await expect(page.locator("#tab-related")).to_have_text("Copies and changes")
        panel = page.locator("#panel")
        await expect(panel).to_contain_text("60 articles with this text")
        await expect(panel).to_contain_text("and 40 more")
        rows = page.locator(".copy-row")
        await expect(rows).to_have_count(20)
        await expect(rows.nth(0)).to_contain_text("the first")
        await expect(rows.nth(2)).to_contain_text(HOSTILE)
        await expect(rows.nth(3)).to_contain_text("this article")
        await expect(rows.locator("a")).to_have_text(["ap/1"])  # the only other one that the page has
        changes = page.locator(".change")
        await expect(changes.nth(0).locator(".gone")).to_have_text(["Two"])
        await expect(changes.nth(0).locator(".fresh")).to_have_text(["Three"])
        await expect(changes.nth(1).locator(".gone")).to_have_text(["Nobody came."])
        await expect(changes.nth(2).locator(".change-kind")).to_have_text("added")
        await expect(changes.nth(3).locator(".gone")).to_have_text(["The harbour was closed on Sunday."])
        await expect(changes.nth(4)).to_contain_text(HOSTILE)
        await expect(changes.nth(4).locator(".fresh")).to_have_text(["is"])
        await expect(panel).to_contain_text("and 3 more")
        await expect(page.locator("img, script:not([src='/static/page.js']), iframe")).to_have_count(0)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert await violations(page) == []
        await page.click(".badge")
        await expect(page.locator("#reading h1")).to_have_text("Storm takes boats, ap/1")
        await expect(page.locator(".badge")).to_have_text("the first of 60 with this text")


async def test_what_is_compared_can_be_put_together_again(open_page: Open) -> None:
    """Common and new words are the text as it is now, common and removed ones as it was; also of long texts."""
    cases = [
        ["Two boats sank, he said.", "Three boats sank – he said."],
        ["", "New."],
        ["中文 字 🔋", "中文 词 🔋🔋"],
        ["It cost 3,000 pounds.", "It cost 4,000.5 pounds."],
        ["word " * 900, "other word " * 700],
    ]
    async with served() as here:
        page = await open_page(here.url)
        told = await page.evaluate(
            """async (cases) => {
                const { compared } = await import("/static/diff.js");
                return cases.map(([was, now]) => {
                    const without = (unwanted) => {
                        const box = document.createElement("div");
                        box.append(...compared(was, now));
                        for (const node of box.querySelectorAll(unwanted)) node.remove();
                        return box.textContent.replace(/\\s/g, "");
                    };
                    return [without("ins"), without("del")];
                });
            }""",
            cases,
        )
    for (was, now), (before, after) in zip(cases, told, strict=True):
        assert [before.removesuffix("…"), after.removesuffix("…")] == [
            "".join(text[:4000].split()) for text in (was, now)
        ]
