"""Words of one language around turns; a part of its `Lexicon`."""

from __future__ import annotations

import re

import msgspec


class TurnWords(msgspec.Struct, frozen=True, kw_only=True):
    """Words and patterns of interviews and transcripts."""

    lettered: re.Pattern[str]
    """`Q:` or `A:` at the start of a turn; group `letter`."""

    question_letters: frozenset[str]
    """Letters of whoever asks: `q`."""

    label: re.Pattern[str]
    """A name, perhaps with a role, and a colon; groups `name` and `role`."""

    record_label: re.Pattern[str]
    """A title, a surname in capitals and a full stop, as in records of Congress: `Mr. SMITH.`; groups as above."""

    line_label: re.Pattern[str]
    """A name, perhaps with a role, that is a whole line: `Ann Lee -- Analyst`; groups as above."""

    papers: frozenset[str]
    """Last words of the names of papers that ask: the Elden `Times`."""

    roles: frozenset[str]
    """Last words of labels of people without a name: `Operator`."""

    offices: frozenset[str]
    """Words behind a name that is a whole line: `Analyst`."""

    role_openers: frozenset[str]
    """First words of such labels of several words: `Unidentified` analyst."""

    no_speakers: frozenset[str]
    """First or last words of labels that are nobody: `Note`."""

    first: frozenset[str]
    """Pronouns of whoever speaks: `we`."""

    first_and_second: frozenset[str]
    """The same, and those of whoever is spoken to: `you`."""
