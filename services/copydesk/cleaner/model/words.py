"""What is known of a single word as it stands in a text, looked at once and remembered.

A text repeats its words, and texts repeat each other's: each distinct word is described once in Python, after that a
block is the sum of rows of a table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.rules import phrases
from copydesk.cleaner.rules.shapes import CLOSERS, END_MARKS, FUNCTION_WORDS, OPENERS, SPEECH

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

MOST = 60_000
"""Words remembered; with more, all are forgotten before the next article. 60,000 rows are 11 MB."""

MANY_PIECES = 100
"""Pieces from which a word is not remembered by them: no word of a language has so many, and memory stays bounded."""

FIRST_WORDS, LAST_WORDS = 300, 40
"""Words of a block that are looked at, from its start and from its end: a paragraph has a hundred, a block may be a
megabyte."""

MARKS = "\"“”‘’'.,;:!?()[]{}«»„…–—-*•|/\\<>#@"
_PART = re.compile("[^\\W_]+(?:'[^\\W_]+)?")
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


KINDS: dict[str, frozenset[str]] = {
    "function": FUNCTION_WORDS,
    "speech": SPEECH,
    "me": _set("i we my our me us mine ours i'm we're we've i've"),
    "you": _set("you your yours you're you'll you've"),
    "they": _set("he she they him her them his their it its"),
    "calendar": _set(
        "january february march april may june july august september october november december jan feb mar apr jun jul"
        " aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs"
        " fri sat sun"
    ),
    "clock": _set(
        "ago am pm a.m p.m est edt et gmt utc ist min mins minute minutes hour hours read updated today yesterday"
    ),
    "photo": _set(
        "photo photos photograph photographs photographer image images picture pictures pictured credit credits getty"
        " reuters afp ap epa tass shutterstock courtesy file caption via alamy istock screenshot gallery slideshow"
        " illustration video pixabay unsplash flickr wikimedia imagn wireimage filmmagic seen poses © left right"
    ),
    "promo": _set(
        "subscribe newsletter newsletters sign signup follow share click download app email inbox free offer advert"
        " advertisement advertising sponsored facebook twitter instagram whatsapp linkedin pinterest reddit youtube"
        " telegram tweet pin donate subscriber subscribers account register latest alerts podcast membership member"
    ),
    "related": _set(
        "read more related watch see also latest story stories recommended popular trending next previous article"
        " articles news headlines top must here"
    ),
    "legal": _set(
        "rights reserved copyright terms privacy policy cookie cookies conditions disclaimer permission republished"
        " reproduced llc inc ltd © affiliate commission views opinions expressed registered"
    ),
    "byline": _set(
        "by reporter editor staff writer correspondent author posted updated published contributor freelance journalist"
        " covers covering reporting editing written edited bureau desk agencies"
    ),
    "menu": _set(
        "home menu comments comment log login search reply tags tag topics categories category filed sections close"
        " cancel skip back leave post view all show name website"
    ),
    "call": _set(
        "read watch click sign get see follow share join listen check visit learn find subscribe buy shop enter"
    ),
}
"""Words by what they hint at. A hint is counted, never decisive: what a count says is for the trees."""

_NO_KIND = (0.0,) * len(KINDS)
_KINDS_OF = {
    word: tuple(float(word in words) for words in KINDS.values()) for word in frozenset[str]().union(*KINDS.values())
}

COLUMNS = (
    *KINDS, "word", "capital", "upper", "lower", "digit", "number", "year", "link", "handle", "sentence end", "comma",
    "colon", "dots", "opens", "closes", "bracket", "slash", "bar", "money", "long", "name", "past", "wide",
    "characters",     "marks", "foreign",
)  # fmt: skip
_NO_MARK = (0.0,) * (COLUMNS.index("long") - COLUMNS.index("digit"))
AT = {name: number for number, name in enumerate(COLUMNS)}

BUCKETS = 1 << 14
"""Hash places of the cue regression, for words and letter groups."""
PAIR_BUCKETS = 1 << 14
IDF_BUCKETS = 1 << 14


class Encoder(Protocol):
    """What `copydesk.vectors` gives."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """A row of length 1 a text."""
        ...

    def find_pieces(self, word: str) -> tuple[int, ...]:
        """What a word between blanks is made of."""
        ...

    def encode_pieces(self, counts: Numbers, pieces: Numbers) -> Floats:
        """A row of length 1 a text, of whose words the pieces are given."""
        ...


class Words:
    """The table of known words.

    Args:
        encoder: Says what pieces a word is made of.

    Attributes:
        rows: Of each word the row in the table.
        seen: What is seen of each word, shape (rows, columns).
    """

    def __init__(self, encoder: Encoder) -> None:
        """Know nothing."""
        self._find_pieces = encoder.find_pieces
        self.forget()

    def forget(self) -> None:
        """Empty the table."""
        self.rows = _Rows(self._add)
        self._names: dict[str, int] = {"": 0}
        self.spellings: list[str] = []
        self.parts: list[tuple[str, ...]] = []
        self._weights = np.zeros((2048, 2))
        self._is_weighed = np.zeros((2048, 2), bool)
        self.seen = np.zeros((2048, len(COLUMNS)), np.float32)
        self._keys = np.zeros((2048, 5), np.int64)
        self._first = np.zeros(4096, np.int64)
        self._pieces = np.zeros(4096, np.int64)
        self._pieces_end = 0
        self._pieces_of = np.zeros((2048, 2), np.int64)  # where they begin, and how many

    def find(self, tokens: Sequence[str]) -> Numbers:
        """The rows of these words."""
        # one call for all; of a single word it gives no tuple
        return np.array(itemgetter(*tokens)(self.rows) if len(tokens) > 1 else [self.rows[tokens[0]]], np.int64)

    def number(self, rows: Numbers) -> Numbers:
        """The keys of each word: word, stem and name, hash, and where a phrase may have it (`phrases.find_places`).

        Words, stems and names are numbered from 1 by their first appearance among these words; 0: none.
        """
        keys = self._keys[rows]
        if len(self._names) > len(self._first):
            self._first = np.zeros(2 * len(self._names), np.int64)
        place = np.arange(len(rows))
        for column in range(3):
            named = keys[:, column]
            self._first[named[::-1]] = place[::-1]  # of equal indices the last one stays: the first appearance
            first = self._first[named]
            is_new = (first == place) & (named > 0)
            keys[:, column] = np.where(named > 0, np.cumsum(is_new)[first], 0)
        return keys

    def find_pieces(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """How many pieces each word is made of, and those of all; of a word of too many `MANY_PIECES`, and none."""
        first, counts = self._pieces_of[rows].T
        known = np.where(counts < MANY_PIECES, counts, 0)
        ends = np.cumsum(known)
        pieces = self._pieces[np.repeat(first - ends + known, known) + np.arange(int(ends[-1]) if len(ends) else 0)]
        return counts, pieces

    def weigh(self, rows: Numbers, which: int, table: Floats) -> NDArray[np.float64]:
        """The sum of a table's entries for each word and its groups of letters; looked up once a word.

        Args:
            rows: Of the words.
            which: 0 for the table of first words, 1 for that of last words: always the same for the same table.
            table: By hash place.
        """
        for row in set(rows[~self._is_weighed[rows, which]].tolist()):
            self._weights[row, which] = float(table[hash_letters(self.spellings[row])].sum(dtype=np.float64))
            self._is_weighed[row, which] = True
        weights: NDArray[np.float64] = self._weights[rows, which]
        return weights

    def _add(self, token: str) -> int:
        row = len(self.rows)
        if row == len(self.seen):
            self.seen = np.concatenate([self.seen, np.zeros_like(self.seen)])
            self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)])
            self._weights = np.concatenate([self._weights, np.zeros_like(self._weights)])
            self._is_weighed = np.concatenate([self._is_weighed, np.zeros_like(self._is_weighed)])
            self._pieces_of = np.concatenate([self._pieces_of, np.zeros_like(self._pieces_of)])
        seen, low, stem, name = describe(token)
        self.seen[row] = seen
        number = self._names.setdefault
        self._keys[row] = (
            number(low, len(self._names)),
            number(stem, len(self._names)),
            number(name, len(self._names)),
            crc32(low.encode("utf-8", "replace")),
            phrases.find_places(split_word(low)),
        )
        self.spellings.append(low)
        self.parts.append(split_word(low))
        self._add_pieces(row, token)
        return row

    def _add_pieces(self, row: int, token: str) -> None:
        pieces = self._find_pieces(token) if len(token) <= MANY_PIECES else (0,) * MANY_PIECES
        first = self._pieces_end
        self._pieces_of[row] = first, min(len(pieces), MANY_PIECES)
        if len(pieces) >= MANY_PIECES:
            return
        self._pieces_end += len(pieces)
        if self._pieces_end > len(self._pieces):
            self._pieces = np.concatenate([self._pieces, np.zeros_like(self._pieces)])
        self._pieces[first : self._pieces_end] = pieces


class _Rows(dict[str, int]):
    """The rows of words; a word not met yet is added."""

    def __init__(self, add: Callable[[str], int]) -> None:
        super().__init__()
        self._add = add

    def __missing__(self, token: str) -> int:
        row = self[token] = self._add(token)
        return row


def describe(token: str) -> tuple[list[float], str, str, str]:
    """What is seen of a word by column, the word without its marks, its stem if it carries a topic, if it is a name.

    >>> seen, word, stem, name = describe("“Bridges’")
    >>> (word, stem, name, seen[AT["opens"]], seen[AT["capital"]])
    ('bridges', 'bridge', 'bridges', 1.0, 1.0)
    """
    token = token[:200]
    core = token.strip(MARKS)
    low = core.lower().replace("’", "'")
    plain = low.split("'")[0]
    end = token.rstrip(CLOSERS)[-1:]
    letters = core[:1].isalpha()
    capital = letters and core[0].isupper()
    is_plain = core.isalpha()
    digits = not is_plain and any(map(str.isdigit, core))
    kinds = _KINDS_OF.get(low, _NO_KIND)
    is_function = kinds[0] > 0
    is_name = capital and not is_function and len(plain) > 2
    is_past = len(low) > 4 and low.endswith(("ed", "ing"))
    stem = plain.removesuffix("s") if len(plain) >= 4 and not is_function and not digits else ""
    name = plain if is_name else ""
    if is_plain and len(core) == len(token) and token.isascii():  # as most are: nothing between the two can be true
        shape = (1, capital, len(core) > 1 and core.isupper(), core[0].islower())
        end_of_row = (len(core) >= 7, is_name, is_past, 0, len(token), 0, 0)
        return [*kinds, *map(float, shape), *_NO_MARK, *map(float, end_of_row)], low, stem, name
    seen = [
        bool(core),
        capital,
        len(core) > 1 and core.isupper(),
        letters and core[0].islower(),
        digits,
        digits and not any(map(str.isalpha, core)),
        len(core) == 4 and core.isdigit() and core[:2] in {"19", "20"},
        "://" in token or "www." in low or ".com" in low or ("@" in token[1:] and "." in token),
        token[:1] in {"@", "#"} and len(token) > 1,
        end in END_MARKS and not token.endswith("..."),
        end in {",", ";", "،"},
        end == ":",
        token.endswith(("...", "…")),
        token[:1] in OPENERS and token[:1] not in "([" if token else False,
        token[-1:] in '"”»' if token else False,
        token[:1] in "([" if token else False,
        "/" in token,
        any(mark in token for mark in "|»›→•●▪►·"),
        any(mark in token for mark in "$£€%"),
        len(core) >= 7,
        is_name,
        is_past,
        len(_WIDE.findall(token)) / 2 if not token.isascii() else 0,
        len(token),
        sum(not (char.isalnum()) for char in token),
        not token.isascii() and any(char.isalpha() and ord(char) > 0x24F for char in token),
    ]
    return [*kinds, *map(float, seen)], low, stem, name


def split(text: str) -> list[str]:
    """The words of a block that are looked at; one empty word where it has none."""
    words = text.split(" ", FIRST_WORDS)
    if len(words) > FIRST_WORDS:
        rest = words.pop()[-20 * LAST_WORDS :].split(" ")
        words += rest[-LAST_WORDS:]
    return words


def split_word(word: str) -> tuple[str, ...]:
    """The words of letters and digits in one word between blanks: what phrases are made of."""
    return (word,) if word.isalnum() else tuple(_PART.findall(word))


def hash_letters(word: str) -> list[int]:
    """Hash places of a word and its groups of three and four letters, for the cue regression."""
    found = [crc32(b"w" + word.encode("utf-8", "replace")) % BUCKETS]
    framed = f"<{word[:20]}>"
    for size in (3, 4):
        found += [
            crc32(framed[at : at + size].encode("utf-8", "replace")) % BUCKETS for at in range(len(framed) - size + 1)
        ]
    return found
