"""The gate lets nothing worse pass, and no floor sinks without a reason."""

from __future__ import annotations

import doctest
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from quality import gate
from quality.gate import Bound, Epsilon, Figure, Floors, LoweringError, Run

EPSILONS = {
    "exact": Epsilon(value=0, why="a count"),
    "digits": Epsilon(value=0.001, why="processors differ in the last digits"),
}
F1 = "shingle F1"
LOST = "body lost"


def floors(**figures: Bound) -> Floors:
    run = Run(
        kind="", commands=[], files={}, figures={name.replace("_", " "): bound for name, bound in figures.items()}
    )
    return Floors(stage="cleaner", epsilons=EPSILONS, runs={"html": run}, lowered=[])


def held() -> Floors:
    """Shingle F1 may not fall below .9, body lost not rise above .01."""
    return floors(
        shingle_F1=Bound(floor=0.9, seen=0.9, epsilon="digits"),
        body_lost=Bound(ceiling=0.01, seen=0.01, epsilon="digits"),
    )


def figures(f1: float | None = 0.9, lost: float | None = 0.01) -> list[Figure]:
    return [Figure(F1, f1, "higher"), Figure(LOST, lost, "lower")]


def words(measured: Iterable[Figure]) -> list[str]:
    return [verdict.word for verdict in gate.compare(held().runs["html"], EPSILONS, measured)]


def moved(measured: list[Figure], *lower: str, reason: str | None = None, of: Floors | None = None) -> Floors:
    return gate.move(of or held(), "html", {"data": "5e"}, measured, lower=lower, reason=reason)


# ---------------------------------------------------------------- comparing


@pytest.mark.parametrize(
    ("value", "word"), [(0.8989, "worse"), (0.899, "holds"), (0.8999, "holds"), (0.9, "holds"), (0.95, "better")]
)
def test_a_floor_holds_down_to_its_epsilon(value: float, word: str) -> None:
    assert words(figures(f1=value)) == [word, "holds"]


@pytest.mark.parametrize(
    ("value", "word"), [(0.0111, "worse"), (0.011, "holds"), (0.0101, "holds"), (0.01, "holds"), (0.005, "better")]
)
def test_a_ceiling_holds_up_to_its_epsilon(value: float, word: str) -> None:
    assert words(figures(lost=value)) == ["holds", word]


def test_only_worse_and_missing_figures_shut_the_gate() -> None:
    run = held().runs["html"]
    verdicts = gate.compare(run, EPSILONS, [*figures(f1=0.5, lost=0.001), Figure("documents per CPU-second", 3.0)])
    assert {verdict.figure.name: verdict.fails for verdict in verdicts} == {
        F1: True,
        LOST: False,
        "documents per CPU-second": False,
    }


def test_a_figure_that_is_not_measured_any_more_fails() -> None:
    assert words(figures()[:1]) == ["holds", "missing"]


def test_a_figure_without_a_value_fails() -> None:
    assert words(figures(f1=None)) == ["missing", "holds"]


@pytest.mark.parametrize("name", gate.ALWAYS_ZERO)
def test_lost_and_broken_documents_fail_without_any_floor(name: str) -> None:
    run = held().runs["html"]
    verdicts = [
        gate.compare(run, EPSILONS, [*figures(), Figure(f"cleaner: {name}", n)])[-1].fails for n in (0, 1, None)
    ]
    assert verdicts == [False, True, True]


def test_the_table_names_figure_value_floor_verdict_and_goal() -> None:
    run = held().runs["html"]
    line = str(gate.compare(run, EPSILONS, [Figure(F1, 0.8712, "higher", 0.96, "296 pages")])[0])
    assert line.split() == ["worse", "shingle", "F1", "0.8712", ">=", "0.9", "goal", "0.96", "296", "pages"]


def test_a_bound_is_a_floor_or_a_ceiling() -> None:
    for fields in ({}, {"floor": 1, "ceiling": 2}):
        with pytest.raises(msgspec.ValidationError, match="either a floor or a ceiling"):
            msgspec.convert({**fields, "seen": 1, "epsilon": "digits"}, Bound)


def test_the_examples_in_the_docstrings_are_true() -> None:
    tried = doctest.testmod(gate)
    assert tried.attempted > 5
    assert not tried.failed


# ---------------------------------------------------------------- moving the floors


def test_better_figures_raise_their_floors() -> None:
    run = moved(figures(f1=0.95678, lost=0.00512)).runs["html"]
    assert run.figures == {
        F1: Bound(floor=0.9567, seen=0.95678, epsilon="digits"),
        LOST: Bound(ceiling=0.0052, seen=0.00512, epsilon="digits"),
    }
    assert [verdict.word for verdict in gate.compare(run, EPSILONS, figures(f1=0.95678, lost=0.00512))] == ["holds"] * 2


def test_floors_do_not_sink_by_small_steps() -> None:
    assert moved(figures(f1=0.8995, lost=0.0105)).runs["html"].figures == held().runs["html"].figures


