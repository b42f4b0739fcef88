"""`copydesk demo`: the pipeline at work on the sample articles."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from importlib.resources import as_file, files
from importlib.util import find_spec

import click

from copydesk.cli.files import Item, read_items
from copydesk.cli.publish import publish_item
from copydesk.cli.setup import document_of, end
from copydesk.cli.up import first, say_prefixed, stop_on_signals
from copydesk.client import BrokerAwayError, Connection, Message, Publisher, consume
from copydesk.contracts.articles import CleanedArticle
from copydesk.local.embedded_broker import EmbeddedBrokerError
from copydesk.local.supervisor import PipelineError, pipeline
from copydesk.operations.broker_checks import SetupError
from copydesk.runtime.exits import Exit
from copydesk.stage import Stage, chain

SETTLE_SECONDS = 1.0
"""After the last outcome: an article that came out twice would do so now."""


@click.command(name="demo")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=180, show_default=True, help="Seconds until it gives up."
)
@click.option("--logs", is_flag=True, help="Show what broker and workers say.")
def command(timeout: float, *, logs: bool) -> None:
    """Run everything on this machine, publish the sample articles, show each as it comes out enriched, and stop.

    The exit code is 0 only if every article had exactly one outcome: enriched by all stages, or one dead letter.

    Example: copydesk demo --logs
    """
    if find_spec("rich") is None:
        end(Exit.SETUP, "readable output needs rich: pip install 'copydesk[local]'")
    sys.exit(asyncio.run(_demo(timeout, logs=logs)))


async def _demo(timeout: float, *, logs: bool) -> int:  # noqa: ASYNC109 - an option of the command
    stop = stop_on_signals()
    stages = chain()
    tail: list[str] = []
    say = say_prefixed({stage.name: 1 for stage in stages}) if logs else _keep(tail)
    seen = Outcomes(stages, _samples())
    begin = time.monotonic()
    click.echo(f"starting broker and {len(stages)} workers ({', '.join(stage.name for stage in stages)}) ...", err=True)
    try:
        async with asyncio.timeout(timeout), pipeline({stage.name: 1 for stage in stages}, say) as running:
            await first(stop.wait(), running.wait(), _show(running.connection, seen, begin))
    except TimeoutError:
        click.echo(f"copydesk: gave up after {timeout:g} s; the workers' last words:", err=True)
        click.echo("\n".join(tail[-15:]), err=True)
    except PipelineError as error:
        click.echo("\n".join(tail[-15:]), err=True)
        end(Exit(error.status), str(error))
    except (EmbeddedBrokerError, SetupError) as error:
        end(Exit.SETUP, str(error))
    except BrokerAwayError as error:
        end(Exit.BROKER, str(error))
    if stop.is_set():
        return Exit.INTERRUPTED
    return seen.report(time.monotonic() - begin)


class Outcomes:
    """What became of every sample at every stage."""

    def __init__(self, stages: tuple[Stage, ...], samples: list[Item]) -> None:
        """Nothing became of anything yet."""
        self.samples = samples
        self._stages = stages
        self._last = stages[-1].sink
        self._passed: dict[str, Counter[str]] = {stage.name: Counter() for stage in stages}
        self._dead: dict[str, Counter[str]] = {stage.name: Counter() for stage in stages}
        self._reasons: dict[str, Counter[str]] = {stage.name: Counter() for stage in stages}

    @property
    def topics(self) -> list[str]:
        """Where outcomes show."""
        return [topic for stage in self._stages for topic in (stage.sink, stage.dead_letters)]

    @property
    def complete(self) -> bool:
        """Whether every sample has come to its end."""
        ends = sum(self._passed[self._stages[-1].name].values()) + sum(
            sum(dead.values()) for dead in self._dead.values()
        )
        return ends >= len(self.samples)

    def count(self, message: Message) -> bool:
        """Take a message into account; True if it is the end of an article's way."""
        for stage in self._stages:
            if message.topic == stage.sink:
                self._passed[stage.name][message.id or ""] += 1
            elif message.topic == stage.dead_letters:
                self._dead[stage.name][message.id or ""] += 1
                self._reasons[stage.name][message.dead_letter.reason] += 1
        return message.topic == self._last or message.topic.endswith(".dlq")

    def report(self, seconds: float) -> int:
        """Print the sums; returns the exit code."""
        read = len(self.samples)
        click.echo(f"{'stage':12} {'read':>5} {'passed':>7} {'dead letters':>13}")
        good = True
        for stage in self._stages:
            passed, dead = self._passed[stage.name], self._dead[stage.name]
            reasons = ", ".join(f"{count} {reason}" for reason, count in self._reasons[stage.name].items())
            out = sum(passed.values()) + sum(dead.values())
            once = all(count == 1 for count in (passed + dead).values())
            good = good and once and out == read
            wrong = "" if once and out == read else "  ← not exactly one outcome an article"
            click.echo(f"{stage.name:12} {read:5} {sum(passed.values()):7} {sum(dead.values()):13}  {reasons}{wrong}")
            read = sum(passed.values())
        verdict = "every article had exactly one outcome" if good else "some articles had no outcome, or more than one"
        click.echo(f"{len(self.samples)} articles in {seconds:.1f} s: {verdict}")
        return Exit.DONE if good else Exit.REFUSED


async def _show(connection: Connection, seen: Outcomes, begin: float) -> None:
    """Publish the samples, print each as it comes out, return when all have."""
    async with Publisher(connection) as publisher:
        await asyncio.gather(*(publish_item(publisher, item, checked=False) for item in seen.samples))
    click.echo(f"{len(seen.samples)} sample articles published to articles.raw", err=True)
    messages: asyncio.Queue[Message] = asyncio.Queue()
    readers = [asyncio.create_task(_read(connection, topic, messages)) for topic in seen.topics]
    try:
        while not seen.complete:
            message = await _next(messages, readers)
            if seen.count(message):
                _print(message, begin)
        await asyncio.sleep(SETTLE_SECONDS)
        while not messages.empty():
            seen.count(messages.get_nowait())
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


async def _read(connection: Connection, topic: str, messages: asyncio.Queue[Message]) -> None:
    async with aclosing(consume(topic, connection=connection, document=document_of(topic))) as found:
        async for message in found:
            messages.put_nowait(message)


async def _next(messages: asyncio.Queue[Message], readers: list[asyncio.Task[None]]) -> Message:
    """The next message; a reader that failed is not waited for in vain."""
    getter = asyncio.create_task(messages.get())
    try:
        await asyncio.wait([getter, *readers], return_when=asyncio.FIRST_COMPLETED)
        for reader in readers:
            if reader.done():
                reader.result()
        return await getter
    finally:
        getter.cancel()


def _print(message: Message, begin: float) -> None:
    from copydesk.cli.render import overview  # noqa: PLC0415 - rich, an extra

    if message.topic.endswith(".dlq"):
        overview.show_dead_letter(message, overview.console())
        return
    article = message.article
    if isinstance(article, CleanedArticle):
        note = f"{message.topic} {message.partition}/{message.offset}, {time.monotonic() - begin:.1f} s"
        overview.show(article, overview.console(), note=note)


def _samples() -> list[Item]:
    with as_file(files("copydesk") / "samples") as folder:
        return [
            item
            for path in sorted(folder.iterdir())
            if path.suffix != ".md"
            for item in read_items(path, path.relative_to(folder))
        ]


def _keep(tail: list[str]) -> Callable[[str, str], None]:
    """What remembers lines instead of printing them."""

    def say(name: str, line: str) -> None:
        tail.append(f"{name} | {line}")
        del tail[:-200]

    return say
