"""The page in a real browser, served by this process."""

from __future__ import annotations

import asyncio
import json
import random
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from browser.axe import violations
from browser.conftest import Open
from copydesk.viewer.settings import ViewerSettings
from copydesk.viewer.store import ArticleStore
from harness.viewing import TEXT, dead, earlier, message, put, raw, scored, served, with_unknown_values

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>&lt;b&gt;"


def add_a_few(store: ArticleStore) -> None:
    """Add articles at several stages, a dead letter and a withdrawn article."""
    document = scored(
        "full",
        "Bridge to be built in Lisbon",
        captions=["A bridge"],
        credits=["Ana / Agency"],
        published_at="2026-11-12T12:00:00Z",
    )
    put(store, "full", document, offset=0, at=1000)
    put(
        store,
        "cleaned",
        earlier(scored("cleaned", "Only cleaned"), "articles.cleaned"),
        offset=1,
        topic="articles.cleaned",
    )
    store.add(message("articles.raw", raw("Only published so far.", site="paper.example"), id_="raw", offset=2))
    store.add(message("articles.cleaner.dlq", b"{nope", id_="broken", offset=3, headers=dead("invalid", place=(0, 3))))
    store.add(message("articles.raw", None, id_="gone", offset=4))


async def open_article(page: Page, text: str) -> None:
    """Open the article whose row contains this text."""
    await page.locator(".row").filter(has_text=text).click()


# ------------------------------------------------------------------------------------------------ what is shown


