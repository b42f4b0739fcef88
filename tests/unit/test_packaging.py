"""The wheel holds everything that runs, and nothing that we may not distribute."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import copydesk
from copydesk.contracts.topics import schemas_folder
from harness.require import ROOT

SEED = "copydesk/samples/000_326d0f3b89965fac.txt"
"""The one article of the development data that may be shown."""

QUOTABLE = 80
"""Characters of a line from which it is no chance that the development data has it too."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this working tree."""
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def members(wheel: Path) -> dict[str, bytes]:
    """Path in the wheel and content of every file."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def target(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel is installed, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--target", str(folder)]
    _run([sys.executable, "-m", "pip", "install", *quiet, str(wheel)], cwd=folder)
    return folder


def _run(command: list[str], *, cwd: Path, path: Path | None = None) -> str:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path is not None:
        environ["PYTHONPATH"] = str(path)
    result = subprocess.run(
        command, capture_output=True, cwd=cwd, env=environ, encoding="utf-8", check=False, timeout=100
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_wheel_holds_all_that_runs_and_the_papers(members: dict[str, bytes]) -> None:
    expected = {
        "copydesk/py.typed",
        "copydesk/stage.py",
        "copydesk/coherence/coefficients.json",
        "copydesk/schemas/topics/articles.raw.yaml",
        "copydesk/schemas/articles.raw.v1.schema.json",
        "copydesk/schemas/examples/articles.raw/1/minimal.json",
        SEED,
        f"copydesk-{copydesk.__version__}.dist-info/licenses/LICENSE",
        f"copydesk-{copydesk.__version__}.dist-info/entry_points.txt",
    }
    assert expected <= set(members)
    license_ = members[f"copydesk-{copydesk.__version__}.dist-info/licenses/LICENSE"]
    assert license_ == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_holds_every_file_of_the_package_and_of_the_schemas(members: dict[str, bytes]) -> None:
    package = {
        file.relative_to(ROOT / "services").as_posix(): file
        for file in (ROOT / "services" / "copydesk").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    schemas = {
        f"copydesk/schemas/{file.relative_to(ROOT / 'schemas').as_posix()}": file
        for file in (ROOT / "schemas").rglob("*")
        if file.is_file()
    }
    assert set(members) == {*package, *schemas, *(name for name in members if ".dist-info/" in name)}
    assert all(members[name] == file.read_bytes() for name, file in schemas.items())


def test_the_wheel_holds_no_tests(members: dict[str, bytes]) -> None:
    parts = {part for name in members for part in name.split("/")}
    assert not [part for part in parts if part in {"tests", "conftest.py"} or part.startswith("test_")]
    assert {name.partition("/")[0] for name in members} == {"copydesk", f"copydesk-{copydesk.__version__}.dist-info"}


@pytest.mark.shared
def test_the_wheel_holds_none_of_the_development_data_but_the_seed(
    members: dict[str, bytes], shared_folder: Path
) -> None:
    data = [file.read_bytes() for file in sorted((shared_folder / "data").rglob("*")) if file.is_file()]
    (seed,) = (shared_folder / "data" / "seed").glob("*.txt")
    assert members[SEED] == seed.read_bytes()
    shown = {line for line in seed.read_text().splitlines() if line}
    prose = [name for name in members if name.startswith(("copydesk/samples/", "copydesk/schemas/examples/"))]
    lines = {
        line.strip()
        for name in prose
        if name != SEED
        for line in members[name].decode().splitlines()
        if len(line.strip()) >= QUOTABLE
    }
    assert len(lines) > 20
    for line in lines - shown:
        spellings = {line.encode(), json.dumps(line)[1:-1].encode()}
        assert not any(spelling in content for spelling in spellings for content in data), line


def test_an_installed_copydesk_has_its_own_topics_and_schemas(target: Path) -> None:
    facts = json.loads(
        _run([sys.executable, "-c", _REPORT], cwd=target, path=target)  # not from the checkout's folder
    )
    assert Path(facts["package"]).is_relative_to(target)
    assert Path(facts["schemas"]) == target / "copydesk" / "schemas"
    assert facts["topics"] == sorted(file.stem for file in (ROOT / "schemas" / "topics").iterdir())
    assert facts["differing"] == []
    assert facts["stages"] == ["cleaner", "coherence", "extractor", "fingerprints", "related", "sites"]


_REPORT = """
import json, copydesk
from copydesk.contracts.schemas import render, schemas
from copydesk.contracts.topics import schemas_folder, topics
from copydesk.stage import installed
folder = schemas_folder()
print(json.dumps({
    "package": copydesk.__file__,
    "schemas": str(folder),
    "topics": sorted(topics()),
    "differing": [name for name, schema in schemas().items() if (folder / name).read_bytes() != render(schema)],
    "stages": list(installed()),
}))
"""


def test_an_installed_copydesk_checks_its_schemas_and_lists_its_topics(target: Path) -> None:
    assert _run([sys.executable, "-m", "copydesk", "schemas", "check"], cwd=target, path=target) == ""
    assert "articles.raw" in _run([sys.executable, "-m", "copydesk", "topics", "list"], cwd=target, path=target)


def test_in_the_checkout_the_repositorys_schemas_are_used() -> None:
    assert Path(str(schemas_folder())) == ROOT / "schemas"
