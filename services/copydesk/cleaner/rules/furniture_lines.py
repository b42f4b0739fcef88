"""Lines that stand alone and are furniture by what they do: address the reader, or speak of the page, not of the story.

The trees learn furniture by its words and its place; a single line of it in clean text has no place that tells. Each
class below is an act that a story does not perform: to offer, to ask for money or letters, to say who wrote it and
where else it ran.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from copydesk.contracts.articles import Reason

FURNITURE_NOISE = 0.9
"""Probability of noise of such a line. Of the labelled lines that the classes find in the development data 2 % are
body."""

MAX_CHARACTERS = 280
"""Characters of the longest line that is searched: furniture that is longer comes with links and company."""

_MEDIUM = r"(?:article|story|piece|post|report|essay|column|content|feature|interview|page|podcast|video|release)"
_MAIL = r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_ROLE = (
    r"(?:(?:\w+[ -]){0,3}(?:editor|reporter|correspondent|columnist|writer|journalist|freelancer|contributor|blogger"
    r"|producer|photographer|anchor|critic|head of the [a-z]+ desk|author))"
)
_NAME = r"(?:[A-Z][\w.'’-]{1,20} ?){1,3}"
_AGENCY = (
    r"(?:PA|AP|AFP|Reuters|REUTERS|Getty|EPA|EPA-EFE|ANSA|DPA|dpa|Shutterstock|Alamy|iStock|Bloomberg|Rex|Anadolu|TASS"
    r"|Xinhua|NurPhoto|Zuma|[A-Z]\w{1,20} (?:Images?|Photos?|Pictures?|Agency|Press|Archive|Library|Wire))"
)
_WORK = r"(?:newsletters?|e-?mails?|inbox|updates?|alerts?|briefings?|news|stories|offers|headlines|bulletins?)"


class _Kind(NamedTuple):
    """A class of lines: the reason for their removal, and the pattern that the whole line begins with or has in it."""

    reason: Reason
    pattern: re.Pattern[str]
    hints: tuple[str, ...]
    """The line has one of these in small letters, or is not searched: that is much faster than a pattern."""


def _kind(reason: Reason, pattern: str, flags: int = re.IGNORECASE, hints: str = "") -> _Kind:
    return _Kind(reason, re.compile(pattern, flags), tuple(hints.split("|")))


_KINDS = (
    # offers of the site: letters, feeds, applications, podcasts
    _kind("promo", rf"^\W{{0,3}}(?:sign up|subscribe|register|join us|opt in)\b(?=.*\b{_WORK}\b)"),
    _kind(
        "promo",
        r"\b(?:unsubscribe|manage (?:your )?(?:e-?mail )?(?:preferences|subscriptions?))\b",
        hints="unsubscribe|manage",
    ),
    _kind("promo", r"^you(?: are|['’]re| have)? (?:receiv|got |gett)\w{0,3} ?this (?:e-?mail|newsletter|message)"),
    _kind("navigation", r"^(?:view|read|open) (?:this |it )?(?:e-?mail )?(?:in|on) (?:your |a |the )?(?:browser|web)"),
    _kind(
        "promo",
        r"\b(?:listen|hear|subscribe|download|find|follow|stream|available|catch)\b.*"
        r"\b(?:wherever you (?:get|listen|find|download)|on (?:apple podcasts|spotify))",
        hints="wherever you|spotify|apple podcasts",
    ),
    _kind("promo", r"^(?:make|add|choose|set|select) .{2,60}\bas?\b.{0,20}\b(?:preferred|favou?rite|trusted) source\b"),
    _kind("promo", r"^(?:follow|like|find|join|add) (?:us|our|me|her|him|them|[A-Z]\w+ [A-Z]\w+) on [A-Z]\w+", 0),
    _kind(
        "promo",
        r"^\W{0,3}(?:join|follow|subscribe to) (?:our|us on|the|thousands|\d[\d,]* \w+ on) (?:.{0,40}\b)?"
        r"(?:whatsapp|telegram|facebook|discord|slack|signal|viber|reddit|linkedin|youtube|instagram|communit(?:y|ies)"
        r"|channel|mailing list|newsletter)\b",
        hints="join|follow|subscribe",
    ),
    _kind("promo", r"^(?:download|get|install|try) (?:our|the) (?:\w+ ){0,3}app\b"),
    # money: from buyers, supporters, subscribers
    _kind(
        "legal",
        r"^(?=.*\b(?:links?|buy|bought|purchas\w+|shop|order)\b).*\bwe (?:may |might |can |could |will |sometimes )?"
        r"(?:also )?(?:earn|get|receive|make|be paid|collect)\b.*\b(?:commissions?|share|fee|cut|percentage|money)\b",
        hints="we earn|we may|we might|we can|we could|we get|we receive|we will|we also|we make|we collect",
    ),
    _kind(
        "promo",
        r"^(?=.*\b(?:your (?:support|donation|contribution|gift|help)|reader[- ](?:supported|funded)"
        r"|support us|donate)\b)"
        r"(?=.*\b(?:donate|subscribe|make a (?:donation|contribution|gift)|contribute|become a|chip in|support us|give"
        r"|journalism|newsroom)\b)(?=.*\b(?:our|we|us)\b)",
        hints="donat|support|reader|contribution|gift",
    ),
    _kind(
        "promo",
        rf"\b(?:this|our) {_MEDIUM} is (?:only |exclusively )?(?:reserved |available |free )?(?:only |exclusively )?"
        r"(?:for|to) (?:\w+ ){0,2}(?:subscribers|members)\b"
        r"|^(?:subscribe|log in|sign in|register)(?: now| today| here)? to (?:read|continue|unlock|keep"
        r"|access|see|view)\b"
        r"|^already (?:a|have a) (?:subscri|member|account)",
        hints="subscribe|members|log in|sign in|register|already",
    ),
    # letters from readers
    _kind(
        "navigation",
        r"\byou (?:must|need to|have to) be (?:a subscriber|logged|signed|registered)\b"
        r"|^(?:join the (?:conversation|discussion|debate)|be the first to comment|leave a (?:comment|reply)"
        r"|(?:comments|replies) (?:are|have been) (?:closed|turned off|disabled))\b",
        hints="be logged|be a subscriber|be signed|be registered|join the|be the first|leave a|comments|replies",
    ),
    _kind(
        "promo",
        rf"^(?=.{{0,200}}{_MAIL})(?:(?:do you|did you|have you|have a|got a|got any|know|are you|want to|if you|send"
        r"|share|contact|tell|write to|reach|get in touch|to (?:contact|reach|comment|report)|e-?mail)\b"
        r"|\W{0,3}e-?mail\W|(?:media|press|investor|public relations|pr|news|editorial)? ?"
        r"(?:contacts?|enquiries|inquiries|relations)\b ?:)",
        hints="@",
    ),
    # other stories and pictures of the site
    _kind(
        "related",
        r"^\W{0,3}(?:see also|read (?:also|more|next|on)|also read|more on this|related|recommended|watch"
        r"|video|in pictures"
        r"|don['’]t miss|must read|you (?:may|might) also (?:like|enjoy)|up next|explore more|listen|photos|gallery"
        r"|sponsored|most (?:read|popular)|trending)(?: (?:now|here|story|stories|article|video|by))?\s?[:"
        r"|>–—]\s?(?=[A-Z\"“‘'\d]).{3,160}(?<![.])$",
    ),
    _kind(
        "navigation", r"^\W{0,3}(?:swipe|scroll|tap|click|slide|pinch) (?:left|right|up|down|here|through|on the|to)\b"
    ),
    _kind(
        "navigation",
        r"^(?:related |more on these |in this )?(?:topics?|tags?|tagged|filed (?:under|in)|categor(?:y|ies)|posted in"
        r"|hashtags)(?: in this (?:story|article))?(?: with)?\s?:\s?\w.*(?<![.!?])$",
        hints="topic|tag|filed|categor|posted in",
    ),
    # captions that end with their credit
    _kind(
        "photo",
        rf"\((?:[^()]{{2,60}}/ ?{_AGENCY}|{_AGENCY}(?: (?:Images?|Photos?))?/[^()]{{2,60}})[^()]{{0,30}}\)"
        r"(?: ?/ ?[\w ]{2,20})?$",
        0,
        hints=")",
    ),
    _kind(
        "photo",
        r"\(file (?:photo|image|picture)[^()]{0,60}\)$"
        r"|\((?:photo|image|picture|credit|video)(?: credit| courtesy)?(?: of| by|:)[^()]{2,80}\)$",
        hints=")",
    ),
    # who made the text, and when
    _kind(
        "byline",
        rf"^(?:posted|published|updated|last (?:updated|modified|changed)|first (?:posted|published)"
        rf"|originally (?:posted"
        rf"|published)|created|modified|filed)\b(?: on| at|:)? .{{0,20}}(?:\b{_MONTH}\b|\d{{1,2}}[:./]\d\d"
        rf"|\d{{4}}).{{0,40}}$",
    ),
    _kind(
        "byline",
        r"^[^\w\"“]{0,3}(?:.{0,80}\bcontribut(?:ed|ing) (?:to|reporting to) (?:this|the) (?:\w+ )?(?:report"
        r"|story|article"
        r"|piece|coverage)\b|with (?:files|reporting|additional reporting|inputs?|agenc(?:y|ies)|wires?)\b.{0,10}"
        r"\b(?:from|by)\b|(?:additional )?(?:reporting|writing|editing|compiled|edited|produced|translated) (?:and "
        r"\w+ )?by [A-Z])",
        hints="contribut|with | by ",
    ),
    _kind("byline", r"^\(?[a-z]{2,4}(?:/[a-z]{2,4}){1,3}\)?$|^[a-z]{2,4}/[a-z]{2,4}(?: \([a-zA-Z, ]{2,40}\))?$", 0),
    _kind(
        "byline",
        rf"^{_NAME}(?:is|was|has been|works as|serves as) (?:an? |the |our )?{_ROLE}\b.{{0,60}}\b(?:at|for|of|with|in) "
        rf"|^{_NAME},? (?:an? {_ROLE}\b.{{0,60}}, )?(?:covers|writes (?:about|on|for)|reports on|blogs"
        rf" about|has (?:written"
        r"|covered|reported) (?:about|on|for)?|is based in)\b.{0,160}\b(?:newsletters?|since|years|follow|twitter|@\w+"
        r"|because|readers|previously|joined|desk)\b",
        0,
    ),
    # what the page says of the text
    _kind(
        "promo",
        r"^(?:this is a |editor['’]s note: )?(?:breaking|developing)(?: news)?(?: story)?\b.{0,40}\b(?:more|updat\w+"
        r"|refresh|check back|follow)\b",
        hints="breaking|developing",
    ),
    _kind(
        "legal",
        r"^(?:this|a version of this|an earlier version of this) (?:article|story|piece|post|essay|column"
        r"|interview) (?:was |is |has been |were )?"
        r"(?:(?:first|originally|also|previously) )?(?:appear\w*|came out|ran|publish\w+|republish\w+|print\w+|post\w+"
        r"|produced|provided|co-published|syndicated|excerpted|supplied)\b.{0,60}\b(?:in|on|by|at|from|under"
        r"|with|to) ",
    ),
    _kind(
        "legal",
        rf"\b(?:this |the )?(?:{_MEDIUM}|summary|translation|text|image|audio)\b.{{0,30}}\b(?:created|written|generated"
        r"|produced|translated|made|summari[sz]ed|drafted|narrated)\b.{0,40}\b(?:AI|A\.I\.|artificial"
        r" intelligence|automat\w+)\b"
        r".{0,80}\b(?:editor|edited|reviewed|checked|human|staff|team|desk|tool|tools)\b",
        hints="ai|a.i.|artificial|automat",
    ),
    # what the site does with the reader's device
    _kind(
        "legal",
        r"\b(?:we|us|site|website|page|partners)\b.{0,40}\buses? .{0,30}\bcookies\b.*\b(?:you|your|our)\b"
        r"|\bby (?:continuing|using|browsing|choosing|clicking|accepting)\b.{0,80}"
        r"\byou (?:agree|accept|consent|confirm)\b"
        r"|\bpartners\b.{0,60}\b(?:on|from) (?:your|a) device\b",
        hints="cookies|you agree|you accept|you consent|you confirm|device",
    ),
    _kind(
        "legal",
        r"\b(?:holds?|held|owns?|owned|had|has|have) (?:no |a |any )?(?:\w+ )?(?:positions?|shares?|stocks?|interests?)"
        r" in .{0,40}\b(?:mentioned|named|discussed|covered)\b",
        hints="mentioned|named|discussed|covered",
    ),
    _kind(
        "legal",
        r"\bforward-looking statements\b(?=.*\b(?:differ|risks?|meaning|sense|securities|law|act)\b)",
        hints="forward-looking",
    ),
)

_WORDLESS = re.compile(r"[\s_*•·=~–—.#|+<>-]{2,200}")

QUOTES = "\"“‘'«"
"""Marks before speech. What somebody says in the story may ask for anything."""


def find_furniture(text: str) -> Reason | None:
    """Reason to remove a line that is furniture wherever it stands, or None.

    >>> find_furniture("Got a tip? Write to tips@post.example"), find_furniture("He got a tip and wrote to the paper.")
    ('promo', None)
    """
    if len(text) > MAX_CHARACTERS:
        return None
    if _WORDLESS.fullmatch(text):
        return "other"
    if _says_twice(text):
        return "related"
    if text[:1] in QUOTES and not text[1:7].lower().startswith("swipe"):
        return None
    low = text.lower()
    return next(
        (
            kind.reason
            for kind in _KINDS
            if any(hint in low for hint in kind.hints) and kind.pattern.search(text) is not None
        ),
        None,
    )


def _says_twice(text: str) -> bool:
    """True for a headline that a picture's description and its link say one after the other."""
    words = text.split()
    half = len(words) // 2
    return len(words) >= 8 and words[:half] == words[half:]
