"""Colours of relevance."""

from __future__ import annotations

from copydesk.cli.render.palette import CIVIDIS, shade


def test_the_scale_is_dark_where_nothing_fits() -> None:
    assert shade(-1) == CIVIDIS[0]
    assert shade(1) == CIVIDIS[-1]
