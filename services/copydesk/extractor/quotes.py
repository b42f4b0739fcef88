"""From quotation marks and grammar to quotations: spans, kinds, attributions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from copydesk.extractor import cues
from copydesk.extractor.attribution import (
    BEFORE,
    COLON,
    SUBJECT_BEFORE,
    Attribution,
    Source,
    according,
    cue_tokens,
    cue_word,
    main_subject,
    on_the_left,
    on_the_right,
    source_of,
)
from copydesk.extractor.marks import Segment
from copydesk.extractor.syntax import VERBAL, Parse, subject

Side = Literal["right", "left", "none"]


class Draft(msgspec.Struct):
    """A quotation in the making; offsets in code points of the article's text."""

    start: int
    end: int
    fragments: list[tuple[int, int]]
    type: Literal["direct", "mixed", "indirect"]
    paragraph: int
    attribution: Attribution | None
    side: Side = "none"
    closed: bool = True
    group: int = -1
    confidence: float = 0.9


class Paragraph(msgspec.Struct):
    """A line of the article with what is known of it."""

    start: int
    end: int
    segments: list[Segment]
    parse: Parse | None = None
    heading: bool = False


FINAL = frozenset({".", "?", "!"})
MAX_HEADING = 25  # tokens; a longer line without a full stop is a sentence that lost it
MAX_SENTENCE = 200  # tokens before a quotation that are looked through; keeps the time linear where no full stop comes
MAX_SIGNATURE = 200  # code points of a name that signs a quotation
MAX_LEAD = 6  # tokens between a dash and the colon before a quotation: "Turnout rises - Ann Lee: "
MIN_ANY_VERB = 5  # words a quotation needs before a verb outside the lexicon may attribute it
MAX_SCARE = 3  # words; so short and without a cue, marks show a term or irony
MIN_LOOSE = 5  # words of a quotation in mid-sentence that nothing attributes


def is_heading(text: str, start: int, end: int) -> bool:
    """Whether a line is no sentence: it has no final punctuation and is short.

    >>> is_heading("Latest News", 0, 11), is_heading("He left.", 0, 8)
    (True, False)
    """
    line = text[start:end].rstrip()
    return not re.search(r"[.?!:;,…\"”’'»)]$", line) and len(line[:1000].split()) <= MAX_HEADING


def draft_quotes(text: str, number: int, paragraphs: Sequence[Paragraph], drafts: Sequence[Draft]) -> list[Draft]:
    """The quotations of one parsed paragraph, in order.

    Args:
        text: The article's.
        number: Index of the paragraph; it has a parse.
        paragraphs: All of them.
        drafts: Quotations of the paragraphs before, for those that go on.
    """
    paragraph = paragraphs[number]
    parse = paragraph.parse
    if parse is None or not len(parse):
        return []
    return _Reader(text, number, paragraphs, drafts, paragraph, parse).read()


