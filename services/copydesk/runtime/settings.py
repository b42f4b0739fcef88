"""Settings of a worker: environment variables `COPYDESK_*` into a frozen struct, documented where it is defined."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from copydesk.client.connection import Connection, SettingsError, read_environment
from copydesk.stage import Stage

__all__ = ["Settings", "SettingsError", "read_settings", "settings_digest", "stage_settings"]

Seconds = Annotated[float, Meta(gt=0)]


class Settings(Connection, frozen=True, kw_only=True):
    """How a worker runs; `COPYDESK_DELIVERY` is the field `delivery`, and so on."""

    delivery: Literal["exactly_once", "at_least_once", "auto"] = "exactly_once"
    """`auto`: exactly once where the broker has transactions, else at least once."""

    max_article_seconds: Seconds = 60.0
    """An article that takes longer costs its child process, is tried once more, and becomes a dead letter."""

    grace_seconds: Seconds = 20.0
    """How long the article in hand may take once its partition is given up or the worker stops; then it is dropped
    uncommitted, and the next owner begins it anew. Below the time that whoever stops the worker gives it."""

    max_child_bytes: Annotated[int, Meta(ge=0)] = 4 * 1024**3
    """Memory (data segment) that the stage's process may take before the article in hand is blamed; 0: no limit."""

    load_seconds: Seconds = 120.0
    """How long loading the models may take."""

    transaction_seconds: Seconds = 30.0
    """After this the broker aborts a transaction. Articles are processed before it opens, so it can be short."""

    compression: Literal["lz4", "zstd", "none"] = "lz4"
    """Of what the worker writes. zstd takes half the bytes for a little more CPU; brokers and readers on Alpine, or
    a native image of Kafka, may not have it (ADR 0015)."""

    session_seconds: Seconds = 45.0
    """After this without a heartbeat the group gives a worker's partitions to others."""

    broker_seconds: Seconds = 30.0
    """How long the broker may be out of reach before the worker gives up (exit 3)."""

    stall_seconds: Seconds = 300.0
    """Work waits and nothing got done for so long: unhealthy. Above twice `max_article_seconds` and `load_seconds`."""

    stall_exit_seconds: Annotated[float, Meta(ge=0)] = 900.0
    """Stalled for so long, the worker ends (exit 70), to be restarted; 0: never. Counted like `stall_seconds`."""

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

    @property
    def compression_type(self) -> str | None:
        """`compression` as aiokafka names it."""
        return None if self.compression == "none" else self.compression


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The worker's settings.

    Raises:
        SettingsError: A value that cannot be, or a file for a secret that cannot be read.
    """
    return read_environment(Settings, "COPYDESK_", environ)


def stage_settings(stage: Stage, environ: Mapping[str, str] = os.environ) -> msgspec.Struct | None:
    """A stage's own settings, `COPYDESK_<STAGE>_<FIELD>`; None where it declares none.

    Raises:
        SettingsError: A value that cannot be.
    """
    if stage.settings is None:
        return None
    return read_environment(stage.settings, f"COPYDESK_{stage.name.upper().replace('-', '_')}_", environ)


def settings_digest(settings: msgspec.Struct | None) -> str:
    """What of a stage's settings goes into the ids of its results: another value, another id."""
    return "" if settings is None else hashlib.sha256(msgspec.json.encode(settings, order="sorted")).hexdigest()[:16]
