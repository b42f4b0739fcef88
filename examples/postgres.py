"""Keep PostgreSQL up to date with articles.scored: a row per article, and a table of quotes.

    python examples/postgres.py postgresql://user@host/database            up to the end of the topic
    python examples/postgres.py postgresql://user@host/database --follow   and then wait for more, until Ctrl-C

It needs `pip install asyncpg` (Apache-2.0, asyncio like the client; psycopg would do as well).

A newer version of an article replaces the older one, a withdrawn article is deleted with its quotes. An article is
written in one transaction, under its id: after a crash, the last messages come again and change nothing.
"""

from __future__ import annotations

import asyncio
import sys

import asyncpg

from copydesk.client import Message, consume
from copydesk.contracts.articles import ScoredArticle

SCHEMA = """
CREATE TABLE IF NOT EXISTS articles (
    id text PRIMARY KEY, title text, site text, url text, language text, published_at timestamptz,
    body text NOT NULL, people text[] NOT NULL, places text[] NOT NULL, score double precision);
CREATE TABLE IF NOT EXISTS quotes (
    article text REFERENCES articles (id) ON DELETE CASCADE, id text, speaker text, basis text NOT NULL,
    words text NOT NULL, PRIMARY KEY (article, id));
CREATE INDEX IF NOT EXISTS quotes_by_speaker ON quotes (speaker);
"""

UPSERT = """
INSERT INTO articles (id, title, site, url, language, published_at, body, people, places, score)
VALUES ($1, $2, $3, $4, $5, $6::text::timestamptz, $7, $8, $9, $10)
ON CONFLICT (id) DO UPDATE SET
    title = excluded.title, site = excluded.site, url = excluded.url, language = excluded.language,
    published_at = excluded.published_at, body = excluded.body, people = excluded.people, places = excluded.places,
    score = excluded.score
"""


def storable(text: str | None) -> str | None:
    """Text without U+0000, which JSON allows and PostgreSQL's type `text` refuses."""
    return text.replace("\0", "\ufffd") if text else text


async def store(database: asyncpg.Connection, message: Message) -> None:
    """Insert, replace or delete the article of a message."""
    article = message.article
    if not isinstance(article, ScoredArticle):  # withdrawn
        await database.execute("DELETE FROM articles WHERE id = $1", storable(message.id))
        return
    id_ = storable(article.id)
    # as text: Python cannot convert the year 1 to UTC everywhere, and some pages have it
    published = article.published_at.isoformat() if article.published_at else None
    named = {
        kind: [storable(entity.name) for entity in article.entities if entity.type == kind]
        for kind in ("person", "location")
    }
    async with database.transaction():  # all of an article or nothing
        await database.execute(
            UPSERT, id_, storable(article.title), storable(article.site), storable(article.url),
            storable(article.language), published, storable(article.text), named["person"],
            named["location"], article.coherence.score,
        )  # fmt: skip
        await database.execute("DELETE FROM quotes WHERE article = $1", id_)
        await database.executemany(
            "INSERT INTO quotes (article, id, speaker, basis, words) VALUES ($1, $2, $3, $4, $5)",
            [
                (id_, quote.id, storable(quote.speaker.name), quote.speaker.basis, storable(quote.text))
                for quote in article.quotes
            ],
        )


async def main(url: str, *, follow: bool) -> None:
    """Read the topic as the consumer group `postgres`, and store each message."""
    database = await asyncpg.connect(url)
    stored = 0
    print("reading articles.scored ...", file=sys.stderr)
    try:
        await database.execute(SCHEMA)
        async for message in consume("articles.scored", group="postgres", follow=follow):
            await store(database, message)
            stored += 1
    finally:
        print(f"{stored} messages stored", file=sys.stderr)
        await database.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("say which database: python examples/postgres.py postgresql://user@host/database")
    asyncio.run(main(sys.argv[1], follow="--follow" in sys.argv))
