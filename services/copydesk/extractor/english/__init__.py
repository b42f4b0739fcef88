"""English: every word list and pattern of the extractor, by subject."""

from __future__ import annotations

import re
from functools import partial

from copydesk.extractor.english import names, people, places, quotations, turns, verbs
from copydesk.extractor.english.first_names import load_first_names
from copydesk.extractor.gazetteer.words import PlaceWords
from copydesk.extractor.lexicon import (
    Lexicon,
    NameWords,
    PronounWords,
    QuotationWords,
    SpeakerWords,
    SpeechWords,
)
from copydesk.extractor.turns.words import TurnWords

__all__ = ["load_lexicon"]


def load_lexicon() -> Lexicon:
    """Build the English lexicon: reads the list of given names and compiles the patterns.

    >>> lexicon = load_lexicon()
    >>> lexicon.covers("en-GB"), lexicon.covers("fr"), lexicon.covers(None)
    (True, False, True)
    """
    return Lexicon(
        language_tag=re.compile(r"en(?:-|$)", re.IGNORECASE),
        foreign_letter=re.compile(r"[^\W\d_\u0000-\u024f]"),
        speech=_load_speech(),
        pronouns=PronounWords(
            personal=people.PERSONAL_PRONOUNS,
            resolved=people.RESOLVED_PRONOUNS,
            relative=people.RELATIVE_PRONOUNS,
            relative_subjects=people.RELATIVE_SUBJECTS,
        ),
        speakers=SpeakerWords(
            anonymous_heads=people.ANONYMOUS_HEADS,
            anonymous_openers=people.ANONYMOUS_OPENERS,
            stranger_determiners=people.STRANGER_DETERMINERS,
            unnamed_people=people.UNNAMED_PEOPLE,
            partitives=people.PARTITIVES,
            naming_participles=people.NAMING_PARTICIPLES,
            definite_determiners=people.DEFINITE_DETERMINERS,
            documents=people.DOCUMENTS,
            author_prepositions=people.AUTHOR_PREPOSITIONS,
            countries=people.COUNTRIES,
            leader_roles=people.LEADER_ROLES,
        ),
        names=_load_names(),
        quotations=_load_quotations(),
        turns=TurnWords(
            lettered=re.compile(turns.LETTERED),
            question_letters=turns.QUESTION_LETTERS,
            label=re.compile(turns.LABEL),
            record_label=re.compile(turns.RECORD_LABEL),
            line_label=re.compile(turns.LINE_LABEL),
            papers=turns.PAPERS,
            roles=turns.ROLES,
            offices=turns.OFFICES,
            role_openers=turns.ROLE_OPENERS,
            no_speakers=turns.NO_SPEAKERS,
            first=turns.FIRST,
            first_and_second=turns.FIRST_AND_SECOND,
        ),
        places=PlaceWords(
            aliases=places.ALIASES, states=places.STATES, demonyms=places.DEMONYMS, regions=places.REGIONS
        ),
    )


def _load_speech() -> SpeechWords:
    lemmas = verbs.list_forms()
    return SpeechWords(
        lemmas=lemmas,
        guess_lemma=partial(verbs.guess_lemma, lemmas=lemmas),
        reporting_lemmas=verbs.REPORTING,
        reporting_forms=frozenset(
            {verbs.ACCORDING_TO[0], *(form for lemma in verbs.REPORTING for form in verbs.inflect(lemma))}
        ),
        naming_lemmas=verbs.NAMING,
        order_lemmas=verbs.ORDERS,
        hearer_lemmas=verbs.WITH_HEARER,
        agent_preposition=verbs.AGENT_PREPOSITION,
        source_prepositions=verbs.SOURCE_PREPOSITIONS,
        object_prepositions=verbs.OBJECT_PREPOSITIONS,
        denial_lemmas=verbs.DENIALS,
        claim_nouns=verbs.CLAIM_NOUNS,
        participle_endings=verbs.PARTICIPLE_ENDINGS,
        according_to=verbs.ACCORDING_TO,
        put_verbs=verbs.PUT_VERBS,
        put_object=verbs.PUT_OBJECT,
        put_opener=verbs.PUT_OPENER,
        put_lemma=verbs.PUT_LEMMA,
    )


def _load_names() -> NameWords:
    return NameWords(
        titles=names.TITLES,
        title_pronouns=names.TITLE_PRONOUNS,
        first_names=load_first_names(),
        post_nominals=names.POST_NOMINALS,
        suffixes=names.SUFFIXES,
        particles=names.PARTICLES,
        surname_particles=names.SURNAME_PARTICLES,
        demonym_endings=names.DEMONYM_ENDINGS,
        demonym_suffixes=names.DEMONYM_SUFFIXES,
        place_prepositions=names.PLACE_PREPOSITIONS,
        sure_place_prepositions=names.SURE_PLACE_PREPOSITIONS,
        origin_prepositions=names.ORIGIN_PREPOSITIONS,
        coordinator=names.COORDINATOR,
        name_links=names.NAME_LINKS,
        state_words=names.STATE_WORDS,
        role_nouns=people.UNNAMED_PEOPLE | people.LEADER_ROLES | names.TITLES | names.ROLES,
        courtesy_titles=names.COURTESY_TITLES,
        calendar=names.CALENDAR,
        organization_words=names.ORGANIZATION_WORDS,
        place_words=names.PLACE_WORDS,
        institutions=names.INSTITUTIONS,
        dateline=re.compile(names.DATELINE),
        labels_of_news=names.LABELS_OF_NEWS,
        article=re.compile(names.ARTICLE, re.IGNORECASE),
        possessive=re.compile(names.POSSESSIVE),
    )


def _load_quotations() -> QuotationWords:
    return QuotationWords(
        elision=re.compile(quotations.ELISION, re.IGNORECASE),
        possessive_letters=quotations.POSSESSIVE_LETTERS,
        abbreviations=quotations.ABBREVIATIONS,
        clause_opener=quotations.CLAUSE_OPENER,
        infinitive_openers=quotations.INFINITIVE_OPENERS,
        linking_prepositions=quotations.LINKING_PREPOSITIONS,
        continuing_words=quotations.CONTINUING_WORDS,
        term_words=quotations.TERM_WORDS,
        small_title_words=quotations.SMALL_TITLE_WORDS,
        definite_article=quotations.DEFINITE_ARTICLE,
        topic_preposition=quotations.TOPIC_PREPOSITION,
        signature_opener=quotations.SIGNATURE_OPENER,
        signature=re.compile(quotations.SIGNATURE),
        signature_below=re.compile(quotations.SIGNATURE_BELOW),
        plain_after=re.compile(quotations.PLAIN_AFTER),
        plain_before=re.compile(quotations.PLAIN_BEFORE),
    )
