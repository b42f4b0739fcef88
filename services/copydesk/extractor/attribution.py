"""Who is said to have said it: cues and sources around a place in a parsed paragraph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from copydesk.extractor import cues
from copydesk.extractor.syntax import RELATIVES, VERBAL, Parse, noun_phrase, subject

Way = Literal["named", "continued", "inferred"]


class Source(msgspec.Struct, frozen=True):
    """A mention of whoever is speaking.

    Args:
        start: Of the mention, in code points of the article's text.
        end: Of the mention.
        entity_at: Where the token starts that decides who it is: the mention's head, the antecedent of "who".
        head: The mention's head, in small letters.
        paragraph: Index of its paragraph.
    """

    start: int
    end: int
    entity_at: int
    head: str
    paragraph: int


class CueWord(msgspec.Struct, frozen=True):
    """The word that says that something was said."""

    start: int
    end: int
    lemma: str


class Attribution(msgspec.Struct, frozen=True):
    """A choice of speaker, how it was made and how sure it is.

    Args:
        source: Null when there is a cue but nobody to go with it.
        cue: Null when the speaker was found without one.
        way: ``named`` by the text, ``continued`` from the quotation before, or ``inferred``.
        confidence: 0 to 1.
        token: The cue's index in its paragraph; -1 without one.
    """

    source: Source | None
    cue: CueWord | None
    way: Way
    confidence: float
    token: int = -1


# How far each way of finding a speaker is trusted: set by judgement, only their order was looked at. Not calibrated.
GOVERNING, CLAUSE, SURFACE, COLON, ANY_VERB, BEFORE, SUBJECT_BEFORE = 0.95, 0.9, 0.7, 0.85, 0.7, 0.6, 0.4

MAX_ATTRIBUTION = 40  # tokens; a clause that attributes a quotation is shorter
MAX_PHRASE = 8  # tokens of a subject that the parser missed


def source_of(parse: Parse, head: int, paragraph: int) -> Source:
    """The source whose head is this token: documents give way to their authors, relatives to their antecedents."""
    deciding = head
    if parse.lower[head] in cues.POST_NOMINALS and head and (name := parse.name_at(head - 1)) is not None:
        deciding = head - 1 if name.label == "PERSON" else head
    if parse.lower[head] in cues.DOCUMENTS and (author := _author(parse, head)) is not None:
        head = deciding = author
    if parse.lower[head] in RELATIVES:
        verb = parse.heads[head]
        while parse.deps[verb] == "conj":
            verb = parse.heads[verb]
        if parse.deps[verb] in {"relcl", "acl"}:
            deciding = parse.heads[verb]
    first, last = noun_phrase(parse, head)
    return Source(parse.starts[first], parse.ends[last - 1], parse.starts[deciding], parse.lower[head], paragraph)


def _author(parse: Parse, document: int) -> int | None:
    if (owner := parse.child(document, "poss")) is not None:
        return owner
    for child in parse.children[document]:
        if parse.deps[child] in {"prep", "agent"} and parse.lower[child] in {"from", "by", "of"}:
            return parse.child(child, "pobj")
    return None


def cue_tokens(parse: Parse, first: int, last: int, outside: list[int]) -> list[int]:
    """Tokens of a window that may be cues: a form of the lexicon, used as a verb, outside quotation marks."""
    known = cues.lemmas()
    return [
        token
        for token in range(first, last)
        if outside[token] < 0 and parse.lower[token] in known and parse.deps[token] in VERBAL
    ]


def cue_word(parse: Parse, token: int) -> CueWord:
    """The cue at this token."""
    return CueWord(parse.starts[token], parse.ends[token], cues.guess_lemma(parse.lower[token]))


def governors(parse: Parse, tokens: Iterable[int]) -> set[int]:
    """All tokens that some of these hang on, at any distance."""
    found: set[int] = set()
    for token in tokens:
        head = parse.heads[token]
        while head not in found and head != token:
            found.add(head)
            token, head = head, parse.heads[head]  # noqa: PLW2901 - climbing is what the loop does
    return found


def on_the_right(
    parse: Parse,
    segment: tuple[int, int],
    window: tuple[int, int],
    outside: list[int],
    paragraph: int,
    *,
    any_verb: bool,
) -> tuple[Attribution, int] | None:
    """The attribution that follows a quotation, and the token where its clause begins.

    Args:
        parse: The paragraph.
        segment: Tokens of the quotation.
        window: Tokens after it, up to the sentence's end or the next quotation.
        outside: -1 for tokens outside quotation marks.
        paragraph: Its index.
        any_verb: Whether a verb outside the lexicon may do ("...", he grinned).
    """
    first, last = window[0], min(window[1], window[0] + MAX_ATTRIBUTION)
    while first < last and not parse.words[first][0].isalnum():
        first += 1
    if first >= last:
        return None
    if (found := according(parse, first, last, paragraph)) is not None:
        return found
    governing = governors(parse, range(*segment))
    candidates = cue_tokens(parse, first, last, outside)
    if any_verb and not candidates:
        candidates = [t for t in range(first, last) if parse.deps[t] in VERBAL and parse.words[t].isalpha()][:2]
    best: tuple[float, Attribution, int] | None = None
    for token in candidates:
        if parse.lower[token].endswith("ing") and token == first and parse.child(token, "nsubj") is None:
            continue  # ", adding that": what follows is said by the speaker of what came before
        head = _speaker(parse, token)
        if head is None or not first <= head < last or outside[head] >= 0:
            continue
        source = source_of(parse, head, paragraph)
        begins = min(token, _phrase_start(parse, head))
        confidence = GOVERNING if token in governing else CLAUSE if parse.lower[token] in cues.lemmas() else ANY_VERB
        # the nearer the clause the better; a relative clause inside the subject is not what attributes
        rank = confidence - 0.02 * (begins - first) - (0.3 if parse.deps[token] in {"relcl", "acl"} else 0.0)
        if best is None or rank > best[0]:
            best = (rank, Attribution(source, cue_word(parse, token), "named", confidence, token), begins)
    if best is not None:
        return best[1], best[2]
    return _surface_right(parse, first, last, paragraph)


def _phrase_start(parse: Parse, head: int) -> int:
    return noun_phrase(parse, head)[0]


def _surface_right(parse: Parse, first: int, last: int, paragraph: int) -> tuple[Attribution, int] | None:
    """``said X`` and ``X said`` by their order alone, where the parse shows no subject."""
    known = cues.lemmas()
    for token in range(first, min(last, first + MAX_PHRASE + 1)):
        if parse.lower[token] not in known or parse.lower[token].endswith("ing"):
            continue
        if token == first:
            head = parse.child(token, "nsubj", "dobj", "attr", "npadvmod")
            if head is None or not token < head < last:
                head = _phrase_after(parse, token + 1, last)
        else:
            head = token - 1 if parse.words[token - 1][0].isalnum() else None
            if any(word in {".", ";", ":"} for word in parse.words[first:token]):
                head = None
        if head is None:
            return None
        begin, end = noun_phrase(parse, head)
        source = Source(parse.starts[begin], parse.ends[end - 1], parse.starts[head], parse.lower[head], paragraph)
        return Attribution(source, cue_word(parse, token), "named", SURFACE, token), min(begin, token)
    return None


def _phrase_after(parse: Parse, first: int, last: int) -> int | None:
    if first >= last:
        return None
    if parse.lower[first] in cues.PERSONAL:
        return first
    for name in parse.names:
        if first <= name.first <= first + MAX_PHRASE and name.last <= last:
            return name.last - 1
    if not parse.words[first][0].isupper():
        return None
    token = first
    while token + 1 < min(last, first + MAX_PHRASE) and parse.words[token + 1][0].isupper():
        token += 1
    return token


def according(parse: Parse, first: int, last: int, paragraph: int) -> tuple[Attribution, int] | None:
    """``according to X``, ``as X put it`` in a window: the attribution and where it begins."""
    for token in range(first, last - 1):
        if parse.lower[token] in {"put", "puts"} and parse.lower[token + 1] == "it":
            head = parse.child(token, "nsubj")
            if head is not None and first <= head < token:
                source, begins = source_of(parse, head, paragraph), noun_phrase(parse, head)[0]
                begins -= begins > first and parse.lower[begins - 1] == "as"
                cue = CueWord(parse.starts[token], parse.ends[token + 1], "put it")
                return Attribution(source, cue, "named", CLAUSE, token), begins
        if parse.lower[token] == "according" and parse.lower[token + 1] == "to":
            head = parse.child(token + 1, "pobj")
            if head is None:
                head = _phrase_after(parse, token + 2, last)
            if head is None:
                return None
            source = source_of(parse, head, paragraph)
            cue = CueWord(parse.starts[token], parse.ends[token + 1], "according to")
            return Attribution(source, cue, "named", CLAUSE, token), token
    return None


def on_the_left(
    parse: Parse, segment: tuple[int, int], window: tuple[int, int], outside: list[int], paragraph: int
) -> Attribution | None:
    """The attribution that stands before a quotation in its sentence.

    The cue that governs the quotation, else the last one before it.
    """
    candidates = cue_tokens(parse, *window, outside)
    if candidates:
        governing = governors(parse, range(*segment))
        above = [token for token in candidates if token in governing]
        for token in _outwards(parse, above) or candidates[::-1]:
            head = _speaker(parse, token)
            if head is not None and outside[head] < 0:
                confidence = GOVERNING if above else CLAUSE - 0.1
                return Attribution(
                    source_of(parse, head, paragraph), cue_word(parse, token), "named", confidence, token
                )
    if (found := according(parse, *window, paragraph)) is not None:
        return found[0]
    verb = _reporting_verb(parse, segment, window, outside)
    if verb is not None and (head := subject(parse, verb)) is not None:
        return Attribution(source_of(parse, head, paragraph), cue_word(parse, verb), "named", ANY_VERB, verb)
    if candidates:
        token = (above or candidates)[-1]
        return Attribution(
            _nearest_phrase(parse, window[0], token, paragraph), cue_word(parse, token), "named", SURFACE, token
        )
    return None


def _reporting_verb(parse: Parse, segment: tuple[int, int], window: tuple[int, int], outside: list[int]) -> int | None:
    """A verb outside the lexicon that governs a quotation through "that": "sensed that the plan was "a mess"."""
    governing = governors(parse, range(*segment))
    for token in range(window[1] - 1, window[0] - 1, -1):
        if token not in governing or outside[token] >= 0 or parse.deps[token] not in VERBAL:
            continue
        for child in parse.children[token]:
            if parse.deps[child] == "ccomp" and parse.left[child] <= segment[0] <= parse.right[child] + 1:
                mark = parse.child(child, "mark")
                if mark is not None and parse.lower[mark] == "that":
                    return token
    return None


