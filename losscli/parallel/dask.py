"""The same fold on a Dask cluster: each worker reads its own parts, and partial results alone travel."""

from __future__ import annotations

import io
import logging
import mmap
import pickle
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from itertools import chain, islice
from typing import Any

import numpy as np

from losscli.batch import Batch, Chunk
from losscli.errors import LosscliError
from losscli.parallel.executor import Executor, Job, Result, cores
from losscli.parallel.memory import keep_freed

TASK_SECONDS = 1.0  # Dask spends about a millisecond on a task
FAN = 8  # tasks whose results are joined on a worker before they come here
AHEAD = 2  # tasks under way for each thread, at least
LIGHT, HEAVY = 1 << 16, 1 << 20  # bytes: what describes a chunk, and what holds its rows
RETRIES = 3  # of a task that fails by itself; one whose worker is lost is done again in any case
ANSWER = 5  # seconds in which a scheduler answers


@contextmanager
def open_cluster(scheduler: str | None) -> Iterator[Cluster]:
    """The cluster whose scheduler has this address, or one of this machine's cores that ends with the block.

    Raises LosscliError when Dask is not installed or nothing answers.
    """
    distributed = dask("distributed")
    if scheduler is not None:
        try:
            distributed.comm.registry.get_backend(distributed.comm.parse_address(scheduler)[0])
            client = distributed.Client(scheduler, timeout=ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            why = str(error).strip().partition("\n")[0]
            raise LosscliError(
                f"--scheduler {scheduler}: no Dask scheduler answers there ({why})",
                "dask scheduler starts one, dask worker ADDRESS its workers",
            ) from None
        with client:
            yield Cluster(client)
        return
    with (
        # A thread a worker: threads of one process would wait for one another between NumPy's calls.
        distributed.LocalCluster(
            n_workers=cores(),
            threads_per_worker=1,
            host="127.0.0.1",  # nobody else's machine is asked, or may ask
            # No page is shown; what the nodes tell over HTTP has any port that is free: two runs may meet.
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address=None,
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,
            env={"POLARS_MAX_THREADS": "1"},
        ) as local,
        distributed.Client(local, set_as_default=False) as client,
    ):
        yield Cluster(client)


def dask(module: str = "dask") -> Any:
    """Dask's module of this name, or a LosscliError that says how to install it."""
    try:
        return import_module(module)
    except ImportError:
        raise LosscliError("a Dask cluster needs Dask", "pip install 'losscli[dask]'") from None


class Cluster(Executor):
    """The workers of a Dask client."""

    local = False

    def __init__(self, client: Any) -> None:
        self._client = client
        self._threads = sum(client.nthreads().values())
        if not self._threads:
            raise LosscliError(
                f"the Dask scheduler at {client.scheduler.address} has no workers",
                f"dask worker {client.scheduler.address} starts one",
            )

    def chunks(self, stream: Callable[[], Iterator[Batch]]) -> Iterator[Chunk]:
        """The stream's chunks; where they would hold the rows themselves, the stream as one chunk."""
        chunks = super().chunks(stream)
        first = next(chunks, None)
        if first is None:
            return
        if first.delayed is None and _heavier(first, LIGHT) and not _heavier(stream, LIGHT):
            yield Chunk(stream)
            return
        yield from chain([first], chunks)

    def in_order(self, chunks: Iterator[Chunk], work: Job[Result]) -> Iterator[Result]:
        """What `work` makes of the chunks, joined where that can be, in their order.

        A task takes so many chunks that it lasts about TASK_SECONDS, as those before it have shown.
        """
        waiting: deque[Any] = deque()
        each, more = 1, True
        try:
            while more or waiting:
                while more and len(waiting) * FAN < AHEAD * self._threads + FAN:
                    groups = [group for _ in range(FAN) if (group := list(islice(chunks, each)))]
                    more = len(groups) == FAN
                    if groups:
                        waiting.append(self._submit(work, groups))
                if not waiting:
                    return
                run: Stretch = pickle.loads(self._wait(waiting.popleft()))
                yield from run.results
                if run.error is not None:
                    raise run.error
                each = min(2 * each, max(1, round(TASK_SECONDS * run.chunks / max(run.seconds, 1e-9))))
        finally:
            if waiting:
                self._client.cancel(list(waiting))

    def _submit(self, work: Job[Result], groups: Sequence[Sequence[Chunk]]) -> Any:
        """A future of the joined results of some tasks, each a group of chunks."""
        delayed = dask().delayed
        packed = pack(work)
        leaves = []
        for group in groups:
            parts = [chunk.delayed for chunk in group]
            chunks = pack([replace(chunk, delayed=None) for chunk in group])
            if len(chunks) > HEAVY:
                raise LosscliError(
                    "the rows are in this process's memory, where no worker can read them",
                    "name a file that the workers can read, or leave --engine dask out",
                )
            leaves.append(delayed(_work, pure=False)(packed, chunks, parts))
        joined = delayed(_join, pure=False)(leaves) if len(leaves) > 1 else leaves[0]
        return self._client.compute(joined, retries=RETRIES)

    def _wait(self, future: Any) -> bytes:
        try:
            result: bytes = future.result()
        except Exception as error:  # lost workers, a worker without a package, a scheduler that ended
            why = f"{type(error).__name__}: {error}".strip().partition("\n")[0]
            raise LosscliError(
                f"the Dask cluster failed: {why[:300]}",
                "its workers need the same versions of losscli and of what it reads with",
            ) from error
        return result

    def bring(self, delayed: Any) -> Any:
        """One part of a Dask collection, here."""
        return self._client.compute(delayed).result()


@dataclass(eq=False)
class Stretch:
    """What consecutive chunks left, joined where that can be, up to an `error`; and what it took."""

    results: list[Any] = field(default_factory=list)
    error: LosscliError | None = None
    chunks: int = 0
    seconds: float = 0.0

    def add(self, results: Sequence[Any]) -> None:
        for result in results:
            if not self.results or not self.results[-1].follow(result):
                self.results.append(result)

    def follow(self, other: Stretch) -> None:
        """Takes in what came of the chunks after it."""
        self.chunks += other.chunks
        self.seconds += other.seconds
        if self.error is None:
            self.add(other.results)
            self.error = other.error


def _work(work: bytes, chunks: bytes, parts: Sequence[Any]) -> bytes:
    """A task: a group of chunks one after another, on the worker. `parts` are of a Dask collection.

    Errors that a person can act on come back as results: tried again, they would be the same.
    """
    keep_freed()
    begin = time.perf_counter()
    do, run = pickle.loads(work), Stretch()
    for chunk, part in zip(pickle.loads(chunks), parts, strict=True):
        try:
            run.add([do(chunk if part is None else replace(chunk, read=partial(chunk.read, part)))])
        except LosscliError as error:
            run.error = error
            break
        run.chunks += 1
    run.seconds = time.perf_counter() - begin
    return pack(run)


def _join(runs: Sequence[bytes]) -> bytes:
    """The results of tasks in their order as one. They come as bytes: done again, a join finds them whole."""
    first, *others = map(pickle.loads, runs)
    for other in others:
        first.follow(other)
    return pack(first)


def pack(what: Any) -> bytes:
    """Pickled, with functions that have no name of their own; of mapped files their names alone."""
    cloudpickle = dask("cloudpickle")

    class DaskPickler(cloudpickle.Pickler):  # type: ignore[misc, name-defined]
        def reducer_override(self, item: Any) -> Any:
            if isinstance(item, np.memmap) and isinstance(item.base, mmap.mmap):
                order = "C" if item.flags.c_contiguous else "F"
                return np.memmap, (item.filename, item.dtype, "r", item.offset, item.shape, order)
            return super().reducer_override(item)

    packed = io.BytesIO()
    DaskPickler(packed).dump(what)
    return packed.getvalue()


def _heavier(what: Any, limit: int) -> bool:
    """Whether it takes more than so many bytes, or cannot be sent at all."""
    try:
        return len(pack(what)) > limit
    except (TypeError, pickle.PicklingError):
        return True
