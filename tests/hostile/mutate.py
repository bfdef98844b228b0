"""Changes to bytes: bits and bytes, pieces doubled or dropped, odd numbers and words, inside archives too."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence

LARGEST = 1 << 17  # bytes of a content
_PLAIN = (
    "0 -0 1 -1 00 1e308 -1e309 1e-320 9007199254740993 18446744073709551616 0x1F 1_000 1e 1.2.3 --1 nan NaN "
    "inf -Infinity null None NA true True 1,5 1.234,5 $5 95% (5.0) 1/2 2024-01-01 , ; | ' \" `` \\ { } [ ] ( "
    ') : = @ - * ? # % <!-- [1,2] [[1],[2,3]] {"a":1} "" y p y_true y_pred \\u0000 __import__'
)
ODD = [
    *_PLAIN.encode().split(),
    *(b" ", b"   ", b"\t", b"\n", b"\r", b"\r\n", b'"\n', b"\0", b"\x1b[31m"),
    *(
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xd9\xa3",
        b"\xe2\x80\xae",
        b"\xf0\x9f\x98\x80",
        b"\xed\xa0\x80",
        b"\xc3",
    ),
    *(b"[" * 300, b"(" * 200, b"9" * 400, b"a" * 2000, b"1," * 500),
]
WIDE = [
    value.to_bytes(size, order)
    for size in (1, 2, 4, 8)
    for order in ("little", "big")
    for value in (0, 1, (1 << 8 * size - 1) - 1, 1 << 8 * size - 1, (1 << 8 * size) - 1)
]
PACKERS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    ".gz": (gzip.decompress, lambda content: gzip.compress(content, mtime=0)),
    ".bz2": (bz2.decompress, bz2.compress),
    ".xz": (lzma.decompress, lzma.compress),
}
ARCHIVES = (".npz", ".xlsx", ".ods")
# What unpacking raises where an earlier change damaged it.
DAMAGED = (
    *(OSError, ValueError, LookupError, RuntimeError, EOFError, struct.error),
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile),
)

Draw = random.Random


def mutated(draw: Draw, content: bytes, others: Sequence[bytes], name: str = "") -> bytes:
    """The content with one to a few changes; of what a file's name says is packed, mostly what is within."""
    packer = next((packers for ending, packers in PACKERS.items() if name.endswith(ending)), None)
    if packer is not None and draw.random() < 0.7:
        try:
            return packer[1](_changed(draw, packer[0](content), ()))[:LARGEST]
        except DAMAGED:
            pass  # as bytes
    if name.endswith(ARCHIVES) and draw.random() < 0.8:
        try:
            return _in_archive(draw, content)
        except DAMAGED:
            pass  # as bytes
    return _changed(draw, content, others)[:LARGEST]


def _in_archive(draw: Draw, content: bytes) -> bytes:
    """A member changed, and its checksum with it."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        names = archive.namelist()
        wanted = {draw.choice(names) for _ in range(draw.choice((1, 1, 2)))}
        for member in names:
            data = archive.read(member)
            made.writestr(member, _changed(draw, data, ())[:LARGEST] if member in wanted else data)
    return out.getvalue()


def _changed(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    for _ in range(draw.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        change = draw.choice(CHANGES)
        content = change(draw, content, others)
    return content


def _slice(draw: Draw, content: bytes) -> tuple[int, int]:
    start = draw.randrange(len(content) + 1)
    return start, min(len(content), start + draw.choice((1, 1, 2, 4, 8, 16, 64, 256)))


def _flip(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    if not content:
        return content
    at = draw.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :]


def _insert(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    at = draw.randrange(len(content) + 1)
    return content[:at] + draw.choice(ODD) + content[at:]


def _overwrite(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    at, odd = draw.randrange(len(content) + 1), draw.choice(WIDE)
    return content[:at] + odd + content[at + len(odd) :]


def _drop(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _slice(draw, content)
    return content[:start] + content[end:]


def _repeat(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _slice(draw, content)
    return content[:end] + content[start:end] * draw.choice((1, 1, 2, 10, 100)) + content[end:]


def _move(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    (start, end), at = _slice(draw, content), draw.randrange(len(content) + 1)
    return content[:at] + content[start:end] + content[at:]


def _end(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def _splice(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    if not others:
        return _insert(draw, content, others)
    other = draw.choice(others)
    return content[: draw.randrange(len(content) + 1)] + other[draw.randrange(len(other) + 1) :]


def _number(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    """One number, or one word, replaced."""
    places = [match.span() for match in re.finditer(rb"-?\d+(?:\.\d+)?|[A-Za-z_]+", content[:20_000])]
    if not places:
        return _insert(draw, content, others)
    start, end = draw.choice(places)
    return content[:start] + draw.choice(ODD) + content[end:]


def _lines(draw: Draw, content: bytes, others: Sequence[bytes]) -> bytes:
    """Lines dropped, doubled or in another order."""
    lines = content.split(b"\n")
    at = draw.randrange(len(lines))
    how = draw.randrange(4)
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(draw.randrange(len(lines)), lines[at])
    elif how == 2:
        draw.shuffle(lines)
    else:
        lines = lines * draw.choice((2, 50))
    return b"\n".join(lines)


CHANGES = (
    _flip,
    _insert,
    _insert,
    _overwrite,
    _drop,
    _repeat,
    _move,
    _end,
    _splice,
    _number,
    _number,
    _lines,
)
