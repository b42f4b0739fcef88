"""Names of an article's people, organisations and places, and the key under which spellings of a name are joined."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from copydesk.contracts.articles import Entity, ExtractedArticle

Kind = Literal["person", "organization", "location"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MAX_NAMES = 200
"""Most names of one article that have a page, those that speak and the weightiest first."""

KNOWN_KEYS = 16_384  # names of the news repeat: a key costs 3.6 us, a known one 0.1 (measured)
MAX_ALIASES = 12
MAX_NAME_CHARACTERS = 120
NAME_BYTES = 500
"""Memory of one name: the tuple, its strings, its entries in the index (measured: 470, if no other article has it)."""

TITLES = frozenset(
    """
    mr mrs ms miss mx dame sir lord lady hon dr prof professor doctor master madam
    president vice prime minister premier chancellor secretary senator sen rep representative congressman congresswoman
    governor gov mayor deputy councillor councilman councilwoman alderman ambassador envoy commissioner chairman
    chairwoman speaker attorney former ex acting
    king queen prince princess pope cardinal archbishop bishop father sister brother rev reverend rabbi imam pastor
    judge justice magistrate sheriff marshal
    general gen lieutenant lt colonel col major maj captain capt commander cmdr sergeant sgt corporal cpl private pvt
    admiral commodore brigadier lance staff warrant officer
    constable pc dc wpc detective det inspector insp superintendent supt chief trooper patrolman ranger
    coach nurse
    """.split()  # noqa: SIM905 - reads better than a hundred strings
)
"""Titles and ranks before a name, which the same person has in one article and lacks in another."""

POST_NOMINALS = frozenset({"kc", "qc", "mp", "mep", "msp", "mbe", "obe", "cbe", "phd"})

_split = re.compile(r"[^\W_]+(?:['’][^\W_]+)*").findall


class Name(NamedTuple):
    """A name in one article."""

    kind: Kind
    key: str
    """See `name_key`."""

    name: str
    """As the article has it, in full."""

    aliases: tuple[str, ...]
    """Keys of other spellings in this article that are names of one bearer elsewhere, too."""

    said: int
    """Number of quotations."""

    mentions: int
    country: str = ""
    """Country of a place (ISO 3166-1 alpha-2), if the extractor gives one."""

    bearer: str = ""
    """Key of the person that an organisation may be: recognisers take "Constable Moira Finch" for a firm, too."""

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys under which it is found."""
        return (self.key, *self.aliases)


@lru_cache(maxsize=KNOWN_KEYS)
def name_key(name: str, kind: str) -> str:
    """Key of a name: without case, accents, titles and ranks; the same for spellings that differ in nothing else.

    A title stays before a single word: every "Mrs Dean" would become one family.

    >>> [name_key(name, "person") for name in ("Constable Moira Finch", "Moira FINCH, MP", "Mrs Dean")]
    ['moira finch', 'moira finch', 'mrs dean']
    >>> name_key("The Hague", "location"), name_key("École Normale", "organization")
    ('hague', 'ecole normale')
    """
    plain = unicodedata.normalize("NFKD", name[: 4 * MAX_NAME_CHARACTERS]).casefold().replace("’", "'")
    words = _split("".join(letter for letter in plain if not unicodedata.combining(letter)))
    words = [word.removesuffix("'s") for word in words]
    if kind == "person":
        while len(words) > 2 and words[0] in TITLES:
            words = words[1:]
        while len(words) > 2 and words[-1] in POST_NOMINALS:
            words = words[:-1]
    elif len(words) > 1 and words[0] == "the":
        words = words[1:]
    return " ".join(words)[:MAX_NAME_CHARACTERS] or name[:MAX_NAME_CHARACTERS]


def names_of(article: object) -> tuple[Name, ...]:
    """Names in an article that have a page, those that speak first; none before the extractor has read it."""
    if not isinstance(article, ExtractedArticle):
        return ()
    said = Counter(quote.speaker.entity_id for quote in article.quotes)
    loose = Counter(quote.speaker.name for quote in article.quotes if not quote.speaker.entity_id)
    entities = [entity for entity in article.entities if entity.type in KINDS]
    entities.sort(key=lambda entity: (-said[entity.id], -entity.salience))
    names = [_name_of(entity, said[entity.id]) for entity in entities[:MAX_NAMES]]
    known = {name.key for name in names if name.kind == "person"}
    for speaker, count in loose.most_common(MAX_NAMES - len(names)):
        if speaker and name_key(speaker, "person") not in known:
            names.append(Name("person", name_key(speaker, "person"), speaker[:MAX_NAME_CHARACTERS], (), count, 0))
    return tuple(names)


def _name_of(entity: Entity, said: int) -> Name:
    kind: Kind = next(kind for kind in KINDS if kind == entity.type)
    key = name_key(entity.name, kind)
    aliases = dict.fromkeys(name_key(alias, kind) for alias in entity.aliases[:MAX_ALIASES])
    return Name(
        kind,
        key,
        entity.name[:MAX_NAME_CHARACTERS],
        tuple(alias for alias in aliases if alias != key and is_same(key, alias, kind)),
        said,
        len(entity.mentions),
        entity.place.country if entity.place else "",
        _find_bearer(entity.name) if kind == "organization" else "",
    )


def _find_bearer(name: str) -> str:
    """Key of a person if the name has a title or a rank before two words or more, else ""."""
    as_person = name_key(name, "person")
    return as_person if name_key(name, "organization").removeprefix("the ") != as_person else ""


def is_same(one: str, other: str, kind: str) -> bool:
    """Return whether two keys that one article gives to one bearer may be joined in all articles.

    A surname alone is not: it belongs to others elsewhere. Neither is a name with other words, which is more often a
    mistake than a pseudonym.

    >>> is_same("vladimir putin", "vladimir v putin", "person"), is_same("moira finch", "finch", "person")
    (True, False)
    >>> is_same("united nations", "un", "organization"), is_same("donald trump", "melania trump", "person")
    (True, False)
    """
    short, long = sorted((one.split(), other.split()), key=len)
    if kind == "person":
        return len(short) > 1 and short[-1] == long[-1] and set(short) <= set(long)
    letters = "".join(word[0] for word in long if word not in {"of", "and", "for", "the"})
    return (len(short) == 1 and len(long) > 1 and short[0] == letters) or (len(short) > 1 and set(short) <= set(long))


def usual_spelling(spellings: Mapping[str, int]) -> str:
    """The most frequent spelling of a name, the shortest of several: without the rank; empty if there is none.

    >>> usual_spelling({"Constable Moira Finch": 1, "Moira Finch": 1})
    'Moira Finch'
    """
    return min(spellings, key=lambda name: (-spellings[name], len(name), name), default="")


__all__ = ["KINDS", "MAX_NAMES", "NAME_BYTES", "Kind", "Name", "is_same", "name_key", "names_of", "usual_spelling"]
