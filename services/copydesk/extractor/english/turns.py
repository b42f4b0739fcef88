"""English words and patterns of interviews and transcripts. The fields of `TurnWords` say what each one is for."""

from __future__ import annotations

QUESTION_LETTERS = frozenset({"q", "question"})

LETTERED = r"[*_]{0,3}(?P<letter>Q|A|Question|Answer|QUESTION|ANSWER)(?:\s?\d{1,2})?[*_]{0,3}\s?[:.][*_]{0,3}(?=\s|$)"

ROLES = frozenset(
    """
    operator moderator interviewer host presenter reporter narrator speaker chair chairman chairwoman chairperson
    president premier minister secretary clerk judge counsel witness defendant prosecutor analyst announcer anchor
    audience caller dispatcher questioner participant translator interpreter leader
    """.split()  # noqa: SIM905 - reads better than thirty strings
)

PAPERS = frozenset(
    """
    times post guardian news magazine herald journal gazette tribune telegraph observer mirror standard chronicle
    review dispatch echo radio television tv weekly daily
    """.split()  # noqa: SIM905 - reads better than twenty strings
)

OFFICES = frozenset(
    """
    analyst officer president chairman chairwoman director manager ceo cfo coo cto vp founder partner executive
    treasurer secretary minister professor economist counsel relations head
    """.split()  # noqa: SIM905 - reads better than twenty strings
)

ROLE_OPENERS = frozenset({"the", "unidentified", "unknown", "madam", "deputy", "prime", "audience", "court", "vice"})

NO_SPEAKERS = frozenset(
    """
    note notes update updated correction clarification editor warning tip tips hint fact facts myth myths claim reality
    verdict rating score scores result results scorer scorers goals tries subs substitutes attendance referee team teams
    lineup squad news ingredients method serves servings prep preparation cook cooking time date venue where when what
    who why how tickets price prices cost costs address phone telephone email website web source sources photo photos
    photograph image images picture video audio watch read listen related more see also summary conclusion background
    introduction context analysis opinion review exclusive breaking live pros cons best worst good bad step part chapter
    section round quarter day week month year first second third last next option example answer question headline title
    subject from to cc dear by re sent hi hello attachment tags topics category copyright disclaimer media contact
    contacts advice verdict winner winners loser losers key definition location duration distance weather forecast high
    low open close total figure table chart map plus minus advertisement ad ads sponsored promoted fyi ps nb aka via
    """.split()  # noqa: SIM905 - reads better than a hundred and fifty strings
)

FIRST_AND_SECOND = frozenset({"i", "me", "my", "mine", "we", "us", "our", "ours", "you", "your", "yours"})

FIRST = FIRST_AND_SECOND - {"you", "your", "yours"}

_CAPITAL = r"[^\W\d_a-z]"
_WORD = rf"{_CAPITAL}[\w.'’-]{{0,30}}"
_NAME = rf"{_WORD}(?:\s(?:(?:de|da|di|du|van|von|der|den|bin|al|el|la|le|of|and|pro)\s){{0,2}}{_WORD}){{0,5}}"
_CLOCK = r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?[\])]?"
_ASIDE = r"(?:\s\([^()\n]{1,60}\)){1,3}"
_LEAD = rf"(?:{_CLOCK}\s{{1,3}}(?:[-–—]\s)?)?[*_]{{0,3}}"

LABEL = (
    rf"{_LEAD}(?P<name>{_NAME})[*_]{{0,3}}(?P<role>(?:{_ASIDE}|,\s[^:.!?\n]{{2,60}}|\s(?:--|[-–—])\s[^:.!?\n]{{2,60}})?)"
    rf"(?:\s{_CLOCK})?[*_]{{0,3}}\s?:[*_]{{0,3}}(?=\s|$)"
)

_TITLE = r"(?:Mr|Mrs|Ms|Miss|Dr|Senator|Representative)"
_SURNAME = r"(?:Mc|Mac|De|La|O['’])?[A-Z][A-Z'’-]{1,30}"
_STATE = r"(?:\sof\s[A-Z][a-z]{1,15}(?:\s[A-Z][a-z]{1,15})?)?"
RECORD_LABEL = (
    rf"(?P<name>{_TITLE}\.?\s{_SURNAME}(?:\s{_SURNAME}){{0,3}}|The\s[A-Z]{{3,20}}(?:\s[A-Z]{{3,20}}|\spro\stempore){{0,2}})"
    rf"(?P<role>{_STATE})\.(?=\s[A-Z\"“])"
)

LINE_LABEL = (
    rf"{_LEAD}(?P<name>{_NAME})[*_]{{0,3}}"
    rf"(?P<role>(?:{_ASIDE}|\s?(?:--|[–—])\s?[^\n:?!]{{2,120}}|\s-\s[^\n:?!]{{2,120}})?)[*_]{{0,3}}"
)
