"""`copydesk viewer`: serve the live page."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

import click
from aiokafka.errors import KafkaError

from copydesk.cli.catalogue import known_topics
from copydesk.cli.foreground import stop_on_signals
from copydesk.cli.parameters import brokers_option
from copydesk.cli.prerequisites import exit_with, load_connection, run_or_exit
from copydesk.client.connection import SettingsError
from copydesk.contracts.topics import topics
from copydesk.extras import install_hint
from copydesk.runtime.exits import Exit


@click.command(name="viewer")
@click.option("--host", help="Address to listen on; default: COPYDESK_VIEWER_HOST, 127.0.0.1.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port; 0: any free one, printed; default: COPYDESK_VIEWER_PORT, 8080.",
)
@click.option("--open", "open_", is_flag=True, help="Open the page in the browser.")
@brokers_option
def command(host: str | None, port: int | None, *, open_: bool) -> None:
    """Serve the live page until Ctrl-C.

    The page shows articles as they are enriched. It reads the topics without a consumer group, so it does not affect
    workers. It does not show topics of third-party stages, and says so. If other machines can reach it, it needs a
    token, in the file that COPYDESK_VIEWER_TOKEN_FILE names.

    Example: copydesk viewer --port 8080 --open
    """
    if find_spec("uvicorn") is None:
        exit_with(Exit.SETUP, f"the live page needs its packages; {install_hint('viewer')}")
    from copydesk.viewer.serving import PortTakenError, serve  # noqa: PLC0415 - starlette, an extra
    from copydesk.viewer.settings import read_viewer_settings  # noqa: PLC0415 - of the same extra

    def on_listening(url: str) -> None:
        click.echo(f"live page on {url}", err=True)
        if left_out:
            click.echo(f"not shown there: {', '.join(left_out)}", err=True)
        if open_:
            click.launch(url)

    async def run() -> None:
        await serve(settings, connection, stop_on_signals(), on_listening, left_out)

    options = {"COPYDESK_VIEWER_HOST": host, "COPYDESK_VIEWER_PORT": port}
    overrides = {name: str(value) for name, value in options.items() if value is not None}
    try:
        settings, connection = read_viewer_settings({**os.environ, **overrides}), load_connection()
        left_out = tuple(name for name in known_topics() if name not in topics())
        run_or_exit(run())
    except SettingsError as error:
        exit_with(Exit.USAGE, str(error))
    except PortTakenError as error:
        exit_with(Exit.SETUP, str(error))
    except KafkaError as error:
        exit_with(Exit.RESTART, f"the topics cannot be read: {error!r}")
    sys.exit(Exit.DONE)
