"""What people would run instead: one program a peer and form of file, which prints its three numbers as JSON.

    python speed_peers.py PEER FORM FILE [LOSS …]

Each in the form that is fastest for the peer: DuckDB and Polars are given the columns' types and use all
their threads, log cosh is |e| + log1p(exp(−2|e|)) − log 2, except where the form says otherwise.
"""

from __future__ import annotations

import json
import math
import sys

LOG2 = math.log(2)
LOSSES = ("mae", "mse", "logcosh")


def duckdb(form: str, path: str, losses: tuple[str, ...]) -> list[float]:
    import duckdb

    types = "columns={'y_true': 'DOUBLE', 'y_pred': 'DOUBLE'}"
    table = {
        "csv": f"read_csv('{path}', auto_detect=false, header=true, delim=',', {types})",
        "jsonl": f"read_json('{path}', format='newline_delimited', {types})",
        "json": f"read_json('{path}', format='array', {types})",
        "parquet": f"read_parquet('{path}')",
    }[form]
    means = {
        "mae": "avg(abs(e))",
        "mse": "avg(e * e)",
        "logcosh": f"avg(abs(e) + ln(1 + exp(-2 * abs(e))) - {LOG2!r})",
    }
    asked = ", ".join(means[loss] for loss in losses)
    found = duckdb.sql(f"SELECT {asked} FROM (SELECT y_pred - y_true AS e FROM {table})").fetchall()
    return list(found[0])


def polars(form: str, path: str, losses: tuple[str, ...]) -> list[float]:
    import polars as pl

    schema = {"y_true": pl.Float64, "y_pred": pl.Float64}
    frame = {
        "csv": lambda: pl.scan_csv(path, schema=schema),
        "jsonl": lambda: pl.scan_ndjson(path, schema=schema),
        "json": lambda: pl.read_json(path, schema=schema).lazy(),
        "parquet": lambda: pl.scan_parquet(path),
    }[form]()
    e = pl.col("y_pred") - pl.col("y_true")
    means = {
        "mae": e.abs().mean(),
        "mse": (e * e).mean(),
        "logcosh": (e.abs() + (e.abs() * -2).exp().log1p() - LOG2).mean(),
    }
    wanted = frame.select(**{loss: means[loss] for loss in losses})
    return list(wanted.collect(engine="streaming").row(0))


def pandas(form: str, path: str, losses: tuple[str, ...]) -> list[float]:
    import pandas as pd

    read = {
        "csv": pd.read_csv,
        "jsonl": lambda path: pd.read_json(path, lines=True),
        "json": pd.read_json,
        "parquet": pd.read_parquet,
    }[form]
    frame = read(path)
    return _means(frame["y_true"].to_numpy(), frame["y_pred"].to_numpy(), losses, fast=True)


def numpy(form: str, path: str, losses: tuple[str, ...]) -> list[float]:
    """Whole arrays; log cosh as log(exp(e) + exp(−e)) − log 2 by logaddexp, or ("log1p") as above."""
    return _means(*_load(path), losses, fast=form == "log1p")


def sklearn(form: str, path: str, losses: tuple[str, ...]) -> list[float]:
    from sklearn import metrics

    true, pred = _load(path)
    functions = {"mae": metrics.mean_absolute_error, "mse": metrics.mean_squared_error}
    return [float(functions[loss](true, pred)) for loss in losses]


def _load(path: str):
    import numpy as np

    return (np.load(path.replace(".npy", f"_{which}.npy")) for which in ("true", "pred"))


def _means(true, pred, losses: tuple[str, ...], fast: bool) -> list[float]:
    import numpy as np

    e = pred - true

    def logcosh():
        if fast:
            return np.abs(e) + np.log1p(np.exp(-2 * np.abs(e))) - LOG2
        return np.logaddexp(e, -e) - LOG2

    made = {"mae": lambda: np.abs(e), "mse": lambda: e * e, "logcosh": logcosh}
    return [float(np.mean(made[loss]())) for loss in losses]


def reading(form: str, path: str, losses: tuple[str, ...]) -> list[float]:
    """losscli's own reading alone: its chunks on its threads, each batch touched by nothing."""
    from losscli.data.opening import open_table
    from losscli.parallel.executor import in_order

    source = open_table(path).select("y_true", "y_pred", None, truth=True, models=False)
    for _ in in_order(source.chunks(), lambda chunk: sum(len(batch) for batch in chunk())):
        pass
    return []


if __name__ == "__main__":
    peer, form, path, *losses = sys.argv[1:]
    names = tuple(losses) or LOSSES
    print(json.dumps(dict(zip(names, globals()[peer](form, path, names), strict=False))))
