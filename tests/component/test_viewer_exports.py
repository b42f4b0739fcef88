"""Exports of the page over HTTP."""

from __future__ import annotations

import csv
import io
import json

import aiohttp
import pytest

from copydesk.files.rows import COLUMNS
from copydesk.viewer.settings import ViewerSettings
from copydesk.viewer.store import ArticleStore
from harness.viewing import TEXT, put, scored, served


def add_some(store: ArticleStore) -> None:
    formula = TEXT.replace("The mayor", "=HYPERLINK(1)\tThe mayor")
    put(store, "a", scored("a", "=1+1", formula, site="one.example"), offset=0, at=1000)
    put(store, "b", scored("b", "-2", TEXT, site="two.example"), offset=1, at=2000)
    for number in range(60):
        put(
            store, f"n{number}", scored(f"n{number}", "@SUM", site="three.example"), offset=2 + number, at=3000 + number
        )


async def fetch(url: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, answer.headers.get("Content-Disposition", ""), (await answer.read()).decode("utf-8-sig")


async def test_a_view_is_a_table_whose_cells_run_nothing() -> None:
    async with served() as page:
        add_some(page.store)
        status, disposition, text = await fetch(f"{page.url}/api/export/articles.csv")
        assert (status, disposition) == (200, 'attachment; filename="copydesk-articles.csv"')
        rows = list(csv.DictReader(io.StringIO(text)))
        assert list(rows[0]) == list(COLUMNS["articles"])
        assert len(rows) == 62
        assert {row["title"] for row in rows} == {"'=1+1", "'-2", "'@SUM"}
        (status, _, text) = await fetch(f"{page.url}/api/export/articles.csv?site=one&q=hyperlink")
        (row,) = csv.DictReader(io.StringIO(text))
        assert (row["id"], row["text"][:14]) == ("a", "'=HYPERLINK(1)")


async def test_quotations_of_a_view_are_rows_in_its_order() -> None:
    async with served() as page:
        add_some(page.store)
        _, _, text = await fetch(f"{page.url}/api/export/quotes.ndjson?q=mayor")
        rows = [json.loads(line) for line in text.splitlines()]
        assert [row["article_id"] for row in rows] == [*(f"n{number}" for number in reversed(range(60))), "b", "a"]
        assert rows[-1]["text"] == "“We will 🔋 build it”"
        assert set(rows[0]) == set(COLUMNS["quotes"])
        _, _, text = await fetch(f"{page.url}/api/export/articles.ndjson?site=nowhere")
        assert text == ""


@pytest.mark.parametrize("name", ["articles.exe", "sources.csv", "csv", "..csv"])
async def test_what_cannot_be_exported_is_not_found(name: str) -> None:
    async with served() as page:
        assert (await fetch(f"{page.url}/api/export/{name}"))[0] == 404


async def test_an_export_needs_the_token() -> None:
    async with served(ViewerSettings(port=0, token="a-token-that-is-long-enough")) as page:  # noqa: S106 - of a test
        assert (await fetch(f"{page.url}/api/export/articles.csv"))[0] == 401
