"""What the model sees of an article: a row a block, a column a fact.

Everything is computed for all blocks at once. Facts are rounded to a ten-thousandth, so that a last digit, which may
differ between processors, does not decide at a threshold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.words import (
    AT,
    COLUMNS,
    FIRST_WORDS,
    IDF_BUCKETS,
    MANY_PIECES,
    PAIR_BUCKETS,
    Encoder,
    Floats,
    Numbers,
    Words,
    split,
)
from copydesk.cleaner.rules import phrases
from copydesk.cleaner.rules.shapes import MIN_PARAGRAPH, find_signs
from copydesk.contracts.articles import Reason

PLACES = 4
REACH = 3
"""Blocks looked at on either side one by one."""
ENDS = 4
"""Words at either end of a block that the cue regression looks at."""
MOST_CHARACTERS = 4_000
"""Characters of a block whose vector is made of its words' pieces; of longer ones the encoder reads what it reads."""
MAX_WHOLE = 9
"""Words of the longest block that may be a phrase as a whole."""
MAX_HOLDERS = 8
"""Blocks compared for each word pair: ten thousand equal lines stay linear."""

KINDS: tuple[Reason, ...] = ("promo", "related", "photo", "byline", "legal", "navigation")
"""Of phrases: reasons in the contract's words."""
_KIND: dict[str, int] = {kind: number for number, kind in enumerate(KINDS)}


def _places(names: Sequence[str]) -> Numbers:
    return np.array([AT[name] for name in names])


_SHARES = [name for name in COLUMNS if name not in {"word", "characters", "marks", "wide", "dots"}]
_EDGES = ("capital", "upper", "lower", "digit", "number", "function", "me", "you", "they", "calendar", "clock",
          "photo", "promo", "related", "byline", "legal", "menu", "call", "opens", "bracket", "bar", "handle",
          "link")  # fmt: skip
_LAST = ("capital", "digit", "year", "clock", "photo", "promo", "related", "byline", "legal", "menu", "sentence end",
         "comma", "colon", "dots", "closes", "link", "function", "name")  # fmt: skip
_AROUND = ("size", "ends sentence", "paragraph", "capital share", "function share", "any phrase", "photo sign",
           "cue first", "cue last", "digit share", "name share", "said with")  # fmt: skip


class Cues(NamedTuple):
    """The cue regression: log odds by hash place, for the first and the last words of a block.

    Attributes:
        first: For words and letter groups among the first words.
        last: Among the last.
        first_pairs: For two words in a row among the first.
        last_pairs: Among the last.
        about: For each number of a vector, and a constant: what a block is about.
    """

    first: Floats
    last: Floats
    first_pairs: Floats
    last_pairs: Floats
    about: Floats


class Bag(NamedTuple):
    """Which blocks have which things (stems, names, word pairs), each once.

    Attributes:
        block: Number of a block.
        thing: Number of what it has.
        times: How often.
        size: Numbers of things lie below this.
    """

    block: Numbers
    thing: Numbers
    times: Numbers
    size: int

    def take(self, chosen: NDArray[np.bool_], number: Numbers) -> Bag:
        """The bag of the chosen blocks alone, which get new numbers."""
        kept = chosen[self.block]
        return Bag(number[self.block[kept]], self.thing[kept], self.times[kept], self.size)


class Reading(NamedTuple):
    """The blocks of one article, read once.

    Attributes:
        counts: Words looked at of each block.
        keys: Word, stem, name (0: none), hash and places in phrases of each word of all blocks, one behind the other;
            the first three are numbered by their first appearance in the article.
        own: Facts about each block alone.
        vectors: What each is about.
        lines: The line of the source that each stands in.
        stems: Of the blocks.
        names: Of the blocks.
        pairs: Two words in a row; sorted by pair, and within one by block.
        title_keys: The keys of the title's words.
        title_vector: What the title is about.
    """

    counts: Numbers
    keys: Numbers
    own: Floats
    vectors: Floats
    lines: Numbers
    stems: Bag
    names: Bag
    pairs: Bag
    title_keys: Numbers
    title_vector: Floats

    def take(self, kept: Sequence[int]) -> Reading:
        """The reading of some of the blocks alone."""
        chosen = np.zeros(len(self.counts), bool)
        chosen[list(kept)] = True
        number = np.cumsum(chosen) - 1
        return self._replace(
            counts=self.counts[chosen],
            keys=self.keys[np.repeat(chosen, self.counts)],
            own=self.own[chosen],
            vectors=self.vectors[chosen],
            lines=self.lines[chosen],
            stems=self.stems.take(chosen, number),
            names=self.names.take(chosen, number),
            pairs=self.pairs.take(chosen, number),
        )


