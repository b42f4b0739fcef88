"""One article, top to bottom: paragraphs, marks, parses, quotations, names, speakers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Literal

import msgspec

from copydesk.contracts.articles import (
    CleanedArticle,
    Cue,
    Entity,
    ExtractedArticle,
    Extraction,
    ExtractionModel,
    Fragment,
    Mention,
    Quote,
    Section,
    Span,
    Speaker,
    extend,
)
from copydesk.extractor import cues, surface
from copydesk.extractor.entities import (
    Cluster,
    RawMention,
    RawName,
    clean_name,
    cluster,
    is_title_case,
    pronoun_of_title,
    salience,
    settle_headlines,
)
from copydesk.extractor.marks import find_segments, join_continued
from copydesk.extractor.nlp import Parser
from copydesk.extractor.provenance import build_provenance
from copydesk.extractor.quotes import Draft, Paragraph, draft_quotes, is_heading
from copydesk.extractor.speakers import NOBODY, Identity, Speakers, attribute, is_anonymous
from copydesk.extractor.syntax import Parse

MAX_PARAGRAPH = 10_000
"""Code points of a paragraph that are parsed as one; a longer line is cut at a space. The recogniser needs a gigabyte
for a million, and no newsroom writes a paragraph of 1,700 words."""

MAX_PARAGRAPHS = 5_000
"""Paragraphs that are parsed; each costs a quarter of a millisecond however short: 100,000 lines took 25 s."""

MAX_WORD = 300
"""Code points without a space; the tokenizer's time grows with their square: 40 s for ten thousand quotation marks."""

MAX_QUOTES = 5_000
MAX_QUOTED = 500_000
"""Quotations that are told, and their code points together: each repeats its words and takes 400 bytes beside them, so
that five megabytes of quoted sentences would be more than the topic takes, a dead letter. No article quotes that."""

MIN_SURNAME = 4
"""Letters of a surname that is looked for where the recogniser saw none; shorter ones are words too often."""

_NOMINAL = frozenset({"nsubj", "nsubjpass", "poss", "pobj", "dobj", "conj", "attr", "appos", "dative", "ROOT"})
_ENDLESS_WORD = re.compile(rf"\S{{{MAX_WORD}}}")
_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_ENGLISH = re.compile(r"en(?:-|$)", re.IGNORECASE)


def extractor(parser: Parser, *, max_chars: int, selective: bool) -> Callable[[CleanedArticle], ExtractedArticle]:
    """The function from a cleaned article to an extracted one.

    Args:
        parser: The language model.
        max_chars: Code points of an article that are parsed.
        selective: Whether paragraphs without quotation marks or a cue are spared the parser.
    """
    model = ExtractionModel(name=parser.name, version=parser.version)
    by = build_provenance(model)

    def extract(article: CleanedArticle) -> ExtractedArticle:
        reading = read(article.text, article.title or "", article.language, parser, max_chars, selective=selective)
        return extend(
            ExtractedArticle,
            article,
            by=by,
            entities=reading.entities,
            quotes=reading.quotes,
            extraction=Extraction(model=model, degraded=bool(reading.warnings), warnings=reading.warnings),
        )

    return extract


class Reading(msgspec.Struct, frozen=True):
    """What one text holds. ``warnings`` say where no parse was to be had."""

    entities: tuple[Entity, ...]
    quotes: tuple[Quote, ...]
    warnings: tuple[str, ...]


