"""The quality gate: figures of the stages on the development data must not get worse unnoticed.

`floors/STAGE.json` holds, per figure, the floor (or the ceiling, where lower is better) and the value seen when it was
set. `test_floors.py` measures and compares. This is how floors move:

    python tests/quality/gate.py --update STAGE
    python tests/quality/gate.py --update STAGE --lower "RUN: FIGURE" --reason "why that is worth it"

Raising is free. Lowering needs the figure's name and a reason, which stays in the file (`lowered`) for good.
A figure for which the scorers set a goal gets its floor by itself; any other is held as soon as it has an entry in the
file that says which way is better, `"FIGURE": {"floor": 0, "seen": 0, "epsilon": "digits"}`, and --update raised it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

ROOT = Path(__file__).parents[2]
FLOORS = Path(__file__).with_name("floors")
STAGES = ("cleaner", "extractor", "coherence")

# The longest run (out of fold: five models are trained, of two chains each) takes fifteen minutes of CPU; busy
# neighbours make half an hour of it.
RUN_SECONDS = 3_600
# Floors are written with four places, as the scorers print them.
PLACES = 4

SHIPPED = "in-sample: shipped product on dev data"
UNSEEN = "out-of-fold: fold models on dev articles of domains that they never saw"
UNSEEN_PAGES = "out-of-fold: the product with fold models on pages of publishers that they never saw"
UNSEEN_SOURCES = "out-of-fold: models on dev articles of sources that they never saw"

ALWAYS_ZERO = (
    "documents lost, runs with problems",
    "documents rejected",
    "documents that break the contract",
    "documents whose text was changed",
    "odd inputs: failures (NaN, exceptions, broken output)",
)
"""Ends of the names of figures that may be nothing but 0: these are promises, no floor trades them for anything."""

NOT_ASSERTED = ("per CPU-second", "memory, MB")
"""Ends of the names of figures that depend on the machine and what else runs on it: printed only."""

Better = Literal["higher", "lower"]


# ---------------------------------------------------------------- what is measured


class Figure(NamedTuple):
    """One measured number; `better` and `goal` are None where the scorers set no goal."""

    name: str
    value: float | None
    better: Better | None = None
    goal: float | None = None
    note: str = ""


class Source(NamedTuple):
    """Files of the shared folder that a run reads, and the stage of each figure, by the start of its name."""

    files: tuple[str, ...]
    owners: Mapping[str, tuple[str, ...]]
    kind: str = SHIPPED


def _data(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"data/{folder}/{name}" for name in names)


ALL: tuple[str, ...] = ("",)  # every figure of the run
SCORERS = ("score/measure_dev.py", "score/measure_common.py", "score/contract.py")
CLEANING = (*_data("cleaning", "dev.jsonl"), "score/score_cleaning.py")
FURTHER = _data(
    "cleaning_more", *(f"{name}.jsonl.xz" for name in ("fundus", "mercury", "newspaper", "readability", "wcxb"))
)
"""Labelled articles of further sites, which the cleaner's model learns from."""
SETS = _data("coherence", *(f"{name}.jsonl" for name in ("intrusion", "residue", "ranking", "newsconcat", "choi")))
RUNS: Mapping[str, Source] = {
    "cleaning": Source((*CLEANING, *SCORERS), {"cleaner": ALL}),
    "out-of-fold": Source((*CLEANING, *FURTHER, "score/injection.py", *SCORERS), {"cleaner": ALL}, UNSEEN),
    "html": Source((*_data("html", "dev.jsonl.xz"), "score/score_html.py", *SCORERS), {"cleaner": ALL}),
    "html-unseen": Source(
        (
            *_data("html", "dev.jsonl.xz"),
            *_data("html_more", *(f"{name}.jsonl.xz" for name in ("fundus", "mercury", "newspaper"))),
            "score/score_html.py",
        ),
        {"cleaner": ALL},
        UNSEEN_PAGES,
    ),
    "injection": Source((*CLEANING, "score/injection.py", "score/score_coherence.py", *SCORERS), {"cleaner": ALL}),
    "quotes": Source((*_data("quotes", "dev.jsonl"), "score/score_quotes.py", *SCORERS), {"extractor": ALL}),
    "entities": Source((*_data("entities", "dev.jsonl"), "score/score_entities.py", *SCORERS), {"extractor": ALL}),
    "trials-cleaner": Source((*_data("trials", "cleaner.jsonl"), "score/score_trials.py"), {"cleaner": ALL}),
    "trials": Source((*_data("trials", "extractor.jsonl"), "score/score_trials.py"), {"extractor": ALL}),
    "coherence": Source((*SETS, "score/score_coherence.py", *SCORERS), {"coherence": ALL}),
    "coherence-unseen": Source(
        (
            *SETS,
            *_data("coherence", "residue_types.json"),
            *CLEANING[:1],
            *_data("feed", "dev.jsonl.xz"),
            "score/score_coherence.py",
            "score/contract.py",
        ),
        {"coherence": ALL},
        UNSEEN_SOURCES,
    ),
    "coherence-lengths": Source(SETS[:1], {"coherence": ALL}, UNSEEN_SOURCES),
    "seed": Source(
        (*(f"data/{folder}/seed_gold.json" for folder in ("cleaning", "quotes", "coherence")), *SCORERS),
        {
            "cleaner": ("cleaner",),
            "extractor": ("extractor", "entities", "quotes"),
            "coherence": ("coherence", "chain"),  # the chain ends here: whatever breaks it shows at its end
        },
    ),
}
"""The runs by name; all but trials, lengths and the three out of fold are verbs of the shared measure_dev.py."""


