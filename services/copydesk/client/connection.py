"""Connection settings of the broker, and how settings are read from the environment."""

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

from copydesk.client import aiokafka_patches
from copydesk.client.servers import find_unreachable, parse_servers
from copydesk.client.tracing import require_opentelemetry

S = TypeVar("S", bound=msgspec.Struct)

SECRETS = frozenset({"sasl_password", "ssl_password"})
"""Fields whose values no message shows."""

LOGIN_REFUSED = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)


class SettingsError(ValueError):
    """A setting has an invalid value; the message names the variable."""


class BrokerAwayError(ConnectionError):
    """The broker cannot be reached, or it refused the login; the message names it and says what to do."""


SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """Settings that every program needs to talk to the broker.

    Each field is read from a variable: `brokers` from `COPYDESK_BROKERS`, and so on. A variable that ends in `_FILE`
    names a file that holds the value: `COPYDESK_SASL_PASSWORD_FILE` is a file with the password.
    """

    brokers: str = "127.0.0.1:9092"
    """Bootstrap servers, `host:port`, separated by commas."""

    topic_prefix: str = ""
    """Put before every topic, group and transactional id, for a cluster that is shared."""

    security_protocol: SecurityProtocol = "PLAINTEXT"
    """As Kafka names it: `SSL` for TLS, `SASL_SSL` for a login over TLS."""

    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """Login mechanism."""

    sasl_username: str = ""
    """User name for the login."""

    sasl_password: str = ""
    """A secret: better in the file that `COPYDESK_SASL_PASSWORD_FILE` names."""

    ssl_cafile: str = ""
    """PEM file with the authorities that may sign the broker's certificate; default: the system's."""

    ssl_certfile: str = ""
    """PEM file with the client's own certificate, for mutual TLS."""

    ssl_keyfile: str = ""
    """PEM file with the key of that certificate."""

    ssl_password: str = ""
    """Password of that key; a secret, too."""

    tracing: bool = False
    """Record spans and send them by OTLP (extra `otel`); the standard `OTEL_*` variables name the receiver."""

    def __post_init__(self) -> None:
        """Check the addresses, and the settings that depend on each other."""
        try:
            parse_servers(self.brokers)
        except ValueError as error:
            raise ValueError(f"COPYDESK_BROKERS={self.brokers}: {error}") from None
        if self.security_protocol.startswith("SASL") and not (self.sasl_username and self.sasl_password):
            raise ValueError(
                f"COPYDESK_SECURITY_PROTOCOL={self.security_protocol} needs COPYDESK_SASL_USERNAME and "
                "COPYDESK_SASL_PASSWORD (or COPYDESK_SASL_PASSWORD_FILE)"
            )
        if bool(self.ssl_certfile) != bool(self.ssl_keyfile):
            raise ValueError("COPYDESK_SSL_CERTFILE and COPYDESK_SSL_KEYFILE belong together")
        if self.security_protocol.endswith("SSL"):
            self.ssl_context()  # raises for a file that cannot be read
        if self.tracing:
            require_opentelemetry()

    def __repr__(self) -> str:
        """The brokers and all fields that are not at their defaults, secrets masked."""
        values = {
            field.name: value
            for field in msgspec.structs.fields(self)
            if (value := getattr(self, field.name)) != field.default or field.name == "brokers"
        }
        masked = (f"{name}={'***' if name in SECRETS and value else repr(value)}" for name, value in values.items())
        return f"{type(self).__name__}({', '.join(masked)})"

    def aiokafka_options(self) -> dict[str, Any]:
        """Arguments that connect any client of aiokafka to this broker.

        Every client is made with them, so this is the place where copydesk's changes to aiokafka are made
        (`aiokafka_patches`).
        """
        aiokafka_patches.apply()
        return {"bootstrap_servers": self.brokers, "client_id": "copydesk", **self._security_options()}

    def ssl_context(self) -> SSLContext | None:
        """TLS context, or None without TLS.

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

    def full_name(self, name: str) -> str:
        """Name of a topic or group on this cluster: with the prefix.

        >>> Connection(topic_prefix="team-").full_name("articles.raw")
        'team-articles.raw'
        """
        return self.topic_prefix + name

    async def answers(self, *, seconds: float = 3.0) -> bool:
        """Return whether at least one of the bootstrap servers accepts a connection."""
        attempts = (find_unreachable(server, seconds) for server in parse_servers(self.brokers))
        return None in await asyncio.gather(*attempts)

    def unavailable_error(self, reason: object) -> BrokerAwayError:
        """Error to raise when the broker does not answer."""
        return BrokerAwayError(
            f"no broker answers at {self.brokers} ({reason}): "
            "start one (`copydesk up`, or `make kafka`) or set COPYDESK_BROKERS"
        )

    async def diagnose_connection(self, reason: object, *, seconds: float = 10.0) -> BrokerAwayError:
        """Error to raise when a client could not start; connects once more to find out why.

        Args:
            reason: What went wrong, for the message.
            seconds: Time limit of the second attempt.
        """
        try:
            host, port = parse_servers(self.brokers)[0]
            async with asyncio.timeout(seconds):
                connection = await create_conn(host, port, **self._security_options())
                connection.close()
        except LOGIN_REFUSED as error:
            return BrokerAwayError(
                f"{self.brokers} refused the login of {self.sasl_username!r} by {self.sasl_mechanism} "
                f"({type(error).__name__}): see COPYDESK_SASL_USERNAME, COPYDESK_SASL_PASSWORD_FILE, "
                "COPYDESK_SASL_MECHANISM"
            )
        except SSLCertVerificationError as error:
            return BrokerAwayError(
                f"the certificate of {self.brokers} is not accepted ({error.verify_message}): see COPYDESK_SSL_CAFILE "
                "and the host name in COPYDESK_BROKERS"
            )
        except SSLError as error:
            return BrokerAwayError(
                f"no TLS with {self.brokers} ({error.reason}): see COPYDESK_SECURITY_PROTOCOL, "
                "and COPYDESK_SSL_CERTFILE where the broker asks for our certificate"
            )
        except (KafkaError, OSError, TimeoutError, ValueError):
            pass
        if self.security_protocol != "PLAINTEXT" and await self.answers(seconds=seconds):
            return BrokerAwayError(
                f"{self.brokers} answers, but ends the connection ({reason}): does it expect "
                f"{self.security_protocol}? See COPYDESK_SECURITY_PROTOCOL, and COPYDESK_SSL_CERTFILE where the broker "
                "asks for our certificate"
            )
        return self.unavailable_error(reason)

    def _security_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"security_protocol": self.security_protocol, "ssl_context": self.ssl_context()}
        if self.security_protocol.startswith("SASL"):
            options |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": self.sasl_password,
            }
        return options


def read_environment(struct: type[S], prefix: str, environ: Mapping[str, str] = os.environ) -> S:
    """Struct whose fields are read from environment variables.

    A field's variable is `prefix` and the field's name in capitals. The variable `..._FILE` may name a file that holds
    the value instead. Fields without a variable keep their default.

    Args:
        struct: The type to make.
        prefix: Start of every variable's name.
        environ: The variables.

    Raises:
        SettingsError: A value is invalid, or a file cannot be read.
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
        raise _settings_error(struct, prefix, values, str(error)) from None


