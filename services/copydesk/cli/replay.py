"""`copydesk replay`: process articles of the past once more."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson
from aiokafka.errors import KafkaError

from copydesk.cli.parameters import Time, brokers_option
from copydesk.cli.prerequisites import exit_with, find_stage, load_settings, load_stage_settings, run_or_exit
from copydesk.cli.progress import Progress
from copydesk.extras import install_hint
from copydesk.files.formats import read_ids
from copydesk.operations import broker_checks
from copydesk.runtime.exits import Exit
from copydesk.runtime.settings import Settings
from copydesk.runtime.stage_process import LoadError
from copydesk.stage import Stage

if TYPE_CHECKING:
    from copydesk.operations.replay import Plan, Replay, Tally


@click.command(name="replay")
@click.argument("topic", metavar="TOPIC")
@click.option("--from", "since", type=Time(), required=True, help="Appended to TOPIC at this time or later.")
@click.option("--to", "until", type=Time(), help="Appended before this time; default: now.")
@click.option("--stage", "name", metavar="NAME", required=True, help="The stage that reads TOPIC.")
@click.option(
    "--ids",
    "id_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Only these articles: file with an id per line.",
)
@click.option("--dry-run", is_flag=True, help="Print the number of articles and the time it would take; write nothing.")
@click.option("--resume", metavar="ID", help="Continue an interrupted replay; give the same options again.")
@click.option("--json", "as_json", is_flag=True, help="Print the sums as one JSON object.")
@brokers_option
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
    """Process the articles on TOPIC once more.

    The stage runs as it is now, and its new results replace the older ones. Workers may go on meanwhile: the replay has
    a consumer group of its own. An article is skipped if a newer version is on the topic, even one that arrives during
    the replay, so that no older result replaces a newer one. The exit code is 1 if an article became a dead letter.

    Example: copydesk replay articles.raw --from 2026-11-01 --stage cleaner --dry-run
    """
    stage, settings = find_stage(name), load_settings()
    load_stage_settings(stage)
    if topic != stage.source:
        raise click.BadParameter(f"the stage {name} reads {stage.source}", param_hint="TOPIC")
    try:
        from copydesk.operations.replay import Plan  # noqa: PLC0415 - needs the packages of a worker, an extra
    except ModuleNotFoundError as error:
        exit_with(Exit.SETUP, f"{error}; {install_hint(name)}")
    plan = Plan(since, until or datetime.now(UTC), read_ids(id_file))
    if plan.since >= plan.until:
        raise click.UsageError("--from must be before --to")
    try:
        sums = run_or_exit(_replay(stage, settings, plan, resume, dry_run=dry_run))
    except LoadError as error:
        exit_with(Exit.SETUP, str(error))
    except KafkaError as error:
        exit_with(Exit.RESTART, f"{type(error).__name__}: {error}")
    _print_sums(sums, as_json=as_json)
    raise SystemExit(Exit.REFUSED if sums["problem"] or sums["dead_letters"] else Exit.DONE)


async def _replay(
    stage: Stage, settings: Settings, plan: Plan, resume: str | None, *, dry_run: bool
) -> dict[str, object]:
    """Replay the plan, or only count; returns the sums."""
    from copydesk.operations.replay import HaltedError, Replay  # noqa: PLC0415 - as above

    transactions = await broker_checks.has_transactions(settings)
    async with Replay(stage, settings, plan, transactions=transactions, resume=resume) as replay:
        click.echo("looking for the articles to replay", err=True)
        tally = await replay.scan()
        sums: dict[str, object] = {"stage": stage.name, "topic": stage.source, "dry_run": dry_run, "problem": None}
        sums |= {"from": plan.since.isoformat(), "to": plan.until.isoformat(), "id": replay.id, "group": replay.group}
        if dry_run:
            seconds = tally.wanted * await replay.seconds_an_article()
            return sums | _counts(tally) | {"to_replay": tally.wanted, "about_seconds": round(seconds, 3)}
        if tally.wanted:
            click.echo(
                f"replay {replay.id} of {tally.wanted} articles; if interrupted, continue with --resume {replay.id}",
                err=True,
            )
            try:
                await _run_until_sigterm(_run_with_progress(replay, tally))
            except HaltedError as error:
                sums["problem"] = f"{error}: fix the stage, then --resume {replay.id}"
        return sums | _counts(tally) | {"left": tally.left}


async def _run_until_sigterm(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine; SIGTERM cancels it, so that no transaction stays open and blocks the sink's readers."""
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
            exit_with(Exit.TERMINATED, "terminated")
        raise
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def _run_with_progress(replay: Replay, tally: Tally) -> None:
    with Progress("replaying", tally.wanted) as progress:
        replayed, done = 0, 0
        async for _ in replay.run():
            progress.add(tally.replayed - replayed, units=tally.wanted - tally.left - done)
            replayed, done = tally.replayed, tally.wanted - tally.left


def _counts(tally: Tally) -> dict[str, object]:
    return {
        "found": tally.found,
        "newer": tally.newer,
        "done_before": tally.before,
        "replayed": tally.replayed,
        "passed": tally.dispositions["passed"],
        "dead_letters": tally.replayed - tally.dispositions["passed"],
    }


def _print_sums(sums: dict[str, object], *, as_json: bool) -> None:
    skipped = f"{sums['newer']} skipped for a newer version on {sums['topic']}"
    if as_json:
        click.echo(orjson.dumps(sums))
    elif sums["dry_run"]:
        duration = _format_duration(float(str(sums["about_seconds"])))
        click.echo(f"{sums['to_replay']} articles to replay, about {duration} on one core; {skipped}")
    else:
        before = f"{sums['done_before']} done before, " if sums["done_before"] else ""
        expired = f", {sums['left']} expired by retention meanwhile" if sums["left"] and not sums["problem"] else ""
        click.echo(
            f"{before}{sums['replayed']} replayed: {sums['passed']} passed, "
            f"{sums['dead_letters']} in the dead letters; {skipped}{expired}"
        )
    if sums["problem"]:
        click.echo(f"copydesk: {sums['problem']}", err=True)


def _format_duration(seconds: float) -> str:
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
