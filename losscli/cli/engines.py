"""--engine and --scheduler: where the rows are worked on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from losscli.parallel.executor import Executor


@contextmanager
def chosen_engine(engine: str, scheduler: str | None, data: Sequence[str] | None) -> Iterator[Executor]:
    """This machine's cores, or a cluster that is there within the block."""
    if engine == "local":
        if scheduler is not None:
            raise LosscliError(f"--scheduler {scheduler}: this process needs none", "add --engine dask")
        from losscli.parallel.executor import CORES

        yield CORES
        return
    if data and "-" in data:
        raise LosscliError(
            "standard input (-) is read here, where no worker of a cluster can read it",
            "save it to a file, or leave --engine dask out",
        )
    from losscli.cluster import open_cluster

    with open_cluster(scheduler) as cluster:
        yield cluster