@pytest.mark.parametrize(("worse", "name"), [(figures(f1=0.85), F1), (figures(lost=0.02), LOST), (figures()[1:], F1)])
def test_lowering_is_refused_and_names_the_figure(worse: list[Figure], name: str) -> None:
    with pytest.raises(LoweringError, match=f"--lower 'html: {name}'"):
        moved(worse)


def test_lowering_without_a_reason_is_refused() -> None:
    with pytest.raises(LoweringError, match=F1):
        moved(figures(f1=0.85), f"html: {F1}")


def test_only_the_named_figure_may_get_worse() -> None:
    with pytest.raises(LoweringError, match=LOST):
        moved(figures(f1=0.85, lost=0.02), f"html: {F1}", reason="faster")


def test_a_reason_lowers_the_named_figure_and_stays_in_the_file() -> None:
    new = moved(figures(f1=0.85, lost=0.005), f"html: {F1}", reason="a tenth of the time")
    assert new.runs["html"].figures[F1] == Bound(floor=0.85, seen=0.85, epsilon="digits")
    assert new.runs["html"].figures[LOST].value == 0.005
    assert msgspec.to_builtins(new.lowered) == [
        {"figure": f"html: {F1}", "from": 0.9, "to": 0.85, "reason": "a tenth of the time"}
    ]


def test_a_figure_that_is_gone_takes_its_floor_along_only_with_a_reason() -> None:
    new = moved(figures()[1:], f"html: {F1}", reason="the scorer renamed it")
    assert list(new.runs["html"].figures) == [LOST]
    assert [(entry.was, entry.to) for entry in new.lowered] == [(0.9, None)]


def test_lowering_what_holds_is_refused() -> None:
    with pytest.raises(LoweringError, match="nothing to lower"):
        moved(figures(), f"html: {F1}", reason="to be safe")


def test_no_reason_lets_a_document_be_lost() -> None:
    name = "cleaner: documents lost, runs with problems"
    with pytest.raises(LoweringError, match="must be 0"):
        moved([*figures(), Figure(name, 1, "lower")], f"html: {name}", reason="it was a bad one")


def test_figures_with_a_goal_get_a_floor_and_machine_figures_none() -> None:
    new = moved(
        [
            Figure("recall", 0.87654, "higher", 0.9),
            Figure("noise", 0.12341, "lower", 0.1),
            Figure("quotes found of 9", 8, "higher", 9),
            Figure("documents per CPU-second", 300.0, "higher", 200),
            Figure("found: tags", 0.5),
            Figure("nothing to count", None, "higher", 0.5),
        ],
        of=floors(),
    )
    assert new.runs["html"].figures == {
        "recall": Bound(floor=0.8765, seen=0.87654, epsilon="digits"),
        "noise": Bound(ceiling=0.1235, seen=0.12341, epsilon="digits"),
        "quotes found of 9": Bound(floor=8, seen=8, epsilon="exact"),
    }


# ---------------------------------------------------------------- the files


@pytest.mark.parametrize("stage", gate.STAGES)
def test_every_committed_floor_is_complete(stage: str) -> None:
    floors_ = gate.read(stage)
    assert floors_.stage == stage
    assert set(floors_.runs) == {name for name, source in gate.RUNS.items() if stage in source.owners}
    for name, run in floors_.runs.items():
        assert run.kind == gate.RUNS[name].kind
        assert set(run.files) == set(gate.RUNS[name].files)
        assert all(len(digest) == 64 for digest in run.files.values())
        assert {bound.epsilon for bound in run.figures.values()} <= set(floors_.epsilons)
        assert all(bound.gain(bound.seen) >= 0 for bound in run.figures.values()), "a floor above what was seen"
        for figure, bound in run.figures.items():
            assert bound.floor is None or bound.floor > floors_.epsilons[bound.epsilon].value, f"{figure} cannot fail"
        assert not any(figure.endswith(gate.NOT_ASSERTED) for figure in run.figures)
    assert all(epsilon.why for epsilon in floors_.epsilons.values())
    assert all(entry.reason for entry in floors_.lowered)


@pytest.mark.parametrize("stage", gate.STAGES)
def test_writing_what_was_read_changes_nothing(stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (gate.FLOORS / f"{stage}.json").read_bytes()
    floors_ = gate.read(stage)
    monkeypatch.setattr(gate, "FLOORS", tmp_path)
    gate.write(floors_)
    assert (tmp_path / f"{stage}.json").read_bytes() == before


def test_a_changed_or_missing_data_file_is_named(tmp_path: Path) -> None:
    for name in gate.RUNS["html"].files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"{}\n")
    pinned = gate.hashes("html", tmp_path)
    assert gate.changed(pinned, gate.hashes("html", tmp_path)) == []
    (tmp_path / "data/html/dev.jsonl.xz").write_bytes(b"{}\n{}\n")
    (tmp_path / "score/contract.py").unlink()
    assert gate.changed(pinned, gate.hashes("html", tmp_path)) == ["data/html/dev.jsonl.xz", "score/contract.py"]


