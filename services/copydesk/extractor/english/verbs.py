"""English cues: verbs and phrases of saying, with their forms, so that no lemmatizer is needed."""

from __future__ import annotations

from collections.abc import Mapping

CLAUSAL = """
    say tell add announce argue claim declare explain note report state suggest warn write insist reveal confirm
    stress emphasize emphasise acknowledge admit allege assert contend concede conclude deny maintain observe
    predict promise reply respond recall remark repeat reiterate testify tweet vow pledge quip joke complain boast
    caution counter lament muse point recount retort shout whisper yell exclaim continue disclose estimate inform
    indicate mention profess proclaim propose recommend agree believe think swear advise assure remind urge demand
    ask wonder inquire question quote post comment opine tout signal threaten underscore underline elaborate clarify
    chide scoff snap sigh laugh interject offer venture posit theorize speculate surmise reckon grumble mutter
    murmur cry scream plead beg implore concur rant fume bellow read begin describe call hail imply intimate
    determine find assume answer thunder storm roar boom blast beam grin gush moan groan shrug cheer chuckle giggle
    smile sob wail growl snarl hiss bark rage sneer sniff stammer stutter mumble enthuse crow gloat jeer heckle
    protest object correct interrupt
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
"""Lemmas of verbs that take a clause or stand beside a quotation."""

REPORTING = frozenset(
    """
    say tell add announce argue claim declare explain note report state suggest warn write insist reveal confirm
    stress emphasize emphasise acknowledge admit allege assert contend concede conclude deny maintain observe
    predict promise reply respond remark reiterate testify tweet vow pledge quip joke complain caution counter
    recount retort exclaim disclose estimate inform indicate mention proclaim propose believe remind boast opine
    assure recall lament
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)
"""Lemmas of verbs whose clause is reported speech even without quotation marks."""

NAMING = frozenset(
    """
    call describe label brand dub deem characterize characterise refer criticize criticise denounce blast slam
    praise mock deride dismiss decry condemn blame accuse hail tout term portray paint depict ridicule attack
    lambaste rip defend reject tag cite express voice issue use show cast chant declare pronounce promise pledge vow
    speak raise invoke identify rate liken compare credit admire urge
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)
"""Lemmas of verbs whose quotation is a name for something: the quoted words alone were said."""

ORDERS = frozenset({"ask", "tell", "urge", "advise", "beg", "implore", "warn", "remind", "call"})
"""Lemmas of verbs that take a person and an infinitive."""

DENIALS = frozenset({"deny", "reject", "dismiss", "dispute", "refute", "rebut"})
"""Lemmas of verbs whose clause are words that the subject does not own."""

CLAIM_NOUNS = frozenset(
    """
    claim claims accusation accusations allegation allegations assertion assertions suggestion suggestions description
    descriptions characterization characterisation charge charges complaint complaints insinuation insinuations
    """.split()  # noqa: SIM905 - reads better than twenty strings
)
"""Nouns for words of whoever their possessive or preposition names."""

AGENT_PREPOSITION = "by"

SOURCE_PREPOSITIONS = frozenset({"by", "from"})

OBJECT_PREPOSITIONS = frozenset({"for", "of", "as"})

ACCORDING_TO = ("according", "to")

PUT_VERBS = frozenset({"put", "puts"})
PUT_OBJECT = "it"
PUT_OPENER = "as"
PUT_LEMMA = "put it"
"""The parts of "as Lee put it"."""

WITH_HEARER = frozenset({"tell", "ask", " ".join(ACCORDING_TO), PUT_LEMMA})
"""Lemmas of cues whose object is the hearer, or that need none."""

PARTICIPLE_ENDINGS = ("ing",)

_IRREGULAR = {
    "speak": "speaks spoke spoken speaking",
    "say": "says said saying",
    "tell": "tells told telling",
    "write": "writes wrote written writing",
    "think": "thinks thought thinking",
    "swear": "swears swore sworn swearing",
    "begin": "begins began begun beginning",
    "read": "reads read reading",
    "deny": "denies denied denying",
    "reply": "replies replied replying",
    "testify": "testifies testified testifying",
    "clarify": "clarifies clarified clarifying",
    "cry": "cries cried crying",
    "decry": "decries decried decrying",
    "quip": "quips quipped quipping",
    "snap": "snaps snapped snapping",
    "slam": "slams slammed slamming",
    "dub": "dubs dubbed dubbing",
    "refer": "refers referred referring",
    "admit": "admits admitted admitting",
    "rip": "rips ripped ripping",
    "tag": "tags tagged tagging",
    "beg": "begs begged begging",
    "concur": "concurs concurred concurring",
    "show": "shows showed shown showing",
    "label": "labels labeled labelled labeling labelling",
    "signal": "signals signaled signalled signaling",
    "cast": "casts cast casting",
    "agree": "agrees agreed agreeing",
    "imply": "implies implied implying",
    "find": "finds found finding",
    "plead": "pleads pleaded pled pleading",
    "grin": "grins grinned grinning",
    "shrug": "shrugs shrugged shrugging",
    "sob": "sobs sobbed sobbing",
    "rebut": "rebuts rebutted rebutting",
    "portray": "portrays portrayed portraying",
}


def inflect(lemma: str) -> tuple[str, ...]:
    """All forms of a verb, the lemma first.

    >>> inflect("note")
    ('note', 'notes', 'noted', 'noting')
    >>> inflect("say")
    ('say', 'says', 'said', 'saying')
    """
    if lemma in _IRREGULAR:
        return (lemma, *_IRREGULAR[lemma].split())
    if lemma.endswith("e"):
        return (lemma, lemma + "s", lemma + "d", lemma[:-1] + "ing")
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return (lemma, lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing")
    third = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "z")) else "s")
    return (lemma, third, lemma + "ed", lemma + "ing")


def list_forms() -> dict[str, str]:
    """Lemma of every form of every cue verb."""
    return {form: lemma for lemma in (*CLAUSAL, *sorted(NAMING)) for form in inflect(lemma)}


def guess_lemma(form: str, lemmas: Mapping[str, str]) -> str:
    """Lemma of a verb form, guessed from its ending where the verb is no cue.

    Args:
        form: Any form, in any case.
        lemmas: Lemma of every form of every cue verb.

    >>> guess_lemma("Said", list_forms()), guess_lemma("grinned", list_forms())
    ('say', 'grin')
    """
    form = form.lower()
    if form in lemmas:
        return lemmas[form]
    for ending in ("ing", "ed"):
        stem = form.removesuffix(ending)
        if stem != form and len(stem) > 2:
            doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz"
            return stem[:-1] if doubled else stem
    return form.removesuffix("s")