class _Reader:
    """One paragraph's state while its quotations are found."""

    def __init__(  # noqa: PLR0917 - what `draft_quotes` takes, unpacked
        self,
        text: str,
        number: int,
        paragraphs: Sequence[Paragraph],
        drafts: Sequence[Draft],
        paragraph: Paragraph,
        parse: Parse,
    ) -> None:
        self.text, self.number, self.paragraphs, self.earlier = text, number, paragraphs, drafts
        self.segments, self.parse = paragraph.segments, parse
        self.ranges = [(parse.token_at(s.start), parse.token_at(s.end - 1) + 1) for s in self.segments]
        self.inside = [-1] * len(parse)
        for index, (first, last) in enumerate(self.ranges):
            for token in range(first, min(last, len(parse))):
                self.inside[token] = index
        self.found: list[Draft] = []

    def read(self) -> list[Draft]:
        for index in range(len(self.segments)):
            draft = self._quote(index)
            if draft is not None:
                self.found.append(draft)
        self.found = _join(self.text, self.found)
        self.found += self._indirect()
        self.found.sort(key=lambda draft: (draft.start, draft.end))
        return self.found

    # -------------------------------------------------------------------------------- one marked stretch

    def _quote(self, index: int) -> Draft | None:  # noqa: PLR0911 - one return a kind of place
        segment, (first, last) = self.segments[index], self.ranges[index]
        inner = self.text[segment.inner_start : segment.inner_end].strip()
        words = len(inner.split())
        left, right = self._sentence_start(index), self._sentence_end(index)
        before = [t for t in range(left, first) if self.parse.words[t][0].isalnum()]
        outer = [t for t in before if self.inside[t] < 0]
        ended = inner[-1:] in ",.?!…-—–" or self.text[segment.end : segment.end + 1] in {",", "."}
        title = _is_title(inner)
        fragment = (segment.start, segment.end)
        draft = Draft(*fragment, [fragment], "direct", self.number, None, closed=segment.closed)

        after = None
        if right > last:
            after = on_the_right(
                self.parse,
                (first, last),
                (last, right),
                self.inside,
                self.number,
                any_verb=ended and words >= MIN_ANY_VERB,
            )
        if not before:
            return self._initial(draft, after, inner, words, ended=ended, title=title)
        mark = self.parse.words[first - 1] if first else ""
        lead = on_the_left(self.parse, (first, last), (left, first), self.inside, self.number)
        if mark == ":" or (mark == "," and lead is not None and lead.cue is not None and self._close(lead, first)):
            return self._led_in(draft, lead, left, first)
        if after is not None and self._takes_object(after[0], last):
            after = None
        if (
            after is not None
            and self._follows_directly(after[1], last)
            and (lead is None or lead.token < left or not outer or lead.confidence < 0.9 or inner.endswith(","))
        ):
            attribution, begins = after
            draft.attribution, draft.side = attribution, "right"
            start = self._skip_conjunction(left, first)
            draft.start = min(draft.start, self.parse.starts[start])
            draft.end = max(draft.end, self._end_before(begins, last))
            return None if title and words <= MAX_SCARE and not outer else draft
        if lead is not None:
            return self._mixed(draft, lead, first, last, right, inner, title=title)
        if mark == ",":
            verb = self._any_verb(left, first)
            if verb is not None and words >= MIN_ANY_VERB and ended:
                draft.attribution, draft.side = verb, "left"
                return draft
        if words < MIN_LOOSE or title:
            return None
        head = main_subject(self.parse, left, first, self.inside)
        if head is not None:
            draft.attribution = Attribution(source_of(self.parse, head, self.number), None, "inferred", SUBJECT_BEFORE)
        draft.confidence = 0.5
        return draft

    def _initial(
        self, draft: Draft, after: tuple[Attribution, int] | None, inner: str, words: int, *, ended: bool, title: bool
    ) -> Draft | None:
        last = self.parse.token_at(draft.end - 1) + 1
        if after is not None and (ended or self._follows_directly(after[1], last)):
            gap = self._end_before(after[1], last)
            draft.attribution, draft.side = after[0], "right"
            if not ended and gap > draft.end:
                draft.end = gap
            return draft
        if (signature := self._signature(draft)) is not None:
            draft.attribution, draft.side = signature, "right"
            return draft
        if title and words <= MAX_SCARE + 2 and not inner.endswith(("!", "?", ".")):
            return None
        closed_off = inner[-1:] in ".?!…" or self.text[draft.end : draft.end + 1] == "." or last >= len(self.parse)
        if not closed_off and words < MIN_LOOSE:
            return None
        if words <= MAX_SCARE and not self._whole_paragraph(draft) and not (self.found and self.found[-1].attribution):
            return None
        draft.attribution = self._carried(draft)
        draft.confidence = 0.85 if closed_off else 0.5
        return draft

    def _led_in(self, draft: Draft, lead: Attribution | None, left: int, first: int) -> Draft:
        draft.side = "left"
        if self.parse.words[first - 1] == ":":
            head = self._signed(left, first - 1)
            if head is not None:
                lead = Attribution(source_of(self.parse, head, self.number), None, "named", COLON)
            elif lead is None:
                head = main_subject(self.parse, left, first, self.inside)
                if head is None and first - 1 - left <= 6:
                    head = next((t for t in range(first - 2, left - 1, -1) if self.parse.words[t][0].isalnum()), None)
                if head is not None:
                    lead = Attribution(source_of(self.parse, head, self.number), None, "named", COLON)
        elif lead is None:
            lead = self._any_verb(left, first)
        draft.attribution = lead
        if lead is not None and lead.token >= left:
            start, content = self._content(lead, first)
            if content is not None and start < first and self.inside[start] < 0:
                # "said that if she wins, "we will all ...": the quoted words end a clause that was begun before
                draft.start = min(draft.start, self.parse.starts[start])
        return draft

    def _signed(self, left: int, colon: int) -> int | None:
        """The name right before a colon that stands alone there: "Ann Lee: ...", "Turnout rises - Ann Lee: ..."."""
        parse = self.parse
        begin = colon
        while begin > max(left, colon - MAX_LEAD) and not self._is_dash(begin - 1):
            begin -= 1
        after_dash = begin > 0 and begin > left and self._is_dash(begin - 1)
        if after_dash and parse.lower[begin : begin + 2] == ["more", "from"]:
            begin += 2
        # "- Ann Lee said:" has a cue of its own
        spoken = colon > 0 and parse.lower[colon - 1] in cues.lemmas() and parse.deps[colon - 1] in VERBAL
        if after_dash and begin < colon and (parse.words[begin][0].isupper() or parse.lower[begin] == "the"):
            return None if spoken else colon - 1
        name = parse.name_at(colon - 1) if colon else None
        if name is None or name.last != colon or name.label not in {"PERSON", "ORG", "NORP", "PRODUCT"}:
            return None
        before = parse.words[name.first - 1] if name.first else ""
        return name.last - 1 if name.first <= left or before in {".", ":"} else None

    def _is_dash(self, token: int) -> bool:
        """Whether a token is a dash between words, not the hyphen of Jean-Luc."""
        parse = self.parse
        hyphen = parse.words[token] == "-" and token and parse.ends[token - 1] == parse.starts[token]
        return parse.words[token] in _DASHES and not hyphen

    def _signature(self, draft: Draft) -> Attribution | None:
        """The name that signs a quotation: after a dash that ends the paragraph, or alone on the next line.

        "..." ― Ann Lee. Pull quotes have the line with the name inside the closing mark, or a dash before it.
        """
        number, at = self.number, draft.end
        end = self.paragraphs[number].end
        below = self._whole_paragraph(draft) and number + 1 < len(self.paragraphs)
        if below:
            number += 1
            at, end = self.paragraphs[number].start, self.paragraphs[number].end
        if end - at > MAX_SIGNATURE:
            return None
        match = (_SIGNED_BELOW if below else _SIGNATURE).fullmatch(self.text, at, end)
        if match is None:
            return None
        start, stop = match.span(match.lastgroup or "name")
        stop -= self.text[stop - 1] == "."
        head = self.text[start:stop].split()[-1]
        return Attribution(Source(start, stop, stop - len(head), head.lower(), number), None, "named", COLON)

    def _any_verb(self, left: int, first: int) -> Attribution | None:
        for token in range(first - 1, left - 1, -1):
            if self.parse.deps[token] in VERBAL and self.inside[token] < 0 and self.parse.words[token].isalpha():
                head = subject(self.parse, token)
                if head is not None and head < first and self.inside[head] < 0:
                    cue = cue_word(self.parse, token)
                    return Attribution(source_of(self.parse, head, self.number), cue, "named", 0.7, token)
        return None

    def _mixed(  # noqa: PLR0917 - the window that `_quote` measured
        self, draft: Draft, lead: Attribution, first: int, last: int, right: int, inner: str, *, title: bool
    ) -> Draft | None:
        words = len(inner.split())
        lemma = lead.cue.lemma if lead.cue else ""
        start, content = self._content(lead, first)
        weak = content is None and start == first and lemma not in cues.NAMING and lemma not in cues.STRONG
        loose = words <= MAX_SCARE + 3 and _is_title(inner.rstrip(".,"))
        if self.parse.lower[first - 1] in _TERMS and words <= MAX_SCARE + 3:
            return None
        if ((title or loose) and words <= MAX_SCARE + 3 and not (content is not None and start < first)) or (
            weak and words <= MAX_SCARE
        ):
            return None
        draft.attribution, draft.side = lead, "left"
        draft.start = min(draft.start, self.parse.starts[start])
        if start < first or content is not None:
            limit = min(right, self.parse.right[content] + 1 if content is not None else right)
            others = [c for c in self.parse.children[lead.token] if c >= last and self.parse.deps[c] in {"conj", "cc"}]
            limit = min([limit, *(max(last, self.parse.left[c]) for c in others)])
            draft.end = max(draft.end, self._run_on(last, limit))
        return draft

    def _content(self, lead: Attribution, first: int) -> tuple[int, int | None]:  # noqa: PLR0911 - ditto
        """The token where what is reported starts, and the head of its clause (None: the quoted words alone)."""
        parse, cue = self.parse, lead.token
        lemma = lead.cue.lemma if lead.cue else ""
        if cue < 0 or cue >= first:
            return first, None
        if lemma == "according to":
            comma = next((t for t in range(cue, first) if parse.words[t] == ","), None)
            return (comma + 1, None) if comma is not None else (first, None)
        clause = next(
            (
                c
                for c in parse.children[cue]
                if parse.deps[c] in {"ccomp", "xcomp"} and parse.left[c] <= first <= parse.right[c] + 1 and c > cue
            ),
            None,
        )
        that = next(
            (
                t
                for t in range(cue + 1, first)
                if parse.lower[t] == "that" and self.inside[t] < 0 and parse.deps[t] != "det"
            ),
            None,
        )
        if clause is not None:
            start = max(parse.left[clause], cue + 1)
            if that is not None and that in {start - 1, start}:
                start = that + 1
            elif lemma in _ORDERS and parse.lower[start] in {"to", "not"}:
                start = cue + 1  # "asked [the actors to do it]": who is asked belongs to what was asked
            return self._first_word(start, first), clause
        if parse.words[cue + 1] == "," and cue + 2 < first:
            return self._first_word(cue + 2, first), None  # "But, Lee added, he had ..."
        if that is not None and that - cue <= 12:
            return self._first_word(that + 1, first), None
        if lemma in cues.NAMING:
            return self._named_thing(cue, first), None
        # less the addressee, the date, "in a statement"
        start = cue + 1
        for child in parse.children[cue]:
            if (
                child > cue
                and parse.deps[child] in {"dobj", "dative", "npadvmod", "prep", "advmod", "prt"}
                and parse.right[child] < first
            ):
                start = max(start, parse.right[child] + 1)
        start = self._first_word(start, first)
        has_verb = any(parse.deps[t] in {"nsubj", "nsubjpass", "aux", "mark"} for t in range(start, first))
        return (start, None) if has_verb else (first, None)

    def _named_thing(self, cue: int, first: int) -> int:
        """What is called something belongs to what was said: "called [the bill "a mess"]", but not a pronoun alone."""
        parse = self.parse
        start = cue + 1
        while start < first and parse.deps[start] in {"prep", "prt"} and parse.lower[start] in _LINKING:
            start += 1  # "called for [an end to ...]", "referred to [her ...]"
        return self._first_word(start, first)

    # -------------------------------------------------------------------------------- windows and edges

    def _final(self, token: int) -> bool:
        parse = self.parse
        if parse.words[token] in FINAL:
            return True
        following = token + 1
        return (
            following < len(parse)
            and parse.begins[following]
            and parse.words[token][-1] in ".?!"
            and parse.lower[token] not in _ABBREVIATED
            and not parse.words[following][0].islower()
        )

    def _sentence_start(self, index: int) -> int:
        token = self.ranges[index][0] - 1
        farthest = max(0, token - MAX_SENTENCE)
        while token >= farthest:
            other = self.inside[token]
            if other >= 0:
                segment, (first, last) = self.segments[other], self.ranges[other]
                ends = self.text[segment.inner_end - 1] in ".?!"
                if ends and not (last < len(self.parse) and self.parse.words[last][0].islower()):
                    follows = self.parse.words[last] if last < len(self.parse) else ""
                    if follows != "," and not self._attributes_soon(last):
                        break
                token = first - 1
            elif self._final(token):
                break
            else:
                token -= 1
        return token + 1

    def _attributes_soon(self, token: int) -> bool:
        """Whether an attribution follows a question or an exclamation: "Why?" Lee asked."""
        return any(word in cues.lemmas() for word in self.parse.lower[token : token + 4])

    def _sentence_end(self, index: int) -> int:
        segment, (_, last) = self.segments[index], self.ranges[index]
        size = len(self.parse)
        following = self.text[segment.end : segment.end + 1]
        if last >= size or following in {".", ";"}:
            return last
        ending = self.text[segment.inner_end - 1]
        if ending == "." and not self.parse.words[last][0].islower():
            return last
        if (
            ending in "?!"
            and following != ","
            and not self.parse.words[last][0].islower()
            and not self._attributes_soon(last)
        ):
            return last
        token = last
        while token < size and self.inside[token] < 0 and not self._final(token):
            token += 1
        return token

    def _follows_directly(self, begins: int, last: int) -> bool:
        """Whether a clause is set off from the quotation: nothing between them, or a comma before the clause."""
        between = [t for t in range(last, begins) if self.parse.words[t][0].isalnum()]
        return not between or self.parse.words[begins - 1] in {",", "—", "–", "-", '"', "”"}

    def _end_before(self, begins: int, last: int) -> int:
        token = begins - 1
        while token >= last and not self.parse.words[token][0].isalnum():
            token -= 1
        return self.parse.ends[token] if token >= last else 0

    def _skip_conjunction(self, token: int, first: int) -> int:
        while token < first and (not self.parse.words[token][0].isalnum() and self.inside[token] < 0):
            token += 1
        return token

    def _first_word(self, token: int, first: int) -> int:
        while (
            token < first
            and self.inside[token] < 0
            and (not self.parse.words[token][0].isalnum() and self.parse.words[token] not in "$£€#@")
        ):
            token += 1
        return token

    def _run_on(self, last: int, limit: int) -> int:
        token = last
        while token < limit:
            word = self.parse.words[token]
            if (
                token == last
                and self.text[self.parse.ends[token - 1] - 2] in ",;"
                and self.parse.lower[token] not in _CARRY_ON
            ):
                break
            if self.inside[token] < 0 and (word in {",", ";", ":", "—", "–", "--", "(", ")"} or self._final(token)):
                break
            token += 1
        return self.parse.ends[token - 1]

    def _takes_object(self, attribution: Attribution, last: int) -> bool:
        """Whether the cue after a quotation has something else to say: "..." the senator blamed the press."""
        cue, parse = attribution.token, self.parse
        if attribution.cue is None or attribution.cue.lemma in {"tell", "ask", "according to", "put it"}:
            return False
        objects = [c for c in parse.children[cue] if c > cue and parse.deps[c] in {"ccomp", "dobj", "xcomp"}]
        return any(parse.left[child] >= last and self._first_word(child, child) >= last for child in objects)

    def _close(self, lead: Attribution, first: int) -> bool:
        return lead.token >= 0 and first - lead.token <= MAX_HEADING

    def _whole_paragraph(self, draft: Draft) -> bool:
        paragraph = self.paragraphs[self.number]
        rest = self.text[paragraph.start : draft.start] + self.text[draft.end : paragraph.end]
        return not any(map(str.isalnum, rest))

    # -------------------------------------------------------------------------------- no attribution beside it

    def _carried(self, draft: Draft) -> Attribution | None:
        """The speaker of a quotation that nothing in its sentence attributes."""
        parse = self.parse
        first = parse.token_at(draft.start)
        if self.found and self.found[-1].attribution is not None:
            previous = self.found[-1]
            between = self.text[previous.end : draft.start]
            gap = range(parse.token_at(previous.end), first)
            near = sum(self.inside[token] < 0 and self._final(token) for token in gap) <= 1
            # only the attribution itself stands between them, or nothing
            alone = previous.side == "right" or not any(map(str.isalnum, between))
            if previous.attribution is not None and previous.attribution.source is not None and near and alone:
                return _carry(previous.attribution, "continued", 0.9)
        begin = first
        while begin > 0 and self._final(begin - 1):
            begin -= 1
        end = begin
        begin -= 1
        while begin >= 0 and not self._final(begin):
            begin -= 1
        begin += 1
        if begin < end:
            found = self._from_sentence(self.number, begin, end)
            last = next((d.attribution for d in reversed(self.found) if d.attribution is not None), None)
            if (
                found is not None
                and found.source is not None
                and found.source.head in cues.SINGULAR
                and last is not None
            ):
                return _carry(last, "inferred", BEFORE)  # "..." Lee said. He paused. "...": Lee
            return found
        return self._from_paragraph_before(draft)

    def _from_sentence(self, number: int, begin: int, end: int) -> Attribution | None:
        parse = self.paragraphs[number].parse
        if parse is None:
            return None
        inside = self.inside if number == self.number else [-1] * len(parse)
        for token in reversed(cue_tokens(parse, begin, end, inside)):
            head = subject(parse, token)
            if head is not None and begin <= head < end and inside[head] < 0:
                source = source_of(parse, head, number)
                return Attribution(source, cue_word(parse, token), "inferred", BEFORE, token)
        if (found := according(parse, begin, end, number)) is not None:
            return _carry(found[0], "inferred", BEFORE)
        head = main_subject(parse, begin, end, inside)
        if head is None:
            return None
        return Attribution(source_of(parse, head, number), None, "inferred", SUBJECT_BEFORE)

    def _from_paragraph_before(self, draft: Draft) -> Attribution | None:
        number = self.number - 1
        if number < 0 or self.paragraphs[number].heading:
            return None
        before = self.paragraphs[number]
        previous = self.earlier[-1] if self.earlier else None
        if (
            previous is not None
            and previous.paragraph == number
            and previous.attribution is not None
            and previous.type != "indirect"
        ):
            rest = self.text[previous.end : before.end]
            tail = rest.strip(" .,\"'”’")
            if not tail or (previous.side == "right" and rest.count(".") + rest.count("?") <= 1):
                return _carry(previous.attribution, "continued", 0.7 if self._whole_paragraph(draft) or tail else 0.6)
        parse = before.parse
        if parse is None or not len(parse):
            return None
        begin = len(parse) - 1
        while begin > 0 and not (parse.begins[begin] and parse.words[begin - 1][-1:] in '.?!"”'):
            begin -= 1
        colon = self.text[before.start : before.end].rstrip().endswith(":")
        found = self._from_sentence(number, begin, len(parse))
        if found is not None and colon:
            return _carry(found, "named", COLON)
        return found

    # -------------------------------------------------------------------------------- reported speech

    def _indirect(self) -> list[Draft]:
        parse = self.parse
        used = [(d.start, d.end) for d in self.found]
        cued = {d.attribution.token for d in self.found if d.attribution and d.paragraph == self.number}
        found: list[Draft] = []
        for token in cue_tokens(parse, 0, len(parse), self.inside):
            if cues.lemmas()[parse.lower[token]] not in cues.STRONG:
                continue
            head = subject(parse, token)
            if head is None or self.inside[head] >= 0:
                continue
            span = self._reported(token)
            if span is None:
                continue
            start, end = span
            if any(a < end and start < z for a, z in used) or (token in cued and end - start < 20):
                continue
            if not parse.starts[head] < start and not parse.starts[head] >= end:
                continue
            attribution = Attribution(source_of(parse, head, self.number), cue_word(parse, token), "named", 0.9, token)
            used.append(span)
            found.append(Draft(start, end, [], "indirect", self.number, attribution, confidence=0.8))
        return found + self._according(used)

    def _reported(self, cue: int) -> tuple[int, int] | None:
        """Code points of the clause that a cue reports."""
        parse = self.parse
        if (clause := parse.child(cue, "ccomp")) is None:
            return None
        first, last = parse.left[clause], parse.right[clause]
        if clause > cue:
            first = max(first, cue + 1)
        else:
            last = min(last, cue - 1)
            head = subject(parse, cue)
            if head is not None and clause < head < cue:
                last = min(last, _first_of(parse, head) - 1)
        while (
            first <= last
            and (not parse.words[first][0].isalnum() or parse.lower[first] == "that")
            and parse.words[first] not in "$£€"
        ):
            first += 1
        while last >= first and not parse.words[last][0].isalnum() and parse.words[last] not in "%)":
            last -= 1
        if last - first < 2 or any(self.inside[t] >= 0 for t in range(first, last + 1)):  # two words report nothing
            return None
        return parse.starts[first], parse.ends[last]

    def _according(self, used: list[tuple[int, int]]) -> list[Draft]:
        parse, found = self.parse, []
        size = len(parse)
        for token in range(size - 1):
            if parse.lower[token] != "according" or parse.lower[token + 1] != "to" or self.inside[token] >= 0:
                continue
            found_here = according(parse, token, min(size, token + MAX_HEADING), self.number)
            if found_here is None:
                continue
            begin, end = token, token
            while begin > 0 and not self._final(begin - 1):
                begin -= 1
            while end < size and not self._final(end):
                end += 1
            if begin == token:
                comma = next(
                    (t for t in range(parse.right[token] + 1, end) if parse.words[t] == ","), parse.right[token]
                )
                first, last = comma + 1, end - 1
            else:
                first, last = begin, token - 1
            while last >= first and not parse.words[last][0].isalnum() and parse.words[last] not in "%)":
                last -= 1
            if last - first < 2 or any(self.inside[t] >= 0 for t in range(first, last + 1)):
                continue
            span = (parse.starts[first], parse.ends[last])
            if not any(a < span[1] and span[0] < z for a, z in used):
                used.append(span)
                found.append(Draft(*span, [], "indirect", self.number, found_here[0], confidence=0.8))
        return found


