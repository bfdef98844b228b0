"""What speed.py times: files, losscli's command on each, its peers, and the targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PEERS = Path(__file__).with_name("speed_peers.py")
THREE = "mae,mse,logcosh"
TWELVE = "mae,mse,rmse,max_error,mape,wape,huber,smooth_l1,pseudo_huber,logcosh,quantile,expectile"

# Name → rows at full size.
FILES = {
    "m10.csv": 10_000_000,
    "m1.csv": 1_000_000,
    "k100.csv": 100_000,
    "m1.jsonl": 1_000_000,
    "m1.json": 1_000_000,
    "m10.parquet": 10_000_000,
    "m100.parquet": 100_000_000,
    "m100.zstd.parquet": 100_000_000,
    "m100.npy": 100_000_000,
    "many20": 100_000_000,
}


@dataclass(frozen=True)
class Program:
    """A command line, after Python's; `losscli` or a peer of speed_peers.py."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """losscli on a file; the most of each peer's time it may take (None: told, not judged); its memory."""

    key: str
    title: str
    file: str
    ours: Program
    peers: Sequence[tuple[Program, float | None]]
    peak: float | None = None  # MB


def losscli(*arguments: str, name: str = "losscli", **environment: str) -> Program:
    return Program(name, ("-m", "losscli", *arguments, "--format", "json"), environment)


def compare(file: str, losses: str, *more: str, name: str = "losscli", **environment: str) -> Program:
    return losscli(
        "compare",
        file,
        "--true",
        "y_true",
        "--pred",
        "y_pred",
        "--losses",
        losses,
        *more,
        name=name,
        **environment,
    )


def peer(name: str, form: str, file: str, *losses: str, title: str | None = None) -> Program:
    return Program(title or name, (str(PEERS), name, form, file, *losses))


def cases(folder: Path, without_avx512: str) -> Iterable[Case]:
    def at(name: str) -> str:
        return str(folder / name)

    for name, duckdb, polars, peak in (
        ("m10.csv", 0.85, 1.0, 150),
        ("m1.csv", 1.0, None, None),
        ("k100.csv", 0.95, 1.0, None),
    ):
        file = at(name)
        others = [
            (peer("duckdb", "csv", file), duckdb),
            (peer("polars", "csv", file), polars),
            (peer("pandas", "csv", file), None),
        ]
        yield Case("csv", "CSV", name, compare(file, THREE), others, peak)
    forms = [("zstd", "Parquet, zstd", "m100.zstd.parquet", 0.75, {})]
    if without_avx512:
        forms.insert(0, ("parquet", "Parquet, uncompressed", "m100.parquet", 0.65, {}))
    disabled = {"NPY_DISABLE_CPU_FEATURES": without_avx512} if without_avx512 else {}
    forms.append(("avx512", "Parquet, NumPy without AVX-512", "m100.parquet", 1.1, disabled))
    for key, title, name, bound, environment in forms:
        file = at(name)
        others = [(peer("duckdb", "parquet", file), bound), (peer("polars", "parquet", file), None)]
        yield Case(key, title, name, compare(file, THREE, **environment), others)
    file = at("m100.npy")
    arrays = ("--true", f"@{at('m100_true.npy')}", "--pred", f"@{at('m100_pred.npy')}")
    yield Case(
        "npy",
        "npy, mse",
        "m100.npy",
        losscli("compute", "mse", *arrays, "--rows", "0"),
        [(peer("numpy", "npy", file, "mse"), 0.33), (peer("sklearn", "npy", file, "mse"), None)],
        120,
    )
    yield Case(
        "npy",
        "npy, mae + mse + logcosh",
        "m100.npy",
        losscli("compare", *arrays, "--losses", THREE),
        [
            (peer("numpy", "logaddexp", file, title="numpy, by logaddexp"), 0.3),
            (peer("numpy", "log1p", file, title="numpy, by log1p"), None),
        ],
        120,
    )
    for key, title, bound in (("jsonl", "JSONL", 1.1), ("json", "JSON array", 1.05)):
        file = at(f"m1.{key}")
        others = [(peer("duckdb", key, file), bound), (peer("polars", key, file), None)]
        yield Case(key, title, f"m1.{key}", compare(file, THREE), others)
    file = at("m10.csv")
    yield Case(
        "twelve",
        "CSV, twelve losses",
        "m10.csv",
        compare(file, TWELVE),
        [
            (peer("reading", "csv", file, title="its reading alone"), 1.5),
            (compare(file, "mae", name="one loss"), None),
        ],
        150,
    )
    file = at("many20/*.parquet")
    yield Case(
        "dask",
        "20 Parquet files, 2 Dask workers",
        "many20",
        compare(file, THREE, "--engine", "dask"),
        [(compare(file, THREE, name="local engine"), 1.5)],
    )
