"""What can be said of a block by looking at it alone."""

from __future__ import annotations

import re
from functools import cached_property

from copydesk.cleaner import phrases

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
"""Words that carry no topic; prose is full of them, labels and credits are not. English, and the commonest
of eight more languages."""

SPEECH = frozenset("said says told added tells wrote explained according asked argued noted".split(" "))  # noqa: SIM905 - words read best as words

END_MARKS = frozenset(".!?。！？؟۔।")
MIN_PARAGRAPH = 14
"""Words of a full paragraph: under that a block with an end mark is as often a caption as a sentence."""

HEAD = 500
"""Characters of a block that patterns look at: furniture shows itself early, and a block may be a megabyte."""

CLOSERS = "\"”’'»」』)]）*"
OPENERS = "\"“‘'«「『([（"
_QUOTES = frozenset('"“”«»„「')

_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")
_DATE = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september"
    r"|october|november|december)\.? \d{1,2}\b|\b\d{1,2}(?:st|nd|rd|th)? "
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)"
    r"|\b\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b|\b\d{1,2}:\d\d\b"
    r"|\b\d{1,3} (?:minutes?|hours?|days?|weeks?|months?|years?|mins?|hrs?) ago\b|\b(?:19|20)\d\d$"
)
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"[\w.-]{1,64}@[\w-]{1,64}\.\w")
_HANDLE = re.compile(r"(?:^|[\s(])[@#]\w")
_BYLINE = re.compile("(?:By|BY|by|Written by|Story by|Von|Par|Por) (?=[^\\W\\d_a-zà-ÿ])")
_CREDIT_SIGN = re.compile(
    r"(?i:(?:^|[\s(.])(?:photos?|images?|pictures?|credits?|source|video|foto|photograph|illustration)"
    r"\s?(?::|/|by\b|credit\b|courtesy\b))"
    r"|[A-Za-z]/(?:Getty|AP|AFP|Reuters|EPA|Shutterstock|[A-Z][A-Za-z]{1,30} (?:Images|Photo))"
    r"|\((?:AP|Reuters|AFP|Getty|Image|Photo|File)\b|©"
)


