"""English words around and inside names. The fields of `NameWords` say what each list is for."""

from __future__ import annotations

TITLES = frozenset(
    """
    mr mrs ms miss dame dr sen rep gov president sir prof minister prime senator secretary vice former congressman
    congresswoman mayor judge justice gen general lt col capt sgt chief king queen prince princess pope attorney
    chancellor ambassador representative governor professor lady lord rev reverend
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

ARTICLE = r"(?:the|a|an)\s+"

POSSESSIVE = r"\s?['’‘´`]\s?[sS]?$"
