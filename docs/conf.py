"""Settings of Sphinx: the repository's Markdown as one site. `make docs` builds it.

The source folder is the repository itself, so that links between its files hold here and there.
"""

from __future__ import annotations

import copydesk

project = "copydesk"
author = "the copydesk authors"
version = release = copydesk.__version__
copyright = "the copydesk authors, Apache-2.0"  # noqa: A001 - Sphinx's name

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
root_doc = "docs/index"
include_patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/*.md",
    "docs/**/*.md",
    "examples/*.md",
    "infra/*.md",
    "infra/adr/*.md",
    "infra/kafka/*.md",
    "infra/kubernetes/*.md",
    "schemas/*.md",
    "services/copydesk/**/*.card.md",
]
html_theme = "furo"
html_title = f"copydesk {release}"
html_static_path: list[str] = []

myst_heading_anchors = 4
autodoc_typehints = "description"
autodoc_member_order = "bysource"
