"""Phrases that an operator gives: lines of a site that are no part of any article."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

EVERYWHERE = "*"
"""Stands for every site in the file, and for any words at the end of a phrase."""

_WORD = re.compile("[^\\W_]+(?:'[^\\W_]+)?")
_HOST = re.compile("[^\\s/]{1,255}").fullmatch

Phrase = tuple[tuple[str, ...], bool, str]


class Phrases:
    """Phrases by site; a site's own hold for its subdomains, too.

    Args:
        by_site: Site to phrases. A phrase is a whole block, whatever its marks and capitals; one that ends in ``*``
            is the beginning of a block.

    Raises:
        ValueError: It is no such mapping, or a phrase has no word.

    >>> phrases = Phrases({"example.org": ["Read our full coverage", "More on: *"]})
    >>> phrases.find("news.example.org", ["More on: bridges", "More bridges", "READ our full coverage!"])
    {0: 'More on: *', 2: 'Read our full coverage'}
    """

    def __init__(self, by_site: Mapping[Any, Any]) -> None:
        """Take the phrases apart."""
        self._by_site: dict[str, list[Phrase]] = {}
        for site, phrases in by_site.items():
            if not isinstance(site, str) or not _HOST(site) or not isinstance(phrases, list):
                raise ValueError(f"{site!r}: expected a site with a list of phrases")
            self._by_site[site.lower()] = [_read_phrase(site, phrase) for phrase in phrases]

    def find(self, site: str | None, texts: Sequence[str]) -> dict[int, str]:
        """By number of a block the phrase that it is.

        Args:
            site: Host of the article, or None.
            texts: Of the blocks.
        """
        wanted = [phrase for name in _widen(site) for phrase in self._by_site.get(name, ())]
        if not wanted:
            return {}
        longest = max(len(words) for words, _, _ in wanted)
        found: dict[int, str] = {}
        for number, text in enumerate(texts):
            # a few words are enough to tell: a block may be a megabyte
            words = _split(text[: 40 * (longest + 1)])
            for phrase, is_start, told in wanted:
                if words[: len(phrase)] == phrase and (is_start or len(words) == len(phrase)):
                    found[number] = told
                    break
        return found


def read(path: str | None) -> Phrases:
    """The phrases of a YAML file; none without a path.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no mapping of sites to lists of phrases.
    """
    if path is None:
        return Phrases({})
    try:
        content: Any = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from None
    if content is None:
        content = {}
    if not isinstance(content, dict):
        raise ValueError(f"{path}: expected sites with lists of phrases")  # noqa: TRY004 - as any other fault of the file
    return Phrases(content)


def _read_phrase(site: str, phrase: Any) -> Phrase:
    words = _split(phrase) if isinstance(phrase, str) else ()
    if not words:
        raise ValueError(f"{site}: a phrase without a word: {phrase!r}")
    return words, phrase.rstrip().endswith("*"), phrase


def _split(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower().replace("’", "'")))


def _widen(site: str | None) -> list[str]:
    """The site, the domains above it, and everywhere."""
    parts = (site or "").lower().split(".")
    return [*(".".join(parts[k:]) for k in range(min(len(parts), 10))), EVERYWHERE]
