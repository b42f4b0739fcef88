"""Stages made for the tests: `probe` does what an article's text says. The folder on PYTHONPATH offers them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from copydesk.contracts.articles import (
    Block,
    CleanedArticle,
    Cleaning,
    ExtractedArticle,
    Extraction,
    ExtractionModel,
    Provenance,
    RawArticle,
    Source,
    extend,
)
from copydesk.stage import Memory, Record, Reject, Results, Stage, State, Tombstone


def load() -> Callable[[RawArticle], CleanedArticle]:
    """A function that keeps the text as one block, after doing what its first word says."""
    time.sleep(float(os.environ.get("COPYDESK_TEST_LOAD_SECONDS", "0")))
    return probe


def probe(article: RawArticle) -> CleanedArticle:  # noqa: PLR0912 - one case a mishap
    """The article as one kept block, unless its text says otherwise."""
    verb, _, rest = article.source.partition(" ")
    match verb:
        case "HANG":
            while True:
                time.sleep(3600)
        case "EXIT":
            os._exit(9)
        case "EAT":
            # in one piece: filling memory up to the limit takes seconds on a busy machine
            raise AssertionError(len(bytearray(10_000_000_000)))
        case "RAISE":
            raise RuntimeError(rest)
        case "BROKEN":  # until the file is gone
            if Path(rest.split()[0]).exists():
                raise RuntimeError("broken")
        case "REJECT":
            raise Reject(rest)
        case "SLEEP":
            time.sleep(float(rest.split()[0]))
        case "ONCE":  # kills its process the first time, passes the second
            path = Path(rest.split()[0])
            if not path.exists():
                path.touch()
                os._exit(9)
        case "GROW":
            return _kept(article, "x" * int(rest.split()[0]))
        case "BREAK":
            return _kept(article, "")  # one block from 0 to 0 is fine, a noise share of 2 is not
        case "PRINT":
            print(rest)  # noqa: T201 - it must not get between the frames
        case _:
            pass
    return _kept(article, article.source)


def _kept(article: RawArticle, text: str) -> CleanedArticle:
    sha = hashlib.sha256(text.encode()).hexdigest()
    return CleanedArticle(
        id=article.id or "",
        metadata=article.metadata,
        text=text,
        text_sha256=sha,
        blocks=(Block(source_start=0, source_end=len(text), kept=True, noise_probability=0, start=0, end=len(text)),),
        source=Source(kind="text", sha256=sha),
        cleaning=Cleaning(model="none", noise_share=2 if article.source.startswith("BREAK") else 0),
        provenance=(Provenance(stage="probe", version="1", model="none"),),
    )


def load_relay() -> Callable[[CleanedArticle], ExtractedArticle]:
    """A function that adds empty lists."""

    def pass_on(article: CleanedArticle) -> ExtractedArticle:
        return extend(
            ExtractedArticle,
            article,
            by=Provenance(stage="relay", version="1"),
            entities=(),
            quotes=(),
            extraction=Extraction(model=ExtractionModel(name="none", version="0")),
        )

    return pass_on


stage = Stage(
    name="probe",
    version="1",
    source="articles.raw",
    sink="articles.cleaned",
    input=RawArticle,
    output=CleanedArticle,
    load=load,
)
relay = Stage(
    name="relay",
    version="1",
    source="articles.cleaned",
    sink="articles.extracted",
    input=CleanedArticle,
    output=ExtractedArticle,
    load=load_relay,
)


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Count of an id, this time included, and the number of the article that came."""

    id: str
    count: int
    article: int
    time: int


def load_tally() -> Callable[[RawArticle | Tombstone, Memory], Results]:
    """A function that counts the articles of each id, after doing what the text says as `probe` does."""

    def count(article: RawArticle | Tombstone, memory: Memory) -> Results:
        if isinstance(article, Tombstone):
            key = article.key.encode()
            return Results(
                records=(Record(topic="articles.tallied", key=article.key, value=None),),
                changes={key: None} if memory.state.get(key) is not None else {},
            )
        probe(article)
        key = (article.id or "").encode()
        counted = int(memory.state.get(key) or b"0") + 1
        known = msgspec.json.decode(bytes(article.metadata)) if article.metadata else {}
        row = Tally(id=article.id or "", count=counted, article=known.get("number", -1), time=memory.time)
        return Results(
            output=row,
            records=(Record(topic="tally.steps", key=f"{row.id}/{counted}", value=row, partition=0),),
            changes={key: str(counted).encode()},
        )

    return count


tally = Stage(
    name="tally",
    version="1",
    source="articles.raw",
    sink="articles.tallied",
    input=RawArticle,
    output=Tally,
    outputs={"tally.steps": Tally},
    load=load_tally,
    state=State(version=1, upgrade=None),
    tombstones=True,
)


def upgrade(_version: int, _key: bytes, value: bytes) -> bytes:
    """Count in another unit."""
    return b"%d" % (1000 * int(value))


newer_tally = msgspec.structs.replace(tally, version="2", state=State(version=2, upgrade=upgrade))
# the same name in another version: a worker takes the one that the environment asks for
if os.environ.get("COPYDESK_TEST_TALLY") == "2":
    tally = newer_tally
