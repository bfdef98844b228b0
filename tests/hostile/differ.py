"""Every loss by every way there is to it, all held against the library's call on whole arrays.

Ways are a format of the data (values in the line, files of arrays, tables) and where it is worked on: at
once, in small chunks on threads, in processes that are forked, on a Dask cluster.
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
    """The value, and by the row's number the losses and the gradients, as far as there are any."""

    value: Any
    losses: dict[int, Any]
    gradients: dict[int, Any]


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
    losses = [] if score.per_sample is None else score.per_sample.tolist()
    try:
        slopes = losscli.gradient(case.loss.name, *arrays, **case.params).tolist()
    except LosscliError as error:
        if "has no gradient" not in error.what:
            raise
        slopes = []
    return Answer(score.value, dict(enumerate(losses, 1)), dict(enumerate(slopes, 1)))


def by_command(run: Run, line: Sequence[str]) -> Answer:
    """What a command says, in JSON; an AssertionError with its message where it refuses."""
    told = run(*line)
    assert told.code == 0, told.said
    record = json.loads(told.out)
    rows = record["samples"]
    places = record["gradients"] or rows
    return Answer(
        record["value"],
        {row["row"]: row["loss"] for row in rows if "loss" in row},
        {row["row"]: row["gradient"] for row in places if "gradient" in row},
    )


def options(case: Case, answer: Answer, rows: str = "all") -> list[str]:
    """What stands behind the data in every line, to be told what the answer has."""
    params = [
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in case.params.items()
    ]
    slope = ["--gradient"] * bool(answer.gradients and rows == "all")
    return [*(word for param in params for word in ("-p", param)), "--rows", rows, *slope, "--format", "json"]


def lines(
    case: Case, weight: Any, folder: Path, formats: Sequence[str] = FORMATS
) -> Iterator[tuple[str, list[str]]]:
    """For each format that can hold such arrays the words that name the data, which is written here."""
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


def differences(answer: Answer, told: Answer, every: bool) -> list[str]:
    """Where what was told is another answer; with `every` all its rows are wanted."""
    found = ["value"] if differs(answer.value, told.value) else []
    for part in ("losses", "gradients"):
        right, rows = getattr(answer, part), getattr(told, part)
        if every and set(rows) != set(right):
            found.append(f"{part}: {len(rows)} rows for {len(right)}")
        found += [f"{part}, row {row}" for row, value in rows.items() if differs(right[row], value)]
    return found


def differs(one: Any, other: Any) -> bool:
    """Whether two numbers, or lists, are further apart than a part in 10¹² of the larger."""
    if isinstance(one, list) or isinstance(other, list):
        alike = isinstance(one, list) and isinstance(other, list) and len(one) == len(other)
        return not alike or any(map(differs, one, other))
    one, other = (
        math.nan if number is None else float(number) for number in (one, other)
    )  # as JSON has them
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) != math.isnan(other)
    if math.isinf(one) or math.isinf(other):
        return one != other
    return not (one == other or abs(one - other) <= CLOSE * max(abs(one), abs(other)))


def ways(threads: Run, processes: Run, scheduler: str) -> dict[str, tuple[Run, list[str]]]:
    """Where a line is worked on → what runs it, and the words that it needs."""
    cluster = ["--engine", "dask", "--scheduler", scheduler]
    return {
        "at once": (here, []),
        "threads": (threads, []),
        "processes": (processes, []),
        "dask": (here, cluster),
    }


def compared(
    name: str, seed: int, folder: Path, runs: dict[str, tuple[Run, list[str]]], all_formats: bool
) -> Iterator[tuple[str, list[str]]]:
    """For each way to a loss what differs: with every format, or with one that is another for each seed.

    A loss of all rows at once is held in one process: a cluster does not take it.
    """
    case = drawn(name, seed)
    weight = weights(case, seed)
    answer = by_library(case, weight)
    known = list(lines(case, weight, folder))
    for number, (way, (run, words)) in enumerate(runs.items()):
        if case.loss.kind == "batch" and way == "dask":
            continue
        chosen = (
            known
            if way in ("at once", "threads")
            else [line for line in known if line[0] not in ("inline", "npy")]
        )
        every = way in ("at once", "threads")
        for form, data in chosen if all_formats else [chosen[(seed + number) % len(chosen)]]:
            line = ["compute", name, *data, *words, *options(case, answer, "all" if every else "3")]
            yield f"{name}, {form}, {way}", differences(answer, by_command(run, line), every)
