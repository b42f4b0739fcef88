"""Settings: environment variables `COPYDESK_*` into frozen structs, each field documented where it is defined."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from copydesk.stage import Stage

S = TypeVar("S", bound=msgspec.Struct)

Seconds = Annotated[float, Meta(gt=0)]


class SettingsError(ValueError):
    """A setting has a value that cannot be; the message names the variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a worker runs; `COPYDESK_BROKERS` is the field `brokers`, and so on."""

    brokers: str = "127.0.0.1:9092"
    """Bootstrap servers, `host:port`, separated by commas."""

    topic_prefix: str = ""
    """Put before every topic, group and transactional id, for a cluster that is shared."""

    delivery: Literal["exactly_once", "at_least_once", "auto"] = "exactly_once"
    """`auto`: exactly once where the broker has transactions, else at least once."""

    max_article_seconds: Seconds = 60.0
    """An article that takes longer costs its child process, is tried once more, and becomes a dead letter."""

    max_child_bytes: Annotated[int, Meta(ge=0)] = 4 * 1024**3
    """Memory (data segment) that the stage's process may take before the article in hand is blamed; 0: no limit."""

    load_seconds: Seconds = 120.0
    """How long loading the models may take."""

    transaction_seconds: Seconds = 30.0
    """After this the broker aborts a transaction. Articles are processed before it opens, so it can be short."""

    session_seconds: Seconds = 45.0
    """After this without a heartbeat the group gives a worker's partitions to others."""

    broker_seconds: Seconds = 30.0
    """How long the broker may be out of reach before the worker gives up (exit 3)."""

    stall_seconds: Seconds = 300.0
    """Work is waiting and nothing got done for so long: unhealthy. Above twice `max_article_seconds` plus `load_seconds`."""

    dlq_max_ratio: Annotated[float, Meta(gt=0, le=1)] = 0.05
    """Halt when more than this share of the last 200 articles failed."""

    dlq_max_consecutive: Annotated[int, Meta(ge=1)] = 20
    """Halt when so many articles in a row failed."""

    metrics_port: Annotated[int, Meta(ge=-1, le=65535)] = -1
    """Port of `/metrics`, `/health` and `/ready`; 0: any free one, printed; -1: none."""

    metrics_host: str = "127.0.0.1"
    """Address of that port; 0.0.0.0 in a container."""

    health_file: Path | None = None
    """Where a worker tells its health for `copydesk health`; default: one a stage in the temporary folder."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is logged."""

    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto`: JSON unless standard error is a terminal."""


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The worker's settings.

    Raises:
        SettingsError: A value that cannot be, or a file for a secret that cannot be read.
    """
    return _read(Settings, "COPYDESK_", environ)


def stage_settings(stage: Stage, environ: Mapping[str, str] = os.environ) -> msgspec.Struct | None:
    """A stage's own settings, `COPYDESK_<STAGE>_<FIELD>`; None where it declares none.

    Raises:
        SettingsError: A value that cannot be.
    """
    if stage.settings is None:
        return None
    return _read(stage.settings, f"COPYDESK_{stage.name.upper()}_", environ)


def _read(struct: type[S], prefix: str, environ: Mapping[str, str]) -> S:
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
        text = str(error)
        if "`$." in text:  # "Expected `float` - at `$.max_article_seconds`"
            what, _, where = text.rpartition(" - at `$.")
            text = f"{prefix}{where.rstrip('`').upper()}: {what.lower()}, got {values.get(where.rstrip('`'), '')!r}"
        raise SettingsError(text) from None


def _decode(kind: type, value: object) -> object:
    if issubclass(kind, Path):
        return Path(str(value))
    raise NotImplementedError(kind)


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable}: cannot read {path}: {error}") from None
