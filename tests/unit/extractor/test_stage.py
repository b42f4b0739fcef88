"""The stage is a value that loads nothing."""

from __future__ import annotations

import subprocess
import sys

from copydesk.contracts.articles import CleanedArticle, ExtractedArticle
from copydesk.extractor import ExtractorSettings, stage


def test_importing_the_stage_loads_no_model_and_no_library() -> None:
    code = (
        "import sys, copydesk.extractor; "
        "print([m for m in ('spacy', 'numpy', 'faust', 'rapidfuzz', 'thinc') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_stage_is_wired() -> None:
    assert (stage.source, stage.sink) == ("articles.cleaned", "articles.extracted")
    assert stage.input is CleanedArticle
    assert stage.output is ExtractedArticle
    assert stage.settings is ExtractorSettings
