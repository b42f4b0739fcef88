"""A parsed paragraph as plain lists, and what its grammar says: subjects, noun phrases, subtrees."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Name(msgspec.Struct, frozen=True):
    """A stretch that the entity recogniser labelled: tokens ``first`` to ``last`` (exclusive)."""

    first: int
    last: int
    label: str


class Parse:
    """One paragraph's tokens.

    Args:
        words: Texts of the tokens.
        starts: Code points in the article's text (or title) where they start.
        heads: Index of each token's head; its own for a root.
        deps: Dependency labels.
        begins: Whether a sentence starts at the token.
        names: What the entity recogniser found.
    """

    __slots__ = ("begins", "children", "deps", "ends", "heads", "left", "lower", "names", "right", "starts", "words")

    def __init__(  # noqa: PLR0917 - six parallel columns are what a parse is
        self,
        words: list[str],
        starts: list[int],
        heads: list[int],
        deps: list[str],
        begins: list[bool],
        names: list[Name],
    ) -> None:
        """Derive what the rules ask for again and again; linear in the tokens."""
        self.words, self.starts, self.heads, self.deps = words, starts, heads, deps
        self.begins, self.names = begins, whole_names(words, names)
        self.ends = [start + len(word) for start, word in zip(starts, words, strict=True)]
        self.lower = [word.lower() for word in words]
        size = len(words)
        self.children: list[list[int]] = [[] for _ in range(size)]
        roots = []
        for token, head in enumerate(heads):
            if head == token:
                roots.append(token)
            else:
                self.children[head].append(token)
        self.left, self.right = list(range(size)), list(range(size))
        order = roots
        for token in order:  # grows while it is read: every token after its head
            order.extend(self.children[token])
        for token in reversed(order):
            head = heads[token]
            self.left[head] = min(self.left[head], self.left[token])
            self.right[head] = max(self.right[head], self.right[token])

    def __len__(self) -> int:
        """Count of tokens."""
        return len(self.words)

    def token_at(self, offset: int) -> int:
        """The first token that ends after this code point (the count of tokens where none does)."""
        low, high = 0, len(self.ends)
        while low < high:
            middle = (low + high) // 2
            if self.ends[middle] <= offset:
                low = middle + 1
            else:
                high = middle
        return low

    def name_at(self, token: int) -> Name | None:
        """The name that this token is part of."""
        for name in self.names:
            if name.first <= token < name.last:
                return name
        return None

    def child(self, token: int, *deps: str) -> int | None:
        """The first child with one of these labels."""
        for child in self.children[token]:
            if self.deps[child] in deps:
                return child
        return None


PARTICLES = frozenset({"von", "der", "van", "de", "la", "da", "di", "du", "dos", "bin", "ibn", "al"})
"""Small words inside surnames."""


def whole_names(words: Sequence[str], names: Sequence[Name]) -> list[Name]:
    """The names, persons' to the end of their surnames: no person is called "Ursula von der".

    >>> whole_names(["Ursula", "von", "der", "Leyen", "spoke"], [Name(0, 2, "PERSON"), Name(3, 4, "GPE")])
    [Name(first=0, last=4, label='PERSON')]
    """
    whole: list[Name] = []
    for name in names:
        if whole and name.first < whole[-1].last:
            continue
        last = name.last
        if name.label == "PERSON" and words[last - 1].lower() in PARTICLES:
            while last < len(words) and words[last] in PARTICLES:
                last += 1
            last = last + 1 if last < len(words) and words[last][0].isupper() else name.last
        whole.append(name if last == name.last else Name(name.first, last, name.label))
    return whole


SUBJECTS = ("nsubj", "nsubjpass", "csubj")
VERBAL = frozenset({"ROOT", "ccomp", "conj", "advcl", "relcl", "acl", "xcomp", "pcomp", "parataxis", "dep", "csubj"})
"""Labels of tokens that act as verbs: "claims" as a `dobj` is a noun, as a `ROOT` it is a cue."""

_RISES = frozenset({"conj", "xcomp", "advcl", "pcomp", "prep", "acl", "dep", "aux", "auxpass", "ccomp", "parataxis"})
_OBJECTS = frozenset({"dobj", "pobj", "attr"})
_MAX_RISE = 5  # "was quoted by X as having said" needs three; a bound, not measured
_BEFORE_HEAD = frozenset({"det", "compound", "amod", "poss", "nummod", "nmod", "quantmod", "predet", "case"})
RELATIVES = frozenset({"who", "which", "that", "whom"})


def subject(parse: Parse, verb: int) -> int | None:
    """The token that does what the verb says: its own subject, else that of the verb it hangs on.

    "X smiled and said", "X left, saying", "X was quoted as saying": X. "a letter saying": the letter.
    """
    token = verb
    for _ in range(_MAX_RISE):
        if (found := parse.child(token, *SUBJECTS)) is not None:
            return found
        dep, head = parse.deps[token], parse.heads[token]
        if dep == "relcl":
            return head
        if dep == "acl" and parse.deps[head] not in VERBAL:
            if parse.name_at(head) is not None or parse.deps[head] in SUBJECTS:
                return head
            # "released a statement saying": whoever released it, where the sentence says
            verb = parse.heads[head]
            while parse.deps[verb] == "prep" or (parse.deps[verb] == "pobj" and verb != parse.heads[verb]):
                verb = parse.heads[verb]
            return subject(parse, verb) if parse.deps[verb] in VERBAL and parse.deps[head] in _OBJECTS else head
        if head == token or dep not in _RISES:
            return None
        if dep == "advcl" and parse.lower[token].endswith("ing") and token > head and parse.words[token - 1] == ",":
            # "argued that it would help, saying": whoever argued, wherever the parser hung the participle
            while parse.deps[head] in {"ccomp", "xcomp", "advcl"} and parse.heads[head] < head:
                head = parse.heads[head]
        token = head
    return None


def noun_phrase(parse: Parse, head: int) -> tuple[int, int]:
    """Tokens ``first`` to ``last`` (exclusive) of the noun phrase around a head, without what follows it.

    Relative clauses and appositions are left out; a name that holds the head is taken whole.
    """
    first = head
    for child in parse.children[head]:
        if child < head and parse.deps[child] in _BEFORE_HEAD:
            first = min(first, parse.left[child])
    last = head + 1
    if (name := parse.name_at(head)) is not None:
        first, last = min(first, name.first), max(last, name.last)
    while first < head and not parse.words[first][0].isalnum():
        first += 1
    return first, last
