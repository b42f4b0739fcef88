from __future__ import annotations

import msgspec
import pytest
from prometheus_client import generate_latest

from copydesk.runtime import execution
from copydesk.runtime.metrics import Metrics
from copydesk.stage import Measure, Stage, find


class Words(msgspec.Struct, frozen=True, kw_only=True):
    text: str


def stage(*measures: Measure) -> Stage:
    return Stage(
        name="words", version="1", source="a", sink="b", input=Words, output=Words, load=lambda: lambda read: read,
        measures=measures,
    )  # fmt: skip


LENGTH = Measure(name="length", help="Words", buckets=(1, 3), of=lambda words: len(words.text.split()) or None)


def test_a_result_is_measured_and_shows() -> None:
    one = stage(LENGTH)
    metrics = Metrics(one)
    for text in ("two words", "", "one and two and three"):
        outcome = execution.run(one, execution.load(one), msgspec.json.encode({"text": text}), None)
        assert outcome.measures == ({"length": float(len(text.split()))} if text else {})
        metrics.observe_measures(outcome.measures)
    exported = generate_latest(metrics.registry).decode()
    assert 'copydesk_length_sum{stage="words"} 7.0' in exported
    assert 'copydesk_length_count{stage="words"} 2.0' in exported
    assert 'copydesk_length_bucket{le="3.0",stage="words"} 1.0' in exported


def test_a_measure_travels_with_its_outcome() -> None:
    outcome = execution.Outcome(disposition="passed", measures={"length": 2.0})
    assert msgspec.json.decode(msgspec.json.encode(outcome), type=execution.Outcome) == outcome


def test_what_does_not_pass_is_not_measured() -> None:
    assert execution.run(stage(LENGTH), lambda _: None, b'{"text": "two words"}', None).measures == {}


@pytest.mark.parametrize("name", ["cleaner", "extractor", "coherence"])
def test_buckets_rise(name: str) -> None:
    for measure in find(name).measures:
        assert list(measure.buckets) == sorted(set(measure.buckets))


def test_the_stages_measures_are_told_of_real_results() -> None:
    steps = [(find(name), execution.load(find(name))) for name in ("cleaner", "extractor", "coherence")]
    text = 'The council met on Tuesday.\n\n"We will build it", said Anna Berg, the mayor of Graz.\n\nShare this page'
    value = msgspec.json.encode({"id": "a", "text": text})
    measures: dict[str, float] = {}
    for each, process in steps:
        outcome = execution.run(each, process, value, None)
        value = outcome.value
        measures |= outcome.measures
    assert measures["quotes"] == 1
    assert measures["attributed_share"] == 1
    assert 10 < measures["words"] < 20
    assert 0 <= measures["noise_share"] < 0.5
    assert measures.get("score", 0.5) <= 1
