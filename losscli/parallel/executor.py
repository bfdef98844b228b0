"""Chunks of rows, folded on as many threads as there are cores and handed back in their order."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from losscli.batch import Stream
from losscli.parallel.memory import keep_freed

if TYPE_CHECKING:
    from typing import Protocol

    from losscli.batch import Batch, Chunk

    class Joins(Protocol):
        """What a chunk leaves behind."""

        def follow(self, other: Any, /) -> bool:
            """Takes in what the chunk after it left; says False where that must stay apart."""


Result = TypeVar("Result", bound="Joins")


class Job(ABC, Generic[Result]):
    """What is done with a chunk."""

    @property
    def forks(self) -> bool:
        """Whether processes may do it, for what a chunk leaves is small: then it has `run` and `shared`."""
        return False

    @abstractmethod
    def __call__(self, chunk: Chunk) -> Result:
        """What the chunk leaves behind."""


class Executor(ABC):
    """Where chunks are worked on; `local` if by this machine, out of this process's memory."""

    local = True

    def chunks(self, stream: Callable[[], Iterator[Batch]]) -> Iterator[Chunk]:
        """The rows of a stream, or of a function that yields batches, as chunks in their order."""
        return Stream.of(stream).chunks()

    @abstractmethod
    def in_order(self, chunks: Iterator[Chunk], work: Job[Result]) -> Iterator[Result]:
        """What `work` makes of each chunk, or of several joined, in the chunks' order."""


QUOTA = "/sys/fs/cgroup/cpu.max"  # microseconds of all cores that a container has in a period, or max
FORKED = 16  # chunks from which on processes are worth their start
AHEAD = 2  # chunks under way for each thread, so that none waits while one is handed back


def cores() -> int:
    """How many cores this process may use; in a container, for as many as it has the time."""
    there_are = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        with open(QUOTA) as file:
            quota, period = file.read().split()
    except (OSError, ValueError):
        return there_are
    return there_are if quota == "max" else max(1, min(there_are, -(-int(quota) // int(period))))


def in_order(chunks: Iterator[Chunk], work: Callable[[Chunk], Result]) -> Iterator[Result]:
    """What `work` makes of each chunk, in the chunks' order. A single chunk is worked on here and now.

    Ended early, it drops what has not begun and does not wait for what has: Ctrl-C ends at once.
    """
    first = list(islice(chunks, 2))
    threads = cores()
    if len(first) == 2:
        keep_freed()
    if len(first) < 2 or threads == 1:
        yield from map(work, chain(first, chunks))
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    waiting: deque[Future[Result]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for chunk in chain(first, chunks):
            waiting.append(pool.submit(work, chunk))
            if len(waiting) > AHEAD * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class _Threads(Executor):
    """This process's threads."""

    def in_order(self, chunks: Iterator[Chunk], work: Job[Result]) -> Iterator[Result]:
        return in_order(chunks, work)


class _Cores(Executor):
    """This machine's cores, as processes where that can be and pays, else as threads.

    It pays for work that `forks` and for chunks that are light and leave no groups. A process that has more
    to do than this should not be forked: for it there is THREADS.
    """

    def in_order(self, chunks: Iterator[Chunk], work: Job[Result]) -> Iterator[Result]:
        first = list(islice(chunks, FORKED))
        apart = len(first) == FORKED and all(chunk.light and not chunk.grouped for chunk in first)
        if apart and work.forks and cores() > 1:
            from losscli.parallel.processes import can_fork, forked

            if can_fork():
                first += chunks
                yield from forked(first, work, min(cores(), len(first) // 2))
                return
        yield from in_order(chain(first, chunks), work)


THREADS = _Threads()
CORES = _Cores()