def _first_of(parse: Parse, head: int) -> int:
    return parse.left[head]


def _carry(attribution: Attribution, way: Literal["named", "continued", "inferred"], confidence: float) -> Attribution:
    return Attribution(attribution.source, attribution.cue, way, min(confidence, attribution.confidence))


_CARRY_ON = frozenset({"but", "and", "if", "because", "or", "which", "that"})
"""Words after a comma in the mark with which the reported clause goes on."""

_ABBREVIATED = frozenset(
    "lt. gov. sen. rep. gen. col. sgt. capt. dr. mr. mrs. ms. st. prof. rev. maj. cmdr. adm. atty. d. r.".split()  # noqa: SIM905
)
"""Titles with a full stop that ends no sentence."""

_DASHES = frozenset({"-", "–", "—", "―", "--"})
_NAME = r"(?P<name>[A-Z][\w.'’-]{0,30}(?: (?:(?:de|la|von|van|al|of|the|and) )?[A-Z0-9][\w.'’-]{0,30}){0,5})"
_DASH = r"\s{0,3}[-–—―]{1,3}\s{0,3}"
_SIGNATURE = re.compile(rf"{_DASH}{_NAME}(?:,.*)?[\s.]*")
_SIGNED_BELOW = re.compile(rf"(?:{_DASH}{_NAME}(?:,.*)?|{_NAME.replace('name', 'name2')}(?:,[^\"”]*)?[\"”][\s.]*)")

