"""What keeps, or would keep, workers from working here: each finding with the command that mends it."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import Literal

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

import copydesk
from copydesk.client.connection import BrokerAwayError, Connection
from copydesk.client.consumer import open_consumer, topic_partitions
from copydesk.contracts.envelope import header, rfc3339
from copydesk.contracts.schemas import render, schemas
from copydesk.contracts.topics import Topic, schemas_folder, topics_with
from copydesk.operations import broker_checks
from copydesk.operations.rights import Right, missing_rights
from copydesk.runtime.exits import Exit
from copydesk.runtime.settings import Settings
from copydesk.runtime.stage_process import LoadError, StageProcess
from copydesk.stage import Stage

State = Literal["ok", "note", "fail"]

DISK_BYTES = 100 * 1024**2  # a worker writes health files of a few hundred bytes; a fuller disk is about to be full
MEMORY_BYTES = 256 * 1024**2  # a parent alone takes about a third of this
CLOCK_SECONDS = 60.0
LIKE = 0.9  # of 1: COPYDESK_BROKER and COPYDESK_BROKERS have .97; a viewer's setting is like no worker's
LAST = 3  # offsets at the end of a partition: a marker may be the last, a message lies before it
LOOK_SECONDS = 3.0
CGROUP = Path("/sys/fs/cgroup/memory.max")
PROC = Path("/proc")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found."""

    check: str
    state: State
    told: str
    mend: str | None = None
    """The command that mends it, where something is to be mended."""

    exit: int = Exit.REFUSED
    """What a failure of this kind means, as an exit code."""


def exit_of(findings: Iterable[Finding]) -> Exit:
    """The exit code of all: broker out of reach before set up wrongly before anything else."""
    failed = {finding.exit for finding in findings if finding.state == "fail"}
    return next((code for code in (Exit.BROKER, Exit.SETUP, Exit.REFUSED) if code in failed), Exit.DONE)


async def examine(settings: Settings, stages: Sequence[Stage], *, all_wanted: bool) -> AsyncIterator[Finding]:
    """Every finding, as it is found.

    Args:
        settings: As a worker here would have them.
        stages: Those to look at.
        all_wanted: Whether a stage whose packages are not installed here is a failure.
    """
    yield Finding(check="settings", state="ok", told=repr(settings))
    for finding in _misspelt(stages):
        yield finding
    yield _disk(settings)
    for check in (_memory(settings), _schemas()):
        for finding in check:
            yield finding
    for stage in stages:
        async for finding in _models(settings, stage, wanted=all_wanted):
            yield finding
    async for finding in _broker(settings, stages):
        yield finding


# ---------------------------------------------------------------------------------------------------- this machine


