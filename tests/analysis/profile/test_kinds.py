"""check and recommend say one thing of what a column is: of every example's columns, and of drawn ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pytest
from support.reference import EXAMPLES

import losscli
from losscli.errors import LosscliError
from losscli.results.check import Checkup

# What recommend takes a truth for, by the kind that check names; with several numbers a row beside it, more.
TASKS = {
    "binary01": {"binary", "imbalanced", "multiclass", "embeddings"},
    "signs": {"binary", "embeddings"},
    "index": {"multiclass", "ordinal", "binary", "imbalanced", "embeddings"},
    "one_hot": {"multiclass", "ordinal"},
    "soft": {"multiclass"},
    "multilabel": {"multilabel"},
    "counts": {"counts"},
    "positive": {"regression", "positive-amounts"},
    "nonnegative": {"regression", "positive-amounts"},
    "fraction": {"regression"},
    "real": {"regression"},
    "columns": {"regression", "detection", "survival", "ranking"},
    "array": {"regression", "segmentation"},
}
FORECASTS = {"forecasting", "intervals", "quantiles"}  # beside which a truth may be of any kind
# What recommend's reading says of a prediction, by check's kind; each word belongs to these kinds alone.
SAID = {
    "predicted by probabilities": {"probability", "probabilities", "array"},
    "predicted by percent": {"percent"},
    "predicted by logits": {"logits", "array"},
    "predicted by scores": {"logits"},
    "predicted by labels": {"labels"},
    "predicted by probability rows": {"probability_rows"},
    "predicted by log-probabilities": {"log_probability"},
    "predicted by logarithms of rates": {"real"},
    "vectors with a class label": {"vectors"},
    "members of an ensemble": {"columns"},
}
TRUTHS = {
    "labels 0 and 1": {"binary01"},
    "labels −1 and 1": {"signs"},
    "labels 1 and 2": {"index"},
    "class indices": {"index", "binary01"},
    "one-hot rows": {"one_hot"},
    "rows of labels": {"multilabel"},
    "class shares": {"soft"},
    "counts": {"counts"},
    "fractions": {"fraction"},
    "a real target": {"real", "positive", "nonnegative", "columns", "array"},
    "amounts": {"positive", "nonnegative"},
}


class Data(NamedTuple):
    name: str
    true: Any
    pred: Any
    kinds: tuple[str, str] | None = None  # where it is known what it is
    task: str | None = None


def kinds(seen: Checkup) -> tuple[str, str]:
    assert seen.profile.truth is not None
    return seen.profile.truth.kind, seen.profile.predictions[0].kind


def agree(data: Data) -> None:
    seen = losscli.check(data.true, data.pred)
    truth, scores = kinds(seen)
    if data.kinds is not None:
        assert (truth, scores) == data.kinds
    told = losscli.recommend(data.true, data.pred)
    assert data.task in (None, told.task)
    forecasts = told.task in FORECASTS and np.ndim(data.pred) > np.ndim(data.true)
    assert forecasts or told.task in TASKS[truth]
    bare = re.sub(r"\(.*\)", "", told.reading)
    for said, meant in SAID.items():
        assert said not in bare or scores in meant, told.reading
    for said, meant in TRUTHS.items():
        assert said not in bare or truth in meant, told.reading
    second = seen.profile.truth.second if seen.profile.truth else ""
    assert ("--task counts" in told.reading) is (second == "counts")
    assert ("; or counts" in seen.looked[0]) is (second == "counts")
    # A loss that is advised to be run at once is one that check finds no error of coding in.
    first = told.recommendations[0]
    if first.command.startswith("losscli.compute"):
        named = losscli.check(data.true, data.pred, loss=first.loss, **first.params)
        wrong = {"label_coding", "labels_from_1", "index_for_one_hot", "one_hot_for_index", "mixed_codings"}
        wrong |= {"percent", "logits", "row_sums", "log_probabilities", "shape_mismatch", "refused"}
        wrong |= {"probabilities_as_logits", "probabilities_as_logs"}
        assert not wrong & {finding.id for finding in named.findings}


def examples() -> Iterator[Data]:
    for path in sorted(EXAMPLES.glob("*.csv")):
        table = pl.read_csv(path)
        columns = {
            name: table[name].cast(float).to_numpy()
            for name in table.columns
            if table[name].dtype.is_numeric()
        }
        for one, true in columns.items():
            for other, pred in columns.items():
                if one != other:
                    yield Data(f"{path.name}: {one}, {other}", true, pred)
    for path in sorted(EXAMPLES.glob("*.npz")):
        arrays = {name: np.asarray(array, float) for name, array in np.load(path).items()}
        for name in arrays:
            if name != "y_true":
                yield Data(f"{path.name}: {name}", arrays["y_true"], arrays[name])
                if "label" in arrays and arrays[name].ndim == 2:
                    yield Data(f"{path.name}: label, {name}", arrays["label"], arrays[name])
        yield Data(f"{path.name}: each column", arrays["y_pred"][:, 0], arrays["y_pred"][:, 1])
    digits = pl.read_ndjson(EXAMPLES / "digits.jsonl")
    yield Data("digits.jsonl", digits["y_true"].to_numpy(), np.array(digits["y_pred"].to_list()))
    boxes = pl.read_json(EXAMPLES / "boxes.json")
    yield Data("boxes.json", *(np.array(boxes[name].to_list()[0]) for name in ("y_true", "y_pred")))


@pytest.mark.parametrize("data", [pytest.param(data, id=data.name) for data in examples()])
def test_of_the_examples_both_say_one_thing(data: Data) -> None:
    if np.shape(data.true)[1:] != np.shape(data.pred)[1:] and np.ndim(data.true) > np.ndim(data.pred):
        with pytest.raises(LosscliError):
            losscli.recommend(data.true, data.pred)
        return
    agree(data)


R = np.random.default_rng(5)
N = 240
NOISE = R.normal(size=N)
B = (np.arange(N) % 2).astype(float)
RIGHT = 2 * B - 1 + NOISE  # logits that know the label
P = 1 / (1 + np.exp(-RIGHT))
C = (np.arange(N) % 3).astype(float)
Z = 2 * np.eye(3)[np.arange(N) % 3] + R.normal(size=(N, 3))
ROWS = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
HOT = np.eye(3)[np.arange(N) % 3]
SEVERAL = R.integers(0, 2, (N, 3)).astype(float)
FIVE = 1.0 + np.arange(N) % 5
RARE = np.repeat([0.0, 1.0, 2.0], [200, 30, 10])
MEANS = np.exp(R.normal(0.7, 0.6, N))
COUNTS = R.poisson(MEANS).astype(float)
AMOUNTS = np.exp(R.normal(5, 1, N))
F = R.uniform(0.05, 0.95, N)
MEMBERS = COUNTS[:, None] + 0.3 * R.normal(size=(N, 5))

DRAWN = [
    Data("0 and 1, probabilities", B, P, ("binary01", "probability"), "binary"),
    Data("0 and 1, logits", B, 3 * RIGHT, ("binary01", "logits"), "binary"),
    Data("0 and 1, percent", B, 100 * P, ("binary01", "percent"), "binary"),
    Data("0 and 1, labels", B, np.roll(B, 1), ("binary01", "labels"), "binary"),
    Data("0 and 1, a column a class", B, np.c_[1 - P, P], ("binary01", "probability_rows"), "multiclass"),
    Data("0 and 1 in (N, 1)", B[:, None], P[:, None], ("binary01", "probability"), "binary"),
    Data("few of class 1", (np.arange(N) % 30 == 0) * 1.0, P, ("binary01", "probability"), "imbalanced"),
    Data("one class", 0 * B, P, ("binary01", "probability"), "binary"),
    Data("zeros and numbers", 0 * B, AMOUNTS, ("nonnegative", "real"), "regression"),
    Data("-1 and 1, scores", 2 * B - 1, 3 * RIGHT, ("signs", "logits"), "binary"),
    Data("-1 and 1, probabilities", 2 * B - 1, P, ("signs", "probability"), "binary"),
    Data("-1 and 1, percent", 2 * B - 1, 100 * P, ("signs", "percent"), "binary"),
    Data("-1 and 1, labels", 2 * B - 1, np.roll(2 * B - 1, 1), ("signs", "labels"), "binary"),
    Data("1 and 2, probabilities", B + 1, P, ("index", "probability"), "binary"),
    Data("1 and 2, logits", B + 1, 3 * RIGHT, ("index", "logits"), "binary"),
    Data("1 and 2, percent", B + 1, 100 * P, ("index", "percent"), "binary"),
    Data("1 and 2, labels", B + 1, np.roll(B + 1, 1), ("index", "labels"), "binary"),
    Data("1 and 2, means of them", B + 1, P + 1, ("counts", "rate"), "counts"),
    Data("indices, rows", C, ROWS, ("index", "probability_rows"), "multiclass"),
    Data("indices, logits", C, 3 * Z, ("index", "logits"), "multiclass"),
    Data("indices, logits that know nothing", C, Z[::-1] + 0.5, ("index", "logits"), "multiclass"),
    Data("indices, log-probabilities", C, np.log(ROWS), ("index", "log_probability"), "multiclass"),
    Data("indices, labels", C, np.roll(C, 1), ("index", "labels"), "multiclass"),
    Data("rare indices, labels", RARE, np.roll(RARE, 5), ("index", "labels"), "multiclass"),
    Data("indices, vectors", C, R.normal(size=(N, 16)), ("index", "vectors"), "embeddings"),
    Data("1 to 5, labels", FIVE, np.roll(FIVE, 7), ("index", "labels"), "multiclass"),
    Data("1 to 5, numbers", FIVE, FIVE + 0.4 * NOISE + 2, ("counts", "rate"), "counts"),
    Data("one-hot, rows", HOT, ROWS, ("one_hot", "probability_rows"), "multiclass"),
    Data("one-hot, logits", HOT, 3 * Z, ("one_hot", "logits"), "multiclass"),
    Data("several labels, probabilities", SEVERAL, 0.9 * ROWS, ("multilabel", "probabilities"), "multilabel"),
    Data("several labels, logits", SEVERAL, 3 * Z, ("multilabel", "logits"), "multilabel"),
    Data("shares, rows", ROWS, ROWS[::-1], ("soft", "probability_rows"), "multiclass"),
    Data("shares, logits", ROWS, 3 * Z, ("soft", "logits"), "multiclass"),
    Data("counts, rates", COUNTS, MEANS, ("counts", "rate"), "counts"),
    Data("counts, logarithms", COUNTS, np.log(MEANS), ("counts", "real"), "counts"),
    Data("counts, members", COUNTS, MEMBERS, ("counts", "columns"), "forecasting"),
    Data("1 to 5, mean and spread", FIVE, np.c_[FIVE + NOISE / 3, 1 / 3 + 0 * B], ("counts", "columns")),
    Data("1 and 2, mean and spread", B + 1, np.c_[B + 1.2, 1 / 3 + 0 * B], ("counts", "columns")),
    Data("0 and 1, vectors", B, R.normal(size=(N, 16)), ("binary01", "vectors"), "embeddings"),
    Data("small fractions", F**6, F**6 * np.exp(0.3 * NOISE), ("fraction", "probability"), "regression"),
    Data("large counts", R.poisson(400 + 0 * P) * 1.0, 400 + 0 * P, ("counts", "rate"), "counts"),
    Data("whole amounts", np.round(AMOUNTS) + 60, AMOUNTS + 60, ("positive", "real")),
    Data("amounts", AMOUNTS, AMOUNTS * np.exp(0.3 * NOISE), ("positive", "real"), "positive-amounts"),
    Data("amounts from 0", AMOUNTS * (B > 0), AMOUNTS, ("nonnegative", "real")),
    Data("fractions, fractions", F, F**2, ("fraction", "probability"), "regression"),
    Data("fractions, numbers", F, 3 * F + NOISE, ("fraction", "real"), "regression"),
    Data("percentages", 100 * F, 100 * F + NOISE, ("positive", "real")),
    Data("reals", NOISE, NOISE + 0.1 * RIGHT, ("real", "real"), "regression"),
    Data("a mean and its spread", NOISE, np.c_[0 * NOISE, 1 + 0 * NOISE], ("real", "columns"), "forecasting"),
    Data("whole numbers below 0", np.arange(N) - 9.0, np.arange(N) - 8.5, ("real", "real"), "regression"),
    Data("columns", np.c_[NOISE, AMOUNTS], np.c_[RIGHT, AMOUNTS], ("columns", "columns"), "regression"),
]  # fmt: skip


@pytest.mark.parametrize("data", [pytest.param(data, id=data.name) for data in DRAWN])
def test_of_drawn_columns_both_say_one_thing(data: Data) -> None:
    agree(data)


PUT = np.arange(N) < 5  # rows that are at fault


@pytest.mark.parametrize(
    ("y_true", "y_pred", "of", "fault", "refused"),
    [
        (B, np.where(PUT, 1.5, P), ("binary01", "probability"), "probability_range", "5 of 240 out of"),
        (np.where(PUT, 0.3, B), P, ("binary01", "probability"), "labels_outside", "more than the labels"),
        (C, ROWS * np.where(PUT, 0.7, 1)[:, None], ("index", "probability_rows"), "row_sums", "sum is not 1"),
        (C + 1, ROWS, ("index", "probability_rows"), "labels_from_1", "class 3 has no column"),
        (np.where(PUT, 0.5, C), ROWS, ("index", "probability_rows"), "labels_not_whole", "no class indices"),
        (HOT * ~PUT[:, None], ROWS, ("one_hot", "probability_rows"), "truth_row_sums", "no one-hot rows"),
        (np.where(PUT, 0, 2 * B - 1), RIGHT, ("labels", "logits"), "mixed_codings", "no class indices"),
    ],
)
def test_what_check_finds_recommend_does_not_read_as_something_else(
    y_true: Any, y_pred: Any, of: tuple[str, str], fault: str, refused: str
) -> None:
    seen = losscli.check(y_true, y_pred)
    assert kinds(seen) == of
    assert fault in [finding.id for finding in seen.findings]
    with pytest.raises(LosscliError, match=refused):
        losscli.recommend(y_true, y_pred)


@pytest.mark.parametrize(
    ("y_true", "task"),
    [(B, "binary"), (2 * B - 1, "binary"), (B + 1, "binary"), (C, "multiclass"), (FIVE, "multiclass"),
     (COUNTS, "counts"), (F, "regression"), (NOISE, "regression"), (HOT, "multiclass"),
     (SEVERAL, "multilabel"), (AMOUNTS, "positive-amounts")],
)  # fmt: skip
def test_a_truth_alone_is_judged_by_the_same_reader(y_true: Any, task: str) -> None:
    assert losscli.recommend(y_true).task == task


@pytest.mark.parametrize("task", ["counts", "regression", "multiclass"])
def test_a_task_that_is_said_is_taken(task: str) -> None:
    assert losscli.recommend(FIVE, np.roll(FIVE, 7), task=task).task == task
