from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from copydesk_teststages import stage

from copydesk.client.connection import Connection, SettingsError, read_connection
from copydesk.runtime.settings import Settings, read_settings, settings_digest, stage_settings


def test_defaults_and_values() -> None:
    assert read_settings({}) == Settings()
    environ = {
        "COPYDESK_BROKERS": "a:1,b:2",
        "COPYDESK_METRICS_PORT": "0",
        "COPYDESK_SESSION_SECONDS": "6",
        "HOME": "/",
    }
    read = read_settings(environ)
    assert (read.brokers, read.metrics_port, read.session_seconds) == ("a:1,b:2", 0, 6.0)


def test_an_empty_variable_is_no_value() -> None:
    assert read_settings({"COPYDESK_METRICS_PORT": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COPYDESK_METRICS_PORT", "many"),
        ("COPYDESK_METRICS_PORT", "70000"),
        ("COPYDESK_DELIVERY", "twice"),
        ("COPYDESK_COMPRESSION", "rar"),
        ("COPYDESK_MAX_ARTICLE_SECONDS", "0"),
        ("COPYDESK_DLQ_MAX_RATIO", "2"),
    ],
)
def test_a_value_that_cannot_be_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}={value}: "):
        read_settings({name: value})


def test_a_value_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "brokers"
    secret.write_text("kafka:9092\n")
    assert read_connection({"COPYDESK_BROKERS_FILE": str(secret)}).brokers == "kafka:9092"
    with pytest.raises(SettingsError, match="COPYDESK_BROKERS_FILE"):
        read_connection({"COPYDESK_BROKERS_FILE": str(tmp_path / "none")})


class Own(msgspec.Struct, frozen=True, kw_only=True):
    threshold: float = 0.5


def test_a_stages_own_settings_carry_its_name() -> None:
    with_own = msgspec.structs.replace(stage, name="my-stage", settings=Own)
    assert stage_settings(with_own, {"COPYDESK_MY_STAGE_THRESHOLD": "0.7"}) == Own(threshold=0.7)
    assert stage_settings(stage, {"COPYDESK_PROBE_THRESHOLD": "0.7"}) is None


def test_another_setting_gives_another_digest() -> None:
    assert settings_digest(None) == ""
    assert settings_digest(Own()) == settings_digest(Own())
    assert settings_digest(Own()) != settings_digest(Own(threshold=0.6))


def test_a_prefix_is_put_before_names() -> None:
    assert Connection(topic_prefix="x-").full_name("articles.raw") == "x-articles.raw"
