"""One article through one stage: bytes in, exactly one outcome out."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import msgspec

from copydesk.contracts.articles import CleanedArticle, Document, InvalidDocumentError
from copydesk.contracts.ids import id_from_key, id_problem
from copydesk.stage import Memory, Record, Reject, Results, Stage, Tombstone

Disposition = Literal["passed", "rejected", "failed", "invalid", "oversized"]
"""Result of an article at a stage. Every article has exactly one; all but ``passed`` go to the dead letters."""

STACKTRACE_BYTES = 8_000
"""Maximum length of a stack trace. Its end is kept, where the error is."""


class ArticleError(msgspec.Struct, frozen=True, kw_only=True):
    """Reason why an article did not pass: the class, message and stack trace of an exception."""

    class_name: str
    message: str
    stacktrace: str = ""


class EncodedRecord(NamedTuple):
    """A record under a key of its own, as it will be written."""

    topic: str
    """Name without prefix."""

    key: bytes
    value: bytes | None
    partition: int | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Result of one article at one stage.

    Args:
        disposition: Result in one word. ``oversized`` is set later, by the record builder, which knows the limits.
        article_id: Id of the article, or None if no id could be read.
        model: Model behind the result; part of the result's ``ce_id``.
        basis: What else the result depends on, as the stage says; likewise.
        error: Reason why the article did not pass; None if it passed.
        measures: Values of the stage's measures for this result, by measure name.
        ran: Start and end of the processing in the stage's process, in nanoseconds since 1970. Only set if tracing
            is on.
        ended_process: True if the stage's process ended over the article, by time-out or crash, the second time alone.
        silent: True if the article passed without a result for the sink.
        value: Bytes of the result; empty unless the article passed. Not part of the encoded outcome, like the next two:
            they travel beside it.
        records: Records under keys of their own.
        changes: New rows of the stage's state, by key; None removes a row.
    """

    disposition: Disposition
    article_id: str | None = None
    model: str | None = None
    basis: str = ""
    error: ArticleError | None = None
    measures: dict[str, float] = {}
    ran: tuple[int, int] | None = None
    ended_process: bool = False
    silent: bool = False
    value: bytes = b""
    records: tuple[EncodedRecord, ...] = ()
    changes: dict[bytes, bytes | None] = {}


def load(stage: Stage, settings: msgspec.Struct | None = None) -> Callable[..., Any]:
    """Load the stage's models and return its function. Without settings, a stage gets its defaults."""
    if stage.settings is None:
        return stage.load()
    return stage.load(stage.settings() if settings is None else settings)


def run(
    stage: Stage, process: Callable[..., Any], value: bytes | None, key: bytes | None, memory: Memory | None = None
) -> Outcome:
    """Decode, validate, process, encode and validate the result of one article.

    Args:
        stage: The stage.
        process: The stage's function, as `load` returned it.
        value: Value of the consumed record; None is a tombstone, for stages that take them.
        key: Key of the consumed record.
        memory: What the stage may look up; required if it has a state or tables.

    Raises:
        MemoryError: Memory ran out. No single article can be blamed for it, so it costs the process. Every other
            exception becomes an outcome.
    """
    try:
        article = _read_input(stage, value, key)
    except InvalidDocumentError as error:
        return Outcome(disposition="invalid", article_id=peek_id(value or b"", key), error=_describe(error))
    article_id = article.key if isinstance(article, Tombstone) else getattr(article, "id", None)
    if not isinstance(article_id, str):  # a third party's struct may have another kind of id, or none
        article_id = None
    try:
        result = process(article, memory) if stage.looks_up else process(article)
        results = result if isinstance(result, Results) else Results(output=result)
        encoded = b"" if results.output is None else _encode(stage, stage.sink, results.output, key)
        records = tuple(_encode_record(stage, record) for record in results.records)
        changes = _check_changes(stage, results.changes)
        measures = {
            measure.name: float(number)
            for measure in stage.measures
            if results.output is not None and (number := measure.of(results.output)) is not None
        }
    except Reject as error:
        return Outcome(disposition="rejected", article_id=article_id, error=_describe(error))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a bug that this article met costs the article, not the worker
        return Outcome(disposition="failed", article_id=article_id, error=_describe(error, stacktrace=True))
    output = results.output
    model = output.provenance[-1].model if isinstance(output, CleanedArticle) and output.provenance else None
    return Outcome(
        disposition="passed",
        article_id=article_id,
        model=model,
        basis=results.basis,
        measures=measures,
        silent=output is None,
        value=encoded,
        records=records,
        changes=changes,
    )


def _read_input(stage: Stage, value: bytes | None, key: bytes | None) -> msgspec.Struct:
    if value is not None:
        return read(stage.input, value, key)
    try:
        return Tombstone(key=id_from_key(key or b""))
    except ValueError as error:
        raise InvalidDocumentError(f"a tombstone, but {error}") from None


def _encode(stage: Stage, topic: str, document: Any, key: bytes | None) -> bytes:
    """Bytes of a document, which are read back: a stage never publishes one that breaks its own contract."""
    expected = stage.output if topic == stage.sink else stage.outputs[topic]
    if not isinstance(document, expected):
        raise TypeError(f"{stage.name} returned {type(document).__name__}, not {expected.__name__}")
    encoded = msgspec.json.encode(document)
    read(expected, encoded, key)
    return encoded


def _encode_record(stage: Stage, record: Record) -> EncodedRecord:
    if record.topic != stage.sink and record.topic not in stage.outputs:
        raise ValueError(f"{stage.name} wrote to {record.topic}, which is not among its outputs")
    if not record.key:
        raise ValueError(f"{stage.name} wrote a record without a key to {record.topic}")
    key = record.key.encode()
    value = None if record.value is None else _encode(stage, record.topic, record.value, key)
    return EncodedRecord(record.topic, key, value, record.partition)


def _check_changes(stage: Stage, changes: dict[Any, Any]) -> dict[bytes, bytes | None]:
    if changes and stage.state is None:
        raise ValueError(f"{stage.name} changed rows, but declares no state")
    for key, value in changes.items():
        if not isinstance(key, bytes) or not isinstance(value, bytes | None):
            raise TypeError(f"{stage.name}: keys and values of its state are bytes, not {key!r:.80}: {value!r:.80}")
        if not key or key.startswith(b"\x00"):
            raise ValueError(f"{stage.name}: a key of its state is empty or begins with a zero byte: {key!r:.80}")
    return changes


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
