"""Site memory on a real feed: repeated noise goes, body stays (`site_memory.py` prints the table)."""

from __future__ import annotations

from pathlib import Path

import pytest

from quality.site_memory import Sums, load_labels, read_feed, run

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def sums(shared_folder: Path) -> Sums:
    feed = shared_folder / "data" / "feed" / "dev.jsonl.xz"
    return run(list(read_feed(feed)), load_labels(feed))


def test_repeated_noise_goes_from_the_third_story_on(sums: Sums) -> None:
    assert sums.labelled_noise >= 0.85, sums


def test_labelled_body_stays(sums: Sums) -> None:
    assert sums.labelled_body <= 1e-4, sums


def test_an_article_that_comes_again_keeps_its_body(sums: Sums) -> None:
    assert sums.rescraped <= 0.002, sums
