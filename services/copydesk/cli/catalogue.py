"""Stages that can be imported here, and the topics and documents that they add to copydesk's own."""

from __future__ import annotations

from contextlib import suppress

from copydesk.contracts.articles import Document
from copydesk.contracts.topics import DOCUMENTS, Topic, topics_with
from copydesk.stage import Stage, find, installed


def importable_stages() -> tuple[Stage, ...]:
    """Installed stages without those whose packages are missing."""
    stages = []
    for name in installed():
        with suppress(ImportError):
            stages.append(find(name))
    return tuple(stages)


def known_topics() -> dict[str, Topic]:
    """All topics by name, also those of third-party stages."""
    return topics_with(importable_stages())


def document_type(topic: str) -> type[Document] | None:
    """Struct of the documents on a topic, or None if it is unknown."""
    stages = importable_stages()
    outputs = {stage.sink: stage.output for stage in stages}
    for stage in stages:
        outputs |= stage.outputs
    struct = DOCUMENTS.get(topic) or outputs.get(topic)
    return struct if struct is not None and issubclass(struct, Document) else None
