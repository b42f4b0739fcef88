"""Copies, changes between versions and traced quotations in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from browser.axe import violations
from browser.boats import COPY, add_boats
from browser.conftest import Open
from copydesk.contracts.related import QuoteForm, VersionChange
from copydesk.viewer.related_records import ARTICLES, QUOTES
from copydesk.viewer.store import ArticleStore
from harness.relations import group, member, related, sighting, traced
from harness.viewing import message, put, scored, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

PICTURE_BYTES = 300_000

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


def add_quotation(store: ArticleStore) -> None:
    """A quotation in four articles, one of which is a copy and one of which names nobody; two are held."""
    article = json.loads(scored("times/4", "Ministry is silent", said=2))
    article["quotes"][0]["speaker"] |= {"name": None, "mention": None, "entity_id": None, "basis": "none"}
    put(store, "times/4", json.dumps(article).encode(), offset=0)
    put(store, "ap/1", scored("ap/1", "Storm takes boats"), offset=1)
    sightings = [
        sighting("ap/1", title=f"Storm {HOSTILE}", score=1.0),
        sighting("post/7", site="post.example", hours=2, copy_of="ap/1", speaker=None, basis="none"),
        sighting("times/4", "q2", site="times.example", hours=5, form=1, score=0.83, speaker="Ann Low"),
        sighting("echo/9", site=HOSTILE_SITE, hours=30, form=2, score=0.71, speaker=HOSTILE),
    ]
    forms = (
        QuoteForm(text="We lost two boats in the storm", articles=2),
        QuoteForm(text="We lost three boats in the storm", changes=("number",), alarm=True, articles=1),
        QuoteForm(text=f"We lost two boats in the storm {HOSTILE}", changes=("of_tomorrow", "words"), articles=1),
    )
    answer = traced(
        "ap/1#q1",
        sightings,
        forms=forms,
        differently_attributed=True,
        wording_differs=True,
        more=2,
        articles=6,
        name_from_others=HOSTILE,
    )
    store.add_related(message(QUOTES, answer, id_="ap/1#q1"))


@pytest.mark.parametrize(("scheme", "width"), [("light", 1360), ("dark", 390)])
async def test_the_card_of_a_quotation_tells_where_it_was_seen(open_page: Open, scheme: str, width: int) -> None:
    async with served() as here:
        add_quotation(here.store)
        page = await open_page(f"{here.url}/#/article/times%2F4", width=width, color_scheme=scheme, bypass_csp=True)
        await page.click("#tab-quotes")
        card = page.locator("details.traced")  # of the second quotation only
        await expect(card).to_have_count(1)
        summary = card.locator("summary")
        await expect(summary).to_contain_text("In 6 articles of 3 sources")
        await expect(card.locator(".traced-note")).to_have_text(["differently attributed", "wording differs (number)"])
        await summary.focus()
        await page.keyboard.press("Enter")
        await expect(card.locator("a", has_text="Storm")).to_have_attribute("href", "#/article/ap%2F1")
        await expect(card.locator(".copy-row")).to_have_count(4)
        await expect(card.locator(".copy-row").nth(1)).to_contain_text("the same text as ap/1")
        await expect(card).to_contain_text("and 2 more")
        plot = card.locator("svg")
        await expect(plot).to_have_attribute("aria-label", re.compile("^4 articles from 12 Nov 2026.* to 13 Nov 2026"))
        await expect(plot.locator("circle")).to_have_count(4)
        await expect(plot.locator("circle.copy")).to_have_count(1)
        forms = card.locator(".traced-form")
        await expect(forms.nth(0)).to_contain_text("the first form · in 2 articles")
        await expect(forms.nth(1).locator(".gone, .fresh")).to_have_text(["two", "three"])
        await expect(forms.nth(1)).to_contain_text("a number differs · read both")
        await expect(forms.nth(1)).to_contain_text("83 % sure")
        await expect(forms.nth(2)).to_contain_text(HOSTILE)
        await expect(forms.nth(2)).to_contain_text("of tomorrow, other words")
        named = card.locator(".traced-speaker")
        await expect(named).to_contain_text(["Ana Ruiz by 1 source: ap/1", "nobody by 1 source", "Ann Low", HOSTILE])
        await expect(card).to_contain_text("It may be an error of either, or of the extractor.")
        seen = (await card.inner_text()).lower()
        assert not [word for word in ("misquote", "wrong", "false", "fake") if word in seen]
        await expect(page.locator("img, script:not([src='/static/page.js']), iframe")).to_have_count(0)
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert await violations(page) == []
        elsewhere = traced("x", [sighting("times/4", "q1"), sighting("x")], name_from_others="Ana Ruiz")
        here.store.add_related(message(QUOTES, elsewhere, id_="x"))
        await expect(card).to_have_count(2)  # it comes while the article is read, and what was open stays open
        await expect(card.nth(0).locator(".traced-note")).to_have_text(["others name Ana Ruiz"])
        await expect(card.nth(0)).not_to_have_attribute("open", "")
        await expect(card.nth(1)).to_have_attribute("open", "")
        await expect(card.nth(0).locator("svg")).to_have_count(0)  # all at one time: there is nothing to plot


async def test_what_the_stage_finds_is_shown(open_page: Open, pictures: Path) -> None:
    """Documents of the stage itself; `docs/` shows the picture of the quotation."""
    async with served() as here:
        add_boats(here.store)
        address = f"{here.url}/#/article/{COPY.replace('/', '%2F')}"
        page = await open_page(address, width=1280, height=1560, timezone_id="UTC")
        await expect(page.locator(".badge")).to_have_text("copy 2 of ap/1")
        await page.click("#tab-related")
        await expect(page.locator(".copy-row")).to_have_count(3)
        changes = page.locator(".change")
        await expect(changes.nth(0).locator(".gone, .fresh")).to_have_text(["one man", "two men"])
        await expect(changes.nth(1).locator(".gone")).to_have_text(
            ["The market hall was closed on Friday because its roof had moved."]
        )
        copies = await page.screenshot(path=pictures / "viewer-copies.png", animations="disabled")
        await page.click("#tab-quotes")
        await page.click("details.traced summary")
        card = page.locator("details.traced")
        await expect(card.locator("summary")).to_contain_text("In 5 articles of 3 sources")
        await expect(card.locator("svg circle")).to_have_count(5)
        await expect(card.locator(".traced-speaker")).to_contain_text(
            ["Moira Finch by 2", "Ian Low by 1", "nobody by 1"]
        )
        await expect(card.locator(".traced-note")).to_have_text(["differently attributed", "wording differs (number)"])
        await expect(card.locator(".traced-form").nth(1).locator(".gone, .fresh")).to_have_text(["two", "three"])
        quotation = await page.screenshot(path=pictures / "viewer-related.png", animations="disabled")
        assert max(len(copies), len(quotation)) < PICTURE_BYTES


async def test_a_quotation_of_any_id_has_its_own_card_only(open_page: Open) -> None:
    async with served() as here:
        article = json.loads(scored("a"))
        article["quotes"][0] |= {"id": "constructor"}
        put(here.store, "a", json.dumps(article).encode(), offset=0)
        here.store.add_related(message(QUOTES, traced("u", [sighting("a", "q9"), sighting("b")]), id_="u"))
        page = await open_page(f"{here.url}/#/article/a")
        await page.click("#tab-quotes")
        await expect(page.locator(".quote")).to_have_count(1)
        await expect(page.locator(".traced, .trouble")).to_have_count(0)


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
