"""A pass in which looks gather something of every complete batch, a chunk at a time, on any executor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from losscli.batch import Stream, whole
from losscli.engine.chunk import blocks
from losscli.engine.domains import Extents
from losscli.engine.missing import MissingRule, completed
from losscli.engine.top import Rows, Tally
from losscli.errors import LosscliError
from losscli.parallel.executor import THREADS, Job

if TYPE_CHECKING:
    from losscli.batch import Batch, Chunk
    from losscli.engine.partial import Task
    from losscli.parallel.executor import Executor


class Look(Protocol):
    """What is gathered: `like` is an empty one for other rows, which `merge` then takes in."""

    def like(self) -> Look: ...

    def add(self, batch: Batch, rows: Rows, extents: Extents) -> None:
        """Takes in the samples of a batch; `rows` numbers them, `extents` knows its extremes."""

    def merge(self, other: Any, /) -> None: ...


def walk(
    executor: Executor,
    stream: Stream,
    looks: Sequence[Look],
    missing: MissingRule,
    tasks: Sequence[Task] = (),
    lengths: Sequence[int] | None = (),
) -> list[int] | None:
    """Each look takes in all rows. Returns how many rows each chunk has; None where they came in order.

    Looks that go by the rows' numbers need the `lengths` of a walk before. `tasks` are what the looks hold
    that does not travel from one process to another.
    """
    pass_ = _Walk(looks, missing, tasks)
    if lengths is not None:
        try:
            seen = _joined(executor.in_order(_numbered(executor.chunks(stream), lengths), pass_))
            for look, other in zip(looks, seen.looks, strict=True):
                look.merge(other)
            return seen.lengths
        except LosscliError:  # one batch after another, what is odd is read
            pass
    for look, other in zip(looks, _joined(THREADS.in_order(map(whole, stream()), pass_)).looks, strict=True):
        look.merge(other)
    return None


def _numbered(chunks: Iterable[Chunk], lengths: Sequence[int]) -> Iterator[Chunk]:
    """The chunks, each knowing how many rows are before it."""
    before = 0
    for i, chunk in enumerate(chunks):
        further = before if chunk.relative else 0
        yield replace(chunk, read=partial(_further_down, chunk, further), relative=False, delayed=None)
        before += lengths[i] if lengths else 0


def _further_down(chunk: Chunk, before: int) -> Iterator[Batch]:
    for batch in chunk():
        yield replace(batch, first_row=batch.first_row + before)


HELD = 1 << 24  # numbers, 8 bytes each, that are kept to be walked over again


@dataclass(eq=False, repr=False)
class HeldRows:
    """The rows themselves, where they are few enough and none is left out: a stream that reads no file."""

    batches: list[Batch] | None = field(default_factory=list)
    size: int = 0

    def like(self) -> HeldRows:
        return HeldRows()

    def add(self, batch: Batch, rows: Rows, extents: Extents) -> None:
        self.merge(
            HeldRows([replace(batch, by=None)] if isinstance(rows, range) else None, _numbers_in(batch))
        )

    def merge(self, other: HeldRows) -> None:
        self.size += other.size
        if self.batches is None or other.batches is None or self.size > HELD:
            self.batches = None
        else:
            self.batches += other.batches

    def __call__(self) -> Iterator[Batch]:
        first_row = 1
        for batch in self.batches or ():
            yield replace(batch, first_row=first_row)
            first_row += len(batch)


def _numbers_in(batch: Batch) -> int:
    arrays = [batch.y_true, batch.weight, *batch.y_pred.values()]
    return sum(array.size for array in arrays if array is not None)


def read_once(stream: Stream, max_memory: int | None = None) -> Stream:
    """The same rows; where they are few enough, a first pass to their end holds them for those after it.

    `max_memory` are bytes, which they must fit into as well.
    """
    most = HELD if max_memory is None else min(HELD, max_memory // 8)
    held: list[Batch] | None = None

    def batches() -> Iterator[Batch]:
        nonlocal held
        if held is not None:
            yield from held
            return
        seen: list[Batch] = []
        size = 0
        for batch in stream():
            size += _numbers_in(batch)
            if size <= most:
                seen.append(batch)
            else:
                seen.clear()
            yield batch
        if size <= most:
            held = seen

    return Stream(batches, stream.models, stream.classes, stream.names)


@dataclass(eq=False, repr=False)
class _Walked:
    looks: list[Any]
    lengths: list[int] = field(default_factory=list)

    def follow(self, other: _Walked) -> bool:
        for mine, theirs in zip(self.looks, other.looks, strict=True):
            mine.merge(theirs)
        self.lengths += other.lengths
        return True


def _joined(parts: Iterator[_Walked]) -> _Walked:
    first = next(parts)
    for other in parts:
        first.follow(other)
    return first


@dataclass(eq=False, repr=False)
class _Walk(Job["_Walked"]):
    looks: Sequence[Look]
    missing: MissingRule
    shared: Sequence[Task]

    @property
    def forks(self) -> bool:
        return True

    def __call__(self, chunk: Chunk) -> _Walked:
        looks, rows_of_chunk = [look.like() for look in self.looks], 0
        for batch in chunk():
            for block in blocks(batch):
                rows_of_chunk += len(block)
                extents = Extents()
                full, rows = completed(block, self.missing, Tally(), extents)
                if len(full):
                    for look in looks:
                        look.add(full, rows, extents)
        return _Walked(looks, [rows_of_chunk])

    def run(self, chunks: Iterable[Chunk], of: int) -> Iterator[_Walked]:
        yield _joined(map(self, chunks))
