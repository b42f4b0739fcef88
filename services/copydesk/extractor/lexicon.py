"""The words of one language that the extractor knows.

Every word list and every pattern with words in it is a field of `Lexicon`. The rules hold no words of their own. A
language is a package beside this module with a function `load_lexicon`; see `copydesk.extractor.english`.

Words are in small letters unless a comment says otherwise. Dependency labels and entity labels are no words: they
belong to the language model and stay in the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from copydesk.extractor.gazetteer.words import PlaceWords
from copydesk.extractor.turns.words import TurnWords

MAX_SAMPLE = 2_000
"""Code points of a text by which its script is told."""


class SpeechWords(msgspec.Struct, frozen=True, kw_only=True):
    """Cues: verbs and phrases that attribute words to a speaker."""

    lemmas: Mapping[str, str]
    """Lemma of each form of each cue verb: `said` has `say`."""

    guess_lemma: Callable[[str], str]
    """Lemma of any verb form. It is guessed from the ending where the verb is no cue."""

    reporting_lemmas: frozenset[str]
    """Lemmas of cues whose clause is reported speech even without quotation marks."""

    reporting_forms: frozenset[str]
    """Words of which at least one stands where speech is reported without quotation marks."""

    naming_lemmas: frozenset[str]
    """Lemmas of cues whose quotation is a name for something: she called it "a mess"."""

    order_lemmas: frozenset[str]
    """Lemmas of cues that take a person and an infinitive: she asked them to leave."""

    hearer_lemmas: frozenset[str]
    """Lemmas of cues whose object after a quotation is the hearer, not other words that were said."""

    agent_preposition: str
    """Preposition before whoever does what a passive says: was called a mess `by` Lee."""

    source_prepositions: frozenset[str]
    """Prepositions between a claim and whoever makes it: accusations `from` Lee."""

    object_prepositions: frozenset[str]
    """Prepositions before what the object of a verb did: criticised Lee `for` saying."""

    denial_lemmas: frozenset[str]
    """Lemmas of verbs whose clause the subject does not say but deny: he `denied` that he had been "drunk"."""

    claim_nouns: frozenset[str]
    """Nouns for words of somebody else: Holt's `claim` that it was "a mess"."""

    participle_endings: tuple[str, ...]
    """Endings of the participle that stands without a subject: `adding`."""

    according_to: tuple[str, str]
    """The two words before a source: `according`, `to`. Joined by a space they are the lemma of the cue."""

    put_verbs: frozenset[str]
    """Verb forms in "as Lee put it"."""

    put_object: str
    """Object of the verb in "as Lee put it"."""

    put_opener: str
    """Word that opens "as Lee put it", and what somebody is quoted as."""

    put_lemma: str
    """Lemma of the cue in "as Lee put it"."""


class PronounWords(msgspec.Struct, frozen=True, kw_only=True):
    """Pronouns that speakers are mentioned by."""

    personal: frozenset[str]
    """Personal pronouns."""

    resolved: tuple[str, ...]
    """Personal pronouns that stand for one person and are resolved to a name."""

    relative: frozenset[str]
    """Relative pronouns, subject and object."""

    relative_subjects: frozenset[str]
    """Relative pronouns that may be a subject. A speaker mentioned by one is neither anonymous nor a new mention."""


class SpeakerWords(msgspec.Struct, frozen=True, kw_only=True):
    """Nouns and determiners in mentions of speakers that are no names."""

    anonymous_heads: frozenset[str]
    """Heads of noun phrases that name nobody: `officials`."""

    anonymous_openers: frozenset[str]
    """First words of noun phrases that name nobody: `several`."""

    stranger_determiners: frozenset[str]
    """Determiners of a person who is new in the text: `a` customer."""

    unnamed_people: frozenset[str]
    """Nouns for one person without a name, whom "he" or "she" may stand for: the `driver`, my `neighbour`."""

    partitives: frozenset[str]
    """Words for one of several people: `another` of the survivors."""

    naming_participles: frozenset[str]
    """Participles before the name of a person: a passenger `named` Ann Berg."""

    definite_determiners: frozenset[str]
    """Determiners of a person whom the text knows: `the` mayor."""

    documents: frozenset[str]
    """Nouns that speak for their author: `letter`."""

    author_prepositions: frozenset[str]
    """Prepositions between a document and its author: a letter `from` Lee."""

    countries: Mapping[str, str]
    """Country of each demonym that stands before a leader's role: `russian` has `russia`."""

    leader_roles: frozenset[str]
    """Roles that one person of a country holds: `president`."""


