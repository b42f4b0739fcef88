"""Attributions: the speaker and the cue of a quotation, and the confidence in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.syntax import VERBAL, Parse, find_noun_phrase, find_subject

_PARTICIPLES = frozenset({"acl", "advcl", "csubj", "csubjpass"})
"""Labels of participles beside a noun: the plan, `branded` a disgrace."""

AttributionBasis = Literal["named", "continued", "inferred", "turn"]


class SpeakerMention(msgspec.Struct, frozen=True):
    """A mention of whoever is speaking; offsets in code points of the article's text.

    Args:
        start: Start of the mention.
        end: End of the mention.
        deciding: Start of the token that decides who it is: the mention's head, or the antecedent of "who".
        head: Head of the mention, in small letters.
        paragraph: Index of its paragraph.
    """

    start: int
    end: int
    deciding: int
    head: str
    paragraph: int


class CueWord(msgspec.Struct, frozen=True):
    """The word or phrase that attributes a quotation: `said`, `according to`."""

    start: int
    end: int
    lemma: str


class Attribution(msgspec.Struct, frozen=True):
    """The speaker that was chosen for a quotation.

    Args:
        speaker: Null where there is a cue without a speaker.
        cue: Null where the speaker was found without a cue.
        basis: ``named`` by the text, ``continued`` from the quotation before, ``inferred``, or by the label of a
            ``turn``.
        confidence: 0 to 1.
        token: Index of the cue in its paragraph; -1 without a cue.
    """

    speaker: SpeakerMention | None
    cue: CueWord | None
    basis: AttributionBasis
    confidence: float
    token: int = -1

    def carry(self, basis: AttributionBasis, confidence: float) -> Attribution:
        """The same speaker and cue for another quotation, with no more confidence than this attribution has."""
        return Attribution(self.speaker, self.cue, basis, min(confidence, self.confidence))


# Confidence of each way to find a speaker. Set by judgement, only their order was looked at. Not calibrated.
GOVERNING_CUE = 0.95  # the quotation hangs on the cue
CLAUSE_CUE = 0.9  # the cue is in a clause beside the quotation
REPORTING_CUE = 0.9  # the cue reports a clause without quotation marks
TURN = 0.9  # a label before a turn
COLON = 0.85  # a name before a colon, or one that signs
UNKNOWN_VERB = 0.7  # a verb that is no cue
WORD_ORDER = 0.7  # X said, said X: by their order, without a subject in the parse
SENTENCE_BEFORE = 0.6  # the cue is in the sentence before
SUBJECT_BEFORE = 0.4  # only the subject of the sentence before


def build_mention(parse: Parse, head: int, paragraph: int, lexicon: Lexicon) -> SpeakerMention:
    """The mention with this head token. Documents give way to their authors, relatives to their antecedents."""
    deciding = head
    if parse.lower[head] in lexicon.names.post_nominals and head and (name := parse.name_at(head - 1)) is not None:
        deciding = head - 1 if name.label == "PERSON" else head
    if parse.lower[head] in lexicon.speakers.documents and (author := _find_author(parse, head, lexicon)) is not None:
        head = deciding = author
    if parse.lower[head] in lexicon.pronouns.relative:
        verb = parse.heads[head]
        while parse.deps[verb] == "conj":
            verb = parse.heads[verb]
        if parse.deps[verb] in {"relcl", "acl"}:
            deciding = parse.heads[verb]
    first, last = find_noun_phrase(parse, head)
    return SpeakerMention(
        parse.starts[first], parse.ends[last - 1], parse.starts[deciding], parse.lower[head], paragraph
    )


def _find_author(parse: Parse, document: int, lexicon: Lexicon) -> int | None:
    if (owner := parse.child(document, "poss")) is not None:
        return owner
    for child in parse.children[document]:
        if parse.deps[child] in {"prep", "agent"} and parse.lower[child] in lexicon.speakers.author_prepositions:
            return parse.child(child, "pobj")
    return None


def build_cue(parse: Parse, token: int, lexicon: Lexicon) -> CueWord:
    """The cue at this token."""
    return CueWord(parse.starts[token], parse.ends[token], lexicon.speech.guess_lemma(parse.lower[token]))


def find_cues(parse: Parse, first: int, last: int, segment_of: Sequence[int], lexicon: Lexicon) -> list[int]:
    """Tokens of a window that may be cues: forms of a cue verb, used as a verb, outside quotation marks.

    Args:
        parse: The paragraph.
        first: First token of the window.
        last: Token after the window.
        segment_of: Index of the quoted segment of each token; -1 outside quotation marks.
        lexicon: The cue verbs.
    """
    lemmas = lexicon.speech.lemmas
    return [
        token
        for token in range(first, last)
        if segment_of[token] < 0 and parse.lower[token] in lemmas and parse.deps[token] in VERBAL
    ]


def find_speaker(parse: Parse, cue: int, lexicon: Lexicon) -> int | None:
    """Token of the speaker: the agent of a passive ("was called ... by Lee"), else the subject.

    The subject of a passive hears the words or is called by them; without an agent nobody is known to have said them.
    """
    if is_passive(parse, cue, lexicon):
        act = parse.child(cue, "xcomp", "dobj")  # "is heard saying", "is shown lecturing"
        if act is None or not (
            parse.lower[act].endswith(lexicon.speech.participle_endings) or _is_said_to_speak(parse, cue, act, lexicon)
        ):
            return _find_agent(parse, cue, lexicon)
    elif (other := _find_object_that_speaks(parse, cue, lexicon)) is not None:
        return other
    return find_subject(parse, cue, lexicon.speech.participle_endings)


def _is_said_to_speak(parse: Parse, cue: int, act: int, lexicon: Lexicon) -> bool:
    """Return whether the subject of a passive is reported to have said something, not told to say it."""
    speech = lexicon.speech
    lemma = speech.guess_lemma(parse.lower[cue])
    is_report = lemma in speech.reporting_lemmas and lemma not in speech.order_lemmas
    return is_report and parse.deps[act] == "xcomp" and parse.lower[act] in speech.lemmas


def is_passive(parse: Parse, cue: int, lexicon: Lexicon) -> bool:
    """Return whether a cue is a passive: "was told", "has been accused of"."""
    auxiliary = parse.child(cue, "auxpass")
    if auxiliary is not None and not parse.words[auxiliary][0].isalpha():
        return False  # "he's said": the parser takes "has" for "is"
    if parse.child(cue, "agent") is not None and parse.child(cue, "nsubj") is None:
        return True  # "Described by Holt as "a coward", Marsh left"
    is_bare = parse.child(cue, "nsubj") is None or parse.deps[cue] == "csubjpass"
    if parse.deps[cue] in _PARTICIPLES and is_bare and parse.child(cue, "aux", "auxpass") is None:
        # "branded "a disgrace" by Holt": the parser hangs Holt on the noun
        called = parse.child(cue, "dobj", "oprd")
        agent = parse.child(called, "prep") if called is not None else None
        if agent is not None and parse.lower[agent] == lexicon.speech.agent_preposition:
            return True
    return auxiliary is not None or parse.child(cue, "nsubjpass") is not None


def _find_object_that_speaks(parse: Parse, cue: int, lexicon: Lexicon) -> int | None:
    """Token of the object that says the words: quoted Lee as saying, criticised Lee for saying; None elsewhere."""
    prepositions = lexicon.speech.object_prepositions
    verb = cue
    speech = lexicon.speech
    speaks = speech.guess_lemma(parse.lower[cue]) in speech.reporting_lemmas | speech.order_lemmas
    if speaks and parse.deps[cue] == "pcomp" and parse.lower[parse.heads[cue]] in prepositions:
        verb = parse.heads[parse.heads[cue]]
    elif not any(
        parse.deps[child] == "prep"
        and parse.lower[child] == lexicon.speech.put_opener
        and (act := parse.child(child, "pcomp")) is not None
        and parse.lower[act] in lexicon.speech.lemmas
        for child in parse.children[cue]
    ):
        return None
    spoken = parse.child(verb, "dobj")
    return spoken if spoken is not None and parse.name_at(spoken) is not None else None


def _find_agent(parse: Parse, cue: int, lexicon: Lexicon) -> int | None:
    """Token of whoever does what a passive says, where "by" stands in its clause, wherever the parser hung it."""
    agent = parse.child(cue, "agent")
    if agent is None:
        nearby = range(cue + 1, parse.right[cue] + 1)
        agent = next((token for token in nearby if parse.lower[token] == lexicon.speech.agent_preposition), None)
    return parse.child(agent, "pobj") if agent is not None else None


def find_main_subject(parse: Parse, first: int, last: int, segment_of: Sequence[int], lexicon: Lexicon) -> int | None:
    """Token of the subject of the main verb of a window, outside quotation marks; arguments as in `find_cues`."""
    for token in range(first, last):
        if parse.deps[token] == "ROOT" and segment_of[token] < 0:
            head = parse.child(token, "nsubj", "nsubjpass")
            if head is not None and first <= head < last and segment_of[head] < 0:
                return head
    for token in range(first, last):
        if (
            parse.deps[token] in {"nsubj", "nsubjpass"}
            and segment_of[token] < 0
            and parse.lower[token] not in lexicon.pronouns.relative
        ):
            return token
    return None
