"""The headline that a page gives of its article, without the site's name."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_TITLE = 1_000
"""Characters of a title that are kept."""

MAX_SITE_WORDS = 5
"""Words of the longest name of a site behind a title."""

MIN_TITLE_WORDS = 3
"""Words of a title from which a name behind it may be cut off without having been seen elsewhere."""

COMMON_CHARACTERS = 20
"""Characters at the start of a headline that make it the page's title if the title for social networks has them."""

_SEPARATOR = re.compile(r"\s+[|–—»·•:-]{1,2}\s+|\s*\|\s*")
_SMALL = frozenset("of the and for in on at a de la le du des der die das und für im & y e".split(" "))  # noqa: SIM905 - words read best as words
_WORD = re.compile(r"[^\W_]+")


def find_title(shared: str, title: str, headings: Sequence[str], sites: Sequence[str]) -> str | None:
    """The headline of the article: an `h1` that the page's titles speak of, else the best of the titles.

    Args:
        shared: Title for social networks or search engines; may be empty.
        title: Text of the title element; may be empty.
        headings: Texts of the page's `h1` elements, in order.
        sites: Names of the site, if the page gives any.

    >>> find_title("", "Harbour town votes for its pier | Ellery Post", ["The Ellery Post"], [])
    'Harbour town votes for its pier'
    >>> find_title("", "Pier closed - and nobody noticed", [], [])
    'Pier closed - and nobody noticed'
    """
    names = {_fold(site) for site in sites}
    shared, title = shared[:MAX_TITLE], title[:MAX_TITLE]
    own = [heading[:MAX_TITLE] for heading in headings if _fold(heading) not in names]
    titles = [cut_site(text, names, is_title=text is title and text != shared) for text in (shared, title) if text]
    heading = next((heading for best in titles for heading in own if _agree(heading, best)), None)
    return ([heading] if heading else [*titles, *own, None])[0]


def cut_site(title: str, names: set[str], *, is_title: bool) -> str:
    """The title without the site's name at one of its ends.

    Args:
        title: The title.
        names: Folded names of the site.
        is_title: True for a title element, which may end in a name that nothing else on the page says.
    """
    parts = list(_SEPARATOR.finditer(title))
    if not parts:
        return title
    last, first = parts[-1], parts[0]
    if _fold(title[last.end() :]) in names:
        return cut_site(title[: last.start()], names, is_title=False)
    if _fold(title[: first.start()]) in names:
        return title[first.end() :]
    if is_title and _is_name(title[last.end() :]) and len(title[: last.start()].split()) >= MIN_TITLE_WORDS:
        return cut_site(title[: last.start()], names, is_title="|" in title)
    return title


def _is_name(text: str) -> bool:
    """True if the words may be a site's name: few, and the large ones capitalised."""
    words = text.split()
    return 1 <= len(words) <= MAX_SITE_WORDS and all(
        word[:1].isupper() or not word[:1].isalpha() or word.lower() in _SMALL or "." in word for word in words
    )


def _agree(heading: str, title: str) -> bool:
    """True if a heading is the headline that the title gives: it begins alike, or has most of its words."""
    if not heading or not title:
        return False
    if heading[:COMMON_CHARACTERS].casefold() in title.casefold() and len(heading) >= min(len(title) // 3, 12):
        return True
    words, other = set(_WORD.findall(heading.casefold())), set(_WORD.findall(title.casefold()))
    return len(words) >= MIN_TITLE_WORDS and 2 * len(words & other) > len(words)


def _fold(text: str) -> str:
    return "".join(_WORD.findall(text.casefold())).removeprefix("the")