_ORDERS = frozenset({"ask", "tell", "urge", "advise", "beg", "implore", "warn", "remind", "call"})
"""Lemmas of cues that take somebody and an infinitive."""

_LINKING = frozenset({"for", "on", "to", "about", "of", "out", "upon"})

_TERMS = frozenset({"phrase", "term", "word", "words", "named", "titled", "entitled", "nicknamed", "known"})
"""Words before a mark that say that a term or a title follows."""

_SMALL = frozenset(
    {"a", "an", "the", "of", "and", "in", "on", "to", "for", "at", "by", "with", "from", "or", "as", "is"}
)


def _is_title(inner: str) -> bool:
    """Whether these words look like the title of a work: every weighty word has a capital.

    >>> _is_title("Gone with the Wind"), _is_title("Gone with the wind")
    (True, False)
    """
    words = [word.strip(",.;:!?'’\"“”()") for word in inner.split()]
    weighty = [word for word in words if word and word.lower() not in _SMALL]
    if not weighty or inner[-1:] in ".?!":
        return False
    return all(word[0].isupper() or word[0].isdigit() for word in weighty) and not (
        len(weighty) == 1 and len(words) > 1
    )


def _join(text: str, drafts: list[Draft]) -> list[Draft]:
    """Pieces under one cue made one; a piece inside another's span taken up by it; kinds settled."""
    joined: list[Draft] = []
    for draft in drafts:
        while joined:
            last = joined[-1]
            if not (draft.start < last.end or _one_cue(text, last, draft)):
                break
            if draft.attribution is None or (
                last.attribution is not None and last.attribution.confidence >= draft.attribution.confidence
            ):
                draft.attribution, draft.side = last.attribution, last.side
            draft.start, draft.end = min(draft.start, last.start), max(draft.end, last.end)
            draft.fragments = last.fragments + draft.fragments
            draft.closed = draft.closed and last.closed
            joined.pop()
        joined.append(draft)
    for draft in joined:
        marked = sum(_letters(text[start:end]) for start, end in draft.fragments)
        draft.type = "direct" if _letters(text[draft.start : draft.end]) == marked else "mixed"
    return joined


def _one_cue(text: str, one: Draft, two: Draft) -> bool:
    if (
        one.attribution is None
        or two.attribution is None
        or one.attribution.token < 0
        or one.attribution.way != "named"
    ):
        return False
    cue = one.attribution.cue
    if (
        one.attribution.token != two.attribution.token
        or one.attribution.cue != two.attribution.cue
        or two.attribution.way != "named"
        or cue is None
    ):
        return False
    between = text[one.end : two.start]
    return not one.end <= cue.start < two.start and not re.search(r"[.?!;]", between)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))
