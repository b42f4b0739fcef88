"""The first minutes at the page: its first screen, the samples, and what it says when something is wrong."""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.async_api import expect

from browser.axe import violations
from browser.conftest import Open
from copydesk.viewer.settings import ViewerSettings
from harness.viewing import put, scored, served

pytestmark = pytest.mark.asyncio(loop_scope="session")

DROP = """(files) => {
    const carried = new DataTransfer();
    for (const [name, bytes] of files) carried.items.add(new File([new Uint8Array(bytes)], name));
    for (const kind of ["dragenter", "dragover", "drop"])
        document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1360), ("light", 390)])
async def test_the_first_screen_says_what_this_is_and_offers_the_samples(
    open_page: Open, scheme: str, width: int
) -> None:
    async with served() as here:
        page = await open_page(here.url, width=width, color_scheme=scheme, bypass_csp=True)
        await expect(page.locator(".welcome")).to_contain_text("who is in them, who said what")
        await expect(page.locator(".welcome-drop")).to_contain_text("drop text or HTML files anywhere")
        assert await violations(page) == []
        await page.click("#samples")
        await expect(page.locator(".welcome-said")).to_contain_text("samples published")
        assert len(here.publisher.bodies) > 8
        put(here.store, "a", scored(), offset=0)
        await expect(page.locator(".row")).to_be_visible()


async def test_arrows_work_on_a_fresh_page(open_page: Open) -> None:
    async with served() as here:
        put(here.store, "a", scored("a", "First"), offset=0, at=2000)
        put(here.store, "b", scored("b", "Second"), offset=1, at=1000)
        page = await open_page(here.url)
        await expect(page.locator(".row")).to_have_count(2)
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("#reading h1")).to_have_text("First")
        await page.keyboard.press("ArrowDown")
        await expect(page.locator("#reading h1")).to_have_text("Second")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3", "a.pdf is a PDF"),
        ("b.docx", b"PK\x03\x04\x14\x00", "b.docx is a DOCX"),
        ("c.txt", b"%PDF-1.7\n", "c.txt is a PDF"),
        ("d.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Word file"),
        ("e.txt", b"some\x00\x01\x02bytes", "holds no text"),
        ("f.txt", b"", "is empty"),
        ("g.txt", b"https://example.org/an/article\n", "copydesk fetches no pages"),
    ],
)
async def test_a_file_that_is_no_article_is_refused_with_what_to_do(
    open_page: Open, name: str, content: bytes, said: str
) -> None:
    async with served() as here:
        page = await open_page(here.url)
        await expect(page.locator("#samples")).to_be_visible()
        await page.evaluate(DROP, [[name, list(content)]])
        await expect(page.locator("#publish-said.bad")).to_contain_text(said)
        if content:
            await expect(page.locator("#publish-said")).to_contain_text(
                "paste its text" if b"http" in content else "drop"
            )
        assert not here.publisher.bodies


async def test_an_address_is_refused_with_what_to_do(open_page: Open) -> None:
    async with served() as here:
        page = await open_page(here.url)
        await page.click("#to-publish")
        for text in ("https://example.org/a", "www.example.org/a\nhttps://example.org/b"):
            await page.fill("#publish-text", text)
            await page.click("#publish-send")
            await expect(page.locator("#publish-said.bad")).to_contain_text("save it as HTML")
        await page.fill("#publish-text", "See https://example.org/a for more.")
        await page.click("#publish-send")
        await expect(page.locator("#publish")).to_be_hidden()
        assert len(here.publisher.bodies) == 1


async def test_with_the_broker_away_the_text_stays_and_that_is_said_at_once(open_page: Open) -> None:
    async with served() as here:
        page = await open_page(here.url)
        await expect(page.locator("#live")).to_have_text("live")
        here.publisher.broker_answers = False
        await page.click("#to-publish")
        await page.fill("#publish-text", "A text of some length.")
        begin = time.monotonic()
        async with page.expect_response("**/api/articles"):
            await page.click("#publish-send")
        await expect(page.locator("#publish-said.bad")).to_contain_text(
            "the broker does not answer: nothing was published"
        )
        assert time.monotonic() - begin < 3
        here.store.broker_answers = False
        here.store.notify()
        await expect(page.locator("#live")).to_have_text("the broker does not answer")
        await expect(page.locator("#publish-said.bad")).to_contain_text("publish it when the broker is back")
        await page.reload()
        await page.click("#to-publish")
        await expect(page.locator("#publish-text")).to_have_value("A text of some length.")
        assert not here.publisher.bodies
        here.publisher.broker_answers = True
        await page.click("#publish-send")
        await expect(page.locator("#publish")).to_be_hidden()
        assert len(here.publisher.bodies) == 1


async def test_a_confirmation_that_does_not_come_is_told(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served() as here:
        confirmed = asyncio.Event()
        publish = here.publisher.publish

        async def publish_late(article: bytes) -> object:
            await confirmed.wait()
            return await publish(article)

        monkeypatch.setattr(here.publisher, "publish", publish_late)
        page = await open_page(here.url)
        await page.click("#to-publish")
        await page.fill("#publish-text", "A text of some length.")
        begin = time.monotonic()
        await page.click("#publish-send")
        await expect(page.locator("#publish-said")).to_contain_text("has not confirmed it yet. The text stays here")
        assert time.monotonic() - begin < 4, "after 2 seconds, and some for a busy machine"
        confirmed.set()
        await expect(page.locator("#publish")).to_be_hidden()


async def test_a_server_that_is_gone_is_named(open_page: Open) -> None:
    async with served() as here:
        page = await open_page(here.url)
        await expect(page.locator("#live")).to_have_text("live")
    await expect(page.locator("#live")).to_contain_text("server does not answer: trying again")


async def test_a_wrong_token_is_called_wrong_and_the_right_one_opens_the_shared_view(open_page: Open) -> None:
    token = "a-token-that-is-long-enough"  # noqa: S105 - of a test
    async with served(ViewerSettings(port=0, token=token)) as here:
        put(here.store, "a", scored(), offset=0)
        page = await open_page(f"{here.url}/#/article/a", bypass_csp=True)
        await expect(page.locator("#wrong")).to_be_hidden()
        await page.fill("#token", "another-token-altogether")
        await page.keyboard.press("Enter")
        await expect(page.locator("#wrong")).to_have_text(
            "That is not the token of this page. Look for spaces, or ask whoever runs it."
        )
        assert await violations(page) == []
        await page.fill("#token", token)
        await page.keyboard.press("Enter")
        await expect(page.locator(".row")).to_have_count(1)
        await expect(page.locator("#reading h1")).to_have_text("A title")
