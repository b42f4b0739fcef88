"""The attribution that stands beside a quotation in its sentence, after it or before it."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.quotes.attribution import (
    CLAUSE_CUE,
    GOVERNING_CUE,
    UNKNOWN_VERB,
    WORD_ORDER,
    Attribution,
    CueWord,
    SpeakerMention,
    build_cue,
    build_mention,
    find_cues,
    find_speaker,
    is_passive,
)
from copydesk.extractor.quotes.claims import find_claim, is_denied
from copydesk.extractor.syntax import VERBAL, Parse, find_ancestors, find_noun_phrase, find_subject

MAX_ATTRIBUTION = 40  # tokens; a clause that attributes a quotation is shorter
MAX_PHRASE = 8  # tokens of a subject that the parser missed

_CLAUSES = frozenset({"ccomp", "xcomp"})


class CueSearch:
    """Searches the attributions of one paragraph's quotations."""

    def __init__(self, parse: Parse, segment_of: Sequence[int], paragraph: int, lexicon: Lexicon) -> None:
        """Note the paragraph.

        Args:
            parse: The paragraph.
            segment_of: Index of the quoted segment of each token; -1 outside quotation marks.
            paragraph: Index of the paragraph.
            lexicon: The cue verbs.
        """
        self.parse, self.segment_of, self.paragraph, self.lexicon = parse, segment_of, paragraph, lexicon

    # -------------------------------------------------------------------------------- after the quotation

    def find_after(
        self, quotation: tuple[int, int], window: tuple[int, int], *, any_verb: bool
    ) -> tuple[Attribution, int] | None:
        """The attribution that follows a quotation, and the token where its clause begins.

        Args:
            quotation: Tokens of the quotation.
            window: Tokens after it, up to the end of the sentence or to the next quotation.
            any_verb: Whether a verb that is no cue may attribute it ("...", he grinned).
        """
        parse = self.parse
        first, last = window[0], min(window[1], window[0] + MAX_ATTRIBUTION)
        while first < last and not parse.words[first][0].isalnum():
            first += 1
        if first >= last:
            return None
        cues = find_cues(parse, first, last, self.segment_of, self.lexicon)
        phrase = find_source_phrase(parse, first, last, self.paragraph, self.lexicon)
        if phrase is not None:
            # "..., Lee told a friend, according to court documents": Lee speaks, the documents pass it on
            spoken = self._choose_after(quotation, [token for token in cues if token < phrase[1]], first, last)
            return spoken if spoken is not None else phrase
        if any_verb and not cues:
            cues = [t for t in range(first, last) if parse.deps[t] in VERBAL and parse.words[t].isalpha()][:2]
        best = self._choose_after(quotation, cues, first, last)
        return best if best is not None else self._find_by_order(first, last)

    def _choose_after(
        self, quotation: tuple[int, int], cues: Sequence[int], first: int, last: int
    ) -> tuple[Attribution, int] | None:
        """The best of several cues of a window after a quotation, and the token where its clause begins."""
        parse, speech = self.parse, self.lexicon.speech
        governing = find_ancestors(parse, range(*quotation))
        best: tuple[float, Attribution, int] | None = None
        for token in cues:
            is_participle = parse.lower[token].endswith(speech.participle_endings)
            if is_participle and token == first and parse.child(token, "nsubj") is None:
                continue  # ", adding that": what follows is said by the speaker of what came before
            head = find_speaker(parse, token, self.lexicon)
            if head is None or not first <= head < last or self.segment_of[head] >= 0:
                continue
            mention = build_mention(parse, head, self.paragraph, self.lexicon)
            begin = min(token, find_noun_phrase(parse, head)[0])
            confidence = UNKNOWN_VERB
            if token in governing:
                confidence = GOVERNING_CUE
            elif parse.lower[token] in speech.lemmas:
                confidence = CLAUSE_CUE
            # the nearer the clause the better; a relative clause inside the subject does not attribute
            rank = confidence - 0.02 * (begin - first) - (0.3 if parse.deps[token] in {"relcl", "acl"} else 0.0)
            if best is None or rank > best[0]:
                cue = build_cue(parse, token, self.lexicon)
                best = (rank, Attribution(mention, cue, "named", confidence, token), begin)
        return best[1:] if best is not None else None

    def _find_by_order(self, first: int, last: int) -> tuple[Attribution, int] | None:
        """``said X`` and ``X said`` by their order alone, where the parse shows no subject."""
        parse, speech = self.parse, self.lexicon.speech
        for token in range(first, min(last, first + MAX_PHRASE + 1)):
            if parse.lower[token] not in speech.lemmas or parse.lower[token].endswith(speech.participle_endings):
                continue
            if token == first:
                head = parse.child(token, "nsubj", "dobj", "attr", "npadvmod")
                if head is None or not token < head < last:
                    head = _find_phrase_head(parse, token + 1, last, self.lexicon)
            else:
                head = token - 1 if parse.words[token - 1][0].isalnum() else None
                if any(word in {".", ";", ":"} for word in parse.words[first:token]):
                    head = None
            if head is None:
                return None
            while parse.deps[head] == "poss" and head < parse.heads[head] < last:
                head = parse.heads[head]  # after a quotation, Ford's chief executive: not Ford
            begin, end = find_noun_phrase(parse, head)
            mention = SpeakerMention(
                parse.starts[begin], parse.ends[end - 1], parse.starts[head], parse.lower[head], self.paragraph
            )
            cue = build_cue(parse, token, self.lexicon)
            return Attribution(mention, cue, "named", WORD_ORDER, token), min(begin, token)
        return None

    # -------------------------------------------------------------------------------- before the quotation

    def find_before(self, quotation: tuple[int, int], window: tuple[int, int]) -> Attribution | None:
        """The attribution that stands before a quotation: by the cue that governs it, else by the last cue.

        Args:
            quotation: Tokens of the quotation.
            window: Tokens of its sentence before it.
        """
        parse, lexicon = self.parse, self.lexicon
        cues = find_cues(parse, *window, self.segment_of, lexicon)
        governing: list[int] = []
        if cues:
            ancestors = find_ancestors(parse, range(*quotation))
            governing = [token for token in cues if token in ancestors]
        claimed = find_claim(parse, quotation, window, self.segment_of, self.paragraph, lexicon)
        if claimed is not None:
            return claimed
        if (attribution := self._find_by_cues(quotation, cues, governing)) is not None:
            return attribution
        if (phrase := find_source_phrase(parse, *window, self.paragraph, lexicon)) is not None:
            return phrase[0]
        verb = self._find_reporting_verb(quotation, window)
        if verb is not None and (head := find_subject(parse, verb, lexicon.speech.participle_endings)) is not None:
            mention = build_mention(parse, head, self.paragraph, lexicon)
            return Attribution(mention, build_cue(parse, verb, lexicon), "named", UNKNOWN_VERB, verb)
        if cues:
            token = (governing or cues)[-1]
            nearest = self._find_nearest_mention(window[0], token)
            return Attribution(nearest, build_cue(parse, token, lexicon), "named", WORD_ORDER, token)
        return None

    def _find_by_cues(
        self, quotation: tuple[int, int], cues: Sequence[int], governing: Sequence[int]
    ) -> Attribution | None:
        """The attribution by the first cue that decides; without a speaker where it says that nobody known spoke."""
        parse, lexicon = self.parse, self.lexicon
        for token in self._order_governing(governing) or cues[::-1]:
            head = find_speaker(parse, token, lexicon)
            if head is not None and self.segment_of[head] >= 0:
                # "The crew," said Ford's chief executive, "did": the parser gives the cue both subjects
                outside = (c for c in parse.children[token] if parse.deps[c] == "nsubj" and self.segment_of[c] < 0)
                head = next(outside, head)
            is_disowned = token in governing and is_denied(parse, token, quotation, lexicon)
            if (
                head is None
                and is_passive(parse, token, lexicon)
                and not is_disowned
                and self._is_told_by_other(governing, token)
            ):
                continue  # "Holt was asked to explain what Marsh called "a hole"": Marsh
            if is_disowned or (head is None and is_passive(parse, token, lexicon)):
                return Attribution(None, build_cue(parse, token, lexicon), "named", WORD_ORDER, token)
            if head is not None and self.segment_of[head] < 0:
                confidence = GOVERNING_CUE if governing else CLAUSE_CUE - 0.1
                mention = build_mention(parse, head, self.paragraph, lexicon)
                return Attribution(mention, build_cue(parse, token, lexicon), "named", confidence, token)
        return None

    def _is_told_by_other(self, governing: Sequence[int], token: int) -> bool:
        """Return whether a cue further in has a name as its own subject."""
        subjects = [self.parse.child(cue, "nsubj") for cue in governing if cue > token]
        return any(subject is not None and self._is_named(subject) for subject in subjects)

    def _is_named(self, token: int) -> bool:
        """Return whether a noun is a name, or has one in apposition."""
        apposed = self.parse.child(token, "appos")
        return self.parse.name_at(token) is not None or (
            apposed is not None and self.parse.name_at(apposed) is not None
        )

    def _order_governing(self, governing: Sequence[int]) -> list[int]:
        """Governing cues, the one that decides first: the innermost, or the cue whose clause it stands in.

        "Lee said that he believed it was ...": Lee said it. "Lee, who called it ..., said": who called it.
        """
        if not governing:
            return []
        first = governing[-1]
        for token in reversed(governing[:-1]):
            if self._reports(token, first) and not self._names_by_itself(first):
                first = token
        return [first, *(token for token in reversed(governing) if token != first)]

    def _names_by_itself(self, cue: int) -> bool:
        """Return whether a cue calls somebody something and its clause tells an event: recalled how Holt had called."""
        parse, speech = self.parse, self.lexicon.speech
        subject, manner = parse.child(cue, "nsubj"), parse.child(cue, "advmod")
        if subject is None or manner is None or manner > subject or parse.child(cue, "mark") is not None:
            return False
        is_naming = speech.guess_lemma(parse.lower[cue]) in speech.naming_lemmas
        return is_naming and parse.name_at(subject) is not None

    def _reports(self, outer: int, inner: int) -> bool:
        """Return whether a cue stands in the clause that an earlier cue reports."""
        heads = self.parse.heads
        token = inner
        while heads[token] not in {token, outer}:
            token = heads[token]
        return outer < inner and heads[token] == outer and self.parse.deps[token] in _CLAUSES

    def _find_reporting_verb(self, quotation: tuple[int, int], window: tuple[int, int]) -> int | None:
        """A verb that is no cue and governs a quotation through "that": "sensed that the plan was "a mess"."""
        parse = self.parse
        ancestors = find_ancestors(parse, range(*quotation))
        for token in range(window[1] - 1, window[0] - 1, -1):
            if token not in ancestors or self.segment_of[token] >= 0 or parse.deps[token] not in VERBAL:
                continue
            for child in parse.children[token]:
                if parse.deps[child] == "ccomp" and parse.left[child] <= quotation[0] <= parse.right[child] + 1:
                    mark = parse.child(child, "mark")
                    if mark is not None and parse.lower[mark] == self.lexicon.quotations.clause_opener:
                        return token
        return None

    def _find_nearest_mention(self, first: int, cue: int) -> SpeakerMention | None:
        """The name or pronoun right before a cue that has no subject in the parse."""
        parse = self.parse
        for token in range(cue - 1, max(first, cue - MAX_PHRASE) - 1, -1):
            if parse.lower[token] in self.lexicon.pronouns.resolved or (
                parse.name_at(token) is not None and not parse.words[token].isdigit()
            ):
                # an age is nobody: "Ann Berg, 44, said"
                return build_mention(parse, token, self.paragraph, self.lexicon)
        return None


