"""What is done with a chunk of rows, wherever it is done, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from losscli.batch import Batch, Origin
from losscli.engine.add import add
from losscli.engine.domains import Extents
from losscli.engine.group_sums import GroupSums, Keys
from losscli.engine.missing import MissingRule, check_weight, completed
from losscli.engine.partial import Partial, Task
from losscli.engine.top import Rows, Tally
from losscli.errors import BadValue, LosscliError
from losscli.parallel.executor import Job

if TYPE_CHECKING:
    from losscli.batch import Chunk
    from losscli.losses.domain import Array


@dataclass(eq=False, repr=False)
class ChunkWork(Job["Done"]):
    """What is done with a chunk. Sent elsewhere, it takes of what ran before only what a fold must know."""

    running: Sequence[Partial]
    ended: Collection[int]
    facts: Sequence[Mapping[str, Any]]
    missing: MissingRule
    sloped: bool

    def __call__(self, chunk: Chunk) -> Done:
        return _fold_chunk(chunk, self.running, self.ended, self.facts, self.missing, self.sloped)

    @property
    def forks(self) -> bool:
        """Whether what a chunk leaves is small: no rows kept one by one."""
        return all(
            part.values is None and part.top.size is not None and part.task.convention.loss.kind != "batch"
            for part in self.running
        )

    @property
    def shared(self) -> list[Task]:
        """What the results need not bring along, where the process that gets them has it."""
        return [part.task for part in self.running]

    def run(self, chunks: Iterable[Chunk], of: int) -> Iterator[Done]:
        """What consecutive chunks, of so many, leave behind, joined; each knows what was before it."""
        joined = None
        for chunk in chunks:
            try:
                done = self(chunk)
            except Exception:  # what was before it is told before it, as where chunks come one by one
                if joined is not None:
                    yield joined
                raise
            if joined is None:
                joined = done
                for part in joined.partials:
                    part.spread.expect(of * done.read)
            elif len(self.ended) == len(self.running) or not joined.follow(done):
                yield joined
                joined = done
            self.running, self.ended = joined.partials, {*self.ended, *joined.refused}
        if joined is not None:
            yield joined

    def __getstate__(self) -> dict[str, Any]:
        empty = [one.like() for one in self.running]
        return {**vars(self), "running": empty, "ended": frozenset(self.ended)}


class Unplaced(LosscliError):
    """Something is wrong in a chunk that does not know the numbers of its rows."""


@dataclass(eq=False, repr=False)
class Misfit:
    """Why a loss does not fit the data, and the row of the value that shows it, if it is one value."""

    why: LosscliError
    origin: Origin
    model: str
    row: int = 0

    def error(self) -> LosscliError:
        return (
            placed(self.why, self.origin, self.row, self.model)
            if isinstance(self.why, BadValue)
            else self.why
        )


@dataclass(eq=False, repr=False)
class Done:
    """What a chunk leaves behind: a partial for each task, and what was found on the way.

    `rows` counts all its rows, `read` those that were not dropped; `size` is its bytes, if it knows;
    `files` says how many rows are of which file, `far` which arrays have values beyond 2^53. Of a `relative`
    chunk the rows are numbered from 1 until it is shifted.
    """

    partials: list[Partial]
    relative: bool
    several: bool = False
    keys: Keys = field(default_factory=Keys)
    refused: dict[int, Misfit] = field(default_factory=dict)
    missing: Tally = field(default_factory=Tally)
    rows: int = 0
    read: int = 0
    size: int = 0
    files: dict[str | None, int] = field(default_factory=dict)
    far: set[str] = field(default_factory=set)
    origin: Origin = field(default_factory=Origin)

    def shift(self, before: int) -> None:
        """Numbers its rows as what they are, `before` rows further down."""
        for part in self.partials:
            part.shift(before)
        for refusal in self.refused.values():
            refusal.row += before
        self.missing.shift(before)

    def follow(self, other: Done) -> bool:
        """Takes in what the chunk after it left; False, untouched, where their numbers do not go together.

        Nor does what comes after no loss fits any more: the fold ends there, whatever is wrong further down.
        """
        if self.relative != other.relative or len(self.refused) == len(self.partials):
            return False
        if other.relative:
            other.shift(self.rows)
        for number, refusal in other.refused.items():
            self.refused.setdefault(number, refusal)
        for mine, theirs in zip(self.partials, other.partials, strict=True):
            if mine.groups is None and theirs.groups is not None:
                mine.groups = GroupSums(self.keys)
            mine.merge(theirs)
        self.missing.merge(other.missing)
        self.several |= other.several
        for name, rows in other.files.items():
            self.files[name] = self.files.get(name, 0) + rows
        self.far = self.far | other.far
        self.rows += other.rows
        self.read += other.read
        self.size += other.size
        self.origin = other.origin
        return True


def _fold_chunk(
    chunk: Chunk,
    running: Sequence[Partial],
    ended: Collection[int],
    facts: Sequence[Mapping[str, Any]],
    missing: MissingRule,
    sloped: bool,
) -> Done:
    """Folds a chunk's batches, block by block, through every task that has not `ended`."""
    parts = [one.like(chunk.start if chunk.relative else 0) for one in running]
    done = Done(parts, chunk.relative, chunk.several, size=chunk.size)
    try:
        for batch in chunk():
            done.origin = batch.origin
            for block in blocks(batch):
                _fold_block(block, done, ended, facts, missing)
                if done.missing.count and missing == "refuse":
                    return done
    except LosscliError as error:
        if chunk.relative:
            raise Unplaced(error.what) from error
        raise
    if sloped:
        _add_slopes(done.partials[0])
    return done


