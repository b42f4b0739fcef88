"""Time of an article, and the day that it belongs to."""

from __future__ import annotations

from datetime import UTC, datetime

from copydesk.viewer.summary import Summary


def article_time(summary: Summary) -> int:
    """Time of publication, or of arrival if that is unknown, in milliseconds since 1970."""
    return summary.arrived if summary.published is None else summary.published


def format_day(milliseconds: int) -> str:
    """Day of a time, in UTC.

    >>> format_day(1_000), format_day(10**18)
    ('1970-01-01', '1970-01-01')
    """
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # a message may hold any number as its time
        return "1970-01-01"


__all__ = ["article_time", "format_day"]
