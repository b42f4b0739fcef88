"""Stories of three papers in which one person speaks, with and without her rank. Nothing in them is real."""

from __future__ import annotations

import json

SPEAKER = "Moira Finch"

_STORIES = """
02 courier.example
Lock on the old harbour gate was cut, police say
The lock on the old harbour gate in Skelby was cut on Sunday night, police said on Monday.
"We are looking for two men and a grey van", said Constable Moira Finch. "Nobody was hurt."
The gate has been closed since the storm of last winter, and the town council has no money for a new one.

05 skelbyherald.example
Two held over harbour gate
Two men were held in Skelby on Thursday over the broken gate of the old harbour.
Constable Moira Finch said that the men had been seen by a fisherman on his way to work.
"He did what everybody should do, and wrote down the number of the van", she said.

09 coastradio.example
Gate thieves wanted copper, court hears
The men who broke into the old harbour of Skelby wanted the copper of its cables, a court heard on Monday.
"They had cut eleven metres when the lights came on", Moira Finch, a police constable, told the court.
The harbour master, Ian Low, put the damage at nine thousand pounds.

09 courier.example
Harbour master asks for cameras
The harbour master of Skelby has asked the council for four cameras after the theft of copper cables.
"A camera is cheaper than a cable", Ian Low said. Moira Finch of the local police agreed.
"We cannot stand at the gate every night", Finch said.

16 skelbyherald.example
Constable who caught gate thieves is promoted
The constable who caught the thieves of the old harbour becomes a sergeant in December.
"I will miss the night shifts, and nobody believes me", Sergeant Moira Finch said on Monday.
She has served in Skelby for nine years.
"""
"""Of each: day and site, title, paragraphs."""


def as_ndjson() -> bytes:
    """The stories as raw articles, one per line."""
    return b"".join(_article(*story.split("\n", 2)) for story in _STORIES.strip().split("\n\n"))


def _article(place: str, title: str, text: str) -> bytes:
    day, site = place.split()
    article = {
        "id": f"{site}/{day}",
        "url": f"https://{site}/2026/11/{day}",
        "title": title,
        "published_at": f"2026-11-{day}T07:00:00Z",
        "language": "en",
        "text": text.replace("\n", "\n\n"),
    }
    return json.dumps(article).encode() + b"\n"
