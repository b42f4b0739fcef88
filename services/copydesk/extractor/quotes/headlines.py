"""Quotations in the headline: 'single' or "double" marks, a name and a colon before them, or a cue and a name after."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from copydesk.contracts.articles import Cue, Fragment, Quote, Span, Speaker
from copydesk.extractor.documents import EntityIds
from copydesk.extractor.entities.clusters import Cluster
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.quotes.stretches import MAX_SCARE, is_work_title
from copydesk.extractor.speakers import SPEAKING

MAX_TITLE_LENGTH = 1_000
"""Code points of a headline that are searched: a longer one is an article in the wrong field."""

MAX_SPEAKER = 8
"""Words of whoever speaks in a headline; longer ones are clauses."""

MIN_ALONE = 3
"""Words of a headline that is nothing but a quotation; fewer are a title or irony."""

# confidence by evidence: shares of right speakers are in the card
NAMED = 0.85
UNNAMED = 0.6

# A single mark opens after a space and closes before one: neither is the apostrophe of "swimmers' fury". Linear: the
# stretches hold none of the marks that end them, but an apostrophe inside a word.
_QUOTED = re.compile(
    r"[\"“„«](?P<double>[^\"“”„«»]{2,300})[\"”“»]"
    r"|(?<!\w)['‘](?P<single>(?:[^'‘’\"“”\s](?:[^'‘’\"“”]|(?<=\w)['’](?=\w)){0,298})?[^'‘’\"“”\s])['’](?!\w)"
)
_DASH = re.compile(r"\s*[,.]?\s+[-–—]+\s+")
_CLAUSE_BREAK = re.compile(r"[,;:]|\s[-–—]+\s")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


class _Attribution(NamedTuple):
    """Whoever speaks in a headline, and the verb: start and end of both in the headline."""

    speaker: tuple[int, int] | None
    cue: tuple[int, int] | None
    is_certain: bool


def find_headline_quotes(
    title: str, clusters: Sequence[Cluster], ids: EntityIds, number: int, lexicon: Lexicon
) -> tuple[Quote, ...]:
    """Quotations of the headline. Their offsets count its code points.

    Args:
        title: The headline.
        clusters: The things that the article names; those that speak in the headline count one quotation more.
        ids: Ids of the entities.
        number: Number of the first quotation.
        lexicon: The language's words.
    """
    if len(title) > MAX_TITLE_LENGTH:
        return ()
    quotes: list[Quote] = []
    for match in _QUOTED.finditer(title):
        attribution = _attribute(title, match, lexicon)
        if attribution is not None:
            quotes.append(_build_quote(title, match, attribution, clusters, ids, f"q{number + len(quotes)}", lexicon))
    return tuple(quotes)


def _attribute(title: str, match: re.Match[str], lexicon: Lexicon) -> _Attribution | None:
    """The attribution of marked words; None where the marks show no quotation, but a title, irony or a term."""
    inner = match["double"] or match["single"]
    words = len(inner.split())
    is_work = is_work_title(inner, lexicon.quotations.small_title_words)
    after = _attribute_after(title, match.end(), lexicon)
    if after is not None:
        return after
    before = _attribute_before(title, match.start(), lexicon)
    rest = title[match.end() :].strip()
    if before is not None and not any(map(str.isalnum, rest)) and (words > 1 or before.cue is None) and not is_work:
        return before
    # nobody is named, but the words stand apart: 'A disgrace': swimmers' fury
    is_apart = rest.startswith((":", "–", "—", "- ")) or not any(map(str.isalnum, rest))
    is_alone = not title[: match.start()].strip() and is_apart
    least = MIN_ALONE if not any(map(str.isalnum, rest)) else MAX_SCARE - 1
    return _Attribution(None, None, is_certain=False) if is_alone and words >= least and not is_work else None


def _attribute_after(title: str, end: int, lexicon: Lexicon) -> _Attribution | None:
    """The attribution behind the quotation: ", says Ann Lee", ", Ann Lee says" or " - Ann Lee"."""
    if (dash := _DASH.match(title, end)) is not None:
        speaker = _cut_speaker(title, dash.end(), len(title), lexicon)
        is_name = speaker is not None and speaker[1] == len(title.rstrip(" .")) and title[speaker[0]].isupper()
        return _Attribution(speaker, None, is_certain=False) if is_name else None
    words = list(_WORD.finditer(title, end))
    is_ended = title[end - 2] in ",."  # inside the marks
    if not words or title[end : words[0].start()].strip() not in ({",", ".", ""} if is_ended else {",", "."}):
        return None
    if _is_cue(words[0], lexicon):
        speaker = _cut_speaker(title, words[0].end(), len(title), lexicon)
        return None if speaker is None else _Attribution(speaker, words[0].span(), is_certain=True)
    last = words[-1]
    is_short = 1 < len(words) <= MAX_SPEAKER
    if is_short and _is_cue(last, lexicon) and not title[last.end() :].strip(" .!") and words[-2][0][0].isupper():
        return _Attribution((words[0].start(), words[-2].end()), last.span(), is_certain=True)
    return None


def _attribute_before(  # noqa: PLR0911 - each form of headline has its own way out
    title: str, start: int, lexicon: Lexicon
) -> _Attribution | None:
    """The attribution before the quotation: "Ann Lee: ", or "Ann Lee says baths are "."""
    lead = title[:start].rstrip()
    words = list(_WORD.finditer(lead))
    if not words:
        return None
    if lead.endswith(":"):
        topics = [word for word in words[1:] if word[0].lower() == lexicon.quotations.topic_preposition]
        until = [word for word in words if not topics or word.start() < topics[0].start()]
        if len(until) > MAX_SPEAKER:
            return None
        return _Attribution((until[0].start(), until[-1].end()), None, is_certain=False)
    # the last cue right behind a name, in the clause of the quotation: "Ann Lee says baths are ", not "six claims of "
    for number in range(len(words) - 1, 0, -1):
        if _CLAUSE_BREAK.search(lead, words[number].end()) is not None:
            return None
        if _is_cue(words[number], lexicon) and words[number - 1][0][0].isupper():
            break
    else:
        return None
    cue = words[number]
    begin = max((match.end() for match in _CLAUSE_BREAK.finditer(lead, 0, cue.start())), default=0)
    head = [word for word in words if begin <= word.start() < cue.start()]
    if not 0 < len(head) <= MAX_SPEAKER:
        return None
    return _Attribution((head[0].start(), head[-1].end()), cue.span(), is_certain=True)


def _cut_speaker(title: str, start: int, end: int, lexicon: Lexicon) -> tuple[int, int] | None:
    """The words from here to a comma, a preposition or the end; None where there are none, or too many."""
    words: list[re.Match[str]] = []
    for word in _WORD.finditer(title, start, end):
        gap = title[(words[-1].end() if words else start) : word.start()]
        if not words and gap.strip():
            return None  # the cue opens another quotation
        if words and (gap.strip() or word[0].lower() in lexicon.names.place_prepositions):
            break
        words.append(word)
    return (words[0].start(), words[-1].end()) if words and len(words) <= MAX_SPEAKER else None


def _is_cue(word: re.Match[str], lexicon: Lexicon) -> bool:
    lemma = lexicon.speech.lemmas.get(word[0])
    is_finite = not word[0].endswith(lexicon.speech.participle_endings)
    return is_finite and lemma in lexicon.speech.reporting_lemmas and lemma not in lexicon.speech.denial_lemmas


def _build_quote(  # noqa: PLR0917 - everything that is known of the quotation
    title: str,
    match: re.Match[str],
    attribution: _Attribution,
    clusters: Sequence[Cluster],
    ids: EntityIds,
    quote_id: str,
    lexicon: Lexicon,
) -> Quote:
    cluster = _find_cluster(title, attribution, clusters, lexicon)
    if cluster is not None:
        cluster.quotes_said += 1
    # without a verb of saying, words before a colon that are no name are as often a subject: "Baths closure: ..."
    is_told = attribution.speaker is not None and (cluster is not None or attribution.is_certain)
    mention = attribution.speaker if is_told else None
    return Quote(
        id=quote_id,
        type="direct",
        text=match[0],
        start=match.start(),
        end=match.end(),
        fragments=(Fragment(start=match.start(), end=match.end()),),
        speaker=Speaker(
            mention=None if mention is None else Span(start=mention[0], end=mention[1], text=title[slice(*mention)]),
            entity_id=None if cluster is None else ids[id(cluster)],
            name=None if cluster is None else cluster.name,
            basis="none" if cluster is None else "named",
            anonymous=cluster is None and mention is not None and not title[mention[0]].isupper(),
            confidence=UNNAMED if cluster is None else NAMED,
        ),
        cue=None
        if attribution.cue is None
        else Cue(
            start=attribution.cue[0],
            end=attribution.cue[1],
            text=title[slice(*attribution.cue)],
            lemma=lexicon.speech.guess_lemma(title[slice(*attribution.cue)]),
        ),
        section="title",
        confidence=NAMED if attribution.speaker is not None else UNNAMED,
    )


def _find_cluster(
    title: str, attribution: _Attribution, clusters: Sequence[Cluster], lexicon: Lexicon
) -> Cluster | None:
    """The only thing that can speak and whose name ends the words for the speaker, or None.

    A role may stand before the name: `says pilot Ann Lee`. Without a verb of saying it has a capital or is a title, for
    "Fans mourn Ann Lee: ..." looks the same. The lawyer of Ann Lee is not Ann Lee.
    """
    if attribution.speaker is None:
        return None
    start, end = attribution.speaker

    def may_stand_before(word: str) -> bool:
        if word[0].isupper() or word in lexicon.names.titles:
            return not word.endswith(("'s", "’s"))
        is_relative = word in lexicon.pronouns.relative or word in lexicon.speech.source_prepositions
        return attribution.is_certain and not is_relative and word not in lexicon.speech.object_prepositions

    named = {
        id(cluster): cluster
        for cluster in clusters
        for mention in cluster.mentions
        if mention.section == "title" and start <= mention.start and mention.end == end
        if (cluster.is_person or cluster.label in SPEAKING) and not cluster.is_doubtful
        if all(may_stand_before(word[0]) for word in _WORD.finditer(title, start, mention.start))
    }
    return next(iter(named.values())) if len(named) == 1 else None
