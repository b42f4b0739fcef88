"""A parsed paragraph with quotation marks, and the sentences around each quotation."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.extractor.dateline import LABEL
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.syntax import Parse

MAX_SENTENCE = 200  # tokens before a quotation that are looked through; keeps the time linear where no full stop comes

MAX_SUBJECT = 8  # tokens of a subject up to its head

_FINAL = frozenset({".", "?", "!"})
_BREAKS = frozenset({",", ";", ":", "—", "–", "--", "(", ")"})
_SET_OFF = frozenset({",", "—", "–", "-", '"', "”"})
_CURRENCY_AND_TAGS = "$£€#@"


class QuotedParagraph:
    """A parsed paragraph, its quoted segments and its sentences.

    Args:
        text: The article's text.
        number: Index of the paragraph.
        paragraphs: All paragraphs of the article.
        parse: Parse of this paragraph.
        lexicon: The language's words.
    """

    __slots__ = ("lexicon", "number", "paragraph", "paragraphs", "parse", "ranges", "segment_of", "segments", "text")

    def __init__(self, text: str, number: int, paragraphs: Sequence[Paragraph], parse: Parse, lexicon: Lexicon) -> None:
        """Find the tokens of each segment.

        ``ranges`` are the first and last (exclusive) token of each segment; ``segment_of`` is the index of each
        token's segment, -1 outside quotation marks.
        """
        self.text, self.number, self.paragraphs, self.parse, self.lexicon = text, number, paragraphs, parse, lexicon
        self.paragraph = paragraphs[number]
        self.segments = self.paragraph.segments
        self.ranges = [(parse.token_at(s.start), parse.token_at(s.end - 1) + 1) for s in self.segments]
        self.segment_of = [-1] * len(parse)
        for index, (first, last) in enumerate(self.ranges):
            for token in range(first, min(last, len(parse))):
                self.segment_of[token] = index

    # -------------------------------------------------------------------------------- sentences

    def ends_sentence(self, token: int) -> bool:
        """Return whether a token ends a sentence: it is a full stop, or holds one and a sentence starts after it."""
        parse = self.parse
        following = token + 1
        if parse.words[token] in _FINAL or (
            parse.deps[token] == LABEL and parse.deps[following : following + 1] != [LABEL]
        ):
            return True
        return (
            following < len(parse)
            and parse.begins[following]
            and parse.words[token][-1] in ".?!"
            and parse.lower[token] not in self.lexicon.quotations.abbreviations
            and not parse.words[following][0].islower()
        )

    def sentence_start(self, index: int) -> int:
        """First token of the sentence around a segment; quotations that end before it are left out."""
        token = self.ranges[index][0] - 1
        farthest = max(0, token - MAX_SENTENCE)
        while token >= farthest:
            other = self.segment_of[token]
            if other >= 0:
                if self._is_closed_off(other):
                    break
                token = self.ranges[other][0] - 1
            elif self.ends_sentence(token):
                break
            else:
                token -= 1
        return token + 1

    def _is_closed_off(self, index: int) -> bool:
        """Return whether a segment ends its sentence and nothing after it attributes it."""
        segment, (_, last) = self.segments[index], self.ranges[index]
        ends = self.text[segment.inner_end - 1] in ".?!"
        if not ends or (last < len(self.parse) and self.parse.words[last][0].islower()):
            return False
        following = self.parse.words[last] if last < len(self.parse) else ""
        return following != "," and not self._is_attributed_at(last)

    def _is_attributed_at(self, token: int) -> bool:
        """Return whether an attribution follows a question or an exclamation: "Why?" Lee asked."""
        parse, lemmas = self.parse, self.lexicon.speech.lemmas
        if any(word in lemmas for word in parse.lower[token : token + 4]):
            return True
        # "Long live the king!" Margarita Lund, the editor in chief, wrote
        return any(
            parse.deps[head] == "nsubj"
            and parse.left[head] == token
            and parse.lower[parse.heads[head]] in lemmas
            and parse.heads[head] > head
            for head in range(token, min(token + MAX_SUBJECT, len(parse)))
        )

    def sentence_end(self, index: int) -> int:
        """Token after the sentence around a segment, or after the segment where the sentence ends with it."""
        segment, (_, last) = self.segments[index], self.ranges[index]
        parse, size = self.parse, len(self.parse)
        following = self.text[segment.end : segment.end + 1]
        if last >= size or following in {".", ";"}:
            return last
        ending = self.text[segment.inner_end - 1]
        if ending == "." and not parse.words[last][0].islower():
            return last
        if (
            ending in "?!"
            and following != ","
            and not parse.words[last][0].islower()
            and not self._is_attributed_at(last)
        ):
            return last
        token = last
        while token < size and self.segment_of[token] < 0 and not self.ends_sentence(token):
            token += 1
        return token

    # -------------------------------------------------------------------------------- edges of a quotation

    def is_set_off(self, begin: int, last: int) -> bool:
        """Return whether a clause after a quotation is set off: nothing is between them, or a comma ends it.

        Args:
            begin: First token of the clause.
            last: Token after the quotation.
        """
        between = [token for token in range(last, begin) if self.parse.words[token][0].isalnum()]
        return not between or self.parse.words[begin - 1] in _SET_OFF

    def end_before(self, begin: int, last: int) -> int:
        """End of the last word between a quotation and the clause after it, in code points; 0 if there is none."""
        token = begin - 1
        while token >= last and not self.parse.words[token][0].isalnum():
            token -= 1
        return self.parse.ends[token] if token >= last else 0

    def skip_punctuation(self, token: int, stop: int, *, but: str = "") -> int:
        """First token from here on that is no punctuation outside quotation marks; ``stop`` where there is none.

        Args:
            token: The token to begin with.
            stop: Token to end before.
            but: Characters that count as words.
        """
        words, segment_of = self.parse.words, self.segment_of
        while (
            token < stop
            and segment_of[token] < 0
            and not words[token][0].isalnum()
            and not (but and words[token] in but)
        ):
            token += 1
        return token

    def first_word(self, token: int, stop: int) -> int:
        """First token from here on that may begin a quotation; currency signs may."""
        return self.skip_punctuation(token, stop, but=_CURRENCY_AND_TAGS)

    def run_on(self, last: int, limit: int) -> int:
        """End of the clause that goes on after a quotation, in code points.

        Args:
            last: Token after the quotation.
            limit: Token that the clause ends before at the latest.
        """
        parse = self.parse
        token = last
        while token < limit:
            if (
                token == last
                and self.text[parse.ends[token - 1] - 2] in ",;"
                and parse.lower[token] not in self.lexicon.quotations.continuing_words
            ):
                break
            if self.segment_of[token] < 0 and (parse.words[token] in _BREAKS or self.ends_sentence(token)):
                break
            token += 1
        return parse.ends[token - 1]

    def is_alone(self, start: int, end: int) -> bool:
        """Return whether nothing but punctuation stands in the paragraph besides this stretch."""
        rest = self.text[self.paragraph.start : start] + self.text[end : self.paragraph.end]
        return not any(map(str.isalnum, rest))
