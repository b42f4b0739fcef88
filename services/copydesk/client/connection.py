"""How to reach the broker, and how settings are read from the environment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from ssl import SSLCertVerificationError, SSLContext, SSLError
from typing import Any, Literal, TypeVar, get_args

import msgspec
from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.helpers import create_ssl_context

from copydesk.client.tracing import require

S = TypeVar("S", bound=msgspec.Struct)


class SettingsError(ValueError):
    """A setting has a value that cannot be; the message names the variable."""


class BrokerAwayError(ConnectionError):
    """The broker cannot be reached, or it refused the login; the message names it and says what to do."""


SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """What every program that talks to the broker needs; `COPYDESK_BROKERS` is the field `brokers`, and so on.

    `COPYDESK_SASL_PASSWORD_FILE` names a file that holds the password, and so on.
    """

    brokers: str = "127.0.0.1:9092"
    """Bootstrap servers, `host:port`, separated by commas."""

    topic_prefix: str = ""
    """Put before every topic, group and transactional id, for a cluster that is shared."""

    security_protocol: SecurityProtocol = "PLAINTEXT"
    """As Kafka names it: `SSL` for TLS, `SASL_SSL` for a login over TLS."""

    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How to log in."""

    sasl_username: str = ""
    """Who logs in."""

    sasl_password: str = ""
    """A secret: better in the file that `COPYDESK_SASL_PASSWORD_FILE` names."""

    ssl_cafile: str = ""
    """PEM file with the authorities that may sign the broker's certificate; default: the system's."""

    ssl_certfile: str = ""
    """PEM file with our own certificate, for mutual TLS."""

    ssl_keyfile: str = ""
    """PEM file with its key."""

    ssl_password: str = ""
    """Of that key; a secret, too."""

    tracing: bool = False
    """Whether spans are recorded and sent by OTLP (extra `otel`); the standard `OTEL_*` variables say where to."""

    def __post_init__(self) -> None:
        """What belongs together is there together."""
        if self.security_protocol.startswith("SASL") and not (self.sasl_username and self.sasl_password):
            raise ValueError(
                f"COPYDESK_SECURITY_PROTOCOL={self.security_protocol} needs COPYDESK_SASL_USERNAME and "
                "COPYDESK_SASL_PASSWORD (or COPYDESK_SASL_PASSWORD_FILE)"
            )
        if bool(self.ssl_certfile) != bool(self.ssl_keyfile):
            raise ValueError("COPYDESK_SSL_CERTFILE and COPYDESK_SSL_KEYFILE belong together")
        if self.security_protocol.endswith("SSL"):
            self.ssl_context()  # a file that cannot be read is a setting that cannot be
        if self.tracing:
            require()

    def __repr__(self) -> str:
        """Without secrets."""
        told = {field: getattr(self, field) for field in self.__struct_fields__}
        masked = (f"{name}={'***' if name in SECRETS and value else repr(value)}" for name, value in told.items())
        return f"{type(self).__name__}({', '.join(masked)})"

    def options(self) -> dict[str, Any]:
        """The arguments by which every client of aiokafka gets its connection."""
        return {"bootstrap_servers": self.brokers, "client_id": "copydesk", **self._security()}

    def ssl_context(self) -> SSLContext | None:
        """How TLS is spoken; None where it is not.

        Raises:
            ValueError: A file cannot be read, or holds no certificate or key.
        """
        if not self.security_protocol.endswith("SSL"):
            return None
        try:
            context: SSLContext = create_ssl_context(
                cafile=self.ssl_cafile or None,
                certfile=self.ssl_certfile or None,
                keyfile=self.ssl_keyfile or None,
                password=self.ssl_password or None,
            )
        except (OSError, SSLError) as error:
            names = ", ".join(filter(None, (self.ssl_cafile, self.ssl_certfile, self.ssl_keyfile)))
            raise ValueError(f"COPYDESK_SSL_*: {names} cannot be used: {error}") from None
        return context

    def _security(self) -> dict[str, Any]:
        found: dict[str, Any] = {"security_protocol": self.security_protocol, "ssl_context": self.ssl_context()}
        if self.security_protocol.startswith("SASL"):
            found |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": self.sasl_password,
            }
        return found

    def full(self, name: str) -> str:
        """A topic's or group's name on this cluster."""
        return self.topic_prefix + name

    async def answers(self, *, seconds: float = 3.0) -> bool:
        """Whether any of the bootstrap servers accepts a connection."""
        tried = (_connects(server.strip(), seconds) for server in self.brokers.split(","))
        return any(await asyncio.gather(*tried))

    def away(self, error: object) -> BrokerAwayError:
        """The error to raise when the broker does not answer."""
        return BrokerAwayError(
            f"no broker answers at {self.brokers} ({error}): "
            "start one (`copydesk up`, or `make kafka`) or set COPYDESK_BROKERS"
        )

    async def refused(self, error: object, *, seconds: float = 10.0) -> BrokerAwayError:
        """The error to raise when no client could be started: a connection is tried once more to learn why."""
        try:
            host, port = _address(self.brokers.split(",")[0])
            async with asyncio.timeout(seconds):
                connection = await create_conn(host, port, **self._security())
                connection.close()
        except _LOGIN_REFUSED as reason:
            return BrokerAwayError(
                f"{self.brokers} refused the login of {self.sasl_username!r} by {self.sasl_mechanism} "
                f"({type(reason).__name__}): see COPYDESK_SASL_USERNAME, COPYDESK_SASL_PASSWORD_FILE, "
                "COPYDESK_SASL_MECHANISM"
            )
        except SSLCertVerificationError as reason:
            return BrokerAwayError(
                f"the certificate of {self.brokers} is not accepted ({reason.verify_message}): see COPYDESK_SSL_CAFILE "
                "and the host name in COPYDESK_BROKERS"
            )
        except SSLError as reason:
            return BrokerAwayError(
                f"no TLS with {self.brokers} ({reason.reason}): see COPYDESK_SECURITY_PROTOCOL, "
                "and COPYDESK_SSL_CERTFILE where the broker asks for our certificate"
            )
        except (KafkaError, OSError, TimeoutError, ValueError):
            pass
        if self.security_protocol != "PLAINTEXT" and await self.answers(seconds=seconds):
            return BrokerAwayError(
                f"{self.brokers} answers, but ends the connection ({error}): is it {self.security_protocol} there? "
                "See COPYDESK_SECURITY_PROTOCOL, and COPYDESK_SSL_CERTFILE where the broker asks for our certificate"
            )
        return self.away(error)


