"""`copydesk viewer`: the live page."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

import click
from aiokafka.errors import KafkaError

from copydesk.cli.setup import connection, end, known_topics, run_or_exit
from copydesk.cli.up import stop_on_signals
from copydesk.client.connection import SettingsError
from copydesk.contracts.topics import UnknownTopicError, topics
from copydesk.runtime.exits import Exit


@click.command(name="viewer")
@click.option("--host", help="Address to listen on; default: COPYDESK_VIEWER_HOST, 127.0.0.1.")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Default: COPYDESK_VIEWER_PORT, 8080; 0: any free one, printed."
)
@click.option("--open", "open_", is_flag=True, help="Open it in the browser.")
def command(host: str | None, port: int | None, *, open_: bool) -> None:
    """Serve the live page: articles as they are enriched, at whatever stage they are, until Ctrl-C.

    It reads the topics and joins no group: nobody else notices. Topics of stages of your own are not shown, and the
    page says which. Beyond this machine it needs a token, in the file that COPYDESK_VIEWER_TOKEN_FILE names.

    Example: copydesk viewer --port 8080 --open
    """
    if find_spec("uvicorn") is None:
        end(Exit.SETUP, "the live page needs its packages: pip install 'copydesk[viewer]'")
    from copydesk.viewer.serving import PortTakenError, serve  # noqa: PLC0415 - starlette, an extra
    from copydesk.viewer.settings import ViewerSettings, read_viewer_settings  # noqa: PLC0415 - beside it

    def read() -> ViewerSettings:
        given = {"COPYDESK_VIEWER_HOST": host, "COPYDESK_VIEWER_PORT": port}
        told = {name: str(value) for name, value in given.items() if value is not None}
        return read_viewer_settings({**os.environ, **told})

    def say(url: str) -> None:
        click.echo(f"live page on {url}", err=True)
        if left_out:
            click.echo(f"not shown there: {', '.join(left_out)}", err=True)
        if open_:
            click.launch(url)

    async def run() -> None:
        await serve(settings, target, stop_on_signals(), say, left_out)

    try:
        settings, target = read(), connection()
        left_out = tuple(name for name in known_topics() if name not in topics())
        run_or_exit(run())
    except SettingsError as error:
        end(Exit.USAGE, str(error))
    except (PortTakenError, UnknownTopicError) as error:
        end(Exit.SETUP, str(error))
    except KafkaError as error:
        end(Exit.RESTART, f"the topics cannot be read: {error!r}")
    sys.exit(Exit.DONE)
