"""Settings of a worker: environment variables `COPYDESK_*`, each documented where it is defined."""

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
    """Settings of a worker. `COPYDESK_DELIVERY` is the field `delivery`, and so on."""

    delivery: Literal["exactly_once", "at_least_once", "auto"] = "exactly_once"
    """Delivery guarantee. `auto`: exactly once where the broker has transactions, else at least once."""

    max_article_seconds: Seconds = 60.0
    """Time limit of an article. Beyond it, the stage's process is killed and the article is tried once more; the second
    time it becomes a dead letter."""

    grace_seconds: Seconds = 20.0
    """Time that the current article still has when its partition is revoked or the worker stops. Beyond it, the article
    is dropped uncommitted, and the next owner starts it again. Keep it below the supervisor's stop time-out."""

    max_child_bytes: Annotated[int, Meta(ge=0)] = 4 * 1024**3
    """Memory limit of the stage's process (data segment, bytes). The article that reaches it is tried once more, alone,
    then becomes a dead letter. 0: no limit."""

    load_seconds: Seconds = 120.0
    """Time limit for loading the models."""

    transaction_seconds: Seconds = 30.0
    """Transaction time-out: the broker aborts a transaction that is open for longer. Articles are processed before it
    opens, so it can be short."""

    compression: Literal["lz4", "zstd", "none"] = "lz4"
    """Compression of the records that the worker writes. zstd takes half the bytes for a little more CPU; brokers and
    readers on Alpine, or a native image of Kafka, may not have it (ADR 0015)."""

    session_seconds: Seconds = 20.0
    """Session time-out: without a heartbeat for this time, the group gives the worker's partitions to others. A member
    that is killed while it joins costs the group a second one."""

    broker_seconds: Seconds = 30.0
    """Time for which the broker may be out of reach before the worker gives up (exit 3)."""

    recreated_topic: Literal["stop", "earliest"] = "stop"
    """Reaction to an input topic that was deleted and created again, so that the group's offsets are those of the old
    one. `stop`: exit 5, and say what to do. `earliest`: begin at the new topic's first article, and log it."""

    state_dir: Path | None = None
    """Folder for the rows of a stage with a state (RocksDB; needs the extra `state`). One worker at a time can use it.
    Without it the rows lie in memory, and are read from the changelog at every start."""

    max_state_bytes: Annotated[int, Meta(ge=0)] = 1024**3
    """Maximum memory of the rows of a worker, in bytes; beyond it the worker stops (exit 5). Rows in a folder do not
    count. 0: no limit."""

    lost_state: Literal["stop", "begin"] = "stop"
    """Reaction to a partition whose input was read before, while its changelog is empty: the rows are lost. `stop`:
    exit 5, and say what to do. `begin`: go on with an empty state, and log it."""

    stall_seconds: Seconds = 300.0
    """A worker is unhealthy when work is waiting and nothing was done for this time. Keep it above twice
    `max_article_seconds` and `load_seconds`."""

    stall_exit_seconds: Annotated[float, Meta(ge=0)] = 900.0
    """A worker ends (exit 70), to be restarted, when work is waiting and nothing was done for this time. 0: never."""

    dlq_max_ratio: Annotated[float, Meta(gt=0, le=1)] = 0.05
    """Halt when more than this share of the last 200 articles failed."""

    dlq_max_consecutive: Annotated[int, Meta(ge=1)] = 20
    """Halt when this many articles in a row failed."""

    metrics_port: Annotated[int, Meta(ge=-1, le=65535)] = -1
    """Port of `/metrics`, `/health` and `/ready`. 0: any free one, which is logged; -1: none."""

    metrics_host: str = "127.0.0.1"
    """Address of that port; 0.0.0.0 in a container."""

    health_file: Path | None = None
    """File of the worker's health report, for `copydesk health`. Default: one per stage in the temporary folder."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Lowest level that is logged."""

    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto`: JSON unless standard error is a terminal."""

    @property
    def compression_type(self) -> str | None:
        """`compression` in aiokafka's terms."""
        return None if self.compression == "none" else self.compression


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the worker's settings.

    Raises:
        SettingsError: A value is not allowed, or the file of a secret cannot be read.
    """
    return read_environment(Settings, "COPYDESK_", environ)


def stage_settings(stage: Stage, environ: Mapping[str, str] = os.environ) -> msgspec.Struct | None:
    """Read a stage's own settings, `COPYDESK_<STAGE>_<FIELD>`. None if the stage declares none.

    Raises:
        SettingsError: A value is not allowed.
    """
    if stage.settings is None:
        return None
    return read_environment(stage.settings, f"COPYDESK_{stage.name.upper().replace('-', '_')}_", environ)


def settings_digest(settings: msgspec.Struct | None) -> str:
    """Digest of a stage's settings; part of `ce_id`, so that changed settings give new ids."""
    return "" if settings is None else hashlib.sha256(msgspec.json.encode(settings, order="sorted")).hexdigest()[:16]
