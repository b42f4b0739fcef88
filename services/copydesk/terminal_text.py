"""Text that is safe in a terminal: an article must not move the cursor, change the title or reverse lines."""

from __future__ import annotations

_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), *_BIDI)
"""C0 and C1 control characters (escape sequences begin with one), and controls of the writing direction."""

_REPLACEMENTS = {code: "�" for code in _CONTROLS if chr(code) not in "\n\t"}

_INVISIBLE = (*_CONTROLS, 0x2028, 0x2029, *range(0xD800, 0xE000))
"""Also the line breaks of Unicode, and halves of surrogate pairs, which stand for bytes of file names."""

_ESCAPES = {code: chr(code).encode("unicode_escape").decode() for code in _INVISIBLE}


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
