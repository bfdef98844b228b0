"""One pass over batches for many tasks: missing values, surveys, the fold, and where a complaint lies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from losscli.batch import Batch, Origin
from losscli.engine import gradient
from losscli.engine.chunks import THREADS, blocks, whole
from losscli.engine.domains import Extents
from losscli.engine.groups import GroupSums, Keys
from losscli.engine.kept import Rows, Tally, Top
from losscli.engine.memory import refuse_beyond
from losscli.engine.missing import Missing, check_weight, complete, completed, refuse_missing
from losscli.engine.partial import Partial, Task, add
from losscli.engine.spread import KEPT_AT_LEAST, KEPT_EXACTLY, Spread
from losscli.engine.survey import survey
from losscli.errors import BadValue, LosscliError
from losscli.losses.domain import Array

if TYPE_CHECKING:
    from losscli.engine.chunks import Chunk, Engine, Stream
    from losscli.results.rows import RowSink


class Watch(NamedTuple):
    """What goes on beside a fold.

    `progress` is told after each chunk how many rows are done, and the sum of the chunks' sizes (0 where they
    have none).
    `values` gets the value of every row of the first task, in order, with its gradient if `gradient`.
    Losses that hold every row are refused beyond `max_memory` bytes (None: whatever they take).
    """

    progress: Callable[[int, int], None] | None = None
    values: RowSink | None = None
    gradient: bool = False
    max_memory: int | None = None


UNWATCHED = Watch()


@dataclass(eq=False, repr=False)
class Folded:
    """A partial for each task, how many rows were read, and which held missing values.

    `refused` says, by the task's number, which losses the data does not fit. `again` goes over the same
    complete batches once more. `files` says how many rows each file has, in their order.
    """

    partials: list[Partial]
    read: int
    missing: Tally
    refused: dict[int, LosscliError]
    again: Callable[[], Iterator[tuple[Batch, Array]]]
    files: Mapping[str | None, int] = field(default_factory=dict)


def fold(
    stream: Stream,
    tasks: Sequence[Task],
    *,
    missing: Missing = "refuse",
    keep: int | None = 20,
    watch: Watch = UNWATCHED,
    engine: Engine = THREADS,
) -> Folded:
    """Folds every batch through every task. `keep` rows are kept to be shown (None: all).

    Raises LosscliError, naming file, row and column, for missing values (unless dropped or propagated).
    Values that a loss does not admit end that loss alone: see `refused`.
    """
    facts = survey(engine, stream, tasks, drop=missing == "drop")
    try:
        return _fold_chunks(engine, engine.chunks(stream), stream, tasks, facts, missing, keep, watch)
    except _Unplaced:  # in order, every row has its number
        if watch.values is not None:
            watch.values.restart()
        return _fold_chunks(THREADS, map(whole, stream()), stream, tasks, facts, missing, keep, watch)


def _fold_chunks(
    engine: Engine,
    chunks: Iterator[Chunk],
    stream: Stream,
    tasks: Sequence[Task],
    facts: Sequence[Mapping[str, Any]],
    missing: Missing,
    keep: int | None,
    watch: Watch,
) -> Folded:
    absent = Tally()
    most = max(KEPT_EXACTLY // max(len(tasks), 1), KEPT_AT_LEAST)
    partials = [Partial(task, Top(keep), spread=Spread(most=most)) for task in tasks]
    if watch.values is not None:
        partials[0].values = []
    keys = Keys()
    files: dict[str | None, int] = {}
    refused = {} if engine.local else _unspread(tasks)
    read = before = size = 0

    work = _Work(partials, refused, facts, missing, watch.gradient)
    for done in engine.in_order(chunks, work):
        if done.missing.count and missing == "refuse":
            refuse_missing(stream)
        if done.relative:
            done.shift(before)
        before += done.rows
        for name, rows in done.files.items():
            files[name] = files.get(name, 0) + rows
        absent.merge(done.missing)
        read += done.read
        for number, why in done.refused.items():
            refused.setdefault(number, why.error())
        for number, running in enumerate(partials):
            if number not in refused:
                if running.groups is None and done.partials[number].groups is not None:
                    running.groups = GroupSums(keys)
                running.merge(done.partials[number])
                try:
                    _check_codings(running, done.origin)
                    refuse_beyond(watch.max_memory, running)
                except LosscliError as why:
                    if done.several:
                        raise _Unplaced(why.what) from why
                    refused[number] = why
        if watch.values is not None and 0 not in refused:
            for values in done.partials[0].values or ():
                watch.values.take(values)
        if watch.progress is not None:
            size += done.size
            watch.progress(before, size)
        if len(refused) == len(tasks):
            break
    else:
        _check_rows(read, absent, missing, [p for i, p in enumerate(partials) if i not in refused])
    read += absent.count if missing == "drop" else 0
    return Folded(partials, read, absent, refused, lambda: complete(stream, missing, Tally()), files)


def _unspread(tasks: Sequence[Task]) -> dict[int, LosscliError]:
    """The losses that no cluster can fold: they hold every row."""
    refused = {}
    for number, task in enumerate(tasks):
        if task.convention.loss.kind == "batch":
            name = task.convention.loss.name
            refused[number] = LosscliError(
                f"{name} holds every row at once: its rows cannot be parted among workers",
                "leave --engine dask out, or give it a sample of the rows",
            )
    return refused


@dataclass(eq=False, repr=False)
class _Work:
    """What is done with a chunk. Sent elsewhere, it takes of what ran before only what a fold must know."""

    running: Sequence[Partial]
    ended: Collection[int]
    facts: Sequence[Mapping[str, Any]]
    missing: Missing
    sloped: bool

    def __call__(self, chunk: Chunk) -> _Done:
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

    def run(self, chunks: Iterable[Chunk], of: int) -> Iterator[_Done]:
        """What consecutive chunks, of so many, leave behind, joined; each knows what was before it."""
        joined = None
        for chunk in chunks:
            try:
                done = self(chunk)
            except Exception:
                if joined is not None:
                    yield joined
                raise
            if joined is None:
                joined = done
                for part in joined.partials:
                    part.spread.expect(of * done.read)
            elif not joined.follow(done):
                yield joined
                joined = done
            self.running, self.ended = joined.partials, {*self.ended, *joined.refused}
        if joined is not None:
            yield joined

    def __getstate__(self) -> dict[str, Any]:
        empty = [one.like() for one in self.running]
        return {**vars(self), "running": empty, "ended": frozenset(self.ended)}


class _Unplaced(LosscliError):
    """Something is wrong in a chunk that does not know the numbers of its rows."""


@dataclass(eq=False, repr=False)
class _Refusal:
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
class _Done:
    """What a chunk leaves behind: a partial for each task, and what was found on the way.

    `rows` counts all its rows, `read` those that were not dropped; `size` is its bytes, if it knows;
    `files` says how many rows are of which file. Of a `relative` chunk the rows are numbered from 1 until it
    is shifted.
    """

    partials: list[Partial]
    relative: bool
    several: bool = False
    keys: Keys = field(default_factory=Keys)
    refused: dict[int, _Refusal] = field(default_factory=dict)
    missing: Tally = field(default_factory=Tally)
    rows: int = 0
    read: int = 0
    size: int = 0
    files: dict[str | None, int] = field(default_factory=dict)
    origin: Origin = field(default_factory=Origin)

    def shift(self, before: int) -> None:
        """Numbers its rows as what they are, `before` rows further down."""
        for part in self.partials:
            part.shift(before)
        for refusal in self.refused.values():
            refusal.row += before
        self.missing.shift(before)

    def follow(self, other: _Done) -> bool:
        """Takes in what the chunk after it left; False, untouched, where their numbers do not go together."""
        if self.relative != other.relative:
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
    missing: Missing,
    sloped: bool,
) -> _Done:
    """Folds a chunk's batches, block by block, through every task that has not `ended`."""
    relative = bool(getattr(chunk, "relative", False))
    several = bool(getattr(chunk, "several", False))
    parts = [one.like(getattr(chunk, "start", 0) if relative else 0) for one in running]
    done = _Done(parts, relative, several, size=getattr(chunk, "size", 0))
    try:
        for batch in chunk():
            done.origin = batch.origin
            for block in blocks(batch):
                _fold_block(block, done, ended, facts, missing)
                if done.missing.count and missing == "refuse":
                    return done
    except LosscliError as error:
        if relative:
            raise _Unplaced(error.what) from error
        raise
    if sloped:
        _add_slopes(done.partials[0])
    return done