# ------------------------------------------------------------------------------------------- a block alone

OWN: tuple[str, ...] = (
    "size", "characters", "word length", "marks share",
    *(f"{name} share" for name in _SHARES),
    *(f"first {name}" for name in _EDGES),
    *(f"second {name}" for name in ("capital", "function", "photo", "byline", "promo", "digit")),
    *(f"last {name}" for name in _LAST),
    *(f"{place} {kind}" for place in ("is", "begins", "ends", "has") for kind in KINDS),
    "any phrase", "photo sign", "date sign", "ends sentence", "paragraph", "sentence ends", "open quote", "one line",
    "cue first", "cue last", "about",
)  # fmt: skip
_OWN_AT = {name: number for number, name in enumerate(OWN)}


def read(  # noqa: PLR0917 - the article and the three tables
    texts: Sequence[str], lines: Sequence[int], title: str | None, words: Words, cues: Cues | None, encoder: Encoder
) -> tuple[Reading, Numbers]:
    """The blocks looked at, and for the cue regression the hash of each word.

    Args:
        texts: Of the blocks, normalised.
        lines: Number of the line that each stands in; several in one line are its sentences.
        title: Of the article.
        words: The table of words; it learns new ones.
        cues: The regression over first and last words; None: its columns are zero (training fills them).
        encoder: Gives the vectors.
    """
    tokens = [split(text) for text in texts]
    title_tokens = split(title or "")
    counts = np.fromiter(map(len, tokens), np.int64, len(tokens))
    all_rows = rows = words.find([*chain.from_iterable(tokens), *title_tokens])
    keys = words.number(rows)
    rows, keys, title_keys = rows[: -len(title_tokens)], keys[: -len(title_tokens)], keys[-len(title_tokens) :]
    own = _look_alone(texts, counts, words.seen[rows], rows, keys, words)
    line_numbers = np.array(lines, np.int64)
    own[:, _OWN_AT["one line"]] = len(texts) > 1 and line_numbers[0] == line_numbers[-1]
    vectors = _find_vectors([*texts, title or ""], np.append(counts, len(title_tokens)), all_rows, words, encoder)
    if cues is not None:
        own[:, _OWN_AT["cue first"]], own[:, _OWN_AT["cue last"]] = _weigh_cues(counts, rows, keys, words, cues)
        own[:, _OWN_AT["about"]] = vectors[:-1] @ cues.about[:-1] + cues.about[-1]
    bags = _fill_bags(counts, keys)
    return Reading(counts, keys, own, vectors[:-1], line_numbers, *bags, title_keys, vectors[-1]), rows


def _find_vectors(texts: Sequence[str], counts: Numbers, rows: Numbers, words: Words, encoder: Encoder) -> Floats:
    """What each text is about: by the pieces of its words, which were found when each word was first met."""
    sizes, pieces = words.find_pieces(rows)
    starts = np.cumsum(counts) - counts
    totals = np.add.reduceat(np.where(sizes < MANY_PIECES, sizes, 0), starts)
    whole = (counts <= FIRST_WORDS) & (np.fromiter(map(len, texts), np.int64, len(texts)) <= MOST_CHARACTERS)
    if sizes.max() >= MANY_PIECES:
        whole &= np.maximum.reduceat(sizes, starts) < MANY_PIECES
    vectors = encoder.encode_pieces(np.where(whole, totals, 0), pieces if whole.all() else pieces[whole.repeat(totals)])
    others = np.flatnonzero(~whole).tolist()  # of these not all words were looked at
    if others:
        vectors[others] = encoder.encode([texts[number] for number in others])
    return vectors


