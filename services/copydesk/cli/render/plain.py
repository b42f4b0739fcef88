"""Text that a terminal only shows: an article must not move its cursor, change its title or turn its lines around."""

from __future__ import annotations

_HARMFUL = (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""C0 and C1 control characters (escape sequences begin with one) and those that set the direction of writing."""

_SHOWN = {code: "�" for code in _HARMFUL if chr(code) not in "\n\t"}


def plain(text: str) -> str:
    r"""The text with U+FFFD for what a terminal would obey; as long as before, so that offsets hold.

    >>> plain("\x1b]0;title\x07 and \u202ebackwards\n")
    '�]0;title� and �backwards\n'
    """
    return text.translate(_SHOWN)
