"""The soak's verdict tells growth that ends from growth that does not."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from bench.soak import SAMPLE_SECONDS, Sample, rising

Size = Callable[[float], float]
"""MiB at a minute."""


def soak(size: Size, *, minutes: float = 30, noise: float = 1.0, files: Size = lambda _: 40.0) -> list[str]:
    """The verdict on a process of that size, with noise of that standard deviation."""
    rnd = random.Random(4)
    samples = [
        Sample(
            seconds=number * SAMPLE_SECONDS,
            mebibytes={"coherence, stage": size(minute) + rnd.gauss(0, noise)},
            files={"coherence, stage": round(files(minute))},
            under_way=rnd.randint(250, 300),
            ended=number * 40,
        )
        for number in range(int(minutes * 60 / SAMPLE_SECONDS))
        for minute in [number * SAMPLE_SECONDS / 60]
    ]
    return rising(samples)


@pytest.mark.parametrize(
    "size",
    [
        lambda minute: 100 + 30 * minute / 60,
        lambda minute: 100 + 60 * minute / 60,
        lambda minute: 100 + 5 * (minute // 10 * 3 + minute % 10 // 3),  # in steps
        lambda minute: 70 + 40 * (1 - math.exp(-minute / 4)) + 30 * minute / 60,  # under a cache that fills
    ],
)
def test_a_leak_fails(size: Size) -> None:
    problems = soak(size)
    assert len(problems) == 1
    assert problems[0].startswith("MiB, coherence, stage: rose by")


@pytest.mark.parametrize(
    ("size", "noise"),
    [
        (lambda _: 100.0, 1.0),
        (lambda _: 100.0, 8.0),
        (lambda minute: 70 + 4 * min(minute, 10), 1.0),  # a cache that fills in ten minutes
        (lambda minute: 70 + 40 * (1 - math.exp(-minute / 4)), 1.0),
        (lambda minute: 100 + 20 * (minute > 23), 1.0),  # one large article
        (lambda minute: 130 - 20 * minute / 60, 1.0),
    ],
)
def test_what_ends_passes(size: Size, noise: float) -> None:
    assert soak(size, noise=noise) == []


def test_files_that_stay_open_fail() -> None:
    (problem,) = soak(lambda _: 100.0, files=lambda minute: 40 + minute)
    assert problem.startswith("open files, coherence, stage: rose by")