class Shape:
    """One block, looked at once.

    Attributes:
        text: Its words, as `normal.normalise` gives them.
        words: Lower-case words of letters and digits, ``'`` for every apostrophe.
        tokens: The same as they are written, with their marks.
        size: Number of words; for scripts without blanks half the number of characters.
        end: Its last character, closing marks left out.
        ends_sentence: Whether it ends as a sentence does, behind any closing marks, curly ones too.
        first: Kind of furniture that begins as it does, or None.
        last: Kind of furniture that ends as it does, or None.
        pairs: Its words two by two.
        is_paragraph: Whether it looks like running text: a sentence of some length, no phrase of furniture at its ends.
    """

    def __init__(self, text: str) -> None:
        """Look at these words."""
        self.text = text
        self.tokens = text.split(" ") if text else []
        self.words = tuple(_WORD.findall(text.lower().replace("’", "'")))
        self.size = len(self.tokens)
        if not text.isascii() and (wide := len(_CJK.findall(text))):
            self.size = max(self.size, wide // 2)
        self.end = text.rstrip(CLOSERS)[-1:]
        # what every block is asked for: set here, for looking up a property costs more than most of these
        self.ends_sentence = self.end in END_MARKS and not text.endswith(("...", ". . ."))
        self.first = phrases.find_first(self.words)
        self.last = phrases.find_last(self.words)
        self.pairs = frozenset(zip(self.words, self.words[1:], strict=False))
        self.is_paragraph = (
            self.size >= MIN_PARAGRAPH
            and (self.ends_sentence or self.end == ":")
            and self.first is None
            and self.last is None
        )

    @cached_property
    def cues(self) -> tuple[str, ...]:
        """Names of all that it tells by itself."""
        return tuple(find_shape_cues(self))

    @cached_property
    def capitals(self) -> int:
        """Number of words that begin with a capital."""
        return sum(map(str.isupper, [token[0] for token in self.tokens]))

    @cached_property
    def function_words(self) -> int:
        """Number of words that carry no topic."""
        return sum(map(FUNCTION_WORDS.__contains__, self.words))

    @cached_property
    def content(self) -> frozenset[str]:
        """Its words that carry a topic: four letters or more, no function words, a plural s taken off."""
        return frozenset(w.removesuffix("s") for w in self.words if len(w) >= 4 and w not in FUNCTION_WORDS)

    @cached_property
    def names(self) -> frozenset[str]:
        """Capitalised words not at its start, lower-cased, without what follows an apostrophe."""
        return frozenset(
            word
            for token in self.tokens[1:]
            if token[:1].isupper()
            and len(word := token.strip("\"“”‘’'.,;:!?()[]").lower().replace("’", "'").split("'")[0]) > 2
            and word not in FUNCTION_WORDS
        )

    @cached_property
    def is_headline(self) -> bool:
        """Whether it could be a headline: short, no full stop, mostly capitals or at least a capital first."""
        return (
            4 <= self.size <= 25
            and self.end not in ".:,;"
            and not self.text.endswith(("...", "…"))
            and (self.text.lstrip(OPENERS)[:1].isupper() or self.text[:1].isdigit() or not self.text.isascii())
        )


def find_shape_cues(shape: Shape) -> list[str]:  # noqa: PLR0912, PLR0915 - a list of independent looks
    """Names of all that its own shape tells of a block; the weights are in `cues.py`."""
    n, text = shape.size, shape.text
    length = (
        "0"
        if n == 0
        else "1"
        if n == 1
        else "2"
        if n == 2
        else "3-4"
        if n <= 4
        else "5-7"
        if n <= 7
        else "8-11"
        if n <= 11
        else "12-19"
        if n <= 19
        else "20-34"
        if n <= 34
        else "35+"
    )
    size = "short" if n < 8 else "medium" if n < 20 else "long"
    end = (
        "sentence"
        if shape.ends_sentence
        else "colon"
        if shape.end == ":"
        else "dots"
        if text.endswith(("...", "…"))
        else "comma"
        if shape.end in {",", ";"}
        else "open"
    )
    cues = [f"words {length}", f"{size} {end}"]
    head = text[:HEAD]
    if text[:1].islower():
        cues.append(f"{size} starts small")
    share = shape.capitals / n if n else 0
    if n >= 3:
        if share >= 0.75:
            cues.append(f"{size} title case")
        elif share <= 0.25:
            cues.append(f"{size} few capitals")
        if shape.function_words == 0:
            cues.append(f"{size} no function word")
        elif n >= 8 and shape.function_words < 0.25 * n:
            cues.append("few function words")
    elif n == 2 and share == 1:
        cues.append("two capitals")
    if text.isupper() and len(text) > 2:
        cues.append(f"{size} all capitals")
    if text[:1].isdigit():
        cues.append(f"{size} starts with a number")
    if n <= 2 and not shape.words:
        cues.append("no letters")
    elif text.replace(" ", "").replace(",", "").replace(".", "").replace("$", "").replace("£", "").isdigit():
        cues.append("numbers only")
    if "$" in text or "£" in text or "€" in text:
        cues.append(f"{size} price")
    if _QUOTES & set(head):
        cues.append(f"{size} quotation marks")
    if not SPEECH.isdisjoint(shape.words):
        cues.append(f"{size} speech")
    if n < 60:
        if _DIGIT.search(head) and _DATE.search(head.lower()):
            cues.append(f"{size} date")
        if "://" in head or "www." in head or ".com" in head or ("@" in head and _ADDRESS.search(head)):
            cues.append(f"{size} link")
        if ("@" in head or "#" in head) and _HANDLE.search(head):
            cues.append(f"{size} handle")
        if "|" in head or "»" in head or "›" in head or " > " in head or "→" in head:
            cues.append(f"{size} bar")
        if "/" in head:
            cues.append(f"{size} slash")
        if _CREDIT_SIGN.search(head):
            cues.append(f"{size} credit sign")
        if _BYLINE.match(head):
            cues.append(f"{size} byline")
        if text[0:1] in "•-–—*·▪●►▶+":
            cues.append(f"{size} bullet")
        if text[0:1] in "[(":
            cues.append(f"{size} bracket")
        if "?" in head:
            cues.append(f"{size} question")
        if ":" in head[:-1]:
            cues.append(f"{size} colon inside")
        if not shape.ends_sentence and (". " in head or "! " in head or "? " in head):
            cues.append(f"{size} sentence inside, open end")
    if whole := (phrases.find_whole(shape.words) if n <= 6 else None):
        cues.append(f"is {whole}")
    if shape.first:
        cues.append(f"{size} begins {shape.first}")
    if shape.last:
        cues.append(f"{size} ends {shape.last}")
    if n < 100:
        cues.extend(f"{size} has {kind}" for kind in sorted(phrases.find_anywhere(shape.words)))
    return cues
