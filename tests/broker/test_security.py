"""Logins and TLS, against a real Kafka with certificates made here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest
from copydesk_teststages import stage as probe

from copydesk.client import Connection
from copydesk.operations.rights import OPERATIONS, Right, least_rights
from harness.brokers import Broker, Kafka, free_port_pair, kafka_problem
from harness.require import missing
from harness.running import STAGES, Cluster, run_command

PASSWORD = "correct-horse-battery"  # noqa: S105 - of a broker that lives as long as this test
TOPICS = ("articles.raw", "articles.cleaned", "articles.probe.dlq")

OPENSSL = shutil.which("openssl") or "openssl"
KEYTOOL = shutil.which("keytool") or "keytool"
ANONYMOUS, ALLOW, LITERAL, PREFIXED = "User:ANONYMOUS", 3, 3, 4
KINDS = {"topic": 2, "group": 3, "transactional-id": 5}  # org.apache.kafka.common.resource.ResourceType

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
        self.expired = self._expire("expired", "ip:127.0.0.1")

    def _expire(self, name: str, host: str) -> Path:
        """One that signed itself and is out of date; openssl 3.0 makes none in the past, Java's tool does."""
        store, password = f"{self.folder}/{name}.p12", "only-here"
        for command in (
            [
                KEYTOOL, "-genkeypair", "-alias", name, "-keyalg", "RSA", "-startdate", "-3d", "-validity", "1",
                "-dname", f"CN={name}", "-ext", f"san={host}", "-keystore", store, "-storepass", password,
            ],
            [
                OPENSSL, "pkcs12", "-in", store, "-passin", f"pass:{password}", "-nodes", "-nocerts",
                "-out", f"{self.folder}/{name}.key",
            ],
            [
                OPENSSL, "pkcs12", "-in", store, "-passin", f"pass:{password}", "-nokeys",
                "-out", f"{self.folder}/{name}.crt",
            ],
        ):  # fmt: skip
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        return self.folder / f"{name}.crt"

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
        """The PEM part of a file as the value of a Java property."""
        _, begin, rest = path.read_text().partition("-----BEGIN")
        return (begin + rest).strip().replace("\n", "\\n")


class SecureKafka(Kafka):
    """Listeners for a login over TLS, mutual TLS, a name that is not its own, an expired certificate; a plain one.

    Rights are checked: whoever comes in plain may do everything, and so may `copydesk` and its certificate; `limited`
    may do what a test grants.
    """

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        super().__init__(folder)
        self.ports = {name: free_port_pair() for name in ("LOGIN", "MUTUAL", "ELSEWHERE", "EXPIRED")}
        base, controller = self._port, self._port + 1
        listeners = [f"{name}://127.0.0.1:{port}" for name, port in self.ports.items()]
        login = (
            "org.apache.kafka.common.security.plain.PlainLoginModule required "
            f'user_copydesk="{PASSWORD}" user_limited="{PASSWORD}";'
        )
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        lines = [
            f"listeners=PLAINTEXT://127.0.0.1:{base},CONTROLLER://127.0.0.1:{controller},{','.join(listeners)}",
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{base},{','.join(listeners)}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,LOGIN:SASL_SSL,MUTUAL:SSL,ELSEWHERE:SSL,EXPIRED:SSL",
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            f"super.users={ANONYMOUS};User:copydesk;User:CN=client",
            "listener.name.login.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512",
            f"listener.name.login.plain.sasl.jaas.config={login}",
            f"listener.name.login.scram-sha-512.sasl.jaas.config={scram}",
            "listener.name.mutual.ssl.client.auth=required",
            *self._keys("login", certificates, certificates.server),
            *self._keys("mutual", certificates, certificates.server),
            *self._keys("elsewhere", certificates, certificates.elsewhere),
            *self._keys("expired", certificates, certificates.expired),
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
    status, out, asked = await cluster.command("doctor", "--stage", "probe", PYTHONPATH=str(STAGES))
    assert status == 0, out
    assert ("sasl_password=***" in out.decode()) is (how != "mutual")
    assert PASSWORD not in json.dumps(worker.lines) + err + said + out.decode() + asked


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"COPYDESK_SASL_USERNAME": "somebody"}, "refused the login of 'somebody'"),
        ({"COPYDESK_SSL_CAFILE": "stranger"}, "certificate of"),
        ({"COPYDESK_BROKERS": "ELSEWHERE"}, "not valid for '127.0.0.1'"),
        ({"COPYDESK_BROKERS": "EXPIRED", "COPYDESK_SSL_CAFILE": "expired"}, "certificate has expired"),
    ],
    ids=["wrong login", "unknown authority", "wrong host name", "expired certificate"],
)
async def test_a_refusal_is_one_clear_line_and_exit_3(
    kafka: SecureKafka, certificates: Certificates, password: Path, change: dict[str, str], what: str
) -> None:
    environ = login(kafka, certificates, password, "SCRAM-SHA-512") | change
    if authority := change.get("COPYDESK_SSL_CAFILE"):
        environ["COPYDESK_SSL_CAFILE"] = str(certificates.folder / f"{authority}.crt")
    if listener := change.get("COPYDESK_BROKERS"):
        environ["COPYDESK_BROKERS"] = f"127.0.0.1:{kafka.ports[listener]}"
        environ["COPYDESK_SECURITY_PROTOCOL"] = "SSL"
    for command in (("topics", "check"), ("run", "cleaner")):
        status, _, err = await run_command(*command, environ={**os.environ, **environ})
        assert status == 3, err
        assert what in err
        assert len(err.strip().splitlines()) == 1, err


