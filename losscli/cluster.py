"""Losses on many machines: files that a Dask cluster's workers read, and Dask's own DataFrames and arrays.

    from losscli import cluster
    cluster.compute("mse", frame, true="y_true", pred="forecast")     a Dask DataFrame
    cluster.compute("mse", true=y, pred=p, client=client)             Dask arrays
    cluster.compute("mse", "preds.parquet", pred="forecast")          a file that the workers can read

Without a client, a cluster of this machine's cores works for the call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from losscli import api
from losscli.analysis.compare import contrast
from losscli.data.blocks import Part
from losscli.data.convert import labels
from losscli.data.opening import open_table
from losscli.data.tables import PartChunk, Pick, Table
from losscli.engine.missing import Missing
from losscli.errors import LosscliError
from losscli.parallel.dask import Cluster, Partition, dask
from losscli.parallel.dask import open_cluster as open_cluster

if TYPE_CHECKING:
    from losscli.batch import Array
    from losscli.data.selection import Selection
    from losscli.data.source import Source
    from losscli.engine.class_weight import ClassWeight
    from losscli.parallel.executor import Chunk
    from losscli.results import Score
    from losscli.results.compare import Comparison


def compute(
    loss: str,
    data: Any = None,
    *,
    true: Any = None,
    pred: Any = None,
    weight: Any = None,
    by: str | None = None,
    table: str | None = None,
    query: str | None = None,
    client: Any = None,
    reduction: str = "mean",
    like: str = "exact",
    missing: Missing = "refuse",
    class_weight: ClassWeight | None = None,
    rows: int | Literal["default"] = "default",
    **params: Any,
) -> Score:
    """A loss on a Dask cluster: the same number as on one machine.

    `data` is the path of a file or a Dask DataFrame, of which `true`, `pred`, `weight` and `by` name columns
    as on the command line; without it they are Dask arrays, (N, …), parted along their rows. `table` or
    `query` says which rows of a database, `table` which sheet of an Excel file is meant. `client` is a
    distributed.Client. Of the rows no more than `rows` are brought here, the worst ones. Raises LosscliError
    for whatever does not fit, and for a loss that holds every row at once.
    """
    found = api.lookup(loss)
    with _on(client) as engine:
        return api.score(
            found.name,
            _source(engine, data, true, pred, weight, by, table, query, truth=found.truth, models=False),
            params=params,
            reduction=reduction,
            like=like,
            missing=missing,
            class_weight=class_weight,
            rows=rows,
            order="loss",
            engine=engine,
        )


def compare(
    losses: Sequence[str],
    data: Any = None,
    *,
    true: Any = None,
    pred: Any = None,
    weight: Any = None,
    by: str | None = None,
    table: str | None = None,
    query: str | None = None,
    client: Any = None,
    reduction: str = "mean",
    like: str = "exact",
    missing: Missing = "refuse",
    class_weight: ClassWeight | None = None,
    skip_unfit: bool = False,
    params: Mapping[str, Mapping[str, Any]] | None = None,
) -> Comparison:
    """Several losses, and models (columns `pred`, "ridge,forest"), in one pass on a Dask cluster.

    The arguments are those of `compute` here and of `losscli.compare`.
    """
    truth = any(api.lookup(name).truth for name in losses)
    with _on(client) as engine:
        return contrast(
            losses,
            _source(engine, data, true, pred, weight, by, table, query, truth=truth, models=True),
            params=params or {},
            reduction=reduction,
            like=like,
            missing=missing,
            class_weight=class_weight,
            skip_unfit=skip_unfit,
            engine=engine,
        )


@contextmanager
def _on(client: Any) -> Iterator[Cluster]:
    if client is None:
        with open_cluster(None) as engine:
            yield engine
    else:
        yield Cluster(client)


def _source(
    engine: Cluster,
    data: Any,
    true: Any,
    pred: Any,
    weight: Any,
    by: str | None = None,
    table: str | None = None,
    query: str | None = None,
    *,
    truth: bool,
    models: bool,
) -> Source:
    """The rows that were meant."""
    if isinstance(data, str):
        opened = open_table(data, table=table, query=query)
        return opened.select(true, pred, weight, by, truth=truth, models=models)
    if table is not None or query is not None:
        raise LosscliError("table and query choose in a database", "give its path as data")
    if data is not None:
        if not hasattr(data, "to_delayed") or not hasattr(data, "columns"):
            raise LosscliError(
                f"data is a {type(data).__name__}",
                "give the path of a file, a Dask DataFrame, or Dask arrays as true and pred without data",
            )
        names = [str(name) for name in data.columns]
        frame = Parted("the Dask DataFrame", names, data.to_delayed(), engine)
        return frame.select(true, pred, weight, by, truth=truth, models=models)
    if by is not None:
        raise LosscliError("by names a column: Dask arrays have none", "give a Dask DataFrame")
    given = {"y_true": true, "y_pred": pred, "sample_weight": weight}
    arrays = {name: array for name, array in given.items() if array is not None}
    parted = Parted("the Dask arrays", list(arrays), _aligned(arrays), engine)
    return parted.select(
        None if true is None else "y_true",
        "y_pred",
        None if weight is None else "sample_weight",
        truth=truth,
        models=models,
    )


def _aligned(arrays: Mapping[str, Any]) -> list[Any]:
    """For each run of rows, what its part of every array is."""
    for name, array in arrays.items():
        if not hasattr(array, "rechunk"):
            raise LosscliError(f"{name} is a {type(array).__name__}", "give Dask arrays, or name a file")
    if "y_pred" not in arrays:
        raise LosscliError("there is no y_pred", "give it as pred")
    rows = arrays["y_pred"].chunks[0]
    for name, array in arrays.items():
        if array.shape[0] != arrays["y_pred"].shape[0] and not np.isnan(array.shape[0]):
            n = arrays["y_pred"].shape[0]
            raise LosscliError(f"{name} has {array.shape[0]} rows and y_pred {n}", "one value for each row")
    whole = [
        array if np.isnan(sum(rows)) else array.rechunk({0: rows, **dict.fromkeys(range(1, array.ndim), -1)})
        for array in arrays.values()
    ]
    blocks = [array.to_delayed().ravel() for array in whole]
    together = dask().delayed(_together, pure=False)
    return [together(*parts) for parts in zip(*blocks, strict=True)]


def _together(*parts: Any) -> tuple[Any, ...]:
    return parts


class Parted(Table):
    """The columns of a Dask collection, whose parts are known to its workers alone."""

    def __init__(self, name: str, columns: Sequence[str], parts: Sequence[Any], engine: Cluster) -> None:
        super().__init__(name, columns)
        self._parts = parts
        self._engine = engine

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        for part in self._parts:
            arrays = Held(self.name, self.columns, self._engine.bring(part)).numbers(picks)
            for start in range(0, len(arrays[0]), rows):
                yield [array[start : start + rows] for array in arrays]

    def _chunks(self, selection: Selection) -> Iterator[Chunk]:
        for part in self._parts:
            yield Partition(part, partial(_chunk, self.name, self.columns, selection))


def _chunk(name: str, columns: Sequence[str], selection: Selection, values: Any) -> Chunk:
    return PartChunk(Held(name, columns, values), selection, Part(0, 0))


class Held(Table):
    """The columns of one part: a pandas DataFrame, or an array a column."""

    def __init__(self, name: str, columns: Sequence[str], values: Any) -> None:
        super().__init__(name, columns)
        self._values = values

    def read(self, picks: Sequence[Pick], rows: int) -> Iterator[list[Array]]:
        yield self.numbers(picks)

    def read_part(self, picks: Sequence[Pick], part: Part) -> list[Array]:
        return self.numbers(picks)

    def numbers(self, picks: Sequence[Pick]) -> list[Array]:
        """A column (N, …) for each pick, float64."""
        return [self._column(pick) for pick in picks]

    def _column(self, pick: Pick) -> Array:
        try:
            if isinstance(self._values, tuple):
                return np.asarray(self._values[pick.index], np.float64)
            column = self._values.iloc[:, pick.index]
            if pick.label:
                texts = column.astype(object).where(column.notna(), None).tolist()
                held: Array = labels(texts, self.place(pick))
                return held
            return np.asarray(column.to_numpy(np.float64, na_value=np.nan))
        except (TypeError, ValueError) as error:
            raise LosscliError(f"{self.place(pick).whole} holds no numbers: {error}") from None
