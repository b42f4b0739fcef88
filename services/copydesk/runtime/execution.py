"""One article through one stage: bytes in, exactly one outcome out."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from copydesk.contracts.articles import CleanedArticle, Document, InvalidDocumentError
from copydesk.contracts.ids import id_problem
from copydesk.stage import Reject, Stage

Disposition = Literal["passed", "rejected", "failed", "invalid", "oversized"]
"""Result of an article at a stage. Every article has exactly one; all but ``passed`` go to the dead letters."""

STACKTRACE_BYTES = 8_000
"""Maximum length of a stack trace. Its end is kept, where the error is."""


class ArticleError(msgspec.Struct, frozen=True, kw_only=True):
    """Reason why an article did not pass: the class, message and stack trace of an exception."""

    class_name: str
    message: str
    stacktrace: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Result of one article at one stage.

    Args:
        disposition: Result in one word. ``oversized`` is set later, by the record builder, which knows the limits.
        article_id: Id of the article, or None if no id could be read.
        model: Model behind the result; part of the result's ``ce_id``.
        error: Reason why the article did not pass; None if it passed.
        measures: Values of the stage's measures for this result, by measure name.
        ran: Start and end of the processing in the stage's process, in nanoseconds since 1970. Only set if tracing
            is on.
        ended_process: True if the stage's process ended over the article, by time-out or crash, the second time alone.
        value: Bytes of the result; empty unless the article passed. Not part of the encoded outcome: they travel
            beside it.
    """

    disposition: Disposition
    article_id: str | None = None
    model: str | None = None
    error: ArticleError | None = None
    measures: dict[str, float] = {}
    ran: tuple[int, int] | None = None
    ended_process: bool = False
    value: bytes = b""


def load(stage: Stage, settings: msgspec.Struct | None = None) -> Callable[[Any], Any]:
    """Load the stage's models and return its function. Without settings, a stage gets its defaults."""
    if stage.settings is None:
        return stage.load()
    return stage.load(stage.settings() if settings is None else settings)


def run(stage: Stage, process: Callable[[Any], Any], value: bytes, key: bytes | None) -> Outcome:
    """Decode, validate, process, encode and validate the result of one article.

    Args:
        stage: The stage.
        process: The stage's function, as `load` returned it.
        value: Value of the consumed record.
        key: Key of the consumed record.

    Raises:
        MemoryError: Memory ran out. No single article can be blamed for it, so it costs the process. Every other
            exception becomes an outcome.
    """
    try:
        article = read(stage.input, value, key)
    except InvalidDocumentError as error:
        return Outcome(disposition="invalid", article_id=peek_id(value, key), error=_describe(error))
    article_id = getattr(article, "id", None)
    if not isinstance(article_id, str):  # a third party's struct may have another kind of id, or none
        article_id = None
    try:
        result = process(article)
        if not isinstance(result, stage.output):
            raise TypeError(f"{stage.name} returned {type(result).__name__}, not {stage.output.__name__}")  # noqa: TRY301
        encoded = msgspec.json.encode(result)
        read(stage.output, encoded, key)  # a stage never publishes a document that breaks its own contract
        measures = {
            measure.name: float(number) for measure in stage.measures if (number := measure.of(result)) is not None
        }
    except Reject as error:
        return Outcome(disposition="rejected", article_id=article_id, error=_describe(error))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug that this article met costs the article, not the worker
        return Outcome(disposition="failed", article_id=article_id, error=_describe(error, stacktrace=True))
    model = result.provenance[-1].model if isinstance(result, CleanedArticle) and result.provenance else None
    return Outcome(disposition="passed", article_id=article_id, model=model, measures=measures, value=encoded)


def read(document: type[msgspec.Struct], value: bytes, key: bytes | None) -> msgspec.Struct:
    """Decode and validate a document; also for third-party structs that do not derive from `Document`.

    Raises:
        InvalidDocumentError: The bytes break the contract; the message says where.
    """
    if issubclass(document, Document):
        return document.read(value, key)
    try:
        return msgspec.json.decode(value, type=document)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidDocumentError(str(error)) from None


def peek_id(value: bytes, key: bytes | None = None) -> str | None:
    """Id claimed by a document that could not be read or processed, else its key, else None.

    >>> peek_id(b'{"id": "a/1", "text": 5}')
    'a/1'
    """
    try:
        claimed = msgspec.json.decode(value, type=_Claim).id
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        match = _find_id(value[:100_000])
        claimed = match[1].decode("ascii") if match else None
    if claimed is None and key is not None:
        claimed = key.decode("utf-8", "ignore")
    return None if claimed is None or id_problem(claimed) else claimed


class _Claim(msgspec.Struct):
    id: str | None = None


_find_id = re.compile(rb'"id"\s{0,9}:\s{0,9}"([A-Za-z0-9_./:#@+-]{1,256})"').search


def _describe(error: Exception, *, stacktrace: bool = False) -> ArticleError:
    """Class, message and stack trace of an exception as valid UTF-8 (half surrogates become `?`)."""
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - an exception whose str() fails must not cost the worker either
        message = "(its message cannot be read)"
    trace = "".join(traceback.format_exception(error)) if stacktrace else ""
    return ArticleError(
        class_name=type(error).__name__, message=_encodable(message), stacktrace=_encodable(trace)[-STACKTRACE_BYTES:]
    )


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
