"""Names of an article: what the recogniser marked, cleaned, and what it overlooked, added."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec
from anyascii import anyascii

from copydesk.contracts.articles import EntityType, Section
from copydesk.extractor.lexicon import NameWords

TYPES: dict[str, EntityType] = {
    "PERSON": "person",
    "ORG": "organization",
    "GPE": "location",
    "LOC": "location",
    "FAC": "location",
    "NORP": "group",
    "EVENT": "event",
    "WORK_OF_ART": "work",
    "LAW": "law",
    "PRODUCT": "product",
    "LANGUAGE": "other",
}
"""Entity type of each of spaCy's labels. The other labels are numbers and dates, which are no entities."""

MAX_NAME_WORDS = 12  # longer "names" are lists that the recogniser glued together
MIN_CAPITALS = 0.8  # share of a headline's longer words that have one; a sentence of names has .6 at most

_EDGE = " \t\u00a0\"'“”‘’«»`*_-–—|,;:!?()[]{}<>/\\=~\u200b\u200e\u200f\ufeff•·…#"
"""Characters at the edges of what the recogniser marked that are no part of a name."""

_BRACKET = re.compile(r"[\[\](){}<>|]")
_DASH = re.compile(r"\s+[-–—]\s")
_FIRST_WORD = re.compile(r"[^\W\d_][\w-]*\.?\s+")
_LONG_WORD = re.compile(r"[^\W\d_]+")
_FOLDED_WORD = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"\S+")


class RawName(msgspec.Struct, frozen=True):
    """A name where it stands; offsets in code points of the text or the title, as ``section`` says."""

    start: int
    end: int
    text: str
    label: str
    section: Section
    running: bool
    """True in running text, False in a title or a heading."""

    title_case: bool = False
    """True where nearly every word of the line has a capital: the recogniser takes words for names there."""

    pronoun: str = ""
    """Pronoun that the word before it tells: "Mrs. Berg"."""

    title: str = ""
    """That word, where it is a title."""

    form: str = ""
    """The name in full where the text shares a surname: "Carl Berg" for the Carl of "Carl and Ann Berg"."""

    @property
    def spelling(self) -> str:
        """The name as it is compared: in full."""
        return self.form or self.text


def clean_name(text: str, start: int, end: int, label: str, words: NameWords) -> tuple[int, int] | None:
    """Start and end of the name inside a stretch that the recogniser marked, or None where there is no name.

    Articles, titles before and behind persons, possessives and marks at the edges are cut off; handles, links, numbers
    and words without a capital are no names.

    Args:
        text: The text.
        start: Start of the stretch, in code points.
        end: End of the stretch.
        label: The recogniser's label.
        words: Articles, titles, possessives and suffixes.

    >>> from copydesk.extractor.english import load_lexicon
    >>> words = load_lexicon().names
    >>> text = "the Islamic State's"
    >>> text[slice(*clean_name(text, 0, len(text), "ORG", words))]
    'Islamic State'
    >>> clean_name("@iainlee", 0, 8, "PERSON", words) is None
    True
    """
    if label not in TYPES or (start and text[start - 1] == "@") or "@" in text[start:end] or "://" in text[start:end]:
        return None
    span = None
    while span != (start, end):
        span = start, end
        start, end = _trim_edges(text, start, end, words)
        if label == "PERSON":
            start, end = _trim_person(text, start, end, words)
    name = text[start:end]
    if len(name) < 2 or not any(map(str.isalpha, name)) or name == name.lower() or len(name.split()) > MAX_NAME_WORDS:
        return None
    plain = name.lower().rstrip(".")
    if plain in words.suffixes or plain in words.titles or (label == "ORG" and name.lower() in words.post_nominals):
        return None
    return start, end


def _trim_edges(text: str, start: int, end: int, words: NameWords) -> tuple[int, int]:
    """A stretch without marks at its edges, article, possessive, and whatever follows a bracket."""
    while start < end and text[start] in _EDGE:
        start += 1
    if match := words.possessive.search(text, max(start, end - 4), end):
        end = match.start()
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    if match := words.article.match(text, start, end):
        start = match.end()
    if bracket := _BRACKET.search(text, start, end):
        end = bracket.start()
    return start, end


