"""Writes `first_names.txt` from the census lists in PyPI's `names`.

    python -m copydesk.extractor.english.train [FILE]

Nothing is fitted. A name is kept where one sex bears it `RATIO` times as often as the other.
"""

from __future__ import annotations

import argparse
import hashlib
from importlib.resources import files
from pathlib import Path

from copydesk.extractor.english.first_names import FILE

RATIO = 10.0
"""Minimum ratio of the two sexes' shares. A wrong pronoun excludes the right person, an unknown one excludes nobody, so
a name in doubt is left out."""

SHA256 = {
    "dist.female.first": "bd2f310fc4e5d5e5ea122c9d4342c9821145823118eb20db1647f305ec77b358",
    "dist.male.first": "0a5078ef6effe3b483d15b0f7f95047662126c9bfb624ecd5e5b978fc0f2470b",
}
"""Digests of the two files of names 0.3.0. Another release would give another list."""


class OtherListError(Exception):
    """The installed package holds another list."""


def read_shares(file: str) -> dict[str, float]:
    """Percent of the persons of one sex that bear each name, in small letters.

    Args:
        file: Name of a file of the package `names`.

    Raises:
        OtherListError: The file is not that of names 0.3.0.
    """
    content = files("names").joinpath(file).read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256[file]:
        raise OtherListError(f"{file} is not the file of names 0.3.0")
    rows = (line.split() for line in content.decode("ascii").splitlines())
    return {name.lower(): float(percent) for name, percent, *_ in rows}


def build() -> str:
    """Text of the list: women's names, an empty line, men's names, each part sorted."""
    women, men = read_shares("dist.female.first"), read_shares("dist.male.first")
    she = [name for name, share in women.items() if share >= RATIO * men.get(name, 0.0)]
    he = [name for name, share in men.items() if share >= RATIO * women.get(name, 0.0)]
    return "\n".join(sorted(she)) + "\n\n" + "\n".join(sorted(he)) + "\n"


def main(arguments: list[str] | None = None) -> None:
    """Write the list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=Path(__file__).with_name(FILE))
    options = parser.parse_args(arguments)
    options.file.write_text(build(), encoding="ascii")


if __name__ == "__main__":
    main()
