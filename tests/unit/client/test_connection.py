"""Settings that cannot be."""

from __future__ import annotations

import pytest

from copydesk.client.connection import SettingsError, read_connection


def test_a_choice_that_is_none_tells_the_choices() -> None:
    with pytest.raises(SettingsError, match=r"COPYDESK_SECURITY_PROTOCOL=TLS: expected one of .*SASL_SSL"):
        read_connection({"COPYDESK_SECURITY_PROTOCOL": "TLS"})
