"""Values of a later version: every reader takes them as "other" and passes them on unchanged."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from rich.console import Console

from copydesk.cli.render import overview, quotations, relevance_svg, relevance_table
from copydesk.cli.render.json_lines import message_line
from copydesk.client.testing import FakeBroker
from copydesk.contracts.articles import CleanedArticle, ExtractedArticle, ScoredArticle
from copydesk.runtime import execution
from copydesk.stage import find
from copydesk.viewer import statistics
from copydesk.viewer.store import ArticleStore
from harness.viewing import earlier, message, scored, with_unknown_values

WORD = "of_tomorrow"
SCORED = with_unknown_values(scored("a", "From tomorrow"), WORD)


def through(stage: str, value: bytes) -> dict[str, Any]:
    """Document that a stage publishes for this one."""
    each = find(stage)
    outcome = execution.run(each, execution.load(each), value, b"a")
    assert outcome.disposition == "passed", outcome.error
    result: dict[str, Any] = json.loads(outcome.value)
    return result


def reasons(article: dict[str, Any]) -> list[str]:
    return [block["reason"] for block in article["blocks"] if not block["kept"]]


def test_the_extractor_passes_on_a_reason_that_it_does_not_know() -> None:
    extracted = through("extractor", earlier(SCORED, "articles.cleaned"))
    assert reasons(extracted) == [WORD]
    assert reasons(through("coherence", json.dumps(extracted).encode())) == [WORD]


def test_coherence_passes_on_types_kinds_and_bases_that_it_does_not_know() -> None:
    before = earlier(SCORED, "articles.extracted")
    after = through("coherence", before)
    for field in ("entities", "quotes", "blocks"):
        assert after[field] == json.loads(before)[field]
    assert {entity["type"] for entity in after["entities"]} == {WORD}
    assert {quote["speaker"]["basis"] for quote in after["quotes"]} == {WORD}


@pytest.mark.parametrize(
    ("show", "said"),
    [
        (overview.print_article, ["of_tomorrow", "Ana Ruiz"]),
        (relevance_table.print_relevance, ["of tomorrow"]),
        (quotations.print_quotations, ["Ana Ruiz"]),
    ],
)
def test_a_terminal_shows_them(show: Callable[[Any, Console], None], said: list[str]) -> None:
    out = io.StringIO()
    show(ScoredArticle.read(SCORED, None), Console(file=out, width=100))
    for words in said:
        assert words in out.getvalue()


def test_a_picture_shows_them() -> None:
    assert "of tomorrow" in relevance_svg.draw(ScoredArticle.read(SCORED, None))


def test_a_terminal_is_safe_from_them() -> None:
    article = ScoredArticle.read(with_unknown_values(scored("a", "Hostile"), "\x1b[31m[bold]x\u202e"), None)
    for show in (overview.print_article, relevance_table.print_relevance, quotations.print_quotations):
        out = io.StringIO()
        show(article, Console(file=out, width=100))
        assert "\x1b" not in out.getvalue()
        assert "\u202e" not in out.getvalue()
    assert "\x1b" not in relevance_svg.draw(article)


def test_a_status_of_a_later_version_may_come_without_a_score() -> None:
    article = json.loads(SCORED)
    article["coherence"] |= {"score": None, "raw_score": None, "units": []}
    out = io.StringIO()
    overview.print_article(ScoredArticle.read(json.dumps(article).encode(), None), Console(file=out, width=100))
    assert f"not scored: {WORD}" in out.getvalue()


def test_the_pages_list_and_statistics_hold_them() -> None:
    store = ArticleStore(articles=10, max_bytes=1_000_000)
    store.add(message("articles.scored", SCORED, origin=(0, 0)))
    (article,) = store
    assert (article.summary.state, article.summary.status, article.summary.structure) == ("scored", WORD, WORD)
    assert statistics.compute_statistics([(article.summary, article.names)]).structures == {WORD: 1}


async def test_the_client_hands_them_on() -> None:
    broker = FakeBroker()
    put = {
        "articles.cleaned": CleanedArticle.read(earlier(SCORED, "articles.cleaned"), None),
        "articles.extracted": ExtractedArticle.read(earlier(SCORED, "articles.extracted"), None),
        "articles.scored": ScoredArticle.read(SCORED, None),
    }
    for name, document in put.items():
        broker.put(name, document)
        (received,) = [received async for received in broker.consume(name)]
        assert received.article == document
        assert message_line(received).count(WORD.encode()) == document.write().count(WORD.encode()) > 0
