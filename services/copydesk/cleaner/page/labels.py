"""Labels of a page's blocks: which of them are the body that somebody marked as the article's text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.page.tokens import RUN, find_tokens

MIN_TOKENS = 6
"""Tokens of a block that finds its place in the gold text by itself. A shorter one is sought between its neighbours."""

MOSTLY, HARDLY = 0.75, 0.25
"""Share of a block's runs in the gold text from which it is body, and up to which it is noise; between them nobody can
tell, and the block is not learned from."""

MAX_PLACES = 4
"""Places of a block in the gold text that are looked at."""


class Labels(NamedTuple):
    """Labels of the blocks of a page.

    Attributes:
        is_body: True for blocks that are in the gold text.
        is_sure: False for blocks that are not learned from.
        found: Share of the gold text's tokens that the body blocks hold.
    """

    is_body: NDArray[np.bool_]
    is_sure: NDArray[np.bool_]
    found: float


class _Match(NamedTuple):
    block: int
    start: int
    end: int


def label_blocks(texts: Sequence[str], gold: str) -> Labels:
    """Labels of the blocks, by the heaviest chain of matches that has the gold text's order.

    Args:
        texts: Texts of the blocks, in the order of the page.
        gold: The text of the article.
    """
    tokens = [find_tokens(text) for text in texts]
    wanted = find_tokens(gold)
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(wanted) - RUN + 1):
        places[tuple(wanted[at : at + RUN])].append(at)
    is_body = np.zeros(len(texts), bool)
    is_sure = np.ones(len(texts), bool)
    matches: list[_Match] = []
    for number, words in enumerate(tokens):
        if len(words) < MIN_TOKENS:
            continue
        runs = [tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)]
        share = sum(run in places for run in runs) / len(runs)
        if HARDLY < share < MOSTLY:
            is_sure[number] = False
        if share >= 0.5:
            matches.extend(_find_matches(number, words, runs, places))
    chain = _find_chain(matches)
    covered = np.zeros(len(wanted), bool)
    for match in chain:
        is_body[match.block] = True
        covered[match.start : match.end] = True
    on_chain = {match.block for match in chain}
    for match in matches:
        # another order than the gold's, or a second copy of what the chain has
        if match.block not in on_chain and covered[match.start : match.end].mean() < MOSTLY:
            is_sure[match.block] = False
    _place_short(tokens, wanted, chain, is_body, covered)
    return Labels(is_body, is_sure, float(covered.mean()) if len(wanted) else 0.0)


def _find_matches(
    number: int, words: Sequence[str], runs: Sequence[tuple[str, ...]], places: dict[tuple[str, ...], list[int]]
) -> list[_Match]:
    """Places of a block in the gold text: where most of its runs agree on the place of its first token."""
    votes: dict[int, int] = defaultdict(int)
    for offset, run in enumerate(runs):
        for place in places.get(run, ())[: 4 * MAX_PLACES]:
            votes[place - offset] += 1
    best = sorted(votes, key=lambda start: (-votes[start], start))
    size = len(words)
    return [
        _Match(number, max(0, start), start + size)
        for start in best[:MAX_PLACES]
        if 2 * votes[start] >= votes[best[0]] and start + size > 0
    ]


def _find_chain(matches: Sequence[_Match]) -> list[_Match]:
    """The heaviest chain of matches whose blocks and places both ascend."""
    if not matches:
        return []
    starts = np.array([match.start for match in matches])
    ends = np.array([match.end for match in matches])
    blocks = np.array([match.block for match in matches])
    weights = (ends - starts).astype(float)
    best = weights.copy()
    before = np.full(len(matches), -1)
    for number in range(1, len(matches)):
        fits = (blocks[:number] < blocks[number]) & (ends[:number] <= starts[number] + 2)
        if fits.any():
            candidates = np.where(fits, best[:number], -1)
            other = int(candidates.argmax())
            best[number] += candidates[other]
            before[number] = other
    chain = []
    at = int(best.argmax())
    while at >= 0:
        chain.append(matches[at])
        at = int(before[at])
    return chain[::-1]


def _place_short(
    tokens: Sequence[Sequence[str]],
    wanted: Sequence[str],
    chain: Sequence[_Match],
    is_body: NDArray[np.bool_],
    covered: NDArray[np.bool_],
) -> None:
    """Label the short blocks that stand in the gold text between the same neighbours as on the page."""
    edges = [(-1, 0), *((match.block, match.end) for match in chain)]
    following = [*((match.block, match.start) for match in chain), (len(tokens), len(wanted))]
    for (first, begin), (last, end) in zip(edges, following, strict=True):
        at = begin
        # before the first and behind the last paragraph only blocks close to it are part of the text
        low = max(first + 1, last - 3) if first < 0 else first + 1
        high = min(last, first + 4) if last == len(tokens) else last
        for number in range(low, high):
            words = list(tokens[number])
            if not words or len(words) >= MIN_TOKENS:
                continue
            for start in range(at, end - len(words) + 1):
                if list(wanted[start : start + len(words)]) == words and not covered[start : start + len(words)].any():
                    is_body[number] = True
                    covered[start : start + len(words)] = True
                    at = start + len(words)
                    break
