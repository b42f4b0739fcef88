"""Who said what: a SQLite table of quotes by speaker, kept in step with articles.scored.

    python examples/who_said_what.py quotes.db            up to the end of the topic
    python examples/who_said_what.py quotes.db --follow   and on, until Ctrl-C

A newer version of an article replaces its quotes, a withdrawn article takes them with it. What a crash interrupts comes
again and changes nothing: every write replaces.
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


def keep(database: sqlite3.Connection, message: Message) -> None:
    """Make the tables say what this message says."""
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
            [[article.id, one.id, one.speaker.name, one.text, one.speaker.basis] for one in article.quotes],
        )


async def main(path: str, *, follow: bool) -> None:
    """Read the topic as the group `who-said-what`, and keep."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA foreign_keys = ON")
    database.executescript(SCHEMA)
    async for message in consume("articles.scored", group="who-said-what", follow=follow):
        keep(database, message)
    database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], follow="--follow" in sys.argv))
