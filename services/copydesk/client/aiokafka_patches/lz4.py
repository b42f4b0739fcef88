"""LZ4 as Kafka's own clients write it: fast.

aiokafka (0.14) compresses at level 9, Kafka's default. To Kafka's own producer that number means the fast compressor
(`Lz4BlockOutputStream`), and librdkafka's default is the fast one, too; to the library behind aiokafka it means what it
says: nine times the work for a fifth fewer bytes. No option of aiokafka's reaches the level.
"""

from __future__ import annotations

import sys
from functools import partial

from aiokafka.codec import lz4_encode
from aiokafka.record.default_records import DefaultRecordBatchBuilder

LEVEL = 1


def compress_fast() -> None:
    """Have aiokafka compress so; may be called again. Readers notice nothing."""
    module = sys.modules[DefaultRecordBatchBuilder.__module__]  # the compiled one, or the one in Python
    module.lz4_encode = partial(lz4_encode, level=LEVEL)  # type: ignore[attr-defined]  # aiokafka has no types
