"""One table in every format, plain and compressed, as other tools write it, and how it is read back."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from losscli.data import open_table

N = 3_000
TABLES = ["csv", "tsv", "json", "jsonl", "npz", "parquet", "arrow"]
PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda content: _zstd(content),
}
RANDOM = np.random.default_rng(7)
Y, P = RANDOM.normal(size=N), RANDOM.normal(size=N)


def _zstd(content: bytes) -> bytes:
    try:
        from compression import zstd
    except ImportError:
        from backports import zstd
    packed: bytes = zstd.compress(content)
    return packed


def write(folder: Path, name: str) -> Path:
    """The table as `t.FORMAT` or `t.FORMAT.COMPRESSION`; of "npy", y alone."""
    path = folder / name
    form, _, packing = name.partition(".")[2].partition(".")
    bare = path.with_name(f"bare.{form}")
    rows = [{"y": y, "p": p} for y, p in zip(Y.tolist(), P.tolist(), strict=True)]
    separator = "\t" if form == "tsv" else ","
    lines = [separator.join(("y", "p")), *(f"{row['y']!r}{separator}{row['p']!r}" for row in rows)]
    if form in ("csv", "tsv"):
        bare.write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif form == "json":
        bare.write_text(json.dumps(rows), encoding="utf-8")
    elif form == "jsonl":
        bare.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif form == "npz":
        np.savez(bare, y=Y, p=P)
    elif form == "npy":
        np.save(bare, Y)
    else:
        import polars as pl

        frame = pl.DataFrame({"y": Y, "p": P})
        if form == "parquet":
            frame.write_parquet(bare, row_group_size=500)
        else:
            frame.write_ipc(bare)
    path.write_bytes(PACKED[packing](bare.read_bytes()) if packing else bare.read_bytes())
    bare.unlink()
    return path


def read(path: str, *, chunks: bool = False) -> tuple[Any, Any]:
    """y and p, twice the same, in batches or chunk by chunk."""
    source = open_table(path).select("y", "p", None, truth=True, models=False)
    found = []
    for _ in range(2):
        read = [b for chunk in source.chunks() for b in chunk()] if chunks else list(source.batches(700))
        true = [batch.y_true for batch in read if batch.y_true is not None]
        found.append((np.concatenate(true), np.concatenate([batch.y_pred["y_pred"] for batch in read])))
    np.testing.assert_array_equal(found[0], found[1])
    return found[0]
