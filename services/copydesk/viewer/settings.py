"""Settings of the live page: environment variables `COPYDESK_VIEWER_*`, documented where they are defined."""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated

import msgspec
from msgspec import Meta

from copydesk.client.connection import read_environment

PREFIX = "COPYDESK_VIEWER_"
TOKEN_CHARACTERS = 16
"""Fewest of a token: nobody counts how often a wrong one is tried."""


class ViewerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the page is served; `COPYDESK_VIEWER_PORT` is the field `port`, and so on."""

    host: str = "127.0.0.1"
    """Address to listen on; any other than this machine's own needs a token."""

    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    """Port to listen on; 0: any free one, printed."""

    token: str = ""
    """Who knows it may look; at least 16 characters. A secret: better in the file that `..._TOKEN_FILE` names."""

    hosts: str = ""
    """Names, separated by commas, by which browsers may ask for the page, where it is not at its address."""

    publish: bool = True
    """Whether articles may be published from the page."""

    articles: Annotated[int, Meta(ge=10, le=100_000)] = 5_000
    """How many articles the page holds, the newest; about so many of each topic are read at the start."""

    max_bytes: Annotated[int, Meta(ge=32 * 1024**2)] = 256 * 1024**2
    """How much memory they may take; the oldest go first."""

    clients: Annotated[int, Meta(ge=1)] = 100
    """How many browsers may listen at once."""

    def __post_init__(self) -> None:
        """Whoever is not at this machine needs a token."""
        if self.token and len(self.token) < TOKEN_CHARACTERS:
            raise ValueError(f"{PREFIX}TOKEN has fewer than {TOKEN_CHARACTERS} characters")
        if not self.token and not self.is_local:
            raise ValueError(
                f"{PREFIX}HOST={self.host} can be reached from other machines: "
                f"set {PREFIX}TOKEN_FILE to a file with a token"
            )

    def __repr__(self) -> str:
        """Without the token."""
        told = {field: getattr(self, field) for field in self.__struct_fields__} | {
            "token": "***" if self.token else ""
        }
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in told.items())})"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the page."""
        return is_local(self.host)


def is_local(host: str) -> bool:
    """Whether a host name or address is this machine itself.

    >>> is_local("127.0.0.1"), is_local("localhost"), is_local("[::1]"), is_local("0.0.0.0"), is_local("example.org")
    (True, True, True, False, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read_viewer_settings(environ: Mapping[str, str] = os.environ) -> ViewerSettings:
    """The page's settings.

    Raises:
        SettingsError: A value that cannot be, or a token's file that cannot be read.
    """
    return read_environment(ViewerSettings, PREFIX, environ)


__all__ = ["PREFIX", "ViewerSettings", "is_local", "read_viewer_settings"]
