"""Files compressed with gzip, bz2, xz or zstd, told by their first bytes and read as what they hold."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Callable

MAGIC = {
    b"\x1f\x8b\x08": "gzip",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
LONGEST = 10
BLOCK = 1 << 16  # bytes unpacked at once
EXTENSIONS = (".gz", ".bz2", ".xz", ".zst", ".zstd")


def compression_of(head: bytes) -> str | None:
    """What a file with these first bytes (LONGEST suffice) is compressed with, if with anything."""
    if head.startswith(b"BZh") and head[4:10] != b"1AY&SY":  # a column's name may begin so
        return None
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)


def inner(path: str) -> str:
    """`sales.csv` of `sales.csv.gz`: the name whose extension tells the format."""
    root, extension = os.path.splitext(path)
    return root if extension.lower() in EXTENSIONS else path


def unpacked(stream: BinaryIO, compression: str, name: str) -> BinaryIO:
    """The bytes that a compressed stream holds; LosscliError, while reading, where it is damaged."""
    opened: Any
    if compression == "gzip":
        import gzip

        opened = gzip.GzipFile(fileobj=stream)
    elif compression == "bz2":
        import bz2

        opened = _Streams(stream, bz2.BZ2Decompressor)
    elif compression == "xz":
        import lzma

        opened = _Streams(stream, lzma.LZMADecompressor)
    else:
        opened = _Streams(stream, _zstd(name).ZstdDecompressor)
    return cast(BinaryIO, io.BufferedReader(_Unpacked(opened, stream, f"{name} ({compression})")))


def _zstd(name: str) -> Any:
    """The standard library's zstd, which came with Python 3.14, or the same for older ones."""
    import importlib

    for module in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(module)
        except ImportError:
            continue
    raise LosscliError(
        f"{name} is compressed with zstd, which this Python cannot unpack", "pip install 'losscli[data]'"
    )


class _Streams:
    """What a file's streams hold, one after the other.

    The standard library's files take what they cannot unpack behind the first stream for no part of it.
    """

    def __init__(self, below: BinaryIO, decompressor: Callable[[], Any]) -> None:
        self._below = below
        self._new = decompressor
        self._current = decompressor()
        self._at = 0

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        data, size = b"", len(buffer)
        while not data:
            packed = b""
            if self._current.eof:
                # Zeros fill a stream up, as xz and tape drives do.
                packed = self._current.unused_data.lstrip(b"\0")
                while not packed:
                    if not (block := self._below.read(BLOCK)):
                        return 0
                    packed = block.lstrip(b"\0")
                self._current = self._new()
            elif self._current.needs_input and not (packed := self._below.read(BLOCK)):
                raise EOFError
            data = self._current.decompress(packed, size)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        """Nothing: the file below is closed by who opened it."""


class _Unpacked(io.RawIOBase):
    """A decompressor's bytes, with its complaints in one line. It closes the file below it too."""

    def __init__(self, opened: Any, below: BinaryIO, name: str) -> None:
        self._opened = opened
        self._below = below
        self._name = name

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return int(self._opened.tell())

    def readinto(self, buffer: Any) -> int:
        try:
            return int(self._opened.readinto(buffer))
        except MemoryError:
            raise
        except Exception:
            # zlib.error, LZMAError, ZstdError, EOFError, OSError: each its own, and all mean this.
            raise LosscliError(
                f"{self._name} is damaged or cut short", "compress it again, or copy it again"
            ) from None

    def close(self) -> None:
        if not self.closed:
            self._opened.close()
            self._below.close()
        super().close()