def _settings_error(
    struct: type[msgspec.Struct], prefix: str, values: Mapping[str, str], message: str
) -> SettingsError:
    """Error that names the variable, from msgspec's message (``Expected `float` - at `$.max_article_seconds` ``)."""
    if " - at `$." not in message:
        return SettingsError(message)  # from `__post_init__`, about several settings
    problem, _, path = message.rpartition(" - at `$.")
    name = path.rstrip("`")
    value = "***" if name in SECRETS else values.get(name, "")
    type_ = next((field.type for field in msgspec.structs.fields(struct) if field.name == name), None)
    if problem.startswith("Invalid enum") and (choices := get_args(type_)):
        problem = f"expected one of {', '.join(map(str, choices))}"
    return SettingsError(f"{prefix}{name.upper()}={value}: {problem}")


def read_connection(environ: Mapping[str, str] = os.environ) -> Connection:
    """Connection that the variables `COPYDESK_BROKERS`, `COPYDESK_TOPIC_PREFIX` and so on describe.

    Raises:
        SettingsError: A value is invalid.
    """
    return read_environment(Connection, "COPYDESK_", environ)


def _decode(type_: type, value: object) -> object:
    if issubclass(type_, Path):
        return Path(str(value))
    raise NotImplementedError(type_)


def _read_secret(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable}: cannot read {path}: {error}") from None
