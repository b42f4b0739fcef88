"""Normal form of published text: no control characters, NFC, one blank between words.

This module uses the standard library alone. The function that mends mojibake is passed in, and called only for text
that looks like it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

MAX_MARKS = 30
"""Combining marks in a row up to which a text is composed. Unicode's Stream-Safe Text Format (UAX 15) allows 30;
sorting a longer row is quadratic in Python (measured: 16,000 marks .2 s, a megabyte of them a quarter of an hour)."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"  # soft hyphen, zero widths, directions
)
"""Characters that are invisible and join nothing. Zero width joiners stay: emoji, Persian and Indic words need them."""

_WINDOWS = {
    code: char for code in range(0x80, 0xA0) if (char := bytes([code]).decode("cp1252", "ignore")) and code != 0x85
}
"""Controls that are punctuation of Windows-1252 read as Latin-1: no text has such controls on purpose."""

_HALF_QUOTE = re.compile("(?<=\\S)â€(?=[\\s.,;:!?)\\]]|$)")
"""A closing quotation mark read as Windows-1252, which has no letter for its last byte: mending needs that byte."""

_CONTROLS = re.compile("[\x80-\x84\x86-\x9f]")

_MOJIBAKE = re.compile(
    "â€|â\x80|"  # quotation marks and dashes of UTF-8 read as Windows-1252 or Latin-1
    "[ÂÃ][\x80-\xbf\u20ac\u201a\u0192\u201e\u2026\u2020-\u2022\u02c6\u2030\u2039\u0152\u02dc\u2122\u203a\u0153]|"
    "â‚¬|â„¢|ðŸ|ð\x9f"  # the euro, the trade mark, emoji
)
"""Pairs of characters that any mojibake of news text has, and correct text in Latin letters all but never."""


def normalise(text: str, mend: Callable[[str], str] | None = None) -> str:
    r"""The text in NFC, without invisible characters and mojibake, white space collapsed.

    Args:
        text: Any text.
        mend: Turns mojibake into the text that was meant; None leaves it as it is.

    >>> normalise("Caf\u00ad\u200be\u0301  au\n lait")
    'Café au lait'
    """
    if text.isascii() and text.isprintable():
        return collapse(text)
    if mend is not None and is_mojibake(text):
        # first, because an invisible character may be half of a letter ("í" read in Latin-1 ends in a soft hyphen)
        text = mend(_HALF_QUOTE.sub("â€\x9d", text) if "â€œ" in text else text)
    return collapse(compose(_INVISIBLE.sub("", text.translate(_WINDOWS) if has_controls(text) else text)))


def collapse(text: str) -> str:
    r"""The text with each run of white space as one blank, and none at its ends.

    >>> collapse(" one\u00a0 two\n")
    'one two'
    """
    # printable text has no white space but blanks; this check is fast, and most blocks pass it
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join(text.split())


def is_normal(text: str) -> bool:
    """True if `normalise` would change nothing but white space in any part of the text.

    >>> is_normal("Café “au lait”"), is_normal("Cafe\u0301"), is_normal("Itâ€™s")
    (True, False, False)
    """
    return (text.isascii() and text.isprintable()) or (
        _INVISIBLE.search(text) is None
        and _MOJIBAKE.search(text) is None
        and _PLAIN(text) is not None
        and unicodedata.is_normalized("NFC", text)
    )


def compose(text: str) -> str:
    """The text in NFC; unchanged if a row of combining marks would take quadratic time to sort."""
    if text.isascii():
        return text
    if _has_long_mark_row(text):
        return text
    return unicodedata.normalize("NFC", text)


def is_mojibake(text: str) -> bool:
    """True if the text has UTF-8 that was read in a Western eight-bit encoding.

    >>> is_mojibake("Itâ€™s"), is_mojibake("Château, naïve, 5 €")
    (True, False)
    """
    return not text.isascii() and _MOJIBAKE.search(text) is not None


def has_controls(text: str) -> bool:
    r"""True if the text has controls that are punctuation of Windows-1252.

    >>> has_controls("the town\x92s mayor"), has_controls("the town’s mayor")
    (True, False)
    """
    return not text.isascii() and _CONTROLS.search(text) is not None


def _has_long_mark_row(text: str) -> bool:
    if len(text) <= MAX_MARKS or _PLAIN(text):
        return False
    row = 0
    for char in text:
        row = row + 1 if unicodedata.combining(char) else 0
        if row > MAX_MARKS:
            return True
    return False


_PLAIN = re.compile(
    "[\x00-\u02ff\u2000-\u20cf\u2100-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\ua66e\uac00-\ud7a3\ufffd]*"
).fullmatch
"""Matches text in scripts without combining marks. Characters of any other text are checked one by one."""
