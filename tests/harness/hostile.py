"""Articles that nobody wishes for: made by hand and by chance, for every stage.

`articles(seed, count)` gives the same ones for the same seed: the kinds made by hand, in several sizes, and what chance
makes of them (joined, of wrong types, bytes broken) or without them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

SENTENCES = (
    'The mayor of Graz, Anna Huber, said on Monday: "We will open the bridge in May."',
    '"Nobody asked us," said Tom Osei, 43, who lives beside the harbour.',
    "Shares of Example plc fell 4.2% to $17.30 after the report.",
    "Photo: Jane Roe/Getty Images",
    "Read more: Ten things to know about the budget",
    "© 2026 The Daily Example. All rights reserved.",
    "He told reporters that “the talks” had “failed”, and left.",
    "ACCRA (Reuters) - Ministers met for a third day.",
    "Follow us on Twitter @example or sign up for our newsletter.",
)


class Hostile(NamedTuple):
    """One input: what it is, its key and its bytes."""

    name: str
    key: bytes | None
    value: bytes


Make = Callable[[int], str]
"""A text of about so many characters."""


def _repeat(unit: str) -> Make:
    return lambda size: unit * max(1, size // len(unit))


def _between(begin: str, unit: str, end: str) -> Make:
    return lambda size: begin + unit * max(1, size // len(unit)) + end


def _nested(opening: str, closing: str) -> Make:
    def make(size: int) -> str:
        depth = max(1, size // (len(opening) + len(closing)))
        return opening * depth + "x" + closing * depth

    return make


def _within(depth: int, unit: str) -> Make:
    """The unit again and again, inside so many `div`."""
    return lambda size: "<div>" * depth + unit * max(1, (size - 11 * depth) // len(unit)) + "</div>" * depth


def _on_each_level(depth: int, opening: str, unit: str, closing: str) -> Make:
    """Elements inside each other, so many, each with the unit again and again before the next."""

    def make(size: int) -> str:
        count = max(1, (size // depth - len(opening) - len(closing)) // len(unit))
        return (opening + unit * count) * depth + closing * depth

    return make


def _distinct_attributes(most: int) -> Make:
    """Tags with distinct attributes, at most so many a tag."""

    def make(size: int) -> str:
        count = min(most, max(1, size // 7))
        tag = "<p " + " ".join(f"a{number}" for number in range(count)) + ">The council met on Monday and voted.</p>"
        return tag * max(1, size // len(tag))

    return make


def _numbered(line: str) -> Make:
    return lambda size: "\n".join(line.format(n) for n in range(max(1, size // len(line))))


def _mojibake(size: int) -> str:
    text = "“Ça déjà vu” – naïve façade… "
    for _ in range(3):
        text = text.encode().decode("latin-1")
    return text * max(1, size // len(text))


def _fold(units: tuple[str, ...]) -> Make:
    """Each unit in turn."""

    def make(size: int) -> str:
        parts: list[str] = []
        length = 0
        while length < size:
            parts.append(units[len(parts) % len(units)])
            length += len(parts[-1])
        return "".join(parts)

    return make


TEXTS: dict[str, Make] = {
    # marks
    "straight quotes": _repeat('"'),
    "opening quotes": _repeat("“"),
    "closing quotes": _repeat("”"),
    "quotes in turn": _repeat("“”"),
    "apostrophes": _repeat("'"),
    "single quotes": _repeat("‘a’ "),
    "guillemets": _repeat("«‹›» "),
    "nested quotes": _nested("“‘", "’”"),
    "quotes never closed": _repeat("“He said so. "),
    "quotes by paragraph": _repeat("“He said so.\n\n"),
    "attributions": _repeat('"Yes," said Ann Lee. '),
    "attributions in one line": _repeat('"Yes", said Ann, "no", said Bob, '),
    "who said": _repeat("said Ann said Bob that she said "),
    "brackets": _nested("(", ")"),
    "square brackets": _nested("[", "]"),
    "mixed brackets": _repeat("([{<"),
    "dashes": _repeat("—"),
    "dashes and spaces": _repeat(" - "),
    "dots": _repeat("."),
    "dots and spaces": _repeat(". "),
    "commas": _repeat("a, "),
    "slashes": _repeat("/"),
    "ampersands": _repeat("&amp;"),
    "at signs": _repeat("@a "),
    "pipes": _repeat(" | "),
    "bullets": _repeat("•\n"),
    # lines and spaces
    "one endless word": _repeat("a"),
    "one endless word of capitals": _repeat("A"),
    "digits": _repeat("7"),
    "one endless line": _repeat("the council met again and "),
    "empty lines": _between("a", "\n", "b"),
    "lines of a character": _repeat("a\n"),
    "carriage returns": _repeat("a\r"),
    "line separators": _repeat("a\u2028b\u2029c\x0b\x0c\x85"),
    "spaces": _between("a", " ", "b"),
    "no-break spaces": _between("a", "\u00a0", "b"),
    "tabs": _between("a", "\t", "b"),
    "space before line breaks": _repeat("a          \n"),
    # copies
    "the same line": _repeat("The same caption of the same picture.\n"),
    "two lines in turn": _repeat("One caption of one picture.\nAnother one of another.\n"),
    "almost the same line": _numbered("The caption of picture {} by Jane Roe/Getty Images"),
    "numbered paragraphs": _numbered("{}. The council voted for the budget.\n"),
    # characters
    "NULs": _repeat("a\0"),
    "controls": _repeat("".join(map(chr, [*range(1, 32), *range(127, 160)]))),
    "private use": _repeat("\ue000\uf8ff\U0010fffd"),
    "unassigned": _repeat("\u0378\ufffe\U000e0fff"),
    "replacement characters": _repeat("\ufffd"),
    "combining marks": _between("e", "\u0301", " end"),
    "combining marks of many classes": _between("e", "\u0301\u0323\u0345\u05b0\u3099", " end"),
    "zalgo": _repeat("Z\u0351\u036b\u0343a\u033b\u031e\u034dl\u0321\u031bg\u0334\u0332o\u0335\u0358 "),
    "jamo": _repeat("\u1112\u1161\u11ab"),
    "joiners": _repeat("\u200d\u200c\u2060\ufeff"),
    "families": _repeat("👨\u200d👩\u200d👧\u200d👦"),
    "flags": _repeat("🇦🇹🇬🇭"),
    "bidi": _repeat("\u202eabc\u202d\u2066def\u2069"),
    "bidi never closed": _repeat("\u202e\u2067"),
    "chinese": _repeat("市长周一表示，大桥将于五月开通。“没有人问过我们”，他说。"),
    "chinese without marks": _repeat("市长周一表示大桥将于五月开通"),
    "japanese": _repeat("市長は月曜日、「橋は五月に開通する」と述べた。"),
    "arabic": _repeat("قال رئيس البلدية يوم الاثنين إن الجسر سيفتح في مايو. "),
    "thai": _repeat("นายกเทศมนตรีกล่าวเมื่อวันจันทร์"),
    "hindi": _repeat("महापौर ने सोमवार को कहा कि पुल मई में खुलेगा। "),
    "russian": _repeat("Мэр сказал в понедельник, что мост откроют в мае. "),
    "turkish": _repeat("İstanbul'da ıslak İIıi "),
    "full width": _repeat("Ｔｈｅ　ｍａｙｏｒ　ｓａｉｄ　"),
    "mathematical": _repeat("𝐓𝐡𝐞 𝓶𝓪𝔂𝓸𝓻 𝔰𝔞𝔦𝔡 "),
    "ligatures": _repeat("ﬁﬂﬃﷺ"),
    "mojibake": _mojibake,
    # shapes
    "table of tabs": _repeat("Name\tGoals\tPoints\nAnn Lee\t3\t12\nTom Osei\t2\t9\n"),
    "table of pipes": _repeat("| Name | Goals |\n|------|-------|\n| Ann  | 3     |\n"),
    "table of one column": _repeat("12\n7\n3\n"),
    "art": _repeat("/\\_/\\ ( o.o ) > ^ <\n"),
    "code": _repeat("if (a < b && b > c) { return a[b] / c; } // comment\n"),
    "json": _repeat('{"a": [1, {"b": "c"}]}, '),
    "addresses": _repeat("https://example.org/a/b?c=d&e=f#g "),
    "mails": _repeat("a.b+c@example.org, "),
    "hash tags": _repeat("#news @example "),
    "initials": _repeat("J. R. R. A. B. "),
    "titles": _repeat("Mr. Mrs. Dr. Prof. Sen. Gov. Lt. Col. "),
    "names": _repeat("Ann Lee and Tom Osei and "),
    "capitals": _repeat("BREAKING NEWS UPDATE "),
    "numbers": _repeat("1,234.56 -7e10 0x1F 3/4 "),
    "times": _repeat("Monday, 12 May 2026, 10:30 GMT. "),
    "ratings": _repeat("1-0 (45+2') 2-1 (90') "),
    "rtf": _between(r"{\rtf1\ansi\deff0", r"{\b The mayor} said \'93yes\'94.\par ", "}"),
    "pdf": _between("%PDF-1.7\n", "1 0 obj<</Length 9>>stream\nx\x9c\xd3\nendstream endobj\n", "%%EOF"),
    "base 64": _repeat("iVBORw0KGgoAAAANSUhEUgAA"),
    "uuencode": _repeat("M9F]R(&$@;&]N9R!T:6UE('1H92!M87EO<B!S86ED\n"),
    "news": _fold(tuple(f"{sentence}\n\n" for sentence in SENTENCES)),
    "news in one line": _fold(tuple(f"{sentence} " for sentence in SENTENCES)),
}

PAGES: dict[str, Make] = {
    "deep divs": _nested("<div>", "</div>"),
    "deep divs never closed": _repeat("<div>"),
    "deep tables": _nested("<table><tr><td>", "</td></tr></table>"),
    "deep lists": _nested("<ul><li>", "</li></ul>"),
    "deep bold": _nested("<b><i>", "</i></b>"),
    "only closing": _repeat("</div></p>"),
    "paragraphs never closed": _repeat("<p>The council met."),
    "empty elements": _repeat("<p></p>"),
    "half a tag": _repeat("<"),
    "half tags": _repeat("<a href='"),
    "a comment never closed": _between("<p>x</p><!--", "- ", ""),
    "comments": _repeat("<!-- x --->"),
    "a script never closed": _between("<p>x</p><script>", "if (a < b) { ", ""),
    "styles": _repeat("<style>p { color: red }</style>"),
    "one long attribute": _between('<p class="', "a ", '">The council met.</p>'),
    "many attributes": _between("<p ", "a=1 ", ">The council met.</p>"),
    "one element name": _between("<", "a", ">x"),
    "numeric entities": _repeat("&#38;#38;&#x10FFFF;&#0;&#xD800;"),
    "unknown entities": _repeat("&nosuchentity;"),
    "cells": _between("<table>", "<tr><td>Ann Lee</td><td>3</td></tr>", "</table>"),
    "images": _repeat('<figure><img src="data:image/png;base64,iVBORw0KGgo="><figcaption>x</figcaption></figure>'),
    "anchors": _repeat('<a href="/x">Read more</a> '),
    "breaks": _repeat("The council met.<br><br/>"),
    "preformatted": _between("<pre>", "a  b\n", "</pre>"),
    "frames": _repeat('<iframe src="x"></iframe><object><embed>'),
    "vectors": _between("<svg>", '<path d="M0 0L9 9"/>', "</svg>"),
    "mathematics": _between("<math>", "<mi>x</mi>", "</math>"),
    "templates": _nested("<template>", "</template>"),
    "forms": _nested("<form><select><option>", "</option></select></form>"),
    "article": _between("<html><body><article>", "<p>" + SENTENCES[0] + "</p>", "</article></body></html>"),
    "laughs": _between(
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><p>', "&b;", "</p>"
    ),
    "xml": _between(
        '<?xml version="1.0" encoding="utf-16"?><rss><channel>', "<item><title>x</title></item>", "</channel>"
    ),
    "sections": _repeat("<![CDATA[x]]>"),
    "NULs in tags": _repeat("<p\0>x</\0p>"),
    "distinct attributes in one tag": _distinct_attributes(5_000_000),
    "distinct attributes, 4,900 a tag": _distinct_attributes(4_900),
    "distinct attributes, 200 a tag": _distinct_attributes(200),
    "attributes behind a comment": lambda size: '<!-- <p a="--><!-->' + _distinct_attributes(5_000_000)(size),
    "attributes behind a script": lambda size: "<script><p a='</script>" + _distinct_attributes(5_000_000)(size),
    "links in 190 divs": _within(190, '<a href="/x">Read more of this</a> '),
    "short links in 190 divs": _within(190, "<a href=x>y</a>"),
    "short links in 30 divs": _within(30, "<a href=x>y</a>"),
    "paragraphs in 190 divs": _within(190, "<p>The council met on Monday, said <a href=/x>the mayor</a> of it.</p>"),
    "paragraphs in 90 divs": _within(90, "<p>The council met on Monday, said <a href=/x>the mayor</a> of it.</p>"),
    "lists in 100 divs": _within(100, "<ul><li><a href=/x>Read</a></li></ul>"),
    "links in each of 190 divs": _on_each_level(190, "<div>", '<a href="/x">Read more of this</a> ', "</div>"),
    "paragraphs in each of 95 sections": _on_each_level(95, "<section><div>", "<p>It met.</p>", "</div></section>"),
    "tiny paragraphs": _repeat("<p>x"),
    "tiny spans": _repeat("<span>a</span>"),
    "tiny breaks": _repeat("x<br>"),
    "lines in lower case": _repeat("and the council met<br>"),
    "cells of one letter": _between("<table>", "<tr><td>a</td><td>b</td></tr>", "</table>"),
    "elements without a gap": _between("<p>", "<b>Ab</b><i>Cd</i>", "</p>"),
    "names of all kinds": lambda size: "".join(
        f'<div class="c{number} d{number}x" id="e{number}"><p>The council met {number}.</p></div>'
        for number in range(size // 70)
    ),
    "one endless line": _between("<p>", "word ", "</p>"),
    "an endless line without blanks": _between("<p>", "港口镇议会周二晚上投票决定", "</p>"),
    "copies of a paragraph": _repeat("<p>The council met on Monday and voted for the bridge, it said.</p>"),
    "escaped entities": _between("<p>", "&amp;amp;", "</p>"),
    "tiny items": _between("<ul>", "<li><a href=x>y</a>", "</ul>"),
    "headings": _repeat("<h2>The council</h2>"),
    "headlines": _repeat("<h1>The council met</h1>"),
    "articles": _repeat("<article><p>The council met.</p></article>"),
    "authors": _repeat('<a rel="author" href="/a">Ann Lee</a>'),
    "dates": _repeat('<time datetime="2026-05-12T10:30:00Z">12 May</time>'),
    "meta tags": _between("<head>", '<meta name="author" content="Ann Lee">', "</head><p>x"),
    "scripts never closed": _repeat("<script>"),
    "comments never closed": _repeat("<!-- "),
    "declarations never closed": _repeat("<!x <?y </ "),
    "microdata": _between(
        '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"', "x\\n", '"}</script><p>x</p>'
    ),
}

SIZES = (40, 2_000)
LARGE = (20_000, 100_000)
"""For the whole form; what megabytes do is tried in the stages' own tests."""


