"""Copies and quotations are found, and an alarm about the wording has a reason (`related.py` prints the figures)."""

from __future__ import annotations

from pathlib import Path

import pytest

from quality.related import CopyFigures, QuoteFigures, measure_copies, measure_quotations, measure_real_pairs

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def copies(shared_folder: Path) -> CopyFigures:
    return measure_copies(shared_folder / "data")


@pytest.fixture(scope="module")
def quotations(shared_folder: Path) -> QuoteFigures:
    return measure_quotations(shared_folder / "data")


def test_copies_are_found_and_other_texts_are_none(copies: CopyFigures) -> None:
    assert copies.pairs.f >= 0.97, copies
    assert copies.pairs.precision >= 0.95, copies


def test_a_copy_costs_little(copies: CopyFigures) -> None:
    assert copies.bytes <= 5_000, copies
    assert copies.per_second >= 200, copies


def test_changed_quotations_are_found(quotations: QuoteFigures) -> None:
    assert quotations.pairs.f >= 0.97, quotations


def test_an_alarm_has_a_reason(quotations: QuoteFigures) -> None:
    assert quotations.false_alarms <= 0.02, quotations
    assert quotations.misquotes_found >= 0.95, quotations


def test_real_pairs_are_told_apart(shared_folder: Path) -> None:
    pairs = measure_real_pairs(shared_folder / "data")
    assert pairs.precision >= 0.95, pairs
    assert pairs.recall >= 0.80, pairs
