"""Text of a page without its tags, for pages that no parser should see."""

from __future__ import annotations

import html as entities
import re

_INVISIBLE_TAG = re.compile(r"<(script|style|noscript|template|svg|head|iframe|select|textarea)\b", re.IGNORECASE)
_LINE_TAG = re.compile(
    r"/?(?:p|div|article|section|h[1-6]|br|li|ul|ol|table|tr|td|blockquote|figure|figcaption|main|header|footer|nav|body|html|pre|hr|dd|dt|form|aside)\b",
    re.IGNORECASE,
)


def strip_tags(html: str) -> str:
    r"""Text of a page without its tags, read once from left to right: for pages that no parser should see.

    >>> strip_tags("<p>One &amp; two</p><script>x = 1 < 2</script><p>Three")
    'One & two\nThree'
    """
    parts: list[str] = []
    at, size = 0, len(html)
    while at < size:
        opening = html.find("<", at)
        if opening < 0:
            parts.append(html[at:])
            break
        parts.append(html[at:opening])
        following = html[opening + 1 : opening + 2]
        if not (following.isalpha() or following in {"/", "!", "?"}):
            parts.append("<")
            at = opening + 1
            continue
        closing = html.find("-->", opening) + 2 if html.startswith("<!--", opening) else html.find(">", opening)
        if closing < opening:  # the tag is never closed: nothing behind it is text
            break
        at = closing + 1
        if invisible := _INVISIBLE_TAG.match(html, opening):
            end = re.compile(f"</{invisible[1]}", re.IGNORECASE).search(html, at)
            if end is None:
                break
            at = end.start()
        if _LINE_TAG.match(html, opening + 1):
            parts.append("\n")
    return tidy(entities.unescape("".join(parts)))


def tidy(text: str) -> str:
    """The lines that are not blank. Half a surrogate pair, which a page can write as `&#xD800;`, is replaced."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line).encode("utf-8", "replace").decode()
