"""Facts about the text blocks of a page: their words, their place in the tree, what else on the page is like them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.columns import Columns, Numbers, Table
from copydesk.cleaner.page.naming import Signs
from copydesk.cleaner.page.places import TAGS, ZONES, Place, hash_word, read_names
from copydesk.cleaner.page.text_blocks import TextBlock
from copydesk.cleaner.page.tokens import WIDE, TokenTable, find_tokens, measure_agreement, tabulate
from copydesk.cleaner.rules.block_shape import find_signs
from copydesk.cleaner.rules.phrases import PHRASE_KINDS, find_first, find_last, find_whole

EDGE_WORDS = 4
"""Words at either end of a block that the regression over words sees."""

SHORT_WORDS = 14
"""Words of a block up to which it sees all of them."""

CORE_WORDS = 20
"""Words of a paragraph that shows where the article stands."""

STOP_WORDS = frozenset(
    "the a an of to in and that it is was for on with as at by from he she they his her their has have"  # noqa: SIM905 - ditto
    " had be been are been are this which who not but or said will would its after when than der die das und den"
    " von zu mit ist im des auf für ein eine dem nicht sich auch es als an nach wie bei er sie le la les de du un"
    " une et que qui dans est pour pas sur au el los las en y del por con para se su no al lo il di che per non"
    " una è o um do da os em com não i w z na się og att det som på av till ve bir bu het van een op te".split(" ")
)
"""Function words of the languages that the training pages are in."""

OWN = Columns(
    "size", "words", "link share", "tag", "tag above", "tag two above", "depth", "place by characters",
    "place by number", "ends sentence", "ends mark", "ends colon", "begins capital", "begins quote", "capital share",
    "digit share", "wide share", "stop word share", "comma share", "separators", "at sign", "copyright", "all capitals",
    "break before", "break behind", "inner tag", "is hidden", "is title", "is description", "is heading", "credit sign",
    "date sign", "whole phrase", "first phrase", "last phrase", "fast", "article body", "has article body", "copies",
    "is later copy", "from core", "in core", "before core", "behind core", "blocks", "names score", "words score",
    *(f"says {sign}" for sign in Signs._fields),
    *(f"in {zone}" for zone in ZONES),
)  # fmt: skip
"""Facts of each block alone."""

SAYS = tuple(f"says {sign}" for sign in Signs._fields)
"""Facts that the names of the elements give."""

_SENTENCE_END = frozenset(".!?…。！？")
_CLOSERS = '"”’»)]」』 '
_QUOTES = frozenset("\"“‘'«„「『")
_WIDE = re.compile(f"[{WIDE}]")

WIDE_SIZE = 3
"""Characters of an alphabet that one of a script without blanks stands for."""

PhraseNumbers = dict[str | None, int]
_PHRASE_NUMBERS: PhraseNumbers = {None: 0, **{kind: number for number, kind in enumerate(PHRASE_KINDS, 1)}}


class Statements(NamedTuple):
    """Texts that a page gives of its article, to compare its blocks with.

    Attributes:
        titles: Titles that the page gives.
        descriptions: Descriptions for search engines and social networks.
        body: Text of the article in the page's data; may be empty.
        fast: Text that trafilatura's fast mode finds.
    """

    titles: Sequence[str]
    descriptions: Sequence[str]
    body: str
    fast: str


class Facts(NamedTuple):
    """Facts about the blocks of one page.

    Attributes:
        own: Values of `OWN`; the scores of the regressions are 0.
        names: Hash bucket of each word in the names of the elements above a block, and the block of each.
        words: The same for the words of a block.
        alike: Number of the group of blocks with the same element names.
        siblings: Number of the group of blocks below the same element.
        sizes: Characters of each block; wide ones count thrice.
    """

    own: Table
    names: tuple[Numbers, Numbers]
    words: tuple[Numbers, Numbers]
    alike: Numbers
    siblings: Numbers
    sizes: NDArray[np.float64]


def read_facts(blocks: Sequence[TextBlock], statements: Statements) -> Facts:
    """Facts about the blocks of a page.

    Args:
        blocks: The blocks, at least one.
        statements: Texts that the page gives of its article.
    """
    texts = [block.text for block in blocks]
    numbers: dict[str, int] = {}
    tokens = tabulate(texts, numbers)
    own = Table.zeros(OWN, len(blocks))
    sizes = _describe_characters(own, texts)
    _describe_texts(own, texts, tokens)
    _compare(own, tokens, statements, numbers)
    names, alike, siblings = _describe_places(own, blocks)
    links = np.array([block.link_characters for block in blocks])
    visible = np.array([len(text) - text.count(" ") for text in texts])
    own["link share"] = np.minimum(1, links / np.maximum(1, visible))
    breaks = np.array([block.breaks for block in blocks])
    own["break before"], own["break behind"] = breaks & 1, breaks >> 1
    own["blocks"] = np.log1p(len(blocks))
    _describe_order(own, tokens)
    return Facts(own, names, _hash_words(tokens), alike, siblings, sizes)


# ----------------------------------------------------------------------------------------------- texts


@cache
def _classify() -> NDArray[np.uint8]:
    """Class of each character of the basic plane: bits for capitals, letters, digits, wide characters."""
    classes = np.zeros(1 << 16, np.uint8)
    for code in range(1 << 16):
        category = unicodedata.category(chr(code))
        if category[0] == "L":
            classes[code] = 2 + (category == "Lu")
        elif category == "Nd":
            classes[code] = 4
    for match in _WIDE.finditer("".join(map(chr, (*range(0xD800), *range(0xE000, 1 << 16))))):
        classes[ord(match[0])] |= 8
    return classes


def _describe_characters(own: Table, texts: Sequence[str]) -> NDArray[np.float64]:
    """Write what the characters of the texts say; returns the size of each text."""
    joined = "".join(texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    lengths = np.array([len(text) for text in texts])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    classes = _classify()[np.minimum(codes, (1 << 16) - 1)]

    def count(is_one: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.add.reduceat(is_one.astype(np.int32), starts).astype(np.float64)

    wide = count((classes & 8) > 0)
    letters = np.maximum(1, count((classes & 2) > 0))
    sizes = lengths + (WIDE_SIZE - 1) * wide
    own["size"] = np.log1p(sizes)
    own["capital share"] = count((classes & 1) > 0) / letters
    own["digit share"] = count((classes & 4) > 0) / lengths
    own["wide share"] = wide / lengths
    own["all capitals"] = own["capital share"] > 0.95
    own["place by characters"] = np.cumsum(sizes) / sizes.sum()
    own["place by number"] = np.arange(len(texts)) / len(texts)
    return sizes


def _describe_texts(own: Table, texts: Sequence[str], tokens: TokenTable) -> None:
    """Write what the words and the marks of the texts say."""
    rows = []
    for text, words in zip(texts, tokens.words, strict=True):
        count = len(words) or 1
        first, last = text[0], text[-1]
        end = text.rstrip(_CLOSERS)[-1:]
        known = tuple(words[:6])
        credit, date = find_signs(text)
        rows.append(
            (
                np.log1p(len(words)),
                end in _SENTENCE_END and bool(end),
                last in _SENTENCE_END or last in _CLOSERS,
                last == ":",
                first.isupper(),
                first in _QUOTES,
                len(STOP_WORDS.intersection(words)) / count,
                (text.count(",") + text.count("，") + text.count("、")) / count,
                ("|" in text) + ("»" in text) + ("·" in text) + ("›" in text),
                "@" in text,
                "©" in text,
                credit,
                date,
                _PHRASE_NUMBERS[find_whole(tuple(words)) if count <= 6 else None],
                _PHRASE_NUMBERS[find_first(known)],
                _PHRASE_NUMBERS[find_last(tuple(words[-6:]))],
            )
        )
    names = (
        "words", "ends sentence", "ends mark", "ends colon", "begins capital", "begins quote", "stop word share",
        "comma share", "separators", "at sign", "copyright", "credit sign", "date sign", "whole phrase",
        "first phrase", "last phrase",
    )  # fmt: skip
    own.values[:, own.columns.indices(names)] = np.array(rows, np.float32)


def _compare(own: Table, tokens: TokenTable, statements: Statements, numbers: dict[str, int]) -> None:
    """Write how far the blocks agree with what the page says of its article."""
    own["fast"] = measure_agreement(tokens, statements.fast, numbers)
    if statements.body:
        own["article body"] = measure_agreement(tokens, statements.body, numbers)
        own["has article body"] = 1
    titles = {tuple(find_tokens(title)) for title in statements.titles if title}
    own["is title"] = [bool(words) and tuple(words) in titles for words in tokens.words]
    if described := [" ".join(find_tokens(text)) for text in statements.descriptions if text]:
        own["is description"] = [
            len(words) > 3 and any(text.startswith(" ".join(words[:12])) for text in described)
            for words in tokens.words
        ]


class _Hashes(dict[str, int]):
    """Hash bucket of each word that was asked for, the last few."""

    MAX = 200_000

    def __missing__(self, word: str) -> int:
        if len(self) > self.MAX:
            self.clear()
        bucket = hash_word(word)
        self[word] = bucket
        return bucket


_hashes = _Hashes()


def _hash_words(tokens: TokenTable) -> tuple[Numbers, Numbers]:
    """Hash buckets of the words at the ends of each block and in short blocks, and the block of each."""
    keys: list[str] = []
    counts = []
    for words in tokens.words:
        before = len(keys)
        keys += ["<" + word for word in words[:EDGE_WORDS]]
        keys += [">" + word for word in words[-EDGE_WORDS:]]
        if len(words) <= SHORT_WORDS:
            keys += set(words)
        counts.append(len(keys) - before)
    return np.array([_hashes[key] for key in keys], np.int64), np.repeat(np.arange(len(counts)), counts)


# ---------------------------------------------------------------------------------------------- places


def _describe_places(own: Table, blocks: Sequence[TextBlock]) -> tuple[tuple[Numbers, Numbers], Numbers, Numbers]:
    """Write where the blocks stand; returns the buckets of their names, and both groups."""
    rows, counts = [], []
    buckets: list[Sequence[int]] = []
    signatures: dict[tuple[str, ...], int] = {}
    parents: dict[Place, int] = {}
    alike, siblings = [], []
    for block in blocks:
        place, inner = block.place, block.inner
        found = place.collect_buckets()
        buckets.append(found)
        counts.append(len(found))
        if inner is not None:
            inline = read_names(inner).buckets[-1]
            buckets.append(inline)
            counts[-1] += len(inline)
        tag = place.tag
        is_heading = len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()
        inner_tag = TAGS.get(inner.tag, 0) if inner is not None else 0
        rows.append(
            (*place.tags, place.depth, place.is_hidden, is_heading, inner_tag, *place.find_signs(inner), place.zones)
        )
        alike.append(signatures.setdefault(place.signature, len(signatures)))
        is_line = not block.breaks and place.above is not None and tag not in {"div", "section", "article", "body"}
        siblings.append(parents.setdefault((is_line and place.above) or place, len(parents)))
    values = np.array(rows, np.int64)
    names = ("tag", "tag above", "tag two above", "depth", "is hidden", "is heading", "inner tag", *SAYS)
    own.values[:, own.columns.indices(names)] = values[:, :-1]
    zones = [f"in {zone}" for zone in ZONES]
    own.span(zones)[:] = (values[:, -1:] >> np.arange(len(ZONES))) & 1
    flat = np.fromiter(chain.from_iterable(buckets), np.int64)
    return (flat, np.repeat(np.arange(len(counts)), counts)), np.array(alike), np.array(siblings)


def _describe_order(own: Table, tokens: TokenTable) -> None:
    """Write which blocks are copies, and where they stand beside the core of the article."""
    keys: dict[tuple[str, ...], int] = {}
    numbers = [keys.setdefault(tuple(words), len(keys)) for words in tokens.words]
    counts = np.bincount(numbers)
    own["copies"] = counts[numbers] - 1
    _, first = np.unique(numbers, return_index=True)
    own["is later copy"] = first[numbers] != np.arange(len(numbers))
    words = np.expm1(own["words"]) * (1 - own["wide share"] / 2)
    core = np.flatnonzero((words >= CORE_WORDS) & (own["fast"] > 0.5))
    places = np.arange(len(numbers))
    middle = np.median(core) if len(core) else len(numbers) / 2
    low, high = (core[0], core[-1]) if len(core) else (0, len(numbers))
    own["from core"] = (places - middle) / 50
    own["in core"] = (places >= low) & (places <= high)
    own["before core"] = np.log1p(np.maximum(0, low - places))
    own["behind core"] = np.log1p(np.maximum(0, places - high))
