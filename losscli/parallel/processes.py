"""Chunks of rows, folded by as many processes as there are cores: threads wait for one interpreter's lock.

The processes are forked when the first chunk is asked for, so they know all that this one knows; what they
leave behind comes back through pipes.
"""

from __future__ import annotations

import gc
import io
import os
import pickle
import signal
import struct
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from losscli.parallel.memory import keep_freed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from losscli.batch import Chunk

RUNS = 8  # runs of chunks for each process: whoever is done takes the next
LONGEST = 32  # chunks of a run, after which a long fold says how far it is
MOST = 2_000  # runs whose numbers any pipe holds, in its 4,096 bytes at least
QUIET = {"jemalloc_bg_thd"}  # threads that look after themselves in a fork
NUMBER = struct.Struct("<H")
FRAME = struct.Struct("<HQ")  # the number of a run, and how many bytes follow


def can_fork() -> bool:
    """Whether this is Linux, without threads: a forked process would wait for the locks that they hold."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        others = [thread for thread in os.listdir("/proc/self/task") if int(thread) != os.getpid()]
        return all(Path(f"/proc/self/task/{thread}/comm").read_text().strip() in QUIET for thread in others)
    except OSError:  # one has just ended, or nothing is told
        return False


def forked(chunks: Sequence[Chunk], work: Any, workers: int) -> Iterator[Any]:
    """What the work makes of runs of chunks, in their order.

    The work has `run`, which makes what it makes of several chunks, told how many there are in all, and
    `shared`, the objects that it need not send back.
    """
    keep_freed()
    n = min(len(chunks), MOST, max(RUNS * workers, len(chunks) // LONGEST))
    cuts = [len(chunks) * i // n for i in range(n + 1)]
    runs = [chunks[start:stop] for start, stop in pairwise(cuts)]
    tickets, writing = os.pipe()
    os.write(writing, b"".join(map(NUMBER.pack, range(n))))
    os.close(writing)
    shared = {id(one): one for one in work.shared}
    gc.freeze()  # what a search for garbage does not write into stays shared
    children: dict[int, int] = {}  # where to read from → process
    ready: dict[int, list[Any]] = {}
    try:
        for _ in range(workers):
            reading, writing = os.pipe()
            process = _fork(runs, work, tickets, writing, shared)
            os.close(writing)
            if process is None:  # those that there are do what it would have done, or this one does
                os.close(reading)
                break
            children[reading] = process
        coming = _frames(children)
        for number in range(n):
            while number not in ready and (frame := next(coming, None)) is not None:
                ready[frame[0]] = _Unpickler(frame[1], shared).load()
            # What a process had begun when it died is made here.
            for result in ready.pop(number) if number in ready else _results(work, runs[number], len(chunks)):
                if isinstance(result, Exception):
                    raise result
                yield result
    finally:
        for reading, process in children.items():
            os.close(reading)
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
        os.close(tickets)


def _fork(
    runs: Sequence[Sequence[Chunk]], work: Any, tickets: int, writing: int, shared: Mapping[int, Any]
) -> int | None:
    """A process that takes runs until none is left; its number, None where no more are allowed."""
    import warnings

    parent = os.getpid()
    with warnings.catch_warnings():
        # From 3.12 on Python warns of any thread, those in QUIET too.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            process = os.fork()
        except OSError:
            return None
    if process == 0:
        _take_runs(runs, work, tickets, writing, shared, parent)
    return process


def _take_runs(
    runs: Sequence[Sequence[Chunk]],
    work: Any,
    tickets: int,
    writing: int,
    shared: Mapping[int, Any],
    parent: int,
) -> NoReturn:
    """What a forked process does, until its end: it must never come back to what its parent was about."""
    chunks = sum(map(len, runs))
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        with open(writing, "wb") as out:
            while (ticket := os.read(tickets, NUMBER.size)) and os.getppid() == parent:
                (number,) = NUMBER.unpack(ticket)
                sent = _pickled(_results(work, runs[number], chunks), shared)
                out.write(FRAME.pack(number, len(sent)))
                out.write(sent)
                out.flush()
    finally:
        os._exit(0)


def _results(work: Any, run: Sequence[Chunk], of: int) -> list[Any]:
    """What the work makes of a run, up to an exception, which is then the last."""
    made: list[Any] = []
    try:
        made.extend(work.run(run, of))
    except Exception as error:  # raised where the results are told, after those before it
        made.append(error)
    return made


def _frames(readings: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """The numbers of runs and what came of them, from these pipes, until all are at their end."""
    import select

    held = {reading: bytearray() for reading in readings}
    while held:
        for reading in select.select(list(held), [], [])[0]:
            data = os.read(reading, 1 << 20)
            if not data:
                del held[reading]
                continue
            came = held[reading]
            came += data
            while len(came) >= FRAME.size:
                number, size = FRAME.unpack_from(came)
                end = FRAME.size + size
                if len(came) < end:
                    break
                yield number, bytes(came[FRAME.size : end])
                del came[:end]


def _pickled(results: list[Any], shared: Mapping[int, Any]) -> bytes:
    packed = io.BytesIO()
    _Pickler(packed, shared).dump(results)
    return packed.getvalue()


class _Pickler(pickle.Pickler):
    """Of what both processes have had since the fork, it writes the place in memory: it is the same."""

    def __init__(self, out: io.BytesIO, shared: Mapping[int, Any]) -> None:
        super().__init__(out, pickle.HIGHEST_PROTOCOL)
        self._shared = shared

    def persistent_id(self, one: Any) -> int | None:
        return id(one) if id(one) in self._shared else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, packed: bytes, shared: Mapping[int, Any]) -> None:
        super().__init__(io.BytesIO(packed))
        self._shared = shared

    def persistent_load(self, place: int) -> Any:
        return self._shared[place]
