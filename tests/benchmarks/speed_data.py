"""Makes the files that speed.py times, once. Run by it, in the peers' environment.

python speed_data.py FOLDER NAME=ROWS …
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

BLOCK = 1_000_000
GROUP = 250_000  # rows in a row group, as Polars writes them
FILES = 20  # of the folder `many`


def rows(start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """Targets around 100 and predictions with heavy-tailed errors: full-precision floats."""
    rng = np.random.default_rng(start)
    true = rng.normal(100, 20, stop - start)
    return true, true + rng.standard_t(4, stop - start)


def frames(n: int):
    for start in range(0, n, BLOCK):
        true, pred = rows(start, min(start + BLOCK, n))
        yield pl.DataFrame({"y_true": true, "y_pred": pred})


def csv(path: Path, n: int) -> None:
    with path.open("wb") as file:
        for number, frame in enumerate(frames(n)):
            frame.write_csv(file, include_header=number == 0)


def jsonl(path: Path, n: int) -> None:
    with path.open("wb") as file:
        for frame in frames(n):
            frame.write_ndjson(file)


def json_array(path: Path, n: int) -> None:
    with path.open("w") as file:
        for number, frame in enumerate(frames(n)):
            records = json.dumps(frame.to_dicts())[1:-1]
            file.write(("[" if number == 0 else ", ") + records)
        file.write("]")


def parquet(path: Path, n: int, compression: str = "none") -> None:
    import pyarrow.parquet as pq

    writer = None
    for frame in frames(n):
        table = frame.to_arrow()
        writer = writer or pq.ParquetWriter(path, table.schema, compression=compression, use_dictionary=False)
        writer.write_table(table, row_group_size=GROUP)
    writer.close()


def zstd(path: Path, n: int) -> None:
    parquet(path, n, "zstd")


def npy(path: Path, n: int) -> None:
    true, pred = (
        np.lib.format.open_memmap(
            path.with_name(f"{path.stem}_{which}.npy"), mode="w+", dtype="f8", shape=(n,)
        )
        for which in ("true", "pred")
    )
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        true[start:stop], pred[start:stop] = rows(start, stop)
    true.flush(), pred.flush()
    path.touch()


def many(path: Path, n: int) -> None:
    path.mkdir(exist_ok=True)
    for number in range(FILES):
        true, pred = rows(number * n // FILES, (number + 1) * n // FILES)
        pl.DataFrame({"y_true": true, "y_pred": pred}).write_parquet(
            path / f"part-{number:02}.parquet", compression="zstd"
        )


MAKERS: dict[str, Callable[[Path, int], None]] = {
    ".csv": csv,
    ".jsonl": jsonl,
    ".json": json_array,
    ".parquet": parquet,
    ".zstd.parquet": zstd,
    ".npy": npy,
    "": many,
}


def main(folder: Path, wanted: dict[str, int]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, n in wanted.items():
        path = folder / name
        done = folder / f".{name}.done"
        if done.exists() and done.read_text() == str(n):
            continue
        print(f"making {path}, {n:,} rows", file=sys.stderr)
        maker = MAKERS[name[name.find(".") :] if "." in name else ""]
        maker(path, n)
        done.write_text(str(n))
    os.sync()  # what is still being written would slow the first runs


if __name__ == "__main__":
    main(Path(sys.argv[1]), {name: int(n) for name, n in (given.split("=") for given in sys.argv[2:])})
