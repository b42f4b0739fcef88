"""Words of a text, and the properties that a word has in every article."""

from __future__ import annotations

import re
from typing import NamedTuple

from copydesk.coherence.coefficients import Coefficients
from copydesk.vectors.word_cache import WordCache

# Marks that belong to the letter before them, but that Python does not count as letters: accents on their own, vowel
# signs of Hebrew, Arabic and the scripts of India, and the joiners that Persian writes inside words.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u0900-\u0903\u093a-\u094f"
    "\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a3c-\u0a4d\u0abc-\u0acd\u0b3c-\u0b4d\u0bbe-\u0bcd\u0c3e-\u0c4d\u0cbc-\u0ccd"
    "\u0d3b-\u0d4d\u0dca-\u0ddf\u200c\u200d\u20d0-\u20f0\ufe00-\ufe0f"
)
# Letters and digits of any alphabet with their marks, and apostrophes inside a word; then the gap to the next word,
# which shows if a sentence begins. Linear: nothing follows the repeats that could fail.
_find_words = re.compile(rf"([^\W_]+(?:(?:['’](?=[^\W_])|[{_MARKS}]+)[^\W_]*)*)([\W_]*)").findall
# A sentence or a quotation begins after one of these, so a capital does not show a name.
find_opening = re.compile(r"[.!?:…\"“”„«»\n]").search
# Ends of a sentence in any alphabet. Closing quotation marks and brackets may follow.
_STOPS = frozenset(".!?…:;。！？؟۔।")
_CLOSERS = "\"'”’»)]›」 \t\n\r\u00a0"
# Scripts that are written without spaces: Tibetan, Thai, Lao, Myanmar, Khmer, kana, Han.
_find_unspaced = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
).findall

MAX_LETTERS = 60
"""Letters of the longest word that the vocabulary keeps."""


class Word(NamedTuple):
    """Properties of a word that do not depend on its place.

    Args:
        lower: The word in lower case, without the genitive 's.
        stem: Its first letters, without a plural s. Words with the same stem count as the same word.
        is_capitalised: Its first letter is a capital.
        is_function_word: It is on the list of English function words.
        is_empty_in_english: It carries no topic in an English text.
        is_empty_elsewhere: It carries no topic in a text of another language.
        is_common: Most English news use it.
        is_number: It consists of digits.
    """

    lower: str
    stem: str
    is_capitalised: bool
    is_function_word: bool
    is_empty_in_english: bool
    is_empty_elsewhere: bool
    is_common: bool
    is_number: bool


class Vocabulary(WordCache[Word]):
    """Properties of each word, by its spelling in the text. The cache changes the speed only.

    >>> from copydesk.coherence.coefficients import read_coefficients
    >>> Vocabulary(read_coefficients())["Bridges"].stem
    'bridge'
    """

    def __init__(self, coefficients: Coefficients) -> None:
        """Start with an empty cache."""
        super().__init__(MAX_LETTERS)
        self.coefficients = coefficients
        self.stem_letters = int(coefficients.words.stem_letters)

    def compute(self, word: str) -> Word:
        """Properties of a word that is not in the cache."""
        lower = word.lower().replace("’", "'")
        lower = lower.removesuffix("'s")
        stem = lower[:-1] if len(lower) > 3 and lower[-1] == "s" and lower[-2] != "s" else lower  # plural
        is_function_word, is_number = lower in self.coefficients.function_words, lower.isdigit()
        return Word(
            lower=lower,
            stem=stem[: self.stem_letters],
            is_capitalised=word[0].isupper(),
            is_function_word=is_function_word,
            is_empty_in_english=is_function_word or len(lower) < 2,
            is_empty_elsewhere=len(lower) <= self.coefficients.words.short_letters and not is_number,
            is_common=lower in self.coefficients.common_words,
            is_number=is_number,
        )


def find_tokens(text: str) -> list[tuple[str, str]]:
    """Words of a text in order, each with the gap between it and the next.

    >>> find_tokens("Anna's bridge, re-opened.")
    [("Anna's", ' '), ('bridge', ', '), ('re', '-'), ('opened', '.')]
    """
    return _find_words(text)


def ends_sentence(text: str) -> bool:
    """True if a text ends as a sentence does.

    >>> ends_sentence('"We will open it in May."'), ends_sentence("Latest News")
    (True, False)
    """
    tail = text[-16:].rstrip(_CLOSERS)  # no sane text has more than sixteen closing marks
    # a quotation may end without a full stop: "... in May"
    return tail[-1:] in _STOPS or text.rstrip()[-1:] in {'"', "”", "»"} if tail else False


def is_unspaced(text: str, share: float) -> bool:
    """True if more than this share of the letters belongs to a script that is written without spaces.

    >>> is_unspaced("市長が演説しました。", 0.5), is_unspaced("Мэр выступил с речью.", 0.5)
    (True, False)
    """
    count = len(_find_unspaced(text))
    return count > 0 and count > share * sum(character.isalpha() for character in text)
