"""Signs on the surface of a block."""

from __future__ import annotations

import pytest

from copydesk.cleaner.rules.block_shape import find_signs


@pytest.mark.parametrize(
    ("text", "has_credit"),
    [
        ("Photo: Jo Park", True),
        ("Picture credit: Jo Park", True),
        ("Jo Park/Getty Images", True),
        ("The bridge (AP)", True),
        ("© Jo Park", True),
        ("A photo finish (of sorts)", False),
        ("The mayor: nobody was hurt", False),
        ("and/or", False),
    ],
)
def test_the_sign_of_a_credit(text: str, *, has_credit: bool) -> None:
    assert find_signs(text)[0] is has_credit
