"""Alerts fire when they should, and every query asks for metrics that there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from prometheus_client import generate_latest

from copydesk.runtime.metrics import Metrics
from copydesk.stage import find
from harness.require import ROOT, missing

FOLDER = ROOT / "infra" / "observability"
STAGES = ("cleaner", "extractor", "coherence", "sites")
ALERTS: list[dict[str, Any]] = [
    rule
    for group in msgspec.yaml.decode((FOLDER / "alerts.yml").read_bytes())["groups"]
    for rule in group["rules"]
]  # fmt: skip
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "grafana" / "dashboards" / "copydesk.json").read_bytes())


def promtool(*arguments: str, stdin: bytes = b"") -> str:
    """Output of promtool; the test fails if promtool finds a fault."""
    path = shutil.which("promtool") or missing("promtool", "Debian's package prometheus is not installed")
    result = subprocess.run(
        [path, *arguments], check=False, capture_output=True, text=True, input=stdin.decode(), cwd=FOLDER, timeout=60
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def series() -> set[str]:
    """Names of every series that a worker of any stage serves."""
    found = set()
    for stage in STAGES:
        for family in Metrics(find(stage)).registry.collect():
            kinds = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}
            found |= {family.name + end for end in kinds.get(family.type, ("",))}
    return found


def queries() -> Iterator[str]:
    """Every query of alerts and panels."""
    for rule in ALERTS:
        yield rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def test_prometheus_takes_configuration_and_rules() -> None:
    promtool("check", "config", "prometheus.yml")
    assert f"{len(ALERTS)} rules found" in promtool("check", "rules", "alerts.yml")


def test_workers_send_spans_to_where_the_collector_takes_them() -> None:
    services = msgspec.yaml.decode((ROOT / "docker-compose.yml").read_bytes())["services"]
    configured = msgspec.yaml.decode((FOLDER / "collector.yml").read_bytes())
    port = configured["receivers"]["otlp"]["protocols"]["http"]["endpoint"].rpartition(":")[2]
    assert any("/collector.yml:" in volume for volume in services["collector"]["volumes"])
    for stage in STAGES:
        assert services[stage]["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://collector:{port}"
    for pipeline in configured["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= set(configured[part])


def test_alerts_fire_when_they_should_and_only_then() -> None:
    assert "SUCCESS" in promtool("test", "rules", "alerts_test.yml")
    tested = msgspec.yaml.decode((FOLDER / "alerts_test.yml").read_bytes())["tests"]
    fired = {one["alertname"] for test in tested for one in test["alert_rule_test"] if one["exp_alerts"]}
    assert fired == {rule["alert"] for rule in ALERTS}


def test_every_query_asks_for_metrics_that_there_are() -> None:
    asked = {name for query in queries() for name in re.findall(r"\bcopydesk_\w+", query)}
    assert asked <= series(), asked - series()
    assert len(asked) > 15


@pytest.mark.parametrize("stage", STAGES)
def test_prometheus_finds_every_metric_well_named(stage: str) -> None:
    metrics = Metrics(find(stage))
    metrics.observe_measures({one.name: 0.5 for one in find(stage).measures})
    promtool("check", "metrics", stdin=generate_latest(metrics.registry))


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_every_alert_has_its_paragraph_in_the_runbook(rule: dict[str, Any]) -> None:
    runbook = (ROOT / "infra" / "RUNBOOK.md").read_text()
    file, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert file == "infra/RUNBOOK.md"
    assert anchor == rule["alert"].lower()
    assert f"\n### {rule['alert']}\n" in runbook
    assert rule["labels"]["severity"] in {"warning", "critical"}


def test_panels_have_titles_units_and_do_not_overlap() -> None:
    places = [tuple(panel["gridPos"].values()) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert all(panel["title"] and panel["fieldConfig"]["defaults"]["unit"] for panel in DASHBOARD["panels"])
