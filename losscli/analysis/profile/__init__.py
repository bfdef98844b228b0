"""One streaming pass that describes the columns and the pair of truth and prediction: a Profile."""

from __future__ import annotations

from losscli.analysis.profile.columns import ColumnPass, names_of
from losscli.analysis.profile.kinds import AMOUNTS, KindPass
from losscli.analysis.profile.sample import Duplicates, EntrySample, correlation, residuals
from losscli.batch import Batch, Stream
from losscli.errors import LosscliError
from losscli.losses.domain import Array
from losscli.results.profile import Profile

__all__ = ["profile"]


def profile(stream: Stream) -> Profile:
    """What the rows of a stream hold, in one pass and bounded memory. LosscliError where there is no row."""
    seen = _Pass()
    for batch in stream():
        seen.add(batch)
    return seen.finish()


class _Pass:
    """What is known after the batches so far."""

    def __init__(self) -> None:
        self.n = 0
        self.kinds = KindPass()
        self.weight: ColumnPass | None = None
        self.sample = EntrySample()
        self.duplicates = Duplicates()

    def add(self, batch: Batch) -> None:
        self.n += len(batch)
        self.kinds.add(batch.y_true, batch.y_pred, batch.origin)
        if batch.weight is not None:
            if self.weight is None:
                self.weight = ColumnPass("weight", None, names_of(batch.origin, "weight", 1)[0])
            self.weight.add(batch.weight.ravel())
        arrays: dict[str | None, Array] = dict(batch.y_pred.items())
        if batch.y_true is not None:
            arrays[None] = batch.y_true
        self.sample.add(arrays)
        self.duplicates.add(list(arrays.values()))

    def finish(self) -> Profile:
        if self.n == 0:
            raise LosscliError("there are no samples", "give at least one row")
        true = self.sample.finite(None)
        truth, read = self.kinds.finish()
        predictions = tuple(
            model._replace(correlation=correlation(self.sample, model.model))
            if truth is not None and _matches(truth.shape, model.shape)
            else model
            for model in read
        )
        real = [
            model.model
            for model in predictions
            if truth is not None and truth.kind in AMOUNTS and _matches(truth.shape, model.shape)
        ]
        duplicates, estimated = self.duplicates.count()
        return Profile(
            n=self.n,
            truth=truth,
            predictions=predictions,
            weight=None if self.weight is None else self.weight.finish(),
            residuals=tuple(
                measured for name in real if (measured := residuals(name, self.sample)) is not None
            ),
            duplicates=duplicates,
            estimated=estimated,
            true_sample=true,
            pred_sample={name: self.sample.finite(name) for name in self.kinds.models},
        )


def _matches(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether rows of these shapes have the same entries: (N, 1) is taken for (N,)."""
    return one == other or {one, other} == {(), (1,)}
