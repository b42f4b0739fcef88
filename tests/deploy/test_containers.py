"""The images are built and run as the compose file says: read-only, without rights, limited, scaled, ended in time."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator

import pytest

from harness.brokers import Kafka, own_kafka
from harness.containers import Engine
from harness.require import ROOT

STAGES = ("cleaner", "extractor", "coherence", "sites", "related")
BUILT = ("topics", *STAGES, "viewer")
SEED = ROOT / "services" / "copydesk" / "samples" / "000_326d0f3b89965fac.txt"
ARTICLES = 30

pytestmark = [
    pytest.mark.skipif(
        "containers" not in os.environ.get("COPYDESK_REQUIRE", "").split(","),
        reason="containers: minutes of building; COPYDESK_REQUIRE=containers asks for it",
    ),
    pytest.mark.slow,
    pytest.mark.kafka,
    pytest.mark.timeout(1800),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("containers"))
    try:
        engine.make_base()
        engine.build(BUILT)
        yield engine
    finally:
        engine.close()


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with own_kafka(tmp_path_factory.mktemp("kafka")) as running:
        yield running


def test_an_image_holds_what_its_stage_needs_and_no_tool(engine: Engine) -> None:
    look = (
        "import importlib.util as u, os, shutil, sys\n"
        "print(sorted(n for n in ('spacy', 'faust', 'starlette', 'trafilatura', 'pip') if u.find_spec(n)))\n"
        "print(shutil.which('gcc'), os.path.exists('/var/cache/pip'), os.getuid())"
    )
    held = {
        "topics": "[]",
        "cleaner": "['faust', 'trafilatura']",
        "extractor": "['faust', 'spacy']",
        "coherence": "['faust']",
        "sites": "['faust']",
        "related": "['faust']",
        "viewer": "['starlette']",
    }
    for service in BUILT:
        assert engine.python(service, look).splitlines() == [held[service], "None False 10001"], service


def test_the_pipeline_runs_in_its_containers(engine: Engine, kafka: Kafka, capsys: pytest.CaptureFixture[str]) -> None:
    here = {"COPYDESK_BROKERS": kafka.brokers}
    quiet = {**here, "COPYDESK_METRICS_PORT": "0"}  # they share the machine's ports
    engine.run("topics", environ=here)
    workers = {"cleaner": "cleaner", "extractor-1": "extractor", "extractor-2": "extractor", "coherence": "coherence"}
    engine.start("viewer", "viewer", here)
    for name, stage in workers.items():
        engine.start(stage, name, quiet)
    for name in (*workers, "viewer"):
        engine.until_healthy(name)
    for name in ("extractor-1", "extractor-2"):
        engine.until_logs(name, '"partitions":6')  # healthy is who loads models, too

    lines = b"".join(
        json.dumps({"id": f"a{number}", "text": SEED.read_text(), "language": "en"}).encode() + b"\n"
        for number in range(ARTICLES)
    )
    engine.run("topics", "publish", "-", stdin=lines, environ=here)
    output = engine.run(
        "topics", "consume", "articles.scored", "--limit", str(ARTICLES), "--follow", "--json", environ=here
    )
    assert len({json.loads(line)["id"] for line in output.splitlines()}) == ARTICLES
    done = {name: engine.logs(name).count('"event":"article"') for name in workers}
    assert done["extractor-1"] + done["extractor-2"] == ARTICLES, done
    assert min(done["extractor-1"], done["extractor-2"]) > 0, f"both take their share: {done}"
    with pytest.raises(urllib.error.HTTPError, match="401"):  # the page is there, and asks for its token
        urllib.request.urlopen("http://127.0.0.1:8080/api/articles", timeout=30)

    engine.freeze("cleaner")
    engine.until_healthy("cleaner", healthy=False)
    engine.thaw("cleaner")
    engine.until_healthy("cleaner")

    ends = {name: engine.stop(name, stage) for name, stage in {**workers, "viewer": "viewer"}.items()}
    sizes = {service: engine.size(service) // 1_000_000 for service in BUILT}
    with capsys.disabled():
        print(f"\nimages in MB: {sizes}; stopped (exit code, seconds): {ends}")  # noqa: T201 - the README states them
    assert {code for code, _ in ends.values()} == {0}


@pytest.mark.parametrize("guard", ["setting", "kernel"])
def test_an_article_that_eats_memory_costs_the_stages_process_and_not_the_worker(
    engine: Engine, kafka: Kafka, guard: str
) -> None:
    if guard == "kernel" and not engine.limits_memory:
        pytest.skip("containers: no limit of memory can be set for a container on this machine")
    environ = {"COPYDESK_BROKERS": kafka.brokers, "COPYDESK_METRICS_PORT": "0", "COPYDESK_TOPIC_PREFIX": f"{guard}-"}
    environ |= {"PYTHONPATH": "/stages", "COPYDESK_LOG_FORMAT": "json"}
    if guard == "kernel":
        environ["COPYDESK_MAX_CHILD_BYTES"] = "0"  # nothing but the container's own limit is left
    more = ["--volume", f"{ROOT}/tests/stages:/stages:ro", "--memory", "512m", "--memory-swap", "512m"]
    more = more if engine.limits_memory else more[:2]
    engine.run("cleaner", "topics", "apply", environ=environ, more=more)
    texts = ("fine", "EAT", "fine")
    lines = b"".join(json.dumps({"id": f"a{n}", "text": text}).encode() + b"\n" for n, text in enumerate(texts))
    engine.run("topics", "publish", "-", stdin=lines, environ=environ)
    name = f"probe-{guard}"
    if guard == "setting":
        environ["COPYDESK_MAX_CHILD_BYTES"] = str(200 << 20)
    engine.start("cleaner", name, environ, command=("run", "probe"), more=more)
    engine.until_logs(name, '"article_id":"a1"')
    for article in ("a0", "a2"):
        engine.until_logs(name, f'"article_id":"{article}"')
    assert engine.runs(name), "the worker is the same"
    articles = [json.loads(line) for line in engine.logs(name).splitlines() if '"event":"article"' in line]
    outcomes = {one["article_id"]: (one["disposition"], one.get("error", "")) for one in articles}
    assert outcomes["a0"][0] == outcomes["a2"][0] == "passed"
    disposition, error = outcomes["a1"]
    assert disposition == "failed"
    assert ("ran out of memory" if guard == "setting" else "SIGKILL") in error
    assert engine.stop(name, "cleaner")[0] == 0
