from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from harness.brokers import Broker, Kafka, any_broker, embedded_broker, own_kafka
from harness.running import Cluster
from harness.terminal import marked


@pytest.fixture(scope="session", params=["any", "embedded"])
def broker(request: pytest.FixtureRequest, run_folder: Path) -> Iterator[Broker]:
    """The broker of this run: one suite for the best one there is, and for the one that `up` embeds."""
    with any_broker(run_folder) if request.param == "any" else embedded_broker() as running:
        reporter = request.config.pluginmanager.get_plugin("terminalreporter")
        capture = request.config.pluginmanager.get_plugin("capturemanager")
        if reporter is not None and capture is not None:
            with capture.global_and_fixture_disabled():
                reporter.write_line(f"\nbroker tests run on the {running}")
        yield running


@pytest.fixture
def three_brokers(tmp_path: Path) -> Iterator[Kafka]:
    """A Kafka of three nodes, for this test alone."""
    with own_kafka(tmp_path, nodes=3) as running:
        yield running


@pytest.fixture
async def cluster(broker: Broker) -> AsyncIterator[Callable[..., Cluster]]:
    """Makes a corner of the broker with settings of its own; its workers are ended after the test."""
    async with AsyncExitStack() as stack:
        made: list[Cluster] = []

        def make(**environ: str) -> Cluster:
            made.append(Cluster(broker, **environ))
            return made[-1]

        yield make
        for one in made:
            await stack.enter_async_context(one)


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> Callable[[], set[int]]:
    """The processes that this test started, and theirs: all that inherited a mark, but for the test itself."""
    name, mark = "COPYDESK_TEST_MARK", uuid4().hex
    monkeypatch.setenv(name, mark)
    return lambda: marked(f"{name}={mark}")
