"""One article, top to bottom: paragraphs, parses, quotations, names, speakers, document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from copydesk.contracts.articles import (
    CleanedArticle,
    Entity,
    ExtractedArticle,
    Extraction,
    ExtractionModel,
    Quote,
    extend,
)
from copydesk.extractor.documents import build_entities, build_quotes, number_entities
from copydesk.extractor.entities.clusters import RawMention, cluster_names
from copydesk.extractor.entities.name_search import find_names
from copydesk.extractor.gazetteer.resolution import find_places
from copydesk.extractor.gazetteer.table import load_gazetteer
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.paragraphs import Paragraph, split_paragraphs
from copydesk.extractor.parsing import Parser, parse_article
from copydesk.extractor.provenance import build_provenance
from copydesk.extractor.quotes.drafts import QuoteDraft, group_split, join_paragraphs, limit_quotes
from copydesk.extractor.quotes.headlines import find_headline_quotes
from copydesk.extractor.quotes.marked_quotes import draft_quotes
from copydesk.extractor.quotes.plain_quotes import draft_plain_quotes
from copydesk.extractor.speakers import Identity, Speakers, identify_speakers
from copydesk.extractor.turns.drafts import add_turns, correct_label_names, resolve_labels
from copydesk.extractor.turns.transcript import find_turns


class ExtractionResult(msgspec.Struct, frozen=True):
    """Entities and quotations of one text. ``warnings`` say which parts have no parse."""

    entities: tuple[Entity, ...]
    quotes: tuple[Quote, ...]
    warnings: tuple[str, ...]


def build_extractor(
    parser: Parser, lexicon: Lexicon, *, max_chars: int, selective: bool
) -> Callable[[CleanedArticle], ExtractedArticle]:
    """The function from a cleaned article to an extracted one.

    Args:
        parser: The language model.
        lexicon: The words of its language.
        max_chars: Maximum code points of an article that are parsed.
        selective: Whether paragraphs without quotation marks and cues get names only.
    """
    model = ExtractionModel(name=parser.name, version=parser.version, engine=parser.engine)
    provenance = build_provenance(model)

    def extract(article: CleanedArticle) -> ExtractedArticle:
        result = extract_text(
            article.text,
            article.title or "",
            article.language,
            parser,
            lexicon,
            max_chars=max_chars,
            selective=selective,
        )
        return extend(
            ExtractedArticle,
            article,
            by=provenance,
            entities=result.entities,
            quotes=result.quotes,
            extraction=Extraction(model=model, degraded=bool(result.warnings), warnings=result.warnings),
        )

    return extract


def extract_text(
    text: str,
    title: str,
    language: str | None,
    parser: Parser,
    lexicon: Lexicon,
    *,
    max_chars: int,
    selective: bool = False,
) -> ExtractionResult:
    """Entities and quotations of an article.

    Args:
        text: The body; offsets count its code points.
        title: The headline. Names and quotations in marks are searched in it.
        language: BCP 47 tag; None counts as the lexicon's language.
        parser: The language model.
        lexicon: The words of its language.
        max_chars: Maximum code points that are parsed.
        selective: Whether paragraphs without quotation marks and cues get names only.
    """
    gazetteer = load_gazetteer()
    paragraphs = split_paragraphs(text, lexicon.quotations)
    is_covered = lexicon.covers(language) and lexicon.can_read(text)
    if is_covered:
        title_parse, warnings = parse_article(
            text, title, paragraphs, parser, lexicon, max_chars=max_chars, selective=selective
        )
    else:
        problem = f"language {language}" if not lexicon.covers(language) else "another script"
        title_parse, warnings = None, [f"{problem}: quotation marks only, no parse"]

    turns = find_turns(text, paragraphs, gazetteer, lexicon) if is_covered else []
    drafts = _draft_all_quotes(text, paragraphs, lexicon, is_covered=is_covered)
    drafts = add_turns(paragraphs, turns, drafts, lexicon)
    drafts, too_many = limit_quotes(join_paragraphs(text, paragraphs, drafts))
    group_split(drafts)

    names = correct_label_names(
        find_names(text, title, paragraphs, title_parse, lexicon, gazetteer=gazetteer), turns, lexicon
    )
    clusters = cluster_names(names, lexicon)
    labels = resolve_labels(text, turns, clusters)
    identities = identify_speakers(drafts, Speakers(paragraphs, clusters, lexicon, labels))
    _add_speaker_mentions(text, drafts, identities, lexicon)

    ids = number_entities(clusters)
    quotes = build_quotes(text, drafts, identities, ids, lexicon)
    if is_covered:
        quotes += find_headline_quotes(title, clusters, ids, len(quotes) + 1, lexicon)
    places = find_places(text, title, clusters, gazetteer, lexicon.places) if is_covered else {}
    entities = build_entities(clusters, ids, places, len(text))
    return ExtractionResult(entities, quotes, (*warnings, *too_many))


def _draft_all_quotes(
    text: str, paragraphs: Sequence[Paragraph], lexicon: Lexicon, *, is_covered: bool
) -> list[QuoteDraft]:
    """Quotations of all paragraphs, in order: by grammar where there is a parse, else by marks and plain words."""
    drafts: list[QuoteDraft] = []
    for number, paragraph in enumerate(paragraphs):
        if paragraph.parse is not None:
            drafts += draft_quotes(text, number, paragraphs, drafts[-1:], lexicon)
        else:
            drafts += draft_plain_quotes(text, number, paragraph.segments, lexicon if is_covered else None)
    return drafts


def _add_speaker_mentions(
    text: str, drafts: Sequence[QuoteDraft], identities: Sequence[Identity], lexicon: Lexicon
) -> None:
    """Count the quotations of each thing, and add the pronouns and descriptions of its speakers to its mentions."""
    added: set[int] = set()
    for draft, identity in zip(drafts, identities, strict=True):
        speaker = draft.attribution.speaker if draft.attribution is not None else None
        if identity.cluster is None:
            continue
        identity.cluster.quotes_said += 1
        if speaker is None or identity.by_name or speaker.start in added:
            continue
        if speaker.head in lexicon.pronouns.relative_subjects:
            continue
        added.add(speaker.start)
        words = text[speaker.start : speaker.end]
        kind: Literal["pronoun", "nominal"] = "pronoun" if speaker.head in lexicon.pronouns.personal else "nominal"
        identity.cluster.mentions.append(RawMention(speaker.start, speaker.end, words, kind, "body"))
