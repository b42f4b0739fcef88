"""The operators' corner: what waits for each stage, and the dead letters with the commands that retry them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec
from aiokafka.errors import KafkaError
from starlette.requests import Request
from starlette.responses import Response

from copydesk.client import Connection
from copydesk.client.lag import read_lag
from copydesk.contracts.topics import DOCUMENTS, UnknownTopicError, topics
from copydesk.viewer.answers import json_answer
from copydesk.viewer.store import ArticleStore, StoredArticle

MAX_DEAD_LETTERS = 200  # shown, the newest
KEEP_SECONDS = 3.0
"""Time for which a measured lag is shown to everybody, so that many browsers cost the broker no more than one."""

LAG_SECONDS = 12.0
"""Time limit of a measurement."""


class StageLag(msgspec.Struct, frozen=True, kw_only=True):
    """Articles that wait for a stage."""

    stage: str
    topic: str
    articles: int = 0
    seconds: float = 0.0
    """Age of the first waiting article."""

    held_back: int = 0
    """Messages that an open transaction holds back."""

    has_run: bool = True
    """False if no worker of it has committed anything yet."""

    problem: str = ""
    """Reason why it could not be measured."""


class ShownDeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter, or a message that is none of what its topic may hold."""

    id: str
    title: str
    site: str
    stage: str
    reason: str
    why: str
    place: str
    time: int
    show: str
    """Command that shows it completely; empty if there is none."""

    retry: str
    """Command that retries it; empty if there is none."""


class Operations(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in the corner."""

    stages: tuple[StageLag, ...]
    dead_letters: tuple[ShownDeadLetter, ...]
    total: int
    """Number of dead letters that the page holds."""


LagReader = Callable[[], Awaitable[tuple[StageLag, ...]]]


def stage_sources() -> dict[str, str]:
    """Source topic of each stage that has a dead letter topic, in the order of the pipeline."""
    order = [*DOCUMENTS, *(name for name in topics() if name not in DOCUMENTS)]
    names = [name for topic in topics().values() if topic.holds_dead_letters for name in topic.producers]
    sources = {
        name: topic
        for name in names
        for topic in reversed(order)
        if name in topics()[topic].consumers and name not in topics()[topic].producers
    }
    return dict(sorted(sources.items(), key=lambda item: order.index(item[1])))


async def read_stage_lags(connection: Connection) -> tuple[StageLag, ...]:
    """Lag of each stage; one that cannot be measured says why."""

    async def read(stage: str, topic: str) -> StageLag:
        try:
            async with asyncio.timeout(LAG_SECONDS):
                lags = await read_lag(topic, f"copydesk.{stage}", connection)
        except TimeoutError:
            return StageLag(stage=stage, topic=topic, problem="the broker does not answer in time")
        except (KafkaError, UnknownTopicError) as error:
            return StageLag(stage=stage, topic=topic, problem=f"{type(error).__name__}: {error}")
        return StageLag(
            stage=stage,
            topic=topic,
            articles=sum(lag.articles for lag in lags),
            seconds=max((lag.seconds for lag in lags), default=0.0),
            held_back=sum(lag.held_back for lag in lags),
            has_run=any(lag.committed is not None for lag in lags),
        )

    return tuple(await asyncio.gather(*(read(stage, topic) for stage, topic in stage_sources().items())))


class OperationsRoute:
    """Handler of the corner."""

    def __init__(self, store: ArticleStore, read_lags: LagReader) -> None:
        """See `copydesk.viewer.app.make_app`.

        Args:
            store: Holds the dead letters.
            read_lags: Measures the lag of the stages.
        """
        self._store = store
        self._read_lags = read_lags
        self._lags: tuple[StageLag, ...] = ()
        self._measured = -KEEP_SECONDS
        self._one_at_a_time = asyncio.Lock()

    async def operations(self, _: Request) -> Response:
        """Lag of the stages, and the newest dead letters."""
        async with self._one_at_a_time:
            if time.monotonic() - self._measured >= KEEP_SECONDS:
                self._lags = await self._read_lags()
                self._measured = time.monotonic()
        dead = [article for article in self._store if article.summary.state in {"dead", "unreadable"}]
        dead.sort(key=lambda article: (-article.summary.updated, article.summary.id))
        letters = tuple(show_dead_letter(article) for article in dead[:MAX_DEAD_LETTERS])
        return json_answer(Operations(stages=self._lags, dead_letters=letters, total=len(dead)))


def show_dead_letter(article: StoredArticle) -> ShownDeadLetter:
    """Dead letter of an article. Its commands name its place: an id may hold anything, also what a shell would run."""
    summary = article.summary
    place = f"{summary.topic}/{summary.partition}/{summary.offset}"
    is_letter = summary.topic.endswith(".dlq") and summary.state == "dead"
    return ShownDeadLetter(
        id=summary.id,
        title=summary.title or summary.lead or summary.id,
        site=summary.site,
        stage=summary.stage,
        reason=summary.reason or summary.state,
        why=summary.why,
        place=place,
        time=summary.updated,
        show=f"copydesk dlq show {place}" if is_letter else "",
        retry=f"copydesk dlq retry --id {place}" if is_letter else "",
    )


__all__ = ["LagReader", "OperationsRoute", "StageLag", "read_stage_lags", "show_dead_letter", "stage_sources"]
