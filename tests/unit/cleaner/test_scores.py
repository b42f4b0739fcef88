"""Scores of the model, the topic head and the rules together."""

from __future__ import annotations

from copydesk.cleaner import CleanerSettings, load
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


def test_a_paragraph_of_another_story_goes_as_a_teaser_unless_that_is_switched_off(clean: Clean) -> None:
    raw = article("\n\n".join([*BODY[:3], FOREIGN, *BODY[3:]]), title=TITLE)
    assert reasons(clean(raw)) == {FOREIGN: "teaser"}
    assert FOREIGN in load(CleanerSettings(topic=False))(raw).text
