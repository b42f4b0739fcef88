"""Extracted articles to score: about a bridge, about cooks, or hostile."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

import msgspec

from copydesk.coherence import CoherenceSettings, stage
from copydesk.coherence.training.documents import build_article
from copydesk.contracts.articles import (
    Block,
    Cleaning,
    Coherence,
    Entity,
    ExtractedArticle,
    Extraction,
    ExtractionModel,
    Mention,
    Provenance,
    Quote,
    Reason,
    ScoredArticle,
    Source,
    Speaker,
)

TITLE = "Harbour bridge to reopen in May"
BRIDGE = [
    "The city council of Port Allen voted to reopen the harbour bridge, closed since a storm damaged two piers.",
    "Mayor Anna Berg told the council that repairs to the bridge had cost three million euros, twice the estimate.",
    "The bridge carries about nine thousand cars a day between the harbour and the north bank of Port Allen.",
    "Traders on the north bank had complained to Berg that their shops stood empty while the bridge was closed.",
    "Engineers who inspected the piers said the storm had washed gravel from under the foundations of the bridge.",
    "The council will debate in June whether lorries may cross the repaired bridge or must take the harbour tunnel.",
    "Berg said the piers would be inspected every spring, and that the council had set money aside for repairs.",
]
COOKS = [
    "Celebrity baker Luca Ferri was sent home from Sugar Rush after his chocolate mousse collapsed in the semi-final.",
    "Viewers accused the judges of favouring Nadia Khan, whose pistachio tart won the golden whisk for a third week.",
    "Ferri posted a tearful video, thanking fans and promising a cookbook full of mousse before Christmas.",
    "Khan faces twins Ola and Per Dahl in the final of Sugar Rush, where each baker must plate twelve desserts.",
    "The judges, both pastry chefs, said the tart was the finest dessert that any baker had served on Sugar Rush.",
]
INTRUDED = [
    "The city council of Port Allen voted to reopen the harbour bridge, closed since a storm damaged two piers.",
    "Mayor Anna Berg told the council that repairs to the bridge had cost three million euros, twice the estimate.",
    "The bridge carries about nine thousand cars a day between the harbour and the north bank of Port Allen.",
    "Traders on the north bank had complained to Berg that their shops stood empty while the bridge was closed.",
    "Celebrity baker Luca Ferri was sent home from Sugar Rush after his chocolate mousse collapsed in the semi-final.",
    "Engineers who inspected the piers said the storm had washed gravel from under the foundations of the bridge.",
]
"""An article about a bridge with one paragraph about a baker."""

SENTENCE = "The council met on Tuesday evening to vote on the new budget for the town library and its staff."


@cache
def load_default() -> Callable[[ExtractedArticle], ScoredArticle]:
    """The stage with its default settings."""
    return stage.load(CoherenceSettings())


def score(extracted: ExtractedArticle) -> ScoredArticle:
    return load_default()(extracted)


def measure(paragraphs: Sequence[str | tuple[Reason, str]], *, title: str | None = TITLE) -> Coherence:
    """Coherence of an article of these paragraphs."""
    return score(article(paragraphs, title=title)).coherence


def article(
    paragraphs: Sequence[str | tuple[Reason, str]],
    *,
    title: str | None = TITLE,
    quotes: tuple[Quote, ...] = (),
    entities: tuple[Entity, ...] = (),
    degraded: bool = False,
) -> ExtractedArticle:
    """An extracted article. A pair of reason and text is a block that the cleaner removed for that reason."""
    blocks, kept = [], []
    source_start = start = 0
    for paragraph in paragraphs:
        words = paragraph if isinstance(paragraph, str) else paragraph[1]
        span = (source_start, source_start + len(words))
        source_start = span[1] + 2
        if isinstance(paragraph, str):
            kept.append(words)
            blocks.append(
                Block(
                    source_start=span[0],
                    source_end=span[1],
                    kept=True,
                    noise_probability=0.1,
                    start=start,
                    end=start + len(words),
                )
            )
            start += len(words) + 2
        else:
            blocks.append(
                Block(
                    source_start=span[0],
                    source_end=span[1],
                    kept=False,
                    reason=paragraph[0],
                    noise_probability=0.9,
                    text=words,
                )
            )
    text = "\n\n".join(kept)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return ExtractedArticle(
        id="test/1",
        title=title,
        text=text,
        text_sha256=digest,
        blocks=tuple(blocks),
        source=Source(kind="text", sha256=digest),
        cleaning=Cleaning(model="none", noise_share=0),
        provenance=(Provenance(stage="cleaner", version="1"),),
        entities=entities,
        quotes=quotes,
        extraction=Extraction(model=ExtractionModel(name="none", version="1"), degraded=degraded),
    )


def plain_article(
    paragraphs: Sequence[str], removed: Sequence[bool] = (), **fields_of_article: Any
) -> ExtractedArticle:
    """An extracted article of these blocks. Those marked as removed are not in its text."""
    blocks: list[dict[str, Any]] = []
    kept: list[str] = []
    start = 0
    for number, words in enumerate(paragraphs):
        block: dict[str, Any] = {"source_start": 0, "source_end": len(words), "noise_probability": 0.5}
        if number < len(removed) and removed[number]:
            block |= {"kept": False, "reason": "other", "text": words}
        else:
            block |= {"kept": True, "start": start, "end": start + len(words)}
            kept.append(words)
            start += len(words) + 2
        blocks.append(block)
    text = "\n\n".join(kept)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    fields = {
        "id": "test/1",
        "text": text,
        "text_sha256": digest,
        "blocks": blocks,
        "source": {"kind": "text", "sha256": digest},
        "cleaning": {"model": "none", "noise_share": 0.0},
        "provenance": [],
        "entities": [],
        "quotes": [],
        "extraction": {"model": {"name": "none", "version": "1"}},
    }
    return msgspec.convert(fields | fields_of_article, ExtractedArticle)


def bridge_with_intrusion() -> ExtractedArticle:
    """An article about a bridge with one paragraph about a baker."""
    return build_article("test/1", TITLE, INTRUDED)


def quote(id_: str, text: str, words: str) -> Quote:
    start = text.index(words)
    return Quote(
        id=id_,
        type="direct",
        text=words,
        start=start,
        end=start + len(words),
        speaker=Speaker(basis="none", confidence=0),
        section="body",
        confidence=1,
    )


def entity(id_: str, name: str, *places: tuple[int, int]) -> Entity:
    """An entity with mentions at these places of the text."""
    return Entity(
        id=id_,
        name=name,
        type="person",
        label="PERSON",
        mentions=tuple(Mention(start=a, end=z, text=name, kind="name", section="body") for a, z in places),
        salience=0.5,
        confidence=1,
    )


def find_flags(coherence: Coherence) -> list[str]:
    return [unit.flag for unit in coherence.units]


def require(number: float | None) -> float:
    assert number is not None
    return number


def find_numbers(document: object) -> Iterator[float]:
    """All floating point numbers of a document."""
    if isinstance(document, dict):
        for member in document.values():
            yield from find_numbers(member)
    elif isinstance(document, list):
        for member in document:
            yield from find_numbers(member)
    elif isinstance(document, float):
        yield document


def check_document(result: ScoredArticle) -> None:
    """Check what must hold of every result."""
    coherence = result.coherence
    places = list(range(len(result.blocks)))
    assert all(map(math.isfinite, find_numbers(msgspec.to_builtins(coherence))))
    if coherence.status in {"ok", "degraded", "inconclusive"}:
        assert [unit.block for unit in coherence.units] == places
        in_segments = [range(segment.first_unit, segment.last_unit + 1) for segment in coherence.segments]
        assert list(chain.from_iterable(in_segments)) == places
    else:
        assert not coherence.units
    if coherence.status not in {"ok", "degraded"}:
        assert coherence.score is None
        assert coherence.raw_score is None
    assert all(unit.reasons for unit in coherence.units if unit.flag != "none")
    assert ScoredArticle.read(result.write(), None) == result
