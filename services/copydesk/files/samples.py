"""The sample articles that come with copydesk, for whoever has none at hand."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

from copydesk.contracts.topics import topic
from copydesk.files.documents import InputDocument
from copydesk.files.formats import read_file


@cache
def read_samples() -> tuple[InputDocument, ...]:
    """Samples as they may be published to `articles.raw`, in the order of their files."""
    largest = topic("articles.raw").max_message_bytes
    with as_file(files("copydesk") / "samples") as folder:
        return tuple(
            document
            for path in sorted(folder.iterdir())
            if path.suffix != ".md"
            for document in read_file(path, path.relative_to(folder), largest=largest)
            if isinstance(document, InputDocument)
        )


__all__ = ["read_samples"]
