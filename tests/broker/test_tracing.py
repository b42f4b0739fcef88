"""Traces over a broker: one an article, unbroken over publisher, workers and the stages' processes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest

from harness.collecting import Collector, Span, collector
from harness.running import SOURCES, Cluster, run_command, stage_processes

TOPICS = ("articles.raw", "articles.cleaned", "articles.extracted", "articles.scored")
LETTERS = ("articles.probe.dlq", "articles.relay.dlq", *(f"articles.{stage}.dlq" for stage in SOURCES))
ARTICLES = 5
TEXT = 'The mayor of Bristol opened the new bridge on Monday. "It is safe," Anna Smith said, and thanked the builders.'
FOREIGN = "0af7651916cd43dd8448eb211c80319c"
PRODUCER, CONSUMER, INTERNAL = 4, 5, 1

Make = Callable[..., Cluster]


@pytest.fixture
def collected() -> Iterator[Collector]:
    with collector() as running:
        yield running


def chain(spans: list[Span], last: str) -> list[Span]:
    """From a span up to its trace's first."""
    known = {span.id: span for span in spans}
    way = [known[last]]
    while parent := way[-1].parent:
        way.append(known[parent])
    return way[::-1]


async def test_one_trace_from_publish_to_the_last_stage(cluster: Make, collected: Collector) -> None:
    here = cluster(**collected.environ)
    await here.create(*TOPICS, *LETTERS)
    lines = "".join(json.dumps({"id": f"a{n}", "text": TEXT, "language": "en"}) + "\n" for n in range(ARTICLES))
    code, _, said = await here.command("publish", "-", stdin=lines.encode())
    assert code == 0, said
    workers = [await here.run(stage) for stage in SOURCES]
    async with here.follow("articles.scored") as follower:
        rows = await follower.until(ARTICLES, 120)
    children = {worker.stage: stage_processes(worker.process.pid) for worker in workers}
    logged = {line["article_id"]: line["trace_id"] for worker in workers for line in worker.articles()}
    for worker in workers:
        assert await worker.stop() == 0  # what is left is sent before the end

    assert len(collected.spans) == ARTICLES * (1 + 3 * len(SOURCES)), "each once"
    assert len({span.trace for span in collected.spans}) == ARTICLES
    for row in rows:
        version, trace, sent, flags = row.headers["traceparent"].split("-")
        assert (version, int(flags, 16) & 1, logged[row.headers["ce_subject"]]) == ("00", 1, trace)
        whole = [span for span in collected.spans if span.trace == trace]
        way = chain(whole, sent)
        expected = [("copydesk-publisher", f"send {here.prefix}articles.raw", PRODUCER)]
        for (stage, source), sink in zip(SOURCES.items(), TOPICS[1:], strict=True):
            expected.append((f"copydesk-{stage}", f"process {here.prefix}{source}", CONSUMER))
            expected.append((f"copydesk-{stage}", f"send {here.prefix}{sink}", PRODUCER))
        assert [(span.service, span.name, span.kind) for span in way] == expected
        for worker, process in zip(workers, way[1::2], strict=True):
            (inside,) = [span for span in whole if span.parent == process.id and span.kind == INTERNAL]
            assert inside.name == worker.stage
            assert inside.attributes["process.pid"] in children[worker.stage]
            assert process.began <= inside.began <= inside.ended <= process.ended
            assert process.attributes["copydesk.disposition"] == "passed"
            assert process.attributes["copydesk.article.id"] == row.headers["ce_subject"]
            assert process.attributes["messaging.system"] == "kafka"
        assert not any(span.failed for span in whole)
        assert not any(TEXT[:20] in str(span) for span in whole), "no article's text leaves by a span"