class Rights:
    """Rights of the user `limited`, granted and revoked."""

    def __init__(self, kafka: SecureKafka) -> None:
        self._kafka = kafka

    async def grant(self, *rights: Right) -> None:
        """Let it do these."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka.brokers)
        await admin.start()
        try:
            for kind, name, operation, prefixed in rights:
                request = CreateAclsRequest(
                    KINDS[kind], name, PREFIXED if prefixed else LITERAL, "User:limited", "*",
                    OPERATIONS[operation], ALLOW,
                )  # fmt: skip
                response = await admin._send_request(request)
                assert response.creation_responses[0][0] == 0, response
        finally:
            await admin.close()


def limited(kafka: SecureKafka, certificates: Certificates, password: Path) -> dict[str, str]:
    return login(kafka, certificates, password, "PLAIN") | {"COPYDESK_SASL_USERNAME": "limited"}


async def test_the_least_rights_suffice(
    cluster: Cluster, kafka: SecureKafka, certificates: Certificates, password: Path
) -> None:
    """A worker passes, rejects and stops, a replay runs; a publisher and a consumer need less."""
    cluster.environ |= limited(kafka, certificates, password) | {"PYTHONPATH": str(STAGES)}
    here = Connection(topic_prefix=cluster.prefix)
    rights = Rights(kafka)
    await rights.grant(Right("topic", here.full_name("articles.raw"), "Write"))
    status, _, err = await cluster.command(
        "publish", "-", stdin=b'{"id": "a", "text": "may"}\n{"id": "b", "text": "REJECT it"}\n'
    )
    assert status == 0, err
    await rights.grant(*least_rights(probe, here))
    worker = await cluster.run("probe")
    async with cluster.follow("articles.cleaned", "articles.probe.dlq") as follower:
        await follower.until(2)
        assert await worker.stop() == 0
        status, out, err = await cluster.command(
            "replay", "articles.raw", "--stage", "probe", "--from", "2020-01-01", "--json"
        )
        assert (status, json.loads(out)["replayed"]) == (1, 2), err
        await follower.until(4)
    await rights.grant(Right("topic", here.full_name("articles.cleaned"), "Read"))
    status, out, err = await cluster.command("consume", "articles.cleaned", "--json")
    assert (status, len(out.splitlines())) == (0, 2), err


@pytest.mark.parametrize("lacking", range(6))
async def test_without_one_of_them_a_worker_says_which_and_ends_with_5(
    cluster: Cluster, kafka: SecureKafka, certificates: Certificates, password: Path, lacking: int
) -> None:
    cluster.environ |= limited(kafka, certificates, password)
    rights = [
        right
        for right in least_rights(probe, Connection(topic_prefix=cluster.prefix))
        if right.operation != "DescribeConfigs"
    ]
    assert len(rights) == 6
    right = rights.pop(lacking)
    await Rights(kafka).grant(*rights)
    worker = await cluster.run("probe")
    fields = await worker.says("set up wrongly")
    assert right.kind.replace("-", " ") in fields["problem"].replace("-", " ")
    assert right.name in fields["problem"]
    assert right.operation in fields["problem"]
    assert await worker.ended() == 5
    if right.name.startswith(f"{cluster.prefix}copydesk.") and right.kind == "transactional-id":
        return  # only a worker can tell: another's transactional id would fence it
    status, out, _ = await cluster.command("doctor", "--stage", "probe", "--json", PYTHONPATH=str(STAGES))
    assert status == 5
    (failed,) = [finding for line in out.splitlines() if (finding := json.loads(line))["state"] == "fail"]
    assert right.name in failed["told"]


@pytest.mark.parametrize(
    "command",
    [
        ("publish", "-"),
        ("withdraw", "a"),
        ("consume", "articles.raw", "--json"),
        ("lag", "--stage", "probe"),
        ("trace", "a"),
        ("dlq", "retry", "--stage", "probe"),
        ("replay", "articles.raw", "--stage", "probe", "--from", "2020-01-01"),
    ],
    ids=lambda command: command[0],
)
async def test_a_command_without_rights_is_one_clear_line_and_exit_5(
    cluster: Cluster, kafka: SecureKafka, certificates: Certificates, password: Path, command: tuple[str, ...]
) -> None:
    cluster.environ |= limited(kafka, certificates, password) | {"PYTHONPATH": str(STAGES)}
    status, _, err = await cluster.command(*command, stdin=b'{"id": "a", "text": "x"}\n')
    assert status == 5, err
    assert "no right" in err or "articles.raw" in err
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
