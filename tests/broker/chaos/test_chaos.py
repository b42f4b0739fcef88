"""Nothing lost, nothing twice, no state wrong: three stages and one that remembers on three brokers, in a storm.

A short form by default; `make chaos` sends COPYDESK_CHAOS articles. The seed is printed, and COPYDESK_CHAOS_SEED
repeats it.
"""

from __future__ import annotations

import os
import random
import time
from functools import partial

import pytest

from harness.brokers import Kafka
from harness.counting import TOPICS, arrived, count
from harness.load import CLEANED_BYTES, load
from harness.running import Cluster, Row
from harness.storm import Storm
from harness.tallying import CHANGELOG, TALLY_TOPICS, count_tally, find_wrong_results, tallied

SHORT = {"exactly_once": 900, "at_least_once": 400}
"""At least once goes through the same code: its short form has half of what can happen, exactly once all."""

WHOLE = int(os.environ.get("COPYDESK_CHAOS", "0"))
SEED = int(os.environ.get("COPYDESK_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 10_000)
PARTITIONS = 12


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timeout(3600 if WHOLE else 900)
@pytest.mark.parametrize("delivery", ["exactly_once", "at_least_once"])
async def test_nothing_is_lost(three_brokers: Kafka, delivery: str, capsys: pytest.CaptureFixture[str]) -> None:
    articles = WHOLE or SHORT[delivery]
    gentler = not WHOLE and delivery == "at_least_once"
    sent = list(load(SEED, articles))
    settings = {
        "COPYDESK_DELIVERY": delivery,
        "COPYDESK_TRANSACTION_SECONDS": "15",
        "COPYDESK_MAX_ARTICLE_SECONDS": "8",
    }
    async with Cluster(three_brokers, **settings) as here:
        await three_brokers.in_sync()
        sizes = {name: {"max.message.bytes": str(1 << 20)} for name in TOPICS}
        await here.create(
            *TOPICS,
            partitions=PARTITIONS,
            configs={**sizes, "articles.cleaned": {"max.message.bytes": str(CLEANED_BYTES)}},
        )
        await here.create(
            *TALLY_TOPICS, partitions=PARTITIONS, configs={"tally.changelog": {"cleanup.policy": "compact"}}
        )
        await here.send("articles.raw", [one[:3] for one in sent])
        begin = time.monotonic()
        async with here.follow(*TOPICS[1:], *TALLY_TOPICS) as follower:
            async with Storm(here, three_brokers, follower, seed=SEED, articles=articles, gentler=gentler) as storm:
                try:
                    await storm.blow()
                    await follower.until(lambda rows: min(arrived(rows), tallied(rows)) >= articles, seconds=300)
                except (AssertionError, TimeoutError) as error:
                    raise AssertionError(f"seed {SEED}, {storm.did}: {error}\n{await here.state()}") from error
                await follower.settle(3.0)
            seconds = time.monotonic() - begin
            codes = [await worker.stop_when_ready() for worker in storm.members() if worker.alive]
            exactly_once = delivery == "exactly_once"
            summary = count(sent, follower.rows, exactly_once=exactly_once)
            tally = count_tally(sent, follower.rows, exactly_once=exactly_once)
    with capsys.disabled():
        print(  # noqa: T201 - the summary is what one runs this for
            f"\n{delivery}, seed {SEED}, {seconds:.0f} s: {', '.join(storm.did)}\n"
            f"  started again: {dict(storm.restarted)}\n  {summary}\n  with a state: {tally}"
        )
    assert set(codes) <= {0}, "what still runs stops in order"


def has_tallied(articles: int, rows: list[Row]) -> bool:
    return tallied(rows) >= articles


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timeout(300)
async def test_the_checker_sees_a_state_that_was_not_restored(three_brokers: Kafka) -> None:
    """The negative control: the changelog is emptied under a worker that is told to go on, and keys must be wrong."""
    sent = [one for one in load(SEED, 200) if one.fate != "invalid"]
    async with Cluster(three_brokers, COPYDESK_LOST_STATE="begin") as here:
        await here.create("articles.raw", *TALLY_TOPICS, partitions=3)
        async with here.follow(*(name for name in TALLY_TOPICS if name != CHANGELOG)) as follower:
            done = 0
            for part in (sent[:100], sent[100:]):
                if done:
                    await here.recreate("tally.changelog", partitions=3)
                worker = await here.run("tally")
                await here.send("articles.raw", [one[:3] for one in part])
                done += len(part)
                await follower.until(partial(has_tallied, done), seconds=90)
                assert await worker.stop() == 0
            assert find_wrong_results(sent, follower.rows)
