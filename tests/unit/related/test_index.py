"""Groups and utterances as articles come, change, are withdrawn and grow old."""

from __future__ import annotations

import random
from typing import TypeVar

import pytest

from copydesk.contracts.related import ArticleKeys, QuotedWords, RelatedArticle, TracedQuote
from copydesk.related.copies import pack_fingerprints
from copydesk.related.fingerprints import fingerprint
from copydesk.related.index import DAY_MS, Index, Updates
from copydesk.related.rows import Rows
from copydesk.related.tracing import Tracer
from copydesk.related.words import load_weights
from harness.relating import Recount
from harness.stories import BEGIN_MS, make_log, make_words, to_keys

WINDOW_MS = 14 * DAY_MS


def text(seed: int, words: int = 200) -> str:
    return make_words(random.Random(seed), words)


class Stream:
    """Rows, and the newest documents."""

    def __init__(self) -> None:
        self.rows: dict[bytes, bytes] = {}
        self.articles: dict[str, RelatedArticle] = {}
        self.quotes: dict[str, TracedQuote] = {}

    def index(self, now: int) -> Index:
        return Index(
            Rows(lambda keys: [self.rows.get(key) for key in keys]), load_weights(), window_ms=WINDOW_MS, now=now
        )

    def add(
        self, id_: str, said: str, *quotes: str, day: float = 0, now: float | None = None, site: str = "", by: str = ""
    ) -> Updates:
        """Add an article that was published on a day and came on another (default: the same)."""
        words = [QuotedWords(id=f"q{n}", text=one, speaker=by or None, basis="x") for n, one in enumerate(quotes)]
        keys = ArticleKeys(
            id=id_, site=site or id_.partition("/")[0], published_at=BEGIN_MS + round(day * DAY_MS),
            fingerprints=pack_fingerprints(fingerprint(said)), text=said, text_sha256=f"{hash(said) & 0xFFFF:064x}",
            quotes=tuple(words),
        )  # fmt: skip
        return self.add_keys(keys, BEGIN_MS + round((day if now is None else now) * DAY_MS))

    def add_keys(self, keys: ArticleKeys, now: int) -> Updates:
        index = self.index(now)
        index.expire()
        index.add(keys, now)
        return self.take(index)

    def withdraw(self, id_: str, day: float = 0) -> Updates:
        index = self.index(BEGIN_MS + round(day * DAY_MS))
        index.withdraw(id_)
        return self.take(index)

    def take(self, index: Index) -> Updates:
        for key, value in index.rows.changes.items():
            if value is None:
                del self.rows[key]
            else:
                self.rows[key] = value
        updates = index.updates()
        replace(self.articles, updates.articles)
        replace(self.quotes, updates.quotes)
        return updates


Document = TypeVar("Document", RelatedArticle, TracedQuote)


def replace(documents: dict[str, Document], new: dict[str, Document | None]) -> None:
    for id_, one in new.items():
        if one is None:
            documents.pop(id_, None)
        else:
            documents[id_] = one


SAID = "We lost two boats in the storm, and nobody from the ministry has come to see the harbour since"


def test_copies_join_the_group_of_the_first_and_own_texts_stand_alone() -> None:
    here, wire = Stream(), text(1)
    here.add("ap/1", wire)
    assert here.articles == {}, "nothing is told of an article alone"
    here.add("post/1", f"{text(2, 40)} {wire}")
    here.add("times/1", " ".join(wire.split()[:120]))
    here.add("own/1", text(3))
    here.add("quoting/1", f"{text(4)} {' '.join(wire.split()[:25])}")
    assert set(here.articles) == {"ap/1", "post/1", "times/1"}
    assert {one.copies.group for one in here.articles.values() if one.copies} == {"ap/1"}
    group = here.articles["ap/1"].group
    assert group is not None
    assert (group.members, [one.article for one in group.articles]) == (3, ["ap/1", "post/1", "times/1"])


def test_forty_copies_do_not_rewrite_forty_records() -> None:
    here, wire = Stream(), text(1)
    written = [set(here.add(f"paper{number}/1", wire, day=number / 100).articles) for number in range(40)]
    assert written[1] == {"paper0/1", "paper1/1"}
    assert all(ids == {"paper0/1", f"paper{number}/1"} for number, ids in enumerate(written) if number > 1)


