"""Keep a SQL table of utterances up to date: the same words in several articles, from quotes.traced.

    python examples/utterances.py utterances.db             up to the end of the topic
    python examples/utterances.py utterances.db --follow    and then wait for more, until Ctrl-C

SQLite comes with Python; the statements are those of PostgreSQL, too. It needs the stages fingerprints and related
(`copydesk up --related`). Afterwards, where one outlet names the speaker whom another leaves out:

    SELECT words, name_from_others FROM utterances WHERE name_from_others IS NOT NULL;
    SELECT site, count(*) FROM sightings WHERE copy_of IS NULL GROUP BY site ORDER BY 2 DESC;

An utterance is written in one transaction, under its id: what comes again changes nothing. One that is no longer said
in two articles is deleted with its sightings.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing

from copydesk.client import Message, consume
from copydesk.contracts.related import TracedQuote

SCHEMA = """
CREATE TABLE IF NOT EXISTS utterances (
    id text PRIMARY KEY, words text NOT NULL, first_article text NOT NULL, first_at text, articles integer NOT NULL,
    sources integer NOT NULL, speaker text, name_from_others text, differently_attributed boolean NOT NULL,
    wording_differs boolean NOT NULL);
CREATE TABLE IF NOT EXISTS sightings (
    utterance text REFERENCES utterances (id) ON DELETE CASCADE, article text, quote text, site text, at text,
    words text NOT NULL, speaker text, copy_of text, PRIMARY KEY (utterance, article, quote));
"""

UTTERANCE = "INSERT INTO utterances VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
SIGHTING = "INSERT INTO sightings VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def store(database: sqlite3.Connection, message: Message) -> None:
    """Replace or delete the utterance of a message."""
    quote = message.article
    with database:  # all of an utterance or nothing
        database.execute("DELETE FROM utterances WHERE id = ?", [message.id])
        if not isinstance(quote, TracedQuote):  # withdrawn
            return
        named = next((one.name for one in quote.speakers if one.name), None)
        at = quote.first.at and quote.first.at.isoformat()
        database.execute(
            UTTERANCE,
            [quote.id, quote.text, quote.first.article, at, quote.articles, quote.sources, named,
             quote.name_from_others, quote.differently_attributed, quote.wording_differs],
        )  # fmt: skip
        database.executemany(
            SIGHTING,
            [
                (quote.id, one.article, one.quote, one.site, one.at and one.at.isoformat(),
                 quote.forms[one.form].text, one.speaker, one.copy_of)
                for one in quote.sightings
            ],
        )  # fmt: skip


async def main(file: str, *, follow: bool) -> None:
    """Read the topic as the consumer group `utterances`, and store each message."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA foreign_keys = ON")
        database.executescript(SCHEMA)
        async for message in consume("quotes.traced", group="utterances", follow=follow):
            store(database, message)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], follow="--follow" in sys.argv))
