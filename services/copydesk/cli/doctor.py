"""`copydesk doctor`: what keeps workers from working, and what mends it."""

from __future__ import annotations

import click
import msgspec

from copydesk.cli.render.plain import plain
from copydesk.cli.setup import installed_stages, run_or_exit, settings, stage_named
from copydesk.operations.doctor import Finding, examine, exit_of
from copydesk.runtime.settings import Settings
from copydesk.stage import Stage


@click.command(name="doctor")
@click.option("--stage", "name", metavar="NAME", help="For workers of one stage only.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding.")
def command(name: str | None, *, as_json: bool) -> None:
    """Look at everything that a worker here needs: broker, topics, rights, models, schemas, clock, disk, memory.

    Each failure names the command that mends it. Models are loaded for it, nothing is written. The exit code is 3 when
    the broker is out of reach, 5 when something is set up wrongly, 1 when anything else failed.

    Example: copydesk doctor --stage extractor
    """
    how = settings()
    stages = installed_stages() if name is None else (stage_named(name),)
    findings = run_or_exit(_examine(how, stages, all_wanted=name is not None, as_json=as_json))
    raise SystemExit(exit_of(findings))


async def _examine(how: Settings, stages: tuple[Stage, ...], *, all_wanted: bool, as_json: bool) -> list[Finding]:
    findings = []
    async for finding in examine(how, stages, all_wanted=all_wanted):
        findings.append(finding)
        if as_json:
            click.echo(msgspec.json.encode(finding))
            continue
        click.echo(plain(f"{finding.state:5} {finding.check:20} {finding.message}"))
        if finding.fix and finding.state != "ok":
            click.echo(plain(f"      {'':20} mend: {finding.fix}"))
    return findings
