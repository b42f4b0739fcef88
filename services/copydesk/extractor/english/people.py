"""English pronouns, and nouns for people without a name. The fields of the lexicon say what each list is for."""

from __future__ import annotations

PERSONAL_PRONOUNS = frozenset({"i", "he", "she", "they", "we", "it", "you"})

RESOLVED_PRONOUNS = ("he", "she")

RELATIVE_PRONOUNS = frozenset({"who", "which", "that", "whom"})

RELATIVE_SUBJECTS = frozenset({"who", "which", "that"})

ANONYMOUS_HEADS = frozenset(
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
"""Without a name beside it such a speaker is anonymous and never resolved."""

ANONYMOUS_OPENERS = frozenset({"a", "an", "some", "several", "many", "one", "another"})

STRANGER_DETERMINERS = frozenset({"a", "an", "another", "one"})

UNNAMED_PEOPLE = frozenset(
    """
    man woman boy girl person mother father sister brother son daughter wife husband widow widower uncle aunt cousin
    grandmother grandfather partner boyfriend girlfriend fiance fiancee friend neighbour neighbor colleague boss lawyer
    solicitor barrister attorney judge magistrate prosecutor juror defendant victim witness suspect officer policeman
    policewoman detective sergeant constable inspector firefighter paramedic doctor nurse surgeon patient teacher
    headteacher pupil student professor lecturer driver passenger cyclist pedestrian motorist pilot captain sailor
    fisherman farmer shopkeeper shopper customer waiter waitress chef baker butcher builder plumber electrician engineer
    architect worker miner welder foreman owner landlord landlady tenant resident villager householder spokesman
    spokeswoman spokesperson official aide adviser advisor councillor diplomat soldier veteran commander guard
    volunteer organiser organizer campaigner activist protester demonstrator priest vicar bishop imam rabbi nun monk
    coach referee player goalkeeper fan supporter spectator trainer jockey athlete singer actor actress musician
    director producer author writer reporter photographer editor analyst economist scientist researcher historian expert
    interpreter clerk cashier manager executive director chairman chairwoman accountant banker trader investor broker
    survivor refugee migrant tourist visitor guest hunter ranger lifeguard caretaker cleaner hairdresser pensioner
    teenager toddler bystander onlooker bailiff usher warden
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)
"""Nouns for one person. A subject among them is what the next "he" or "she" that speaks stands for."""

PARTITIVES = frozenset({"one", "another"})

NAMING_PARTICIPLES = frozenset({"named", "called"})

DEFINITE_DETERMINERS = frozenset({"the", "this", "that"})

DOCUMENTS = frozenset(
    """
    statement letter tweet email e-mail post memo report book essay column article message release interview speech
    remarks filing complaint ad video note text blog tweets emails posts testimony op-ed editorial document
    documents lawsuit affidavit headline poll survey study transcript quote answer response
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)

AUTHOR_PREPOSITIONS = frozenset({"from", "by", "of"})

COUNTRIES = {
    "american": "united states", "russian": "russia", "british": "britain", "french": "france", "german": "germany",
    "chinese": "china", "japanese": "japan", "canadian": "canada", "israeli": "israel", "iranian": "iran",
    "syrian": "syria", "turkish": "turkey", "ukrainian": "ukraine", "mexican": "mexico", "indian": "india",
    "egyptian": "egypt", "iraqi": "iraq", "australian": "australia", "italian": "italy", "spanish": "spain",
    "polish": "poland", "filipino": "philippines", "brazilian": "brazil", "dutch": "netherlands",
}  # fmt: skip

LEADER_ROLES = frozenset({"leader", "president", "premier", "chancellor", "ruler"})
