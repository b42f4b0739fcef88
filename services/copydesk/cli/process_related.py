"""`copydesk process --stage related`: articles are read to the end, then all that belongs together is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from copydesk.cli.prerequisites import exit_with, find_stage, load_stage_settings
from copydesk.contracts.articles import ExtractedArticle, InvalidDocumentError
from copydesk.files.documents import InputDocument
from copydesk.related.stages import RelatedSettings
from copydesk.runtime.execution import ArticleError, Outcome, peek_id
from copydesk.runtime.exits import Exit

RELATED = "related"
"""Stage of this name."""


def relate(
    documents: Iterable[InputDocument], write: Callable[[bytes], None], refuse: Callable[[int, Outcome], None]
) -> None:
    """Print groups of copies and versions, then utterances, of articles in their order.

    Args:
        documents: Articles with quotations.
        write: Called with each document, in JSON.
        refuse: Called with the line of what is no article with quotations, and why.
    """
    try:
        from copydesk.related.tracing import Tracer  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        exit_with(Exit.SETUP, f"{error}: pip install 'copydesk[related]'")
    settings = load_stage_settings(find_stage(RELATED))
    days = settings.days if isinstance(settings, RelatedSettings) else RelatedSettings().days
    tracer = Tracer(window_days=days)
    for document in documents:
        try:
            tracer.add(ExtractedArticle.read(document.value, None))
        except InvalidDocumentError as error:
            problem = ArticleError(class_name=type(error).__name__, message=str(error))
            refuse(document.line, Outcome(disposition="invalid", article_id=peek_id(document.value), error=problem))
    for article in tracer.articles():
        write(article.write())
    for utterance in tracer.utterances():
        write(utterance.write())


__all__ = ["RELATED", "relate"]
