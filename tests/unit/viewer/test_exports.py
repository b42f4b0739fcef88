"""Rows of exported articles."""

from __future__ import annotations

from copydesk.viewer.exports import article_rows
from copydesk.viewer.store import ArticleStore
from harness.viewing import dead, message, put, raw, scored


def test_every_article_has_a_row_whatever_became_of_it() -> None:
    store = ArticleStore(articles=10, max_bytes=1 << 28)
    put(store, "a", scored(title="One"), offset=0)
    store.add(message("articles.raw", raw(title="Two", id="b"), id_="b", offset=1))
    store.add(message("articles.cleaner.dlq", b"{nope", id_="c", offset=2, headers=dead("invalid")))
    store.add(message("articles.raw", None, id_="d", offset=3))
    store.add(message("articles.scored", b"{}", id_="e", offset=4))
    rows = {row["id"]: row for article in store for row in article_rows(article, "articles")}
    assert [(id_, rows[id_].get("title"), rows[id_].get("status")) for id_ in "abcde"] == [
        ("a", "One", "ok"),
        ("b", "Two", None),
        ("c", None, "dead"),
        ("d", None, "withdrawn"),
        ("e", None, "unreadable"),
    ]
    quotes = [row for article in store for row in article_rows(article, "quotes")]
    assert [(row["article_id"], row["speaker"]) for row in quotes] == [("a", "Ana Ruiz")]
