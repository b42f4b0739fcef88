"""Confidences that are told rise with those that are judged."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from copydesk.contracts.articles import ExtractedArticle
from copydesk.extractor.confidence import POINTS, calibrate, interpolate


@pytest.mark.parametrize("basis", [*POINTS, "none", "a basis of tomorrow"])
def test_confidence_rises_from_zero_to_one(basis: str) -> None:
    told = [calibrate(basis, step / 200) for step in range(201)]
    assert told[0] == 0
    assert told[-1] == 1
    assert all(low <= high for low, high in pairwise(told))


def test_a_value_between_two_points_is_on_their_line() -> None:
    points = ((0.5, 0.6), (0.9, 1.0))
    assert [interpolate(points, value) for value in (0.25, 0.5, 0.7, 0.95)] == [0.3, 0.6, 0.8, 1.0]


def test_a_name_beside_the_cue_is_surer_than_a_pronoun_and_a_pronoun_than_a_guess(
    extract: Callable[..., ExtractedArticle],
) -> None:
    article = extract(
        '"The pier is old," said Karen Fields. She opened it in 1990. "I am glad," she said.\n\n'
        'Ivan Horak shook his head. "It will be a long and a costly winter for us all."'
    )
    named, pronoun = (quote.speaker.confidence for quote in article.quotes[:2])
    assert named > pronoun > 0.5
    assert all(quote.speaker.confidence < pronoun for quote in article.quotes[2:])