def _speaker(parse: Parse, cue: int) -> int | None:
    """The token of whoever speaks: the agent of a passive ("was called ... by Lee"), else the subject."""
    if parse.child(cue, "nsubjpass", "auxpass") is not None and (agent := parse.child(cue, "agent")) is not None:
        return parse.child(agent, "pobj")
    return subject(parse, cue)


def _outwards(parse: Parse, above: list[int]) -> list[int]:
    """Governing cues, the one that decides first: the innermost, or the cue whose clause it stands in.

    "Lee said that he believed it was ...": Lee said it. "Lee, who called it ..., said": who called it.
    """
    if not above:
        return []
    first = above[-1]
    for token in reversed(above[:-1]):
        if _reports(parse, token, first):
            first = token
    return [first, *(t for t in reversed(above) if t != first)]


def _reports(parse: Parse, outer: int, inner: int) -> bool:
    """Whether a cue stands in the clause that another one before it reports."""
    token = inner
    while parse.heads[token] not in {token, outer}:
        token = parse.heads[token]
    return outer < inner and parse.heads[token] == outer and parse.deps[token] in _CLAUSES


_CLAUSES = frozenset({"ccomp", "xcomp"})


def _nearest_phrase(parse: Parse, first: int, cue: int, paragraph: int) -> Source | None:
    """The name or pronoun right before a cue that has no subject in the parse."""
    for token in range(cue - 1, max(first, cue - MAX_PHRASE) - 1, -1):
        if parse.lower[token] in cues.SINGULAR or (
            parse.name_at(token) is not None and not parse.words[token].isdigit()
        ):
            return source_of(parse, token, paragraph)  # an age is nobody: "Ann Berg, 44, said"
    return None


def main_subject(parse: Parse, first: int, last: int, outside: list[int]) -> int | None:
    """The subject of the main verb of a window of tokens."""
    for token in range(first, last):
        if parse.deps[token] == "ROOT" and outside[token] < 0:
            head = parse.child(token, "nsubj", "nsubjpass")
            if head is not None and first <= head < last and outside[head] < 0:
                return head
    for token in range(first, last):
        if parse.deps[token] in {"nsubj", "nsubjpass"} and outside[token] < 0 and parse.lower[token] not in RELATIVES:
            return token
    return None