def articles(seed: int, count: int, *, large: bool = False) -> Iterator[Hostile]:
    """Inputs for the cleaner: some of those made by hand (three of four at most, drawn), then random ones."""
    rnd = random.Random(seed)
    hand = list(_by_hand(SIZES + LARGE if large else SIZES))
    drawn = rnd.sample(hand, min(len(hand), count * 3 // 4))
    for number in range(count):
        yield drawn[number] if number < len(drawn) else _by_chance(rnd, number)


def _by_hand(sizes: tuple[int, ...]) -> Iterator[Hostile]:
    for size in sizes:
        for name, make in TEXTS.items():
            yield Hostile(f"{name}, {size}", b"h", _json({"text": make(size)}))
        for name, make in PAGES.items():
            yield Hostile(f"{name}, {size}", b"h", _json({"html": make(size)}))
    for name, value in _documents().items():
        yield Hostile(name, b"h", value)


def _documents() -> dict[str, bytes]:
    text = SENTENCES[0]
    return {
        "nothing": b"",
        "no object": b"[]",
        "null": b"null",
        "no text": b"{}",
        "blank text": _json({"text": " \u200b\n"}),
        "half a document": _json({"text": text})[:-3],
        "two documents": _json({"text": text}) * 2,
        "a byte order mark": b"\xef\xbb\xbf" + _json({"text": text}),
        "utf-16": _json({"text": text}).decode().encode("utf-16"),
        "latin-1": '{"text": "caf\xe9"}'.encode("latin-1"),
        "half an emoji": b'{"text": "a \\ud83d b", "title": "\\ude00", "metadata": {"x": "\\ud83d"}}',
        "an emoji turned round": b'{"text": "\\ude00\\ud83d"}',
        "deep metadata": b'{"text": "x", "metadata": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
        "deep and open": b'{"text": "x", "metadata": ' + b"[" * 100_000,
        "large numbers": b'{"text": "x", "metadata": {"n": 1e999, "m": 123456789012345678901234567890}}',
        "the same field twice": b'{"text": "a", "text": "b"}',
        "a long id": _json({"text": text, "id": "i" * 300}),
        "an id of NULs": _json({"text": text, "id": "\0"}),
        "wrong types": _json(
            {"text": text, "id": [], "url": 5, "title": {}, "language": 7, "authors": "x", "metadata": 3}
        ),
        "strange times": _json({"text": text, "published_at": "99999-01-01T00:00:00Z", "fetched_at": "now"}),
        "a strange address": _json({"text": text, "url": "http://[::1"}),
        "a strange language": _json({"text": text, "language": "x" * 5_000}),
        "many authors": _json({"text": text, "authors": ["Ann Lee"] * 3_000}),
        "both": _json({"text": text, "html": f"<p>{text}</p>"}),
        "a title for a text": _json({"text": "x", "title": text * 300}),
        "gzip": b"\x1f\x8b\x08\x00" + bytes(range(256)),
    }


def _by_chance(rnd: random.Random, number: int) -> Hostile:
    make = rnd.choices((_mixture, _noise, _wild_document, _broken_bytes), (6, 2, 1, 1))[0]
    name, value = make(rnd)
    key = rnd.choices((b"h", None, b"\xff", b"k" * 300), (9, 9, 1, 1))[0]
    return Hostile(f"{name} {number}", key, value)


def _mixture(rnd: random.Random) -> tuple[str, bytes]:
    """Pieces of several kinds, with news between them."""
    parts: list[str] = []
    names: list[str] = []
    for _ in range(rnd.randint(1, 6)):
        name, make = rnd.choice([*TEXTS.items(), *PAGES.items()])
        names.append(name)
        parts += [make(rnd.choice((5, 30, 150, 600))), rnd.choice(SENTENCES)]
    rnd.shuffle(parts)
    text = rnd.choice(("\n", "\n\n", " ", "")).join(parts)
    field = rnd.choice(("text", "text", "html"))
    return " + ".join(names), _json({field: text, "title": rnd.choice((None, parts[0][:200]))})


def _noise(rnd: random.Random) -> tuple[str, bytes]:
    """Characters by chance, from one row of Unicode or from all of it."""
    low = rnd.choice((0, 0x20, 0x300, 0x5D0, 0x600, 0xE00, 0x1100, 0x2000, 0x3040, 0x1F300))
    high = rnd.choice((low + 0x80, low + 0x200, 0xFFFF, 0x10FFFF))
    codes = (rnd.randint(low, max(low, high)) for _ in range(rnd.choice((10, 100, 1_000, 3_000))))
    text = "".join(chr(code) if not 0xD800 <= code < 0xE000 else " " for code in codes)
    return f"noise of {low:x} to {high:x}", _json({rnd.choice(("text", "html")): text})


def _wild_document(rnd: random.Random) -> tuple[str, bytes]:
    """Every field with a value of any kind."""
    fields = ("text", "html", "id", "url", "site", "title", "language", "published_at", "authors", "metadata", "other")
    return "wild document", _json({field: _wild(rnd, 3) for field in rnd.sample(fields, rnd.randint(1, len(fields)))})


def _wild(rnd: random.Random, depth: int) -> Any:
    """A value of any kind, lists and objects no deeper than this."""
    if depth and rnd.random() < 0.3:
        inner = [_wild(rnd, depth - 1) for _ in range(rnd.randint(0, 4))]
        return inner if rnd.random() < 0.5 else {rnd.choice(SENTENCES)[:9]: value for value in inner}
    text = rnd.choice(list(TEXTS.values()))(rnd.choice((5, 100)))
    return rnd.choice((None, True, -1, 2**63, 1e308, 0.1, "", text, rnd.choice(SENTENCES), rnd.choice(SENTENCES)))


def _broken_bytes(rnd: random.Random) -> tuple[str, bytes]:
    return "broken bytes", mutated(rnd, _json({"text": "\n\n".join(rnd.sample(SENTENCES, 4)), "id": "a", "title": "T"}))


def mutated(rnd: random.Random, value: bytes) -> bytes:
    """The same bytes with some changed, cut out, put twice, or swapped for what JSON takes for something else."""
    made = bytearray(value)
    for _ in range(rnd.randint(1, 4)):
        if not made:
            break
        at, length = rnd.randrange(len(made)), rnd.choice((1, 1, 3, 20, 200))
        match rnd.randrange(5):
            case 0:
                made[at] = rnd.randrange(256)
            case 1:
                del made[at : at + length]
            case 2:
                made[at:at] = made[at : at + length]
            case 3:
                made[at:at] = rnd.choice((b"\\ud800", b"\0", b'"', b"}", b"null", b"-1", b"1e400", b"\xff\xfe", b"[[["))
            case _:
                digits = [place for place in range(len(made)) if 48 <= made[place] < 58]
                if digits:
                    made[rnd.choice(digits)] = rnd.choice(b"0123456789")
    return bytes(made)


def _json(document: object) -> bytes:
    return json.dumps(document).encode()
