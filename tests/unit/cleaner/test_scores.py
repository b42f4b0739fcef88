"""Scores of the model, the topic head and the rules together."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner import CleanerSettings, load
from copydesk.cleaner.rules.block_shape import BlockShape
from copydesk.cleaner.scores import _find_foreign
from unit.cleaner.articles import BODY, TITLE, Clean, article, reasons

FOREIGN = (
    "The striker scored twice in the second half as the champions beat Valencia 3-1 and climbed to the top of the"
    " Spanish league, a week before the cup final against Sevilla."
)


def test_foreign_headline_and_paragraph_at_the_end_are_a_teaser(clean: Clean) -> None:
    head = "Pop Star Wins Third Award at Festival in Rome"
    tail = "Fans screamed for hours when singer Luca Bianchi finally took the stage and played every old hit."
    result = clean(article("\n\n".join([TITLE, *BODY, head, tail])))
    assert result.text == "\n\n".join(BODY)
    assert reasons(result)[tail] == "teaser"


def test_of_three_paragraphs_none_is_called_another_story(clean: Clean) -> None:
    lines = [
        "The mayor of Haifa said on Monday: “We will rebuild.” The city was hit by two storms in a week.",
        "Water stood in the streets for three days. The army brought food and blankets to the old port.",
        "Shares in Westport Steel fell after the company cut its forecast for sales in Asia on Thursday.",
    ]
    assert clean(article("\n\n".join(lines))).text == "\n\n".join(lines)


def test_paragraph_about_a_photo_agency_stays() -> None:
    clean = load(CleanerSettings(topic=False))  # it is another story's beside the bridge, but no credit
    about = (
        "Shares of the agency Getty Images fell on Monday after Reuters reported that fewer people subscribe to its "
        "picture service than a year ago, a person close to the company said."
    )
    result = clean(article("\n\n".join([TITLE, *BODY[:3], about, *BODY[3:]])))
    assert about in result.text


def test_a_paragraph_of_another_story_goes_below_its_headline_unless_that_is_switched_off(clean: Clean) -> None:
    link = "Read more: Champions march on"
    raw = article("\n\n".join([*BODY, link, FOREIGN]), title=TITLE)
    assert reasons(clean(raw)).keys() == {link, FOREIGN}
    assert FOREIGN in load(CleanerSettings(topic=False))(raw).text


def test_in_clean_text_no_paragraph_goes_for_its_topic_alone(clean: Clean) -> None:
    source = "\n\n".join([*BODY[:3], FOREIGN, *BODY[3:]])
    result = clean(article(source, title=TITLE))
    assert result.text == source
    # it is told apart, for whoever wants more removed
    assert [block.noise_probability > 0.5 for block in result.blocks] == [False] * 3 + [True] + [False] * 2


def test_noise_or_a_headline_right_above_is_evidence_and_a_copy_is_none() -> None:
    shapes = [BlockShape(line) for line in [*BODY, BODY[0], FOREIGN, BODY[1]]]
    prediction = Verdict(noise=np.array([0.0] * 5 + [0.8, 0.3, 0.0]), foreign=np.array([0.0] * 6 + [0.9, 0.0]))
    assert find_foreign(shapes, prediction) == ({6}, set())
    assert find_foreign(shapes, prediction, {0, 5}) == (set(), {6})
    shapes[5] = BlockShape("Champions march on to the final in Seville")
    prediction.noise[5] = 0.4
    assert find_foreign(shapes, prediction) == ({6}, set())
    prediction.noise[[4, 5]] = 0.8, 0.1
    assert find_foreign(shapes, prediction) == (set(), {6})


def test_the_last_paragraph_goes_for_its_topic_where_the_head_is_sure_and_one_above_never() -> None:
    shapes = [BlockShape(line) for line in [*BODY, FOREIGN]]
    prediction = Verdict(noise=np.array([0.0] * 5 + [0.3]), foreign=np.array([0.0] * 5 + [0.99]))
    assert find_foreign(shapes, prediction) == ({5}, set())
    prediction.foreign[5] = 0.9
    assert find_foreign(shapes, prediction) == (set(), {5})
    shapes.append(BlockShape(BODY[0]))
    prediction = Verdict(noise=np.full(7, 0.3), foreign=np.array([0.0] * 5 + [0.999, 0.0]))
    assert find_foreign(shapes, prediction) == (set(), {5})


def test_a_paragraph_that_refers_back_or_that_the_main_model_trusts_is_only_suspected() -> None:
    shapes = [BlockShape(line) for line in [*BODY, "Read more", FOREIGN]]
    prediction = Verdict(noise=np.array([0.0] * 5 + [0.9, 0.3]), foreign=np.array([0.0] * 6 + [0.99]))
    assert find_foreign(shapes, prediction) == ({6}, set())
    prediction.noise[6] = 0.1
    assert find_foreign(shapes, prediction) == (set(), {6})
    prediction.noise[6] = 0.3
    shapes[6] = BlockShape(f"He said: {FOREIGN}")
    assert find_foreign(shapes, prediction) == (set(), {6})


def test_but_not_where_a_headline_of_its_own_stands_above_at_the_end() -> None:
    shapes = [BlockShape(line) for line in [*BODY, "Singer Luca Bianchi Wins Award in Rome", f"He said: {FOREIGN}"]]
    prediction = Verdict(noise=np.array([0.0] * 5 + [0.1, 0.0]), foreign=np.array([0.0] * 6 + [0.9]))
    assert find_foreign(shapes, prediction) == ({6}, set())


def test_the_only_paragraph_that_may_be_foreign_is_suspected_with_less() -> None:
    shapes = [BlockShape(line) for line in [*BODY, FOREIGN, BODY[0]]]
    prediction = Verdict(noise=np.zeros(7), foreign=np.array([0.2] * 5 + [0.8, 0.0]))
    assert find_foreign(shapes, prediction) == (set(), {5})
    prediction.foreign[0] = 0.5
    assert find_foreign(shapes, prediction) == (set(), set())


def find_foreign(
    shapes: list[BlockShape], prediction: Verdict, familiar: Collection[int] = ()
) -> tuple[set[int], set[int]]:
    found = _find_foreign(shapes, prediction, familiar, CleanerSettings())  # type: ignore[arg-type]
    return found.paragraphs, found.suspected


class Verdict(NamedTuple):
    """The part of a prediction that the topic rule reads."""

    noise: NDArray[np.float64]
    foreign: NDArray[np.float64]
