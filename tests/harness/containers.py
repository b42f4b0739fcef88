"""Images built and containers run without a Docker engine: buildah and podman on a base made by mmdebstrap.

What a container is given (command, environment, user, limits, rights) comes from `docker-compose.yml`. Its network is
the machine's own, and Kafka is the test's: no image of it can be fetched here.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.require import ROOT, missing

COMPOSE: dict[str, Any] = msgspec.yaml.decode((ROOT / "docker-compose.yml").read_bytes())["services"]
BASE = "localhost/python:slim"
TOOLS = ("podman", "buildah", "runc", "mmdebstrap", "catatonit")
ROOM = 6 * 1024**3
"""Bytes of memory for base, images and what is between them. Seen with all five built: 2.2 GiB."""

BUILDS = 2
"""At a time: one waits for packages while the other unpacks."""


class Engine:
    """Images and containers in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        absent = [tool for tool in TOOLS if shutil.which(tool) is None]
        if absent or os.geteuid() != 0:
            missing("containers", f"{', '.join(absent)} missing" if absent else "only root may build here")
        self._folder = folder
        self._running: list[str] = []
        if _free_memory() > ROOM:  # images are unpacked and packed several times: disks of busy machines take minutes
            self._try_outside("mount", "-t", "tmpfs", "-o", f"size={ROOM}", "copydesk-containers", folder)
        (folder / "tmp").mkdir()
        (folder / "containers.conf").write_text(
            '[engine]\nruntime = "runc"\n[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n'
        )
        self._environ = {
            **os.environ,
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "TMPDIR": str(folder / "tmp"),  # buildah keeps its cache mounts there
        }
        self._probe()

    def _probe(self) -> None:
        """See that a container can be run at all, and how; skips where none can, which is nobody's fault here."""
        said = ""
        # vfs copies all of an image for each of its layers: only where the file system takes no overlay
        for driver in ("overlay", "vfs"):
            (self._folder / "storage.conf").write_text(
                f'[storage]\ndriver = "{driver}"\nrunroot = "{self._folder}/run"\n'
                f'graphroot = "{self._folder}/{driver}"\n'
            )
            tar = self._folder / "probe.tar"
            self._try("tar", "-C", "/", "-chf", tar, "usr/bin/catatonit")  # a program without libraries
            self._try("podman", "import", tar, "localhost/probe")
            run = ("podman", "run", "--rm", "--network", "host")
            done = self._try(*run, "localhost/probe", "/usr/bin/catatonit", "-V")
            if done.returncode == 0:
                limited = self._try(*run, "--memory", "64m", "localhost/probe", "/usr/bin/catatonit", "-V")
                self.limits_memory = limited.returncode == 0
                return
            said = done.stderr.decode(errors="replace")[-500:]
        self.close()
        pytest.skip(f"containers: this machine runs none: {said}")

    def make_base(self) -> None:
        """A Debian with Python, in place of the image that the compose file names."""
        tar = self._folder / "root.tar"
        packages = "ca-certificates,python3,python3-venv"
        self._do("mmdebstrap", "--quiet", "--variant=minbase", f"--include={packages}", "bookworm", tar)
        self._do("podman", "import", tar, BASE)
        tar.unlink()

    def build(self, services: Iterable[str]) -> None:
        """The images of these services, as the compose file describes them."""
        first, *others = services
        self._build(first)  # the wheel and the layers that all share
        with ThreadPoolExecutor(BUILDS) as pool:
            list(pool.map(self._build, others))

    def _build(self, service: str) -> None:
        spec = COMPOSE[service]["build"]
        arguments = {**spec["args"], "BASE": BASE}
        # what this machine's pip needs to reach its registry stays on this machine
        settings = _pip_settings()
        pip = self._folder / f"pip-{service}.conf"
        pip.write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items()))
        folders = [Path("/etc/ssl/certs"), *map(Path, settings.get("find-links", "").split())]
        mounts = [f"{pip}:/etc/pip.conf:ro", *(f"{one}:{one}:ro" for one in folders if one.is_dir())]
        self._do(
            "buildah", "bud", "--layers", "--isolation", "chroot", "--format", "docker", "--quiet",
            *(part for mount in mounts for part in ("--volume", mount)),
            *(part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")),
            "--target", spec["target"], "-f", ROOT / spec["dockerfile"], "-t", image(service), ROOT,
        )  # fmt: skip

    def size(self, service: str) -> int:
        """Of an image, in bytes."""
        return int(json.loads(self._do("podman", "image", "inspect", image(service)))[0]["Size"])

    def python(self, service: str, code: str) -> str:
        """Output of a Python program inside an image."""
        command = ["podman", "run", "--rm", "--network", "host", "--entrypoint", "python3", image(service), "-c", code]
        return self._do(*command).strip()

    def run(
        self, service: str, *arguments: str, environ: Mapping[str, str], stdin: bytes = b"", more: Iterable[str] = ()
    ) -> str:
        """Output of a command of a service, once it has ended. `more`: further flags of podman."""
        command = ["podman", "run", "--rm", "--interactive", *self._flags(service, environ), *more, image(service)]
        return self._do(*command, *(arguments or COMPOSE[service]["command"]), stdin=stdin)

    def start(
        self,
        service: str,
        name: str,
        environ: Mapping[str, str],
        *,
        command: Iterable[str] = (),
        more: Iterable[str] = (),
    ) -> None:
        """A container in the background."""
        self._running.append(name)
        flags = ["--detach", "--name", name, *self._flags(service, environ), *more]
        self._do("podman", "run", *flags, image(service), *(command or COMPOSE[service]["command"]))

    def healthy(self, name: str) -> bool:
        """Output of the image's own health check."""
        return self._try("podman", "healthcheck", "run", name).returncode == 0

    def until_healthy(self, name: str, *, healthy: bool = True, seconds: float = 180) -> None:
        """Wait for it."""
        self.until(name, lambda: self.healthy(name) is healthy, "healthy" if healthy else "unhealthy", seconds)

    def until_logs(self, name: str, text: str, seconds: float = 180) -> None:
        """Wait until a container has said so."""
        self.until(name, lambda: text in self.logs(name), f"saying {text!r}", seconds)

    def until(self, name: str, there: Callable[[], bool], what: str, seconds: float) -> None:
        """Wait for something of a container."""
        end = time.monotonic() + seconds
        while not there():
            assert time.monotonic() < end, f"{name} is not {what} after {seconds} s: {self.logs(name)[-2000:]}"
            time.sleep(0.5)  # podman tells nobody

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

    def runs(self, name: str) -> bool:
        """True while a container's first process, and so the container, runs."""
        return self._do("podman", "inspect", "--format", "{{.State.Running}}", name).strip() == "true"

    def stop(self, name: str, service: str) -> tuple[int, float]:
        """Exit code and seconds of a container that is asked to stop, within the grace of the compose file."""
        grace = COMPOSE[service].get("stop_grace_period", "10s").removesuffix("s")
        begin = time.monotonic()
        self._do("podman", "stop", "--time", grace, name)
        seconds = round(time.monotonic() - begin, 2)
        return int(self._do("podman", "inspect", "--format", "{{.State.ExitCode}}", name)), seconds

    def logs(self, name: str) -> str:
        done = self._try("podman", "logs", name)
        return (done.stdout + done.stderr).decode(errors="replace")

    def close(self) -> None:
        """Remove what runs and everything that was made."""
        for name in self._running:
            self._try("podman", "rm", "--force", "--time", "0", name)
        mounts = [line.split()[1] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
        for mount in reversed(mounts):  # podman leaves its graph's own; ours is the first
            if Path(mount).is_relative_to(self._folder):
                self._try_outside("umount", "--lazy", mount)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _flags(self, service: str, environ: Mapping[str, str]) -> list[str]:
        spec = COMPOSE[service]
        given = {name: resolved(str(value)) for name, value in spec["environment"].items()} | dict(environ)
        limit = spec["mem_limit"]
        return [
            "--network", "host", "--user", spec["user"], "--init",
            *(["--memory", limit, "--memory-swap", limit] if self.limits_memory else []),
            *(["--read-only"] if spec["read_only"] else []),
            *(part for folder in spec["tmpfs"] for part in ("--tmpfs", folder)),
            *(part for one in spec["cap_drop"] for part in ("--cap-drop", one)),
            *(part for one in spec["security_opt"] for part in ("--security-opt", one.removesuffix(":true"))),
            *(part for name, value in given.items() for part in ("--env", f"{name}={value}")),
            *(part for name in spec.get("secrets", ()) for part in ("--volume", self._secret(name))),
        ]  # fmt: skip

    def _secret(self, name: str) -> str:
        """Mount of a made-up secret, as compose mounts it."""
        path = self._folder / name
        path.write_text("a-secret-that-is-long-enough", encoding="ascii")
        path.chmod(0o444)
        return f"{path}:/run/secrets/{name}:ro"

    def _do(self, *command: str | Path, stdin: bytes = b"") -> str:
        done = self._try(*command, stdin=stdin)
        said = done.stderr.decode(errors="replace")
        assert done.returncode == 0, f"{command[0]} {command[1]} ended with {done.returncode}: {said[-3000:]}"
        return done.stdout.decode()

    def _try_outside(self, *command: str | Path) -> None:
        subprocess.run([str(part) for part in command], check=False, capture_output=True, timeout=60)

    def _try(self, *command: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        parts = [str(part) for part in command]
        return subprocess.run(
            parts, check=False, capture_output=True, input=stdin, env=self._environ, timeout=900,
            cwd=self._folder,  # podman's monitor leaves a file `oom` where it stands
        )  # fmt: skip


def _free_memory() -> int:
    kilobytes = Path("/proc/meminfo").read_text(encoding="ascii").partition("MemAvailable:")[2].split()[0]
    return int(kilobytes) * 1024 - 2 * 1024**3  # for what runs beside


def image(service: str) -> str:
    """Its name here."""
    return f"localhost/{resolved(COMPOSE[service]['image'])}"


def resolved(text: str) -> str:
    """A value of the compose file as compose reads it: variables from `.env`, else their defaults."""
    lines = (ROOT / ".env").read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda found: values.get(found[1], found[2] or ""), text)


def _pip_settings() -> dict[str, str]:
    """Configuration of this machine's pip, from its files and the environment."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True)
    found = (line.partition("=") for line in listed.stdout.splitlines())
    return {name.rpartition(".")[2]: str(ast.literal_eval(value)) for name, _, value in found}