def read(
    text: str, title: str, language: str | None, parser: Parser, max_chars: int, *, selective: bool = False
) -> Reading:
    """Entities and quotations of an article.

    Args:
        text: The body; offsets count its code points.
        title: The headline, only searched for names.
        language: BCP 47; None counts as English.
        parser: The language model.
        max_chars: Code points that are parsed.
        selective: Whether paragraphs without quotation marks or a cue are spared the parser.
    """
    warnings: list[str] = []
    english = language is None or _ENGLISH.match(language) is not None
    paragraphs = split_paragraphs(text)
    if not english:
        warnings.append(f"language {language}: quotation marks only, no parse")
        headline = None
    else:
        headline = _parse(text, title, paragraphs, parser, max_chars=max_chars, warnings=warnings, selective=selective)

    drafts: list[Draft] = []
    for number, paragraph in enumerate(paragraphs):
        if paragraph.parse is None:
            drafts += surface.draft_quotes(text, number, paragraph.segments, english=english)
        else:
            drafts += draft_quotes(text, number, paragraphs, drafts[-1:])
    drafts = _told(join_paragraphs(text, paragraphs, drafts), warnings)
    _group_split(drafts)

    noted: set[int] = set()
    clusters = cluster(
        settle_headlines([*_names(title, headline, "title", line=(0, len(title))), *_body_names(text, paragraphs)])
    )
    speakers = Speakers(paragraphs, clusters)
    identities = attribute(drafts, speakers)
    for index, identity in identities.items():
        if identity.cluster is not None:
            identity.cluster.quotes_said += 1
            _add_mention(text, drafts[index], identity, noted)
    ids = {id(found): f"e{n}" for n, found in enumerate(clusters, start=1)}
    most = max((len(found.mentions) for found in clusters), default=1)
    entities = tuple(_entity(found, ids[id(found)], most, len(text)) for found in clusters)
    quotes = tuple(_quote(text, n, draft, identities[n - 1], ids) for n, draft in enumerate(drafts, start=1))
    return Reading(entities, quotes, tuple(warnings))


# ------------------------------------------------------------------------------------------ paragraphs


def split_paragraphs(text: str) -> list[Paragraph]:
    r"""The lines of a text that are not blank, with their marks; longer ones than a parser likes in pieces.

    >>> [(p.start, p.end) for p in split_paragraphs("One.\n\nTwo.")]
    [(0, 4), (6, 10)]
    """
    found = []
    for match in _LINE.finditer(text):
        start, stop = match.span()
        while start < stop:
            end = min(stop, start + MAX_PARAGRAPH)
            if end < stop:
                cut = max(text.rfind(". ", start, end) + 1, 0) or text.rfind(" ", start, end)
                end = cut if cut > start else end
            if text[start:end].strip():
                heading = is_heading(text, start, end)
                found.append(Paragraph(start, end, find_segments(text, start, end), heading=heading))
            start = end
    return found


def _parse(
    text: str,
    title: str,
    paragraphs: Sequence[Paragraph],
    parser: Parser,
    *,
    max_chars: int,
    warnings: list[str],
    selective: bool = False,
) -> Parse | None:
    """The parse of the title; those of the paragraphs are put into them."""
    within = [paragraph for paragraph in paragraphs[:MAX_PARAGRAPHS] if paragraph.end <= max_chars]
    readable = [p for p in within if not _ENDLESS_WORD.search(text, p.start, p.end)]
    if len(readable) < len(within):
        warnings.append(f"{len(within) - len(readable)} paragraphs with words of {MAX_WORD} characters: not parsed")
    if len(within) < len(paragraphs):
        warnings.append(f"longer than {max_chars} characters or {MAX_PARAGRAPHS} paragraphs: the rest is not parsed")
    quoting = [p for p in readable if not selective or p.segments or _has_cue(text[p.start : p.end])]
    parsed = {id(p) for p in quoting}
    spared = [p for p in readable if id(p) not in parsed]
    asked = [(p.start, text[p.start : p.end]) for p in quoting]
    if title.strip() and len(title) <= MAX_PARAGRAPH and not _ENDLESS_WORD.search(title):
        asked.append((0, title))  # with the others: a call of its own costs as much as a paragraph
    parses = [*parser.parse(asked), *(parser.find_names([(p.start, text[p.start : p.end]) for p in spared]))]
    headline = parses.pop(len(quoting)) if len(asked) > len(quoting) else None
    for paragraph, parse in zip([*quoting, *spared], parses, strict=True):
        paragraph.parse = parse
    failed = sum(p.parse is None for p in readable)
    if failed:
        warnings.append(f"the parser failed on {failed} of {len(readable)} paragraphs")
    return headline


def _has_cue(text: str) -> bool:
    return not cues.strong_forms().isdisjoint(text.lower().split())


# ------------------------------------------------------------------------------------------ quotations


