"""Surface features of one block for the rules: words, size, end, signs of a credit and of a date."""

from __future__ import annotations

import re
from functools import cached_property

from copydesk.cleaner.rules import phrases
from copydesk.cleaner.rules.phrases import PhraseKind

_WORD = re.compile("[^\\W_]+(?:'[^\\W_]+)?")

FUNCTION_WORDS = frozenset(
    "a about after all also an and any are as at be because been before being but by can could did do does for from "  # noqa: SIM905 - words read best as words
    "get had has have he her here him his how i if in into is it its just like may me more most my new no not now of "
    "off on one only or other our out over own said say says she should so some such than that the their them then "
    "there these they this those through to too two under until up us was way we were what when where which while who "
    "why will with would you your der die das und ist nicht mit von den dem ein eine zu auf für im le la les des et "
    "est une un dans pour que qui sur par el los las en con por una del il di che e per non dei della o os de da em "
    "uma para não se dan yang itu ini untuk dengan pada и в не на что с по как это от за он для из к но его".split(" ")
)
"""Words that carry no topic. Prose is full of them, labels and credits are not. English, and the most common ones of
eight more languages."""

SPEECH = frozenset("said says told added tells wrote explained according asked argued noted".split(" "))  # noqa: SIM905 - words read best as words
"""Verbs of speech."""

END_MARKS = frozenset(".!?。！？؟۔।")
"""Marks that end a sentence."""
MIN_PARAGRAPH = 14
"""Words of a full paragraph. A shorter block with an end mark is as often a caption as a sentence."""

HEAD = 500
"""Characters of a block that the patterns search: boilerplate shows itself early, and a block may be a megabyte."""

CLOSERS = "\"”’'»」』)]）*"
"""Marks that may follow the end of a sentence."""
OPENERS = "\"“‘'«「『([（"
"""Marks that may stand before the first letter of a block."""

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")
_DATE = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september"
    r"|october|november|december)\.? \d{1,2}\b|\b\d{1,2}(?:st|nd|rd|th)? "
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)"
    r"|\b\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{1,2}:\d\d\b"
    r"|\b\d{1,3} (?:minutes?|hours?|days?|weeks?|months?|years?|mins?|hrs?) ago\b|\b(?:19|20)\d\d$"
)
_DIGIT = re.compile(r"\d")
_CREDIT_WORDS = ("photo", "image", "picture", "credit", "source", "video", "foto", "illustration")
_CREDIT_SIGN = re.compile(
    r"(?:^|[\s(.])(?:photos?|images?|pictures?|credits?|source|video|foto|photograph|illustration)"
    r"\s?(?::|/|by\b|credit\b|courtesy\b)",
    re.IGNORECASE,
)
_AGENCY_BEHIND_SLASH = re.compile(
    r"[A-Za-z]/(?:Getty|AP|AFP|Reuters|EPA|Shutterstock|[A-Z][A-Za-z]{1,30} (?:Images|Photo))"
)
_AGENCY_IN_BRACKETS = re.compile(r"\((?:AP|Reuters|AFP|Getty|Image|Photo|File)\b")


def fold(text: str) -> str:
    """The text in small letters, with ``'`` for every apostrophe.

    >>> fold("Editor’s Picks")
    "editor's picks"
    """
    return text.lower().replace("’", "'")


class BlockShape:
    """Surface features of one block, each computed on first use.

    Args:
        text: Text of the block, as `normal.normalise` gives it.
    """

    def __init__(self, text: str) -> None:
        """Keep the text."""
        self.text = text

    @cached_property
    def tokens(self) -> list[str]:
        """Words as they are written, with their marks."""
        return self.text.split(" ") if self.text else []

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Lower-case words of letters and digits, with ``'`` for every apostrophe."""
        return tuple(_WORD.findall(fold(self.text)))

    @cached_property
    def size(self) -> int:
        """Number of words; for scripts without blanks half the number of characters."""
        wide = 0 if self.text.isascii() else len(_CJK.findall(self.text))
        return max(len(self.tokens), wide // 2)

    @cached_property
    def end(self) -> str:
        """Last character, closing marks left out."""
        return self.text.rstrip(CLOSERS)[-1:]

    @cached_property
    def ends_sentence(self) -> bool:
        """True if the block ends as a sentence does; closing marks may follow, curly ones too."""
        return self.end in END_MARKS and not self.text.endswith(("...", ". . ."))

    @cached_property
    def first(self) -> PhraseKind | None:
        """Kind of the boilerplate phrase that the block begins with, or None."""
        return phrases.find_first(self.words)

    @cached_property
    def last(self) -> PhraseKind | None:
        """Kind of the boilerplate phrase that the block ends with, or None."""
        return phrases.find_last(self.words)

    @cached_property
    def is_paragraph(self) -> bool:
        """True for running text: a sentence of some length without a boilerplate phrase at its ends."""
        return (
            self.size >= MIN_PARAGRAPH
            and (self.ends_sentence or self.end == ":")
            and self.first is None
            and self.last is None
        )

    @cached_property
    def capitals(self) -> int:
        """Number of words that begin with a capital."""
        return sum(map(str.isupper, [token[0] for token in self.tokens]))

    @cached_property
    def is_headline(self) -> bool:
        """True if the block could be a headline: short, no full stop, a capital or a digit first."""
        return (
            4 <= self.size <= 25
            and self.end not in ".:,;"
            and not self.text.endswith(("...", "…"))
            and (self.text.lstrip(OPENERS)[:1].isupper() or self.text[:1].isdigit() or not self.text.isascii())
        )


def find_signs(text: str) -> tuple[bool, bool]:
    """True for the sign of a photograph's credit, and true for a date or a time.

    >>> find_signs("Jo Park/Getty Images"), find_signs("Updated 10:30, 3 May 2024")
    ((True, False), (False, True))
    """
    head = text[:HEAD]
    # most blocks have no digit: they are not put into small letters
    return _has_credit(head), _DIGIT.search(head) is not None and _DATE.search(head.lower()) is not None


def _has_credit(head: str) -> bool:
    # a substring search is much faster than a pattern, and most blocks have none of these
    slash, bracket = "/" in head, "(" in head
    if not (slash or bracket or ":" in head or " by" in head or "©" in head or "redit" in head or "ourtesy" in head):
        return False
    low = head.lower()
    return (
        "©" in head
        or (any(word in low for word in _CREDIT_WORDS) and _CREDIT_SIGN.search(head) is not None)
        or (slash and _AGENCY_BEHIND_SLASH.search(head) is not None)
        or (bracket and _AGENCY_IN_BRACKETS.search(head) is not None)
    )
