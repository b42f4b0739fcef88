"""Name and versions of the stage. Every other module takes them from here."""

from __future__ import annotations

from copydesk.contracts.articles import ExtractionModel, Provenance

NAME = "extractor"

VERSION = "0.4.0"
"""Version of the stage's code and documents."""

RULES = "rules-5"
"""Version of the rules. It stands beside the model's version in the provenance: new rules give new results."""


def build_provenance(model: ExtractionModel) -> Provenance:
    """Provenance entry of a document that the stage made with this language model.

    >>> build_provenance(ExtractionModel(name="en_core_web_md", version="3.7.1")).model
    'en_core_web_md-3.7.1+rules-5'
    """
    return Provenance(stage=NAME, version=VERSION, model=f"{model.name}-{model.version}+{RULES}")
