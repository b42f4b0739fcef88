"""`copydesk replay`: articles of the past once more through a stage."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson
from aiokafka.errors import KafkaError

from copydesk.cli.dlq import Time
from copydesk.cli.files import ids_of
from copydesk.cli.progress import Progress
from copydesk.cli.setup import end, run_or_exit, settings, stage_named, stage_options
from copydesk.contracts.topics import UnknownTopicError
from copydesk.operations import broker_checks
from copydesk.operations.replay import HaltedError, Plan, Replay, Tally
from copydesk.runtime.exits import Exit
from copydesk.runtime.settings import Settings
from copydesk.runtime.stage_process import LoadError
from copydesk.stage import Stage


@click.command(name="replay")
@click.argument("topic", metavar="TOPIC")
@click.option("--from", "since", type=Time(), required=True, help="Appended to TOPIC at this time or later.")
@click.option("--to", "until", type=Time(), help="Appended before this time; default: now.")
@click.option("--stage", "name", metavar="NAME", required=True, help="The stage that reads TOPIC.")
@click.option(
    "--ids", "id_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Only these ids, one a line."
)
@click.option("--dry-run", is_flag=True, help="Tell how many articles and about how long; write nothing.")
@click.option("--resume", metavar="ID", help="Go on with a replay that was cut off, all else being the same.")
@click.option("--json", "as_json", is_flag=True, help="The sums as one JSON object.")
def command(
    *,
    topic: str,
    since: datetime,
    until: datetime | None,
    name: str,
    id_file: Path | None,
    resume: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Process what lies in TOPIC once more, with the stage as it is now: results replace the older ones.

    Runs beside live workers and touches nothing of theirs: its consumer group is its own. An article of which a newer
    version is on the topic is skipped, also when that comes while the replay runs, so that no old result comes to lie
    over a newer one. Stops by itself. The exit code is 1 when an article did not pass (it is in the dead letters).

    Example: copydesk replay articles.raw --from 2026-11-01T00:00Z --to 2026-11-02 --stage cleaner --dry-run
    """
    stage, how = stage_named(name), settings()
    stage_options(stage)
    if topic != stage.source:
        raise click.BadParameter(f"the stage {name} reads {stage.source}", param_hint="TOPIC")
    plan = Plan(since, until or datetime.now(UTC), ids_of(id_file))
    if plan.since >= plan.until:
        raise click.UsageError("--from must be before --to")
    try:
        told = run_or_exit(_replay(stage, how, plan, resume, dry_run=dry_run))
    except (LoadError, UnknownTopicError) as error:
        end(Exit.SETUP, str(error))
    except KafkaError as error:
        end(Exit.RESTART, f"{type(error).__name__}: {error}")
    _report(told, as_json=as_json)
    raise SystemExit(Exit.REFUSED if told["problem"] or told["dead_letters"] else Exit.DONE)


async def _replay(stage: Stage, how: Settings, plan: Plan, resume: str | None, *, dry_run: bool) -> dict[str, object]:
    transactions = await broker_checks.has_transactions(how)
    async with Replay(stage, how, plan, transactions=transactions, resume=resume) as replay:
        _say("looking for what is to be replayed")
        tally = await replay.scan()
        told: dict[str, object] = {"stage": stage.name, "topic": stage.source, "dry_run": dry_run, "problem": None}
        told |= {"from": plan.since.isoformat(), "to": plan.until.isoformat(), "id": replay.id, "group": replay.group}
        if dry_run:
            each = await replay.seconds_an_article()
            return told | _sums(tally) | {"to_replay": tally.wanted, "about_seconds": round(each * tally.wanted, 3)}
        if tally.wanted:
            _say(f"replay {replay.id} of {tally.wanted} articles; cut off, it goes on with --resume {replay.id}")
            try:
                await _until_terminated(_follow(replay, tally))
            except HaltedError as error:
                told["problem"] = f"{error}: mend the stage, then --resume {replay.id}"
        return told | _sums(tally) | {"left": tally.left}


async def _until_terminated(work: Coroutine[Any, Any, None]) -> None:
    """Do it; SIGTERM ends it in order, so that no open transaction keeps the sink's readers waiting."""
    task = asyncio.create_task(work)
    terminated = False

    def terminate() -> None:
        nonlocal terminated
        terminated = True
        task.cancel()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, terminate)
    try:
        await task
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if terminated:
            end(Exit.TERMINATED, "terminated")
        raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def _follow(replay: Replay, tally: Tally) -> None:
    """Run it; on a terminal with its progress."""
    with Progress("replaying", tally.wanted) as progress:
        replayed, done = 0, 0
        async for _ in replay.run():
            progress.add(tally.replayed - replayed, units=tally.wanted - tally.left - done)
            replayed, done = tally.replayed, tally.wanted - tally.left


def _sums(tally: Tally) -> dict[str, object]:
    return {
        "found": tally.found,
        "newer": tally.newer,
        "done_before": tally.before,
        "replayed": tally.replayed,
        "passed": tally.dispositions["passed"],
        "dead_letters": tally.replayed - tally.dispositions["passed"],
    }


def _report(told: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        click.echo(orjson.dumps(told))
    elif told["dry_run"]:
        click.echo(
            f"{told['to_replay']} articles to replay, about {_time(float(str(told['about_seconds'])))} on one core; "
            f"{told['newer']} skipped for a newer version on {told['topic']}"
        )
    else:
        before = f"{told['done_before']} done before, " if told["done_before"] else ""
        gone = f", {told['left']} gone meanwhile by retention" if told["left"] and not told["problem"] else ""
        click.echo(
            f"{before}{told['replayed']} replayed: {told['passed']} passed, "
            f"{told['dead_letters']} in the dead letters; "
            f"{told['newer']} skipped for a newer version on {told['topic']}{gone}"
        )
    if told["problem"]:
        click.echo(f"copydesk: {told['problem']}", err=True)


def _time(seconds: float) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def _say(line: str) -> None:
    click.echo(line, err=True)