class MeasuringError(Exception):
    """A measuring run did not come to figures."""


NUMPY_TOO = """
import json, runpy, sys
json.JSONEncoder.default = lambda self, number: number.item()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a scorer whose --json may write numpy's numbers: measure_dev.py counts the seed's lines with them and fails."""


def commands(run: str, shared: str, out: str) -> list[list[str]]:
    """The command lines of a run, without the interpreter; the last one leaves its JSON in `out` or prints it.

    >>> commands("html", "../shared", "F")
    [['../shared/score/measure_dev.py', 'html', '--json', 'F', '--copydesk', 'PYTHON -m copydesk']]
    """
    if run == "coherence-unseen":
        return [
            ["-m", "copydesk.coherence.train", f"{shared}/data", "--out-of-fold", f"{out}.ndjson"],
            ["tests/quality/coherence_unseen.py", shared, f"{out}.ndjson", out],
        ]
    if run == "html-unseen":
        pages = [f"{shared}/data/html/dev.jsonl.xz"]
        pages += [f"{shared}/data/html_more/{name}.jsonl.xz" for name in ("fundus", "mercury", "newspaper")]
        return [
            ["-m", "copydesk.cleaner.page.train", *pages, "--out-of-fold", f"{out}.ndjson"],
            ["tests/quality/pages_unseen.py", shared, f"{out}.ndjson", out],
        ]
    scripts = {
        "coherence-lengths": ["tests/quality/coherence_lengths.py", shared, out],
        "trials-cleaner": ["tests/quality/trials_cleaned.py", shared, out, "PYTHON -m copydesk"],
        "trials": ["tests/quality/trials_extracted.py", shared, out, "PYTHON -m copydesk"],
    }
    if run in scripts:
        return [scripts[run]]
    if run != "out-of-fold":
        return [[f"{shared}/score/measure_dev.py", run, "--json", out, "--copydesk", "PYTHON -m copydesk"]]
    gold = f"{shared}/data/cleaning/dev.jsonl"
    further = ["--further", *(f"{shared}/{name}" for name in FURTHER)]
    others = ["--sentences", f"{out}.sentences", "--others", f"{out}.cases", f"{out}.injected"]
    return [
        ["tests/quality/unseen.py", shared, "cases", out],
        ["-m", "copydesk.cleaner.model.train", gold, *further, "--out-of-fold", out, *others],
        ["tests/quality/unseen.py", shared, "score", out],
    ]


