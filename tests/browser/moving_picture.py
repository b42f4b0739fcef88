"""Make docs/viewer.webp, the moving picture of the README, from the real page: a few steps of a first visit.

python tests/browser/moving_picture.py
"""

from __future__ import annotations

import asyncio
import io
import signal
import sys
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, async_playwright, expect

sys.path.insert(0, str(Path(__file__).parents[1]))  # a script: pytest.ini's path is not there

from browser.conftest import ARGUMENTS
from browser.test_live import STARTUP_MS, running
from harness.require import ROOT, chromium

PICTURE = ROOT / "docs" / "viewer.webp"
SIZE = {"width": 1120, "height": 700}
SEED = "Putin orders partial withdrawal of Russian troops from Syria"
HOLD = 1_600
"""Milliseconds for which a step is shown."""


class Recorder:
    """Frames and the time for which each is shown."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._frames: list[Image.Image] = []
        self._times: list[int] = []

    async def show(self, milliseconds: int = HOLD) -> None:
        """Take a frame."""
        taken = await self._page.screenshot(animations="disabled")
        self._frames.append(Image.open(io.BytesIO(taken)).convert("RGB"))
        self._times.append(milliseconds)

    def save(self, path: Path) -> None:
        """Write the frames as one WebP that repeats for ever."""
        first, *rest = self._frames
        first.save(path, save_all=True, append_images=rest, duration=self._times, loop=0, quality=62, method=6)


async def record(page: Page) -> Recorder:
    """The steps: an empty page, the samples, one article, who said what, a person, the numbers."""
    frames = Recorder(page)
    await expect(page.locator("#live")).to_have_attribute("data-state", "live", timeout=STARTUP_MS)
    await frames.show()
    await page.get_by_role("button", name="Try the samples").click()
    rows = page.locator(".row[data-state=scored]")
    for count in (1, 3, 6):
        await expect(rows.nth(count - 1)).to_be_visible(timeout=STARTUP_MS)
        await frames.show(500)
    await page.fill("#search", "Khmeimim")  # in the texts, too
    await expect(page.locator(".row")).to_have_count(1)
    await frames.show()
    await page.locator(".row").click()
    await expect(page.locator("#reading h1")).to_have_text(SEED)
    await expect(page.locator("#reading mark.person").first).to_be_visible(timeout=STARTUP_MS)
    await frames.show(2 * HOLD)
    await page.locator("#reading .speaker", has_text="Putin").first.hover()
    await expect(page.locator("#note")).to_be_visible()
    await frames.show(2 * HOLD)
    await page.locator("#reading a[href^='#/person']").first.click()
    await expect(page.locator(".namesakes")).to_be_visible()
    await frames.show(2 * HOLD)
    await page.click("#to-statistics")
    await page.wait_for_timeout(500)
    await frames.show(2 * HOLD)
    return frames


async def main() -> None:
    """Run the pipeline, record the page, write the picture."""
    async with running("up", "--port", "0", "--viewer-port", "0") as up, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        page = await browser.new_page(viewport=SIZE)  # type: ignore[arg-type]  # a TypedDict of theirs
        page.set_default_timeout(30_000)
        await page.goto(await up.url())
        frames = await record(page)
        await browser.close()
        frames.save(PICTURE)
        up.process.send_signal(signal.SIGINT)
        await up.process.wait()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size:,} bytes")  # noqa: T201 - a script


if __name__ == "__main__":
    asyncio.run(main())
