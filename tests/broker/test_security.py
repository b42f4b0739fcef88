"""Logins and TLS, against a real Kafka with certificates made here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from harness.brokers import Broker, Kafka, free_port_pair, kafka_problem
from harness.require import missing
from harness.running import Cluster, run_command

PASSWORD = "correct-horse-battery"  # noqa: S105 - of a broker that lives as long as this test
TOPICS = ("articles.raw", "articles.cleaned", "articles.probe.dlq")

OPENSSL = shutil.which("openssl") or "openssl"

pytestmark = pytest.mark.kafka


class Certificates:
    """An authority, and what it signed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ca = self._sign("ca", None)
        self.server = self._sign("server", "IP:127.0.0.1")
        self.elsewhere = self._sign("elsewhere", "DNS:elsewhere.example")
        self.client = self._sign("client", None, of="ca")
        self.stranger = self._sign("stranger", None)

    def _sign(self, name: str, host: str | None, of: str = "") -> Path:
        signer = of or ("ca" if host else "")
        extensions = ["-addext", f"subjectAltName={host}"] if host else []
        by = ["-CA", f"{self.folder}/{signer}.crt", "-CAkey", f"{self.folder}/{signer}.key"] if signer else []
        subprocess.run(
            [
                OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                "-keyout", f"{self.folder}/{name}.key", "-out", f"{self.folder}/{name}.crt", *extensions, *by,
            ],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        return self.folder / f"{name}.crt"

    def inline(self, path: Path) -> str:
        """A PEM file as the value of a Java property."""
        return path.read_text().strip().replace("\n", "\\n")


class SecureKafka(Kafka):
    """Listeners for a login over TLS, for mutual TLS, for a name that is not its own; and a plain one for itself."""

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        super().__init__(folder)
        self.ports = {name: free_port_pair() for name in ("LOGIN", "MUTUAL", "ELSEWHERE")}
        base, controller = self._port, self._port + 1
        listeners = [f"{name}://127.0.0.1:{port}" for name, port in self.ports.items()]
        login = f'org.apache.kafka.common.security.plain.PlainLoginModule required user_copydesk="{PASSWORD}";'
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        lines = [
            f"listeners=PLAINTEXT://127.0.0.1:{base},CONTROLLER://127.0.0.1:{controller},{','.join(listeners)}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{base},{','.join(listeners)}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_SSL,MUTUAL:SSL,ELSEWHERE:SSL",
            "listener.name.login.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512",
            f"listener.name.login.plain.sasl.jaas.config={login}",
            f"listener.name.login.scram-sha-512.sasl.jaas.config={scram}",
            "listener.name.mutual.ssl.client.auth=required",
            *self._keys("login", certificates, certificates.server),
            *self._keys("mutual", certificates, certificates.server),
            *self._keys("elsewhere", certificates, certificates.elsewhere),
        ]
        self._environ["EXTRA"] = "\n".join(lines)
        self._environ["FORMAT"] = f"--add-scram SCRAM-SHA-512=[name=copydesk,password={PASSWORD}]"

    def _keys(self, listener: str, certificates: Certificates, own: Path) -> list[str]:
        prefix = f"listener.name.{listener}.ssl"
        return [
            f"{prefix}.keystore.type=PEM",
            f"{prefix}.keystore.key={certificates.inline(own.with_suffix('.key'))}",
            f"{prefix}.keystore.certificate.chain={certificates.inline(own)}",
            f"{prefix}.truststore.type=PEM",
            f"{prefix}.truststore.certificates={certificates.inline(certificates.ca)}",
        ]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[SecureKafka]:
    if problem := kafka_problem():
        missing("kafka", problem)
    running = SecureKafka(tmp_path_factory.mktemp("secure"), certificates)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    return path


@pytest.fixture
async def cluster(kafka: SecureKafka) -> AsyncIterator[Cluster]:
    async with Cluster(Broker("kafka", kafka.brokers, transactions=True)) as cluster:
        await cluster.create(*TOPICS, partitions=2)
        yield cluster


def login(kafka: SecureKafka, certificates: Certificates, password: Path, mechanism: str) -> dict[str, str]:
    return {
        "COPYDESK_BROKERS": f"127.0.0.1:{kafka.ports['LOGIN']}",
        "COPYDESK_SECURITY_PROTOCOL": "SASL_SSL",
        "COPYDESK_SASL_MECHANISM": mechanism,
        "COPYDESK_SASL_USERNAME": "copydesk",
        "COPYDESK_SASL_PASSWORD_FILE": str(password),
        "COPYDESK_SSL_CAFILE": str(certificates.ca),
    }


def mutual(kafka: SecureKafka, certificates: Certificates) -> dict[str, str]:
    return {
        "COPYDESK_BROKERS": f"127.0.0.1:{kafka.ports['MUTUAL']}",
        "COPYDESK_SECURITY_PROTOCOL": "SSL",
        "COPYDESK_SSL_CAFILE": str(certificates.ca),
        "COPYDESK_SSL_CERTFILE": str(certificates.client),
        "COPYDESK_SSL_KEYFILE": str(certificates.client.with_suffix(".key")),
    }


@pytest.mark.parametrize("how", ["PLAIN", "SCRAM-SHA-512", "mutual"])
async def test_an_article_passes_a_secured_broker_and_no_secret_is_told(
    cluster: Cluster, kafka: SecureKafka, certificates: Certificates, password: Path, how: str
) -> None:
    environ = mutual(kafka, certificates) if how == "mutual" else login(kafka, certificates, password, how)
    cluster.environ |= environ
    status, _, err = await cluster.command("publish", "-", stdin=b'{"id": "a", "text": "secured"}\n')
    assert status == 0, err
    worker = await cluster.run("probe", COPYDESK_LOG_LEVEL="debug")
    async with cluster.follow("articles.cleaned") as follower:
        (row,) = await follower.until(1)
    assert row.document["text"] == "secured"
    status, out, said = await cluster.command("consume", "articles.cleaned", "--json")
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["a"], said
    assert await worker.stop() == 0
    told = json.dumps(worker.lines) + err + said
    assert PASSWORD not in told


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"COPYDESK_SASL_USERNAME": "somebody"}, "refused the login of 'somebody'"),
        ({"COPYDESK_SSL_CAFILE": "stranger"}, "certificate of"),
        ({"COPYDESK_BROKERS": "ELSEWHERE"}, "certificate of"),
    ],
    ids=["wrong login", "unknown authority", "wrong host name"],
)
async def test_a_refusal_is_one_clear_line_and_exit_3(
    kafka: SecureKafka, certificates: Certificates, password: Path, change: dict[str, str], what: str
) -> None:
    environ = login(kafka, certificates, password, "SCRAM-SHA-512") | change
    if change.get("COPYDESK_SSL_CAFILE"):
        environ["COPYDESK_SSL_CAFILE"] = str(certificates.stranger)
    if environ["COPYDESK_BROKERS"] == "ELSEWHERE":
        environ["COPYDESK_BROKERS"] = f"127.0.0.1:{kafka.ports['ELSEWHERE']}"
    status, _, err = await run_command("topics", "check", environ={**os.environ, **environ})
    assert status == 3, err
    assert what in err
    assert len(err.strip().splitlines()) == 1, err