_LOGIN_REFUSED = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
SECRETS = frozenset({"sasl_password", "ssl_password"})


def _address(server: str) -> tuple[str, int]:
    host, _, port = server.strip().rpartition(":") if ":" in server else (server.strip(), "", "9092")
    return host.strip("[]"), int(port)


async def _connects(server: str, seconds: float) -> bool:
    try:
        host, port = _address(server)
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
            await writer.wait_closed()
    except (OSError, TimeoutError, ValueError):
        return False
    return True


def read_environment(struct: type[S], prefix: str, environ: Mapping[str, str] = os.environ) -> S:
    """The struct, each field from the variable `prefix` + its name in capitals, or from the file that `..._FILE` names.

    Raises:
        SettingsError: A value that cannot be, or a file that cannot be read.
    """
    values: dict[str, str] = {}
    for field in msgspec.structs.fields(struct):
        variable = prefix + field.name.upper()
        if (value := environ.get(variable, "")) != "":
            values[field.name] = value
        elif path := environ.get(f"{variable}_FILE"):
            values[field.name] = _read_secret(f"{variable}_FILE", path)
    try:
        return msgspec.convert(values, struct, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        if " - at `$." not in str(error):
            raise SettingsError(str(error)) from None  # of several settings together
        what, _, where = str(error).rpartition(" - at `$.")  # "Expected `float` - at `$.max_article_seconds`"
        name = where.rstrip("`")
        value = "***" if name in SECRETS else values.get(name, "")
        kind = next((field.type for field in msgspec.structs.fields(struct) if field.name == name), None)
        if what.startswith("Invalid enum") and (choices := get_args(kind)):
            what = f"expected one of {', '.join(map(str, choices))}"
        raise SettingsError(f"{prefix}{name.upper()}={value}: {what}") from None


def read_connection(environ: Mapping[str, str] = os.environ) -> Connection:
    """The connection that `COPYDESK_BROKERS` and its kind describe.

    Raises:
        SettingsError: A value that cannot be.
    """
    return read_environment(Connection, "COPYDESK_", environ)


def _decode(kind: type, value: object) -> object:
    if issubclass(kind, Path):
        return Path(str(value))
    raise NotImplementedError(kind)


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable}: cannot read {path}: {error}") from None
