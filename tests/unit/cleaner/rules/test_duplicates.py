"""Copies of a paragraph, and the one that goes."""

from __future__ import annotations

import pytest

from copydesk.cleaner.rules.duplicates import Copy, find_redundant, find_repeated_runs
from unit.cleaner.articles import BODY, TITLE, Clean, article

EQUAL = {"equal": True, "part": True}


def find(copies: dict[int, int], noise: list[float]) -> list[int]:
    return find_redundant({k: Copy(other, **EQUAL) for k, other in copies.items()}, noise, lambda _: True)


def test_copy_behind_the_article_goes_and_the_one_inside_stays(clean: Clean) -> None:
    lines = [TITLE, *BODY, "Share this article", "Advertisement", BODY[1]]
    result = clean(article("\n\n".join(lines)))
    kept = [block.source_start for block in result.blocks if block.kept]
    source = "\n\n".join(lines)
    assert source.index(BODY[1]) in kept
    assert result.text.count(BODY[1]) == 1


def test_the_second_of_two_equal_paragraphs_goes_though_the_first_is_a_little_likelier_noise() -> None:
    assert find({2: 7, 7: 2}, [0.1] * 2 + [0.3] + [0.1] * 4 + [0.2]) == [7]


def test_the_first_goes_where_the_second_is_clearly_the_body() -> None:
    assert find({0: 3, 3: 0}, [0.6, 0.0, 0.0, 0.2]) == [0]


def test_what_the_model_is_sure_of_stays_twice() -> None:
    assert find({0: 3, 3: 0}, [0.01, 0.0, 0.0, 0.02]) == []


def test_a_line_under_each_of_several_recipes_stays() -> None:
    assert find({1: 5, 5: 9, 9: 13, 13: 5}, [0.3] * 14) == []  # no two are each other's best match


@pytest.mark.parametrize("times", [2, 3, 6])
def test_a_text_that_came_several_times_leaves_one(clean: Clean, times: int) -> None:
    result = clean(article("\n\n".join([TITLE, *BODY] * times)))
    assert result.text == "\n\n".join(BODY)
    assert not result.cleaning.uncertain


@pytest.mark.parametrize("times", [2, 4])
def test_a_paragraph_that_came_several_times_in_a_row_leaves_one(clean: Clean, times: int) -> None:
    result = clean(article("\n\n".join([*BODY[:2], *[BODY[2]] * times, *BODY[3:]]), title=TITLE))
    assert result.text == "\n\n".join(BODY)


def test_a_line_and_its_neighbour_in_a_plan_stay_each_day() -> None:
    lines = [
        ("eggs", "and", "toast"),
        ("one", "green", "box"),
        ("dinner",),
        ("eggs", "and", "toast"),
        ("one", "green", "box"),
    ]
    assert find_repeated_runs(lines, lambda _: True, lambda number: number % 3 == 0) == {}
