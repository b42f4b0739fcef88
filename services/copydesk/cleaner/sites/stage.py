"""The stage `sites`: learns what each site repeats, and publishes it for the cleaner."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from copydesk.cleaner.sites.learning import SiteMemory, learn
from copydesk.cleaner.sites.remembering import SEEN, SITES
from copydesk.contracts.sites import SeenPage, SiteRecord
from copydesk.stage import Memory, Record, Results, Stage, State, Tombstone

VERSION = "1.0.0"

DAY_MS = 86_400_000


def load() -> Callable[[SeenPage | Tombstone, Memory], Results]:
    """The function from what the cleaner saw of an article to what is known of its site."""
    return learn_page


def learn_page(page: SeenPage | Tombstone, memory: Memory) -> Results:
    """Learn from one article; a tombstone forgets its site."""
    if isinstance(page, Tombstone):
        known = memory.state.get(page.key.encode()) is not None
        return Results(
            records=(Record(topic=SITES, key=page.key, value=None),), changes={page.key.encode(): None} if known else {}
        )
    key = page.site.encode()
    row = memory.state.get(key)
    site = read_row(row) if row is not None else new_site(page.site)
    record = learn(site, page, event=memory.event, today=memory.ingested // DAY_MS)
    records = () if record is None else (Record(topic=SITES, key=page.site, value=record),)
    return Results(records=records, changes={key: write_row(site)})


def new_site(host: str) -> SiteMemory:
    """Memory of a site of which nothing is known."""
    return SiteMemory(site=host, keys={}, events=[], pinned=[], never=[])


def read_row(row: bytes) -> SiteMemory:
    """Memory of a site from its row."""
    return msgspec.msgpack.decode(row, type=SiteMemory)


def write_row(site: SiteMemory) -> bytes:
    """Row of a site's memory: the same memory gives the same bytes."""
    return msgspec.msgpack.encode(site)


stage = Stage(
    name="sites",
    version=VERSION,
    source=SEEN,
    sink=SITES,
    input=SeenPage,
    output=SiteRecord,
    load=load,
    state=State(version=1),
    tombstones=True,
)
