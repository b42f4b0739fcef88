"""Names of people in what a page says of its authors."""

from __future__ import annotations

import pytest

from copydesk.cleaner.page.people import find_people


@pytest.mark.parametrize(
    ("value", "people"),
    [
        ("Jane Doe, John Roe & Mia Poe", ("Jane Doe", "John Roe", "Mia Poe")),
        ("Words by Jane Doe; John Roe", ("Jane Doe", "John Roe")),
        ("Jane Doe, Senior Science Editor", ("Jane Doe",)),
        ("Jane Doe | The Valley Times", ("Jane Doe",)),
        ("JANE O'DOE", ("Jane O'Doe",)),
        ("Jane Doe (Reuters)", ("Jane Doe",)),
        ("Von Jana Müller und Jörg Roth", ("Jana Müller", "Jörg Roth")),
        ("Newsroom", ()),
        ("The Valley Herald", ()),
        ("Night Desk Staff", ()),
        ("https://social.example/jane.doe", ()),
        ("jane@valley.example", ()),
        ("", ()),
        (" , and ,", ()),
        ("by " * 100_000, ()),
    ],
)
def test_people_are_told_from_roles_and_newsrooms(value: str, people: tuple[str, ...]) -> None:
    assert find_people(value) == people


def test_the_site_is_nobodys_name() -> None:
    assert find_people("Valley Voice", others=["The Valley Voice"]) == ()


def test_a_name_of_one_word_needs_the_page_to_say_that_it_is_a_person() -> None:
    assert (find_people("Bansi", is_person=True), find_people("Bansi")) == (("Bansi",), ())
