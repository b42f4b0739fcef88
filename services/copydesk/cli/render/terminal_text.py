"""Text that is safe in a terminal: an article must not move the cursor, change the title or reverse lines."""

from __future__ import annotations

_CONTROLS = (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""C0 and C1 control characters (escape sequences begin with one), and controls of the writing direction."""

_REPLACEMENTS = {code: "�" for code in _CONTROLS if chr(code) not in "\n\t"}


def sanitize(text: str) -> str:
    r"""Text with U+FFFD for each control character; the length stays the same, so offsets stay valid.

    >>> sanitize("\x1b]0;title\x07 and \u202ebackwards\n")
    '�]0;title� and �backwards\n'
    """
    return text.translate(_REPLACEMENTS)
