"""Static sentence vectors for cleaner and coherence: the topic of a paragraph as 256 numbers, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copydesk.vectors.table import Vectors

__all__ = ["load"]


def load() -> Vectors:
    """The shipped table, ready to encode texts. numpy and 7 MB of numbers are read here, not on import.

    Raises:
        FileNotFoundError: The table is not installed.
        ValueError: The file is not the table that this version was made with.

    >>> vectors = load()
    >>> bridge, repair, recipe = vectors.encode(["The bridge opened.", "Repairs of the viaduct.", "Fry the onions."])
    >>> float(bridge @ repair) > float(bridge @ recipe)
    True
    """
    from copydesk.vectors.table import read_table  # noqa: PLC0415 - numpy loads here, not on import

    return read_table()