class NameWords(msgspec.Struct, frozen=True, kw_only=True):
    """Words and patterns around and inside names."""

    titles: frozenset[str]
    """Titles, ranks and roles before a person's name that are no part of it; without a full stop."""

    title_pronouns: Mapping[str, str]
    """Pronoun that each word beside a name tells: `mrs` has `she`."""

    first_names: Mapping[str, str]
    """Pronoun of each given name. Names that both sexes bear are not in it."""

    post_nominals: frozenset[str]
    """Degrees and orders after a person's name: `obe`; with and without a full stop."""

    suffixes: frozenset[str]
    """Suffixes that belong to a person's name: `jr`; without a full stop."""

    particles: frozenset[str]
    """Small words that may begin a person's name: `van`."""

    surname_particles: frozenset[str]
    """Small words inside surnames, after which the surname goes on: Ursula `von der` Leyen."""

    demonym_endings: tuple[str, ...]
    """Endings of the adjectives of countries."""

    demonym_suffixes: tuple[str, ...]
    """Endings that make the adjective of a country's name: Russia, Russia`n`."""

    place_prepositions: frozenset[str]
    """Prepositions after which a name is a place."""

    sure_place_prepositions: frozenset[str]
    """Prepositions after which an unknown name is a place, whatever the recogniser says: `near`."""

    origin_prepositions: frozenset[str]
    """Prepositions after which an unknown name is a place where a comma stands before: Ann Berg, `of` Marlow."""

    coordinator: str
    """Word between the given names of a couple: Carl `and` Ann Berg."""

    name_links: frozenset[str]
    """Words in mid-name: House `of` Cards."""

    state_words: frozenset[str]
    """Last words of firms that states have, too: Soviet `Union`."""

    role_nouns: frozenset[str]
    """Nouns for a person with whose name they stand: the `head` of the police, Ann Berg."""

    courtesy_titles: frozenset[str]
    """Titles with a capital that only persons have: `Mrs`; without a full stop."""

    calendar: frozenset[str]
    """Months and days of the week."""

    organization_words: frozenset[str]
    """Last words of the names of firms, clubs and offices: Berg `Brewery`."""

    place_words: frozenset[str]
    """Last words of the names of places: Lindau `Bay`."""

    institutions: frozenset[str]
    """Names of a word that somebody may be "in" and are no places: in `Congress`."""

    dateline: re.Pattern[str]
    """Place, date and agency before the first sentence; groups `city`, `region`, `date`, `agency`, `wire`, `dash`."""

    labels_of_news: frozenset[str]
    """Words in capitals before a dash that are no places: `BREAKING`."""

    article: re.Pattern[str]
    """An article at the beginning of a name, with the space after it."""

    possessive: re.Pattern[str]
    """A possessive ending at the end of a name."""


class QuotationWords(msgspec.Struct, frozen=True, kw_only=True):
    """Words and patterns around quotations."""

    elision: re.Pattern[str]
    """A word that begins with an apostrophe: 'em."""

    possessive_letters: frozenset[str]
    """Letters before a lone apostrophe that make it a possessive: the boys' game; both cases."""

    abbreviations: frozenset[str]
    """Words with a full stop that ends no sentence: `gov.`."""

    clause_opener: str
    """Conjunction that opens a reported clause: `that`."""

    infinitive_openers: frozenset[str]
    """Words that open an infinitive: `to`."""

    linking_prepositions: frozenset[str]
    """Prepositions between a cue and what it names: called `for` an end."""

    continuing_words: frozenset[str]
    """Words after a comma inside the mark with which the reported clause goes on: `but`."""

    term_words: frozenset[str]
    """Words before a mark that say that a term or a title follows: the `phrase`."""

    small_title_words: frozenset[str]
    """Words that a title of a work writes without a capital: `of`."""

    definite_article: str
    """Article that may begin a signature after a dash: - `the` mayor."""

    topic_preposition: str
    """Preposition between a speaker and whom the words are about, before a colon: Brown `on` Lane."""

    signature_opener: tuple[str, ...]
    """Words between a dash and a name that are no part of the signature: - `more from` Ann Lee."""

    signature: re.Pattern[str]
    """A dash and the name that signs a quotation, up to the end of the paragraph; group `name`."""

    signature_below: re.Pattern[str]
    """A line that is only the name that signs the quotation above; group `name` or `name2`."""

    plain_after: re.Pattern[str]
    """`said X` or `X said` after a mark, for text without a parse; groups `cue` and `speaker`, or those with a 2."""

    plain_before: re.Pattern[str]
    """`X said:` before a mark, for text without a parse; groups `speaker` and `cue`."""


class Lexicon(msgspec.Struct, frozen=True, kw_only=True):
    """All words of one language, loaded once and passed to whatever needs them."""

    language_tag: re.Pattern[str]
    """Beginning of the BCP 47 tags of the language."""

    foreign_letter: re.Pattern[str]
    """A letter of another script than the language's."""

    speech: SpeechWords
    pronouns: PronounWords
    speakers: SpeakerWords
    names: NameWords
    quotations: QuotationWords
    turns: TurnWords
    places: PlaceWords

    def covers(self, language: str | None) -> bool:
        """Return whether a BCP 47 tag is of this language. A text without a tag counts as covered."""
        return language is None or self.language_tag.match(language) is not None

    def can_read(self, text: str) -> bool:
        """Return whether at least half of a text's letters are of the language's script. No letters count as read."""
        sample = text[:MAX_SAMPLE]
        foreign = len(self.foreign_letter.findall(sample))
        return not foreign or 2 * foreign <= sum(map(str.isalpha, sample))
