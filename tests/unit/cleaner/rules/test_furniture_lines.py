"""Lines that are furniture by what they do, and lines of a story that have their words."""

from __future__ import annotations

import pytest

from copydesk.cleaner.rules.comment_section import find_comment_section
from copydesk.cleaner.rules.furniture_lines import find_furniture
from unit.cleaner.articles import BODY, TITLE, Clean, article, reasons

FURNITURE = [
    "Sign up for our morning newsletter and get the best of the paper.",
    "If you buy something through our links, we may earn a small commission.",
    "This story is available to subscribers only.",
    "Log in to continue reading.",
    "You must be logged in to leave a comment.",
    "Have you seen something? Write to desk@paper.example.",
    "Press enquiries: Jo Park, press@firm.example",
    "SEE ALSO: The bridge that nobody wanted",
    "Swipe right for more pictures",
    "Published 3 March 2026, 10:30",
    "Jo Park of the Coast Agency contributed to this report.",
    "With reporting from agencies in Oslo by Jo Park",
    "jp/ab/mt",
    "Jo Park is a senior reporter at The Coast, where she writes on ports.",
    "This is a developing story and will be updated.",
    "A version of this article appeared in print on Page A3.",
    "This text was translated with artificial intelligence and checked by an editor.",
    "The author owns no shares in any of the companies mentioned here.",
    "The north pier in March (Jo Park/PA)",
    "Anna Berg at the town hall (AP Photo/Jo Park)",
    "Cars on the bridge (Image credit: Harbour office)",
    "The old ferry (file photo)",
    "Join our Telegram channel for news of the coast.",
    "Related topics: Bridges, Harbours",
    "This website uses cookies so that you find what you were looking for.",
    "By continuing to use our pages you agree that we count your visits.",
    "Our 60 partners store data on your device, such as an identifier.",
    "Support us: donate today and keep our journalism free.",
    "Bridge to reopen in the spring Bridge to reopen in the spring",
    "* * *",
]
STORY = [
    "Subscribers to the water board will pay more from June.",
    "The mayor signed up for the race in March.",
    "“Sign up for the newsletter,” she told the crowd.",
    "Watch for ice on the roads, the forecasters said.",
    "The firm earns a commission on each house that it sells.",
    "He read the letter and wrote to the paper.",
    "More charges are to follow, prosecutors said.",
    "An email to staff said that the pier would close.",
    "The report was published in March by the county.",
    "Jo Park was a reporter when the war began.",
    "The video shows two men on the bridge.",
    "He owned shares in two of the firms.",
    "The law forbids shops to use cookies without consent.",
    "The firm and its partners sold a device that finds leaks.",
    "The ferry was sold to the agency (AP) in 1959.",
    "She took the pictures herself (and the boat).",
    "The bridge has two lanes (north/south).",
    "Join the march, the unions asked their members.",
    "The topics: bridges, harbours and the price of salt.",
    "By using salt the town keeps its bridges open.",
    "It was the story of a town that lost its ferry.",
    "No, no, no, no.",
    "3-1",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_is_known_by_what_it_does(line: str) -> None:
    assert find_furniture(line) is not None


@pytest.mark.parametrize("line", STORY)
def test_a_line_of_the_story_is_none(line: str) -> None:
    assert find_furniture(line) is None


@pytest.mark.parametrize("line", FURNITURE[:6])
def test_it_goes_out_of_clean_text(clean: Clean, line: str) -> None:
    result = clean(article("\n\n".join([*BODY[:3], line, *BODY[3:]]), title=TITLE))
    assert result.text == "\n\n".join(BODY)
    assert line in reasons(result)


def test_in_one_line_with_the_story_nothing_stands_alone(clean: Clean) -> None:
    text = " ".join([*BODY[:3], "The author owns no shares in any of the firms mentioned here.", *BODY[3:]])
    assert "owns no shares" in clean(article(text, title=TITLE)).text


def test_comments_of_readers_go_with_all_below_them(clean: Clean) -> None:
    comments = [
        "3 comments",
        "old_oak 3 hours ago",
        "Shame on all of them. Sell it.",
        "Reply Like (7)",
        "Mine cross it too.",
    ]
    result = clean(article("\n\n".join([*BODY, *comments]), title=TITLE))
    assert result.text == "\n\n".join(BODY)


@pytest.mark.parametrize(
    "texts",
    [
        [BODY[0], "Comments", BODY[1]],
        ["3 comments", "ann 2 hours ago", "Reply"],
        [BODY[0], "The mayor had two comments.", "Reply"],
    ],
    ids=["no buttons", "nothing above", "a sentence"],
)
def test_a_word_alone_is_no_comment_section(texts: list[str]) -> None:
    assert find_comment_section(texts) is None