def _add_slopes(part: Partial) -> None:
    """Puts the gradient beside the values that are handed on."""
    part.values = [
        rows._replace(gradient=gradient.of_samples(part.task, rows.y_true, rows.y_pred))
        for rows in part.values or ()
    ]


def _fold_block(
    block: Batch,
    done: _Done,
    ended: Collection[int],
    facts: Sequence[Mapping[str, Any]],
    missing: Missing,
) -> None:
    extents = Extents()
    batch, rows = completed(block, missing, done.missing, extents)
    if done.missing.count and missing == "refuse":
        return
    check_weight(batch, rows)
    done.rows += len(block)
    done.files[block.origin.name] = done.files.get(block.origin.name, 0) + len(block)
    done.read += len(batch)
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
            done.refused[number] = _Refusal(why, batch.origin, part.task.model, row)


def _check_rows(read: int, absent: Tally, missing: Missing, partials: Sequence[Partial]) -> None:
    if missing == "drop" and read == 0 and absent.count:
        raise LosscliError("every row has a missing value: --missing drop leaves none")
    if read == 0:
        raise LosscliError("there are no samples", "give at least one row")
    for running in partials:
        if running.weighted and float(running.weights) == 0:
            raise LosscliError("the weights are all zero: no sample counts", "give some row a weight above 0")


def located(bad: BadValue, batch: Batch, rows: Rows, model: str) -> LosscliError:
    """A kernel's complaint with the place of the batch added: file, row, column."""
    return placed(bad, batch.origin, int(rows[bad.row]), model)


def placed(bad: BadValue, origin: Origin, row: int, model: str) -> LosscliError:
    """A kernel's complaint about a value in a row of this number, with its place: file, row, column."""
    argument = model if bad.argument == "y_pred" else bad.argument
    return LosscliError(f"{origin.place(argument, row, bad.entry)}: {bad.what}", bad.hint)


def _check_codings(running: Partial, origin: Origin) -> None:
    if len(running.codings) > 1:
        (one, first), (other, second) = sorted(running.codings.items(), key=lambda seen: seen[1])
        raise LosscliError(
            f"{origin.place('y_true', second)}: label {other:g} after label {one:g} (row {first}): "
            "these are two codings",
            "code the labels as −1 and 1, or as 0 and 1",
        )
