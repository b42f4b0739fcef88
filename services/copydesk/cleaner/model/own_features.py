"""Features of a block alone: size, words, first and last words, phrases, marks of a paragraph."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np

from copydesk.cleaner.model.columns import Columns, Numbers, Table
from copydesk.cleaner.model.vocabulary import ROLES, Vocabulary
from copydesk.cleaner.model.word_features import WORD_COLUMNS
from copydesk.cleaner.rules import phrases
from copydesk.cleaner.rules.block_shape import MIN_PARAGRAPH, find_signs
from copydesk.cleaner.rules.phrases import PHRASE_KINDS

PHRASE_REACH = 5
"""Words at either end of a block in which a phrase is sought that the block begins or ends with."""

# ------------------------------------------------------------------------------------------------- columns

SHARES = tuple(
    # share of the block's words that have this feature of `WORD_COLUMNS`, 0 to 1
    f"{name} share"
    for name in WORD_COLUMNS
    if name not in {"word", "characters", "marks", "wide", "dots"}
)
_OF_FIRST = ("capital", "upper", "lower", "digit", "number", "function", "me", "you", "they", "calendar", "clock",
             "photo", "promo", "related", "byline", "legal", "menu", "call", "opens", "bracket", "bar", "handle",
             "link")  # fmt: skip
_OF_SECOND = ("capital", "function", "photo", "byline", "promo", "digit")
_OF_LAST = ("capital", "digit", "year", "clock", "photo", "promo", "related", "byline", "legal", "menu", "sentence end",
            "comma", "colon", "dots", "closes", "link", "function", "name")  # fmt: skip
# this feature of the first word, 0 or 1
FIRST = tuple(f"first {name}" for name in _OF_FIRST)
# this feature of the second word, 0 or 1; -1 if there is none
SECOND = tuple(f"second {name}" for name in _OF_SECOND)
# this feature of the last word, 0 or 1
LAST = tuple(f"last {name}" for name in _OF_LAST)

# the block is a phrase of this kind and nothing else, 0 or 1
IS_PHRASE = tuple(f"is {kind}" for kind in PHRASE_KINDS)
# it begins with such a phrase, 0 or 1
BEGINS_PHRASE = tuple(f"begins {kind}" for kind in PHRASE_KINDS)
# it ends with such a phrase, 0 or 1
ENDS_PHRASE = tuple(f"ends {kind}" for kind in PHRASE_KINDS)
# it has such a phrase anywhere, 0 or 1
HAS_PHRASE = tuple(f"has {kind}" for kind in PHRASE_KINDS)
PHRASES = Columns(*IS_PHRASE, *BEGINS_PHRASE, *ENDS_PHRASE, *HAS_PHRASE)

OWN = Columns(
    "size",  # words, log(1 + n); half the characters for scripts without blanks
    "characters",  # log(1 + n)
    "word length",  # characters per word, mean
    "marks share",  # share of the characters that are no letter and no digit, 0 to 1
    *SHARES,
    *FIRST,
    *SECOND,
    *LAST,
    *PHRASES,
    "any phrase",  # one of the phrase features is 1
    "photo sign",  # the sign of a photograph's credit, 0 or 1
    "date sign",  # a date or a time, 0 or 1
    "ends sentence",  # the last word ends a sentence, 0 or 1
    "paragraph",  # full paragraph: long, ends a sentence, no phrase at its ends; 0 or 1
    "sentence ends",  # words that end a sentence, log(1 + n)
    "open quote",  # opening minus closing quotation marks, -3 to 3
    "one line",  # the blocks are the sentences of one line, 0 or 1
    "first words score",  # log odds of noise by the first words (edge regression)
    "last words score",  # log odds of noise by the last words
    "vector score",  # log odds of noise by the vector
)

_SHARE_COLUMNS = WORD_COLUMNS.indices([name.removesuffix(" share") for name in SHARES])
_FIRST_COLUMNS = WORD_COLUMNS.indices(_OF_FIRST)
_SECOND_COLUMNS = WORD_COLUMNS.indices(_OF_SECOND)
_LAST_COLUMNS = WORD_COLUMNS.indices(_OF_LAST)

# ---------------------------------------------------------------------------------------------- computation


def compute_own_features(
    texts: Sequence[str], word_counts: Numbers, rows: Numbers, keys: Numbers, vocabulary: Vocabulary
) -> Table:
    """Features of each block alone; "one line" and the three scores are left 0.

    Args:
        texts: Texts of the blocks, normalised.
        word_counts: Number of words of each block that were read.
        rows: Row of each word in the vocabulary.
        keys: Keys of each word.
        vocabulary: The table of words.
    """
    words = Table(WORD_COLUMNS, vocabulary.features[rows])
    starts = np.cumsum(word_counts) - word_counts
    lasts = starts + word_counts - 1
    sums = Table(WORD_COLUMNS, np.add.reduceat(words.values, starts, axis=0))
    own = Table.zeros(OWN, len(texts))
    characters = np.array([len(text) for text in texts], np.float64)
    size = np.maximum(np.maximum(sums["word"], sums["wide"]), 1)
    # of a long block only a part was read: its size grows by the characters that were not
    size = size * np.maximum(1, characters / np.maximum(1, sums["characters"] + word_counts - 1))
    own["size"] = np.log1p(size)
    own["characters"] = np.log1p(characters)
    own["word length"] = sums["characters"] / word_counts
    own["marks share"] = sums["marks"] / np.maximum(1, sums["characters"])
    own.span(SHARES)[:] = sums.values[:, _SHARE_COLUMNS] / word_counts[:, None]
    own.span(FIRST)[:] = words.values[np.ix_(starts, _FIRST_COLUMNS)]
    seconds = words.values[np.ix_(np.minimum(starts + 1, lasts), _SECOND_COLUMNS)]
    own.span(SECOND)[:] = np.where((word_counts > 1)[:, None], seconds, -1)
    own.span(LAST)[:] = words.values[np.ix_(lasts, _LAST_COLUMNS)]
    own.span(PHRASES.names)[:] = _find_phrases(word_counts, rows, keys, vocabulary).values
    own["any phrase"] = own.span(PHRASES.names).max(axis=1)
    own.span(("photo sign", "date sign"))[:] = [find_signs(text) for text in texts]
    ends_sentence = words["sentence end"][lasts] > 0
    own["ends sentence"] = ends_sentence
    has_phrase_at_end = own.span((*BEGINS_PHRASE, *ENDS_PHRASE)).max(axis=1) > 0
    ends_paragraph = ends_sentence | (words["colon"][lasts] > 0)
    own["paragraph"] = (size >= MIN_PARAGRAPH) & ends_paragraph & ~has_phrase_at_end
    own["sentence ends"] = np.log1p(sums["sentence end"])
    own["open quote"] = np.clip(sums["opens"] - sums["closes"], -3, 3)
    return own


def _find_phrases(word_counts: Numbers, rows: Numbers, keys: Numbers, vocabulary: Vocabulary) -> Table:
    """Table of `PHRASES`. Phrases are looked up only at words that may stand there in one."""
    found = Table.zeros(PHRASES, len(word_counts))
    roles, parts, row_list = keys[:, ROLES], vocabulary.parts, rows.tolist()
    starts = np.cumsum(word_counts) - word_counts
    ends = starts + word_counts

    def join(start: int, end: int) -> tuple[str, ...]:
        return tuple(chain.from_iterable([parts[row] for row in row_list[start:end]]))

    def mark(block: int, name: str) -> None:
        found.values[block, PHRASES.index(name)] = 1

    for block in np.flatnonzero(
        (word_counts <= phrases.LONGEST_LINE) & ((roles[starts] & phrases.BEGINS_LINE) > 0)
    ).tolist():
        if (kind := phrases.find_whole(join(starts[block], ends[block]))) is not None:
            mark(block, f"is {kind}")
    for block in np.flatnonzero(roles[starts] & phrases.BEGINS_BLOCK).tolist():
        words = join(starts[block], min(ends[block], starts[block] + PHRASE_REACH))
        if (kind := phrases.find_first(words)) is not None:
            mark(block, f"begins {kind}")
    for block in np.flatnonzero(roles[ends - 1] & phrases.ENDS_BLOCK).tolist():
        words = join(max(starts[block], ends[block] - PHRASE_REACH), ends[block])
        if (kind := phrases.find_last(words)) is not None:
            mark(block, f"ends {kind}")
    goes_on = (roles & phrases.NEEDS_NO_SECOND) > 0
    goes_on[:-1] |= (roles[1:] & phrases.SECOND_ANYWHERE) > 0
    places = np.flatnonzero(((roles & phrases.FIRST_ANYWHERE) > 0) & goes_on)
    for place, block in zip(places.tolist(), np.searchsorted(ends, places, side="right").tolist(), strict=True):
        for kind in phrases.find_at_start(join(place, min(ends[block], place + phrases.LONGEST))):
            mark(block, f"has {kind}")
    return found