def _misspelt(stages: Sequence[Stage], environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Variables that no setting reads, and that are nearly one: nobody else would tell."""
    known = {f"COPYDESK_{field.name.upper()}" for field in msgspec.structs.fields(Settings)}
    for stage in stages:
        if stage.settings is not None:
            prefix = f"COPYDESK_{stage.name.upper().replace('-', '_')}_"
            known |= {prefix + field.name.upper() for field in msgspec.structs.fields(stage.settings)}
    for variable in sorted(environ):
        name = variable.removesuffix("_FILE")
        if not variable.startswith("COPYDESK_") or variable in known or name in known:
            continue
        if near := get_close_matches(name, known, n=1, cutoff=LIKE):
            yield Finding(check="settings", state="note", told=f"{variable}: no setting has this name", mend=near[0])


def _disk(settings: Settings) -> Finding:
    folder = settings.health_file.parent if settings.health_file else Path(tempfile.gettempdir())
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as error:
        mend = "set COPYDESK_HEALTH_FILE (and TMPDIR) to a folder that can be written"
        return Finding(check="disk", state="fail", told=f"{folder} cannot be written: {error.strerror}", mend=mend)
    told = f"{_size(free)} free in {folder}"
    if free < DISK_BYTES:
        return Finding(check="disk", state="fail", told=told, mend=f"make room: df -h {folder}")
    return Finding(check="disk", state="ok", told=told)


def _memory(settings: Settings) -> Iterator[Finding]:
    available, limit = _available(), _limit()
    if available is None:
        yield Finding(check="memory", state="note", told="how much there is cannot be told on this system")
        return
    told = f"{_size(available)} available" + (f", {_size(limit)} at most" if limit else "")
    if available < MEMORY_BYTES:
        yield Finding(check="memory", state="fail", told=told, mend="free -m; fewer workers on this machine")
    elif limit and settings.max_child_bytes and limit < settings.max_child_bytes:
        yield Finding(
            check="memory",
            state="note",
            told=f"{told}: an article that takes more costs the whole worker, not its process alone "
            f"(COPYDESK_MAX_CHILD_BYTES is {_size(settings.max_child_bytes)})",
            mend=f"COPYDESK_MAX_CHILD_BYTES={limit * 3 // 4}",
        )
    else:
        yield Finding(check="memory", state="ok", told=told)


def _available() -> int | None:
    return _told("meminfo", "MemAvailable")


def _limit() -> int | None:
    """What the container may take; None where it is not limited."""
    try:
        told = CGROUP.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(told) if told.isdigit() else None


def _schemas() -> Iterator[Finding]:
    folder = schemas_folder()
    made = schemas()
    wrong = [
        name
        for name, schema in made.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != render(schema)
    ]
    if wrong:
        told = f"not as this version of copydesk writes them: {', '.join(wrong)}"
        mend = "copydesk schemas write (in a checkout), or install copydesk again"
        yield Finding(check="schemas", state="fail", told=told, mend=mend)
    else:
        yield Finding(check="schemas", state="ok", told=", ".join(name.removesuffix(".schema.json") for name in made))


async def _models(settings: Settings, stage: Stage, *, wanted: bool) -> AsyncIterator[Finding]:
    """Whether the stage's models are as they were published, and load."""
    check, mend = f"models of {stage.name}", f"pip install --force-reinstall 'copydesk[{stage.name}]'"
    for name in _pinned(stage):
        changed = _changed(name)
        if changed is None:
            continue
        if changed:
            told = f"{name} is not as it was published: {', '.join(changed[:3])}"
            yield Finding(check=check, state="fail", told=told, mend=mend, exit=Exit.SETUP)
        else:
            yield Finding(check=check, state="ok", told=f"{name} {distribution(name).version}, every hash as published")
    for path in _own(stage):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield Finding(check=check, state="ok", told=f"{path.name}, sha256 {digest}")
    child = StageProcess(stage, settings)
    begin = time.monotonic()
    try:
        await child.start()
    except LoadError as error:
        absent = "ModuleNotFoundError" in str(error)
        state: State = "note" if absent and not wanted else "fail"
        yield Finding(check=check, state=state, told=str(error), mend=mend, exit=Exit.SETUP)
    else:
        took = time.monotonic() - begin
        yield Finding(check=check, state="ok", told=f"loads in {took:.1f} s, takes {_size(_resident(child.pid))}")
    finally:
        await child.stop()


def _pinned(stage: Stage) -> list[str]:
    """The distributions that the stage's extra names with exactly one version: faust and the models."""
    wanted = re.compile(rf"""^([\w.-]+)==\S+\s*;\s*extra == ['"]{re.escape(stage.name)}['"]$""")
    try:
        return [match[1] for told in requires("copydesk") or () if (match := wanted.match(told))]
    except PackageNotFoundError:  # run from a checkout that is not installed
        return []


def _changed(name: str) -> list[str] | None:
    """The files of an installed distribution whose hash is not the recorded one; None where it is not installed."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return None
    changed = []
    for file in files:
        if file.hash is None:
            continue
        try:
            digest = hashlib.new(file.hash.mode, Path(str(file.locate())).read_bytes()).digest()
        except OSError:
            changed.append(str(file))
            continue
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            changed.append(str(file))
    return changed


def _own(stage: Stage) -> list[Path]:
    """The model files of copydesk itself that a stage reads; their cards tell the hashes."""
    home = Path(copydesk.__file__).parent
    if not stage.load.__module__.startswith("copydesk."):
        return []
    folders = [home / stage.name, *([home / "vectors"] if stage.name in {"cleaner", "coherence"} else [])]
    return [
        path for folder in folders for path in sorted(folder.rglob("*-[0-9]*.*")) if path.suffix in {".npz", ".json"}
    ]


def _resident(pid: int | None) -> int:
    return _told(f"{pid}/status", "VmRSS") or 0


def _told(file: str, name: str) -> int | None:
    """Bytes that a file of Linux's /proc tells under this name; None on other systems."""
    try:
        text = (PROC / file).read_text(encoding="utf-8")
    except OSError:
        return None
    match = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    return int(match[1]) * 1024 if match else None


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GiB" if count >= 1024**3 else f"{count / 1024**2:.0f} MiB"


# ------------------------------------------------------------------------------------------------------ the broker


async def _broker(settings: Settings, stages: Sequence[Stage]) -> AsyncIterator[Finding]:
    try:
        async with broker_checks.admin(settings) as client:
            cluster = await client.describe_cluster()
            who = f"{settings.brokers}: cluster {cluster.get('cluster_id')}, {len(cluster['brokers'])} nodes"
            yield Finding(check="broker", state="ok", told=who)
            missing = {stage.name: await missing_rights(client, stage, settings) for stage in stages}
            for name, rights in missing.items():
                for finding in _rights(settings, name, rights):
                    yield finding
            # a topic that we have no right to looks as if it were not there
            hidden = {right.name for rights in missing.values() for right in rights}
            described = {name: topic for name, topic in _described(settings, stages).items() if name not in hidden}
            problems = await broker_checks.topic_problems(client, settings, described)
            for problem in problems:
                state: State = "fail" if problem.fatal else "note"
                yield Finding(check="topics", state=state, told=problem.told, mend=problem.mend, exit=Exit.SETUP)
            if not problems:
                yield Finding(check="topics", state="ok", told=f"{len(described)} as described, retention too")
            there = await broker_checks.partitions(client, described)
        yield await _transactions(settings)
        if there:
            yield await _messages(settings, {name: described[name] for name in there})
    except BrokerAwayError as error:
        told, _, mend = str(error).rpartition(": ")
        yield Finding(check="broker", state="fail", told=told, mend=mend, exit=Exit.BROKER)


def _described(connection: Connection, stages: Sequence[Stage]) -> dict[str, Topic]:
    """The topics of the stages, by their full names."""
    used = {name for stage in stages for name in (stage.source, stage.sink, stage.dead_letters)}
    return {connection.full_name(name): topic for name, topic in topics_with(stages).items() if name in used}


def _rights(settings: Settings, name: str, missing: list[Right]) -> Iterator[Finding]:
    check = f"rights of {name}"
    for right in missing:
        told = f"no {right.operation} on the {right.kind} {right.name}"
        mend = right.granted_by(settings.brokers, settings.sasl_username)
        yield Finding(check=check, state="fail", told=told, mend=mend, exit=Exit.SETUP)
    if not missing:
        yield Finding(check=check, state="ok", told="may read, write and join its group")


async def _transactions(settings: Settings) -> Finding:
    if settings.delivery == "at_least_once":
        return Finding(check="transactions", state="ok", told="not needed: COPYDESK_DELIVERY is at_least_once")
    try:
        there = await broker_checks.has_transactions(settings)
    except broker_checks.SetupError as error:
        mend = "grant it (infra/kafka/rights.md), or COPYDESK_DELIVERY=at_least_once"
        return Finding(check="transactions", state="fail", told=str(error), mend=mend, exit=Exit.SETUP)
    if there:
        return Finding(check="transactions", state="ok", told="the broker has them")
    told = "the broker has none: after a crash an article may come twice, with the same ce_id"
    return Finding(
        check="transactions",
        state="fail" if settings.delivery == "exactly_once" else "note",
        told=told,
        mend="COPYDESK_DELIVERY=at_least_once (or auto), or Apache Kafka",
        exit=Exit.SETUP,
    )


async def _messages(connection: Connection, described: dict[str, Topic]) -> Finding:
    """What the newest messages say of schema versions and clocks."""
    unknown: set[str] = set()
    newest = 0
    async with open_consumer(connection, [topic.name for topic in described.values()]) as consumer:
        partitions = [partition for name in described for partition in await topic_partitions(consumer, name)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        for partition, end in ends.items():
            consumer.seek(partition, max(0, end - LAST))
        async for partition, record in _last(consumer, {partition for partition, end in ends.items() if end}):
            newest = max(newest, record.timestamp)
            event, kind = described[partition.topic].event, header(record.headers, "ce_type")
            if event and kind and kind.startswith("copydesk.") and kind != event:
                unknown.add(f"{kind} on {partition.topic}")
    ahead = newest / 1000 - time.time()
    if unknown:
        told = f"messages of versions that this copydesk does not know: {', '.join(sorted(unknown))}"
        return Finding(check="messages", state="fail", told=told, mend="pip install --upgrade copydesk")
    if ahead > CLOCK_SECONDS:
        told = f"the newest message is {ahead:.0f} s ahead of this machine's clock ({rfc3339(newest)})"
        mend = "timedatectl set-ntp true, here or where the message came from"
        return Finding(check="clock", state="fail", told=told, mend=mend)
    told = f"newest message of {rfc3339(newest)}" if newest else "no message yet"
    return Finding(check="clock", state="ok", told=f"{told}; here it is {rfc3339(int(time.time() * 1000))}")


async def _last(
    consumer: AIOKafkaConsumer, partitions: set[TopicPartition]
) -> AsyncIterator[tuple[TopicPartition, ConsumerRecord[bytes | None, bytes | None]]]:
    """What comes first from each of these partitions, as far as it comes in time."""
    deadline = time.monotonic() + LOOK_SECONDS
    while partitions and time.monotonic() < deadline:
        for partition, records in (await consumer.getmany(*partitions, timeout_ms=200)).items():
            partitions.discard(partition)
            for record in records:
                yield partition, record


__all__ = ["Finding", "examine", "exit_of"]
