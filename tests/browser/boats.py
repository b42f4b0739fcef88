"""One story in five papers: copies of an agency's text, and a quotation that changes on its way. Nothing is real."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from copydesk.contracts.articles import ExtractedArticle
from copydesk.related.tracing import Tracer
from copydesk.viewer.related_records import ARTICLES, QUOTES
from copydesk.viewer.store import ArticleStore
from harness.viewing import message, put, scored

COPY = "times/4"
"""Id of a copy that has a new version, in which a number has changed."""

_AGENCY = """A storm took two fishing boats from the harbour of Skelby on Thursday night and left one man in hospital.

“We lost two boats in the storm, and nobody from the ministry has come to see the harbour since”, said Moira Finch, \
who speaks for the owners of the nineteen boats that still work from the old quay.

The wind reached a hundred and twelve kilometres an hour shortly before midnight, the weather service said, and the \
sea came over the wall in three places. The market hall was closed on Friday because its roof had moved.

Insurers will visit the harbour in the coming week. The town has asked its neighbours for pumps and for a crane that \
can lift the wrecks out of the fairway before the next tide."""

_NAMELESS = _AGENCY.replace("said Moira Finch, who speaks for the owners of", "said one of the owners of")

_OWN = """Ministers have said nothing about the storm that closed the harbour of Skelby for four days last week.

“We lost three boats in the storm, and nobody from the ministry has come to see the harbour since”, said Moira Finch.

The opposition asks for a fund such as the one that helped the farmers after the floods of last spring."""

_LATER = """The harbour of Skelby opens again on Monday, its master says, with a new wall of eleven hundred stones.

“We lost two boats in the storm, and nobody from the ministry has come”, Ian Low said when the first stone was set."""

_NEWER = _AGENCY.replace("one man in hospital", "two men in hospital").replace(
    " The market hall was closed on Friday because its roof had moved.", ""
)

_STORIES = (
    ("ap/1", "wire.example", "12T06:00", "Storm takes two boats from Skelby harbour", _AGENCY, "Moira Finch"),
    ("harbourpost/77", "harbourpost.example", "12T07:20", "Two boats lost at Skelby", _NAMELESS, None),
    (COPY, "times.example", "12T09:45", "Storm wrecks fishing boats in Skelby", _AGENCY, "Moira Finch"),
    ("courier/3", "courier.example", "13T16:10", "Ministers silent on Skelby", _OWN, "Moira Finch"),
    ("radio/12", "coastradio.example", "15T08:30", "Skelby harbour to open again", _LATER, "Ian Low"),
    (COPY, "times.example", "12T09:45", "Storm wrecks fishing boats in Skelby", _NEWER, "Moira Finch"),
)
"""Of each: id, site, day and time, title, text, speaker."""


def add_boats(store: ArticleStore) -> None:
    """Put the articles into a store, with what the stage `related` finds in them."""
    tracer = Tracer(window_days=14)
    for number, (id_, site, at, title, text, speaker) in enumerate(_STORIES):
        fields: dict[str, Any] = {
            "site": site, "published_at": f"2026-11-{at}:00Z", "url": f"https://{site}/{id_}", "authors": [],
            "dateline": "SKELBY", "text_sha256": sha256(text.encode()).hexdigest(),
        }  # fmt: skip
        document = scored(id_, title, text, speaker=speaker or "one of the owners", **fields)
        if speaker is None:
            document = _without_speaker(document)
        put(store, id_, document, offset=number)
        tracer.add(ExtractedArticle.read(document, None))
    for article in tracer.articles():
        store.add_related(message(ARTICLES, article.write(), id_=article.id))
    for utterance in tracer.utterances():
        store.add_related(message(QUOTES, utterance.write(), id_=utterance.id))


def _without_speaker(document: bytes) -> bytes:
    article = json.loads(document)
    article["entities"] = []
    article["quotes"][0]["speaker"] |= {"name": None, "entity_id": None, "mention": None, "basis": "none"}
    return json.dumps(article).encode()
