"""Every panel of the dashboard has something to show of a pipeline that runs."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.brokers import Kafka, own_kafka
from harness.recording import panels, queries, recorded, until_every_query_answers, until_recorded
from harness.require import ROOT

SEED = ROOT / "services" / "copydesk" / "samples" / "000_326d0f3b89965fac.txt"
GOOD, BAD = 20, 5


@pytest.fixture
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with own_kafka(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timeout(480)
async def test_every_panel_shows_what_a_run_recorded(kafka: Kafka, tmp_path: Path) -> None:
    async with recorded(kafka, tmp_path) as (here, prometheus):
        begin = time.time()
        text = SEED.read_text(encoding="utf-8")
        good = [json.dumps({"id": f"a{n}", "text": text, "language": "en"}).encode() for n in range(GOOD)]
        async with here.follow("articles.scored", "articles.cleaner.dlq") as follower:
            before = len(await follower.settle())
            for one in (*good, *[b"{"] * BAD):  # one after the other: a rate needs two points
                await here.send("articles.raw", [(None, one, {})])
                await asyncio.sleep(0.1)
            await follower.until(before + GOOD + BAD, 120)
            scored = len(follower.of("articles.scored"))
        await until_every_query_answers(prometheus, begin)
        await until_recorded(prometheus, 'sum(copydesk_articles_total{disposition="invalid"})', BAD)
        await until_recorded(
            prometheus, 'sum(copydesk_articles_total{disposition="passed", stage="coherence"})', scored
        )
        assert sum(prometheus.now("copydesk_expired_offsets_total")) > 0
    assert len(list(queries())) > len(panels()) > 10
