"""A parsed paragraph as plain lists, and its grammar: subjects, noun phrases, subtrees.

Dependency labels (`nsubj`, `ccomp`) and entity labels (`PERSON`) are those of spaCy's English models.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec


class Name(msgspec.Struct, frozen=True):
    """A stretch that the entity recogniser labelled: tokens ``first`` to ``last`` (exclusive)."""

    first: int
    last: int
    label: str


class Parse:
    """The tokens of one paragraph as parallel lists.

    Args:
        words: Text of each token.
        starts: Code point in the article's text (or title) where each token starts.
        heads: Index of each token's head; its own index for a root.
        deps: Dependency label of each token.
        begins: Whether a sentence starts at the token.
        names: Names that the entity recogniser found.
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
        """Derive the columns that the rules need often: ends, small letters, children, subtrees; linear in the tokens.

        ``left`` and ``right`` are the first and last token of each token's subtree.
        """
        self.words, self.starts, self.heads, self.deps = words, starts, heads, deps
        self.begins, self.names = begins, names
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
        """Number of tokens."""
        return len(self.words)

    @property
    def columns(self) -> tuple[list[str], list[int], list[int], list[str], list[bool], list[Name]]:
        """Everything that the parser found, in the order of the arguments."""
        return self.words, self.starts, self.heads, self.deps, self.begins, self.names

    def token_at(self, offset: int) -> int:
        """First token that ends after this code point; the number of tokens if there is none."""
        low, high = 0, len(self.ends)
        while low < high:
            middle = (low + high) // 2
            if self.ends[middle] <= offset:
                low = middle + 1
            else:
                high = middle
        return low

    def name_at(self, token: int) -> Name | None:
        """Name that this token is part of, or None."""
        for name in self.names:
            if name.first <= token < name.last:
                return name
        return None

    def child(self, token: int, *deps: str) -> int | None:
        """First child with one of these labels, or None."""
        for child in self.children[token]:
            if self.deps[child] in deps:
                return child
        return None


def complete_names(words: Sequence[str], names: Sequence[Name], particles: Collection[str]) -> list[Name]:
    """The names, each person's up to the end of the surname: nobody is called "Ursula von der".

    Args:
        words: Tokens of the paragraph.
        names: Names that the recogniser found, in order.
        particles: Small words inside surnames.

    >>> complete_names(
    ...     ["Ursula", "von", "der", "Leyen", "spoke"], [Name(0, 2, "PERSON"), Name(3, 4, "GPE")], {"von", "der"}
    ... )
    [Name(first=0, last=4, label='PERSON')]
    """
    whole: list[Name] = []
    for name in names:
        if whole and name.first < whole[-1].last:
            continue
        last = name.last
        if name.label == "PERSON" and words[last - 1].lower() in particles:
            while last < len(words) and words[last] in particles:
                last += 1
            last = last + 1 if last < len(words) and words[last][0].isupper() else name.last
        whole.append(name if last == name.last else Name(name.first, last, name.label))
    return whole


SUBJECTS = ("nsubj", "nsubjpass", "csubj")
VERBAL = frozenset(
    {"ROOT", "ccomp", "conj", "advcl", "relcl", "acl", "xcomp", "pcomp", "parataxis", "dep", "csubj", "csubjpass"}
)
"""Labels of tokens that act as verbs: "claims" as a `dobj` is a noun, as a `ROOT` it is a cue."""

_RISES = frozenset({"conj", "xcomp", "advcl", "pcomp", "prep", "acl", "dep", "aux", "auxpass", "ccomp", "parataxis"})
"""Labels of verbs that may have the subject of the verb above."""

_OBJECTS = frozenset({"dobj", "pobj", "attr"})
_MAX_RISE = 5  # "was quoted by X as having said" needs three; a bound, not measured
_BEFORE_HEAD = frozenset({"det", "compound", "amod", "poss", "nummod", "nmod", "quantmod", "predet", "case"})


def find_subject(parse: Parse, verb: int, participle_endings: tuple[str, ...]) -> int | None:
    """Token of a verb's subject; of the subject of the verb above where it has none; None where there is none at all.

    "X smiled and said", "X left, saying", "X was quoted as saying": X. "a letter saying": the letter.

    Args:
        parse: The paragraph.
        verb: Token of the verb.
        participle_endings: Endings of participles.
    """
    token = verb
    for _ in range(_MAX_RISE):
        if (own := parse.child(token, *SUBJECTS)) is not None:
            return own
        dep, head = parse.deps[token], parse.heads[token]
        if dep == "relcl":
            return head
        if dep == "acl" and parse.deps[head] not in VERBAL:
            return _find_subject_of_noun(parse, head, participle_endings)
        if head == token or dep not in _RISES:
            return None
        if (
            dep == "advcl"
            and parse.lower[token].endswith(participle_endings)
            and token > head
            and parse.words[token - 1] == ","
        ):
            # "argued that it would help, saying": whoever argued, wherever the parser hung the participle
            while parse.deps[head] in {"ccomp", "xcomp", "advcl"} and parse.heads[head] < head:
                head = parse.heads[head]
        token = head
    return None


def _find_subject_of_noun(parse: Parse, noun: int, participle_endings: tuple[str, ...]) -> int | None:
    """Subject of a verb that hangs on a noun: the noun, or whoever made the thing that the noun names."""
    if parse.name_at(noun) is not None or parse.deps[noun] in SUBJECTS:
        return noun
    # "released a statement saying": whoever released it, where the sentence says who
    verb = parse.heads[noun]
    while parse.deps[verb] == "prep" or (parse.deps[verb] == "pobj" and verb != parse.heads[verb]):
        verb = parse.heads[verb]
    if parse.deps[verb] in VERBAL and parse.deps[noun] in _OBJECTS:
        return find_subject(parse, verb, participle_endings)
    return noun


def find_noun_phrase(parse: Parse, head: int) -> tuple[int, int]:
    """Tokens ``first`` to ``last`` (exclusive) of the noun phrase around a head.

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


def find_ancestors(parse: Parse, tokens: Iterable[int]) -> set[int]:
    """All tokens that some of these hang on, at any distance."""
    ancestors: set[int] = set()
    for token in tokens:
        head = parse.heads[token]
        while head not in ancestors and head != token:
            ancestors.add(head)
            token, head = head, parse.heads[head]  # noqa: PLW2901 - climbing is what the loop does
    return ancestors


def find_sentences(parse: Parse) -> list[tuple[int, int]]:
    """Sentences of a paragraph: first token, token after the last."""
    starts = [token for token in range(len(parse)) if parse.begins[token] or token == 0]
    return list(zip(starts, [*starts[1:], len(parse)], strict=True))
