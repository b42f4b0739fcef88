from __future__ import annotations

from copydesk.runtime.halt import WINDOW, Halt


def fresh() -> Halt:
    return Halt(ratio=0.05, consecutive=20)


def test_twenty_failures_in_a_row_halt() -> None:
    halt = fresh()
    for _ in range(19):
        halt.count("failed")
    assert halt.reason is None
    halt.count("failed")
    assert halt.reason == "20 articles in a row failed"


def test_one_that_passes_begins_the_row_anew() -> None:
    halt = fresh()
    for _ in range(19):
        halt.count("failed")
    halt.count("passed")
    halt.count("failed")
    assert halt.reason is None


def test_a_share_of_the_last_two_hundred_halts_once_there_are_two_hundred() -> None:
    halt = fresh()
    for number in range(WINDOW - 1):
        halt.count("failed" if number % 10 == 0 else "passed")
    assert halt.reason is None, "199 articles say too little"
    halt.count("passed")
    assert halt.reason == "20 of the last 200 articles failed"


def test_old_failures_leave_the_window() -> None:
    halt = fresh()
    for _ in range(10):
        halt.count("failed")
    for _ in range(WINDOW * 3):
        halt.count("passed")
    halt.count("failed")
    assert halt.reason is None


def test_facts_about_the_input_never_halt() -> None:
    halt = fresh()
    for _ in range(500):
        halt.count("invalid")
        halt.count("rejected")
        halt.count("oversized")
    assert halt.reason is None


def test_it_stays_halted() -> None:
    halt = fresh()
    for _ in range(20):
        halt.count("failed")
    for _ in range(1000):
        halt.count("passed")
    assert halt.reason is not None
