"""The headline of a page, without the site's name."""

from __future__ import annotations

import pytest

from copydesk.cleaner.page.titles import find_title

HEADLINE = "Ministers agree on a toll for the tunnel"


@pytest.mark.parametrize(
    ("shared", "title", "headings", "sites", "expected"),
    [
        (HEADLINE, f"{HEADLINE} | Valley Voice", [HEADLINE], [], HEADLINE),
        ("", f"{HEADLINE} | Valley Voice", ["Valley Voice"], [], HEADLINE),
        ("", f"{HEADLINE} - Valley Voice", ["Transport"], [], HEADLINE),
        (f"{HEADLINE} - Valley Voice", "", [], ["Valley Voice"], HEADLINE),
        ("", f"Valley Voice: {HEADLINE}", ["Other news", HEADLINE], [], HEADLINE),
        ("", "Tunnel toll - but who pays?", [], [], "Tunnel toll - but who pays?"),
        ("", "Toll | Tunnel", [], [], "Toll | Tunnel"),
        ("", "", [HEADLINE], [], HEADLINE),
        ("", "", [], [], None),
    ],
)
def test_the_headline_is_found(
    shared: str, title: str, headings: list[str], sites: list[str], expected: str | None
) -> None:
    assert find_title(shared, title, headings, sites) == expected
