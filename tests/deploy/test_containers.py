"""The images are built and run, as the compose file says: read-only, without rights, scaled, stopped in time."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from harness.brokers import Kafka, own_kafka
from harness.containers import Engine
from harness.require import ROOT

STAGES = ("cleaner", "extractor", "coherence")
BUILT = ("topics", *STAGES, "viewer")
SEED = ROOT / "services" / "copydesk" / "samples" / "000_326d0f3b89965fac.txt"
ARTICLES = 30

pytestmark = pytest.mark.skipif(
    "containers" not in os.environ.get("COPYDESK_REQUIRE", "").split(","),
    reason="containers: minutes of building; COPYDESK_REQUIRE=containers asks for it",
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("containers"))
    try:
        engine.make_base()
        for service in BUILT:
            engine.build(service)
        yield engine
    finally:
        engine.close()


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with own_kafka(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timeout(1800)
def test_the_pipeline_runs_in_its_containers(engine: Engine, kafka: Kafka, capsys: pytest.CaptureFixture[str]) -> None:
    here = {"COPYDESK_BROKERS": kafka.brokers}
    quiet = {**here, "COPYDESK_METRICS_PORT": "0"}  # they share the machine's ports
    engine.run("topics", environ=here)
    workers = {"cleaner": "cleaner", "extractor-1": "extractor", "extractor-2": "extractor", "coherence": "coherence"}
    for name, stage in workers.items():
        engine.start(stage, name, quiet)
    for name in workers:
        engine.until_healthy(name)

    lines = b"".join(
        json.dumps({"id": f"a{number}", "text": SEED.read_text(), "language": "en"}).encode() + b"\n"
        for number in range(ARTICLES)
    )
    engine.run("topics", "publish", "-", stdin=lines, environ=here)
    told = engine.run(
        "topics", "consume", "articles.scored", "--limit", str(ARTICLES), "--follow", "--json", environ=here
    )
    scored = [json.loads(line) for line in told.splitlines()]
    assert len(scored) == ARTICLES

    engine.freeze("cleaner")
    engine.until_healthy("cleaner", healthy=False, seconds=60)
    engine.thaw("cleaner")
    engine.until_healthy("cleaner")

    ends = {name: engine.stop(name, stage) for name, stage in workers.items()}
    sizes = {service: engine.size(service) // 1_000_000 for service in BUILT}
    with capsys.disabled():
        print(f"\nimages in MB: {sizes}; stopped (exit code, seconds): {ends}")  # noqa: T201 - the README states them
    assert {code for code, _ in ends.values()} == {0}
