"""`copydesk stages`: list the installed stages."""

from __future__ import annotations

import click
import orjson

from copydesk.stage import chain, find, installed


@click.command(name="stages")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per stage.")
def command(*, as_json: bool) -> None:
    """List the installed stages.

    They come in the order in which an article passes them. No model is loaded.

    Example: copydesk stages --json
    """
    described = {name: _describe(name) for name in installed()}
    ordered = [stage.name for stage in chain(tuple(name for name in described if "problem" not in described[name]))]
    for name in (*ordered, *(name for name in described if name not in ordered)):
        fields = described[name]
        if as_json:
            click.echo(orjson.dumps(fields))
        elif "problem" in fields:
            click.echo(f"{name:12} cannot be imported: {fields['problem']}")
        else:
            click.echo(
                f"{name:12} {fields['version']:8} {fields['source']} → {fields['sink']}  ({fields['dead_letters']})"
            )


def _describe(name: str) -> dict[str, object]:
    """Fields of a stage, or the reason why it cannot be imported."""
    try:
        stage = find(name)
    except ImportError as error:
        return {"name": name, "problem": str(error)}
    return {
        "name": stage.name,
        "version": stage.version,
        "source": stage.source,
        "sink": stage.sink,
        "dead_letters": stage.dead_letters,
        "input": stage.input.__name__,
        "output": stage.output.__name__,
    }
