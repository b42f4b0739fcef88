"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import copydesk

TRAINING = ("copydesk.cleaner.model.train", "copydesk.coherence.train", "copydesk.extractor.train")
"""Commands that need the extra `train`; they have no examples."""

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(copydesk.__path__, "copydesk.")
    if not module.name.startswith(TRAINING) and not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = [
        example for name in MODULES for test in finder.find(importlib.import_module(name)) for example in test.examples
    ]
    assert len(examples) > 100