def measure(run: str, shared: Path) -> list[Figure]:
    """The figures of a run over all of its data, measured with this interpreter.

    Raises:
        MeasuringError: it failed, or ran into `RUN_SECONDS`.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        said = ""
        for command in commands(run, str(shared), str(out)):
            lenient = ["-c", NUMPY_TOO] if command[0].endswith("measure_dev.py") else []
            said = _call([*lenient, *(part.replace("PYTHON", shlex.quote(sys.executable)) for part in command)])
        if run == "out-of-fold":
            return _read_cleaning_scores(json.loads(said))
        return _read_rows(json.loads(out.read_bytes())[run]["rows"])


def _call(arguments: Sequence[str]) -> str:
    """Output of a Python program. It gets no COPYDESK_* variables, and it ends with this process."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COPYDESK_")}
    environ |= {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}  # the shared folder is not ours to write to
    shown = shlex.join(part for part in arguments if part not in {"-c", NUMPY_TOO})
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # so that the product's process, its child, can be ended with it
    )
    try:
        said, complaint = process.communicate(timeout=RUN_SECONDS)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise MeasuringError(f"{shown}: not done after {RUN_SECONDS} s") from None
        raise
    if process.returncode not in {0, 1}:  # 1: a goal is missed, which is not what the gate asks
        raise MeasuringError(f"{shown}: exit status {process.returncode}\n{complaint[-2000:]}")
    if process.returncode == 1 and "Traceback" in complaint:
        raise MeasuringError(f"{shown}\n{complaint[-2000:]}")
    return said


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    return None  # NaN is what a scorer says when there was nothing to count


def _read_rows(rows: Iterable[Mapping[str, Any]]) -> list[Figure]:
    better: Mapping[str | None, Better | None] = {">=": "higher", "<=": "lower", None: None}
    return [
        Figure(row["name"].strip(), _number(row["value"]), better[row["op"]], row["goal"], row["note"])
        for row in rows
        if row["value"] != ""  # a line of several numbers, for the eye
    ]


OUT_OF_FOLD: tuple[tuple[str, tuple[str, ...], Better, float | None], ...] = (
    ("noise left at body lost <= 1 % (best threshold here)", ("sweep", "noise_left"), "lower", 0.27),
    ("noise-block F1 at that threshold", ("sweep", "noise_F1"), "higher", 0.86),
    ("articles losing a paragraph at that threshold", ("sweep", "para_loss"), "lower", 0.23),
    ("teasers found at that threshold", ("sweep", "reasons", "teaser"), "higher", 0.57),
    ("captions found at that threshold", ("sweep", "reasons", "caption"), "higher", 0.70),
    ("copies of body text found at that threshold", ("sweep", "reasons", "duplicate"), "higher", 0.28),
    ("injected mid-article, random, found at 1 % of body flagged", ("injected", "para_mid"), "higher", 0.90),
    ("injected mid-article, most similar, found at 1 % of body flagged", ("injected", "para_hard"), "higher", 0.40),
    ("text without line breaks: noise left at body lost <= 2 %", ("sentences",), "lower", 0.45),
    ("own flags: body lost", ("body_lost",), "lower", None),
    ("own flags: noise left", ("noise_left",), "lower", None),
    ("own flags: noise-block F1", ("noise_F1",), "higher", None),
    ("own flags: articles losing a paragraph", ("para_loss",), "lower", None),
    ("own flags: teasers found", ("reasons", "teaser"), "higher", None),
    ("own flags: captions found", ("reasons", "caption"), "higher", None),
    ("own flags: copies of body text found", ("reasons", "duplicate"), "higher", None),
)
"""Name of the figure, its place in the output of unseen.py, which direction is better, and the goal."""


