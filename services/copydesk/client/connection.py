"""How to reach the broker, and how settings are read from the environment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


class SettingsError(ValueError):
    """A setting has a value that cannot be; the message names the variable."""


class BrokerAwayError(ConnectionError):
    """The broker cannot be reached, or it refused the login; the message names it and says what to do."""


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """What every program that talks to the broker needs; `COPYDESK_BROKERS` is the field `brokers`, and so on."""

    brokers: str = "127.0.0.1:9092"
    """Bootstrap servers, `host:port`, separated by commas."""

    topic_prefix: str = ""
    """Put before every topic, group and transactional id, for a cluster that is shared."""

    def options(self) -> dict[str, Any]:
        """The arguments by which every client of aiokafka gets its connection."""
        return {"bootstrap_servers": self.brokers, "client_id": "copydesk"}

    def full(self, name: str) -> str:
        """A topic's or group's name on this cluster."""
        return self.topic_prefix + name

    async def answers(self, *, seconds: float = 3.0) -> bool:
        """Whether any of the bootstrap servers accepts a connection."""
        tried = (_connects(server.strip(), seconds) for server in self.brokers.split(","))
        return any(await asyncio.gather(*tried))

    def away(self, error: object) -> BrokerAwayError:
        """The error to raise when the broker does not answer."""
        return BrokerAwayError(
            f"no broker answers at {self.brokers} ({error}): "
            "start one (`copydesk up`, or `make kafka`) or set COPYDESK_BROKERS"
        )


async def _connects(server: str, seconds: float) -> bool:
    host, _, port = server.rpartition(":") if ":" in server else (server, "", "9092")
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
            writer.close()
            await writer.wait_closed()
    except (OSError, TimeoutError, ValueError):
        return False
    return True


def read_environment(struct: type[S], prefix: str, environ: Mapping[str, str] = os.environ) -> S:
    """The struct, each field from the variable `prefix` + its name in capitals, or from the file that `..._FILE` names.

    Raises:
        SettingsError: A value that cannot be, or a file that cannot be read.
    """
    values: dict[str, str] = {}
    for field in msgspec.structs.fields(struct):
        variable = prefix + field.name.upper()
        if (value := environ.get(variable, "")) != "":
            values[field.name] = value
        elif path := environ.get(f"{variable}_FILE"):
            values[field.name] = _read_secret(f"{variable}_FILE", path)
    try:
        return msgspec.convert(values, struct, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        what, _, where = str(error).rpartition(" - at `$.")  # "Expected `float` - at `$.max_article_seconds`"
        name = where.rstrip("`")
        raise SettingsError(f"{prefix}{name.upper()}={values.get(name, '')}: {what}") from None


def read_connection(environ: Mapping[str, str] = os.environ) -> Connection:
    """The connection that `COPYDESK_BROKERS` and its kind describe.

    Raises:
        SettingsError: A value that cannot be.
    """
    return read_environment(Connection, "COPYDESK_", environ)


def _decode(kind: type, value: object) -> object:
    if issubclass(kind, Path):
        return Path(str(value))
    raise NotImplementedError(kind)


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable}: cannot read {path}: {error}") from None
