"""HTTP responses that several rooms of the page give, and how they read numbers from an address."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import Response


def json_answer(content: Any, status: int = 200) -> Response:
    """Response with a struct, or with plain values, as JSON."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def problem(status: int, message: str) -> Response:
    """Response that says what is wrong."""
    return Response(orjson.dumps({"problem": message}), status, media_type="application/json")


def read_number(request: Request, name: str, default: int) -> int:
    """Number of a request's address, or the default if it is missing or no number."""
    digits = request.query_params.get(name, "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else default


__all__ = ["json_answer", "problem", "read_number"]
