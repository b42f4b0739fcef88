"""The operators' corner: stages and dead letters."""

from __future__ import annotations

import json

from copydesk.contracts.topics import topics
from copydesk.viewer.operations import show_dead_letter, stage_sources
from copydesk.viewer.store import ArticleStore
from harness.viewing import dead, message, scored


def test_every_stage_is_known_with_the_topic_that_it_reads() -> None:
    sources = stage_sources()
    assert list(sources)[:3] == ["cleaner", "extractor", "coherence"]
    assert (sources["cleaner"], sources["extractor"], sources["sites"]) == (
        "articles.raw",
        "articles.cleaned",
        "sites.seen",
    )
    assert set(sources) == {
        stage for topic in topics().values() if topic.holds_dead_letters for stage in topic.producers
    }


def test_a_dead_letter_keeps_its_title_and_has_commands_that_no_id_can_change() -> None:
    store = ArticleStore(articles=10, max_bytes=1 << 28)
    id_ = "$(rm -rf ~); echo '"
    broken = json.dumps({"title": "A title\nof two lines", "site": "paper.example", "text": 5}).encode()
    store.add(message("articles.cleaner.dlq", broken, id_=id_, partition=3, offset=17, headers=dead("invalid")))
    (article,) = store
    letter = show_dead_letter(article)
    assert (letter.title, letter.site, letter.reason) == ("A title of two lines", "paper.example", "invalid")
    assert letter.retry == "copydesk dlq retry --id articles.cleaner.dlq/3/17"
    assert letter.show == "copydesk dlq show articles.cleaner.dlq/3/17"


def test_what_is_no_dead_letter_has_no_command() -> None:
    store = ArticleStore(articles=10, max_bytes=1 << 28)
    store.add(message("articles.scored", b"{}", id_="a", offset=1))
    store.add(message("articles.extractor.dlq", scored(), id_="b", offset=2))  # without the headers of one
    assert [(show_dead_letter(article).retry, show_dead_letter(article).reason) for article in store] == [
        ("", "unreadable"),
        ("", "unreadable"),
    ]
