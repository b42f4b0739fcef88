"""Turns of interviews and transcripts: who speaks, and what only looks like them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]

INTERVIEW = (
    "The harbour pilot met us at the quay.\n\n"
    "Q: Why did you stop?\n\nA: I was tired. My knees hurt.\n\nThey always did.\n\nQ: Do you miss it?\n\nA: No"
)


def speakers(article: ExtractedArticle) -> list[str | None]:
    return [quote.speaker.name for quote in article.quotes]


def test_an_interview_in_letters_is_of_whom_the_headline_names(extract: Extract) -> None:
    article = extract(INTERVIEW, title="Karen Fields on thirty years at sea")
    assert speakers(article) == [None, "Karen Fields", None, "Karen Fields"]
    assert {quote.speaker.basis for quote in article.quotes} == {"turn"}
    assert [quote.speaker.anonymous for quote in article.quotes] == [True, False, True, False]
    answer = article.quotes[1]
    assert [article.text[part.start : part.end] for part in answer.fragments] == [
        "I was tired. My knees hurt.",
        "They always did.",
    ]
    assert article.text[answer.start : answer.end] == answer.text


def test_answers_that_speak_of_somebody_are_not_his(extract: Extract) -> None:
    text = "Q: What did Fields do?\n\nA: I saw Karen Fields jump.\n\nQ: Why?\n\nA: We do not know."
    assert speakers(extract(text, title="Karen Fields is missing")) == [None] * 4


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            (
                "Karen Fields, a pilot, met Ivan Horak.\n\nKAREN FIELDS: I saw nothing.\n\nHORAK: You did not.\n\n"
                "FIELDS: Never."
            ),
            ["Karen Fields", "Ivan Horak", "Karen Fields"],
        ),
        ("**Karen Fields:** I saw nothing.\n\n**Ivan Horak:** You looked away.", ["Karen Fields", "Ivan Horak"]),
        ("Karen Fields: I saw nothing. Ivan Horak: You looked away.", ["Karen Fields", "Ivan Horak"]),
        (
            "[00:01] Karen Fields: I saw nothing.\n[00:09] Ivan Horak: Did you look?",
            ["Karen Fields", "Ivan Horak"],
        ),
        (
            "Mr. HORAK. I yield to the lady.\n\nMrs. FIELDS of Ohio. We thank you.\n\nThe PRESIDING OFFICER. Go on.",
            ["HORAK", "FIELDS", None],
        ),
        (
            (
                "The Prime Minister: I refer you to my answer.\n\n"
                "Karen Fields (Leeds North) (Lab): When will he resign?\n\nMr Speaker: Order. We must hear the answer."
            ),
            [None, "Karen Fields", None],
        ),
        (
            (
                "Operator\n\nGood day, and thank you for joining us.\n\nKaren Fields -- Chief Financial Officer\n\n"
                "We had a fair year.\n\nSales rose.\n\nIvan Horak -- Harbour Capital -- Analyst\n\nWill you?\n\n"
                "Karen Fields -- Chief Financial Officer\n\nNo."
            ),
            [None, "Karen Fields", "Ivan Horak", "Karen Fields"],
        ),
        ("**Q: Were you ever afraid?**\n\nA: I was.\n\n**Q: Of the sea?**\n\nA: No.", [None] * 4),
        (
            "Elden Times: Were you afraid?\n\nKaren Fields: I was.\n\nElden Times: And now?",
            ["Elden Times", "Karen Fields", "Elden Times"],
        ),
        (
            (
                "Hon. IVAN HORAK (Minister of Transport): I move that the bill be read.\n\n"
                "Dr KAREN FIELDS (Greens): We oppose it."
            ),
            ["IVAN HORAK", "KAREN FIELDS"],
        ),
        (
            "Karen Fields met our reporter.\n\nIH: Were you afraid?\n\nKF: I was. Ivan Horak was not.\n\nIH: And now?",
            ["Ivan Horak", "Karen Fields", "Ivan Horak"],
        ),
    ],
)
def test_labels_say_who_speaks(extract: Extract, text: str, names: list[str | None]) -> None:
    article = extract(text)
    assert speakers(article) == names
    assert {quote.speaker.basis for quote in article.quotes} == {"turn"}


@pytest.mark.parametrize(
    "text",
    [
        "Note: You can see the pier on Monday.\n\nUpdate: We have corrected the year.",
        "10:30: Doors open for you.\n\n12:15: We have lunch.",
        "Ingredients: You need two eggs.\n\nMethod: Beat your eggs.\n\nServes: You and me.",
        "INGREDIENTS: You need two eggs.\n\nMETHOD: Beat your eggs.\n\nINGREDIENTS: You need milk.",
        "Karen Fields: 7/10. You will not forget her saves.\n\nIvan Horak: 6 - We saw little of him.",
        "Karen Fields: Would cut taxes by a tenth.\n\nIvan Horak: Would raise them.\n\nKaren Fields: Opposes the pier.",
        "Q: Can I bring a dog?\n\nA: Yes. Dogs need a leash.\n\nQ: Is it free?\n\nA: No.",
        "ADVERTISEMENT\n\nWe voted on Monday.\n\nADVERTISEMENT\n\nYou may vote, too.\n\nADVERTISEMENT\n\nWe did.",
        "Karen Fields: We Must Rebuild The Old Pier Now\n\nIvan Horak: Why I Am Leaving Your Town",
        "Karen Fields was blunt: we have no money. Ivan Horak agreed: you never do.",
        "LONDON: We met in a pub.\n\nPARIS: We ate well, you and I.\n\nLONDON: We left.",
        "Elden United: Horak 6, Fields 7, Berg 5. You saw it.\n\nMarl Rovers: Bell 7, Lund 8. We liked them.",
        "The vote ended 3:1. Mix it 2:1 with your water.",
        "Group A — Norway 1 – 0 Chile\n\nWe saw it.\n\nGroup B — Peru 2 – 0 Mali\n\nYou did.\n\nGroup A — Mali\n\nOh.",
    ],
)
def test_labels_of_other_things_open_no_turn(extract: Extract, text: str) -> None:
    assert [quote for quote in extract(text).quotes if quote.speaker.basis == "turn"] == []


def test_words_that_a_turn_passes_on_are_of_whom_it_names(extract: Extract) -> None:
    text = (
        'Karen Fields: In May the board told us that the pier was "rotten to the core". I told them "no".\n\n'
        "Ivan Horak: Did you?"
    )
    article = extract(text)
    inner = [quote for quote in article.quotes if quote.speaker.basis != "turn"]
    assert [(quote.speaker.name, quote.speaker.mention and quote.speaker.mention.text) for quote in inner] == [
        (None, "the board")
    ]


def test_he_in_a_turn_takes_nobody_from_the_story(extract: Extract) -> None:
    text = 'Ivan Horak fell.\n\nKaren Fields: He slipped. I saw it.\n\nAnn Berg: Did you?\n\n"It hurts," he said.'
    assert speakers(extract(text))[-1] == "Ivan Horak"
