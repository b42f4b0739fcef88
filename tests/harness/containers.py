"""Images built and containers run without a Docker engine: buildah and podman on a base made by debootstrap.

What a container is given (command, environment, user, limits of rights) comes from `docker-compose.yml`. Its network is
the machine's own, and Kafka is the test's: no image of it can be fetched here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from harness.require import ROOT, missing

COMPOSE: dict[str, Any] = msgspec.yaml.decode((ROOT / "docker-compose.yml").read_bytes())["services"]
BASE = "localhost/python:slim"
TOOLS = ("podman", "buildah", "runc", "debootstrap")


class Engine:
    """Images and containers in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        absent = [tool for tool in TOOLS if shutil.which(tool) is None]
        if absent or os.geteuid() != 0:
            missing("containers", f"{', '.join(absent)} missing" if absent else "only root may build here")
        self._folder = folder
        self._running: list[str] = []
        (folder / "storage.conf").write_text(
            f'[storage]\ndriver = "vfs"\nrunroot = "{folder}/run"\ngraphroot = "{folder}/graph"\n'
        )
        (folder / "containers.conf").write_text(
            '[engine]\nruntime = "runc"\n[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n'
        )
        self._environ = {
            **os.environ,
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "CONTAINERS_CONF": str(folder / "containers.conf"),
        }

    def make_base(self) -> None:
        """A Debian with Python, in place of the image that the compose file names."""
        root = self._folder / "root"
        self._do("debootstrap", "--variant=minbase", "--include=ca-certificates,python3,python3-venv", "bookworm", root)
        tar = self._folder / "root.tar"
        self._do("tar", "-C", root, "-cf", tar, ".")
        shutil.rmtree(root)
        self._do("podman", "import", tar, BASE)
        tar.unlink()

    def build(self, service: str) -> None:
        """The image of a service, as the compose file describes it."""
        told = COMPOSE[service]["build"]
        arguments = {**told["args"], "BASE": BASE}
        # what this machine's pip needs to reach its registry stays on this machine
        pip = self._folder / "pip.conf"
        pip.write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in _pip_settings().items()))
        folders = [
            Path("/etc/ssl/certs"),
            *(Path(value) for name, value in _pip_settings().items() if name == "find-links"),
        ]
        mounts = [f"{pip}:/etc/pip.conf:ro", *(f"{one}:{one}:ro" for one in folders if one.is_dir())]
        self._do(
            "buildah", "bud", "--isolation", "chroot", "--format", "docker", "--quiet",
            *(part for mount in mounts for part in ("--volume", mount)),
            *(part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")),
            "--target", told["target"], "-f", ROOT / told["dockerfile"], "-t", image(service), ROOT,
        )  # fmt: skip

    def size(self, service: str) -> int:
        """Of an image, in bytes."""
        return int(json.loads(self._do("podman", "image", "inspect", image(service)))[0]["Size"])

    def run(self, service: str, *arguments: str, environ: Mapping[str, str], stdin: bytes = b"") -> str:
        """What a command of a service prints, once it has ended."""
        command = ["podman", "run", "--rm", "--interactive", *self._flags(service, environ), image(service)]
        return self._do(*command, *(arguments or COMPOSE[service]["command"]), stdin=stdin)

    def start(self, service: str, name: str, environ: Mapping[str, str]) -> None:
        """A container in the background."""
        self._running.append(name)
        command = ["podman", "run", "--detach", "--name", name, *self._flags(service, environ), image(service)]
        self._do(*command, *COMPOSE[service]["command"])

    def healthy(self, name: str) -> bool:
        """What the image's own health check says now."""
        return self._try("podman", "healthcheck", "run", name).returncode == 0

    def until_healthy(self, name: str, *, healthy: bool = True, seconds: float = 120) -> None:
        """Wait for it."""
        end = time.monotonic() + seconds
        while self.healthy(name) is not healthy:
            assert time.monotonic() < end, f"{name} is {'not ' * healthy}healthy: {self.logs(name)[-2000:]}"
            time.sleep(1)

    def freeze(self, name: str) -> None:
        """Stop the worker's progress; its health check goes on."""
        for pid in self._worker(name):
            os.kill(pid, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let it go on."""
        for pid in self._worker(name):
            os.kill(pid, signal.SIGCONT)

    def _worker(self, name: str) -> list[int]:
        """The worker's process, behind the init that `init: true` puts before it."""
        first = int(self._do("podman", "inspect", "--format", "{{.State.Pid}}", name))
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii").split()
        assert children, f"{name} has no worker behind its init"
        return [int(child) for child in children]

    def stop(self, name: str, service: str) -> tuple[int, float]:
        """Exit code and seconds of a container that is asked to stop, within the grace of the compose file."""
        grace = COMPOSE[service]["stop_grace_period"].removesuffix("s")
        begin = time.monotonic()
        self._do("podman", "stop", "--time", grace, name)
        seconds = time.monotonic() - begin
        return int(self._do("podman", "inspect", "--format", "{{.State.ExitCode}}", name)), seconds

    def logs(self, name: str) -> str:
        done = self._try("podman", "logs", name)
        return (done.stdout + done.stderr).decode(errors="replace")

    def close(self) -> None:
        """Remove what runs and everything that was made."""
        for name in self._running:
            self._try("podman", "rm", "--force", name)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _flags(self, service: str, environ: Mapping[str, str]) -> list[str]:
        told = COMPOSE[service]
        given = {name: str(value) for name, value in told["environment"].items()} | dict(environ)
        return [
            "--network", "host", "--user", told["user"], "--init",
            *(["--read-only"] if told["read_only"] else []),
            *(part for folder in told["tmpfs"] for part in ("--tmpfs", folder)),
            *(part for one in told["cap_drop"] for part in ("--cap-drop", one)),
            *(part for one in told["security_opt"] for part in ("--security-opt", one.removesuffix(":true"))),
            *(part for name, value in given.items() for part in ("--env", f"{name}={value}")),
        ]  # fmt: skip

    def _do(self, *command: str | Path, stdin: bytes = b"") -> str:
        done = self._try(*command, stdin=stdin)
        said = done.stderr.decode(errors="replace")
        assert done.returncode == 0, f"{command[0]} {command[1]} ended with {done.returncode}: {said[-3000:]}"
        return done.stdout.decode()

    def _try(self, *command: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        parts = [str(part) for part in command]
        return subprocess.run(parts, check=False, capture_output=True, input=stdin, env=self._environ, timeout=900)


def image(service: str) -> str:
    """Its name here."""
    return f"localhost/{COMPOSE[service]['image']}"


def _pip_settings() -> dict[str, str]:
    """What `pip` was told through the environment."""
    return {
        name.removeprefix("PIP_").lower().replace("_", "-"): value
        for name, value in os.environ.items()
        if name.startswith("PIP_")
    }
