"""Blocks to remove."""

from __future__ import annotations

from copydesk.cleaner import CleanerSettings, load
from unit.cleaner.articles import BODY, TITLE, article


def test_careful_setting_removes_less() -> None:
    lines = [TITLE, "By Jane Doe", *BODY, "Read more", "Latest News", "Facebook", "An odd line here"]
    raw = article("\n\n".join(lines))
    careful, strict = (load(CleanerSettings(remove_from=x))(raw) for x in (1.0, 0.3))
    assert len(careful.text) > len(strict.text)
