r"""Markup that a scraper left in plain text: entities, tags, shortcodes, Markdown, line breaks written as `\n`."""

from __future__ import annotations

import html
import re

HINTS = ("&", "<", "[", "{", "**", "__", "#", "\\")
"""Any markup has one of these. Most texts have none, and are searched no further."""

LITERAL_BREAK = re.compile(r"(?:\\r\\n|\\n|\\r)+")
r"""Line breaks written as a backslash and a letter, as in JSON that was decoded once too seldom."""

_LINE = re.compile("[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});")
_COMMENT = re.compile(r"<!--[^<>]{0,2000}-->")
_INLINE = "b|i|em|strong|a|span|u|s|sup|sub|small|font|mark|q|cite|code|abbr"
_PAIR = re.compile(rf"<({_INLINE})(?:\s[^<>]{{0,1000}})?>([^<>]{{0,5000}})</\1\s?>", re.IGNORECASE)
_TAG = re.compile(
    # a tag with attributes is no word about HTML
    r"<(?:[a-z][a-z0-9]{0,15}(?:\s+[a-z-]{1,40}=(?:\"[^\"<>]{0,1000}\"|'[^'<>]{0,1000}'))+\s?/?)>",
    re.IGNORECASE,
)
# between words in prose, such a tag is what the prose is about
_BREAK = re.compile(r"(?<=\S)<(?:br|hr)\s?/?>|^<(?:br|hr)\s?/?>", re.IGNORECASE)
_BLOCK_PAIR = re.compile(
    r"^<(p|div|h[1-6]|li|blockquote|section|article)(?:\s[^<>]{0,1000})?>(.*)</\1\s?>$", re.IGNORECASE | re.DOTALL
)
_EMBED = re.compile(
    r"\[(embed|gallery|video|audio|youtube|vimeo|twitter|instagram|playlist)\b[^\[\]]{0,500}\][^\[\]]{0,500}\[/\1\]"
)
_SHORTCODE = re.compile(
    r"\[/?(?:caption|embed|gallery|video|audio|youtube|playlist|[a-z]{2,10}_[a-z_]{1,30})(?:[ =][^\[\]]{0,500})?\]"
    r"|\[[a-z][a-z0-9_-]{0,30}(?: [a-z_]{1,30}=(?:\"[^\"\[\]]{0,300}\"|'[^'\[\]]{0,300}'|[^\s\[\]]{1,100}))+ ?/?\]"
    r"|\[/[a-z][a-z0-9_-]{0,30}\]"
)
_TEMPLATE = re.compile(r"\{\{[^{}\n]{1,200}\}\}|\{%[^{}\n]{1,200}%\}")
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\s]{1,1000}(?: \"[^\"\n]{0,300}\")?\)")
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\((?:https?://|/|mailto:|#)[^()\s]{0,1000}(?: \"[^\"\n]{0,300}\")?\)")
_BOLD = re.compile(r"(?<![\w*])(\*\*|__)(?=[^\s*_])([^*_\n]{0,1000}[^\s*_])\1(?![\w*])")
_HEADING = re.compile(r"^#{1,6} (?=\S)")
_CSS = re.compile(
    r"^(?:[.#@*]|[a-z]+[.#:\s,{])[^{}\"“]{0,300}\{(?:[^{}:]{0,100}:[^{}]{0,600}|\s*)\}.{0,2000}$", re.DOTALL
)


def has_literal_breaks(source: str) -> bool:
    r"""True if a text in one line has its line breaks written as `\n`: a path like `C:\new` has none behind a stop.

    >>> has_literal_breaks("He left.\\nShe stayed."), has_literal_breaks("in C:\\new folder")
    (True, False)
    """
    if "\\" not in source or "\n" in source.strip():
        return False
    breaks = list(LITERAL_BREAK.finditer(source))
    doubled = sum(len(match[0]) > 2 for match in breaks)
    behind_stops = sum(source[match.start() - 1 : match.start()] in set('.!?"”') for match in breaks)
    return doubled > 0 or behind_stops > 0


def read_markup(source: str) -> str:
    r"""The text as a reader of the page would have seen it, line by line; the text itself if it has no markup.

    A line keeps its length, with blanks at its end, and so its place: offsets of lines hold for the text as it came.

    >>> read_markup("## A bridge\n\nIt was **closed** &amp; opened.")
    'A bridge   \n\nIt was closed & opened.        '
    """
    if not any(hint in source for hint in HINTS):
        return source
    if has_literal_breaks(source):
        source = LITERAL_BREAK.sub(_write_break, source)
    return _LINE.sub(lambda line: strip_markup(line[0]).ljust(len(line[0])), source)


def _write_break(match: re.Match[str]) -> str:
    """The line breaks that are meant, as long as they were written."""
    count = 2 if match[0].count("n") > 1 or match[0].count("r") > 1 else 1
    return ("\n" * count).ljust(len(match[0]))


def strip_markup(line: str) -> str:
    r"""The words of a line that a reader of the page would have seen.

    >>> strip_markup("The town&amp;#8217;s <b>mayor</b> spoke to [The Post](https://post.example).")
    'The town’s mayor spoke to The Post.'
    """
    text = line
    if "<" in text:
        text = _COMMENT.sub(" ", text)
        if match := _BLOCK_PAIR.match(text.strip()):
            text = match[2]
        text = _BREAK.sub("\n", text)
        text = _TAG.sub(" ", _PAIR.sub(r"\2", _PAIR.sub(r"\2", text)))
    if "{" in text:
        text = _TEMPLATE.sub(" ", text)
        if _CSS.match(text.strip()):
            text = ""
    if "[" in text:
        text = _SHORTCODE.sub(" ", _EMBED.sub(" ", text))
        text = _LINK.sub(r"\1", _IMAGE.sub(" ", text))
    if "**" in text or "__" in text:
        text = _BOLD.sub(r"\2", text)
    if text[:1] == "#":
        text = _HEADING.sub("", text)
    if "&" in text and _ENTITY.search(text):
        text = _ENTITY.sub(_unescape, _ENTITY.sub(_unescape, text))
    return text


def _unescape(match: re.Match[str]) -> str:
    """The character of an entity; half a surrogate pair and unknown names stay as they are."""
    char = html.unescape(match[0])
    return match[0] if "\ud800" <= char[:1] <= "\udfff" else char
