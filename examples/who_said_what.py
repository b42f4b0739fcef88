"""Keep a SQLite table of quotes by speaker up to date with articles.scored.

    python examples/who_said_what.py quotes.db            up to the end of the topic
    python examples/who_said_what.py quotes.db --follow   and then wait for more, until Ctrl-C

A newer version of an article replaces its quotes; those of a withdrawn article are deleted. After a crash, the last
messages come again and change nothing, since every write replaces.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys

from copydesk.client import Message, consume
from copydesk.contracts.articles import ScoredArticle

SCHEMA = """
CREATE TABLE IF NOT EXISTS articles (id TEXT PRIMARY KEY, title TEXT, site TEXT, published TEXT, score REAL);
CREATE TABLE IF NOT EXISTS quotes (
    article TEXT REFERENCES articles (id) ON DELETE CASCADE, id TEXT, speaker TEXT, text TEXT, basis TEXT,
    PRIMARY KEY (article, id));
CREATE INDEX IF NOT EXISTS quotes_by_speaker ON quotes (speaker);
"""


def store(database: sqlite3.Connection, message: Message) -> None:
    """Insert, replace or delete the article of a message."""
    article = message.article
    with database:  # one transaction: all of an article or nothing
        database.execute("DELETE FROM articles WHERE id = ?", [message.id])
        if not isinstance(article, ScoredArticle):
            return  # withdrawn
        published = article.published_at.isoformat() if article.published_at else None
        database.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?)",
            [article.id, article.title, article.site, published, article.coherence.score],
        )
        database.executemany(
            "INSERT INTO quotes VALUES (?, ?, ?, ?, ?)",
            [[article.id, quote.id, quote.speaker.name, quote.text, quote.speaker.basis] for quote in article.quotes],
        )


async def main(path: str, *, follow: bool) -> None:
    """Read the topic as the consumer group `who-said-what`, and store each message."""
    stored = 0
    print("reading articles.scored ...", file=sys.stderr)
    database = sqlite3.connect(path)
    database.execute("PRAGMA foreign_keys = ON")
    database.executescript(SCHEMA)
    async for message in consume("articles.scored", group="who-said-what", follow=follow):
        store(database, message)
        stored += 1
    database.close()
    print(f"{stored} new messages stored in {path}", file=sys.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("say which file: python examples/who_said_what.py quotes.db")
    asyncio.run(main(sys.argv[1], follow="--follow" in sys.argv))
