"""Descriptions of itself that a page gives to search engines (JSON-LD)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

MAX_CHARACTERS = 1_000_000
"""Characters of a page's descriptions that are read together. The longest of 737 news pages has 95,000."""

MAX_NODES = 5_000
"""Objects of the descriptions that are looked at."""

Node = dict[str, Any]
"""A JSON object."""

ARTICLE_TYPES = frozenset({"blogposting", "liveblogposting", "socialmediaposting", "report", "review", "recipe"})
"""Types that are articles besides those with "Article" in their name."""

INNER_KEYS = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed")
"""Keys under which a description of the page holds the description of its article. Other keys hold other things: the
videos, lists and comments of the page."""

_OPENING = re.compile(r"(?:/\*|//)?\s{0,9}(?:<!--|<!\[CDATA\[)\s{0,9}(?:\*/)?").match
_CLOSING = re.compile(r"(?:/\*|//)?\s{0,9}(?:-->|\]\]>)\s{0,9}(?:\*/)?;?$").search
CLOSING_CHARACTERS = 40
"""Characters at the end of a description in which the end of a comment is sought."""

_TRAILING_COMMA = re.compile(r",(\s{0,200}[}\]])")


class LinkedData(NamedTuple):
    """Objects in a page's descriptions of itself.

    Attributes:
        articles: Descriptions of articles, the outer ones first.
        by_id: Objects by their `@id`, for references.
    """

    articles: tuple[Node, ...]
    by_id: dict[str, Node]

    def resolve(self, value: Any) -> Any:
        """The object that a reference (`{"@id": ...}`) stands for; any other value as it is."""
        if isinstance(value, dict) and not value.get("name") and isinstance(value.get("@id"), str):
            return self.by_id.get(value["@id"], value)
        return value


def read_linked_data(root: Any) -> LinkedData:
    """Objects in a page's descriptions of itself. A description that cannot be read is left out.

    Args:
        root: Root element of the page's tree.
    """
    nodes: list[Node] = []
    by_id: dict[str, Node] = {}
    left = MAX_CHARACTERS
    for element in root.iter("script"):
        kind = (element.get("type") or "").lower()
        if "ld+json" not in kind or not element.text or len(element.text) > left:
            continue
        left -= len(element.text)
        for node in _walk(_decode(element.text)):
            if len(nodes) >= MAX_NODES:
                break
            nodes.append(node)
            identity = node.get("@id")
            if isinstance(identity, str) and len(node) > 1:
                by_id.setdefault(identity, node)
    return LinkedData(tuple(node for node in nodes if is_article(node)), by_id)


def _decode(text: str) -> Any:
    r"""The value of a description, None if it cannot be read.

    >>> _decode('//<![CDATA[\n{"a": "x\ny",}\n//]]>')
    {'a': 'x\ny'}
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        pass
    # line breaks within strings, a comma too many, comments around it: faults that search engines forgive
    try:
        data = json.loads(_TRAILING_COMMA.sub(r"\1", _unwrap(text)), strict=False)
        # half an emoji (`"\ud83d"`) is no text that could be published
        return json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _unwrap(text: str) -> str:
    """The text without the comment or the CDATA section around it."""
    text = text.strip()
    if opening := _OPENING(text):
        text = text[opening.end() :]
    if closing := _CLOSING(text, max(0, len(text) - CLOSING_CHARACTERS)):
        text = text[: closing.start()]
    return text


def _walk(data: Any) -> Iterator[Node]:
    """The objects that describe the page or its article, the outer ones first."""
    level = [data]
    while level:
        following: list[Any] = []
        for value in level:
            if isinstance(value, list):
                following.extend(value)
            elif isinstance(value, dict):
                yield value
                following.extend(value[key] for key in INNER_KEYS if key in value)
        level = following


def is_article(node: Node) -> bool:
    """True if an object describes an article.

    >>> is_article({"@type": ["ReportageNewsArticle"]}), is_article({"@type": "VideoObject"})
    (True, False)
    """
    kinds = (str(kind).lower().rpartition("/")[2] for kind in as_list(node.get("@type"))[:20])
    return any("article" in kind or kind in ARTICLE_TYPES for kind in kinds)


def is_person(node: Node) -> bool:
    """True if an object is a person, or does not say what it is."""
    kinds = [str(kind).lower().rpartition("/")[2] for kind in as_list(node.get("@type"))[:20]]
    return not kinds or "person" in kinds


def as_list(value: Any) -> list[Any]:
    """The value as a list. JSON-LD leaves the brackets of a single value out."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