def test_an_earlier_article_that_comes_late_is_the_origin_and_the_group_keeps_its_id() -> None:
    here, wire = Stream(), text(1)
    here.add("a/1", wire, day=2, now=2)
    here.add("b/1", wire, day=3, now=3)
    changed = here.add("c/1", wire, day=1, now=4)
    assert set(changed.articles) == {"a/1", "b/1", "c/1"}, "all members say where the text comes from"
    assert {(one.copies.group, one.copies.origin) for one in here.articles.values() if one.copies} == {("a/1", "c/1")}


def test_a_date_that_cannot_be_true_gives_way_to_the_ingestion() -> None:
    here, wire = Stream(), text(1)
    here.add("a/1", wire, day=0, now=0)
    here.add("b/1", wire, day=400, now=1)
    group = here.articles["a/1"].group
    assert group is not None
    assert [(one.article, one.dated_by) for one in group.articles] == [("a/1", "published"), ("b/1", "ingested")]


def test_what_a_site_repeats_makes_no_copies_and_unknown_sites_are_not_one_site() -> None:
    here, furniture = Stream(), text(9, 120)
    for number in range(5):
        here.add(f"post/{number}", f"{text(10 + number, 100)} {furniture}")
    assert here.articles == {}
    for id_ in ("x/1", "y/1"):
        keys = ArticleKeys(id=id_, fingerprints=pack_fingerprints(fingerprint(text(5))))
        here.add_keys(keys, BEGIN_MS)
    assert set(here.articles) == {"x/1", "y/1"}


def test_a_new_version_says_what_changed_and_replaces_the_old_one() -> None:
    here = Stream()
    body = text(1)
    here.add("a/1", f"Two died. {body}")
    here.add("b/1", f"Two died. {body}")
    assert here.add("a/1", f"Two died. {body}") == ({}, {}), "the same again changes nothing"
    here.add("a/1", f"Three died. {body}")
    found = here.articles["a/1"]
    assert found.versions is not None
    (change,) = found.versions.changed
    assert (change.kind, change.was, change.now) == ("replaced", "Two died.", "Three died.")
    assert found.group is not None, "it still is the first of its group"
    changed = here.add("a/1", text(7), day=1)
    assert changed.articles["b/1"] is None, "nobody else has that text any more"
    assert here.articles["a/1"].copies is None


def test_a_quotation_is_found_in_other_forms_and_names_come_from_others() -> None:
    here = Stream()
    here.add("a/1", text(1), SAID)
    here.add("b/1", text(2), SAID.lower(), by="Ana Ruiz", day=1)
    here.add("c/1", text(3), "nobody from the ministry has come to see the harbour", by="Ruiz", day=2)
    here.add("d/1", text(4), SAID.replace("two", "three"), by="Tom Osei", day=3)
    here.add("e/1", text(5), "We won two games in the cup, and everybody from the village has come to see the team")
    (found,) = here.quotes.values()
    assert (found.id, found.articles, found.sources) == ("a/1#q0", 4, 4)
    assert [(one.name, one.sources) for one in found.speakers] == [("Ana Ruiz", 2), ("Tom Osei", 1), (None, 1)]
    assert (found.differently_attributed, found.name_from_others, found.wording_differs) == (True, None, True)
    assert found.speakers[0].articles == ("b/1", "c/1")
    assert found.forms[3].changes == ("number",)
    here.withdraw("d/1")
    (found,) = here.quotes.values()
    assert (found.name_from_others, found.wording_differs) == ("Ana Ruiz", False)


def test_short_words_are_not_traced_and_old_ones_are_a_phrase() -> None:
    here = Stream()
    said = "The minister promised new cranes for the harbour before the summer"
    here.add("a/1", text(1), said)
    here.add("b/1", text(2), said, day=-15, now=1)
    here.add("c/1", text(3), "It is over", day=1)
    here.add("d/1", text(4), "It is over", day=1)
    assert here.quotes == {}


def test_copies_of_one_text_are_one_source() -> None:
    here, wire = Stream(), f"{text(1)} {SAID}"
    for name in ("ap", "post", "times"):
        here.add(f"{name}/1", wire, SAID)
    (found,) = here.quotes.values()
    assert (found.articles, found.sources) == (3, 1)
    assert [one.copy_of for one in found.sightings] == [None, "ap/1", "ap/1"]


def test_a_withdrawal_leaves_no_word() -> None:
    here = Stream()
    here.add("a/1", f"{text(1)} {SAID}", SAID, by="Ana Ruiz")
    here.add("b/1", f"{text(1)} {SAID}", SAID.replace("harbour", "quay"), by="Tom Osei")
    changed = here.withdraw("a/1")
    assert changed.articles == {"a/1": None, "b/1": None}
    assert changed.quotes == {"a/1#q0": None}
    assert not [key for key, value in here.rows.items() if b"harbour" in value or b"Ana Ruiz" in value]
    here.withdraw("b/1")
    left = {key[:1] for key in here.rows}
    assert left == {b"m", b"e"}, "counters and the queue are all that is left"
    assert here.withdraw("never/1") == ({}, {})


