"""The operator's own phrases: lines of a site that are no part of any article."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

EVERYWHERE = "*"
"""Every site, as a key of the file; any words, at the end of a phrase."""

MAX_WORD_CHARACTERS = 40
"""Characters of a block that are read for each word of the longest phrase."""

MAX_LABELS = 10
"""Labels of a host name up to which its parent domains are looked up."""

_WORD = re.compile("[^\\W_]+(?:'[^\\W_]+)?")
_HOST = re.compile("[^\\s/]{1,255}").fullmatch


class Phrase(NamedTuple):
    """One phrase of the operator.

    Attributes:
        words: Its words in small letters.
        is_beginning: True if a block only has to begin with it; else it has to be the whole block.
        text: The phrase as it stands in the file.
    """

    words: tuple[str, ...]
    is_beginning: bool
    text: str


class SitePhrases:
    """Phrases by site. The phrases of a site hold for its subdomains too.

    Args:
        by_site: Lists of phrases by site. A phrase is a whole block, whatever its marks and capitals; a phrase that
            ends in ``*`` is the beginning of a block.

    Raises:
        ValueError: It is no such mapping, or a phrase has no word.

    >>> phrases = SitePhrases({"example.org": ["Read our full coverage", "More on: *"]})
    >>> phrases.find("news.example.org", ["More on: bridges", "More bridges", "READ our full coverage!"])
    {0: 'More on: *', 2: 'Read our full coverage'}
    """

    def __init__(self, by_site: Mapping[Any, Any]) -> None:
        """Split the phrases into words."""
        self._by_site: dict[str, list[Phrase]] = {}
        for site, phrases in by_site.items():
            if not isinstance(site, str) or not _HOST(site) or not isinstance(phrases, list):
                raise ValueError(f"{site!r}: expected a site with a list of phrases")
            self._by_site[site.lower()] = [_read_phrase(site, phrase) for phrase in phrases]

    def find(self, site: str | None, texts: Sequence[str]) -> dict[int, str]:
        """Blocks that are one of the site's phrases: the phrase by the number of the block.

        Args:
            site: Host of the article, or None.
            texts: Texts of the blocks.
        """
        wanted = [phrase for name in _find_keys(site) for phrase in self._by_site.get(name, ())]
        if not wanted:
            return {}
        longest = max(len(phrase.words) for phrase in wanted)
        found: dict[int, str] = {}
        for number, text in enumerate(texts):
            # the first words are enough: a block may be a megabyte
            words = _split(text[: MAX_WORD_CHARACTERS * (longest + 1)])
            for phrase in wanted:
                size = len(phrase.words)
                if words[:size] == phrase.words and (phrase.is_beginning or len(words) == size):
                    found[number] = phrase.text
                    break
        return found


def read_site_phrases(path: str | None) -> SitePhrases:
    """The phrases of a YAML file; no phrases if there is no path.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file is no mapping of sites to lists of phrases.
    """
    if path is None:
        return SitePhrases({})
    try:
        content: Any = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from None
    if content is None:
        content = {}
    if not isinstance(content, dict):
        raise ValueError(f"{path}: expected sites with lists of phrases")  # noqa: TRY004 - as any other fault of the file
    return SitePhrases(content)


def _read_phrase(site: str, phrase: Any) -> Phrase:
    words = _split(phrase) if isinstance(phrase, str) else ()
    if not words:
        raise ValueError(f"{site}: a phrase without a word: {phrase!r}")
    return Phrase(words, is_beginning=phrase.rstrip().endswith("*"), text=phrase)


def _split(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower().replace("’", "'")))


def _find_keys(site: str | None) -> list[str]:
    """Keys of the file that hold for a site: the site, the domains above it, and `EVERYWHERE`."""
    parts = (site or "").lower().split(".")
    return [*(".".join(parts[k:]) for k in range(min(len(parts), MAX_LABELS))), EVERYWHERE]
