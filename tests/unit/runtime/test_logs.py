"""Lines of the log: what articles bring into them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from copydesk.runtime.logs import set_up_logs
from copydesk.runtime.settings import Settings

EVIL = "\x1b[2J\x9b1m\u202egnp.exe\u2028\x7f\nforged: line"
CONTROLS = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2028)} - {"\n"}


@pytest.fixture(autouse=True)
def logging_of_before() -> Iterator[None]:
    """Handlers and levels as they were, after the test."""
    root, ours = logging.getLogger(), logging.getLogger("copydesk")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = before
    structlog.reset_defaults()


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_control_character_of_an_article_is_in_the_log(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    logger = set_up_logs(Settings(log_format=log_format), stage="probe")  # type: ignore[arg-type]
    logger.warning("article", article=EVIL, error=EVIL)
    logging.getLogger("other").warning("%s", EVIL)
    try:
        int(EVIL)
    except ValueError as error:
        error.add_note(EVIL)
        logger.exception("failed")
    text = capsys.readouterr().err
    assert not set(text) & CONTROLS, repr(text)
    lines = text.splitlines()
    if log_format == "json":
        assert [json.loads(line)["event"] for line in lines] == ["article", EVIL, "failed"]
        assert json.loads(lines[0])["article"] == EVIL
    else:
        assert "forged" in lines[0]
        assert "forged" in lines[1]
