"""Features of a single word as it stands in a text: what it hints at, its letters and its marks."""

from __future__ import annotations

import re
from typing import NamedTuple

from copydesk.cleaner.model.columns import Columns
from copydesk.cleaner.rules.block_shape import CLOSERS, END_MARKS, FUNCTION_WORDS, OPENERS, SPEECH

MAX_CHARACTERS = 200
"""Characters of a word that are described. Longer strings are no words; describing them whole would take too long."""

MARKS = "\"“”‘’'.,;:!?()[]{}«»„…–—-*•|/\\<>#@"
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


HINTS: dict[str, frozenset[str]] = {
    # words that carry no topic: prose is full of them
    "function": FUNCTION_WORDS,
    # verbs of speech
    "speech": SPEECH,
    # pronouns of the first person
    "me": _set("i we my our me us mine ours i'm we're we've i've"),
    # pronouns of the second person: the page speaks to its reader
    "you": _set("you your yours you're you'll you've"),
    # pronouns of the third person
    "they": _set("he she they him her them his their it its"),
    # months and weekdays
    "calendar": _set(
        "january february march april may june july august september october november december jan feb mar apr jun jul"
        " aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs"
        " fri sat sun"
    ),
    # times of day, time zones, reading times
    "clock": _set(
        "ago am pm a.m p.m est edt et gmt utc ist min mins minute minutes hour hours read updated today yesterday"
    ),
    # captions, credits and photo agencies
    "photo": _set(
        "photo photos photograph photographs photographer image images picture pictures pictured credit credits getty"
        " reuters afp ap epa tass shutterstock courtesy file caption via alamy istock screenshot gallery slideshow"
        " illustration video pixabay unsplash flickr wikimedia imagn wireimage filmmagic seen poses © left right"
    ),
    # newsletters, advertisements, social networks
    "promo": _set(
        "subscribe newsletter newsletters sign signup follow share click download app email inbox free offer advert"
        " advertisement advertising sponsored facebook twitter instagram whatsapp linkedin pinterest reddit youtube"
        " telegram tweet pin donate subscriber subscribers account register latest alerts podcast membership member"
    ),
    # links to other stories
    "related": _set(
        "read more related watch see also latest story stories recommended popular trending next previous article"
        " articles news headlines top must here"
    ),
    # copyright, terms, disclaimers
    "legal": _set(
        "rights reserved copyright terms privacy policy cookie cookies conditions disclaimer permission republished"
        " reproduced llc inc ltd © affiliate commission views opinions expressed registered"
    ),
    # authors and their roles
    "byline": _set(
        "by reporter editor staff writer correspondent author posted updated published contributor freelance journalist"
        " covers covering reporting editing written edited bureau desk agencies"
    ),
    # navigation of the page
    "menu": _set(
        "home menu comments comment log login search reply tag tags topics categories category filed sections close"
        " cancel skip back leave post view all show name website"
    ),
    # verbs that ask the reader to do something
    "call": _set(
        "read watch click sign get see follow share join listen check visit learn find subscribe buy shop enter"
    ),
}
"""Words by their hint; each hint is a feature, 0 or 1. No hint decides alone: the features of a block count them, and
the trees weigh the counts."""

_NO_HINTS = (0.0,) * len(HINTS)
_HINTS_OF = {
    word: tuple(float(word in words) for words in HINTS.values()) for word in frozenset[str]().union(*HINTS.values())
}


class WordShape(NamedTuple):
    """Features of a word's letters and marks, in the order of their columns; 0 or 1 unless a comment says more.

    The word's core is the word without the marks at its ends.
    """

    word: float = 0  # it has a core
    capital: float = 0  # the core begins with a capital
    upper: float = 0  # the core has two letters or more, all of them capitals
    lower: float = 0  # the core begins with a small letter
    digit: float = 0  # the core has a digit
    number: float = 0  # ... and no letter
    year: float = 0  # the core is a year from 1900 to 2099
    link: float = 0  # a web or e-mail address
    handle: float = 0  # it begins with @ or #
    sentence_end: float = 0  # it ends a sentence, closing marks left out
    comma: float = 0  # it ends with a comma or a semicolon
    colon: float = 0  # it ends with a colon
    dots: float = 0  # it ends with an ellipsis
    opens: float = 0  # it begins with an opening quotation mark
    closes: float = 0  # it ends with a closing quotation mark
    bracket: float = 0  # it begins with an opening bracket
    slash: float = 0  # it has a slash
    bar: float = 0  # it has a separator or a bullet
    money: float = 0  # it has a currency sign or a percent sign
    long: float = 0  # the core has seven characters or more
    name: float = 0  # it could be a name: a capital, more than two letters, no function word
    past: float = 0  # it ends in -ed or -ing
    wide: float = 0  # half the number of characters of scripts without blanks
    characters: float = 0  # number of characters, marks included
    marks: float = 0  # number of characters that are no letter and no digit
    foreign: float = 0  # it has letters beyond Latin


