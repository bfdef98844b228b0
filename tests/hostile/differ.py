"""Every loss by every way there is to it, all held against the library's call on whole arrays.

Ways are a format of the data (values in the line, files of arrays, tables) and where it is worked on: at once, in
small chunks on threads, in processes that are forked, on a Dask cluster.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase
from support.engines import Told, here
from support.inputs import Case, cases

import losscli
from losscli.catalogue import registry
from losscli.errors import LosscliError

ROWS = 60
CLOSE = 1e-12
FORMATS = ("inline", "npy", "npz", "csv", "tsv", "json", "jsonl", "parquet", "sqlite")
Run = Callable[..., Told]


class Answer(NamedTuple):
    """The value, and of each row its loss and its gradient (None where there are none)."""

    value: Any
    losses: Any
    gradient: Any


def drawn(name: str, seed: int) -> Case:
    """Rows that a loss admits, with parameters, of moderate size."""
    kept: list[Case] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=2,
        derandomize=False,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(cases(registry.get(name), wide=False, rows=(ROWS, ROWS)))
    def keep(case: Case) -> None:
        kept.append(case)

    keep()
    return kept[-1]


def weights(case: Case, seed: int) -> Any:
    """A weight a row, some of them 0; None where every loss is of all rows."""
    if case.loss.kind == "batch":
        return None
    return np.random.default_rng(seed).integers(0, 4, len(case)) / 2.0


def by_library(case: Case, weight: Any) -> Answer:
    """What the library says of whole arrays."""
    arrays = (case.y_true, case.y_pred, weight)
    score = losscli.compute(case.loss.name, *arrays, **case.params)
    losses = None if score.per_sample is None else score.per_sample.tolist()
    try:
        slopes = losscli.gradient(case.loss.name, *arrays, **case.params).tolist()
    except LosscliError as error:
        assert "has no gradient" in error.what
        slopes = None
    return Answer(score.value, losses, slopes)


def by_command(run: Run, line: Sequence[str]) -> Answer:
    """What a command says, in JSON; an AssertionError with its message where it refuses."""
    told = run(*line)
    assert told.code == 0, told.said
    record = json.loads(told.out)
    rows = record["samples"]
    losses = [row["loss"] for row in rows] if rows and "loss" in rows[0] else None
    places = rows if rows and "gradient" in rows[0] else record["gradients"]
    return Answer(record["value"], losses, [row["gradient"] for row in places] or None)


def options(case: Case, sloping: bool) -> list[str]:
    """What stands behind the data in every line; with `sloping` the gradient is asked for."""
    params = [
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in case.params.items()
    ]
    return [
        *(word for param in params for word in ("-p", param)),
        "--rows",
        "all",
        *(["--gradient"] * sloping),
        "--format",
        "json",
    ]


def lines(
    case: Case, weight: Any, folder: Path, formats: Sequence[str] = FORMATS
) -> Iterator[tuple[str, list[str]]]:
    """For each of the formats that can hold such arrays the words that name the data, which is written here."""
    arrays = {"--true": case.y_true, "--pred": case.y_pred, "--weight": weight}
    arrays = {option: array for option, array in arrays.items() if array is not None}
    flat = all(array.ndim < 3 for array in arrays.values())
    for form in formats:
        if form == "inline":
            yield (
                form,
                [word for option, array in arrays.items() for word in (option, json.dumps(array.tolist()))],
            )
        elif form == "npy":
            for option, array in arrays.items():
                np.save(folder / f"{option[2:]}.npy", array)
            yield form, [word for option in arrays for word in (option, f"@{folder}/{option[2:]}.npy")]
        elif form == "npz":
            np.savez(folder / "t.npz", **{option[2:]: array for option, array in arrays.items()})
            yield form, [f"{folder}/t.npz", *(word for option in arrays for word in (option, option[2:]))]
        elif form in ("json", "jsonl"):
            columns = {option[2:]: array.tolist() for option, array in arrays.items()}
            path = folder / f"t.{form}"
            rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
            path.write_text(
                json.dumps(columns) if form == "json" else "".join(json.dumps(row) + "\n" for row in rows)
            )
            yield form, [str(path), *(word for option in arrays for word in (option, option[2:]))]
        elif flat:
            columns, named = _columns(arrays)
            _write(folder / f"t.{form}", columns)
            within = ["--table", "t"] if form == "sqlite" else []
            yield form, [f"{folder}/t.{form}", *within, *named]


def _columns(arrays: dict[str, Any]) -> tuple[dict[str, list[Any]], list[str]]:
    """The columns of flat arrays, and the options that name them."""
    columns: dict[str, list[Any]] = {}
    named = []
    for option, array in arrays.items():
        names = (
            [option[2:]]
            if array.ndim == 1
            else [f"{option[2:]}_{chr(97 + k // 26)}{chr(97 + k % 26)}" for k in range(array.shape[1])]
        )
        columns |= dict(zip(names, array.reshape(len(array), -1).T.tolist(), strict=True))
        named += [option, ",".join(names)]
    return columns, named


def _write(path: Path, columns: dict[str, list[Any]]) -> None:
    rows = list(zip(*columns.values(), strict=True))
    if path.suffix == ".parquet":
        import pyarrow
        from pyarrow import parquet

        parquet.write_table(pyarrow.table(columns), path, row_group_size=25)
    elif path.suffix == ".sqlite":
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as base:
            base.execute(f"create table t ({', '.join(f'{name} real' for name in columns)})")
            base.executemany(f"insert into t values ({', '.join('?' * len(columns))})", rows)
        base.close()
    else:
        mark = "," if path.suffix == ".csv" else "\t"
        path.write_text("".join(mark.join(map(str, row)) + "\n" for row in [tuple(columns), *rows]))


def differs(one: Any, other: Any) -> bool:
    """Whether two answers are further apart than a part in 10¹² of the larger, anywhere in them."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) != len(other) or any(map(differs, one, other))
    if one is None or other is None:  # JSON has no nan
        return one is not other and not math.isnan(other if one is None else one)
    if isinstance(one, list | tuple) or isinstance(other, list | tuple):
        return True
    one, other = float(one), float(other)  # "Infinity" in JSON
    return not (
        one == other
        or abs(one - other) <= CLOSE * max(abs(one), abs(other))
        or (one != one and other != other)
    )


__all__ = ["FORMATS", "by_command", "by_library", "differs", "drawn", "here", "lines", "options", "weights"]
