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
from typing import TYPE_CHECKING, Any, Literal

from losscli.analysis.compare import compare as compared
from losscli.analysis.request import Request, meant, takes
from losscli.analysis.score import score
from losscli.catalogue.find import named
from losscli.classes.names import ClassNames
from losscli.data.daskframe import Parted, aligned
from losscli.data.opening import open_table
from losscli.engine.finish import Show
from losscli.engine.fold import Run
from losscli.engine.missing import Missing
from losscli.errors import LosscliError
from losscli.parallel.dask import Cluster
from losscli.parallel.dask import open_cluster as open_cluster
from losscli.rows import Roles

if TYPE_CHECKING:
    from losscli.data.source import Source
    from losscli.engine.class_weight import ClassWeight
    from losscli.losses.declare import Loss
    from losscli.results.compare import Comparison
    from losscli.results.score import Score

TEXTS = ("object", "string", "str", "category")  # pandas's types of columns that may hold words


def compute(
    loss: str | Loss,
    data: Any = None,
    *,
    true: Any = None,
    pred: Any = None,
    weight: Any = None,
    by: str | None = None,
    table: str | None = None,
    query: str | None = None,
    classes: str | None = None,
    positive: str | None = None,
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
    read = named(loss)
    truth = read.loss.truth
    class_names, roles = ClassNames(classes, positive), takes(read.labelled, params)
    with _on(client) as executor:
        source = _source(
            executor,
            data,
            true,
            pred,
            weight,
            by,
            table,
            query,
            class_names,
            roles,
            truth=truth,
            models=False,
        )
        request = Request.of(meant(read, source), params, reduction, like, missing, class_weight)
        return score(request, source, run=Run(executor), show=Show(rows, by_loss=True))


def compare(
    losses: Sequence[str | Loss],
    data: Any = None,
    *,
    true: Any = None,
    pred: Any = None,
    weight: Any = None,
    by: str | None = None,
    table: str | None = None,
    query: str | None = None,
    classes: str | None = None,
    positive: str | None = None,
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
    read = tuple(map(named, losses))
    roles = takes([each for one in read for each in one.labelled], {})
    class_names, truth = ClassNames(classes, positive), any(one.loss.truth for one in read)
    with _on(client) as executor:
        source = _source(
            executor, data, true, pred, weight, by, table, query, class_names, roles, truth=truth, models=True
        )
        resolved = [meant(one, source) for one in read]
        request = Request.of_several(resolved, params or {}, reduction, like, missing, class_weight)
        return compared(request, source, run=Run(executor), skip_unfit=skip_unfit)


@contextmanager
def _on(client: Any) -> Iterator[Cluster]:
    if client is None:
        with open_cluster(None) as executor:
            yield executor
    else:
        yield Cluster(client)


def _source(
    executor: Cluster,
    data: Any,
    true: Any,
    pred: Any,
    weight: Any,
    by: str | None = None,
    table: str | None = None,
    query: str | None = None,
    class_names: ClassNames | None = None,
    roles: Roles | None = None,
    *,
    truth: bool,
    models: bool,
) -> Source:
    """The rows that were meant."""
    if isinstance(data, str):
        opened = open_table(data, table=table, query=query)
        return opened.select(
            true, pred, weight, by, truth=truth, models=models, takes=roles, asked=class_names
        )
    if table is not None or query is not None:
        raise LosscliError("table and query choose in a database", "give its path as data")
    if data is not None:
        if not hasattr(data, "to_delayed") or not hasattr(data, "columns"):
            raise LosscliError(
                f"data is a {type(data).__name__}",
                "give the path of a file, a Dask DataFrame, or Dask arrays as true and pred without data",
            )
        names = [str(name) for name in data.columns]
        texts = [i for i, kind in enumerate(data.dtypes) if str(kind) in TEXTS]
        frame = Parted("the Dask DataFrame", names, data.to_delayed(), executor.bring, texts)
        return frame.select(
            true, pred, weight, by, truth=truth, models=models, takes=roles, asked=class_names
        )
    if by is not None:
        raise LosscliError("by names a column: Dask arrays have none", "give a Dask DataFrame")
    given = {"y_true": true, "y_pred": pred, "sample_weight": weight}
    arrays = {name: array for name, array in given.items() if array is not None}
    parted = Parted("the Dask arrays", list(arrays), aligned(arrays), executor.bring)
    return parted.select(
        None if true is None else "y_true",
        "y_pred",
        None if weight is None else "sample_weight",
        truth=truth,
        models=models,
    )
