"""Static sentence vectors for cleaner and coherence: what a paragraph is about, as 256 numbers, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copydesk.vectors.table import Vectors

__all__ = ["load"]


def load() -> Vectors:
    """The shipped table, ready to turn texts into vectors; numpy and 7 MB of numbers are read here, not on import.

    Raises:
        FileNotFoundError: The table was not installed.
        ValueError: It is not the table that this version was made with.

    >>> vectors = load()
    >>> bridge, repair, recipe = vectors.encode(["The bridge opened.", "Repairs of the viaduct.", "Fry the onions."])
    >>> float(bridge @ repair) > float(bridge @ recipe)
    True
    """
    from copydesk.vectors.table import read  # noqa: PLC0415 - numpy, only where vectors are wanted

    return read()
