"""`copydesk doctor`: find what keeps workers from working, and name the command that fixes it."""

from __future__ import annotations

import click
import msgspec

from copydesk.cli.catalogue import importable_stages
from copydesk.cli.parameters import brokers_option
from copydesk.cli.prerequisites import find_stage, load_settings, run_or_exit
from copydesk.operations.doctor import Finding, examine, exit_of
from copydesk.runtime.settings import Settings
from copydesk.stage import Stage
from copydesk.terminal_text import escape, escape_json


@click.command(name="doctor")
@click.option("--stage", "name", metavar="NAME", help="Only what workers of this stage need.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per finding.")
@brokers_option
def command(name: str | None, *, as_json: bool) -> None:
    """Check everything that a worker on this machine needs.

    Checks broker, topics, rights, models, schemas, clock, disk and memory. Each failure names the command that fixes
    it. Models are loaded; nothing is written. The exit code is 3 if the broker does not answer, 5 if something is set
    up wrongly, 1 if another check failed. Stages that run on request only are checked with --stage.

    Example: copydesk doctor --stage extractor
    """
    settings = load_settings()
    found = importable_stages() if name is None else (find_stage(name),)
    stages = tuple(stage for stage in found if name is not None or not stage.on_request)
    findings = run_or_exit(_examine(settings, stages, all_wanted=name is not None, as_json=as_json))
    raise SystemExit(exit_of(findings))


async def _examine(settings: Settings, stages: tuple[Stage, ...], *, all_wanted: bool, as_json: bool) -> list[Finding]:
    """Print each finding as it comes, and return all."""
    findings = []
    async for finding in examine(settings, stages, all_wanted=all_wanted):
        findings.append(finding)
        if as_json:
            click.echo(escape_json(msgspec.json.encode(finding)))
            continue
        click.echo(escape(f"{finding.state:5} {finding.check:20} {finding.message}"))
        if finding.fix and finding.state != "ok":
            click.echo(escape(f"      {'':20} fix: {finding.fix}"))
    return findings
