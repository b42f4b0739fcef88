"""Boilerplate phrases of news pages, by kind: whole lines, first words, last words, and words anywhere.

Phrases are compared as lower-case words, so "share" does not match inside "shareholder". A match alone decides nothing:
the trees weigh it with the block's length and place, since "Getty" in a paragraph about that firm is no credit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

PhraseKind = Literal["promo", "related", "photo", "byline", "legal", "navigation"]
"""Kinds of boilerplate that phrases show. The features of the shipped model have a column for each, in this order."""
PHRASE_KINDS: tuple[PhraseKind, ...] = get_args(PhraseKind)

Words = tuple[str, ...]


def _split(phrases: str) -> frozenset[str]:
    """The phrases of a comma-separated list, white space collapsed."""
    return frozenset(" ".join(phrase.split()) for phrase in phrases.split(",") if phrase.strip())


WHOLE: dict[PhraseKind, frozenset[str]] = {
    "promo": _split(
        """
        ad, ad feedback, ads, advertisement, advertisements, advertising, anzeige, buy now, compartilhar,
        compartir, condividi, connect, copied, copy link, donate, e mail, email, facebook, facebook twitter,
        facebook twitter email, flipboard, follow, follow us, gear, get it, iklan, instagram, learn more,
        like, link copied, linkedin, messenger, newsletter, newsletters, partager, pin, pin it, pinterest,
        pocket, print, promoted, pubblicità, publicidad, publicidade, publicité, reddit, save, see details,
        share, share on facebook, share on linkedin, share on twitter, share this, share this article, share
        this story, share via email, shop, shop now, sign up, sponsored, sponsored content, subscribe,
        subscribe now, teilen, telegram, thank you for subscribing, thanks for signing up, tumblr, tweet,
        twitter, view this post on instagram, werbung, whatsapp, x, youtube, поделиться, реклама
        """
    ),
    "related": _split(
        """
        also read, around the web, baca juga, continue reading, don't miss, don’t miss, editor's picks,
        editors picks, editor’s picks, featured, from the web, in case you missed it, in this article, keep
        reading, latest, latest articles, latest news, latest stories, latest videos, lea también, leggi
        anche, leia também, lesen sie auch, lire aussi, load more, mehr zum thema, more, more like this,
        more news, more stories, most popular, most read, must read, must reads, on our radar, popular,
        popular stories, read full article, read more, read next, read the story, recent posts, recommended,
        recommended for you, recommends, related, related articles, related content, related news, related
        posts, related stories, related topics, related video, related videos, see all, see also, show more,
        top stories, trending, trending now, up next, videos, view all, watch, what to read next, you may
        also like, you may like, you might also like, you might like, à lire aussi, читайте также, 関連記事
        """
    ),
    "photo": _split(
        """
        afp, ap, ap photo, caption, courtesy, enlarge, file photo, fullscreen, gallery, getty, getty images,
        hide caption, image, image caption, image credit, image source, images, mute, open image modal,
        pause, photo, photo credit, photos, play, play video, reuters, shutterstock, slideshow, toggle
        caption, video, view gallery, view image in fullscreen
        """
    ),
    "byline": _split(
        """
        about the author, about the authors, associated press, author, bio, by, contributor, contributors,
        correspondent, editor, news editor, posted, posted by, published, reporter, senior editor, senior
        writer, staff, staff reporter, staff writer, updated, written by
        """
    ),
    "legal": _split(
        """
        about, about us, accept all, accept all cookies, accept cookies, accessibility, advertise, advertise with
        us, all rights reserved, careers, code of ethics, contact, contact us, cookie policy, cookie settings,
        cookies, corrections, datenschutz, disclaimer, editorial standards, help, impressum, manage options, manage
        preferences, privacy, privacy policy, reject all, reject all cookies, site map, sitemap, terms, terms and
        conditions, terms of service, terms of use, we value your privacy, your privacy choices
        """
    ),
    "navigation": _split(
        """
        0 comments, add comment, back to top, blog, business, categories, celebrity, close, comment,
        comments, comments are closed, contents, culture, delete, edit, entertainment, expand, fashion,
        features, filed under, food, football, health, home, join the conversation, jump to comments,
        labels, leave a comment, leave a reply, life, lifestyle, links, log in, log out, login, magazine,
        menu, movies, music, navigation, nba, news, next, nfl, no comments, opinion, podcast, podcasts,
        politics, post a comment, prev, previous, register, reply, resources, reviews, science, search,
        sections, share your thoughts, show all, show comments, sign in, site, skip to content, skip to main
        content, sport, sports, style, table of contents, tag, tags, tech, technology, topics, travel, tv,
        uk, us, video, view comments, world
        """
    ),
}
"""Phrases that are a whole line."""

FIRST: dict[PhraseKind, frozenset[str]] = {
    "promo": _split(
        """
        a post shared by, advertise with, already a subscriber, buy now, by clicking, by signing up, by
        submitting, by subscribing, check out our, click here, click to, click to share, don't miss, donate,
        don’t miss, download our, download the, email address, enter your, follow her, follow him, follow
        us, get breaking, get our, get the latest, join our, join the, like us, listen to, never miss, open
        in, please enable, please enter, please subscribe, send us, share on, share this, share via, shop
        now, sign up, signup, something went wrong, sponsored by, stay informed, stay up to date, subscribe
        for, subscribe now, subscribe to, subscribe today, support our, support us, text us, thank you for,
        thanks for, there was a, this slideshow requires, try our, view this post, want more, want the
        latest, want to keep, we use cookies, your email
        """
    ),
    "related": _split(
        """
        also on, also read, also see, baca juga, in case you, latest from, lea también, leggi anche, leia
        também, lesen sie, lire aussi, more about, more from, more in, more on, more stories, most popular,
        most read, must read, next article, next post, previous article, previous post, previously, read
        also, read more, read next, read the, recent, recommended, related, see also, see more, top stories,
        trending, up next, view all, view more, watch, watch now, watch the, what to read, you may, you
        might, читайте также
        """
    ),
    "photo": _split(
        """
        a photo, an image, ap photo, bild, clockwise from, courtesy, credit, credits, file, file photo,
        foto, from left, getty, getty images, graphic, illustration, image, image caption, image credit,
        image source, images, in this, photo, photo by, photo credit, photograph, photographer, photos,
        picture, pictured, pictures, play video, screenshot, source, this image, this photo, video, view
        gallery, © getty, фото
        """
    ),
    "byline": _split(
        """
        about the author, additional reporting, author, by, contact the reporter, di, edited by, editing by,
        email, first published, last modified, last updated, oleh, par, por, posted, posted by, posted on,
        published, published on, reporting by, story by, updated, von, with files from, written by, автор
        """
    ),
    "legal": _split(
        """
        about us, advertise, affiliate, all rights, contact us, cookie, copyright, disclaimer, disclosure,
        do not sell, if you buy, if you click, no part of, opinions expressed, part of the, privacy, privacy
        policy, registered in, terms and, terms of, the opinions, the views, this article originally, this
        article was, this document is, this material may, this post was, this site, this story originally,
        this story was, this website, we may earn, we may receive, when you purchase, your privacy
        """
    ),
    "navigation": _split(
        """
        add a comment, back to, be the first, categories, category, close, comment, comments, filed in,
        filed under, go to, home, jump to, labels, leave a, log in, login, menu, next, posted in, previous,
        reply, search, sections, show comments, sign in, skip to, tagged, tagged as, tags, topics, view
        comments, you are commenting, you must be, your comment
        """
    ),
}
"""Phrases that a block begins with."""

LAST: dict[PhraseKind, frozenset[str]] = {
    "promo": _split(
        """
        advertisement, buy now, click here, continues below, email address, facebook, learn more, linkedin,
        new window, newsletter, newsletters, on facebook, on instagram, on linkedin, on twitter, on x, our
        app, our newsletter, page continues below, pinterest, print, reddit, share, shop now, sign up,
        subscribe, to your inbox, whatsapp, your email, your inbox
        """
    ),
    "related": _split(
        """
        also like, full story, latest news, more stories, most popular, popular, read more, read next, read
        now, related articles, related stories, see all, trending, view all
        """
    ),
    "photo": _split(
        """
        afp, alamy, ap, ap photo, associated press, bloomberg, caption, courtesy, credit, epa, file, file
        photo, flickr, gallery, getty, getty images, images, imagn, imago, istock, pa, pa wire, photo,
        photos, pixabay, press, reuters, rex, shutterstock, tass, unsplash, via ap, via getty images,
        wikimedia commons, wireimage, zuma
        """
    ),
    "byline": _split(
        """
        ago, am, contributor, correspondent, editor, edt, est, et, gmt, min read, minute read, minutes read,
        pm, read, reporter, staff, staff reporter, staff writer, the author, utc, writer
        """
    ),
    "legal": _split(
        """
        about us, all rights reserved, conditions, contact us, cookie policy, inc, llc, ltd, policy, privacy
        policy, rights reserved, terms of service, terms of use
        """
    ),
    "navigation": _split(
        """
        cancel reply, comment, comments, content, log in, login, menu, navigation, search, sign in, tags, to
        top, topics
        """
    ),
}
"""Phrases that a block ends with."""

ANYWHERE: dict[PhraseKind, frozenset[str]] = {
    "promo": _split(
        """
        a post shared by, affiliate commission, affiliate links, app store, become a member, breaking news
        alerts, click here, click to share, download our, earn a commission, email address, facebook page,
        follow us, follow us on, free trial, javascript, join our, like our facebook, newsletter, opens in
        new window, our newsletter, pic.twitter, promo code, sign up for, sign up to, small commission,
        social media channels, subscribe now, subscribe to, subscribers only, turn on javascript,
        unsubscribe, use code, we use cookies, your browser, your inbox
        """
    ),
    "related": _split(
        """
        also read, find out more, more stories, read also, read more, read our full, related articles,
        related stories, see also, you may also like
        """
    ),
    "photo": _split(
        """
        afp via, alamy, ap photo, courtesy of, file photo, filmmagic, getty images, image credit, image
        source, imagn, istock, photo by, photo courtesy, photo credit, photo illustration, photograph by,
        photographed by, photos by, pictured, reuters photo, seen here, shutterstock, unsplash, usa today
        sports, via getty, wireimage
        """
    ),
    "byline": _split(
        """
        bylines, can be reached at, contributing writer, covers, deputy editor, editor at, editor for,
        follow her on, follow him on, follow them on, has been writing, has written for, is a freelance, is
        a journalist, is a reporter, is a senior, is a staff, is a writer, is an award winning, is the
        author, lives in, min read, news editor, reporter for, senior editor, senior reporter, senior
        writer, staff writer, writer at, writer for, years of experience
        """
    ),
    "legal": _split(
        """
        access information on a, all rights reserved, cookie policy, creative commons, editorial team, editorially
        independent, fair dealing, first appeared, geolocation data, google privacy policy, may not be published,
        may not be reproduced, not reflect, opinions expressed, originally appeared, originally published, privacy
        policy, process personal data, protected by recaptcha, registered office, republished, rights reserved,
        subsidiary of, terms and conditions, terms of service, terms of use, views expressed, without permission
        """
    ),
    "navigation": _split(
        """
        back to top, be published, comments are closed, comments section, filed under, leave a comment,
        leave a reply, log in, logged in, post a comment, required fields, sign in, skip to, view comments
        """
    ),
}
"""Phrases at any place of a block."""

LONGEST = 4
"""Words of the longest phrase that a block begins with, ends with or has at any place."""
LONGEST_LINE = 9
"""Words of the longest phrase that is a whole line."""


def _index_by_words(table: Mapping[PhraseKind, frozenset[str]], longest: int) -> dict[Words, PhraseKind]:
    return {
        words: kind
        for kind, phrases in table.items()
        for phrase in sorted(phrases)
        if (words := tuple(phrase.replace("’", "'").replace(".", " ").split())) and len(words) <= longest
    }


_WHOLE = _index_by_words(WHOLE, LONGEST_LINE)
_FIRST = _index_by_words(FIRST, LONGEST)
_LAST = _index_by_words(LAST, LONGEST)
_ANYWHERE = _index_by_words(ANYWHERE, LONGEST)


def _find_lengths(phrases: Iterable[Words], at: int) -> dict[str, tuple[int, ...]]:
    """Lengths of the phrases that have a word at their start (`at` 0) or end (-1), longest first, by word."""
    lengths: dict[str, set[int]] = {}
    for words in phrases:
        lengths.setdefault(words[at], set()).add(len(words))
    return {word: tuple(sorted(of_word, reverse=True)) for word, of_word in lengths.items()}


_WHOLE_LENGTHS = _find_lengths(_WHOLE, 0)
_FIRST_LENGTHS = _find_lengths(_FIRST, 0)
_LAST_LENGTHS = _find_lengths(_LAST, -1)
_ANYWHERE_LENGTHS = _find_lengths(_ANYWHERE, 0)
_SECONDS = frozenset(words[1] for words in _ANYWHERE if len(words) > 1)

# Roles of a word in phrases, as bits. Few words have any, so hardly a word is looked up with its neighbours.
BEGINS_BLOCK = 1  # first word of a phrase in `FIRST`
ENDS_BLOCK = 2  # last word of a phrase in `LAST`
FIRST_ANYWHERE = 4  # first word of a phrase in `ANYWHERE`
SECOND_ANYWHERE = 8  # second word of a phrase in `ANYWHERE`, or a mark without letters: the next word counts
NEEDS_NO_SECOND = 16  # a whole phrase in `ANYWHERE`, or several words without a blank between them
BEGINS_LINE = 32  # first word of a phrase in `WHOLE`, or a mark without letters


def find_roles(words: Words) -> int:
    """Sum of the roles of one word between blanks, which is given as the words of letters and digits in it.

    >>> find_roles(("sign",)) & FIRST_ANYWHERE > 0, find_roles(("bridge",))
    (True, 0)
    """
    if not words:
        return SECOND_ANYWHERE + BEGINS_LINE
    return (
        BEGINS_BLOCK * (words[0] in _FIRST_LENGTHS)
        + ENDS_BLOCK * (words[-1] in _LAST_LENGTHS)
        + FIRST_ANYWHERE * (words[0] in _ANYWHERE_LENGTHS)
        + SECOND_ANYWHERE * (words[0] in _SECONDS)
        + NEEDS_NO_SECOND * (len(words) > 1 or words in _ANYWHERE)
        + BEGINS_LINE * (words[0] in _WHOLE_LENGTHS)
    )


def find_whole(words: Words) -> PhraseKind | None:
    """Kind of the phrase that a line of just these words is, or None.

    >>> find_whole(("latest", "news")), find_whole(("latest", "shares"))
    ('related', None)
    """
    return _WHOLE.get(words)


def find_first(words: Words) -> PhraseKind | None:
    """Kind of the longest phrase that a block with these first words begins with, or None.

    >>> find_first(("subscribe", "to", "our", "paper"))
    'promo'
    """
    if not words:
        return None
    return next((kind for n in _FIRST_LENGTHS.get(words[0], ()) if (kind := _FIRST.get(words[:n]))), None)


def find_last(words: Words) -> PhraseKind | None:
    """Kind of the longest phrase that a block with these last words ends with, or None.

    >>> find_last(("story", "continues", "below"))
    'promo'
    """
    if not words:
        return None
    return next((kind for n in _LAST_LENGTHS.get(words[-1], ()) if (kind := _LAST.get(words[-n:]))), None)


def find_at_start(words: Words) -> set[PhraseKind]:
    """Kinds of the phrases in `ANYWHERE` that these words begin with.

    >>> find_at_start(("sign", "up", "for", "news"))
    {'promo'}
    """
    if not words:
        return set()
    return {kind for n in _ANYWHERE_LENGTHS.get(words[0], ()) if (kind := _ANYWHERE.get(words[:n]))}
