"""Entities and quotations as the document has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from copydesk.contracts.articles import Cue, Entity, Fragment, Mention, Place, Quote, Span, Speaker
from copydesk.extractor.confidence import calibrate
from copydesk.extractor.entities.clusters import Cluster
from copydesk.extractor.entities.salience import measure_salience
from copydesk.extractor.gazetteer.table import Row
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.quotes.drafts import QuoteDraft
from copydesk.extractor.speakers import NOBODY, Identity, is_anonymous

EntityIds = Mapping[int, str]
"""Id of each entity by the `id()` of its cluster."""


def number_entities(clusters: Sequence[Cluster]) -> EntityIds:
    """The ids ``e1``, ``e2``, ... in the order of the clusters."""
    return {id(cluster): f"e{number}" for number, cluster in enumerate(clusters, start=1)}


def build_entities(
    clusters: Sequence[Cluster], ids: EntityIds, places: Mapping[int, Row], length: int
) -> tuple[Entity, ...]:
    """Entities of an article.

    Args:
        clusters: The things.
        ids: Their ids.
        places: Place of each location that is known, by the `id()` of its cluster.
        length: Length of the article in code points.
    """
    most = max((len(cluster.mentions) for cluster in clusters), default=1)
    return tuple(
        _build_entity(cluster, ids[id(cluster)], places.get(id(cluster)), most, length) for cluster in clusters
    )


def _build_entity(cluster: Cluster, entity_id: str, place: Row | None, most: int, length: int) -> Entity:
    mentions = sorted(cluster.mentions, key=lambda mention: (mention.section == "body", mention.start))
    return Entity(
        id=entity_id,
        name=cluster.name,
        type=cluster.type,
        label=cluster.label,
        aliases=tuple(sorted(form for form in cluster.forms if form != cluster.name)),
        mentions=tuple(
            Mention(start=m.start, end=m.end, text=m.text, kind=m.kind, section=m.section) for m in mentions
        ),
        salience=measure_salience(cluster, most, length),
        quotes_said=cluster.quotes_said,
        # a name seen more often is a name more surely; 0.3 is a round guess, not calibrated
        confidence=round(1 - 0.3 / sum(cluster.forms.values()), 3),
        place=None
        if place is None
        else Place(geoname_id=place.geoname_id, name=place.name, country=place.country, lat=place.lat, lon=place.lon),
    )


def build_quotes(
    text: str, drafts: Sequence[QuoteDraft], identities: Sequence[Identity], ids: EntityIds, lexicon: Lexicon
) -> tuple[Quote, ...]:
    """Quotations of an article, ``q1``, ``q2``, ... in the order of the drafts.

    Args:
        text: The article's text.
        drafts: The quotations.
        identities: Speaker of each quotation.
        ids: Ids of the entities.
        lexicon: Words for people without a name.
    """
    return tuple(
        _build_quote(text, f"q{number}", draft, _build_speaker(text, draft, identity, ids, lexicon))
        for number, (draft, identity) in enumerate(zip(drafts, identities, strict=True), start=1)
    )


def _build_speaker(text: str, draft: QuoteDraft, identity: Identity, ids: EntityIds, lexicon: Lexicon) -> Speaker:
    cluster, confidence, anonymous, mention = identity.cluster, identity.confidence, False, None
    basis = identity.basis
    if draft.attribution is not None and (speaker := draft.attribution.speaker) is not None:
        mention = Span(start=speaker.start, end=speaker.end, text=text[speaker.start : speaker.end])
        is_label = draft.attribution.basis == "turn"
        basis = "turn" if is_label else basis
        anonymous = is_anonymous(speaker, mention.text, identity, lexicon, is_label=is_label)
        if identity is NOBODY:
            confidence = draft.attribution.confidence
    return Speaker(
        mention=mention,
        entity_id=ids[id(cluster)] if cluster is not None else None,
        name=cluster.name if cluster is not None else None,
        basis=basis,
        anonymous=anonymous,
        confidence=confidence if cluster is None else calibrate(basis, confidence),
    )


def _build_quote(text: str, quote_id: str, draft: QuoteDraft, speaker: Speaker) -> Quote:
    cue = draft.attribution.cue if draft.attribution is not None else None
    return Quote(
        id=quote_id,
        type=draft.type,
        text=text[draft.start : draft.end],
        start=draft.start,
        end=draft.end,
        fragments=tuple(Fragment(start=start, end=end) for start, end in draft.fragments),
        part_of=f"q{draft.group + 1}" if draft.group >= 0 else None,
        closed=draft.closed,
        speaker=speaker,
        cue=Cue(start=cue.start, end=cue.end, text=text[cue.start : cue.end], lemma=cue.lemma) if cue else None,
        section="body",
        confidence=draft.confidence,
    )
