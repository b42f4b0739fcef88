"""`copydesk demo`: run the pipeline on the sample articles."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing
from importlib.util import find_spec

import click

from copydesk.cli.catalogue import document_type
from copydesk.cli.foreground import make_prefixed_echo, stop_on_signals
from copydesk.cli.prerequisites import exit_with
from copydesk.cli.publish import publish_document
from copydesk.client import BrokerAwayError, Connection, Message, Publisher, consume
from copydesk.client.tasks import run_until_first
from copydesk.contracts.articles import CleanedArticle
from copydesk.extras import install_hint
from copydesk.files.documents import InputDocument
from copydesk.files.samples import read_samples
from copydesk.local.embedded_broker import EmbeddedBrokerError
from copydesk.local.supervisor import PipelineError, pipeline
from copydesk.operations.broker_checks import SetupError
from copydesk.runtime.execution import peek_id
from copydesk.runtime.exits import Exit
from copydesk.stage import Stage, article_chain, default_chain
from copydesk.terminal_text import sanitize

SETTLE_SECONDS = 1.0
"""Wait after the last outcome: a duplicate of an article would arrive in this time."""

LAST_SAMPLE = "harbourpost/4"
"""Id of the sample that is published when all others are done: the fourth of a site, which is known by then."""

BEST_SAMPLE = "000_326d0f3b89965fac"
"""Id of the sample that has something of everything; it is printed last."""

PAGE = "http://127.0.0.1:8080"

LEARN_SECONDS = 1.5
"""Time in which the stage `sites` learns from the others, and the cleaner hears of it."""

KEPT_LINES = 200  # newest lines of broker and workers
SHOWN_LINES = 15  # of these, printed after a failure


@click.command(name="demo")
@click.option(
    "--timeout", type=click.FloatRange(min=1), default=180, show_default=True, help="Seconds until it gives up."
)
@click.option("--logs", is_flag=True, help="Print the log lines of broker and workers.")
def command(timeout: float, *, logs: bool) -> None:
    """Run the whole pipeline on the sample articles.

    Starts a broker and a worker per stage on this machine, publishes the samples, tells each outcome when it is known,
    prints all articles, the richest last, and stops. The exit code is 0 only if every article had exactly one outcome:
    enriched by all stages, or one dead letter.

    Example: copydesk demo --logs
    """
    if find_spec("rich") is None:
        exit_with(Exit.SETUP, f"readable output needs rich; {install_hint('local')}")
    sys.exit(asyncio.run(_demo(timeout, logs=logs)))


async def _demo(timeout: float, *, logs: bool) -> int:  # noqa: ASYNC109 - an option of the command
    """Run the demo; returns the exit code."""
    stop = stop_on_signals()
    stages = default_chain()
    workers = {stage.name: 1 for stage in stages}
    log_lines: list[str] = []
    echo = make_prefixed_echo(workers) if logs else _make_line_collector(log_lines)
    outcomes = Outcomes(article_chain(stages), read_samples())
    begin = time.monotonic()
    click.echo(f"starting broker and {len(stages)} workers ({', '.join(workers)}) ...", err=True)
    try:
        async with asyncio.timeout(timeout), pipeline(workers, echo) as running:
            await run_until_first(stop.wait(), running.wait(), _publish_and_show(running.connection, outcomes, begin))
    except TimeoutError:
        click.echo(f"copydesk: gave up after {timeout:g} s; last lines of the workers:", err=True)
        click.echo(sanitize("\n".join(log_lines[-SHOWN_LINES:])), err=True)
    except PipelineError as error:
        click.echo(sanitize("\n".join(log_lines[-SHOWN_LINES:])), err=True)
        exit_with(Exit(error.status), str(error))
    except (EmbeddedBrokerError, SetupError) as error:
        exit_with(Exit.SETUP, str(error))
    except BrokerAwayError as error:
        exit_with(Exit.BROKER, str(error))
    if stop.is_set():
        return Exit.INTERRUPTED
    seconds = time.monotonic() - begin
    for message in sorted(outcomes.final, key=_place):
        _print(message)
    status = outcomes.report(seconds)
    if status == Exit.DONE:
        click.echo(f"Next: copydesk up, and open {PAGE} (in a checkout: make up). docs/tutorial.md takes ten minutes.")
    return status


class Outcomes:
    """Outcomes of the sample articles at each stage."""

    def __init__(self, stages: tuple[Stage, ...], samples: Sequence[InputDocument]) -> None:
        """No outcome is known yet.

        Args:
            stages: The stages, in their order.
            samples: The articles that are published.
        """
        self.samples = samples
        self._stages = stages
        self._last_sink = stages[-1].sink
        self._passed: dict[str, Counter[str]] = {stage.name: Counter() for stage in stages}
        self._dead: dict[str, Counter[str]] = {stage.name: Counter() for stage in stages}
        self._reasons: dict[str, Counter[str]] = {stage.name: Counter() for stage in stages}
        self.final: list[Message] = []
        """The final outcomes: results of the last stage, and dead letters."""

    @property
    def topics(self) -> list[str]:
        """Topics with outcomes: sink and dead letters of each stage."""
        return [topic for stage in self._stages for topic in (stage.sink, stage.dead_letters)]

    @property
    def complete(self) -> bool:
        """True once every sample has passed all stages or become a dead letter."""
        return self.done >= len(self.samples)

    @property
    def done(self) -> int:
        """Number of samples that have passed all stages or become dead letters."""
        passed = sum(self._passed[self._stages[-1].name].values())
        dead = sum(sum(letters.values()) for letters in self._dead.values())
        return passed + dead

    def add(self, message: Message) -> bool:
        """Count a message, and keep it if it is the final outcome of an article; returns whether it is."""
        for stage in self._stages:
            if message.topic == stage.sink:
                self._passed[stage.name][message.id or ""] += 1
            elif message.topic == stage.dead_letters:
                self._dead[stage.name][message.id or ""] += 1
                self._reasons[stage.name][message.dead_letter.reason] += 1
        is_final = message.topic == self._last_sink or message.topic.endswith(".dlq")
        if is_final:
            self.final.append(message)
        return is_final

    def report(self, seconds: float) -> int:
        """Print a table of the sums; returns the exit code."""
        read = len(self.samples)
        click.echo(f"{'stage':12} {'read':>5} {'passed':>7} {'dead letters':>13}")
        all_good = True
        for stage in self._stages:
            passed, dead = self._passed[stage.name], self._dead[stage.name]
            reasons = ", ".join(f"{count} {reason}" for reason, count in self._reasons[stage.name].items())
            outcomes = sum(passed.values()) + sum(dead.values())
            good = outcomes == read and all(count == 1 for count in (passed + dead).values())
            all_good = all_good and good
            warning = "" if good else "  ← not exactly one outcome per article"
            click.echo(f"{stage.name:12} {read:5} {sum(passed.values()):7} {sum(dead.values()):13}  {reasons}{warning}")
            read = sum(passed.values())
        verdict = (
            "every article had exactly one outcome" if all_good else "some articles had no outcome, or more than one"
        )
        click.echo(f"{len(self.samples)} articles in {seconds:.1f} s: {verdict}")
        return Exit.DONE if all_good else Exit.REFUSED


async def _publish_and_show(connection: Connection, outcomes: Outcomes, begin: float) -> None:
    """Publish the samples, print each final outcome, and return when all are known."""
    first = [sample for sample in outcomes.samples if not _is_published_last(sample)]
    last = [sample for sample in outcomes.samples if _is_published_last(sample)]
    await _publish(connection, first)
    click.echo(f"{len(first)} sample articles published to articles.raw", err=True)
    messages: asyncio.Queue[Message] = asyncio.Queue()
    readers = [asyncio.create_task(_read(connection, topic, messages)) for topic in outcomes.topics]
    try:
        while not outcomes.complete:
            message = await _next_message(messages, readers)
            if outcomes.add(message):
                outcome = "dead letter" if message.topic.endswith(".dlq") else "enriched"
                click.echo(f"{time.monotonic() - begin:5.1f} s  {sanitize(message.id or '?')}: {outcome}", err=True)
            if last and outcomes.done >= len(first):
                await asyncio.sleep(LEARN_SECONDS)
                click.echo("one more of a site that is known by now", err=True)
                await _publish(connection, last)
                last = []
        await asyncio.sleep(SETTLE_SECONDS)
        while not messages.empty():
            outcomes.add(messages.get_nowait())
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


async def _publish(connection: Connection, samples: Sequence[InputDocument]) -> None:
    async with Publisher(connection) as publisher:
        await asyncio.gather(*(publish_document(publisher, sample, checked=False) for sample in samples))


def _is_published_last(sample: InputDocument) -> bool:
    return peek_id(sample.value) == LAST_SAMPLE


async def _read(connection: Connection, topic: str, queue: asyncio.Queue[Message]) -> None:
    """Put all messages of a topic into the queue; never returns."""
    async with aclosing(consume(topic, connection=connection, document=document_type(topic))) as messages:
        async for message in messages:
            queue.put_nowait(message)


async def _next_message(queue: asyncio.Queue[Message], readers: list[asyncio.Task[None]]) -> Message:
    """Next message of any topic; raises the error of a reader that failed."""
    getter = asyncio.create_task(queue.get())
    try:
        await asyncio.wait([getter, *readers], return_when=asyncio.FIRST_COMPLETED)
        for reader in readers:
            if reader.done():
                reader.result()
        return await getter
    finally:
        getter.cancel()


def _place(message: Message) -> tuple[int, str]:
    """Place of an outcome when all are printed: dead letters, then the articles by id, the richest last."""
    id_ = message.id or ""
    rank = 0 if message.topic.endswith(".dlq") else {LAST_SAMPLE: 2, BEST_SAMPLE: 3}.get(id_, 1)
    return rank, id_


def _print(message: Message) -> None:
    from copydesk.cli.render import overview  # noqa: PLC0415 - rich, an extra

    if message.topic.endswith(".dlq"):
        overview.print_dead_letter(message, overview.make_console())
        return
    article = message.article
    if isinstance(article, CleanedArticle):
        note = f"{message.topic} {message.partition}/{message.offset}"
        overview.print_article(article, overview.make_console(), note=note)


def _make_line_collector(lines: list[str]) -> Callable[[str, str], None]:
    """Function that keeps the newest lines instead of printing them."""

    def collect(process: str, line: str) -> None:
        lines.append(f"{process} | {line}")
        del lines[:-KEPT_LINES]

    return collect