def _read_cleaning_scores(scores: Any) -> list[Figure]:
    figures = []
    for name, path, better, goal in OUT_OF_FOLD:
        value = scores
        for step in path:
            value = value.get(step, {})
        note = ""
        if isinstance(value, list):
            value, note = value[0], f"{value[1]} blocks"
        figures.append(Figure(name, _number(value), better, goal, note))
    return figures


# ---------------------------------------------------------------- what is held


class Epsilon(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Distance by which a figure may miss its bound before that means anything, and the reason for it."""

    value: float
    why: str


class Bound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A floor or a ceiling; `seen` is the value when it was set, `epsilon` the name of its tolerance."""

    floor: float | None = None
    ceiling: float | None = None
    seen: float
    epsilon: str

    def __post_init__(self) -> None:
        """Exactly one of both, or it is no bound."""
        if (self.floor is None) == (self.ceiling is None):
            raise ValueError("a bound is either a floor or a ceiling")

    @property
    def better(self) -> Better:
        """The direction in which the figure improves."""
        return "lower" if self.floor is None else "higher"

    @property
    def value(self) -> float:
        """The floor or the ceiling."""
        return self.ceiling if self.floor is None else self.floor  # type: ignore[return-value]  # one of them is set

    def gain(self, value: float) -> float:
        """Distance of a value from the bound: positive if it is better, negative if it is worse."""
        return value - self.value if self.better == "higher" else self.value - value

    def move(self, value: float) -> Bound:
        """The bound at a new value, rounded away from it, so that the value itself always holds it."""
        scale = 10**PLACES
        if self.better == "higher":
            return Bound(floor=math.floor(value * scale) / scale, seen=float(value), epsilon=self.epsilon)
        return Bound(ceiling=math.ceil(value * scale) / scale, seen=float(value), epsilon=self.epsilon)


class Run(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds of one run, with its commands and its files (path in the shared folder: sha256)."""

    kind: str
    commands: list[str]
    files: dict[str, str]
    figures: dict[str, Bound]


class Lowered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"was": "from"}):
    """One figure that was allowed to get worse; `to` is None where it is no longer measured."""

    figure: str
    was: float
    to: float | None
    reason: str


class Floors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Floors of one stage."""

    stage: str
    epsilons: dict[str, Epsilon]
    runs: dict[str, Run]
    lowered: list[Lowered]


def read(stage: str) -> Floors:
    """The floors of a stage."""
    return msgspec.json.decode((FLOORS / f"{stage}.json").read_bytes(), type=Floors)


def write(floors: Floors) -> None:
    """Puts the floors of a stage back into their file."""
    (FLOORS / f"{floors.stage}.json").write_bytes(msgspec.json.format(msgspec.json.encode(floors), indent=1) + b"\n")


def hashes(run: str, shared: Path) -> dict[str, str]:
    """The SHA-256 of every file that decides what a run measures: data and scorers."""
    return {
        name: hashlib.sha256((shared / name).read_bytes()).hexdigest() if (shared / name).is_file() else "absent"
        for name in RUNS[run].files
    }


def changed(pinned: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """The files that are not those the floors were measured on.

    >>> changed({"data/a.jsonl": "1f", "data/b.jsonl": "2e"}, {"data/a.jsonl": "1f", "data/b.jsonl": "absent"})
    ['data/b.jsonl']
    """
    return sorted(name for name in {*pinned, *found} if pinned.get(name) != found.get(name))


# ---------------------------------------------------------------- comparing


class Verdict(NamedTuple):
    """Verdict on one figure. A figure without a bound is for information only."""

    figure: Figure
    bound: Bound | None
    word: Literal["holds", "better", "worse", "missing", "printed"]

    @property
    def fails(self) -> bool:
        """True if the gate stays shut."""
        return self.word in {"worse", "missing"}

    def __str__(self) -> str:
        """One line of the table: figure, value, bound, verdict, goal."""
        name, value, _, goal, note = self.figure
        shown = (
            "-"
            if value is None
            else f"{value:.4f}"
            if abs(value) < 10 and isinstance(value, float)
            else f"{value:,.0f}"
        )
        held = "" if self.bound is None else f"{'>=' if self.bound.better == 'higher' else '<='} {self.bound.value:g}"
        meant = "" if goal is None else f"goal {goal:g}"
        return f"  {self.word:8}{name:76.76} {shown:>10}  {held:12}{meant:12}{note:.60}".rstrip()


EXACT = "exact"
"""The epsilon of counts and of yes/no: none."""
DIGITS = "digits"
"""The epsilon that a figure gets at first; whoever knows better names another one in the file."""
ZERO = Bound(ceiling=0.0, seen=0.0, epsilon=EXACT)


def compare(run: Run, epsilons: Mapping[str, Epsilon], figures: Iterable[Figure]) -> list[Verdict]:
    """A verdict on every measured figure, and on every bound that nothing was measured for.

    >>> held = Bound(floor=0.9, seen=0.9012, epsilon="digits")
    >>> run = Run(kind="", commands=[], files={}, figures={"quoted F": held})
    >>> margin = {"digits": Epsilon(value=0.001, why="the last digits differ between processors")}
    >>> [verdict.word for value in (0.9, 0.8995, 0.89) for verdict in compare(run, margin, [Figure("quoted F", value)])]
    ['holds', 'holds', 'worse']
    """
    measured = {figure.name: figure for figure in figures}
    absent = [Figure(name, None) for name in run.figures if name not in measured]
    return [_judge(figure, run, epsilons) for figure in (*measured.values(), *absent)]


def _judge(figure: Figure, run: Run, epsilons: Mapping[str, Epsilon]) -> Verdict:
    bound = ZERO if figure.name.endswith(ALWAYS_ZERO) else run.figures.get(figure.name)
    if bound is None:
        return Verdict(figure, None, "printed")
    if figure.value is None:
        return Verdict(figure, bound, "missing")
    gain = bound.gain(figure.value)
    margin = epsilons[bound.epsilon].value
    # 1e-9: .9 - .001 is not quite .899 in binary
    word: Literal["holds", "better", "worse"] = (
        "worse" if gain < -margin - 1e-9 else "better" if gain > max(margin, 10**-PLACES) else "holds"
    )
    return Verdict(figure, bound, word)


# ---------------------------------------------------------------- moving the floors


class LoweringError(Exception):
    """A floor would get lower without anyone having said so, or cannot."""


def owned(stage: str, run: str, figures: Iterable[Figure]) -> list[Figure]:
    """The figures of a run that belong to a stage.

    >>> [figure.name for figure in owned("cleaner", "seed", [Figure("cleaner: lines", 6), Figure("chain: score", 0.9)])]
    ['cleaner: lines']
    """
    return [figure for figure in figures if figure.name.startswith(RUNS[run].owners.get(stage, ()))]


def move(
    floors: Floors,
    name: str,
    found: Mapping[str, str],
    figures: Sequence[Figure],
    *,
    lower: Iterable[str] = (),
    reason: str | None = None,
) -> Floors:
    """The floors with one run's figures taken over: better ones raise theirs, worse ones only where `lower` names them.

    Args:
        floors: as they are.
        name: of the run.
        found: SHA-256 of the run's files.
        figures: measured; those with a goal get a floor if they have none.
        lower: figures (`RUN: FIGURE`) that may get worse, or go.
        reason: why they may.

    Raises:
        LoweringError: a figure got worse and is not named, there is no reason, or what must be 0 is not.
    """
    old = floors.runs.get(name) or Run(kind="", commands=[], files={}, figures={})
    allowed = {full.removeprefix(f"{name}: ") for full in lower if full.startswith(f"{name}: ")}
    verdicts = compare(old, floors.epsilons, figures)
    broken = [v for v in verdicts if v.bound is ZERO and v.word == "worse"]
    if broken:
        raise LoweringError(
            "these must be 0, no reason moves them:\n" + "\n".join(f"{name}: {v.figure.name}" for v in broken)
        )
    refused = [v for v in verdicts if v.fails and not (v.figure.name in allowed and reason)]
    if refused:
        raise LoweringError(_refusal(name, refused))
    idle = allowed - {v.figure.name for v in verdicts if v.fails}
    if idle:
        raise LoweringError(f"nothing to lower, these hold their floors: {', '.join(sorted(idle))}")
    bounds, lowered = {}, list(floors.lowered)
    for verdict in verdicts:
        bound = _moved(verdict)
        if bound is not None:
            bounds[verdict.figure.name] = bound
        if verdict.fails and verdict.bound and reason:
            to = bound.value if bound else None
            figure = f"{name}: {verdict.figure.name}"
            lowered.append(Lowered(figure=figure, was=verdict.bound.value, to=to, reason=reason))
    quoted = [shlex.join(["python", *command]) for command in commands(name, "../shared", "FILE")]
    run = Run(kind=RUNS[name].kind, commands=quoted, files=dict(found), figures=bounds)
    return msgspec.structs.replace(floors, runs={**floors.runs, name: run}, lowered=lowered)


def _moved(verdict: Verdict) -> Bound | None:
    figure, bound = verdict.figure, verdict.bound
    value = figure.value
    if value is None or figure.name.endswith(NOT_ASSERTED):
        return None
    if bound is None:
        epsilon = EXACT if isinstance(value, int) else DIGITS
        if figure.better == "higher":
            return Bound(floor=0.0, seen=0.0, epsilon=epsilon).move(value)
        if figure.better == "lower":
            return Bound(ceiling=0.0, seen=0.0, epsilon=epsilon).move(value)
        return None  # nobody said which way is better
    if verdict.fails or bound.move(value).gain(bound.value) < 0:
        return bound.move(value)
    return bound  # no better than it was, within epsilon: a floor does not sink by small steps


def _refusal(run: str, verdicts: Iterable[Verdict]) -> str:
    lines = ["these got worse; say which may, and why (--lower FIGURE ... --reason TEXT):"]
    for verdict in verdicts:
        assert verdict.bound is not None
        value = "not measured" if verdict.figure.value is None else f"{verdict.figure.value:g}"
        lines.append(f"  --lower {shlex.quote(f'{run}: {verdict.figure.name}')}   ({verdict.bound.value:g} -> {value})")
    return "\n".join(lines)


def update(floors: Floors, shared: Path, lower: Iterable[str] = (), reason: str | None = None) -> Floors:
    """The floors of a stage after all of its runs were measured anew; what `move` says of each."""
    lower = list(lower)
    ours = [name for name, source in RUNS.items() if floors.stage in source.owners]
    unknown = [full for full in lower if full.split(": ")[0] not in ours]
    if unknown or (lower and not reason):
        raise LoweringError(f"no such figure: {', '.join(unknown)}" if unknown else "--lower needs a --reason")
    troubles = []
    for name in ours:
        found = hashes(name, shared)
        figures = owned(floors.stage, name, measure(name, shared))
        try:
            floors = move(floors, name, found, figures, lower=lower, reason=reason)
        except LoweringError as error:
            troubles.append(str(error))
        empty = Run(kind="", commands=[], files={}, figures={})
        print(name, *compare(floors.runs.get(name, empty), floors.epsilons, figures), sep="\n", flush=True)  # noqa: T201 - a command
    if troubles:
        raise LoweringError("\n".join(troubles))
    return floors


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures a stage and moves its floors; 1: refused, nothing is written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", required=True, choices=STAGES, metavar="STAGE", help=", ".join(STAGES))
    parser.add_argument("--lower", action="append", default=[], metavar="FIGURE", help="may get worse: 'RUN: FIGURE'")
    parser.add_argument("--reason", metavar="TEXT", help="why; it is kept in the floors file")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="development data and scorers")
    asked = parser.parse_args(arguments)
    try:
        write(update(read(asked.update), asked.shared.resolve(), asked.lower, asked.reason))
    except (LoweringError, MeasuringError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
