"""Utterances as rows: quotations join, leave, and grow old."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from copydesk.related import quotations
from copydesk.related.rows import (
    Load,
    Rows,
    SightingRow,
    UtteranceRow,
    claim_id,
    sightings_key,
    utterance_key,
    utterance_owner_key,
)
from copydesk.related.words import WordWeights

MAX_SIGHTINGS = 50
"""Quotations of an utterance that are kept; further ones are counted."""


def join(
    rows: Rows, weights: WordWeights, number: int, sighting: SightingRow, *, time: int | None, window_ms: int
) -> int:
    """Put a quotation into the utterance that has its words, or into one of its own; returns its number.

    Args:
        rows: The rows, without the quotation.
        weights: How much each word tells.
        number: Number of a new utterance.
        sighting: The quotation; its `score` is set.
        time: Time of its article, in milliseconds since 1970; None: unknown.
        window_ms: Time within which the same words are the same utterance.
    """
    found = quotations.find_utterances(rows, weights, sighting.text, time, window_ms)
    keys = quotations.make_keys(quotations.split_fragments(sighting.text))
    if not found:
        id_ = claim_id(rows, utterance_owner_key, f"{sighting.article}#{sighting.quote}", number)
        row = UtteranceRow(id=id_, text=sighting.text, time=time, live=1, more=0)
        rows.store(utterance_key(number), row)
        _store_sightings(rows, number, row, [sighting])
        quotations.add_postings(rows, number, keys)
        return number
    best = found[0]
    row = _load(rows, best.number)
    row.live += 1
    sighting.score = round(best.score, 3)
    sightings = load_sightings(rows.load, best.number, row)
    if len(sightings) < MAX_SIGHTINGS:
        _store_sightings(rows, best.number, row, [*sightings, sighting])
        quotations.add_postings(rows, best.number, keys)
    else:
        row.more += 1
    rows.store(utterance_key(best.number), row)
    return best.number


def leave(rows: Rows, article: str, quote: str, number: int, *, indexed: bool) -> None:
    """Take a quotation out of its utterance, with every word that only it had."""
    row = rows.load(utterance_key(number), UtteranceRow)
    if row is None:
        return
    row.live -= indexed
    sightings = load_sightings(rows.load, number, row)
    kept = [one for one in sightings if (one.article, one.quote) != (article, quote)]
    if len(kept) == len(sightings):
        row.more -= 1
    elif not kept:
        _delete(rows, number, row, sightings)
        return
    else:
        quotations.remove_postings(rows, number, _all_keys(sightings) - _all_keys(kept))
        row.text = kept[0].text
        _store_sightings(rows, number, row, kept)
        if row.id == f"{article}#{quote}":
            rows.store(utterance_owner_key(row.id), number)
    rows.store(utterance_key(number), row)


def grow_old(rows: Rows, number: int, *, indexed: bool) -> bool:
    """Let a quotation leave the window. Its utterance lives while one of its quotations is within it.

    Returns:
        True if its utterance lives on.
    """
    row = rows.load(utterance_key(number), UtteranceRow)
    if row is None:
        return False
    row.live -= indexed
    if row.live <= 0:
        _delete(rows, number, row, load_sightings(rows.load, number, row))
        return False
    rows.store(utterance_key(number), row)
    return True


def load_sightings(load: Load, number: int, row: UtteranceRow) -> list[SightingRow]:
    """Quotations of an utterance, in the order of arrival, each with its words."""
    found: list[SightingRow] = load(sightings_key(number), list[SightingRow]) or []
    for one in found:
        one.text = one.text or row.text
    return found


def _store_sightings(rows: Rows, number: int, row: UtteranceRow, sightings: Sequence[SightingRow]) -> None:
    """Write the quotations; words that the utterance's row has are not written again."""
    short = [msgspec.structs.replace(one, text="") if one.text == row.text else one for one in sightings]
    rows.store(sightings_key(number), short)


def _all_keys(sightings: Sequence[SightingRow]) -> frozenset[int]:
    fragments = (quotations.split_fragments(text) for text in {one.text for one in sightings})
    return frozenset[int]().union(*map(quotations.make_keys, fragments))


def _load(rows: Rows, number: int) -> UtteranceRow:
    row = rows.load(utterance_key(number), UtteranceRow)
    if row is None:
        raise LookupError(f"no utterance {number}")
    return row


def _delete(rows: Rows, number: int, row: UtteranceRow, sightings: Sequence[SightingRow]) -> None:
    quotations.remove_postings(rows, number, _all_keys(sightings))
    rows.put(utterance_key(number), None)
    rows.put(sightings_key(number), None)
    if rows.get(utterance_owner_key(row.id)) is not None:
        rows.put(utterance_owner_key(row.id), None)


__all__ = ["MAX_SIGHTINGS", "grow_old", "join", "leave", "load_sightings"]
