"""One streaming pass that describes the columns and the pair of truth and prediction: a Profile."""

from __future__ import annotations

from losscli.analysis.profile.columns import ArrayPass, ColumnPass, names_of
from losscli.analysis.profile.kinds import AMOUNTS, prediction_kind, truth_classes, truth_kind
from losscli.analysis.profile.sample import Duplicates, Sample, correlation, residuals
from losscli.batch import Batch, Stream
from losscli.errors import LosscliError
from losscli.losses.domain import Array
from losscli.results.profile import ColumnProfile, PredictionProfile, Profile, TruthProfile

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
        self.truth: ArrayPass | None = None
        self.models: dict[str, ArrayPass] = {}
        self.weight: ColumnPass | None = None
        self.sample = Sample()
        self.duplicates = Duplicates()

    def add(self, batch: Batch) -> None:
        self.n += len(batch)
        if batch.y_true is not None:
            if self.truth is None:
                self.truth = ArrayPass("y_true", None, batch.y_true, batch.origin)
            self.truth.add(batch.y_true)
        for name, array in batch.y_pred.items():
            if name not in self.models:
                self.models[name] = ArrayPass("y_pred", name, array, batch.origin)
            self.models[name].add(array)
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
        truth = None if self.truth is None else self._truth(self.truth)
        predictions = tuple(self._prediction(name, model, truth) for name, model in self.models.items())
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
            residuals=tuple(found for name in real if (found := residuals(name, self.sample)) is not None),
            duplicates=duplicates,
            estimated=estimated,
            true_sample=true,
            pred_sample={name: self.sample.finite(name) for name in self.models},
        )

    def _truth(self, seen: ArrayPass) -> TruthProfile:
        columns = seen.finish()
        kind = truth_kind(seen, columns, [(model, model.finish()) for model in self.models.values()])
        return TruthProfile(kind, seen.shape, columns, truth_classes(kind, seen, columns), seen.off_rows)

    def _prediction(self, name: str, seen: ArrayPass, truth: TruthProfile | None) -> PredictionProfile:
        columns: tuple[ColumnProfile, ...] = seen.finish()
        matches = truth is not None and _matches(truth.shape, seen.shape)
        return PredictionProfile(
            model=name,
            kind=prediction_kind(seen, columns, truth),
            shape=seen.shape,
            columns=columns,
            entries=sum(column.count for column in columns),
            outside=seen.outside,
            off_rows=seen.off_rows,
            off_logs=seen.off_logs,
            correlation=correlation(self.sample, name) if matches else float("nan"),
        )


def _matches(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether rows of these shapes have the same entries: (N, 1) is taken for (N,)."""
    return one == other or {one, other} == {(), (1,)}
