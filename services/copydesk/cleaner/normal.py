"""Words of a block as they are published: no control characters, NFC, one blank between words.

Pure standard library; `ftfy` is asked only where a block looks like mojibake, and comes in from outside.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

MAX_MARKS = 30
"""Combining marks in a row up to which a block is composed. Unicode's Stream-Safe Text Format (UAX 15) allows 30;
sorting a longer row is quadratic in Python (measured: 16,000 marks .2 s, a megabyte of them a quarter of an hour)."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"  # soft hyphen, zero widths, directions
)
"""What leaves no ink and joins nothing. Zero width joiners stay: emoji, Persian and Indic words need them."""

_MOJIBAKE = re.compile(
    "â€|â\x80|"  # quotation marks and dashes of UTF-8 read as Windows-1252 or Latin-1
    "[ÂÃ][\x80-\xbf\u20ac\u201a\u0192\u201e\u2026\u2020-\u2022\u02c6\u2030\u2039\u0152\u02dc\u2122\u203a\u0153]|"
    "â‚¬|â„¢|ðŸ|ð\x9f"  # the euro, the trade mark, emoji
)
"""Pairs that correct text in Latin letters all but never has, and that any mojibake of news text does."""


def normalise(text: str, mend: Callable[[str], str] | None = None) -> str:
    r"""The text without invisible characters, mended where it is mojibake, in NFC, white space collapsed.

    Args:
        text: Any text.
        mend: Turns mojibake into what was meant; None: leave it.

    >>> normalise("Caf\u00ad\u200be\u0301  au\n lait")
    'Café au lait'
    """
    if text.isascii() and text.isprintable():
        return collapse(text)
    if mend is not None and is_mojibake(text):
        text = mend(
            text
        )  # first: what is invisible may be half of a letter ("í" read in Latin-1 ends in a soft hyphen)
    return collapse(compose(_INVISIBLE.sub("", text)))


def collapse(text: str) -> str:
    r"""The text with one blank for all white space, none at its ends.

    >>> collapse(" one\u00a0 two\n")
    'one two'
    """
    # what is printable has no white space but blanks: most blocks stay as they are, which is much faster to see
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join(text.split())


def is_normal(text: str) -> bool:
    """Whether nothing but white space would change in any part of the text.

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
    """The text in NFC, or as it is where a row of combining marks would take quadratic time to sort."""
    if text.isascii():
        return text
    if _has_long_mark_row(text):
        return text
    return unicodedata.normalize("NFC", text)


def is_mojibake(text: str) -> bool:
    """Whether the text shows UTF-8 that was read in a Western eight-bit encoding.

    >>> is_mojibake("Itâ€™s"), is_mojibake("Château, naïve, 5 €")
    (True, False)
    """
    return not text.isascii() and _MOJIBAKE.search(text) is not None


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
"""Letters and signs of scripts where nothing combines; anything else is looked at one by one."""