def join_paragraphs(text: str, paragraphs: Sequence[Paragraph], drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with each quotation that runs over several paragraphs made one, a fragment a paragraph."""
    found = sorted(drafts, key=lambda draft: (draft.start, draft.end))
    spans = [(paragraph.start, paragraph.end) for paragraph in paragraphs]
    for run in join_continued(text, spans, [paragraph.segments for paragraph in paragraphs]):
        first = paragraphs[run[0]].segments[-1]
        marked = [first, *(paragraphs[number].segments[0] for number in run[1:])]
        starts = {segment.start for segment in marked}
        pieces = [draft for draft in found if any(start in starts for start, _ in draft.fragments)]
        if not pieces:
            continue
        speaking = [p for p in pieces if p.attribution is not None and p.attribution.way == "named"]
        best = speaking[0] if speaking else pieces[0]
        whole = Draft(
            min(first.start, pieces[0].start),
            max(marked[-1].end, pieces[-1].end),
            [(segment.start, segment.end) for segment in marked],
            "direct" if all(piece.type == "direct" for piece in pieces) else "mixed",
            run[0],
            best.attribution,
            best.side,
            closed=marked[-1].closed,
            confidence=min(piece.confidence for piece in pieces),
        )
        gone = {id(piece) for piece in pieces}
        found = [draft for draft in found if id(draft) not in gone and not (whole.start <= draft.start < whole.end)]
        found.append(whole)
        found.sort(key=lambda draft: (draft.start, draft.end))
    return found


def _told(drafts: list[Draft], warnings: list[str]) -> list[Draft]:
    """The first quotations, as many as a message may hold; what is left out is a warning."""
    lengths = accumulate(draft.end - draft.start for draft in drafts[:MAX_QUOTES])
    count = sum(length <= MAX_QUOTED for length in lengths)
    if count < len(drafts):
        warnings.append(
            f"{len(drafts)} quotations: only the first {count} are told "
            f"(at most {MAX_QUOTES}, of {MAX_QUOTED} characters together)"
        )
    return drafts[:count]


def _group_split(drafts: Sequence[Draft]) -> None:
    """Give the quotations that an attribution in the middle splits one group."""
    for index in range(1, len(drafts)):
        one, two = drafts[index - 1], drafts[index]
        if (
            one.attribution is None
            or two.attribution is None
            or one.side != "right"
            or "indirect" in {one.type, two.type}
        ):
            continue
        cue = one.attribution.cue
        if cue is None or two.attribution.cue != cue or not one.end <= cue.start < two.start:
            continue
        if two.side == "left" or two.attribution.way == "continued":
            if one.group < 0:
                one.group = index - 1
            two.group = one.group


def _quote(text: str, number: int, draft: Draft, identity: Identity, ids: dict[int, str]) -> Quote:
    attribution = draft.attribution
    source = attribution.source if attribution is not None else None
    mention = Span(start=source.start, end=source.end, text=text[source.start : source.end]) if source else None
    anonymous = source is not None and mention is not None and is_anonymous(source, mention.text, identity)
    confidence = identity.confidence
    if mention is not None and identity is NOBODY and attribution is not None:
        confidence = attribution.confidence
    speaker = Speaker(
        mention=mention,
        entity_id=ids[id(identity.cluster)] if identity.cluster is not None else None,
        name=identity.cluster.name if identity.cluster is not None else None,
        basis=identity.basis,
        anonymous=anonymous,
        confidence=confidence,
    )
    cue = attribution.cue if attribution is not None else None
    return Quote(
        id=f"q{number}",
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


# ------------------------------------------------------------------------------------------ entities


def _body_names(text: str, paragraphs: Sequence[Paragraph]) -> list[RawName]:
    found: list[RawName] = []
    for paragraph in paragraphs:
        line = (paragraph.start, paragraph.end) if paragraph.heading else None
        found += _names(text, paragraph.parse, "body", line=line)
    found = _surnames_that_speak(paragraphs, found)
    return found + _overlooked(paragraphs, found)


def _surnames_that_speak(paragraphs: Sequence[Paragraph], names: Sequence[RawName]) -> list[RawName]:
    """The names, with a person's surname that was taken for a place made the person's where it says something.

    "Miriam Adeyemi has written a book. ... Adeyemi said": no place. One that something happens in stays a place.
    """
    surnames = {n.text.rsplit(maxsplit=1)[-1] for n in names if n.label == "PERSON" and " " in n.text}
    doubtful = {name.start: name for name in names if name.text in surnames and name.label != "PERSON"}
    if not doubtful:
        return list(names)
    says, places = set(), set()
    for paragraph in paragraphs:
        parse = paragraph.parse
        for token, start in enumerate(parse.starts) if parse is not None else ():
            if parse is None or start not in doubtful:
                continue
            aged = parse.words[token + 1 : token + 2] == [","] and "".join(parse.words[token + 2 : token + 3]).isdigit()
            speaks = parse.lower[parse.heads[token]] in cues.strong_forms()
            if parse.deps[token] == "nsubj" and (speaks or aged):
                says.add(doubtful[start].text)
            elif parse.deps[token] == "pobj" and parse.lower[parse.heads[token]] in {"in", "at", "from", "near", "to"}:
                places.add(doubtful[start].text)
    spoken = says - places
    return [
        msgspec.structs.replace(name, label="PERSON") if name.text in spoken and name.start in doubtful else name
        for name in names
    ]


def _overlooked(paragraphs: Sequence[Paragraph], names: Sequence[RawName]) -> list[RawName]:
    """Surnames of persons named elsewhere in full, where the recogniser saw no name."""
    surnames = {n.text.rsplit(maxsplit=1)[-1] for n in names if n.label == "PERSON" and " " in n.text}
    surnames = {surname for surname in surnames if len(surname) >= MIN_SURNAME and surname[0].isupper()}
    parses = [(paragraph, paragraph.parse) for paragraph in paragraphs if paragraph.parse is not None]
    # Brown, Young and Price are words, too
    surnames -= {word.capitalize() for _, parse in parses for word in parse.words if word.islower()}
    if not surnames:
        return []
    found = []
    for paragraph, parse in parses:
        named = {token for name in parse.names for token in range(name.first, name.last)}
        for token, word in enumerate(parse.words):
            if word in surnames and token not in named and parse.deps[token] in _NOMINAL:
                span = parse.starts[token], parse.ends[token]
                found.append(RawName(*span, word, "PERSON", "body", running=not paragraph.heading))
    return found


def _names(text: str, parse: Parse | None, section: Section, *, line: tuple[int, int] | None = None) -> list[RawName]:
    """The cleaned names of a parse; ``line`` is given for a title or heading."""
    if parse is None:
        return []
    found = []
    capitals = line is not None and is_title_case(text[slice(*line)])
    for name in parse.names:
        if name.last <= name.first:
            continue
        span = clean_name(text, parse.starts[name.first], parse.ends[name.last - 1], name.label)
        if span is not None:
            pronoun = pronoun_of_title(parse.lower[max(0, name.first - 1) : name.first + 1])
            found.append(RawName(*span, text[slice(*span)], name.label, section, line is None, capitals, pronoun))
    return found


def _add_mention(text: str, draft: Draft, identity: Identity, noted: set[int]) -> None:
    """Note the pronoun or the description under which a speaker speaks as a mention, once."""
    source = draft.attribution.source if draft.attribution is not None else None
    if source is None or identity.cluster is None or identity.by_name or source.start in noted:
        return
    if source.head in {"who", "which", "that"}:
        return
    noted.add(source.start)
    mention = text[source.start : source.end]
    kind: Literal["pronoun", "nominal"] = "pronoun" if source.head in cues.PERSONAL else "nominal"
    identity.cluster.mentions.append(RawMention(source.start, source.end, mention, kind, "body"))


def _entity(found: Cluster, id_: str, most: int, length: int) -> Entity:
    mentions = sorted(found.mentions, key=lambda m: (m.section == "body", m.start))
    agree = sum(found.forms.values())
    return Entity(
        id=id_,
        name=found.name,
        type=found.type,
        label=found.label,
        aliases=tuple(sorted(form for form in found.forms if form != found.name)),
        mentions=tuple(
            Mention(start=m.start, end=m.end, text=m.text, kind=m.kind, section=m.section) for m in mentions
        ),
        salience=salience(found, most, length),
        quotes_said=found.quotes_said,
        # a name seen more often is a name more surely; 0.3 is a round guess, not calibrated
        confidence=round(1 - 0.3 / agree, 3),
    )
