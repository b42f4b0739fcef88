"""Signs in the names that a page gives to its elements."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_BEGIN, _END = r"(?:^|[^a-z])", r"(?![a-z])"

_STANDFIRST = re.compile(
    rf"{_BEGIN}(?:stand-?firsts?|sub-?_?titles?|sub-?_?heads?|sub-?_?head(?:line|ing)s?|sub-?lines?|sub-?decks?|deks?|decks?"
    r"|ledes?|leads?|lead-?(?:in|text|paragraph)|intros?|introduction|excerpts?|summary|summaries|abstract|vorspann"
    r"|einleitung|anlauf|chapeau|chapo|sottotitolo|sommario|occhiello|bajada|entradilla|sumario|copete|resumen"
    rf"|ingress|manchet|underrubrik|spitzmarke|key-?points?|highlights|description){_END}"
)
_PHOTO = re.compile(
    rf"{_BEGIN}(?:captions?|fig-?captions?|photo-?(?:credit|caption)?s?|image-?(?:credit|caption|source)s?|picture|credits?"
    rf"|copyright|bildunterschrift|bild(?:quelle|text)?|legende|légende|pie-?de-?foto|didascalia|wp-caption(?:-text)?){_END}"
)
_CREDIT = re.compile(
    rf"{_BEGIN}(?:(?:photo|image|media|caption|picture)?-?_?(?:credits?|copyright|source)|bildquelle|photographer){_END}"
)
_BYLINE = re.compile(
    rf"{_BEGIN}(?:bylines?|by-lines?|authors?|author-?(?:name|info|box)|autor(?:en|es)?|auteurs?|firma|writer|datelines?"
    rf"|timestamp|date(?:published)?|publish(?:ed)?-?(?:date|time)|pub-?date|datetime|article-?(?:date|meta)|post-?meta"
    rf"|entry-?meta){_END}"
)
_RELATED = re.compile(
    rf"{_BEGIN}(?:related|recommend(?:ed|ations?)?|read-?more|more-?(?:news|stories|on)|most-?(?:read|popular|viewed)"
    rf"|trending|popular|teasers?|see-?also|also-?read|recirc|promo-?box|latest|next-?up|outbrain|taboola){_END}"
)
_PROMO = re.compile(
    rf"{_BEGIN}(?:newsletters?|subscri(?:be|ption)s?|sign-?up|paywall|advert(?:isement|ising)?s?|ads?|sponsor(?:ed)?|promos?"
    rf"|social|share(?:bar|tools|links)?|sharing|follow|donat(?:e|ion)|cookies?|consent|banner){_END}"
)


_EMBEDDED = re.compile(
    r"twitter-tweet|twitter-video|instagram-media|tiktok-embed|bluesky-embed|fb-post|reddit-(?:card|embed)|text-post-media"
)


class Signs(NamedTuple):
    """Hints that the names of an element give on the text in it.

    Attributes:
        standfirst: It introduces the article.
        photo: It belongs to a picture.
        credit: It is the source of a picture.
        byline: It is an author or a date.
        related: It points to other articles.
        promo: It is an advertisement, or asks the reader for something.
        embedded: It is a post from a social network.
    """

    standfirst: bool
    photo: bool
    credit: bool
    byline: bool
    related: bool
    promo: bool
    embedded: bool


_PATTERNS = (_STANDFIRST, _PHOTO, _CREDIT, _BYLINE, _RELATED, _PROMO, _EMBEDDED)


@lru_cache(maxsize=20_000)
def find_signs(names: str) -> Signs:
    """Hints of these names.

    >>> find_signs("article-standfirst").standfirst, find_signs("leaderboard").standfirst
    (True, False)
    """
    return Signs(*(pattern.search(names) is not None for pattern in _PATTERNS))
