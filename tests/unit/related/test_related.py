"""Copies, quotations, changes and versions, each on texts made for it."""

from __future__ import annotations

import random

import pytest

from copydesk.related.changes import find_changes
from copydesk.related.fingerprints import MAX_WORDS, fingerprint
from copydesk.related.quotations import make_keys, split_fragments
from copydesk.related.versions import Change, find_version_changes
from copydesk.related.words import split_words

ENDINGS = ("bour", "ta", "ric", "no", "el")
WORDS = tuple(f"{a}{b}" for a in ("har", "tol", "men", "vi", "sor", "kel", "ba", "du") for b in ENDINGS)


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


@pytest.mark.parametrize("hostile", ["", " ", "“” “” ...", "a" * 200_000, "... " * 50_000, "’'’'" * 5_000])
def test_hostile_text_passes(hostile: str) -> None:
    fingerprint(hostile)
    make_keys(split_fragments(hostile))
    find_version_changes(hostile, "x")
    assert split_words("") == []
