"""Places of a page's text blocks: the elements that hold them, with all that their names say."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import Any, NamedTuple

from copydesk.cleaner.page.naming import Signs, find_signs

BUCKETS = 1 << 14
"""Hash buckets of each regression over words."""

BANDS = (0, 1, 2, 2, 3, 3, 3, 3)
"""Distance of each level above a block, as the regression over names sees it."""

SIGN_LEVELS = 3
"""Elements above a block whose names are searched for signs."""

NAME_ATTRIBUTES = ("class", "id", "itemprop", "role", "data-component", "data-testid")
"""Attributes in which pages say what an element is."""

MAX_CHARACTERS = 300
"""Characters of an element's names that are read."""

TAGS = {
    tag: number
    for number, tag in enumerate(
        "p li h1 h2 h3 h4 h5 h6 div span td th a figcaption blockquote section article main aside header footer nav ul"  # noqa: SIM905 - words read best as words
        " ol table tr time button label strong b em i dd dt pre form figure center font body".split(" "),
        1,
    )
}
"""Number of an element's name, as the trees see it."""

ZONES = (
    "article", "main", "aside", "nav", "footer", "header", "figure", "figcaption", "form", "section", "ul", "ol",
    "table", "blockquote", "button", "details",
)  # fmt: skip
"""Elements that say something of all that is in them."""

_ZONE_BITS = {zone: 1 << number for number, zone in enumerate(ZONES)}
_NAME = re.compile(r"[a-z]{2,}|\d+")
_CAMEL = re.compile(r"([a-z])([A-Z])")
_HIDDEN = re.compile(r"display\s?:\s?none|visibility\s?:\s?hidden", re.IGNORECASE)


def hash_word(word: str) -> int:
    """Hash bucket of a word."""
    return zlib.crc32(word.encode("utf-8", "replace")) % BUCKETS


class Names(NamedTuple):
    """Names of an element.

    Attributes:
        text: The names in small letters.
        buckets: Hash buckets of their words for each band, and for an inline element.
    """

    text: str
    buckets: tuple[tuple[int, ...], ...]


@lru_cache(maxsize=20_000)
def _split_names(tag: str, raw: str) -> Names:
    text = _CAMEL.sub(r"\1-\2", raw).lower()
    words = (f"<{tag}", *sorted(set(_NAME.findall(text))))
    return Names(text, tuple(tuple(hash_word(f"{band}{word}") for word in words) for band in (0, 1, 2, 3, "i")))


def read_names(element: Any) -> Names:
    """Names of an element."""
    values = [value for name in NAME_ATTRIBUTES if (value := element.get(name))]
    return _split_names(element.tag, " ".join(values)[:MAX_CHARACTERS])


class Place:
    """An element that makes lines, below the one that holds it.

    Args:
        element: The element.
        above: Place of the next element above that makes lines; None at the root.
    """

    __slots__ = ("_buckets", "_names", "_signs", "above", "depth", "element", "is_hidden", "tag", "tags", "zones")

    def __init__(self, element: Any, above: Place | None) -> None:
        """Read the element."""
        tag = element.tag
        self.element = element
        self.above = above
        self.tag: str = tag
        self._names: Names | None = None
        self._buckets: list[int] | None = None
        self._signs: Signs | None = None
        style = element.get("style")
        is_hidden = (
            (style is not None and _HIDDEN.search(style) is not None)
            or element.get("hidden") is not None
            or element.get("aria-hidden") == "true"
        )
        number = TAGS.get(tag, 0)
        bit = _ZONE_BITS.get(tag, 0)
        if above is None:
            self.tags: tuple[int, int, int] = (number, 0, 0)
            self.depth, self.zones, self.is_hidden = 1, bit, is_hidden
        else:
            self.tags = (number, above.tags[0], above.tags[1])
            self.depth, self.zones, self.is_hidden = above.depth + 1, above.zones | bit, above.is_hidden or is_hidden

    @property
    def names(self) -> Names:
        """Names of the element."""
        if self._names is None:
            self._names = read_names(self.element)
        return self._names

    @property
    def signature(self) -> tuple[str, str, str, str]:
        """Name and class of the element and of the one above. An id tells elements apart that are alike."""
        above = self.above
        own = self.element.get("class") or ""
        return (self.tag, own, *(("", "") if above is None else (above.tag, above.element.get("class") or "")))

    def collect_buckets(self) -> list[int]:
        """Hash buckets of the words in the names of the element and of those above, by their distance."""
        if self._buckets is None:
            self._buckets = []
            place: Place | None = self
            for band in BANDS:
                if place is None or place.tag in {"body", "html"}:
                    break
                self._buckets.extend(place.names.buckets[band])
                place = place.above
        return self._buckets

    def find_signs(self, inner: Any = None) -> Signs:
        """Hints of the names of the element and of those above.

        Args:
            inner: An inline element within it that holds all of the text, or None.
        """
        if inner is not None:
            return find_signs(f"{read_names(inner).text} {self._join_names()}")
        if self._signs is None:
            self._signs = find_signs(self._join_names())
        return self._signs

    def _join_names(self) -> str:
        parts = []
        place: Place | None = self
        for _ in range(SIGN_LEVELS):
            if place is None:
                break
            parts.append(place.names.text)
            place = place.above
        return " ".join(parts)
