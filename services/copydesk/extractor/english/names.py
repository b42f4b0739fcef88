"""English words around and inside names. The fields of `NameWords` say what each list is for."""

from __future__ import annotations

TITLES = frozenset(
    """
    mr mrs ms miss dame dr sen rep gov president sir prof minister prime senator secretary vice former congressman
    congresswoman mayor judge justice gen general lt col capt sgt chief king queen prince princess pope attorney
    chancellor ambassador representative governor professor lady lord rev reverend hon
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)

TITLE_PRONOUNS = {
    **dict.fromkeys(
        ("mr", "sir", "lord", "king", "prince", "congressman", "father", "husband", "son", "brother"), "he"
    ),
    **dict.fromkeys(
        (
            "mrs",
            "ms",
            "miss",
            "dame",
            "lady",
            "queen",
            "princess",
            "congresswoman",
            "mother",
            "wife",
            "daughter",
            "sister",
        ),
        "she",
    ),
}
"""Words that touch a name and tell its pronoun: "Mrs. Berg", "his wife Anna Berg"."""

POST_NOMINALS = frozenset({"kc", "qc", "mp", "mep", "msp", "mbe", "obe", "cbe", "phd", "jr", "jr.", "sr", "sr."})
"""They stand after a person's name and before the verb: "James Hartley KC asked"."""

SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})

PARTICLES = frozenset({"de", "da", "di", "du", "van", "von", "der", "bin", "ibn", "al", "el", "la", "le", "ap"})

SURNAME_PARTICLES = frozenset({"von", "der", "van", "de", "la", "da", "di", "du", "dos", "bin", "ibn", "al"})

DEMONYM_ENDINGS = ("n", "i", "ish", "ese", "ch", "ic", "ns", "is")
"""A name without one was only taken for a people ("Hmeimim")."""

DEMONYM_SUFFIXES = ("n", "an", "ian", "i")

PLACE_PREPOSITIONS = frozenset({"in", "at", "from", "near", "to"})

SURE_PLACE_PREPOSITIONS = frozenset({"in", "near", "outside", "off", "across", "throughout", "towards", "into"})

ORIGIN_PREPOSITIONS = frozenset({"from", "of"})

COORDINATOR = "and"

NAME_LINKS = frozenset({"of", "&"})

STATE_WORDS = frozenset({"union", "federation", "league"})

ROLES = frozenset({"head", "founder", "regent", "chair", "deputy", "coach", "keeper", "rescuer", "commissioner"})

COURTESY_TITLES = frozenset({"mr", "mrs", "ms", "miss", "sir", "dame", "lord", "lady", "dr"})

CALENDAR = frozenset(
    """
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    """.split()  # noqa: SIM905 - reads better than twenty strings
)

ORGANIZATION_WORDS = frozenset(
    """
    united rovers wanderers athletic albion fc rfc afc brewery breweries zoo line lines airlines airways union bank
    group ltd limited inc plc corp corporation company holdings securities freight foods council committee commission
    university college academy trust foundation association society agency ministry department institute institution
    federation league party coaches motors records pictures studios partners energy steel industries systems
    pharmaceuticals capital insurance police brigade cement logistics shipping railways motorways charity hospice
    orchestra philharmonic museum gallery partnership consortium technologies laboratories solutions services
    """.split()  # noqa: SIM905 - reads better than eighty strings
)

PLACE_WORDS = frozenset(
    """
    bay island islands isles river lake mountain mountains hill hills valley beach county province village peninsula
    harbour harbor strait forest desert coast heights falls canyon
    """.split()  # noqa: SIM905 - reads better than thirty strings
)

INSTITUTIONS = frozenset({"congress", "parliament", "senate", "nato", "facebook", "twitter", "youtube", "instagram"})

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATE = rf"(?:{_MONTH}\s\d{{1,2}}(?:,?\s\d{{4}})?|\d{{1,2}}\s{_MONTH}(?:,?\s\d{{4}})?)"
_PLACE = r"[^\W\d_a-z][\w.'’-]{1,20}(?:\s[^\W\d_a-z][\w.'’-]{1,20}){0,3}"
_SOURCE = r"\((?P<agency>[A-Z][\w .-]{1,30})\)|/(?P<wire>[A-Za-z][\w .-]{1,30})/"
DATELINE = (
    rf"\s{{0,3}}(?P<city>{_PLACE})(?:,\s(?P<region>(?!{_MONTH}\s\d){_PLACE}))?(?:,?\s(?P<date>{_DATE}))?"
    rf"\s{{0,2}}(?:{_SOURCE})?\s{{0,2}}(?P<dash>--|[-–—―:])\s{{1,2}}(?=[\"“‘'«]?[^\W\d_a-z])"
)

LABELS_OF_NEWS = frozenset({"breaking", "update", "exclusive", "watch", "video", "opinion", "analysis", "live", "note"})

ARTICLE = r"(?:the|a|an)\s+"

POSSESSIVE = r"\s?['’‘´`]\s?[sS]?$"
