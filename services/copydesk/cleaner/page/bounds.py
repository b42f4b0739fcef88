"""Bounds of what the HTML parsers get to see: each is far above any page of a newspaper, and cheap to check."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_ATTRIBUTES = 5_000
"""Attributes of one tag. libxml2 compares each with all before it: 60,000 take ten seconds. The largest tag among 737
pages of news has 1,917, all but two below 300 (a quotation mark that is missing makes attributes of what follows)."""

MAX_ELEMENTS = 60_000
"""Elements of the largest tree that trafilatura gets to see. News pages have 500 to 8,000."""

MAX_DEPTH = 200
"""Depth of the deepest tree that trafilatura, which recurses, gets to see. libxml2 drops what lies deeper than 256."""

ELEMENTS = 5_000, 16
"""A tree may have so many elements, and one more for so many characters of the page. News pages have one for 40 at
most; the smallest elements possible (`<p>x`) cost trafilatura more than a second for 100,000 characters."""

DEPTHS = 100_000, 1.0
"""The depths of all elements may add up to so much, and to so much more for each character of the page. trafilatura
looks at all that is below each `div`; news pages have .3 a character at most, links in 190 nested `div` 10."""


class Bounds(NamedTuple):
    """Bounds of a tree.

    Attributes:
        elements: Most elements.
        depth: Most levels.
        depths: Largest sum of the levels of all elements.
    """

    elements: int
    depth: int
    depths: int


# white space of HTML: a no-break space is part of a name
_TAG_NAME = r"</?[a-zA-Z][^ \t\n\f\r/>]*+"
_ATTRIBUTE = (
    r"[ \t\n\f\r/]*+[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+"
    r"(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+(?:\"[^\"]*+\"?|'[^']*+'?|[^ \t\n\f\r>\"'][^ \t\n\f\r>]*+)?)?"
)
_MARKUP = re.compile(rf"({_TAG_NAME})(?:{_ATTRIBUTE})*+|<!--|<[!?/]")
_COUNTED = re.compile(_ATTRIBUTE)
_RAW_TAGS = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
_ENDS = {f"<{name}": re.compile(rf"(?=</{name}[ \t\n\f\r/>])", re.IGNORECASE) for name in _RAW_TAGS} | {
    "<!--": re.compile("--!?>"),
    "<!": re.compile(">"),
    "<?": re.compile(">"),
    "</": re.compile(">"),
}
"""Ends of what holds no tags, by its beginning."""


def has_large_tag(html: str) -> bool:
    """True if a tag has more than `MAX_ATTRIBUTES` attributes, read as libxml2 reads tags, once from left to right.

    >>> has_large_tag("<p class='a'>x"), has_large_tag("<p " + "a=1 " * 6_000 + ">x")
    (False, True)
    """
    at = 0
    endless: set[str] = set()
    while markup := _MARKUP.search(html, at):
        at = markup.end()
        if markup[1] and at - markup.end(1) >= 2 * MAX_ATTRIBUTES:
            attributes = _COUNTED.finditer(html, markup.end(1), at)
            if sum(1 for _ in attributes) > MAX_ATTRIBUTES:
                return True
        opening = (markup[1] or markup[0]).lower()
        if opening not in _ENDS or opening in endless:
            continue
        # a comment may end within its beginning: `<!-->`
        if end := _ENDS[opening].search(html, at - 2 * (opening == "<!--")):
            at = end.end()
        else:  # then nothing is skipped: a tag too many is harmless, one that goes unseen is not
            endless.add(opening)
    return False


def find_bounds(characters: int) -> Bounds:
    """Bounds of the tree of a page.

    Args:
        characters: Length of the page.
    """
    return Bounds(
        elements=min(MAX_ELEMENTS, ELEMENTS[0] + characters // ELEMENTS[1]),
        depth=MAX_DEPTH,
        depths=int(DEPTHS[0] + characters * DEPTHS[1]),
    )
