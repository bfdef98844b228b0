"""What every part of a working needs: the convention with its lines, parameters and letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from losscli.batch import Array, Batch, Stream
from losscli.engine.align import align
from losscli.engine.missing import MissingRule, complete
from losscli.engine.partial import Partial, Task
from losscli.engine.top import Tally
from losscli.formula.evaluate import Values
from losscli.formula.language import Formula, Line, Repeat
from losscli.formula.spell import Speller
from losscli.frameworks.convention import Convention


def flat(rows: Any) -> Any:
    """Each row's entries as one vector; None stays."""
    return None if rows is None else rows.reshape(len(rows), -1)


@dataclass(frozen=True, eq=False)
class FormulaWork:
    """A task over a stream with the lines of its formula.

    `facts` are what a survey of the labels found, `part` is what all rows left behind.
    """

    task: Task
    formula: Formula
    speller: Speller
    facts: Mapping[str, Any]
    stream: Stream
    missing: MissingRule
    part: Partial

    @property
    def way(self) -> Convention:
        return self.task.convention

    def batches(self) -> Iterator[tuple[Batch, Array]]:
        """Every complete batch with its weights, and the row numbers of its samples."""
        for batch, rows in complete(self.stream, self.missing, Tally()):
            yield (batch if self.task.adjust is None else self.task.adjust(batch)), rows

    def aligned(self, y_true: Any, y_pred: Any) -> tuple[Array | None, Array]:
        """Rows as the kernel takes them; `rest` as one vector a row, which is what its lines take."""
        raw = None if y_true is None else np.asarray(y_true, np.float64)
        given = np.asarray(y_pred, np.float64)
        if self.shape == (1,) and given.ndim == 1:  # a column that the framework's users hold as (N, 1)
            given = given[:, None]
            raw = raw[:, None] if raw is not None and raw.ndim == 1 else raw
        true, pred = align(self.way, raw, given, self.task.params)
        return (flat(true), flat(pred)) if self.grain == "rest" else (true, pred)

    def values(self, true: Any, pred: Any, *, whole: bool = False, **more: Any) -> Values:
        """What the lines begin with: the arrays, the parameters, the length D, what a survey found."""
        given = {**self.task.kernel_params, **self.facts, "y_pred": pred, **more}
        if true is not None:
            given["y_true"] = true
        length = np.shape(pred)[-1] if np.ndim(pred) else self.part.n
        return Values(self.way.dtype, {"D": length, **given}, whole)

    def kernel(self, true: Any, pred: Any, **more: Any) -> Array:
        """What the kernel itself gives for aligned arrays."""
        args = (pred,) if true is None else (true, pred)
        with np.errstate(all="ignore"):
            made = self.way.kernel(*args, **self.task.kernel_params, **self.facts, **more)
        return np.asarray(made, np.float64)

    def at(self, values: Values, place: tuple[int, ...]) -> Values:
        """The values of one entry of a row: its y_true, its y_pred, and its own of one a column."""
        columns = [k for k, p in self.way.signature.parameters.items() if p.range.kind == "per_column"]
        one = Values(values.dtype, values, values.whole)
        for name in ("y_true", "y_pred"):
            if name in one:
                one[name] = one.held(np.asarray(one[name])[place])
        for name in columns:
            if np.ndim(one[name]):
                one[name] = one.held(one[name][place[-1]])
        return one

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one row of y_pred, as it was given."""
        return self.part.shape[1:]

    def lines(self, part: str) -> tuple[Line | Repeat, ...]:
        """The lines of a list of the formula, its choices by parameters made."""
        return self.formula.lines(part, {**self.task.params, **self.facts})

    @property
    def grain(self) -> str:
        return self.way.signature.y_pred.given(self.task.params).grain

    @property
    def one_vector(self) -> bool:
        """Whether the framework takes these (N,) arrays for one row."""
        return self.way.collapse and self.shape == () and self.grain == "row"

    @property
    def entrywise(self) -> bool:
        """Whether the lines are of one entry: of each entry of a row."""
        return self.grain == "entry"
