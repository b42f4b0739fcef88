"""Messages of `copydesk up`: a banner when all run, trouble at any time, nothing else."""

from __future__ import annotations

import pytest

from copydesk.cli.up_status import UpStatus


def log(event: str, level: str = "info", **fields: str) -> str:
    """A line of a worker's log."""
    rest = "".join(f',"{name}":"{value}"' for name, value in fields.items())
    return f'{{"event":"{event}","level":"{level}"{rest}}}'


def test_the_banner_comes_once_when_every_worker_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    status = UpStatus({"cleaner": 2, "extractor": 1})
    status.announce("127.0.0.1:9092", "http://127.0.0.1:8080")
    for worker in ("cleaner-1", "cleaner-1", "extractor"):  # a worker is ready again after each rebalance
        status.say(worker, log("ready"))
    assert capsys.readouterr().err == ""
    status.say("cleaner-2", log("ready"))
    status.say("cleaner-2", log("ready"))
    said = capsys.readouterr().err
    assert said.count("copydesk is running") == 1
    assert "COPYDESK_BROKERS=127.0.0.1:9092" in said
    assert "http://127.0.0.1:8080" in said


def test_articles_are_counted_and_warnings_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    status = UpStatus({"cleaner": 1})
    status.say("cleaner", log("article", disposition="passed", stage="cleaner"))
    status.say("cleaner", log("offset committed"))
    status.say("cleaner", log("at least once", "warning"))
    assert capsys.readouterr().err == "", "no terminal, no line of totals"
    status.say("cleaner", log("topic gone", "warning", topic="articles.raw"))
    status.say("cleaner", "Traceback \x1b[2J")
    assert capsys.readouterr().err == "cleaner: topic gone topic=articles.raw\ncleaner: Traceback \ufffd[2J\n"
