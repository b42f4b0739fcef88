"""Quotations of one parsed paragraph: from quotation marks and grammar to spans and attributions."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.quotes.attribution import (
    CLAUSE_CUE,
    COLON,
    SUBJECT_BEFORE,
    UNKNOWN_VERB,
    Attribution,
    SpeakerMention,
    build_cue,
    build_mention,
    find_main_subject,
)
from copydesk.extractor.quotes.context import find_speaker_in_context
from copydesk.extractor.quotes.cue_search import CueSearch
from copydesk.extractor.quotes.drafts import QuoteDraft, merge_pieces
from copydesk.extractor.quotes.quoted_paragraph import QuotedParagraph
from copydesk.extractor.quotes.reported_clause import ReportedClause, find_clause, find_clause_end
from copydesk.extractor.quotes.reported_speech import find_reported_speech
from copydesk.extractor.quotes.signatures import find_signature, find_signed_head
from copydesk.extractor.quotes.stretches import MAX_SCARE, MAX_TITLE, is_work_title, measure_stretch
from copydesk.extractor.syntax import VERBAL, find_subject

MIN_ANY_VERB = 5  # words a quotation needs before a verb that is no cue may attribute it
MIN_LOOSE = 5  # words of a quotation in mid-sentence that nothing attributes
MIN_WORK = 2  # words of a title; one word with a capital is a name or the start of a sentence
MAX_LEAD = 25  # tokens from a cue to the comma before a quotation
MAX_LABEL = 6  # tokens before a colon that may be nothing but the speaker


def draft_quotes(
    text: str, number: int, paragraphs: Sequence[Paragraph], earlier: Sequence[QuoteDraft], lexicon: Lexicon
) -> list[QuoteDraft]:
    """Quotations of one parsed paragraph, in order.

    Args:
        text: The article's text.
        number: Index of the paragraph; it has a parse.
        paragraphs: All paragraphs of the article.
        earlier: Quotations of the paragraphs before; the last one may go on here.
        lexicon: The language's words.
    """
    parse = paragraphs[number].parse
    if parse is None or not len(parse):
        return []
    paragraph = QuotedParagraph(text, number, paragraphs, parse, lexicon)
    drafts: list[QuoteDraft] = []
    for index in range(len(paragraph.segments)):
        draft = _SegmentReader(paragraph, index, drafts, earlier).read()
        if draft is not None:
            drafts.append(draft)
    drafts = merge_pieces(text, drafts)
    drafts += find_reported_speech(paragraph, drafts)
    drafts.sort(key=lambda draft: draft.order)
    return drafts


class _SegmentReader:
    """Decides whether one stretch in quotation marks is a quotation, where it ends and who says it."""

    def __init__(
        self, paragraph: QuotedParagraph, index: int, drafts: Sequence[QuoteDraft], earlier: Sequence[QuoteDraft]
    ) -> None:
        """Measure the stretch.

        Args:
            paragraph: The paragraph.
            index: Index of the segment in the paragraph.
            drafts: Quotations of the segments before.
            earlier: Quotations of the paragraphs before.
        """
        self.paragraph, self.parse, self.lexicon = paragraph, paragraph.parse, paragraph.lexicon
        self.drafts, self.earlier = drafts, earlier
        self.search = CueSearch(self.parse, paragraph.segment_of, paragraph.number, self.lexicon)
        self.stretch = measure_stretch(paragraph, index)
        segment = paragraph.segments[index]
        span = (segment.start, segment.end)
        self.draft = QuoteDraft(*span, [span], "direct", paragraph.number, None, closed=segment.closed)

    def read(self) -> QuoteDraft | None:
        """The quotation, or None where the marks show something else."""
        stretch, words = self.stretch, self.parse.words
        after = self._find_after()
        before = [token for token in range(*stretch.window_before) if words[token][0].isalnum()]
        if not before:
            return self._read_at_start(after)
        lead = self.search.find_before(stretch.tokens, stretch.window_before)
        mark = words[stretch.first - 1][-1]  # "(coach):" ends in one token "):"
        if mark == ":" or (mark == "," and lead is not None and self._is_near(lead) and not self._is_work()):
            return self._read_after_lead(lead, after)
        outside = [token for token in before if self.paragraph.segment_of[token] < 0]
        if after is not None and self._is_attributed_after(after, lead, outside):
            self._attribute_after(after)
            return None if stretch.is_title and stretch.words <= MAX_SCARE and not outside else self.draft
        if lead is not None:
            return self._read_mixed(lead)
        if mark == "," and stretch.ended and stretch.words >= MIN_ANY_VERB:
            verb = self._find_any_verb()
            if verb is not None:
                return self._attribute_before(verb)
        return self._read_loose()

    # -------------------------------------------------------------------------------- nothing before it

    def _read_at_start(self, after: tuple[Attribution, int] | None) -> QuoteDraft | None:
        """The quotation at the start of a sentence: what follows attributes it, else the sentences before."""
        paragraph, stretch, draft = self.paragraph, self.stretch, self.draft
        if after is not None and (stretch.ended or paragraph.is_set_off(after[1], stretch.last)):
            draft.attribution, draft.attribution_side = after[0], "after"
            if not stretch.ended:
                draft.end = max(draft.end, paragraph.end_before(after[1], stretch.last))
            return draft
        if (signature := find_signature(paragraph, draft)) is not None:
            draft.attribution, draft.attribution_side = signature, "after"
            return draft
        if stretch.is_title and stretch.words <= MAX_SCARE + 2 and not stretch.inner.endswith(("!", "?", ".")):
            return None
        ends_sentence = (
            stretch.inner[-1:] in ".?!…"
            or paragraph.text[draft.end : draft.end + 1] == "."
            or stretch.last >= len(self.parse)
        )
        if not ends_sentence and stretch.words < MIN_LOOSE:
            return None
        goes_on = bool(self.drafts) and self.drafts[-1].attribution is not None
        if stretch.words <= MAX_SCARE and not goes_on and not paragraph.is_alone(draft.start, draft.end):
            return None
        draft.attribution = find_speaker_in_context(paragraph, draft, self.drafts, self.earlier)
        draft.confidence = 0.85 if ends_sentence else 0.5
        return draft

    # -------------------------------------------------------------------------------- attributed after it

    def _find_after(self) -> tuple[Attribution, int] | None:
        """The attribution after the quotation in its sentence, and the token where its clause begins."""
        stretch = self.stretch
        if stretch.right <= stretch.last:
            return None
        any_verb = stretch.ended and stretch.words >= MIN_ANY_VERB
        return self.search.find_after(stretch.tokens, (stretch.last, stretch.right), any_verb=any_verb)

    def _is_attributed_after(
        self, after: tuple[Attribution, int], lead: Attribution | None, outside: Sequence[int]
    ) -> bool:
        """Return whether the attribution after a quotation counts, beside the one before it."""
        if self._takes_object(after[0]) or not self.paragraph.is_set_off(after[1], self.stretch.last):
            return False
        return (
            lead is None
            or lead.token < self.stretch.left
            or not outside
            or lead.confidence < 0.9
            or self.stretch.inner.endswith(",")
        )

    def _overrules_colon(self, after: tuple[Attribution, int], lead: Attribution | None) -> bool:
        """Return whether what follows a quotation speaks, not what the colon ends: that pays off: "We do," Lee says."""
        is_verb = after[0].confidence >= CLAUSE_CUE and self.parse.deps[after[0].token] in VERBAL
        is_set_off = self.stretch.inner[-1:] in ",?!" and self.paragraph.is_set_off(after[1], self.stretch.last)
        return is_set_off and (is_verb or lead is None)

    def _takes_object(self, attribution: Attribution) -> bool:
        """Return whether the cue after a quotation has other words to attribute: "..." the senator blamed the press."""
        if attribution.cue is None or attribution.cue.lemma in self.lexicon.speech.hearer_lemmas:
            return False
        parse, cue = self.parse, attribution.token
        objects = [child for child in parse.children[cue] if child > cue]
        return any(
            parse.deps[child] in {"ccomp", "dobj", "xcomp"} and parse.left[child] >= self.stretch.last
            for child in objects
        )

    def _attribute_after(self, after: tuple[Attribution, int]) -> None:
        """Attribute the quotation by what follows it; it spans the sentence's words on both sides of the marks."""
        paragraph, stretch, draft = self.paragraph, self.stretch, self.draft
        draft.attribution, draft.attribution_side = after[0], "after"
        start = paragraph.skip_punctuation(*stretch.window_before)
        draft.start = min(draft.start, self.parse.starts[start])
        draft.end = max(draft.end, paragraph.end_before(after[1], stretch.last))

    # -------------------------------------------------------------------------------- attributed before it

    def _is_near(self, lead: Attribution) -> bool:
        return lead.cue is not None and lead.token >= 0 and self.stretch.first - lead.token <= MAX_LEAD

    def _attribute_before(self, lead: Attribution) -> QuoteDraft:
        self.draft.attribution, self.draft.attribution_side = lead, "before"
        return self.draft

    def _read_after_lead(self, lead: Attribution | None, after: tuple[Attribution, int] | None) -> QuoteDraft:
        """The quotation after a colon, or after a comma and a cue."""
        stretch, draft = self.stretch, self.draft
        if self.parse.words[stretch.first - 1][-1] == ":":
            if after is not None and self._overrules_colon(after, lead):
                draft.attribution, draft.attribution_side = after[0], "after"
                return draft
            head = self._find_head_before_colon(lead)
            if head is not None:
                lead = Attribution(self._mention(head), None, "named", COLON)
        draft.attribution, draft.attribution_side = lead, "before"
        if lead is not None and lead.token >= stretch.left:
            clause = find_clause(self.paragraph, lead, stretch.first)
            if clause.head is not None and clause.start < stretch.first and self.paragraph.segment_of[clause.start] < 0:
                # said that if she wins, "we will all ...": the quoted words end a clause that was begun before
                draft.start = min(draft.start, self.parse.starts[clause.start])
        return draft

    def _find_head_before_colon(self, lead: Attribution | None) -> int | None:
        """Head of the speaker before a colon; None where ``lead`` says who speaks, or nothing does."""
        stretch = self.stretch
        signed = find_signed_head(self.paragraph, stretch.left, stretch.first - 1)
        if signed is not None or lead is not None:
            return signed
        head = find_main_subject(self.parse, *stretch.window_before, self.paragraph.segment_of, self.lexicon)
        if head is None and stretch.first - 1 - stretch.left <= MAX_LABEL:
            tokens = range(stretch.first - 2, stretch.left - 1, -1)
            head = next((token for token in tokens if self.parse.words[token][0].isalnum()), None)
        return head

    def _find_any_verb(self) -> Attribution | None:
        """The attribution by the last verb before the quotation, whatever verb it is."""
        parse, segment_of, stretch = self.parse, self.paragraph.segment_of, self.stretch
        for token in range(stretch.first - 1, stretch.left - 1, -1):
            if parse.deps[token] in VERBAL and segment_of[token] < 0 and parse.words[token].isalpha():
                head = find_subject(parse, token, self.lexicon.speech.participle_endings)
                if head is not None and head < stretch.first and segment_of[head] < 0:
                    cue = build_cue(parse, token, self.lexicon)
                    return Attribution(self._mention(head), cue, "named", UNKNOWN_VERB, token)
        return None

    def _read_mixed(self, lead: Attribution) -> QuoteDraft | None:
        """The quotation that ends a reported clause: it spans the clause."""
        stretch, draft = self.stretch, self.draft
        clause = find_clause(self.paragraph, lead, stretch.first)
        if self._is_term(lead, clause) or self._is_work() or self._is_ironic(lead):
            return None
        draft.start = min(draft.start, self.parse.starts[clause.start])
        if clause.start < stretch.first or clause.head is not None:
            limit = find_clause_end(self.parse, lead, clause, stretch)
            draft.end = max(draft.end, self.paragraph.run_on(stretch.last, limit))
        return self._attribute_before(lead)

    def _is_work(self) -> bool:
        """Return whether the marks show the title of a work in mid-sentence: in her new book, "The Long Road"."""
        stretch = self.stretch
        return (
            stretch.is_title
            and MIN_WORK <= stretch.words <= MAX_TITLE
            and self.parse.words[stretch.first - 1][-1] != ":"
            and stretch.inner[-1] not in ".?!"
        )

    def _is_ironic(self, lead: Attribution) -> bool:
        """Return whether the marks distance the writer from a word of nobody: promised "seamless" travel."""
        stretch, parse = self.stretch, self.parse
        last = stretch.last - 2
        modifies = parse.deps[last] in {"amod", "compound", "nmod"} and parse.heads[last] >= stretch.last
        return lead.speaker is None and stretch.words <= MAX_SCARE and modifies

    def _is_term(self, lead: Attribution, clause: ReportedClause) -> bool:
        """Return whether the marks show a term, a title or irony after a cue."""
        stretch, words, speech = self.stretch, self.lexicon.quotations, self.lexicon.speech
        if stretch.words > MAX_TITLE:
            return False
        if self.parse.lower[stretch.first - 1] in words.term_words:
            return True
        is_title = stretch.is_title or is_work_title(stretch.inner.rstrip(".,"), words.small_title_words)
        if is_title and (clause.head is None or clause.start >= stretch.first):
            return True
        lemma = lead.cue.lemma if lead.cue else ""
        weak = lemma not in speech.naming_lemmas and lemma not in speech.reporting_lemmas
        return weak and clause.head is None and clause.start == stretch.first and stretch.words <= MAX_SCARE

    # -------------------------------------------------------------------------------- not attributed

    def _read_loose(self) -> QuoteDraft | None:
        """The quotation in mid-sentence that nothing attributes: the subject of its sentence may have said it."""
        stretch, draft = self.stretch, self.draft
        if stretch.words < MIN_LOOSE or stretch.is_title:
            return None
        head = find_main_subject(self.parse, *stretch.window_before, self.paragraph.segment_of, self.lexicon)
        if head is not None:
            draft.attribution = Attribution(self._mention(head), None, "inferred", SUBJECT_BEFORE)
        draft.confidence = 0.5
        return draft

    def _mention(self, head: int) -> SpeakerMention:
        return build_mention(self.parse, head, self.paragraph.number, self.lexicon)
