"""Turns as quotations, and who their labels are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence

from copydesk.extractor.entities.clusters import Cluster
from copydesk.extractor.entities.names import RawName, find_title_pronoun, fold_name
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.marks import Segment
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.quotes.attribution import TURN, Attribution, SpeakerMention
from copydesk.extractor.quotes.drafts import QuoteDraft
from copydesk.extractor.turns.labels import Label
from copydesk.extractor.turns.transcript import Turn

MAX_INITIALS = 3
"""Letters of a label that stands for a name: "AB:" is Ann Berg where nobody else has these initials."""

_FIRMS = frozenset({"ORG", "WORK_OF_ART", "PRODUCT"})


def add_turns(
    paragraphs: Sequence[Paragraph], turns: Sequence[Turn], drafts: Sequence[QuoteDraft], lexicon: Lexicon
) -> list[QuoteDraft]:
    """The drafts with those of the turns: one a turn, direct, with a fragment a paragraph; its label is the speaker.

    Of what stands in the paragraphs of turns only marked words stay that a turn says of somebody else. The words of
    turns count as quoted from here on: their pronouns are the speaker's own.

    Args:
        paragraphs: Paragraphs of the article; the field ``segments`` of those with turns is set.
        turns: The turns.
        drafts: Quotations by marks and grammar.
        lexicon: The language's words.
    """
    if not turns:
        return list(drafts)
    starts = [paragraph.start for paragraph in paragraphs]
    inside: dict[int, list[Segment]] = {turn.label.paragraph: [] for turn in turns}
    for turn in turns:
        for start, end in turn.fragments:
            inside.setdefault(bisect_right(starts, start) - 1, []).append(Segment(start, end, start, end))
    for number, segments in inside.items():
        paragraphs[number].segments = segments
    labels = [turn.label for turn in turns]
    kept = [draft for draft in drafts if draft.paragraph not in inside or _is_passed_on(draft, labels, lexicon)]
    return [*kept, *map(_draft, turns)]


def _is_passed_on(draft: QuoteDraft, labels: Sequence[Label], lexicon: Lexicon) -> bool:
    """Return whether a quotation inside a turn is of somebody else: "The firm said that it was "sorry"."""
    attribution = draft.attribution
    if draft.type == "indirect" or attribution is None or attribution.speaker is None or attribution.cue is None:
        return False
    index = bisect_right(labels, attribution.speaker.start, key=lambda label: label.begin) - 1
    is_label = index >= 0 and attribution.speaker.start < labels[index].words_start
    return (
        attribution.basis == "named" and not is_label and attribution.speaker.head not in lexicon.turns.first_and_second
    )


def _draft(turn: Turn) -> QuoteDraft:
    label, fragments = turn.label, list(turn.fragments)
    head = label.name.rsplit(maxsplit=1)[-1]
    mention = SpeakerMention(label.start, label.end, label.end - len(head), head.lower(), label.paragraph)
    attribution = Attribution(mention, None, "turn", TURN)
    return QuoteDraft(fragments[0][0], fragments[-1][1], fragments, "direct", label.paragraph, attribution)


def correct_label_names(names: Sequence[RawName], turns: Sequence[Turn], lexicon: Lexicon) -> list[RawName]:
    """The names of an article, with a person for each label that names one and nothing else inside the labels.

    Args:
        names: Names of the article.
        turns: Its turns.
        lexicon: The language's words.
    """
    if not turns:
        return list(names)
    labels = [turn.label for turn in turns]
    outside = [name for name in names if name.section == "title" or not _overlaps(name, labels)]
    people = {fold_name(name.text) for name in outside if name.label == "PERSON"}
    named = {word for name in people for word in name.split()} | people
    people |= {fold_name(label.name) for label in labels if label.kind == "person"}
    parts = named | {word for name in people for word in name.split()}
    by_end = {name.end: name.label for name in names if name.section == "body"}
    firms = {fold_name(name.text) for name in outside if name.label in _FIRMS}
    added = []
    for label in labels:
        key = fold_name(label.name)
        if len(key) <= MAX_INITIALS and label.name.isupper() and key not in named:
            continue  # initials
        is_firm = label.kind == "firm" or key in firms or (by_end.get(label.end) in _FIRMS and key not in parts)
        is_full = label.kind == "capitals" and not is_firm and key not in lexicon.names.role_nouns
        if label.kind == "person" or is_full or (label.kind in {"capitals", "other"} and key in parts):
            added.append(_build_name(label, "PERSON", lexicon))
        elif is_firm:
            added.append(_build_name(label, "ORG", lexicon))
    return [*outside, *added]


def _overlaps(name: RawName, labels: Sequence[Label]) -> bool:
    """Return whether a name touches the name of a label."""
    index = bisect_right(labels, name.end - 1, key=lambda label: label.start) - 1
    return index >= 0 and name.start < labels[index].end


def _build_name(label: Label, kind: str, lexicon: Lexicon) -> RawName:
    before = label.end - label.start - len(label.name)
    pronoun = find_title_pronoun([label.title.lower()], lexicon.names) if before else ""
    return RawName(
        label.start + before, label.end, label.name, kind, "body", running=True, pronoun=pronoun, title=label.title
    )


def resolve_labels(text: str, turns: Sequence[Turn], clusters: Sequence[Cluster]) -> dict[int, Cluster]:
    """Persons of labels that are letters, by the first code point of the label: "A" and initials.

    Whoever answers is the only person that the headline, or what stands above the first question, names in full; nobody
    that the turns speak of. Initials are those of one person alone.

    Args:
        text: The article's text.
        turns: Its turns.
        clusters: Its things.
    """
    people = [cluster for cluster in clusters if cluster.is_person and " " in cluster.name]
    resolved: dict[int, Cluster] = {}
    answers = [turn for turn in turns if turn.label.kind == "answer"]
    if answers and (answerer := _find_answerer(turns, people)) is not None:
        resolved.update({turn.label.start: answerer for turn in answers})
    initials: dict[str, list[Cluster]] = {}
    for cluster in people:
        letters = "".join(word[0] for word in cluster.name.split())
        initials.setdefault(letters, []).append(cluster)
    for turn in turns:
        label = turn.label
        bearers = initials.get(text[label.start : label.end].replace(".", ""), [])
        if label.kind in {"capitals", "other"} and len(label.name) <= MAX_INITIALS and len(bearers) == 1:
            resolved[label.start] = bearers[0]
    return resolved


def _find_answerer(turns: Sequence[Turn], people: Collection[Cluster]) -> Cluster | None:
    first = min(turn.label.begin for turn in turns)
    spans = [fragment for turn in turns for fragment in turn.fragments]
    starts = [start for start, _ in spans]

    def is_spoken_of(cluster: Cluster) -> bool:
        places = [mention.start for mention in cluster.mentions if mention.section == "body"]
        nearest = [(place, bisect_right(starts, place) - 1) for place in places]
        return any(index >= 0 and place < spans[index][1] for place, index in nearest)

    candidates = [cluster for cluster in people if not cluster.is_doubtful and not is_spoken_of(cluster)]
    above = [c for c in candidates if any(m.section == "title" or m.start < first for m in c.mentions)]
    headed = [c for c in above if any(m.section == "title" for m in c.mentions)]
    chosen = headed or above
    return chosen[0] if len(chosen) == 1 else None
