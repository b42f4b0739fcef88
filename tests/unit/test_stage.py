"""Stages are found by their entry points, put in order, and cost nothing to be listed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from copydesk.contracts.articles import CleanedArticle, RawArticle
from copydesk.stage import Reject, Stage, UnknownStageError, article_chain, chain, default_chain, find, installed
from harness.require import ROOT

OURS = ("cleaner", "extractor", "coherence")
HEAVY = ("spacy", "faust", "numpy", "trafilatura", "py3langid", "thinc", "lxml", "ftfy", "rapidfuzz", "sklearn")
"""Modules that take seconds and hundreds of megabytes to load: only a stage's `load()` and a worker may do so."""


Offer = Callable[..., None]


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """A function that installs a third party's stages: name of each to its source and sink."""

    def install(module: str, **stages: tuple[str, str]) -> None:
        lines = [
            f"{name} = Stage(name={name!r}, version='1', source={source!r}, sink={sink!r}, input=E, output=E, load=E)"
            for name, (source, sink) in stages.items()
        ]
        head = "import msgspec\nfrom copydesk.stage import Stage\nclass E(msgspec.Struct): pass\nnothing = 5\n"
        (tmp_path / f"{module}.py").write_text(head + "\n".join(lines) + "\n")
        points = [*stages, "nothing"] if not stages else list(stages)
        folder = tmp_path / f"{module}-1.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module.replace('_', '-')}\nVersion: 1\n")
        (folder / "entry_points.txt").write_text(
            "[copydesk.stages]\n" + "".join(f"{name} = {module}:{name}\n" for name in points)
        )
        monkeypatch.syspath_prepend(str(tmp_path))

    return install


def test_the_three_stages_are_on_offer() -> None:
    assert set(OURS) <= set(installed())
    assert list(installed()) == sorted(installed())


@pytest.mark.parametrize("name", OURS)
def test_a_stage_is_found_by_its_name(name: str) -> None:
    stage = find(name)
    assert stage.name == name
    assert stage.dead_letters == f"articles.{name}.dlq"


def test_an_unknown_stage_is_told_what_there_is() -> None:
    with pytest.raises(UnknownStageError) as refused:
        find("cleanser")
    assert str(refused.value).startswith("no stage 'cleanser'; there are: ")
    assert all(name in str(refused.value) for name in OURS)
    with pytest.raises(UnknownStageError):
        chain(("cleaner", "cleanser"))


@pytest.mark.parametrize("names", [OURS, OURS[::-1], ("extractor", "cleaner", "coherence")])
def test_a_chain_is_in_the_order_of_the_topics_however_it_is_asked_for(names: tuple[str, ...]) -> None:
    ordered = chain(names)
    assert tuple(stage.name for stage in ordered) == OURS
    assert all(before.sink == after.source for before, after in pairwise(ordered))
    assert all(issubclass(after.input, before.output) for before, after in pairwise(ordered))


def test_a_part_of_the_chain_is_one_too_and_without_names_it_is_all_that_is_installed() -> None:
    assert [stage.name for stage in chain(("coherence", "cleaner"))] == ["coherence", "cleaner"]
    assert sorted(stage.name for stage in chain()) == list(installed())
    assert chain(()) == ()


def test_stages_on_request_run_only_if_they_are_asked_for() -> None:
    names = [stage.name for stage in default_chain()]
    ours = (*OURS, "fingerprints", "related")
    assert {"cleaner", "extractor", "coherence", "sites"} <= set(names)
    assert not {"fingerprints", "related"} & set(names)
    asked = [stage.name for stage in article_chain(chain(ours))]
    assert asked == ["cleaner", "extractor", "coherence", "fingerprints", "related"]


def test_a_fourth_stage_takes_its_place_behind_what_it_reads(offer: Offer) -> None:
    offer("copydesk_fourth", archive=("articles.scored", "articles.archived"))
    assert "archive" in installed()
    assert [stage.name for stage in chain(("archive", *OURS))] == [*OURS, "archive"]


