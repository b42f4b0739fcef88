"""Copies, quotations, changes and versions, each on texts made for it."""

from __future__ import annotations

import random

import pytest

from copydesk.related.changes import find_changes
from copydesk.related.copies import CopyIndex
from copydesk.related.fingerprints import MAX_WORDS, fingerprint
from copydesk.related.quotations import DAY_MS, QuoteIndex
from copydesk.related.versions import Change, find_version_changes
from copydesk.related.words import WordWeights, load_weights, split_words

ENDINGS = ("bour", "ta", "ric", "no", "el")
WORDS = tuple(f"{a}{b}" for a in ("har", "tol", "men", "vi", "sor", "kel", "ba", "du") for b in ENDINGS)
WEIGHTS = WordWeights(1000, dict.fromkeys(WORDS, 20))


def text(seed: int, words: int = 200) -> str:
    rnd = random.Random(seed)
    return " ".join(rnd.choice(WORDS) + str(rnd.randrange(40)) for _ in range(words))


def test_texts_that_share_a_passage_share_fingerprints_and_others_do_not() -> None:
    one, other = fingerprint(text(1)), fingerprint(text(2))
    mixed = fingerprint(f"{text(3)} {text(1)} {text(4)}")
    assert len(set(one) & set(mixed)) > 0.8 * len(one)
    assert not set(one) & set(other)
    assert fingerprint("") == fingerprint("three words only") == ()
    assert len(fingerprint("four words are enough")) == 1
    assert fingerprint(text(1).upper().replace(" ", "\n")) == one, "case and white space do not count"
    assert fingerprint(text(5, MAX_WORDS + 500)) == fingerprint(text(5, MAX_WORDS + 900))


def test_copies_join_the_group_of_the_first_and_own_texts_stand_alone() -> None:
    index = CopyIndex()
    wire = text(1)
    assert index.add("ap/1", "ap", fingerprint(wire)).id == "ap/1"
    assert index.add("post/1", "post", fingerprint(f"{text(2, 40)} {wire}")).id == "ap/1"
    assert index.add("times/1", "times", fingerprint(" ".join(wire.split()[:120]))).id == "ap/1", "cut short"
    assert index.add("own/1", "own", fingerprint(text(3))).id == "own/1"
    assert index.add("quoting/1", "quoting", fingerprint(f"{text(4)} {' '.join(wire.split()[:25])}")).id == "quoting/1"


def test_what_a_site_repeats_makes_no_copies() -> None:
    index = CopyIndex()
    furniture = text(9, 120)
    for number in range(5):
        group = index.add(f"post/{number}", "post", fingerprint(f"{text(10 + number, 100)} {furniture}"))
        assert group.id == f"post/{number}"


def test_a_new_version_replaces_the_old_one_and_a_removed_article_is_gone() -> None:
    index = CopyIndex()
    index.add("a", "a", fingerprint(text(1)))
    index.add("a", "a", fingerprint(text(2)))
    assert index.add("b", "b", fingerprint(text(1))).id == "b", "the first version counts no more"
    assert index.add("c", "c", fingerprint(text(2))).id == "a"
    index.remove("c")
    index.remove("a")
    assert len(index) == 1
    assert index.add("d", "d", fingerprint(text(2))).id == "d"
    assert not [key for key, posting in index._postings.items() if not posting]


def test_a_quotation_is_found_in_other_forms() -> None:
    index = QuoteIndex(load_weights())
    said = "We lost two boats in the storm, and nobody from the ministry has come to see the harbour since"
    assert index.add("a#1", said, 0) == ("a#1", 1.0)
    for form in (
        "we lost two boats in the storm and nobody from the ministry has come to see the harbour since",
        "nobody from the ministry has come to see the harbour",
        "We lost two boats in the storm ... nobody from the ministry has come",
        "We lost three boats in the storm, and nobody from the ministry has come to see the harbor since",
    ):
        match = index.add(f"b#{form[:9]}", form, DAY_MS)
        assert match is not None
        assert match.id == "a#1", form
    other = index.add("c#1", "We won two games in the cup, and everybody from the village has come to see the team", 0)
    assert other is not None
    assert other.id == "c#1"


def test_short_words_are_not_traced_and_old_ones_are_a_phrase() -> None:
    index = QuoteIndex(load_weights(), window_days=14)
    assert index.add("a", "It is over", 0) is None
    said = "The minister promised new cranes for the harbour before the summer"
    index.add("a", said, 0)
    later = index.add("b", said, 15 * DAY_MS)
    assert later is not None
    assert later.id == "b"
    assert [match.id for match in index.find("promised new cranes for the harbour")][:1] == ["a"]


def test_common_words_alone_are_no_match() -> None:
    index = QuoteIndex(load_weights())
    index.add("a", "I think it is the best that we can do with this", 0)
    match = index.add("b", "I think it is the worst that they could have done to us", 0)
    assert match is not None
    assert match.id == "b"


@pytest.mark.parametrize(
    ("after", "kinds"),
    [
        ("We lost two boats in the storm near the harbour", ()),
        ("“We lost two boats in the storm near the harbour”", ("marks",)),
        ("We lost three boats in the storm near the harbour", ("number",)),
        ("We never lost two boats in the storm near the harbour", ("negation",)),
        ("They lost two boats in the storm near the harbour", ("person",)),
        ("We lost two boats in the storm near the harbor", ("spelling",)),
        ("We lost two boats in the gale near the harbour", ("words",)),
        ("We lost two boats in the storm", ("shortened",)),
        ("We lost two boats [in March] in the storm near the harbour", ("bracket",)),
    ],
)
def test_what_was_changed_is_named(after: str, kinds: tuple[str, ...]) -> None:
    found = find_changes("We lost two boats in the storm near the harbour", after)
    assert found.kinds == kinds
    assert found.alarm == bool({"number", "negation", "name"} & set(kinds))


def test_a_name_that_is_another_is_named() -> None:
    assert find_changes("I trust Minister Keller with this", "I trust Minister Osei with this").kinds == ("name",)


def test_versions_differ_by_sentence() -> None:
    before = "Two people died on Monday. The road is closed. Rain is expected."
    after = "Three people died on Monday. The road is closed.\n\nThe mayor spoke. Rain is expected."
    assert find_version_changes(before, after) == [
        Change("replaced", "Two people died on Monday.", "Three people died on Monday."),
        Change("added", "", "The mayor spoke."),
    ]
    assert find_version_changes(before, f" {before}\n") == []


@pytest.mark.parametrize("hostile", ["", " ", "\ud83d", "“” “” ...", "a" * 200_000, "... " * 50_000, "’'’'" * 5_000])
def test_hostile_text_passes(hostile: str) -> None:
    index = QuoteIndex(WEIGHTS)
    index.add("a", hostile, 0)
    index.add("b", hostile, 0)
    fingerprint(hostile.encode("utf-8", "replace").decode())
    find_version_changes(hostile, "x")
    assert split_words("") == []