# ---------------------------------------------------------------- the command

SCORER = """
import json, numpy, os, sys
rows = [
    {"name": "shingle F1", "value": 0.97, "op": ">=", "goal": 0.96, "note": ""},
    {"name": "   recall by kind", "value": "", "op": None, "goal": None, "note": "words"},
    {"name": "lines of 6", "value": numpy.int64(5), "op": ">=", "goal": 6, "note": ""},
    {"name": "nothing there", "value": float("nan"), "op": ">=", "goal": 0.5, "note": ""},
]
with open(sys.argv[sys.argv.index("--json") + 1], "w") as file:
    json.dump({sys.argv[1]: {"rows": rows}}, file)
sys.exit(STATUS)
"""


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shared folder whose scorer always finds the same, and a stage with this one run."""
    monkeypatch.setattr(gate, "RUNS", {"html": gate.Source(("score/measure_dev.py",), {"cleaner": gate.ALL})})
    monkeypatch.setattr(gate, "FLOORS", tmp_path)
    (tmp_path / "score").mkdir()
    (tmp_path / "score/measure_dev.py").write_text(SCORER.replace("STATUS", "1"))
    return tmp_path


def test_measuring_reads_numbers_numpys_too_and_no_nan(shared: Path) -> None:
    assert gate.measure("html", shared) == [
        Figure("shingle F1", 0.97, "higher", 0.96),
        Figure("lines of 6", 5, "higher", 6),
        Figure("nothing there", None, "higher", 0.5),
    ]


def test_a_scorer_that_fails_is_no_measurement(shared: Path) -> None:
    (shared / "score/measure_dev.py").write_text("raise SystemExit(2)")
    with pytest.raises(gate.MeasuringError, match="exit status 2"):
        gate.measure("html", shared)
    (shared / "score/measure_dev.py").write_text("1 / 0")
    with pytest.raises(gate.MeasuringError, match="ZeroDivisionError"):
        gate.measure("html", shared)


def test_a_run_that_hangs_is_ended_and_named(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "RUN_SECONDS", 0.2)
    (shared / "score/measure_dev.py").write_text("import time; time.sleep(60)")
    with pytest.raises(gate.MeasuringError, match=r"measure_dev\.py html .*: not done after 0\.2 s"):
        gate.measure("html", shared)


def test_update_raises_freely(shared: Path) -> None:
    gate.write(floors(shingle_F1=Bound(floor=0.9, seen=0.9, epsilon="digits")))
    assert gate.main(["--update", "cleaner", "--shared", str(shared)]) == 0
    run = gate.read("cleaner").runs["html"]
    assert run.figures[F1] == Bound(floor=0.97, seen=0.97, epsilon="digits")
    assert run.files == gate.hashes("html", shared)
    assert run.commands == ["python ../shared/score/measure_dev.py html --json FILE --copydesk 'PYTHON -m copydesk'"]


def test_update_refuses_to_lower_and_writes_nothing(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gate.write(floors(shingle_F1=Bound(floor=0.99, seen=0.99, epsilon="digits")))
    before = (shared / "cleaner.json").read_bytes()
    assert gate.main(["--update", "cleaner", "--shared", str(shared)]) == 1
    assert "--lower 'html: shingle F1'   (0.99 -> 0.97)" in capsys.readouterr().err
    assert (shared / "cleaner.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(["--lower", f"html: {F1}"], "needs a --reason"), (["--lower", F1, "--reason", "so"], f"no such figure: {F1}")],
)
def test_update_refuses_half_an_order(
    shared: Path, arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    gate.write(floors(shingle_F1=Bound(floor=0.99, seen=0.99, epsilon="digits")))
    assert gate.main(["--update", "cleaner", "--shared", str(shared), *arguments]) == 1
    assert complaint in capsys.readouterr().err


def test_update_lowers_with_a_reason(shared: Path) -> None:
    gate.write(floors(shingle_F1=Bound(floor=0.99, seen=0.99, epsilon="digits")))
    asked = ["--update", "cleaner", "--shared", str(shared), "--lower", f"html: {F1}", "--reason", "a fairer scorer"]
    assert gate.main(asked) == 0
    written = json.loads((shared / "cleaner.json").read_bytes())
    assert written["runs"]["html"]["figures"][F1]["floor"] == 0.97
    assert written["lowered"] == [{"figure": f"html: {F1}", "from": 0.99, "to": 0.97, "reason": "a fairer scorer"}]


def test_the_product_that_is_measured_is_this_interpreters_without_settings(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_CLEANER_REMOVE_FROM", "0.99")
    note = 'sys.argv[-1] + str([name for name in os.environ if name.startswith("COPYDESK_")])'
    script = SCORER.replace('"note": ""', f'"note": {note}', 1).replace("STATUS", "0")
    (shared / "score/measure_dev.py").write_text(script)
    assert gate.measure("html", shared)[0].note == f"{sys.executable} -m copydesk[]"
