from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from harness.brokers import Broker, any_broker
from harness.running import Cluster


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The broker of this run, whichever kind there is."""
    with any_broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def say_which(broker: Broker, pytestconfig: pytest.Config) -> None:
    """Name the broker at the top of what the tests print."""
    reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.write_line(f"\nbroker tests run on the {broker}")


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
