"""Fingerprint of this machine's arithmetic: matrix products differ in their last digits between processors."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

TRAINED_ON = "68fee44d0a2a1311"
"""Of the machine on which the shipped models were trained (x86-64 with AVX-512, numpy 2.4, one thread)."""


def fingerprint() -> str:
    """A hash of what numpy and its BLAS make of fixed numbers in this process."""
    random = np.random.default_rng(0)
    left, right = random.random((300, 256), np.float32), random.random((256, 300), np.float32)
    results = [left @ right, left.astype(np.float64) @ right.astype(np.float64), left @ right[:, 0]]
    results += [np.exp(left), np.log(left + 1), np.linalg.eigvalsh(left[:200, :200].astype(np.float64))]
    return hashlib.sha256(b"".join(each.tobytes() for each in results)).hexdigest()[:16]


def needs_the_same() -> None:
    """Skip a test that compares trained files byte by byte where numbers come out otherwise.

    One last digit of a feature may move a tree's threshold: there the files differ and nothing is wrong.
    """
    computed = subprocess.run(
        [sys.executable, __file__], check=True, capture_output=True, text=True, env={"OMP_NUM_THREADS": "1"}
    ).stdout.strip()
    if computed != TRAINED_ON:
        pytest.skip(f"this processor computes otherwise ({computed}) than the one that the models were trained on")


if __name__ == "__main__":
    sys.stdout.write(fingerprint() + "\n")
