"""Figures of the product on the development data must not fall below `floors/`. `gate.py` says how floors move."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from quality import gate

FLOORS = {stage: gate.read(stage) for stage in gate.STAGES}


@pytest.fixture(scope="module")
def measured(shared_folder: Path) -> Callable[[str], list[gate.Figure]]:
    """Measure a run once; the figures of the seed belong to all three stages."""
    known: dict[str, list[gate.Figure]] = {}

    def measure(run: str) -> list[gate.Figure]:
        if run not in known:
            known[run] = gate.measure(run, shared_folder)
        return known[run]

    return measure


@pytest.fixture
def say(pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print past pytest's capture: figures that hold are worth reading, too, and speeds are for reading only."""
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None

    def write(lines: str) -> None:
        with capsys.disabled():
            reporter.write_line(lines)

    return write


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(gate.RUN_SECONDS * 1.5)  # measuring ends itself first, and says what hung
@pytest.mark.parametrize(
    ("stage", "name"),
    [(stage, name) for name, source in gate.RUNS.items() for stage in source.owners],
)
def test_no_figure_is_below_its_floor(
    stage: str,
    name: str,
    shared_folder: Path,
    measured: Callable[[str], list[gate.Figure]],
    say: Callable[[str], None],
) -> None:
    run = FLOORS[stage].runs[name]
    again = f"python tests/quality/gate.py --update {stage}"
    changed = gate.changed(run.files, gate.hashes(name, shared_folder))
    if changed:
        pytest.fail(f"not what the floors were set on, measure again ({again}): {', '.join(changed)}", pytrace=False)

    verdicts = gate.compare(run, FLOORS[stage].epsilons, gate.owned(stage, name, measured(name)))

    say("\n".join([f"\n{stage}, {name} ({run.kind})", *map(str, verdicts)]))
    failed = [verdict for verdict in verdicts if verdict.fails]
    if failed:
        listed = "\n".join(str(verdict) for verdict in failed)
        pytest.fail(f"{len(failed)} of {len(verdicts)} figures, by {'; '.join(run.commands)}:\n{listed}", pytrace=False)
