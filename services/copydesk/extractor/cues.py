"""Words that say that something was said, by form: no lemmatizer is needed."""

from __future__ import annotations

from functools import cache

CLAUSAL = """
    say tell add announce argue claim declare explain note report state suggest warn write insist reveal confirm
    stress emphasize emphasise acknowledge admit allege assert contend concede conclude deny maintain observe
    predict promise reply respond recall remark repeat reiterate testify tweet vow pledge quip joke complain boast
    caution counter lament muse point recount retort shout whisper yell exclaim continue disclose estimate inform
    indicate mention profess proclaim propose recommend agree believe think swear advise assure remind urge demand
    ask wonder inquire question quote post comment opine tout signal threaten underscore underline elaborate clarify
    chide scoff snap sigh laugh interject offer venture posit theorize speculate surmise reckon grumble mutter
    murmur cry scream plead beg implore concur rant fume bellow read begin describe call hail imply intimate
    determine find assume
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
"""Lemmas that take a clause or stand beside a quotation."""

STRONG = frozenset(
    """
    say tell add announce argue claim declare explain note report state suggest warn write insist reveal confirm
    stress emphasize emphasise acknowledge admit allege assert contend concede conclude deny maintain observe
    predict promise reply respond remark reiterate testify tweet vow pledge quip joke complain caution counter
    recount retort exclaim disclose estimate inform indicate mention proclaim propose believe remind boast opine
    assure recall lament
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)
"""Lemmas whose clause is reported speech also without any quotation mark."""

NAMING = frozenset(
    """
    call describe label brand dub deem characterize characterise refer criticize criticise denounce blast slam
    praise mock deride dismiss decry condemn blame accuse hail tout term portray paint depict ridicule attack
    lambaste rip defend reject tag cite express voice issue use show cast chant declare pronounce promise pledge vow
    raise invoke identify rate liken compare credit admire urge
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)
"""Lemmas whose quotation names something: the quoted words alone are what was said."""

_IRREGULAR = {
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
    "portray": "portrays portrayed portraying",
}


def forms(lemma: str) -> tuple[str, ...]:
    """All forms of a verb, the lemma first.

    >>> forms("note")
    ('note', 'notes', 'noted', 'noting')
    >>> forms("say")
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


@cache
def lemmas() -> dict[str, str]:
    """Lemma of every form of every cue."""
    return {form: lemma for lemma in (*CLAUSAL, *sorted(NAMING)) for form in forms(lemma)}


@cache
def strong_forms() -> frozenset[str]:
    """Words of which one at least stands where speech is reported without quotation marks."""
    return frozenset({"according", *(form for lemma in STRONG for form in forms(lemma))})


def guess_lemma(form: str) -> str:
    """The lemma of a verb outside the lexicon, as well as endings tell it.

    >>> guess_lemma("Said"), guess_lemma("grinned")
    ('say', 'grin')
    """
    form = form.lower()
    if form in lemmas():
        return lemmas()[form]
    for ending in ("ing", "ed"):
        stem = form.removesuffix(ending)
        if stem != form and len(stem) > 2:
            doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz"
            return stem[:-1] if doubled else stem
    return form.removesuffix("s")


PERSONAL = frozenset({"i", "he", "she", "they", "we", "it", "you"})
SINGULAR = frozenset({"he", "she"})
"""Pronouns that stand for one person."""

ANONYMOUS = frozenset(
    """
    another others one some many several someone somebody anyone everyone few most source sources official officials
    insider insiders people witness witnesses resident residents analyst analysts expert experts critic critics
    observer observers aide aides bookie bookies fan fans user users supporter supporters voter voters lawmaker
    lawmakers opponent opponents friend friends neighbor neighbors neighbour neighbours investigator investigators
    prosecutor prosecutors authorities police reporter reporters researcher researchers scientist scientists
    executive executives student students colleague colleagues those both man woman person diplomat diplomats
    economist economists strategist operative operatives advisers advisors adviser advisor republicans democrats
    activists activist employee employees
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)
"""Heads of noun phrases that name nobody: without a name beside them they are anonymous and never resolved."""

POST_NOMINALS = frozenset({"kc", "qc", "mp", "mep", "msp", "mbe", "obe", "cbe", "phd", "jr", "jr.", "sr", "sr."})
"""What may stand behind a person's name, before the verb: "James Hartley KC asked"."""

DOCUMENTS = frozenset(
    """
    statement letter tweet email e-mail post memo report book essay column article message release interview speech
    remarks filing complaint ad video note text blog tweets emails posts testimony op-ed editorial document
    documents lawsuit affidavit headline poll survey study transcript quote answer response
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)
"""What speaks for its author."""
