"""English words and patterns around quotations. The fields of `QuotationWords` say what each one is for."""

from __future__ import annotations

ELISION = r"['‘’](?:em|til|tis|twas|cause|n|round|bout|\d0s|\d\d)\b"

POSSESSIVE_LETTERS = frozenset("sS")

ABBREVIATIONS = frozenset(
    "lt. gov. sen. rep. gen. col. sgt. capt. dr. mr. mrs. ms. st. prof. rev. maj. cmdr. adm. atty. d. r.".split()  # noqa: SIM905 - reads better than twenty strings
)

CLAUSE_OPENER = "that"

INFINITIVE_OPENERS = frozenset({"to", "not"})

LINKING_PREPOSITIONS = frozenset({"for", "on", "to", "about", "of", "out", "upon"})

CONTINUING_WORDS = frozenset({"but", "and", "if", "because", "or", "which", "that"})

TERM_WORDS = frozenset({"phrase", "term", "word", "words", "named", "titled", "entitled", "nicknamed", "known"})

SMALL_TITLE_WORDS = frozenset(
    {"a", "an", "the", "of", "and", "in", "on", "to", "for", "at", "by", "with", "from", "or", "as", "is"}
)

DEFINITE_ARTICLE = "the"

TOPIC_PREPOSITION = "on"

SIGNATURE_OPENER = ("more", "from")

_NAME = r"(?P<name>[A-Z][\w.'’-]{0,30}(?: (?:(?:de|la|von|van|al|of|the|and) )?[A-Z0-9][\w.'’-]{0,30}){0,5})"
_DASH = r"\s{0,3}[-–—―]{1,3}\s{0,3}"
SIGNATURE = rf"{_DASH}{_NAME}(?:,.*)?[\s.]*"
SIGNATURE_BELOW = rf"(?:{_DASH}{_NAME}(?:,.*)?|{_NAME.replace('name', 'name2')}(?:,[^\"”]*)?[\"”][\s.]*)"

_SAID = (
    "said|says|told|added|adds|asked|wrote|tweeted|announced|replied|explained|noted|argued|warned|insisted|continued"
)
_SPEAKER = r"(?:[Hh]e|[Ss]he|[Tt]hey|(?:[A-Z][\w.’'-]{0,30} ){0,4}[A-Z][\w’'-]{1,30})"
_SAID_SPEAKER = rf"(?P<cue>{_SAID})\s(?P<speaker>{_SPEAKER})"
_SPEAKER_SAID = rf"(?P<speaker2>{_SPEAKER})\s(?P<cue2>{_SAID})"
PLAIN_AFTER = rf"[,.]?\s{{0,3}}(?:{_SAID_SPEAKER}|{_SPEAKER_SAID})\b"
PLAIN_BEFORE = rf"(?P<speaker>{_SPEAKER})\s(?P<cue>{_SAID})[,:]\s{{0,3}}$"
