from __future__ import annotations

from copydesk.runtime.execution import Disposition, Outcome
from copydesk.runtime.halt import WINDOW, Halt


def fresh() -> Halt:
    return Halt(ratio=0.05, consecutive=20)


def count(halt: Halt, disposition: Disposition) -> None:
    halt.count(Outcome(disposition=disposition))


def count_ended(halt: Halt, article_id: str | None) -> None:
    """An article over which the stage's process ended twice."""
    halt.count(Outcome(disposition="failed", article_id=article_id, ended_process=True))


def test_twenty_failures_in_a_row_halt() -> None:
    halt = fresh()
    for _ in range(19):
        count(halt, "failed")
    assert halt.reason is None
    count(halt, "failed")
    assert halt.reason == "20 articles in a row failed"


def test_one_that_passes_begins_the_row_anew() -> None:
    halt = fresh()
    for _ in range(19):
        count(halt, "failed")
    count(halt, "passed")
    count(halt, "failed")
    assert halt.reason is None


def test_a_share_of_the_last_two_hundred_halts_once_there_are_two_hundred() -> None:
    halt = fresh()
    for number in range(WINDOW - 1):
        count(halt, "failed" if number % 10 == 0 else "passed")
    assert halt.reason is None, "199 articles say too little"
    count(halt, "passed")
    assert halt.reason == "20 of the last 200 articles failed"


def test_old_failures_leave_the_window() -> None:
    halt = fresh()
    for _ in range(10):
        count(halt, "failed")
    for _ in range(WINDOW * 3):
        count(halt, "passed")
    count(halt, "failed")
    assert halt.reason is None


def test_facts_about_the_input_never_halt() -> None:
    halt = fresh()
    for _ in range(500):
        count(halt, "invalid")
        count(halt, "rejected")
        count(halt, "oversized")
    assert halt.reason is None


def test_it_stays_halted() -> None:
    halt = fresh()
    for _ in range(20):
        count(halt, "failed")
    for _ in range(1000):
        count(halt, "passed")
    assert halt.reason is not None


def test_a_deploy_whose_process_ends_over_every_article_halts() -> None:
    halt = fresh()
    for number in range(20):
        assert halt.reason is None
        count_ended(halt, str(number))
    assert halt.reason == "20 articles in a row failed"


def test_pages_that_end_the_process_do_not_halt_a_stage_that_works() -> None:
    halt = fresh()
    count(halt, "passed")
    for number in range(99):
        count_ended(halt, str(number))
    assert halt.reason is None
    count_ended(halt, "one too many")
    assert halt.reason == "100 articles in a row failed"


def test_a_deploy_whose_process_ends_over_every_third_article_halts() -> None:
    halt = fresh()
    for number in range(WINDOW):
        count(halt, "passed")
        count(halt, "passed")
        count_ended(halt, str(number))
    assert halt.reason is not None
    assert halt.reason.endswith("of the last 200 articles failed")


def test_a_quarter_that_ends_the_process_does_not_halt_while_the_rest_passes() -> None:
    halt = fresh()
    for number in range(WINDOW):
        count(halt, "passed")
        count(halt, "passed")
        count(halt, "passed")
        count_ended(halt, str(number))
    assert halt.reason is None


def test_the_same_article_again_says_nothing_new() -> None:
    halt = fresh()
    for _ in range(WINDOW):
        count_ended(halt, "a/1")
    assert halt.reason is None
    for number in range(19):
        count_ended(halt, str(number))
    assert halt.reason is not None


def test_ids_that_cannot_be_read_are_different_articles() -> None:
    halt = fresh()
    for _ in range(20):
        count_ended(halt, None)
    assert halt.reason is not None


def test_an_exception_weighs_as_ever() -> None:
    halt = fresh()
    count(halt, "passed")
    for _ in range(20):
        count(halt, "failed")
    assert halt.reason == "20 articles in a row failed"
