"""Identifiers of articles and events. Each can be computed again from what it identifies."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid5

NAMESPACE = UUID("5b1d5a3e-6f0e-5c7e-9d55-3c0c7a6f2a10")
"""Namespace (UUIDv5) of all ids of copydesk. Never change it: every article and event would get another id."""

MAX_ID_BYTES = 256


def id_problem(value: str) -> str | None:
    """Reason why a string cannot be an article id, or None if it can.

    >>> id_problem("bbc/42") is None
    True
    >>> id_problem("")
    'is empty'
    """
    if not value:
        return "is empty"
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        return "holds half a surrogate pair"
    if size > MAX_ID_BYTES:
        return f"has {size} bytes, over {MAX_ID_BYTES}"
    return None


def id_from_number(number: int) -> str:
    """Article id of a database key: its decimal digits, so that 777 and "777" are the same article.

    >>> id_from_number(777)
    '777'
    """
    return format(number, "d")


def id_from_key(key: bytes) -> str:
    """Article id in a message key.

    Raises:
        ValueError: The key cannot be an id; the message says why.
    """
    try:
        text = key.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"the message key is no id: it is not UTF-8 at byte {error.start}") from None
    if problem := id_problem(text):
        raise ValueError(f"the message key is no id: it {problem}")
    return text


def id_from_url(url: str) -> str:
    """UUIDv5 of an article's URL.

    >>> id_from_url("https://example.org/a") == id_from_url("https://example.org/a")
    True
    """
    return str(uuid5(NAMESPACE, f"url:{url}"))


def id_from_content(content: str) -> str:
    """UUIDv5 of an article's text or HTML. Computed from its SHA-256, so that length costs no memory."""
    return str(uuid5(NAMESPACE, f"content:{hashlib.sha256(content.encode()).hexdigest()}"))


def event_id(cause: str, *, stage: str, version: str, model: str | None, settings: str) -> str:
    """``ce_id`` of a result. A redelivery has the same id; a new model, version or setting gives a new one.

    Args:
        cause: The input's ``ce_source`` and ``ce_id``, or its topic, partition and offset if it has none.
        stage: Name of the stage.
        version: Version of the stage.
        model: Name of the model behind the result; None for a tombstone.
        settings: Digest of the settings that influence the result.
    """
    return str(uuid5(NAMESPACE, "\n".join(("event", cause, stage, version, model or "", settings))))