def _trim_person(text: str, start: int, end: int, words: NameWords) -> tuple[int, int]:
    """A person's name without a title before it, degrees behind it, and the full stop of its sentence."""
    if (first := _FIRST_WORD.match(text, start, end)) is not None:
        word = first.group().strip().rstrip(".")
        if word.lower() in words.titles or (word.islower() and word not in words.particles):
            start = first.end()
    if (dash := _DASH.search(text, start, end)) is not None:
        end = dash.start()  # "Ann Berg - Chair"
    parts = text[start:end].rsplit(maxsplit=1)
    if len(parts) > 1 and parts[-1].isupper():
        last = parts[-1].lower()
        if last in words.post_nominals and last not in words.suffixes:  # "Anita Rao OBE"
            end -= len(last)
    if end > start and text[end - 1] == ".":
        last = text[start:end].rsplit(maxsplit=1)[-1]
        end -= len(last) > 2 and last.lower().rstrip(".") not in words.suffixes
    return start, end


def find_title_pronoun(tokens: Iterable[str], words: NameWords) -> str:
    """Pronoun that the words before a name (and its first one) tell, or an empty string.

    Args:
        tokens: The words, in small letters.
        words: Words that tell a pronoun.

    >>> from copydesk.extractor.english import load_lexicon
    >>> words = load_lexicon().names
    >>> find_title_pronoun(["princess", "anna"], words), find_title_pronoun(["mayor", "berg"], words)
    ('she', '')
    """
    pronouns = words.title_pronouns
    return next((pronoun for token in tokens if (pronoun := pronouns.get(token.rstrip(".")))), "")


def correct_headline_names(names: Sequence[RawName], words: NameWords) -> list[RawName]:
    """The names without words that the recogniser took for persons in titles and headings.

    A first word that no name of the text has is no person or firm: "Ferry sinks". "Ben Carson Slams" is cut to the name
    that running text knows. Where it knows none, a name needs a usual given name at its beginning or a known surname at
    its end.

    Args:
        names: Names of the article.
        words: The given names.
    """
    known = {fold_name(name.text) for name in names if name.running and name.label == "PERSON"}
    known_words = {word for name in known for word in name.split()}
    corrected = []
    mentioned = {word for name in names if name.section == "body" for word in fold_name(name.text).split()}
    for name in names:
        if _is_first_word(name) and fold_name(name.text) not in mentioned:
            continue
        if not name.title_case or name.label != "PERSON":
            corrected.append(name)
            continue
        ends = [match.end() for match in _WORD.finditer(name.text)]
        end = next((end for end in reversed(ends) if fold_name(name.text[:end]) in known), 0)
        key = fold_name(name.text).split()
        if not end and key and (key[0] in words.first_names or key[-1] in known_words):
            end = len(name.text)
        if end:
            corrected.append(msgspec.structs.replace(name, end=name.start + end, text=name.text[:end]))
    return corrected


def _is_first_word(name: RawName) -> bool:
    """Return whether a name is the first word of the headline, which has a capital whatever it is: "Ferry sinks"."""
    is_one_word = " " not in name.text and name.text.istitle()
    return name.section == "title" and name.start == 0 and is_one_word and name.label in {"PERSON", "ORG"}


def is_title_case(line: str) -> bool:
    """Return whether a line writes its long words with capitals.

    >>> is_title_case("Ben Carson Slams the Media"), is_title_case("Vladimir Putin shakes hands with Assad")
    (True, False)
    """
    long_words = [word for word in _LONG_WORD.findall(line[:1000]) if len(word) > 3]
    return bool(long_words) and sum(word[0].isupper() for word in long_words) >= MIN_CAPITALS * len(long_words)


def fold_name(name: str) -> str:
    """A name as it is compared: ASCII, small letters, no punctuation.

    >>> fold_name("Beyoncé  Knowles-Carter")
    'beyonce knowles carter'
    """
    plain = name if name.isascii() else anyascii(name)
    return " ".join(_FOLDED_WORD.findall(plain.lower().replace("'", "").replace("’", "").replace(".", "")))
