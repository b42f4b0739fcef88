"""Decompressed bytes of a file, as long as their number has some proportion to its size."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from copydesk.extras import install_hint

MAX_RATIO = 200
"""Most bytes that a compressed byte may become; news has 3 to 10, a bomb about 1,000 (gzip) and far more (bz2, xz)."""

FREE_BYTES = 16 * 1024**2
"""Decompressed bytes from which on the ratio counts: a short file may repeat itself."""


class InputError(Exception):
    """A file cannot be read; the message says why."""


ZSTANDARD_PART = 512
"""Compressed bytes that are decompressed at a time: at most 128 blocks of 128 KiB, so 16 MiB of memory."""


class _ZstandardFile:
    """Content of a zstd file. The library's own reader takes a file that breaks off for one that ends."""

    def __init__(self, raw: IO[bytes]) -> None:
        try:
            import zstandard  # noqa: PLC0415 - an extra
        except ModuleNotFoundError:
            raise InputError(f"reading .zst needs zstandard; {install_hint('files')}") from None
        self._raw = raw
        # frames that need more memory than 128 MiB for themselves are refused
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=2**27)
        self._error = zstandard.ZstdError
        self._frame: Any = None
        self._rest = b""
        self._content = b""

    def read(self, size: int) -> bytes:
        while not self._content:
            part = self._rest or self._raw.read(ZSTANDARD_PART)
            self._rest = b""
            if not part:
                if self._frame is not None:
                    raise EOFError("it breaks off")
                return b""
            self._frame = self._frame or self._decompressor.decompressobj()
            try:
                self._content = self._frame.decompress(part)
            except self._error as error:
                raise ValueError(str(error)) from None
            if self._frame.eof:
                self._rest, self._frame = self._frame.unused_data, None
        content, self._content = self._content[:size], self._content[size:]
        return content


OPENERS: dict[str, Callable[[IO[bytes]], Any]] = {
    ".gz": lambda raw: gzip.GzipFile(fileobj=raw),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".zst": _ZstandardFile,
}
"""Functions that open a compressed file, by the ending that may follow any other."""

ENDINGS = tuple(OPENERS)


def is_compressed(path: Path) -> bool:
    """True if the file's name has the ending of a compression."""
    return path.suffix.lower() in OPENERS


def without_ending(name: Path) -> Path:
    """The name without the ending of a compression.

    >>> without_ending(Path("feed.ndjson.XZ")).name
    'feed.ndjson'
    """
    return name.with_suffix("") if is_compressed(name) else name


class Decompression(io.RawIOBase):
    """A compressed file as a stream of its content."""

    def __init__(self, raw: IO[bytes], path: Path) -> None:
        """Open a file.

        Args:
            raw: The file.
            path: Its name, which tells the compression.

        Raises:
            InputError: A package is missing.
        """
        self._raw = raw
        self._name = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix.lower(), path.suffix.lower()[1:])
        self._content = OPENERS[path.suffix.lower()](raw)
        self._bytes = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes.

        Raises:
            InputError: They are damaged, or too many for the size of the file.
        """
        try:
            part = self._content.read(len(buffer))
        except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError) as error:
            raise InputError(f"no complete {self._name} file: {error}") from None
        buffer[: len(part)] = part
        self._bytes += len(part)
        if self._bytes > FREE_BYTES and self._bytes > MAX_RATIO * self._raw.tell():
            raise InputError(
                f"decompresses to more than {MAX_RATIO} times its size: if that is meant, decompress it first"
            )
        return len(part)


__all__ = ["ENDINGS", "Decompression", "InputError", "is_compressed", "without_ending"]