@pytest.mark.parametrize("word", ["of_tomorrow", "constructor"])
async def test_values_of_a_later_version_are_shown_as_other(open_page: Open, word: str) -> None:
    """`constructor` is a property of every object of JavaScript."""
    async with served() as here:
        put(here.store, "a", with_unknown_values(scored("a", "From tomorrow"), word), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        shown = word.replace("_", " ")
        await expect(page.locator(".paragraph.removed .reason")).to_have_text(f"removed: {shown}")
        await expect(page.locator("p.flag").first).to_contain_text(shown)
        await expect(page.locator(".body")).to_contain_text("said Ana Ruiz in Lisbon")
        await expect(page.locator(".cast-title")).to_have_text("others")
        await page.hover(".body .said")
        await expect(page.locator("#note")).to_contain_text(word)
        await page.goto(f"{here.url}/#/statistics")
        await expect(page.locator(".card").filter(has_text="One story or more")).to_contain_text(shown)


async def test_the_list_shows_each_article_at_its_stage(open_page: Open) -> None:
    async with served() as here:
        add_a_few(here.store)
        page = await open_page(here.url)
        rows = page.locator(".row")
        await expect(rows).to_have_count(5)
        full = rows.filter(has_text="Bridge to be built")
        for text in ("done", "25 % removed", "1 quotation", "90 % one story", "example.org", "12 Nov 2026"):
            await expect(full).to_contain_text(text)
        await expect(rows.filter(has_text="Only cleaned")).to_contain_text("cleaned")
        await expect(rows.filter(has_text="Only published so far.")).to_contain_text("paper.example")
        await expect(rows.filter(has_text="broken")).to_contain_text("could not be read: not an article")
        await expect(rows.filter(has_text="gone")).to_contain_text("withdrawn")
        await expect(page.locator("#count")).to_have_text("5 articles")
        await expect(page.locator("#live")).to_have_text("live")


async def test_topics_that_are_not_shown_are_named(open_page: Open) -> None:
    async with served() as here:
        page = await open_page(here.url)
        await expect(page.locator("#count")).to_have_text("0 articles")
        await expect(page.locator("#left-out")).to_be_hidden()
    async with served(left_out=("articles.translated", "articles.translator.dlq")) as here:
        page = await open_page(here.url)
        await expect(page.locator("#left-out")).to_have_text(
            "Not shown here: articles.translated, articles.translator.dlq"
        )


async def test_search_and_filter_narrow_the_list(open_page: Open) -> None:
    async with served() as here:
        add_a_few(here.store)
        page = await open_page(here.url)
        await page.fill("#search", "ana RUIZ")  # a person in two articles
        await expect(page.locator(".row")).to_have_count(2)
        await expect(page.locator("#count")).to_have_text("2 of 5 articles")
        await page.fill("#search", "")
        await page.select_option("#filter", "dead")
        await expect(page.locator(".row")).to_have_count(1)
        await expect(page.locator(".row")).to_contain_text("broken")
        put(here.store, "late", scored("late", "Comes late"), offset=9)
        await page.select_option("#filter", "scored")
        await expect(page.locator(".row")).to_have_count(2)


async def test_an_article_that_is_read_changes_as_it_is_enriched(open_page: Open) -> None:
    async with served() as here:
        document = scored("a", "As it grows")
        here.store.add(message("articles.raw", raw(title="As it grows", id="a"), offset=0))
        page = await open_page(here.url)
        await open_article(page, "As it grows")
        await expect(page.locator(".waiting")).to_contain_text("waits to be cleaned")
        put(here.store, "a", earlier(document, "articles.cleaned"), offset=0, topic="articles.cleaned")
        await expect(page.locator(".step.done")).to_have_count(2)
        await expect(page.locator(".beside")).to_be_visible()
        put(here.store, "a", document, offset=0)
        await expect(page.locator(".step.done")).to_have_count(4)
        await expect(page.locator("mark.person")).to_have_text("Ana Ruiz")
        assert await page.title() == "As it grows · copydesk"


async def test_a_quotation_names_its_speaker_and_how_he_was_found(open_page: Open) -> None:
    async with served() as here:
        put(here.store, "a", scored(), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        await page.hover(".body .said")
        note = page.locator("#note")
        await expect(note).to_be_visible()
        for text in ("Ana Ruiz", "named beside the quotation", "said", "93 %"):
            await expect(note).to_contain_text(text)
        await expect(page.locator("mark.person.lit")).to_have_text("Ana Ruiz")
        await expect(page.locator(".cue.lit")).to_have_text("said")
        await page.mouse.move(5, 5)
        await expect(note).to_be_hidden()
        await page.focus("#said-q1")
        await expect(note).to_be_visible()
        assert "Ana Ruiz" in (await page.get_attribute("#said-q1", "aria-label") or "")
        await page.keyboard.press("Escape")
        await expect(note).to_be_hidden()


async def test_what_was_removed_is_shown_with_its_reason_until_it_is_turned_off(open_page: Open) -> None:
    async with served() as here:
        put(here.store, "a", scored(), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        removed = page.locator("del")
        await expect(removed).to_have_text("Latest News")
        await expect(removed).to_be_visible()
        await expect(page.locator(".removed .reason")).to_have_text("removed: link to another story")
        await expect(page.locator(".removed")).to_contain_text("98 % sure")
        await expect(page.locator("#show-removed")).to_have_attribute("aria-checked", "true")
        await page.click("#show-removed")
        await expect(removed).to_be_hidden()
        await page.reload()  # it is remembered
        await expect(page.locator("#show-removed")).to_have_attribute("aria-checked", "false")
        await expect(removed).to_be_hidden()


@pytest.mark.parametrize(
    ("coherence", "words"),
    [
        ({"structure": "single", "score": 0.94, "raw_score": 0.5}, ("one story", "94 % sure", "50 % before")),
        ({"structure": "mixed", "score": 0.2}, ("two stories mixed", "one story: 20 %")),
        ({"structure": None, "score": None, "raw_score": None, "units": [], "status": "too_short"}, ("too short",)),
    ],
)
async def test_verdicts_are_in_an_editors_words(
    open_page: Open, coherence: dict[str, Any], words: tuple[str, ...]
) -> None:
    async with served() as here:
        article = json.loads(scored("a"))
        article["coherence"] |= coherence
        put(here.store, "a", json.dumps(article).encode(), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        for word in words:
            await expect(page.locator(".bigs")).to_contain_text(word)
        seen = (await page.locator("body").inner_text()).lower()
        assert not [word for word in ("tombstone", "furniture", "foreign", "noise", "coherence") if word in seen]


async def test_provenance_and_json_are_behind_tabs(open_page: Open) -> None:
    async with served() as here:
        here.store.add(message("articles.raw", raw(id="a"), partition=7, offset=41))
        at = {"partition": 3, "offset": 12, "origin": (7, 41), "headers": {"traceparent": "00-abc-def-01"}}
        here.store.add(message("articles.scored", scored(metadata={"big": 12345678901234567890}), **at))  # type: ignore[arg-type]
        page = await open_page(f"{here.url}/#/article/a")
        await page.click("#tab-origin")
        panel = page.locator("#panel")
        for text in ("articles.scored", "traceparent", "00-abc-def-01", "articles.raw", "41", "12", "cleaner"):
            await expect(panel).to_contain_text(text)
        await page.click("#tab-json")
        shown = await page.locator("#panel pre").inner_text()
        assert json.loads(shown) == json.loads(scored(metadata={"big": 12345678901234567890}))
        assert "12345678901234567890" in shown, "unchanged: JavaScript would have rounded it"


async def test_statistics_are_shown_and_follow_what_comes(open_page: Open) -> None:
    async with served() as here:
        for number in range(4):
            put(here.store, f"n{number}", scored(f"n{number}"), offset=number)
        page = await open_page(f"{here.url}/#/statistics")
        quoted = page.locator(".card").filter(has_text="Most quoted")
        await expect(quoted).to_contain_text("Ana Ruiz in 4 articles")
        put(here.store, "more", scored("more"), offset=9)
        await expect(quoted).to_contain_text("Ana Ruiz in 5 articles")
        await expect(page.locator(".card").filter(has_text="How much was removed")).to_contain_text("median 25 %")
        chart = page.locator(".card").filter(has_text="How much was removed").locator("svg")
        await expect(chart).to_have_attribute(
            "aria-label",
            "Share of the source that was removed, 5 articles by tenths: 0, 0, 5, 0, 0, 0, 0, 0, 0, 0; median 25 %",
        )
        dated = scored("dated", site="two.example", published_at="2026-11-14T12:00:00Z")
        put(here.store, "dated", dated, offset=10)
        over_time = page.locator(".card.wide svg").first
        await expect(over_time).to_have_attribute(
            "aria-label", re.compile("^6 articles from 14 Nov 2026 to .*, at most 5")
        )
        await page.click(".sites a >> text=two.example")
        await expect(page.locator(".row")).to_have_count(1)
        assert page.url.endswith("#/?site=two.example")


# ------------------------------------------------------------------------------------------------- offsets


async def test_an_emoji_before_a_name_moves_nothing(open_page: Open) -> None:
    async with served() as here:
        text = "👩‍👩‍👧 𝔊othic 🔋🔋 opening.\n\n“Yes 🎉”, said Ana Ruiz 🔋 in Lisbon."
        article = json.loads(scored("a", "🔋 Ana Ruiz opens it", text))
        mention = {"start": 2, "end": 10, "text": "Ana Ruiz", "kind": "name", "section": "title"}
        article["entities"][0]["mentions"].append(mention)
        put(here.store, "a", json.dumps(article).encode(), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        await expect(page.locator(".headline mark.person")).to_have_text("Ana Ruiz")
        await expect(page.locator(".body mark.person")).to_have_text("Ana Ruiz")
        await expect(page.locator(".body mark.location")).to_have_text("Lisbon")
        await expect(page.locator(".said.direct").last).to_have_text("“Yes 🎉”")
        await expect(page.locator(".body p").first).to_have_text("👩‍👩‍👧 𝔊othic 🔋🔋 opening.")


async def test_offsets_in_code_points_are_converted_whatever_the_text(open_page: Open) -> None:
    pieces = ["a", "é", "\u0301", "中", "🔋", "👩‍👩‍👧", "𝔊", "\n", "\u200d", "\U0010ffff", "\uffff"]
    rng = random.Random(8)
    cases = []
    for _ in range(300):
        text = "".join(rng.choices(pieces, k=rng.randrange(12)))
        start, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        cases.append([text, start, end, text[start:end]])
    async with served() as here:
        page = await open_page(here.url)
        wrong = await page.evaluate(
            """async (cases) => {
                const { indexer } = await import("/static/offsets.js");
                return cases.filter(([text, start, end, expected]) => {
                    const at = indexer(text);
                    return text.slice(at(start), at(end)) !== expected || at(1e9) !== text.length || at(-3) !== 0;
                });
            }""",
            cases,
        )
    assert wrong == []


# ------------------------------------------------------------------------------------------------- hostile


async def test_a_hostile_article_is_text_and_nothing_else(open_page: Open) -> None:
    async with served() as here:
        text = f"{HOSTILE}\n\n“{HOSTILE}”, said Ana Ruiz in Lisbon."
        document = scored(f'x"><{HOSTILE}', HOSTILE, text, captions=[HOSTILE], credits=[HOSTILE], site="<b>site")
        put(here.store, f'x"><{HOSTILE}', document, offset=0)
        here.store.add(message("articles.cleaner.dlq", HOSTILE.encode(), id_="d", offset=1, headers=dead()))
        here.store.add(message("articles.raw", raw(title=HOSTILE, html=HOSTILE), id_="r", offset=2))
        page = await open_page(here.url)
        rows = page.locator(".row")
        await expect(rows).to_have_count(3)
        for row in range(3):
            await rows.nth(row).click()
            await expect(rows.nth(row)).to_have_attribute("aria-selected", "true")
            for tab in ("quotes", "origin", "json", "text"):
                await page.click(f"#tab-{tab}")
        await open_article(page, "1 quotation")
        await expect(page.locator("#reading h1")).to_have_text(HOSTILE)
        await expect(page.locator(".body p").first).to_have_text(HOSTILE)
        await expect(page.locator(".beside dd").first).to_have_text(HOSTILE)
        await expect(page.locator("img, script:not([src='/static/page.js']), iframe")).to_have_count(0)


async def test_any_id_can_be_opened_and_is_found_again_by_its_address(open_page: Open) -> None:
    ids = ["../../etc", "__proto__", "a/b c#?&%25", "%E0%A4%A", "🔋", "constructor"]
    async with served() as here:
        for number, id_ in enumerate(ids):
            put(here.store, id_, scored(id_, f"Odd {number}"), offset=number)
        page = await open_page(here.url)
        for number in range(len(ids)):
            await open_article(page, f"Odd {number}")
            await expect(page.locator("#reading h1")).to_have_text(f"Odd {number}")
            await page.reload()
            await expect(page.locator("#reading h1")).to_have_text(f"Odd {number}")


async def test_offsets_that_lie_outside_of_the_text_break_nothing(open_page: Open) -> None:
    async with served() as here:
        article: dict[str, Any] = json.loads(scored())
        article["entities"][0]["mentions"][0] |= {"start": 10**15, "end": 10**16}
        article["quotes"][0] |= {"start": 60, "end": 3}
        article["blocks"][0] |= {"start": 5, "end": 10**9}
        put(here.store, "a", json.dumps(article).encode(), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        await expect(page.locator(".body p").last).to_contain_text("Latest News")
        await expect(page.locator(".body p").first).to_contain_text("ayor spoke.")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"authors": 5}, "authors and dateline"),
        ({"quotes": {"a": 1}}, "links between quotes and speakers"),
        ({"entities": 7}, "figures"),
        ({"entities": [None], "quotes": [3]}, "people, places and others"),
        ({"coherence": {"units": 1, "segments": 2}}, "relevance"),
        ({"blocks": [None, 1]}, "marks in the text"),
        ({"text": 5, "captions": {"length": 2}}, "captions, credits and bylines"),
        ({"title": ["a"], "cleaning": {"warnings": 1}, "provenance": 3}, "facts of the stages"),
    ],
)
async def test_a_document_that_breaks_its_contract_leaves_the_other_panels_standing(
    open_page: Open, change: dict[str, Any], named: str
) -> None:
    async with served() as here:
        put(here.store, "a", json.dumps({**json.loads(scored()), **change}).encode(), offset=0)
        put(here.store, "b", scored("b", "A sound article"), offset=1)
        page = await open_page(f"{here.url}/#/article/a")
        seen = ""
        for tab in ("quotes", "origin", "json", "text"):
            await page.click(f"#tab-{tab}")
            await expect(page.locator(f"#tab-{tab}")).to_have_attribute("aria-selected", "true")
            seen += await page.locator("#reading").inner_text()
            if tab == "json":
                await expect(page.locator("#panel pre")).to_contain_text(json.dumps(next(iter(change))))
            if tab == "origin":
                await expect(page.locator("#panel")).to_contain_text("articles.scored")
        assert "does not keep its contract: " in seen
        assert named in seen
        await open_article(page, "A sound article")
        await expect(page.locator(".body p").first).to_contain_text("The mayor spoke.")


async def test_thousands_of_names_and_quotations_over_one_another_are_shown(open_page: Open) -> None:
    async with served() as here:
        text = "word " * 20_000
        article: dict[str, Any] = json.loads(scored("a", "Long", text))
        entity, quote = article["entities"][0], article["quotes"][0]
        entity["mentions"] = [{**entity["mentions"][0], "start": n, "end": len(text) - n} for n in range(3000)]
        article["quotes"] = [
            {**quote, "id": f"q{n}", "start": n, "end": len(text) - n, "speaker": {**quote["speaker"], "mention": None}}
            for n in range(0, 3000, 2)
        ]
        put(here.store, "a", json.dumps(article).encode(), offset=0)
        page = await open_page(f"{here.url}/#/article/a")
        await expect(page.locator("mark.person").first).to_be_visible()
        deep = "(all) => Math.max(...all.map((node) => node.dataset.quotes.split(' ').length))"
        assert await page.locator(".body [data-quotes]").evaluate_all(deep) < 50, "more would take quadratic time"


# -------------------------------------------------------------------------------------------- many articles


async def test_five_thousand_articles_stay_smooth(open_page: Open, capsys: pytest.CaptureFixture[str]) -> None:
    async with served() as here:
        for number in range(5000):
            put(
                here.store,
                f"n{number}",
                scored(f"n{number}", f"Article {number}"),
                offset=number,
                at=1_000_000 + number,
            )
        page = await open_page("about:blank")
        await page.add_init_script(
            "window.longest = 0; new PerformanceObserver((list) => {"
            " for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);"
            " }).observe({ type: 'longtask', buffered: true });"
        )
        await page.goto(here.url)
        await expect(page.locator("#count")).to_have_text("5,000 articles")
        nodes = [await page.locator("body *").count()]
        for number in range(0, 5000, 500):
            await page.locator("#rows").evaluate("(box, top) => { box.scrollTop = top; }", number * 88)
            for again in range(number, number + 500):  # every article changes while the list is scrolled
                put(
                    here.store,
                    f"n{again}",
                    scored(f"n{again}", f"Again {again}"),
                    offset=10_000 + again,
                    at=1_000_000 + again,
                )
            nodes.append(await page.locator("body *").count())
        await page.fill("#search", "Again 4999")
        await expect(page.locator(".row")).to_have_count(1)
        await page.fill("#search", "")
        await page.focus("#rows")
        await page.keyboard.press("End")
        await expect(page.locator(".row[aria-selected=true]")).to_contain_text("Again 0")
        longest = await page.evaluate("window.longest")
        await page.evaluate(
            "() => { setTimeout(() => { const end = performance.now() + 300; while (performance.now() < end); }); }"
        )
        async with asyncio.timeout(30):
            while await page.evaluate("window.longest") < 250:  # the observer sees long tasks at all
                await asyncio.sleep(0.05)  # the browser calls an observer when it likes
    with capsys.disabled():
        print(f"\n5,000 articles: at most {max(nodes)} elements, longest task {longest:.0f} ms")  # noqa: T201 - a figure
    assert max(nodes) < 800, "rows out of sight are no elements"
    assert longest < 1500, "measured: none over 50 ms, the length from which the browser reports a task"


async def test_the_page_holds_no_more_articles_than_the_server(open_page: Open) -> None:
    async with served(ViewerSettings(port=0, articles=50)) as here:
        page = await open_page(here.url)
        for number in range(400):
            put(here.store, f"n{number}", scored(f"n{number}", f"Article {number}"), offset=number, at=1000 + number)
            if number % 100 == 99:
                await expect(page.locator(".row").filter(has_text=f"Article {number}")).to_be_visible()
        await expect(page.locator("#count")).to_have_text("50 articles")


# ---------------------------------------------------------------------------------------------- publishing


async def test_a_text_is_pasted_and_published(open_page: Open) -> None:
    async with served() as here:
        page = await open_page(here.url)
        await page.click("#to-publish")
        await page.fill("#publish-text", "A text.\n\nIts end 🔋.")
        await page.fill("#publish-headline", "Its title")
        await page.click("#publish-send")
        await expect(page.locator("#publish")).to_be_hidden()
        await expect(page.locator(".waiting")).to_contain_text("as soon as it is in a topic")
        assert [json.loads(body) for body in here.publisher.bodies] == [
            {"text": "A text.\n\nIts end 🔋.", "title": "Its title"}
        ]
        await page.click("#to-publish")
        await page.click("#publish-send")
        await expect(page.locator("#publish-said")).to_contain_text("nothing to publish")


async def test_files_are_dropped_anywhere_and_published(open_page: Open) -> None:
    dropped: list[list[str | list[int]]] = [
        ["a.txt", "Plain text."],
        ["utf16.txt", list("“In UTF-16.”".encode("utf-16"))],
        ["array.json", '[{"text": "First."}, {"text": "Second."}]'],
        ["b.html", "<html><body><p>A page without an address.</p></body></html>"],
        ["c.json", '{"id": "mine", "text": "An article."}'],
        ["d.ndjson", '{"text": "One."}\n\n{"text": "Two."}\n'],
    ]
    async with served() as here:
        page = await open_page(here.url)
        await expect(page.locator("#live")).to_have_text("live")
        await page.evaluate(
            """(files) => {
                const carried = new DataTransfer();
                for (const [name, text] of files)
                    carried.items.add(new File([Array.isArray(text) ? new Uint8Array(text) : text], name));
                const event = { dataTransfer: carried, bubbles: true, cancelable: true };
                for (const kind of ["dragenter", "dragover", "drop"])
                    document.body.dispatchEvent(new DragEvent(kind, event));
            }""",
            dropped,
        )
        await expect(page.locator("#publish")).to_be_hidden()
        await expect(page.locator(".waiting")).to_be_visible()
    published = [json.loads(body) for body in here.publisher.bodies]
    assert sorted(published, key=json.dumps) == sorted(
        [
            {"text": "Plain text."},
            {"text": "“In UTF-16.”"},
            {"text": "First."},
            {"text": "Second."},
            {"html": "<html><body><p>A page without an address.</p></body></html>"},
            {"id": "mine", "text": "An article."},
            {"text": "One."},
            {"text": "Two."},
        ],
        key=json.dumps,
    )


async def test_a_refused_article_stays_in_the_form_with_the_reason(open_page: Open) -> None:
    async with served() as here:
        page = await open_page(here.url)
        await page.click("#to-publish")
        await page.select_option("#publish-kind", "json")
        await page.fill("#publish-text", '{"title": "no text"}')
        async with page.expect_response("**/api/articles") as answered:
            await page.click("#publish-send")
        assert (await answered.value).status == 422
        await expect(page.locator("#publish-said")).to_contain_text("neither `text` nor `html`")
        await expect(page.locator("#publish-text")).to_have_value('{"title": "no text"}')


async def test_where_publishing_is_turned_off_nothing_offers_it(open_page: Open) -> None:
    async with served(ViewerSettings(port=0, publish=False)) as here:
        page = await open_page(here.url)
        await expect(page.locator("#live")).to_have_text("live")
        await expect(page.locator("#to-publish")).to_be_hidden()


# --------------------------------------------------------------------------------------- for everybody


async def test_the_keyboard_is_enough(open_page: Open) -> None:
    async with served() as here:
        for number in range(60):
            put(here.store, f"n{number}", scored(f"n{number}", f"Article {number}"), offset=number, at=1000 + number)
        page = await open_page(here.url)
        await expect(page.locator("#count")).to_have_text("60 articles")
        await page.keyboard.press("/")
        await expect(page.locator("#search")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.locator("#rows")).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("#reading h1")).to_have_text("Article 59")
        await page.keyboard.press("End")
        await expect(page.locator("#reading h1")).to_have_text("Article 0")
        active = await page.get_attribute("#rows", "aria-activedescendant")
        await expect(page.locator(f"#{active}")).to_contain_text("Article 0")
        await page.keyboard.press("Enter")
        await expect(page.locator("#reading")).to_be_focused()
        await page.focus("#tab-text")
        await page.keyboard.press("ArrowRight")
        await expect(page.locator("#tab-quotes")).to_be_focused()
        await expect(page.locator(".speaker-name")).to_contain_text("Ana Ruiz")
        await page.keyboard.press("Escape")
        await expect(page.locator("#rows")).to_be_focused()


async def test_on_a_phone_there_is_one_thing_at_a_time(open_page: Open) -> None:
    async with served() as here:
        add_a_few(here.store)
        page = await open_page(here.url, width=390, height=844)
        await expect(page.locator("#reading")).to_be_hidden()
        await open_article(page, "Bridge to be built")
        await expect(page.locator("#reading h1")).to_be_visible()
        await expect(page.locator("#rows")).to_be_hidden()
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            "nothing is wider than the window"
        )
        await page.click(".back")
        await expect(page.locator("#rows")).to_be_visible()


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1360), ("light", 390)])
async def test_axe_finds_nothing_wrong(open_page: Open, scheme: str, width: int) -> None:
    async with served() as here:
        add_a_few(here.store)
        page = await open_page(here.url, width=width, color_scheme=scheme, bypass_csp=True)
        await expect(page.locator("#live")).to_have_text("live")
        by_view = {"list": await violations(page)}
        await page.goto(f"{here.url}/#/article/full")
        await page.click(".actor.person")
        await page.focus("#said-q1")
        by_view["article"] = await violations(page)
        for tab in ("quotes", "origin", "json"):
            await page.click(f"#tab-{tab}")
            by_view[tab] = await violations(page)
        await page.goto(f"{here.url}/#/article/broken")
        await expect(page.locator(".trouble")).to_be_visible()
        by_view["dead letter"] = await violations(page)
        await page.goto(f"{here.url}/#/statistics")
        await expect(page.locator(".card").first).to_be_visible()
        by_view["statistics"] = await violations(page)
        await page.click("#to-publish")
        by_view["publish"] = await violations(page)
    assert {name: problems for name, problems in by_view.items() if problems} == {}


async def test_the_token_opens_the_page(open_page: Open) -> None:
    token = "a-token-that-is-long-enough"  # noqa: S105 - of a test
    async with served(ViewerSettings(port=0, token=token)) as here:
        put(here.store, "a", scored(title=TEXT.split("\n", maxsplit=1)[0]), offset=0)
        page = await open_page(here.url, bypass_csp=True)
        assert await violations(page) == []
        await page.fill("#token", token)
        await page.keyboard.press("Enter")
        await expect(page.locator(".row")).to_have_count(1)