def test_a_group_goes_on_without_its_first_article_which_may_found_another() -> None:
    here, wire = Stream(), text(1)
    for name in ("a", "b", "c"):
        here.add(f"{name}/1", wire)
    here.withdraw("a/1")
    assert here.articles["a/1"].copies is None
    assert here.articles["a/1"].group is not None, "the group keeps its id"
    assert here.articles["b/1"].copies is not None
    assert here.articles["b/1"].copies.origin == "b/1"
    here.add("a/1", text(2))
    here.add("d/1", text(2))
    second = here.articles["d/1"].copies
    assert second is not None
    assert second.group == "a/1+2"
    for id_ in ("a/1", "b/1", "c/1", "d/1"):
        here.withdraw(id_)
    assert {key[:1] for key in here.rows} == {b"m", b"e"}
    assert here.articles == {}


def test_articles_leave_the_window_and_a_group_lives_with_its_youngest() -> None:
    here, wire = Stream(), text(1)
    here.add("a/1", wire, SAID)
    here.add("b/1", wire, day=10)
    for number in range(30):  # articles of their own move the stream
        here.add(f"own{number}/1", text(100 + number), day=15 + number / 100)
    late = here.add("c/1", wire, day=16)
    assert set(late.articles) == {"a/1", "c/1"}
    assert here.articles["c/1"].copies is not None
    assert here.articles["c/1"].copies.origin == "a/1", "the origin is remembered"
    for number in range(60):
        here.add(f"later{number}/1", text(200 + number), day=60 + number / 100)
    alone = here.add("d/1", wire, day=70)
    assert alone.articles == {}
    left = {key[1:].decode() for key in here.rows if key[:1] == b"a"}
    assert not [id_ for id_ in left if id_.startswith("own")], "what is older than the window is gone"
    assert left - {"d/1"} - {f"later{number}/1" for number in range(60)} <= {"a/1", "b/1"}, "they wait for another look"
    assert "a/1" in here.articles, "its record is left to the topic's retention"
    assert not [value for value in here.rows.values() if b"ministry" in value]


def test_a_phrase_that_all_say_is_not_looked_up() -> None:
    here = Stream()
    for number in range(130):
        here.add(f"p{number}/1", text(300 + number), f"at the end of the day {text(500 + number, 8)}")
    assert max(len(value) for key, value in here.rows.items() if key[:1] == b"q") <= 400
    assert here.quotes == {}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_groups_and_utterances_as_by_comparing_every_pair(seed: int) -> None:
    log = list(make_log(seed, 220))
    expected = Recount(log)
    here = Stream()
    for article in log:
        if article.text is None:
            here.withdraw(article.id, day=60)
        else:
            here.add_keys(to_keys(article), BEGIN_MS + 60 * DAY_MS)
    groups = {
        id_: (one.group.origin, frozenset(member.article for member in one.group.articles))
        for id_, one in here.articles.items()
        if one.group is not None
    }
    assert groups == expected.groups
    assert len(groups) > 5
    quotes = {
        id_: (one.first.article, frozenset((sight.article, sight.quote) for sight in one.sightings))
        for id_, one in here.quotes.items()
    }
    assert quotes == expected.utterances
    assert len(quotes) > 10
    tracer = Tracer()
    for article in log:
        if article.text is None:
            tracer.withdraw(article.id)
        else:
            tracer.add_keys(to_keys(article), ingested=BEGIN_MS + 60 * DAY_MS)
    assert {one.id: one for one in tracer.utterances()} == here.quotes
    assert {one.id: one for one in tracer.articles()} == here.articles


def test_comparing_every_pair_shows_a_state_that_was_lost() -> None:
    """The negative control of the checker that the broker tests use, too."""
    log = [one for one in make_log(4, 120) if one.text is not None]
    here = Stream()
    for number, article in enumerate(log):
        if number == 60:
            here.rows.clear()
        here.add_keys(to_keys(article), BEGIN_MS + 60 * DAY_MS)
    expected = Recount(log)
    groups = {
        id_: frozenset(member.article for member in one.group.articles)
        for id_, one in here.articles.items()
        if one.group is not None
    }
    assert groups != {id_: members for id_, (_, members) in expected.groups.items()}
    assert set(here.quotes) != set(expected.utterances)
