"""LZ4 compression as fast as that of Kafka's own clients.

aiokafka (0.14) compresses at level 9, Kafka's default. For Kafka's own producer this number means the fast compressor
(`Lz4BlockOutputStream`), and the default of librdkafka is the fast one, too. The library behind aiokafka takes the
number literally: nine times the work for a fifth fewer bytes. No option of aiokafka sets the level (ADR 0015).
"""

from __future__ import annotations

import sys
from functools import partial

from aiokafka.codec import lz4_encode
from aiokafka.record.default_records import DefaultRecordBatchBuilder

LEVEL = 1


def compress_fast() -> None:
    """Make aiokafka compress LZ4 at level 1. Readers notice no difference. Calling it again changes nothing more."""
    module = sys.modules[DefaultRecordBatchBuilder.__module__]  # the compiled module, or the one in Python
    module.lz4_encode = partial(lz4_encode, level=LEVEL)  # type: ignore[attr-defined]  # aiokafka has no types


__all__ = ["compress_fast"]
