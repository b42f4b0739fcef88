"""Addresses of brokers: as they are given in a setting, and as the brokers advertise them."""

from __future__ import annotations

import asyncio
import os
import re
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple

DEFAULT_PORT = 9092
MAX_PORT = 65_535

_is_host = re.compile(r"[^\s:/;,@\[\]]+").fullmatch


class Server(NamedTuple):
    """Address of a broker."""

    host: str
    port: int

    def __str__(self) -> str:
        """The address as it is written in a setting."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_servers(text: str) -> list[Server]:
    """Addresses in a list such as `kafka1:9092,kafka2:9092`; without a port it is 9092.

    Raises:
        ValueError: It is no such list; the message says what is right.

    >>> parse_servers("kafka, [::1]:9093")
    [Server(host='kafka', port=9092), Server(host='::1', port=9093)]
    """
    if "://" in text:
        raise ValueError("give host:port without kafka:// or another scheme")
    if ";" in text or (" " in text.strip() and "," not in text):
        raise ValueError("separate the servers by commas, as in kafka1:9092,kafka2:9092")
    servers = [_parse_server(part.strip()) for part in text.split(",") if part.strip()]
    if not servers:
        raise ValueError("give host:port, as in kafka:9092")
    return servers


def _parse_server(text: str) -> Server:
    """Address of one server.

    Raises:
        ValueError: It is none; the message says what is right.
    """
    try:
        return Server(str(IPv6Address(text)), DEFAULT_PORT)
    except AddressValueError:
        pass
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        host, port = text, str(DEFAULT_PORT)
    if not (port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) <= MAX_PORT):
        raise ValueError(f"the port of {text!r} must be a number from 1 to {MAX_PORT}")
    if host.startswith("[") and host.endswith("]"):
        try:
            return Server(str(IPv6Address(host[1:-1])), int(port))
        except AddressValueError:
            raise ValueError(f"{host!r} is no IPv6 address") from None
    if not _is_host(host):
        raise ValueError(f"{text!r}: give host:port, as in kafka:9092; an IPv6 address in brackets, as in [::1]:9092")
    return Server(host, int(port))


async def find_unreachable(server: Server, seconds: float) -> str | None:
    """Reason why no connection to a server can be made, or None if one was made.

    Args:
        server: The server.
        seconds: Time limit.
    """
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(server.host, server.port)
            writer.close()
            await writer.wait_closed()
    except TimeoutError:
        return f"no answer within {seconds:g} s"
    except OSError as error:
        number = error.errno or 0  # negative for an unknown name; for others asyncio's text has the address, too
        return os.strerror(number) if number > 0 else error.strerror or str(error)
    except ValueError as error:  # a name that cannot be encoded for DNS
        return str(error)
    return None


__all__ = ["Server", "find_unreachable", "parse_servers"]
