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
MIN_TOKEN_CHARACTERS = 16
"""The page does not limit wrong attempts, so a token must be too long to guess."""


class ViewerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the page; the field `port` is read from `COPYDESK_VIEWER_PORT`, and so on."""

    host: str = "127.0.0.1"
    """Address to listen on; any address except this machine's own needs a token."""

    port: Annotated[int, Meta(ge=0, le=65535)] = 8080
    """Port to listen on; 0: any free one, which is printed."""

    token: str = ""
    """Token that browsers and programs must send, at least 16 characters. Better in the file `..._TOKEN_FILE`."""

    hosts: str = ""
    """Host names of the page, separated by commas, if browsers open it under another name than its address."""

    publish: bool = True
    """Allow publishing from the page."""

    articles: Annotated[int, Meta(ge=10, le=100_000)] = 5_000
    """Most articles that the page keeps, the newest; about this number of each topic is read at the start."""

    max_bytes: Annotated[int, Meta(ge=32 * 1024**2)] = 256 * 1024**2
    """Most memory that they take; the oldest are dropped first."""

    clients: Annotated[int, Meta(ge=1)] = 100
    """Most browsers that listen at the same time."""

    def __post_init__(self) -> None:
        """Check the token.

        Raises:
            ValueError: The token is too short, or it is missing and other machines can reach the page.
        """
        if self.token and len(self.token) < MIN_TOKEN_CHARACTERS:
            raise ValueError(f"{PREFIX}TOKEN has fewer than {MIN_TOKEN_CHARACTERS} characters")
        if not self.token and not self.is_local:
            raise ValueError(
                f"{PREFIX}HOST={self.host} can be reached from other machines: "
                f"set {PREFIX}TOKEN_FILE to a file with a token"
            )

    def __repr__(self) -> str:
        """All settings, the token masked."""
        values = {field: getattr(self, field) for field in self.__struct_fields__} | {
            "token": "***" if self.token else ""
        }
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in values.items())})"

    @property
    def is_local(self) -> bool:
        """True if only this machine can reach the page."""
        return is_local(self.host)


def is_local(host: str) -> bool:
    """Return whether a host name or address is this machine itself.

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
    """Settings of the page, from environment variables.

    Raises:
        SettingsError: A value is invalid, or the token's file cannot be read.
    """
    return read_environment(ViewerSettings, PREFIX, environ)


__all__ = ["PREFIX", "ViewerSettings", "is_local", "read_viewer_settings"]