def test_stages_that_read_each_other_in_a_circle_still_come_out_once_each(offer: Offer) -> None:
    offer("copydesk_circle", egg=("t.hen", "t.egg"), hen=("t.egg", "t.hen"), cook=("t.egg", "t.dish"))
    ordered = [stage.name for stage in chain(("cook", "egg", "hen"))]
    assert sorted(ordered) == ["cook", "egg", "hen"]


def test_an_entry_point_that_is_no_stage_is_named(offer: Offer) -> None:
    offer("copydesk_nothing")
    with pytest.raises(TypeError, match=r"the entry point 'nothing' of copydesk\.stages is a int, not a Stage"):
        find("nothing")


def test_the_stages_for_the_tests_are_found_from_their_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "stages"))
    assert {"probe", "relay"} <= set(installed())
    assert [stage.name for stage in chain(("relay", "probe"))] == ["probe", "relay"]
    assert find("probe").dead_letters == "articles.probe.dlq"


def test_a_stage_cannot_be_changed_and_a_reject_is_an_exception_with_a_reason() -> None:
    stage = Stage(
        name="n", version="1", source="s", sink="t", input=RawArticle, output=CleanedArticle, load=lambda: str
    )
    with pytest.raises(AttributeError):
        stage.name = "m"  # type: ignore[misc]  # that is what is tested
    assert stage.settings is None
    assert str(Reject("no news")) == "no news"


@pytest.mark.parametrize("name", OURS)
def test_every_setting_of_a_stage_has_a_default(name: str) -> None:
    settings = find(name).settings
    if settings is not None:
        assert msgspec.structs.asdict(settings()) is not None


def loaded(code: str, path: Path | None = None) -> tuple[str, set[str]]:
    """Output of a fresh interpreter, and the top-level modules that it has loaded."""
    environ = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    end = "\nimport json, sys\nprint(json.dumps([name.partition('.')[0] for name in sys.modules]), file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", code + end], capture_output=True, encoding="utf-8", env=environ, check=True, timeout=60
    )
    return result.stdout, set(json.loads(result.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "module",
    [
        "copydesk.cleaner",
        "copydesk.extractor",
        "copydesk.coherence",
        "copydesk.contracts.articles, copydesk.contracts.deadletter, copydesk.contracts.schemas",
        "copydesk.stage",
        "copydesk.client",
        "copydesk.cli",
    ],
)
def test_importing_loads_no_library_of_a_stage_and_no_model(module: str) -> None:
    _, modules = loaded(f"import {module}")
    assert "copydesk" in modules
    assert modules.isdisjoint(HEAVY)
    if module != "copydesk.client":
        assert "aiokafka" not in modules


def test_listing_the_stages_loads_none_of_their_libraries() -> None:
    stages = ROOT / "tests" / "stages"
    printed, modules = loaded(
        "from copydesk.cli import main\nmain(['stages', '--json'], standalone_mode=False)", stages
    )
    listed = {line["name"]: line for line in map(json.loads, printed.splitlines())}
    assert {*OURS, "probe", "relay"} <= set(listed)
    assert listed["cleaner"]["input"] == "RawArticle"
    assert listed["cleaner"]["sink"] == listed["extractor"]["source"] == "articles.cleaned"
    assert modules.isdisjoint(HEAVY)


def test_a_stage_whose_library_is_missing_is_listed_with_what_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "copydesk_gone-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: copydesk-gone\nVersion: 1\n")
    (folder / "entry_points.txt").write_text("[copydesk.stages]\ngone = copydesk_gone:stage\n")
    printed, _ = loaded("from copydesk.cli import main\nmain(['stages'], standalone_mode=False)", tmp_path)
    (line,) = (line for line in printed.splitlines() if line.startswith("gone"))
    assert "No module named 'copydesk_gone'" in line
    assert any(line.startswith("cleaner") for line in printed.splitlines())
