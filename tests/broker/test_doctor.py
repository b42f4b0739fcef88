"""`copydesk doctor`: all well, and what it says where something is not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from harness.brokers import Broker, free_port_pair
from harness.running import STAGES, Cluster, run_command

Make = Callable[..., Cluster]


async def examine(here: Cluster, **environ: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code, and what was found."""
    here.environ |= environ
    status, out, err = await here.command("doctor", "--stage", "probe", "--json")
    assert not err
    return status, [json.loads(line) for line in out.splitlines()]


def of(findings: list[dict[str, Any]], check: str) -> list[tuple[str, str]]:
    return [(finding["state"], finding["told"]) for finding in findings if finding["check"] == check]


async def healthy(cluster: Make) -> Cluster:
    here = cluster(PYTHONPATH=str(STAGES))
    await apply_topics(here)
    return here


async def apply_topics(here: Cluster) -> None:
    status, _, err = await here.command("topics", "apply", "--partitions", "2")
    assert status == 0, err


async def test_what_is_missing_is_named_with_what_mends_it(cluster: Make) -> None:
    here = cluster(PYTHONPATH=str(STAGES))
    status, findings = await examine(here)
    assert status == 5
    assert {finding["mend"] for finding in findings if finding["state"] == "fail"} == {"copydesk topics apply"}
    assert ("fail", f"{here.prefix}articles.raw: missing") in of(findings, "topics")

    await apply_topics(here)  # the command that it named
    status, findings = await examine(here)
    assert status == 0
    assert not [finding for finding in findings if finding["state"] == "fail"]
    checks = {finding["check"] for finding in findings}
    assert checks == {
        "settings", "disk", "memory", "schemas", "models of probe", "broker", "topics", "rights of probe",
        "transactions", "open transactions", "clock",
    }  # fmt: skip
    status, out, _ = await here.command("doctor", "--stage", "probe")
    assert status == 0
    assert b"loads in" in out


async def test_a_topic_kept_for_another_time_is_a_note(cluster: Make) -> None:
    here = await healthy(cluster)
    await here.create("articles.late", partitions=2)  # not described, so not looked at
    status, findings = await examine(here)
    notes = [finding for finding in findings if finding["check"] == "topics"]
    assert (status, {finding["state"] for finding in notes}) == (0, {"note"})
    assert {finding["told"].partition(": ")[2] for finding in notes} == {"2 partitions, described as 12"}


async def test_the_same_topic_with_another_retention(cluster: Make, broker: Broker) -> None:
    if not broker.transactions:
        pytest.skip("the embedded broker tells no settings of topics")
    here = cluster(PYTHONPATH=str(STAGES))
    await here.create("articles.raw", partitions=2, configs={"articles.raw": {"retention.ms": "60000"}})
    await apply_topics(here)
    _, findings = await examine(here)
    (retention,) = [finding for finding in findings if "retention.ms" in finding["told"]]
    assert retention["told"] == f"{here.prefix}articles.raw: retention.ms is 60000, described as 604800000"
    assert retention["mend"].startswith("kafka-configs")
    assert f"{here.prefix}articles.raw" in retention["mend"]


async def test_messages_of_the_future_and_of_a_later_version(cluster: Make) -> None:
    here = await healthy(cluster)
    producer = AIOKafkaProducer(bootstrap_servers=here.broker.brokers, acks="all")
    await producer.start()
    try:
        hour = int(time.time() + 3600) * 1000
        await producer.send_and_wait(f"{here.prefix}articles.raw", b"{}", timestamp_ms=hour)
        status, findings = await examine(here)
        ((state, message),) = of(findings, "clock")
        assert (status, state) == (1, "fail")
        assert "ahead of this machine's clock" in message
        headers = [("ce_type", b"copydesk.article.cleaned.v9")]
        await producer.send_and_wait(f"{here.prefix}articles.cleaned", b"{}", key=b"a", headers=headers)
        status, findings = await examine(here)
        ((state, message),) = of(findings, "messages")
        assert (status, state) == (1, "fail")
        assert f"copydesk.article.cleaned.v9 on {here.prefix}articles.cleaned" in message
    finally:
        await producer.stop()


async def test_a_stage_that_cannot_be_loaded(cluster: Make) -> None:
    here = await healthy(cluster)
    status, findings = await examine(here, COPYDESK_TEST_LOAD_SECONDS="never")
    ((state, message),) = of(findings, "models of probe")
    assert (status, state) == (5, "fail")
    assert "could not convert string to float" in message


async def test_a_broker_that_is_away_is_exit_3_and_the_rest_is_told() -> None:
    environ = {
        "COPYDESK_BROKERS": f"127.0.0.1:{free_port_pair()}",
        "COPYDESK_HEALTH_FILE": "/nowhere/health.json",
        "PYTHONPATH": str(STAGES),
    }
    status, out, _ = await run_command("doctor", "--stage", "probe", "--json", environ=environ)
    findings = [json.loads(line) for line in out.splitlines()]
    assert status == 3
    assert [state for state, _ in of(findings, "broker")] == ["fail"]
    ((state, message),) = of(findings, "disk")
    assert (state, message.partition(":")[0]) == ("fail", "/nowhere cannot be written")
    assert of(findings, "models of probe")