WORD_COLUMNS = Columns(*HINTS, *(field.replace("_", " ") for field in WordShape._fields))
"""Columns of the table of words: hints, then shape."""


class Word(NamedTuple):
    """A word, described once.

    Attributes:
        features: Values of `WORD_COLUMNS`.
        text: The word in small letters without the marks at its ends.
        stem: Its stem; empty if it carries no topic.
        name: The word if it could be a name, else empty.
    """

    features: list[float]
    text: str
    stem: str
    name: str


def describe(token: str) -> Word:
    """Features, text, stem and name of a word between blanks.

    >>> word = describe("“Bridges’")
    >>> (word.text, word.stem, word.name, word.features[WORD_COLUMNS.index("opens")])
    ('bridges', 'bridge', 'bridges', 1.0)
    """
    token = token[:MAX_CHARACTERS]
    core = token.strip(MARKS)
    low = core.lower().replace("’", "'")
    before_apostrophe = low.split("'")[0]
    letters = core[:1].isalpha()
    capital = letters and core[0].isupper()
    is_plain = core.isalpha()
    digits = not is_plain and any(map(str.isdigit, core))
    hints = _HINTS_OF.get(low, _NO_HINTS)
    is_function = hints[0] > 0
    is_name = capital and not is_function and len(before_apostrophe) > 2
    is_past = len(low) > 4 and low.endswith(("ed", "ing"))
    has_stem = len(before_apostrophe) >= 4 and not is_function and not digits
    if is_plain and len(core) == len(token) and token.isascii():
        # most words are plain letters: the features of marks stay 0
        shape = WordShape(
            word=1,
            capital=capital,
            upper=len(core) > 1 and core.isupper(),
            lower=core[0].islower(),
            long=len(core) >= 7,
            name=is_name,
            past=is_past,
            characters=len(token),
        )
    else:
        end = token.rstrip(CLOSERS)[-1:]
        shape = WordShape(
            word=bool(core),
            capital=capital,
            upper=len(core) > 1 and core.isupper(),
            lower=letters and core[0].islower(),
            digit=digits,
            number=digits and not any(map(str.isalpha, core)),
            year=len(core) == 4 and core.isdigit() and core[:2] in {"19", "20"},
            link="://" in token or "www." in low or ".com" in low or ("@" in token[1:] and "." in token),
            handle=token[:1] in {"@", "#"} and len(token) > 1,
            sentence_end=end in END_MARKS and not token.endswith("..."),
            comma=end in {",", ";", "،"},
            colon=end == ":",
            dots=token.endswith(("...", "…")),
            opens=token[:1] in OPENERS and token[:1] not in "([" if token else False,
            closes=token[-1:] in '"”»' if token else False,
            bracket=token[:1] in "([" if token else False,
            slash="/" in token,
            bar=any(mark in token for mark in "|»›→•●▪►·"),
            money=any(mark in token for mark in "$£€%"),
            long=len(core) >= 7,
            name=is_name,
            past=is_past,
            wide=len(_WIDE.findall(token)) / 2 if not token.isascii() else 0,
            characters=len(token),
            marks=sum(not char.isalnum() for char in token),
            foreign=not token.isascii() and any(char.isalpha() and ord(char) > 0x24F for char in token),
        )
    return Word(
        features=[*hints, *map(float, shape)],
        text=low,
        stem=before_apostrophe.removesuffix("s") if has_stem else "",
        name=before_apostrophe if is_name else "",
    )
