"""`copydesk stages`: what processors are installed."""

from __future__ import annotations

import click
import orjson

from copydesk.stage import find, installed


@click.command(name="stages")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a stage.")
def command(*, as_json: bool) -> None:
    """List the installed stages; no model is loaded for it.

    Example: copydesk stages --json
    """
    for name in installed():
        try:
            stage = find(name)
        except ImportError as error:
            told: dict[str, object] = {"name": name, "problem": str(error)}
        else:
            told = {
                "name": stage.name,
                "version": stage.version,
                "source": stage.source,
                "sink": stage.sink,
                "dead_letters": stage.dead_letters,
                "input": stage.input.__name__,
                "output": stage.output.__name__,
            }
        if as_json:
            click.echo(orjson.dumps(told))
        elif "problem" in told:
            click.echo(f"{name:12} cannot be imported: {told['problem']}")
        else:
            click.echo(f"{name:12} {told['version']:8} {told['source']} → {told['sink']}  ({told['dead_letters']})")
