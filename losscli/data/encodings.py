"""The encoding of a text, told by its first bytes, and text in another than UTF-8 read as UTF-8."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from losscli.data.files import of_bytes
from losscli.data.formats import no_text
from losscli.data.spool import blocks_of, hold
from losscli.data.words import shown
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from losscli.data.files import File

HEAD = 1 << 16
# Of two that begin alike the longer first.
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WESTERN = "cp1252"  # what Windows writes in Western Europe; Latin-1, and more


def as_utf8(file: File, encoding: str | None) -> tuple[File, str]:
    """The file as UTF-8, and what is to be said of its encoding.

    `encoding` is that of --encoding; without it a mark at the start tells, or what the bytes can be.
    """
    head = file.head(HEAD)
    if encoding is not None:
        codec = _codec(encoding)
        return (file, "") if codec in ("utf-8", "ascii") else (_decoded(file, codec), "")
    marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    if marked is not None:
        return (
            (file, "") if marked == "utf-8" else (_decoded(file, marked), f"it is text in {marked.upper()}")
        )
    if head.isascii() or b"\0" in head or no_text(head) or _is(head, "utf-8", cut=len(head) == HEAD):
        return file, ""
    if not _is(head, WESTERN, cut=False):
        raise file.undecodable()
    return _decoded(file, WESTERN), f"it is not UTF-8, and is read as {WESTERN}: --encoding names another"


def _codec(encoding: str) -> str:
    """The name of an encoding of text."""
    try:
        codec = codecs.lookup(encoding)
        "".encode(encoding)
    except (LookupError, ValueError):
        raise LosscliError(
            f"--encoding: there is no encoding {shown(encoding)}",
            "as in --encoding latin-1, cp1252 or utf-16",
        ) from None
    return codec.name


def _is(head: bytes, encoding: str, *, cut: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(head, not cut)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(file: File, encoding: str) -> File:
    """The same text in UTF-8, held here."""

    def blocks() -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(encoding)()
        with file.open() as stream:
            try:
                for block in blocks_of(stream.read, file.name):
                    yield decoder.decode(block).encode()
                yield decoder.decode(b"", True).encode()
                file.check_unchanged()
            except UnicodeError:
                raise LosscliError(
                    f"{file.name} is not text in {encoding}", "name its encoding: --encoding"
                ) from None

    return of_bytes(file.name, hold(blocks(), file.name))
