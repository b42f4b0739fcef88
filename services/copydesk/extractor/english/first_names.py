"""English given names that one sex bears, by the US Census of 1990."""

from __future__ import annotations

from importlib.resources import files

FILE = "first_names.txt"
"""File beside this module. A name a line: the women first, an empty line, the men. The card names its source."""


def load_first_names() -> dict[str, str]:
    """Pronoun of each given name, `he` or `she`. Names are in small letters; names of both sexes are not listed.

    >>> names = load_first_names()
    >>> [names.get(name) for name in ("anna", "robert", "leslie", "khmeimim")]
    ['she', 'he', None, None]
    """
    women, men = files(__package__).joinpath(FILE).read_text(encoding="ascii").split("\n\n")
    return {**dict.fromkeys(women.split(), "she"), **dict.fromkeys(men.split(), "he")}
