"""Settings that decide who can reach the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.client import SettingsError
from copydesk.viewer.settings import read_viewer_settings

TOKEN = "a-token-that-is-long-enough"  # noqa: S105 - of a test


def test_by_default_only_this_machine_can_reach_the_page() -> None:
    settings = read_viewer_settings({})
    assert (settings.host, settings.port, settings.is_local) == ("127.0.0.1", 8080, True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org", ""])  # noqa: S104 - what is refused
def test_any_other_address_needs_a_token(host: str, tmp_path: Path) -> None:
    environ = {"COPYDESK_VIEWER_HOST": host or "10.0.0.1"}
    with pytest.raises(SettingsError, match="COPYDESK_VIEWER_TOKEN_FILE"):
        read_viewer_settings(environ)
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    assert read_viewer_settings({**environ, "COPYDESK_VIEWER_TOKEN_FILE": str(file)}).token == TOKEN


def test_a_token_is_long_and_never_printed() -> None:
    with pytest.raises(SettingsError, match="fewer than 16 characters") as caught:
        read_viewer_settings({"COPYDESK_VIEWER_TOKEN": "guess-me"})
    assert "guess-me" not in str(caught.value)
    assert TOKEN not in repr(read_viewer_settings({"COPYDESK_VIEWER_TOKEN": TOKEN}))


def test_a_bad_value_is_named() -> None:
    with pytest.raises(SettingsError, match="COPYDESK_VIEWER_PORT=http"):
        read_viewer_settings({"COPYDESK_VIEWER_PORT": "http"})