def find_source_phrase(
    parse: Parse, first: int, last: int, paragraph: int, lexicon: Lexicon
) -> tuple[Attribution, int] | None:
    """The attribution by ``according to X`` or ``as X put it`` in a window, and the token where it begins.

    Args:
        parse: The paragraph.
        first: First token of the window.
        last: Token after the window.
        paragraph: Index of the paragraph.
        lexicon: The words of both phrases.
    """
    speech = lexicon.speech
    according, to = speech.according_to
    for token in range(first, last - 1):
        word = parse.lower[token]
        if word in speech.put_verbs and parse.lower[token + 1] == speech.put_object:
            head = parse.child(token, "nsubj")
            if head is not None and first <= head < token:
                mention, begin = build_mention(parse, head, paragraph, lexicon), find_noun_phrase(parse, head)[0]
                begin -= begin > first and parse.lower[begin - 1] == speech.put_opener
                cue = CueWord(parse.starts[token], parse.ends[token + 1], speech.put_lemma)
                return Attribution(mention, cue, "named", CLAUSE_CUE, token), begin
        if word == according and parse.lower[token + 1] == to:
            head = parse.child(token + 1, "pobj")
            if head is None:
                head = _find_phrase_head(parse, token + 2, last, lexicon)
            if head is None:
                return None
            mention = build_mention(parse, head, paragraph, lexicon)
            cue = CueWord(parse.starts[token], parse.ends[token + 1], " ".join(speech.according_to))
            return Attribution(mention, cue, "named", CLAUSE_CUE, token), token
    return None


def _find_phrase_head(parse: Parse, first: int, last: int, lexicon: Lexicon) -> int | None:
    """Last token of the pronoun, the name or the capitalised words that a window begins with."""
    if first >= last:
        return None
    if parse.lower[first] in lexicon.pronouns.personal:
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
