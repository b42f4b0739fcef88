"""Text of a file in any encoding that scraped pages come in."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE

_MARKS = (
    (BOM_UTF8, "utf-8"),
    (BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
_SUPERSETS = {
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "ascii": "windows-1252",
    "us-ascii": "windows-1252",
    "iso-8859-9": "windows-1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
}
"""Encodings that pages mean by these names (Encoding Standard, https://encoding.spec.whatwg.org/#names-and-labels)."""

_find_charset = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_-]{1,40})""", re.IGNORECASE).search


def decode(content: bytes, *, page: bool = False) -> str:
    """Text of a file: by its byte order mark, else UTF-8, else a page's charset, else Windows-1252 (as browsers do).

    Args:
        content: The file.
        page: Whether it is an HTML page, which may name its charset.

    >>> decode("“Déjà vu”".encode("utf-16")) == decode("“Déjà vu”".encode("cp1252")) == "“Déjà vu”"
    True
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    if utf16 := _detect_utf16(content):
        return content.decode(utf16, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        charset = _find_charset(content[:4096]) if page else None
        name = charset[1].decode("ascii").lower() if charset else "windows-1252"
        try:
            return content.decode(_SUPERSETS.get(name, name), "replace")
        except LookupError:
            return content.decode("windows-1252", "replace")


def _detect_utf16(content: bytes) -> str | None:
    """UTF-16 without a mark, or None; in UTF-16 about every other byte is zero, in other encodings none is."""
    even, odd = content[:4096:2], content[1:4096:2]
    if even.count(0) * 10 < len(odd) < odd.count(0) * 2:
        return "utf-16-le"
    if odd.count(0) * 10 < len(even) < even.count(0) * 2:
        return "utf-16-be"
    return None
