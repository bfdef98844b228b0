"""One pass over batches for many tasks: the survey, the fold, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from losscli.batch import Batch, Origin, Stream, whole
from losscli.engine.chunk import ChunkWork, Unplaced
from losscli.engine.group_sums import GroupSums, Keys
from losscli.engine.memory import refuse_beyond
from losscli.engine.misscaled import sample_for
from losscli.engine.missing import Masked, MissingRule, complete, refuse_missing
from losscli.engine.partial import Partial, Task
from losscli.engine.survey import survey
from losscli.engine.top import Tally
from losscli.errors import LosscliError
from losscli.losses.domain import Array
from losscli.parallel.executor import THREADS
from losscli.stats.concentration import KEPT_AT_LEAST, KEPT_EXACTLY, Spread

if TYPE_CHECKING:
    from losscli.batch import Chunk
    from losscli.parallel.executor import Executor
    from losscli.results.rows import RowSink


class Run(NamedTuple):
    """Where a fold runs, and what goes on beside it.

    `executor` is where the chunks are worked on. `progress` is told after each chunk how many rows are done,
    and the sum of the chunks' sizes (0 where they have none). Losses that hold every row are refused beyond
    `max_memory` bytes (None: whatever they take). `sink` takes the value of every row of the first task as it
    comes, in order.
    """

    executor: Executor = THREADS
    progress: Callable[[int, int], None] | None = None
    max_memory: int | None = None
    sink: RowSink | None = None


HERE = Run()


@dataclass(eq=False, repr=False)
class Folded:
    """A partial for each task, how many rows were read, and which held missing values.

    `refused` says, by the task's number, which losses the data does not fit. `again` goes over the same
    complete batches once more. `files` says how many rows each file has, in their order; `rounded` what is to
    be said of whole numbers in each array that float64 does not hold.
    """

    partials: list[Partial]
    read: int
    missing: Tally
    refused: dict[int, LosscliError]
    again: Callable[[], Iterator[tuple[Batch, Array]]]
    files: Mapping[str | None, int] = field(default_factory=dict)
    rounded: Mapping[str, Sequence[str]] = field(default_factory=dict)


def fold(
    stream: Stream,
    tasks: Sequence[Task],
    *,
    missing: MissingRule = "refuse",
    keep: int | None = 20,
    run: Run = HERE,
    sloped: bool = False,
) -> Folded:
    """Folds every batch through every task. `keep` rows are kept to be shown (None: all).

    `sloped` adds the gradient to the values that the run's sink takes.

    Raises LosscliError, naming file, row and column, for missing values (unless dropped or propagated).
    Values that a loss does not admit end that loss alone: see `refused`.
    """
    facts = survey(run.executor, stream, tasks, drop=missing == "drop")
    try:
        return _fold_chunks(
            run.executor.chunks(stream), stream, tasks, facts, missing, keep, run, sloped=sloped
        )
    except Unplaced:  # in order, every row has its number
        if run.sink is not None:
            run.sink.restart()
        here = run._replace(executor=THREADS)
        return _fold_chunks(map(whole, stream()), stream, tasks, facts, missing, keep, here, sloped=sloped)


def _fold_chunks(
    chunks: Iterator[Chunk],
    stream: Stream,
    tasks: Sequence[Task],
    facts: Sequence[Mapping[str, Any]],
    missing: MissingRule,
    keep: int | None,
    run: Run,
    *,
    sloped: bool,
) -> Folded:
    absent = Tally()
    most = max(KEPT_EXACTLY // max(len(tasks), 1), KEPT_AT_LEAST)
    spreads = [Spread.unkept() if keep == 0 else Spread(most=most) for _ in tasks]
    partials = [
        Partial.of(task, keep, spread=spread, errors=sample_for(task))
        for task, spread in zip(tasks, spreads, strict=True)
    ]
    if run.sink is not None:
        partials[0].values = []
    keys = Keys()
    files: dict[str | None, int] = {}
    far: set[str] = set()
    refused = {} if run.executor.local else _unspread(tasks)
    read = before = size = 0

    work = ChunkWork(partials, refused, facts, missing, sloped)
    for done in run.executor.in_order(chunks, work):
        if done.missing.count and missing == "refuse":
            refuse_missing(stream)
        if done.relative:
            done.shift(before)
        before += done.rows
        for name, rows in done.files.items():
            files[name] = files.get(name, 0) + rows
        far |= done.far
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
                    _check_codings(running, done.origin, files)
                    refuse_beyond(run.max_memory, running)
                except LosscliError as why:
                    if done.several:
                        raise Unplaced(why.what) from why
                    refused[number] = why
        if run.sink is not None and 0 not in refused:
            for values in done.partials[0].values or ():
                run.sink.take(values)
        if run.progress is not None:
            size += done.size
            run.progress(before, size)
        if len(refused) == len(tasks):
            break
    else:
        _check_rows(read, absent, missing, [p for i, p in enumerate(partials) if i not in refused])
    if not run.executor.local:  # a worker does not know in what state a file was found
        Stream.of(stream).check_unchanged()
    read += absent.count if missing == "drop" else 0
    rounded = Stream.of(stream).rounded(far) if far else {}
    return Folded(partials, read, absent, refused, lambda: complete(stream, missing, Tally()), files, rounded)


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


def _check_rows(read: int, absent: Tally, missing: MissingRule, partials: Sequence[Partial]) -> None:
    if missing == "drop" and read == 0 and absent.count:
        raise LosscliError("every row has a missing value: --missing drop leaves none")
    if isinstance(missing, Masked) and absent.count and all(float(p.counts) == 0 for p in partials):
        raise LosscliError("every value is missing: --missing drop leaves none")
    if read == 0:
        raise LosscliError("there are no samples", "give at least one row")
    for running in partials:
        refused = running.task.convention.framework.wants_weight
        if refused and running.weighted and float(running.weights) == 0:
            raise LosscliError("the weights are all zero: no sample counts", "give some row a weight above 0")


def _check_codings(running: Partial, origin: Origin, files: Mapping[str | None, int]) -> None:
    if len(running.codings) > 1:
        (one, first), (other, second) = sorted(running.codings.items(), key=lambda seen: seen[1])
        file, before = origin.name, 0
        for name, rows in files.items():
            if first <= before + rows:
                file = name
                break
            before += rows
        where = f"row {first - before}" + ("" if file == origin.name else f" of {file}")
        raise LosscliError(
            f"{origin.place('y_true', second)}: label {other:g} after label {one:g} ({where}): "
            "these are two codings",
            "code the labels as −1 and 1, or as 0 and 1",
        )
