"""A text that a site repeats is furniture; one that merely comes back is not."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from copydesk.cleaner.sites.keys import TextKeys, find_site_host, make_keys
from copydesk.cleaner.sites.learning import MAX_EVENTS, SiteMemory, learn, make_record
from copydesk.cleaner.sites.look import Known, describe_page, index, look
from copydesk.cleaner.sites.stage import learn_page, new_site, read_row, write_row
from copydesk.contracts.sites import SeenPage
from copydesk.stage import Lookup, Memory, Record, Tombstone

PLEA = "Enjoy reading? Members of the paper keep it going: choose what you want to give."
BODY = "The council of {0} voted on the {1} after a debate that went on for {2} hours and ended late at night."
PLACES = ("Graz", "Accra", "Lisbon", "Malmo", "Quito", "Perth", "Turin", "Lagos", "Leeds", "Osaka", "Basel", "Kyoto")
DAY = dt.date(2026, 11, 1)


def story(number: int, *more: str, paragraphs: int = 4) -> list[str]:
    """Paragraphs of a story of its own, and whatever stands around them."""
    place = PLACES[number % len(PLACES)]
    body = [
        BODY.format(f"{place} {word}", f"{word} of number {'abcdefghijkl'[number % 12]}{word}", word)
        for word in ("bridge", "school", "tram", "flood wall", "library", "market")[:paragraphs]
    ]
    return [*body, *more]


def page(texts: list[str], day: int, noise: float = 0.3, name: str = "a") -> SeenPage:
    keys = [make_keys(text) for text in texts]
    probabilities = [0.01 if "council" in text else noise for text in texts]
    return describe_page(
        id_=name, site="paper.example", published_on=DAY + dt.timedelta(day), texts=texts, keys=keys,
        noise=probabilities,
    )  # fmt: skip


def taught(*pages: SeenPage) -> SiteMemory:
    memory = new_site("paper.example")
    for one in pages:
        learn(memory, one, event=None, today=30_000)
    return memory


def found(memory: SiteMemory, texts: list[str], noise: float = 0.3) -> dict[int, Known]:
    keys: list[TextKeys] = [make_keys(text) for text in texts]
    probabilities = [0.01 if "council" in text else noise for text in texts]
    return dict(look(keys, probabilities, [True] * len(texts), index(make_record(memory))))


def test_what_stood_in_two_stories_on_two_days_goes_from_the_third() -> None:
    assert found(taught(page(story(0, PLEA), 0)), story(2, PLEA)) == {}
    known = taught(page(story(0, PLEA), 0), page(story(1, PLEA), 1))
    assert {number: item.stories for number, item in found(known, story(2, PLEA)).items()} == {4: 2}


def test_one_day_is_not_enough() -> None:
    assert found(taught(page(story(0, PLEA), 0), page(story(1, PLEA), 0)), story(2, PLEA)) == {}


def test_numbers_links_and_marks_make_no_difference() -> None:
    assert (
        make_keys("Read 12 more stories: https://a.example/b").whole == make_keys("read 7 more stories www.c.d").whole
    )
    assert make_keys("Read more stories").whole != make_keys("Read our stories").whole


def test_what_the_model_does_not_doubt_stays_however_often_it_stood() -> None:
    """A background paragraph comes back in every follow-up; so does the quote of a trial."""
    background = "The ferry sank in March with forty people on board, and the inquiry into its owner has not ended."
    memory = taught(*(page(story(number, background), number, noise=0.03) for number in range(8)))
    assert found(memory, story(9, background), noise=0.03) == {}


def test_an_article_that_comes_again_in_other_versions_shows_nothing() -> None:
    original = story(3, paragraphs=6)
    doubtful = "A doubtful paragraph of this story alone, in which the model sees some noise but nobody repeats it."
    versions = [[*original[: 6 - cut], doubtful] for cut in range(3)]
    memory = taught(
        page(story(0), 0), *(page(version, 1 + day, name=f"v{day}") for day, version in enumerate(versions))
    )
    assert found(memory, [*original, doubtful]) == {}, "three scrapes are one story"


def test_an_own_standfirst_stays_although_others_tease_it() -> None:
    lead = "The harbour opens in spring, and nobody knows yet who will be paying for its cranes."
    memory = taught(*(page(story(number, lead), number) for number in range(3)))
    own = [lead, *story(7)]
    assert found(memory, own) == {}
    assert 4 in found(memory, story(7, lead)), "below a story of others it is a teaser"


@pytest.mark.parametrize("line", ["Maria Keller", "Why now", "Yes.", "The verdict"])
def test_short_lines_that_come_back_are_sub_heads_and_speakers(line: str) -> None:
    memory = taught(*(page(story(number, line), number, noise=0.3) for number in range(8)))
    assert found(memory, story(9, line)) == {}


def test_a_short_line_goes_if_the_model_took_it_for_noise_in_many_stories() -> None:
    memory = taught(*(page(story(number, "Follow @paper"), number, noise=0.6) for number in range(8)))
    assert list(found(memory, story(9, "Follow @paper"))) == [4]


def test_first_or_last_words_suffice_where_the_model_doubts_in_most_stories() -> None:
    lines = [f"{place} Miller and Ann Doe contributed to this report" for place in PLACES]
    memory = taught(*(page(story(number, lines[number]), number, noise=0.6) for number in range(3)))
    assert list(found(memory, story(7, lines[7]))) == [4]
    doubted = taught(*(page(story(number, lines[number]), number, noise=0.2) for number in range(3)))
    assert found(doubted, story(7, lines[7])) == {}


def test_a_poisoned_memory_takes_at_most_half_of_an_article_and_nothing_that_is_surely_body() -> None:
    target = story(5, "one doubtful line of this very story", "another doubtful line of this very story")
    poison = [page([*story(number), *target[4:], target[0]], number) for number in range(6)]
    assert set(found(taught(*poison), target)) == {4, 5}
    short = ["A brief of one paragraph in doubt that somebody copied everywhere else.", *target[4:]]
    assert found(taught(*(page([*story(number), *short], number) for number in range(6))), short) == {}


def test_an_operator_pins_and_excludes() -> None:
    memory = taught(page(story(0, PLEA), 0), page(story(1, PLEA), 1))
    assert 4 in found(memory, story(2, PLEA))
    never = SeenPage(id="", site="paper.example", never=(make_keys(PLEA).whole,))
    record = learn(memory, never, event="o1", today=30_000)
    assert record is not None
    assert found(memory, story(2, PLEA)) == {}
    learn(memory, SeenPage(id="", site="paper.example", pin=("Tickets at the quay",)), event="o2", today=30_000)
    assert 4 in found(memory, story(2, "Tickets at the quay"), noise=0.01)


def test_an_event_that_comes_again_counts_once() -> None:
    memory = new_site("paper.example")
    for _ in range(3):
        learn(memory, page(story(0, PLEA), 0), event="same", today=30_000)
    assert memory.articles == 1
    for number in range(2 * MAX_EVENTS):
        learn(memory, page(story(number), number), event=f"e{number}", today=30_000)
    assert len(memory.events) <= MAX_EVENTS


def test_what_is_not_seen_again_is_forgotten() -> None:
    memory = taught(page(story(0, PLEA), 0), page(story(1, PLEA), 1))
    for number in range(260):
        learn(
            memory,
            page([f"Nothing like it was ever said before by {number} people {'ab' * number}"], 5),
            event=None,
            today=30_000,
        )
    assert found(memory, story(2, PLEA)) == {}
    assert len(memory.keys) < 250


def test_a_day_in_the_future_is_that_of_ingestion() -> None:
    memory = new_site("paper.example")
    learn(memory, page(story(0, PLEA), 90_000), event=None, today=20_000)
    learn(memory, page(story(1, PLEA), 95_000), event=None, today=20_000)
    assert found(memory, story(2, PLEA)) == {}, "both came on one day"


def test_the_same_articles_give_the_same_record_and_row() -> None:
    pages = [page(story(number, PLEA), number) for number in range(30)]
    first, second = taught(*pages), taught(*pages)
    assert write_row(first) == write_row(second)
    assert make_record(first) == make_record(second)
    assert read_row(write_row(first)) == first


def memory_of(rows: dict[bytes, bytes], event: str = "e") -> Memory:
    return Memory(
        time=0, ingested=20_800 * 86_400_000, event=event, state=Lookup(lambda keys: [rows.get(key) for key in keys])
    )


def test_the_stage_publishes_what_changes_and_a_tombstone_forgets_the_site() -> None:
    rows: dict[bytes, bytes] = {}
    published: list[Record] = []
    for number in range(4):
        results = learn_page(page(story(number, PLEA), number), memory_of(rows, f"e{number}"))
        rows |= {key: value for key, value in results.changes.items() if value is not None}
        published += results.records
    assert {record.topic for record in published} == {"sites"}
    assert [record.key for record in published] == ["paper.example"] * len(published)
    newest = msgspec.json.encode(published[-1].value)
    assert b"Enjoy reading" in newest
    forgotten = learn_page(Tombstone(key="paper.example"), memory_of(rows))
    assert forgotten.changes == {b"paper.example": None}
    assert [record.value for record in forgotten.records] == [None]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.paper.example/a", "paper.example"), ("http://News.Paper.example:80", "news.paper.example"),
        ("//[::1", None), ("", None), (None, None), ("mailto:x@y.example", None),
    ],
)  # fmt: skip
def test_the_site_is_the_host_of_the_address(url: str | None, host: str | None) -> None:
    assert find_site_host(url) == host
