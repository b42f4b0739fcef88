"""Times of publication as pages write them."""

from __future__ import annotations

import pytest

from copydesk.cleaner.page.times import read_time


@pytest.mark.parametrize(
    ("value", "time", "is_exact"),
    [
        ("2025-06-07T08:09:10.123Z", "2025-06-07T08:09:10.123000+00:00", True),
        ("2025-06-07T08:09:10+0530", "2025-06-07T08:09:10+05:30", True),
        ("Sat, 07 Jun 2025 08:09:10 GMT", "2025-06-07T08:09:10+00:00", True),
        ("1749283750", "2025-06-07T08:09:10+00:00", True),
        ("1749283750123", "2025-06-07T08:09:10+00:00", True),
        ("2025-06-07 08:09", "2025-06-07T00:00:00+00:00", False),
        ("7 June 2025", "2025-06-07T00:00:00+00:00", False),
        ("07.06.2025, 08:09", "2025-06-07T00:00:00+00:00", False),
        ("6/17/2025 8:09 PM", "2025-06-17T00:00:00+00:00", False),
    ],
)
def test_every_common_form_is_read(value: str, time: str, is_exact: bool) -> None:  # noqa: FBT001 - a parameter
    found = read_time(value)
    assert found is not None
    assert (found.time.isoformat(), found.is_exact) == (time, is_exact)


@pytest.mark.parametrize(
    "value",
    ["", "soon", "2025", "06/07/2025", "99999999999999", "0001-01-01T00:00:00+23:59", "31/31/2025", "9" * 100_000],
)
def test_what_gives_no_day_for_sure_is_no_time(value: str) -> None:
    assert read_time(value) is None
