"""Pins the images of `.env` by digest: asks the registries through docker, and writes `NAME=image:tag@sha256:...`.

A tag can be pushed again, a digest cannot. Where a registry gives none (or cannot be reached), the line stays as it is,
and the exit code is 1.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ENV = Path(__file__).parents[2] / ".env"
SECONDS = 120
"""Time limit of one question."""

_find_image = re.compile(r"(?P<name>\w+_IMAGE)=(?P<image>[^@\s]+)(?:@sha256:[0-9a-f]{64})?").fullmatch
_is_digest = re.compile(r"sha256:[0-9a-f]{64}").fullmatch


def main(env: Path) -> int:
    """Number of images without a digest; the file is written again with the others' digests."""
    lines, missing = [], 0
    for line in env.read_text(encoding="utf-8").splitlines():
        found = _find_image(line)
        if found is None:
            lines.append(line)
            continue
        digest = _ask(found["image"])
        if digest is None:
            missing += 1
            lines.append(line)
            continue
        lines.append(f"{found['name']}={found['image']}@{digest}")
    env.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return missing


def _ask(image: str) -> str | None:
    """Digest of an image of several platforms, or None with a line that says why."""
    command = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{.Manifest.Digest}}"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"{image}: {error}", file=sys.stderr)  # noqa: T201 - a program
        return None
    digest = done.stdout.strip()
    if done.returncode or not _is_digest(digest):
        print(f"{image}: {(done.stderr.strip() or digest)[-300:]}", file=sys.stderr)  # noqa: T201 - a program
        return None
    return digest


if __name__ == "__main__":
    sys.exit(1 if main(ENV) else 0)