def _add_slopes(part: Partial) -> None:
    """Puts the gradient beside the values that are handed on."""
    from losscli.engine.gradient import of_samples

    part.values = [
        rows._replace(gradient=of_samples(part.task, rows.y_true, rows.y_pred, rows.loss))
        for rows in part.values or ()
    ]


def _fold_block(
    block: Batch,
    done: Done,
    ended: Collection[int],
    facts: Sequence[Mapping[str, Any]],
    missing: MissingRule,
) -> None:
    extents = Extents()
    batch, rows = completed(block, missing, done.missing, extents)
    if done.missing.count and missing == "refuse":
        return
    check_weight(batch, rows)
    done.far.update(extents.far(batch))
    done.rows += len(block)
    done.files[block.origin.name] = done.files.get(block.origin.name, 0) + len(block)
    done.read += len(batch)
    if not len(batch):  # every row of it misses a value
        return
    groups = None if batch.by is None else done.keys.block(batch.by)
    for number, part in enumerate(done.partials):
        if number in done.refused or number in ended:
            continue
        if groups is not None and part.groups is None:
            part.groups = GroupSums(done.keys)
        try:
            add(part, batch, rows, facts[number], extents, groups)
        except LosscliError as why:
            if done.several:
                raise
            row = int(rows[why.row]) if isinstance(why, BadValue) else 0
            done.refused[number] = Misfit(why, batch.origin, part.task.model, row)


def located(bad: BadValue, batch: Batch, rows: Rows, model: str) -> LosscliError:
    """A kernel's complaint with the place of the batch added: file, row, column."""
    return placed(bad, batch.origin, int(rows[bad.row]), model)


def placed(bad: BadValue, origin: Origin, row: int, model: str) -> LosscliError:
    """A kernel's complaint about a value in a row of this number, with its place: file, row, column."""
    argument = model if bad.argument == "y_pred" else bad.argument
    return LosscliError(f"{origin.place(argument, row, bad.entry)}: {bad.what}", bad.hint)


# Numbers of an array that are worked on at once. Fewer stay in a core's own cache, but threads then hand the
# interpreter's lock to each other more often than they compute: two were slower than one at 32,768.
BLOCK = 131_072


def blocks(batch: Batch) -> Iterator[Batch]:
    """A batch in pieces whose arrays hold at most BLOCK numbers each."""
    n = len(batch)
    arrays = [batch.y_true, *batch.y_pred.values()]
    rows = max(1, BLOCK * n // max(1, *(array.size for array in arrays if array is not None)))
    if n <= rows:
        yield batch
        return
    for start in range(0, n, rows):
        part = slice(start, start + rows)
        yield replace(
            batch,
            y_true=_cut(batch.y_true, part),
            y_pred={name: array[part] for name, array in batch.y_pred.items()},
            weight=_cut(batch.weight, part),
            by=None if batch.by is None else batch.by[part],
            first_row=batch.first_row + start,
        )


def _cut(array: Array | None, part: slice) -> Array | None:
    return None if array is None else array[part]
