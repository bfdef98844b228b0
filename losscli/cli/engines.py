"""--engine and --scheduler: where the rows are worked on."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from losscli.cli.progress import Progress
from losscli.errors import LosscliError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from losscli.analysis.score import Run
    from losscli.cli.records import Machine
    from losscli.data.source import Source
    from losscli.parallel.executor import Executor
    from losscli.rows import Rows


@contextmanager
def working(machine: Machine, rows: Rows, source: Source, max_memory: int) -> Iterator[Run]:
    """Where the chunks are worked on, which is there within the block, and who is told of progress."""
    from losscli.analysis.score import Run

    with _engine(machine, rows) as executor, Progress(machine.quiet, source.size) as progress:
        yield Run(executor, progress.hook, max_memory)


def _engine(machine: Machine, rows: Rows) -> AbstractContextManager[Executor]:
    """This machine's cores, or a cluster."""
    if machine.engine == "local":
        if machine.scheduler is not None:
            raise LosscliError(
                f"--scheduler {machine.scheduler}: this process needs none", "add --engine dask"
            )
        from losscli.parallel.executor import CORES

        return nullcontext(CORES)
    if "-" in rows.files:
        raise LosscliError(
            "standard input (-) is read here, where no worker of a cluster can read it",
            "save it to a file, or leave --engine dask out",
        )
    from losscli.cluster import open_cluster

    return open_cluster(machine.scheduler)
