"""Which pronoun a given name asks for, by the US Census of 1990."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

FILE = "first_names.txt"
"""Beside this module: a name a line, the women first, an empty line, the men; see its card."""


@cache
def load() -> dict[str, Literal["he", "she"]]:
    """The pronoun of every name of the list, in small letters."""
    women, men = files(__package__).joinpath(FILE).read_text(encoding="ascii").split("\n\n")
    return {**dict.fromkeys(women.split(), "she"), **dict.fromkeys(men.split(), "he")}


def pronoun_of(name: str) -> Literal["he", "she", ""]:
    """The pronoun of a folded given name; empty where the list does not know or both are usual.

    >>> pronoun_of("anna"), pronoun_of("robert"), pronoun_of("leslie"), pronoun_of("khmeimim")
    ('she', 'he', '', '')
    """
    return load().get(name, "")