async def test_mutual_tls_without_our_certificate_is_exit_3(kafka: SecureKafka, certificates: Certificates) -> None:
    environ = mutual(kafka, certificates) | {"COPYDESK_SSL_CERTFILE": "", "COPYDESK_SSL_KEYFILE": ""}
    status, _, err = await run_command("topics", "check", environ={**os.environ, **environ})
    assert status == 3, err
    assert "COPYDESK_SSL_CERTFILE" in err


@pytest.mark.parametrize(
    ("environ", "what"),
    [
        ({"COPYDESK_SECURITY_PROTOCOL": "SASL_SSL"}, "COPYDESK_SASL_USERNAME"),
        ({"COPYDESK_SECURITY_PROTOCOL": "SSL", "COPYDESK_SSL_CAFILE": "/nowhere"}, "/nowhere"),
        ({"COPYDESK_SECURITY_PROTOCOL": "TLS"}, "COPYDESK_SECURITY_PROTOCOL=TLS"),
        ({"COPYDESK_SSL_CERTFILE": "/x"}, "belong together"),
    ],
)
async def test_settings_that_cannot_be_are_exit_2(environ: dict[str, str], what: str) -> None:
    status, _, err = await run_command("topics", "check", environ={**os.environ, **environ})
    assert status == 2, err
    assert what in err