async def test_a_foreign_trace_goes_on_and_a_dead_letter_keeps_its_headers(cluster: Make, collected: Collector) -> None:
    here = cluster(**collected.environ)
    await here.create("articles.raw", "articles.cleaned", "articles.probe.dlq")
    from_outside = f"00-{FOREIGN}-b7ad6b7169203331-01".encode()
    headers = {"traceparent": from_outside, "tracestate": b"vendor=1"}
    texts = {b"good": "fine", b"bad": "RAISE boom", b"reject": "REJECT not news", b"crash": "EXIT"}
    await here.send(
        "articles.raw", [(key, json.dumps({"text": text}).encode(), headers) for key, text in texts.items()]
    )
    await here.send("articles.raw", [(b"gone", None, headers), (b"odd", b'{"text": "x"}', {"traceparent": b"zz"})])
    worker = await here.run("probe")
    async with here.follow("articles.cleaned", "articles.probe.dlq") as follower:
        rows = {row.key: row for row in await follower.until(len(texts) + 2)}
    assert await worker.stop() == 0

    spans = {span.id: span for span in collected.spans}
    for key in (b"good", b"gone"):
        _, trace, sent, _ = rows[key].headers["traceparent"].split("-")
        assert (trace, rows[key].headers["tracestate"]) == (FOREIGN, "vendor=1")
        assert spans[spans[sent].parent].parent == "b7ad6b7169203331"
    for key, name in ((b"bad", "RuntimeError"), (b"reject", "Reject"), (b"crash", "Crashed")):
        assert rows[key].headers["traceparent"] == from_outside.decode(), "the original's"
        (failed,) = [span for span in spans.values() if span.attributes.get("error.type") == name]
        assert (failed.trace, failed.failed) == (FOREIGN, True)
        assert any(
            span.parent == failed.id and span.name == f"send {here.prefix}articles.probe.dlq" for span in spans.values()
        )
    _, trace, _, _ = rows[b"odd"].headers["traceparent"].split("-")
    assert trace != FOREIGN, "what is no trace begins a new one"
    assert not any("boom" in str(span) for span in spans.values()), "a message may quote an article"


async def test_off_nothing_is_imported_and_a_trace_passes_through(cluster: Make) -> None:
    here = cluster()
    await here.create("articles.raw", "articles.cleaned", "articles.extracted", *LETTERS[:2])
    trace = f"00-{FOREIGN}-b7ad6b7169203331-01"
    headers = {"traceparent": trace.encode(), "tracestate": b"vendor=1"}
    await here.send("articles.raw", [(b"a", b'{"text": "fine"}', headers), (b"gone", None, headers)])
    environ = {"PYTHONPROFILEIMPORTTIME": "1"}  # both processes of a worker tell every import
    workers = [await here.run(stage, **environ) for stage in ("probe", "relay")]
    async with here.follow("articles.extracted") as follower:
        rows = await follower.until(2)
    for worker in workers:
        await worker.stop()
        imports = [line["event"] for line in worker.lines if line.get("raw")]
        assert any("copydesk.runtime.stage_process" in line or "copydesk_teststages" in line for line in imports)
        assert any("aiokafka" in line for line in imports), "imports are told"
        assert not [line for line in imports if "opentelemetry" in line]
    assert [(row.headers["traceparent"], row.headers["tracestate"]) for row in rows] == [(trace, "vendor=1")] * 2


async def test_a_collector_that_is_away_costs_no_article(cluster: Make) -> None:
    here = cluster(
        COPYDESK_TRACING="true", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_BSP_SCHEDULE_DELAY="100"
    )
    await here.create("articles.raw", "articles.cleaned", "articles.probe.dlq")
    await here.send("articles.raw", [(b"%d" % n, b'{"text": "fine"}', {}) for n in range(20)])
    worker = await here.run("probe")
    async with here.follow("articles.cleaned") as follower:
        await follower.until(20)
    assert await worker.stop(30) == 0


@pytest.mark.parametrize("arguments", [("run", "cleaner"), ("publish", "-"), ("lag",)])
async def test_tracing_without_opentelemetry_says_what_to_install(
    arguments: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    hidden = tmp_path_factory.mktemp("hidden")
    (hidden / "opentelemetry.py").write_text("raise ModuleNotFoundError('No module named opentelemetry')")
    path = os.pathsep.join([str(hidden), os.environ.get("PYTHONPATH", "")])
    code, _, said = await run_command(*arguments, environ={"COPYDESK_TRACING": "true", "PYTHONPATH": path})
    assert (code, said.count("\n")) == (2, 1), said
    assert "pip install '.[otel]'" in said
