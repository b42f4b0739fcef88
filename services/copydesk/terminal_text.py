"""Text that is safe in a terminal: an article must not move the cursor, change the title or reverse lines."""

from __future__ import annotations

import re

_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), *_BIDI)
"""C0 and C1 control characters (escape sequences begin with one), and controls of the writing direction."""

_INVISIBLE = (*_CONTROLS, 0x2028, 0x2029, *range(0xD800, 0xE000))
"""Also the line breaks of Unicode, and halves of surrogate pairs, which stand for bytes of file names."""

_REPLACEMENTS = {code: "�" for code in _INVISIBLE if chr(code) not in "\n\t"}

_ESCAPES = {code: chr(code).encode("unicode_escape").decode() for code in _INVISIBLE}

_find_unescaped = re.compile("[\x7f-\x9f\u2028\u2029" + "".join(map(chr, _BIDI)) + "]")
"""Characters that JSON need not escape; it has to escape C0 control characters."""


def sanitize(text: str) -> str:
    r"""Text of several lines, with U+FFFD for each control character; the length stays the same, so offsets stay valid.

    >>> sanitize("\x1b]0;title\x07 and \u202ebackwards\n")
    '�]0;title� and �backwards\n'
    """
    return text.translate(_REPLACEMENTS)


def escape(text: str) -> str:
    r"""Text in one line, with escapes for line breaks and control characters: for ids, names of files, reasons.

    >>> print(escape("\x1b[2J, \u202ebackwards\na second line"))
    \x1b[2J, \u202ebackwards\na second line
    """
    return text.translate(_ESCAPES)


def escape_json(document: bytes) -> bytes:
    r"""The same JSON document, with escapes for control characters: for a terminal, or a log that ends up in one.

    >>> escape_json('{"id": "\u202ex\x9b", "city": "Köln"}'.encode()).decode()
    '{"id": "\\u202ex\\u009b", "city": "Köln"}'
    """
    return _find_unescaped.sub(lambda found: f"\\u{ord(found[0]):04x}", document.decode("utf-8", "replace")).encode()
