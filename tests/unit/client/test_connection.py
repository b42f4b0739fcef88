"""Settings with invalid values."""

from __future__ import annotations

import pytest

from copydesk.client.connection import SettingsError, read_connection


def test_an_invalid_choice_names_the_choices() -> None:
    with pytest.raises(SettingsError, match=r"COPYDESK_SECURITY_PROTOCOL=TLS: expected one of .*SASL_SSL"):
        read_connection({"COPYDESK_SECURITY_PROTOCOL": "TLS"})