def _fill_bags(counts: Numbers, keys: Numbers) -> tuple[Bag, Bag, Bag]:
    """The stems, names and word pairs of the blocks."""
    block = np.repeat(np.arange(len(counts)), counts)
    bags = []
    for key in (1, 2):
        has = keys[:, key] > 0
        bags.append(_fill_bag(block[has], keys[has, key]))
    word = keys[:, 0]
    inside = np.flatnonzero((block[1:] == block[:-1]) & (word[1:] > 0) & (word[:-1] > 0))
    codes = word[inside] * (int(word.max(initial=0)) + 1) + word[inside + 1]
    order = np.argsort(codes, kind="stable")  # words are in the order of their blocks
    codes, block = codes[order], block[inside[order]]
    is_new = np.ones(len(codes), bool)
    is_new[1:] = codes[1:] != codes[:-1]
    pair = np.cumsum(is_new) - 1
    is_new[1:] |= block[1:] != block[:-1]
    first = np.flatnonzero(is_new)
    times = np.diff(first, append=len(codes))
    return bags[0], bags[1], Bag(block[first], pair[first], times, int(is_new.sum()))


def _fill_bag(block: Numbers, thing: Numbers) -> Bag:
    size = int(thing.max(initial=0)) + 1
    codes, times = np.unique(block * size + thing, return_counts=True)
    return Bag(codes // size, codes % size, times, size)


def _look_alone(  # noqa: PLR0917 - the parts of a reading
    texts: Sequence[str], counts: Numbers, seen: Floats, rows: Numbers, keys: Numbers, words: Words
) -> Floats:
    starts = np.cumsum(counts) - counts
    ends = starts + counts - 1
    sums = np.add.reduceat(seen, starts, axis=0)
    size = np.maximum(np.maximum(sums[:, AT["word"]], sums[:, AT["wide"]]), 1)
    own = np.zeros((len(texts), len(OWN)), np.float32)
    lengths = np.array([len(text) for text in texts], np.float64)
    size = size * np.maximum(
        1, lengths / np.maximum(1, sums[:, AT["characters"]] + counts - 1)
    )  # of a long block a part was seen
    own[:, 0] = np.log1p(size)
    own[:, 1] = np.log1p(lengths)
    own[:, 2] = sums[:, AT["characters"]] / counts
    own[:, 3] = sums[:, AT["marks"]] / np.maximum(1, sums[:, AT["characters"]])
    at = 4
    own[:, at : at + len(_SHARES)] = sums[:, _places(_SHARES)] / counts[:, None]
    at += len(_SHARES)
    own[:, at : at + len(_EDGES)] = seen[np.ix_(starts, _places(_EDGES))]
    at += len(_EDGES)
    second = ("capital", "function", "photo", "byline", "promo", "digit")
    own[:, at : at + 6] = np.where(
        (counts > 1)[:, None], seen[np.ix_(np.minimum(starts + 1, ends), _places(second))], -1
    )
    at += 6
    own[:, at : at + len(_LAST)] = seen[np.ix_(ends, _places(_LAST))]
    at += len(_LAST)
    said = _find_phrases(counts, starts, rows, keys, words)
    own[:, at : at + said.shape[1]] = said
    at += said.shape[1]
    own[:, at] = said.max(axis=1)
    own[:, at + 1 : at + 3] = [find_signs(text) for text in texts]
    ends_sentence = seen[ends, AT["sentence end"]] > 0
    own[:, at + 3] = ends_sentence
    edge = said[:, len(KINDS) : 3 * len(KINDS)].max(axis=1) > 0
    own[:, at + 4] = (size >= MIN_PARAGRAPH) & (ends_sentence | (seen[ends, AT["colon"]] > 0)) & ~edge
    own[:, at + 5] = np.log1p(sums[:, AT["sentence end"]])
    own[:, at + 6] = np.clip(sums[:, AT["opens"]] - sums[:, AT["closes"]], -3, 3)
    return own


def _find_phrases(counts: Numbers, starts: Numbers, rows: Numbers, keys: Numbers, words: Words) -> Floats:
    """For each block the kinds of phrases that it is, begins with, ends with and has: 0 or 1, shape (blocks, 24)."""
    n = len(KINDS)
    found = np.zeros((len(counts), 4 * n), np.float32)
    places, parts, listed = keys[:, 4], words.parts, rows.tolist()
    ends = starts + counts

    def join(start: int, end: int) -> tuple[str, ...]:
        return tuple(chain.from_iterable([parts[row] for row in listed[start:end]]))

    # only where a word stands that a phrase may begin or end with
    for number in np.flatnonzero((counts <= MAX_WHOLE) & ((places[starts] & phrases.IS) > 0)).tolist():
        if (kind := phrases.find_whole(join(starts[number], ends[number]))) is not None:
            found[number, _KIND[kind]] = 1
    for number in np.flatnonzero(places[starts] & phrases.BEGINS).tolist():
        if (kind := phrases.find_first(join(starts[number], min(ends[number], starts[number] + 5)))) is not None:
            found[number, n + _KIND[kind]] = 1
    for number in np.flatnonzero(places[ends - 1] & phrases.ENDS).tolist():
        if (kind := phrases.find_last(join(max(starts[number], ends[number] - 5), ends[number]))) is not None:
            found[number, 2 * n + _KIND[kind]] = 1
    goes_on = (places & phrases.ALONE) > 0
    goes_on[:-1] |= (places[1:] & phrases.FOLLOWS) > 0
    at = np.flatnonzero(((places & phrases.STANDS) > 0) & goes_on)
    for place, number in zip(at.tolist(), np.searchsorted(ends, at, side="right").tolist(), strict=True):
        for kind in phrases.find_at_start(join(place, min(ends[number], place + 4))):
            found[number, 3 * n + _KIND[kind]] = 1
    return found


# ------------------------------------------------------------------------------------------ cue regression


def find_pairs(counts: Numbers, keys: Numbers) -> tuple[list[Numbers], list[Numbers]]:
    """Hash places of the pairs among the first and among the last words: for each pair its blocks and its places."""
    starts = np.cumsum(counts) - counts
    ends = starts + counts
    hashes = keys[:, 3]
    first, last = [], []
    for k in range(ENDS - 1):
        blocks = np.flatnonzero(counts > k + 1)
        left, right = hashes[starts[blocks] + k], hashes[starts[blocks] + k + 1]
        first.append(np.stack([blocks, (left * 31 + right) % PAIR_BUCKETS]))
        left, right = hashes[ends[blocks] - k - 2], hashes[ends[blocks] - k - 1]
        last.append(np.stack([blocks, (left * 31 + right) % PAIR_BUCKETS]))
    return first, last


def find_ends(counts: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Blocks and places of the first words of each block, then of the last."""
    starts = np.cumsum(counts) - counts
    near = np.minimum(counts, ENDS)
    blocks = np.repeat(np.arange(len(counts)), near)
    step = np.arange(near.sum()) - np.repeat(np.cumsum(near) - near, near)
    return blocks, starts[blocks] + step, blocks, starts[blocks] + counts[blocks] - 1 - step


def _weigh_cues(counts: Numbers, rows: Numbers, keys: Numbers, words: Words, cues: Cues) -> tuple[Floats, Floats]:
    blocks, first, _, last = find_ends(counts)
    scores = []
    first_pairs, last_pairs = find_pairs(counts, keys)
    for which, (places, table, pairs, pair_table) in enumerate(
        ((first, cues.first, first_pairs, cues.first_pairs), (last, cues.last, last_pairs, cues.last_pairs))
    ):
        weights = words.weigh(rows[places], which, table)
        score = np.bincount(blocks, weights, len(counts))
        for found, hashed in pairs:
            score += np.bincount(found, pair_table[hashed], len(counts))
        scores.append(score.astype(np.float32))
    return scores[0], scores[1]


# --------------------------------------------------------------------------------- a block among the others

PLACE: tuple[str, ...] = (
    "number", "from end", "share before", "share behind", "characters before", "blocks", "inside core",
    "from core start", "from core end", "since paragraph", "until paragraph", "paragraph share",
    "short share", "mean size", "median size",
    "same first word", "same shape", "same line times",
)  # fmt: skip
NEAR: tuple[str, ...] = (
    *(f"{name} {step:+d}" for step in (-3, -2, -1, 1, 2, 3) for name in _AROUND),
    *(f"{name} around {reach}" for reach in (3, 8) for name in _AROUND),
)
SHARED: tuple[str, ...] = (
    "stems shared", "stems weight", "names shared", "names", "title share", "title of it", "cosine of stems",
    "lead share", "new stems",
    "pairs earlier", "pairs later", "pairs in one", "one is longer", "one is later", "one is core", "one in it",
    "pairs", "pairs in long",
)  # fmt: skip
MEANT: tuple[str, ...] = (
    "to core", "to core rank", "to lead", "to title", "to previous", "to next", "to both", "to tail", "nearest",
    "second nearest", "to core of page", "nearest paragraph", "norm",
)  # fmt: skip
ALL: tuple[str, ...] = (*OWN, *PLACE, *NEAR, *SHARED, *MEANT)


class Overlap(NamedTuple):
    """Which block says most of what a block says.

    Attributes:
        other: Number of that block, or -1.
        share: Share of this block's word pairs that the other has.
        back: Share of the other's pairs that this one has.
        pairs: Number of this block's pairs.
    """

    other: Numbers
    share: Floats
    back: Floats
    pairs: Numbers


def look_around(reading: Reading, idf: Floats) -> tuple[Floats, Overlap]:
    """All facts of the first pass, shape (blocks, len(ALL)), and who repeats whom."""
    own = reading.own
    core = own[:, _OWN_AT["paragraph"]] > 0
    place = _find_places(reading, core)
    near = own[:, [_OWN_AT.get(name, 0) for name in _AROUND]].copy()
    shared, overlap = _find_shared(reading, core, idf)
    near[:, _AROUND.index("said with")] = shared[:, SHARED.index("title share")]
    meant = _find_meaning(reading, core)
    columns = np.concatenate([own, place, _lay_around(near), shared, meant], axis=1)
    return np.round(columns, PLACES).astype(np.float32), overlap


def _find_places(reading: Reading, core: NDArray[np.bool_]) -> Floats:
    n = len(core)
    own = reading.own
    place = np.zeros((n, len(PLACE)), np.float32)
    number = np.arange(n)
    characters = np.expm1(own[:, 1].astype(np.float64))
    before = np.cumsum(characters) - characters
    total = max(1.0, float(characters.sum()))
    full = np.flatnonzero(core)
    first, last = (int(full[0]), int(full[-1])) if len(full) else (0, -1)
    place[:, 0] = np.log1p(number)
    place[:, 1] = np.log1p(n - 1 - number)
    place[:, 2] = before / total
    place[:, 3] = 1 - (before + characters) / total
    place[:, 4] = np.log1p(before)
    place[:, 5] = np.log1p(n)
    place[:, 6] = (number >= first) & (number <= last)
    place[:, 7] = np.clip(number - first, -20, 20)
    place[:, 8] = np.clip(number - last, -20, 20)
    since = number - np.maximum.accumulate(np.where(core, number, -30))
    behind = np.minimum.accumulate(np.where(core, number, n + 30)[::-1])[::-1] - number
    # a paragraph looks at the one before and the one behind
    since = np.where(core, np.concatenate([[30], since[:-1] + 1]), since)
    behind = np.where(core, np.concatenate([behind[1:] + 1, [30]]), behind)
    place[:, 9] = np.minimum(since, 30)
    place[:, 10] = np.minimum(behind, 30)
    place[:, 11] = characters[core].sum() / total
    place[:, 12] = (own[:, 0] < np.log1p(8)).mean()
    place[:, 13] = own[:, 0].mean()
    place[:, 14] = _find_median(own[:, 0])
    starts = np.cumsum(reading.counts) - reading.counts
    place[:, 15] = np.log(_count_same(reading.keys[starts, 0]))
    shape = (
        np.round(own[:, 0] * 2) * 16
        + own[:, _OWN_AT["ends sentence"]] * 8
        + own[:, _OWN_AT["first capital"]] * 4
        + own[:, _OWN_AT["last colon"]] * 2
    ).astype(np.int64)
    place[:, 16] = _count_same(shape) / n
    marks = find_fingerprints(reading).tolist()
    times = Counter(marks)
    place[:, 17] = np.log([times[mark] for mark in marks])
    return place


def find_fingerprints(reading: Reading) -> Numbers:
    """A number for each block that equal blocks share."""
    starts = np.cumsum(reading.counts) - reading.counts
    steps = np.arange(len(reading.keys)) - np.repeat(starts, reading.counts)
    # wraps around on purpose: a hash
    mixed = (reading.keys[:, 3] + 1) * (2 * steps + 1)
    return np.add.reduceat(mixed, starts) * 1_000_003 + reading.counts


def _count_same(keys: Numbers) -> Numbers:
    """How many of the small numbers equal each."""
    return np.bincount(keys)[keys]


def _find_median(values: Floats) -> Any:
    ordered = np.sort(values)
    return (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2


def _lay_around(near: Floats) -> Floats:
    """The neighbours' facts beside each block's own, and their means."""
    n, k = near.shape
    padded = np.full((n + 2 * REACH, k), -1, np.float32)
    padded[REACH : REACH + n] = near
    steps = [padded[REACH + step : REACH + step + n] for step in (-3, -2, -1, 1, 2, 3)]
    sums = np.concatenate([np.zeros((1, k)), np.cumsum(near, axis=0, dtype=np.float64)])
    number = np.arange(n)
    means = []
    for reach in (3, 8):
        low, high = np.maximum(0, number - reach), np.minimum(n, number + reach + 1)
        means.append(((sums[high] - sums[low] - near) / np.maximum(1, high - low - 1)[:, None]).astype(np.float32))
    return np.concatenate([*steps, *means], axis=1)


_CUES_NEAR = [_AROUND.index("cue first"), _AROUND.index("cue last")]
_CUES_OWN = [_OWN_AT["cue first"], _OWN_AT["cue last"]]
_AROUND_AT = len(OWN) + len(PLACE)


def lay_cues_around(facts: Floats) -> Floats:
    """The facts of one article with the cue regression's values put into the columns of the neighbours (training)."""
    around = _lay_around(facts[:, _CUES_OWN])
    for step in range(8):
        for which in range(2):
            facts[:, _AROUND_AT + step * len(_AROUND) + _CUES_NEAR[which]] = np.round(
                around[:, 2 * step + which], PLACES
            )
    return facts


def _find_shared(reading: Reading, core: NDArray[np.bool_], idf: Floats) -> tuple[Floats, Overlap]:
    shared = np.zeros((len(core), len(SHARED)), np.float32)
    shared[:, :9] = _compare_stems(reading, core, idf)
    overlap, shared[:, 9:] = _compare_pairs(reading, core)
    return shared, overlap


def _compare_stems(reading: Reading, core: NDArray[np.bool_], idf: Floats) -> Floats:
    n = len(core)
    found = np.zeros((n, 9), np.float32)
    keys = reading.keys
    blocks, stem, times, size = reading.stems
    rarity = np.zeros(size)
    rarity[keys[:, 1]] = idf[keys[:, 3] % IDF_BUCKETS]
    weight = rarity[stem]
    is_core = core[blocks]
    # sums are made one after the other, in the order of the article: no other one changes them
    all_of = np.bincount(blocks, weight, n)
    some = np.maximum(1e-6, all_of)
    others = np.bincount(stem[is_core], minlength=size)[stem] - is_core
    found[:, 0] = np.bincount(blocks, weight * (others > 0), n) / some
    found[:, 1] = np.log1p(all_of)
    totals = np.bincount(stem[is_core], times[is_core], size) * rarity
    mine = times * weight
    dot = np.bincount(blocks, mine * (totals[stem] - np.where(is_core, mine, 0)), n)
    length = np.sqrt(np.bincount(blocks, mine * mine, n)) * np.sqrt((totals * totals).sum())
    found[:, 6] = dot / np.maximum(1e-6, length)
    lead = np.zeros(n, bool)
    lead[np.flatnonzero(core)[:3]] = True
    is_lead = lead[blocks]
    in_lead = np.bincount(stem[is_lead], minlength=size)[stem] - is_lead
    found[:, 7] = np.bincount(blocks, weight * (in_lead > 0), n) / some
    everywhere = np.bincount(stem, minlength=size)
    found[:, 8] = np.bincount(blocks, everywhere[stem] == 1, n) / np.maximum(1, np.bincount(blocks, minlength=n))
    title = np.zeros(max(size, int(reading.title_keys[:, 1].max()) + 1), bool)
    title[reading.title_keys[:, 1]] = True
    in_title = title[stem]
    found[:, 4] = np.bincount(blocks, weight * in_title, n) / some
    found[:, 5] = np.bincount(blocks, in_title, n) / max(1, int(title.sum()) - 1)
    blocks, name, _, size = reading.names
    is_core = core[blocks]
    others = np.bincount(name[is_core], minlength=size)[name] - is_core
    own = np.bincount(blocks, minlength=n)
    found[:, 2] = np.where(own > 0, np.bincount(blocks, others > 0, n) / np.maximum(1, own), -1)
    found[:, 3] = own
    return found


def _compare_pairs(reading: Reading, core: NDArray[np.bool_]) -> tuple[Overlap, Floats]:
    """What each block shares with single others, word pair by word pair."""
    n = len(core)
    blocks, pairs, _, size = reading.pairs
    own = np.bincount(blocks, minlength=n)
    found = np.zeros((n, len(SHARED) - 9), np.float32)
    found[:, 7] = np.log1p(own)
    other, share, back = np.full(n, -1), np.zeros(n, np.float32), np.zeros(n, np.float32)
    overlap = Overlap(other, share, back, own)
    holders = np.bincount(pairs, minlength=size)
    held = np.flatnonzero(holders[pairs] > 1)
    if not len(held):
        return overlap, found
    b, p = blocks[held], pairs[held]
    left, right = [], []
    for step in range(1, MAX_HOLDERS):
        same = np.flatnonzero(p[step:] == p[:-step])
        if not len(same):
            break
        left.append(b[same])
        right.append(b[same + step])
    is_first = np.ones(len(p), bool)
    is_first[1:] = p[1:] != p[:-1]
    is_last = np.ones(len(p), bool)
    is_last[:-1] = is_first[1:]
    found[:, 0] = np.bincount(b, ~is_first, n) / np.maximum(1, own)
    found[:, 1] = np.bincount(b, ~is_last, n) / np.maximum(1, own)
    one, two = np.concatenate(left), np.concatenate(right)
    codes, times = np.unique(np.concatenate([one * n + two, two * n + one]), return_counts=True)
    mine, its = codes // n, codes % n
    # the most shared pairs, then the longest, then the first
    best = np.lexsort((-its, own[its], times, mine))
    final = best[np.flatnonzero(np.diff(mine[best], append=-1))]
    who = mine[final]
    other[who] = its[final]
    share[who] = times[final] / np.maximum(1, own[who])
    back[who] = times[final] / np.maximum(1, own[its[final]])
    length = reading.own[:, 0]
    found[who, 2] = share[who]
    found[who, 3] = length[other[who]] - length[who]
    found[who, 4] = np.clip(other[who] - who, -20, 20)
    found[who, 5] = core[other[who]]
    np.maximum.at(found[:, 6], mine, (times / np.maximum(1, own[its])).astype(np.float32))
    long = length[its] > np.log1p(20)
    np.maximum.at(found[:, 8], mine[long], (times[long] / np.maximum(1, own[mine[long]])).astype(np.float32))
    return overlap, found


def _find_meaning(reading: Reading, core: NDArray[np.bool_]) -> Floats:
    vectors = reading.vectors.astype(np.float64)
    n = len(core)
    meant = np.zeros((n, len(MEANT)), np.float32)
    size = reading.own[:, 0].astype(np.float64)
    known = (vectors * vectors).sum(axis=1) > 0
    chosen = core & known
    if not chosen.any():
        chosen = known
    alike = vectors @ vectors.T
    weight = np.where(chosen, size, 0)
    centre = alike @ weight
    # again with the paragraphs that agree: an intruder weighs less
    norm = np.sqrt(max(1e-12, float(weight @ centre)))
    agreeing = weight * np.clip((centre - weight * known) / norm, 0.05, 1)
    centre = alike @ agreeing
    total = float(agreeing @ centre)
    without = np.maximum(1e-6, total - 2 * agreeing * centre + agreeing * agreeing * known)
    to_core = (centre - agreeing * known) / np.sqrt(without)
    meant[:, 0] = to_core
    listed = np.sort(to_core[chosen])
    meant[:, 1] = np.searchsorted(listed, to_core) / max(1, len(listed))
    full = np.flatnonzero(chosen)
    meant[:, 2] = _to_group(alike, full[:2])
    meant[:, 3] = vectors @ reading.title_vector.astype(np.float64)
    number = np.arange(n)
    # the nearest paragraph on either side
    before = np.maximum.accumulate(np.where(chosen, number, -1))
    before = np.concatenate([[-1], before[:-1]])
    behind = np.minimum.accumulate(np.where(chosen, number, n)[::-1])[::-1]
    behind = np.concatenate([behind[1:], [n]])
    meant[:, 4] = np.where(before >= 0, alike[number, np.maximum(before, 0)], -1)
    meant[:, 5] = np.where(behind < n, alike[number, np.minimum(behind, n - 1)], -1)
    meant[:, 6] = np.maximum(meant[:, 4], meant[:, 5])
    meant[:, 7] = _to_group(alike, full[-3:])
    np.fill_diagonal(alike, -1)
    among = np.where(chosen[None, :], alike, -1)
    nearest = among.argmax(axis=1)
    meant[:, 8] = alike.max(axis=1)
    meant[:, 11] = among[number, nearest]
    if n > 1:
        among[number, nearest] = -1
    meant[:, 9] = among.max(axis=1)
    meant[:, 10] = to_core[chosen].mean() if chosen.any() else 0
    meant[:, 12] = known
    return meant


def _to_group(alike: NDArray[np.float64], group: Numbers) -> NDArray[np.float64]:
    """Cosine to the sum of a few blocks, without the block itself."""
    if not len(group):
        return np.zeros(len(alike))
    inside = np.zeros(len(alike))
    inside[group] = 1
    dots = alike @ inside
    own = inside * np.diagonal(alike)
    total = float(inside @ dots)
    without = np.maximum(1e-6, total - 2 * inside * dots + own)
    return (dots - own) / np.sqrt(without)


# -------------------------------------------------------------------------------------------- second pass

PASS2: tuple[str, ...] = (
    "noise", *(f"noise {step:+d}" for step in (-3, -2, -1, 1, 2, 3)), "noise around 3", "noise around 8",
    "noise before",
    "noise behind", "doubt by characters", "doubt by blocks", "kept size", "kept short", "noise of page",
    "noise of first word",
    "first word", "noise of shape", "shape",
)  # fmt: skip


def look_again(reading: Reading, noise: NDArray[np.float64]) -> Floats:
    """What the first pass tells of each block's surroundings and of the page, shape (blocks, len(PASS2))."""
    n = len(noise)
    own = reading.own
    found = np.zeros((n, len(PASS2)), np.float32)
    noise = np.round(noise, PLACES)
    found[:, 0] = noise
    around = _lay_around(noise[:, None].astype(np.float32))
    found[:, 1:9] = around
    characters = np.expm1(own[:, 1].astype(np.float64))
    weighed = np.cumsum(noise * characters)
    sizes = np.cumsum(characters)
    found[:, 9] = (weighed - noise * characters) / np.maximum(1, sizes - characters)
    found[:, 10] = (weighed[-1] - weighed) / np.maximum(1, sizes[-1] - sizes)
    doubt = noise * (1 - noise)
    kept = noise < 0.5
    found[:, 11] = (doubt * characters).sum() / max(1.0, sizes[-1])
    found[:, 12] = doubt.mean()
    found[:, 13] = _find_median(own[kept, 1]) if kept.any() else 0
    found[:, 14] = (own[kept, 1] < np.log1p(60)).mean() if kept.any() else 1
    found[:, 15] = weighed[-1] / max(1.0, sizes[-1])
    starts = np.cumsum(reading.counts) - reading.counts
    shape = (
        np.round(own[:, 1]) * 16
        + own[:, _OWN_AT["ends sentence"]] * 8
        + own[:, _OWN_AT["first capital"]] * 4
        + own[:, _OWN_AT["last colon"]] * 2
    ).astype(np.int64)
    for at, keys in ((16, reading.keys[starts, 0]), (18, shape)):
        times = _count_same(keys)
        found[:, at] = np.where(times < 2, -1, (np.bincount(keys, noise)[keys] - noise) / np.maximum(1, times - 1))
        found[:, at + 1] = (times - 1) / max(1, n - 1)
    return np.round(found, PLACES).astype(np.float32)
