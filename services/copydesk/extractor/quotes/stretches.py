"""A stretch in quotation marks: its words and its place in the sentence."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from copydesk.extractor.quotes.quoted_paragraph import QuotedParagraph

MAX_SCARE = 3  # words; so short and without a cue, marks show a term or irony
MAX_TITLE = MAX_SCARE + 3  # words; longer stretches are quotations, even where they look like a title


class Stretch(NamedTuple):
    """A stretch in quotation marks and the tokens around it."""

    inner: str
    """Text between the marks, without white space at its ends."""

    words: int
    """Number of words between the marks."""

    first: int
    """First token: the opening mark."""

    last: int
    """Token after the closing mark."""

    left: int
    """First token of the sentence."""

    right: int
    """Token after the sentence."""

    ended: bool
    """True where punctuation ends the words, inside the marks or right after them."""

    is_title: bool
    """True where the words look like the title of a work."""

    @property
    def tokens(self) -> tuple[int, int]:
        """First token, token after the last."""
        return self.first, self.last

    @property
    def window_before(self) -> tuple[int, int]:
        """Tokens of the sentence before the stretch: first, after the last."""
        return self.left, self.first


def measure_stretch(paragraph: QuotedParagraph, index: int) -> Stretch:
    """The stretch of one segment of a paragraph."""
    segment, (first, last) = paragraph.segments[index], paragraph.ranges[index]
    inner = paragraph.text[segment.inner_start : segment.inner_end].strip()
    return Stretch(
        inner,
        words=len(inner.split()),
        first=first,
        last=last,
        left=paragraph.sentence_start(index),
        right=paragraph.sentence_end(index),
        ended=inner[-1:] in ",.?!…-—–" or paragraph.text[segment.end : segment.end + 1] in {",", "."},
        is_title=is_work_title(inner, paragraph.lexicon.quotations.small_title_words),
    )


def is_work_title(inner: str, small_words: Collection[str]) -> bool:
    """Return whether words look like the title of a work: every weighty word has a capital.

    Args:
        inner: The words.
        small_words: Words that a title writes without a capital.

    >>> is_work_title("Gone with the Wind", {"with", "the"}), is_work_title("Gone with the wind", {"with", "the"})
    (True, False)
    """
    words = [word.strip(",.;:!?'’\"“”()") for word in inner.split()]
    weighty = [word for word in words if word and word.lower() not in small_words]
    if not weighty or inner[-1:] in ".?!":
        return False
    return all(word[0].isupper() or word[0].isdigit() for word in weighty) and not (
        len(weighty) == 1 and len(words) > 1
    )
