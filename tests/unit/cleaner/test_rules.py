"""The rules beside the model: which copy goes, and what a mistake costs."""

from __future__ import annotations

import numpy as np
import pytest

from copydesk.cleaner.model.block_model import DOUBT, weigh_cost
from copydesk.cleaner.normal import collapse, is_normal, normalise
from copydesk.cleaner.rules.duplicates import Copy, find_spare
from copydesk.cleaner.rules.shapes import find_signs

EQUAL = {"equal": True, "part": True}


def spare(copies: dict[int, int], noise: list[float]) -> list[int]:
    return find_spare({k: Copy(other, **EQUAL) for k, other in copies.items()}, noise, lambda _: True)


def test_the_second_of_two_equal_paragraphs_goes_though_the_first_is_a_little_likelier_noise() -> None:
    assert spare({2: 7, 7: 2}, [0.1] * 2 + [0.3] + [0.1] * 4 + [0.2]) == [7]


def test_the_first_goes_where_the_second_is_clearly_the_body() -> None:
    assert spare({0: 3, 3: 0}, [0.6, 0.0, 0.0, 0.2]) == [0]


def test_what_the_model_is_sure_of_stays_twice() -> None:
    assert spare({0: 3, 3: 0}, [0.01, 0.0, 0.0, 0.02]) == []


def test_a_line_under_each_of_several_recipes_stays() -> None:
    assert spare({1: 5, 5: 9, 9: 13, 13: 5}, [0.3] * 14) == []  # no two are each other's best match


def test_short_blocks_in_doubt_go_more_easily_and_nothing_else_changes() -> None:
    noise = np.array([DOUBT - 0.01, 0.5, 0.5, 0.5, 1.0])
    weighed = weigh_cost(noise, np.array([5.0, 5.0, 50.0, 500.0, 5.0]))
    assert weighed[0] == noise[0]
    assert weighed[1] > weighed[2] > weighed[3] == noise[3]
    assert weighed[4] == 1


@pytest.mark.parametrize("text", ["", " a", "a ", "a  b", "a\u00a0b", "a\tb", "a b", "“a” b", "a\u200bb"])
def test_white_space_is_collapsed_as_splitting_and_joining_does(text: str) -> None:
    assert collapse(text) == " ".join(text.split())


@pytest.mark.parametrize(
    "text", ["Plain", "two\nlines", "“curly” – dash", "한글", "naïve 5 €", "e\u0301", "â€™", "\u00ad", "\u2126"]
)
def test_a_text_that_is_normal_is_what_normalising_makes_of_it(text: str) -> None:
    if is_normal(text):
        assert normalise(text) == " ".join(text.split())
    else:
        assert not text.isascii()


@pytest.mark.parametrize(
    ("text", "has_credit"),
    [
        ("Photo: Jo Park", True),
        ("Picture credit: Jo Park", True),
        ("Jo Park/Getty Images", True),
        ("The bridge (AP)", True),
        ("© Jo Park", True),
        ("A photo finish (of sorts)", False),
        ("The mayor: nobody was hurt", False),
        ("and/or", False),
    ],
)
def test_the_sign_of_a_credit(text: str, *, has_credit: bool) -> None:
    assert find_signs(text)[0] is has_credit
