"""Times of publication as pages write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import msgspec
from htmldate.extractors import try_date_expr

EARLIEST, LATEST = datetime(1900, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - what htmldate takes
"""Days that a page's date lies between. There is no clock here: the same page gives the same date at any time."""

MAX_CHARACTERS = 60
"""Characters of a date that are read."""

_EPOCH = re.compile(r"(\d{10})(?:\d{3})?").fullmatch
_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})\b(.{0,40})", re.DOTALL).match


class PageTime(NamedTuple):
    """A time that a page gives.

    Attributes:
        time: The time; midnight UTC of the day if the page does not say more for sure.
        is_exact: True if the page gives the time of day with its offset.
    """

    time: datetime
    is_exact: bool


def read_time(value: str) -> PageTime | None:
    """The time in a string of any common form; None if there is none, or nobody knows which day it means.

    A time without an offset gives its day only, for nobody knows its time zone.

    >>> read_time("2023-12-22T10:00:00+01:00").time.isoformat(), read_time("2023-12-22T10:00:00").time.isoformat()
    ('2023-12-22T10:00:00+01:00', '2023-12-22T00:00:00+00:00')
    >>> read_time("22/12/2023 9:30 AM").time.isoformat(), read_time("03/04/2023"), read_time("last week")
    ('2023-12-22T00:00:00+00:00', None, None)
    """
    value = " ".join(value[: 2 * MAX_CHARACTERS].split())[:MAX_CHARACTERS]
    if not any(char.isdigit() for char in value):
        return None
    try:
        found = _read_iso(value) or _read_epoch(value) or _read_mail(value)
        if found is None:
            day = _read_numbers(value) if _NUMBERS(value) else _read_words(value)
            found = None if day is None else PageTime(day, is_exact=False)
        if found is None or not EARLIEST < found.time.astimezone(UTC).replace(tzinfo=None) < LATEST:
            return None
        # refuse what the contract cannot carry: RFC 3339 has whole minutes in offsets
        msgspec.json.decode(msgspec.json.encode(found.time), type=datetime)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return found


def _read_iso(value: str) -> PageTime | None:
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    if time.tzinfo is None:
        return PageTime(datetime(time.year, time.month, time.day, tzinfo=UTC), is_exact=False)
    return PageTime(time, is_exact=True)


def _read_epoch(value: str) -> PageTime | None:
    match = _EPOCH(value)
    return PageTime(datetime.fromtimestamp(int(match[1]), UTC), is_exact=True) if match else None


def _read_mail(value: str) -> PageTime | None:
    """The time in a string such as "Tue, 03 Mar 2026 10:00:00 GMT"."""
    if value.count(":") < 2 or not value[:1].isalpha():
        return None
    try:
        time = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return PageTime(time, is_exact=True) if time.tzinfo is not None else None


def _read_numbers(value: str) -> datetime | None:
    """Day of a date in numbers; None if it may be either of two days. Only Americans write AM and PM with slashes."""
    match = _NUMBERS(value)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    is_american = match[2] == "/" and re.search(r"\d ?[ap]\.?m", match[5], re.IGNORECASE) is not None
    if match[2] == "." or first > 12 or first == second:
        return datetime(year, second, first, tzinfo=UTC)
    if second > 12 or is_american:
        return datetime(year, first, second, tzinfo=UTC)
    return None


def _read_words(value: str) -> datetime | None:
    """Day of a date in words, by htmldate."""
    day = try_date_expr(value, "%Y-%m-%d", False, EARLIEST, LATEST)  # noqa: FBT003 - its order
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
