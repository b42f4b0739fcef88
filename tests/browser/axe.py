"""Accessibility checks by axe-core."""

from __future__ import annotations

from importlib.resources import files

from playwright.async_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


async def violations(page: Page) -> list[str]:
    """Violations on the page, each with its first element."""
    await page.evaluate(AXE)
    results = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [f"{violation['id']}: {violation['nodes'][0]['html'][:200]}" for violation in results["violations"]]
