"""Flags of units, and their reasons."""

from __future__ import annotations

import msgspec
import pytest

from copydesk.coherence import CoherenceSettings, stage
from unit.coherence.articles import (
    BRIDGE,
    COOKS,
    SENTENCE,
    TITLE,
    article,
    bridge_with_intrusion,
    find_flags,
    measure,
    plain_article,
    require,
    score,
)


@pytest.mark.parametrize("place", [2, 4, len(BRIDGE)])
def test_an_off_topic_paragraph_is_flagged_with_reasons_in_any_place(place: int) -> None:
    result = measure([*BRIDGE[:place], COOKS[0], *BRIDGE[place:]])
    assert [unit.block for unit in result.units if unit.flag == "off_topic"] == [place]
    off_topic = result.units[place]
    assert any("with the rest" in reason for reason in off_topic.reasons)
    assert "kept by the cleaner" in off_topic.reasons
    assert result.structure == ("tail" if place == len(BRIDGE) else "intrusion")
    assert require(result.score) < 0.5


def test_a_related_headline_in_title_case_is_a_teaser_and_on_topic() -> None:
    result = measure([*BRIDGE[:3], "Port Allen Council Debates Harbour Bridge And Tunnel Tolls", *BRIDGE[3:]])
    assert result.units[3].flag == "teaser"
    assert any("headline" in reason for reason in result.units[3].reasons)
    assert [unit.block for unit in result.units if unit.flag != "none"] == [3]


def test_site_furniture_has_a_high_furniture_probability() -> None:
    result = measure([*BRIDGE[:3], "Read more: the bridge in pictures", *BRIDGE[3:]])
    others = [unit.furniture_probability for unit in result.units if unit.block != 3]
    assert result.units[3].flag == "furniture"
    assert result.units[3].furniture_probability > 0.6
    assert max(others) < 0.1


def test_furniture_that_shares_no_word_is_not_off_topic() -> None:
    result = measure([*BRIDGE, COOKS[0], "Subscribe to our newsletter"])
    assert [unit.flag for unit in result.units[7:]] == ["off_topic", "furniture"]
    assert result.structure == "tail"


def test_the_second_copy_of_a_paragraph_is_a_duplicate() -> None:
    result = measure([*BRIDGE, BRIDGE[2]])
    assert result.units[7].flag == "duplicate"
    assert result.units[7].reasons[0] == "the same words as block 2"
    assert result.units[2].flag == "none"


def test_identical_paragraphs_are_duplicates_of_the_first() -> None:
    units = score(plain_article([SENTENCE] * 12)).coherence.units
    assert [unit.flag for unit in units] == ["none"] + ["duplicate"] * 11


def test_a_caption_inside_a_longer_one_is_a_duplicate() -> None:
    caption = "Anna Berg at the harbour bridge of Port Allen on Tuesday"
    result = measure([("photo", caption), ("photo", f"{caption} Jon Doe Press Agency"), *BRIDGE])
    assert result.units[0].flag == "duplicate"
    assert result.units[0].reasons[0] == "its words stand in block 1"


def test_the_title_among_the_blocks_is_not_furniture() -> None:
    result = measure([TITLE, *BRIDGE])
    assert result.units[0].flag == "none"
    assert result.units[0].furniture_probability == 0


def test_a_higher_threshold_flags_less() -> None:
    result = stage.load(CoherenceSettings(off_topic_from=1.0))(bridge_with_intrusion()).coherence
    assert find_flags(result) == ["none"] * 6
    assert result.model.thresholds["off_topic"] == 1.0


@pytest.mark.parametrize(
    ("noise", "uncertain", "flag"), [(0.99, False, "off_topic"), (0.9, False, "none"), (0.99, True, "none")]
)
def test_what_the_cleaner_suspects_and_keeps_is_flagged(noise: float, uncertain: bool, flag: str) -> None:  # noqa: FBT001 - a case
    extracted = article(BRIDGE)
    blocks = [
        msgspec.structs.replace(block, noise_probability=noise if number == 3 else 0.0)
        for number, block in enumerate(extracted.blocks)
    ]
    cleaning = msgspec.structs.replace(extracted.cleaning, uncertain=uncertain)
    unit = score(msgspec.structs.replace(extracted, blocks=tuple(blocks), cleaning=cleaning)).coherence.units[3]
    is_flagged = flag != "none"
    assert unit.flag == flag
    assert any("the cleaner takes it for another story" in reason for reason in unit.reasons) == is_flagged
    assert (unit.off_topic_probability >= 0.97) == is_flagged
