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
"""What becomes of an article at a stage; exactly one, and all but ``passed`` mean the dead letters."""

STACK_BYTES = 8_000
"""Most of a stack trace that is kept; the end, where the error is."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why an article did not pass."""

    name: str
    message: str
    stack: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one stage made of one article.

    Args:
        disposition: What becomes of it (``oversized`` is for the sender to say, who knows the limits).
        article_id: Its id, where one could be read.
        model: The model behind the result; part of the result's ``ce_id``.
        trouble: Why it did not pass; None if it did.
        measures: What the stage's measures say of the result, by their names.
        ran: When the stage's process began and ended with it, nanoseconds since 1970; told where articles are traced.
        value: The result's bytes, empty unless it passed. Not part of the encoded outcome: it travels beside it.
    """

    disposition: Disposition
    article_id: str | None = None
    model: str | None = None
    trouble: Trouble | None = None
    measures: dict[str, float] = {}
    ran: tuple[int, int] | None = None
    value: bytes = b""


def load(stage: Stage, settings: msgspec.Struct | None = None) -> Callable[[Any], Any]:
    """The stage's function, its models loaded."""
    if stage.settings is None:
        return stage.load()
    return stage.load(stage.settings() if settings is None else settings)


def run(stage: Stage, process: Callable[[Any], Any], value: bytes, key: bytes | None) -> Outcome:
    """Decode and validate, process, encode and validate again: the whole way of one article.

    Never raises but for what no article can be blamed for (``MemoryError``): that costs the process.
    """
    try:
        article = read(stage.input, value, key)
    except InvalidDocumentError as error:
        return Outcome(disposition="invalid", article_id=peek_id(value, key), trouble=_trouble(error, stack=False))
    id_ = getattr(article, "id", None)
    if not isinstance(id_, str):  # a third party's own struct
        id_ = None
    try:
        result = process(article)
        if not isinstance(result, stage.output):
            raise TypeError(f"{stage.name} returned {type(result).__name__}, not {stage.output.__name__}")  # noqa: TRY301
        encoded = msgspec.json.encode(result)
        read(stage.output, encoded, key)  # a stage never publishes what breaks its own contract
        measures = {one.name: float(told) for one in stage.measures if (told := one.of(result)) is not None}
    except Reject as error:
        return Outcome(disposition="rejected", article_id=id_, trouble=_trouble(error, stack=False))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug that this article met is the article's dead letter, not the worker's death
        return Outcome(disposition="failed", article_id=id_, trouble=_trouble(error, stack=True))
    model = result.provenance[-1].model if isinstance(result, CleanedArticle) and result.provenance else None
    return Outcome(disposition="passed", article_id=id_, model=model, measures=measures, value=encoded)


def read(document: type[msgspec.Struct], value: bytes, key: bytes | None) -> msgspec.Struct:
    """The document in a message; also for a third party's structs that are no `Document`.

    Raises:
        InvalidDocumentError: It does not keep the contract.
    """
    if issubclass(document, Document):
        return document.read(value, key)
    try:
        return msgspec.json.decode(value, type=document)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidDocumentError(str(error)) from None


def peek_id(value: bytes, key: bytes | None = None) -> str | None:
    """The id that a document claims which could not be read or not be processed, else its key, or None.

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


def _trouble(error: Exception, *, stack: bool) -> Trouble:
    """What is kept of an exception: half surrogates replaced, so that it can be sent."""
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - an exception whose own str() fails is still one article's trouble
        message = "(its message cannot be read)"
    trace = "".join(traceback.format_exception(error)) if stack else ""
    return Trouble(name=type(error).__name__, message=_sendable(message), stack=_sendable(trace)[-STACK_BYTES:])


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
