"""check on probabilities, logits and their logarithms: range, sums, saturation; the advice cures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.checking import (
    HOT,
    ROWS,
    B,
    C,
    Data,
    K,
    P,
    Q,
    Told,
    Y,
    Z,
    checked,
    data,
    evaluated,
    found,
    hold,
    ids,
    put,
)  # fmt: skip

import losscli

BINARY, KIN = ("bce", "binary_focal", "brier", "dice"), ("cce", "scce", "categorical_focal", "kld")
SATURATED = ("bce", "binary_focal", "cce", "scce", "kld")
THREE = ("y_pred[1]", "y_pred[2]", "y_pred[3]")
ODDS = np.log(Q / (1 - Q))
FAR = 4 * ODDS
LOGS = np.log(ROWS)
OUT = tuple(int(k) for k in K[(FAR < 0) | (FAR > 1)][:5])
BELOW_1 = 1 - 2.0**-25  # rounds to 1 in float32, the next one below does not
SMALLEST = 1.1754944e-38


def rows_out(values: Any) -> int:
    return int(((values < 0) | (values > 1)).any(axis=tuple(range(1, values.ndim))).sum())


def with_sum(total: float) -> Any:
    """Rows of probabilities, of which the third and the fifth sum to this."""
    return put(ROWS, 2, [0.5, 0.25, total - 0.75], 4, [total - 0.5, 0.25, 0.25])


TOLD = [
    Told("probability_range", "error", data(B, put(Q, 3, 1.25, 9, -0.5)), data(B, put(Q, 3, 1, 9, 0)),
         *(2, (4, 10)), losses=BINARY, title="out of [0, 1]", why=("from -0.5 to 1.25", "below 0 is nan"),
         do=("np.clip(p, 0, 1)",)),
    Told("probability_range", "error", data(B, put(Q, 3, 1.25), loss="bce"), data(B, put(Q, 3, 1),
         loss="bce"),
         *(1, (4,)), losses=("bce",), why=(f"from {Q.min():.6g} to 1.25",)),
    Told("probability_range", "warning", data(B, put(Q, 3, -0.25), loss="bce", like="keras"),
         data(B, put(Q, 3, 0.25), loss="bce", like="keras"), *(1, (4,)), losses=("bce",)),
    Told("probability_range", "error", data(C, put(ROWS, 3, [1.2, -0.1, -0.1])), data(C, ROWS),
         *(1, (4,), THREE), losses=KIN, why=("from -0.1 to 1.2",)),
    Told("row_sums", "error", data(C, with_sum(1.0011)), data(C, with_sum(1.0009)), *(2, (3, 5), THREE),
         losses=KIN, title="do not sum to 1",
         why=("Keras's cross-entropies divide", "PyTorch's reads it as logits"),
         do=("softmax at the end", "divide each row")),
    Told("row_sums", "error", data(C, with_sum(0.9989), loss="scce"), data(C, with_sum(0.9991), loss="scce"),
         *(2, (3, 5), THREE), losses=("scce",)),
    Told("row_sums", "warning", data(HOT, with_sum(0.9), loss="cce", like="keras"),
         data(HOT, ROWS, loss="cce", like="keras"), *(2, (3, 5), THREE), losses=("cce",)),
    Told("log_probabilities", "error", data(C, LOGS, loss="scce"), data(C, LOGS, loss="scce",
         from_logits=True),
         *(40, (1, 2, 3, 4, 5), THREE), losses=("scce",), title="Logarithms of probabilities where prob",
         why=("sums to 1",), do=("take nll", "--from-logits")),
    Told("log_probabilities", "warning", data(C, LOGS, loss="scce", like="keras"), data(C, LOGS),
         *(40, (1, 2, 3, 4, 5), THREE), losses=("scce",)),
    Told("percent", "warning", data(B, 100 * Q), data(B, Q), *(40, (1, 2, 3, 4, 5)), losses=BINARY,
         title="Percent where", why=(f"from {100 * Q.min():.6g} to {100 * Q.max():.6g}", "from 0 to 1"),
         do=("divide them by 100",)),
    Told("percent", "error", data(B, 100 * Q, loss="bce"), data(B, Q, loss="bce"), *(40, (1, 2, 3, 4, 5)),
         losses=("bce",)),
    Told("logits", "warning", data(B, FAR), data(B, FAR, from_logits=True), *(rows_out(FAR), OUT),
         losses=BINARY, title="Logits where probabilities", why=(f"from {FAR.min():.6g} to {FAR.max():.6g}",),
         do=("--from-logits",)),
    Told("logits", "error", data(C, Z, loss="scce"), data(C, Z, loss="scce", from_logits=True),
         *(rows_out(Z), (1, 2, 3, 4, 5), THREE), losses=("scce",), do=("--from-logits",)),
    Told("logits", "error", data(B, FAR, loss="brier"), data(B, Q, loss="brier"), *(rows_out(FAR), OUT),
         losses=("brier",), do=("put a sigmoid",)),
    Told("logits", "warning", data(B, FAR, loss="bce", like="keras"), data(B, Q, loss="bce", like="keras"),
         *(rows_out(FAR), OUT), losses=("bce",)),
    Told("saturated_wrong", "error", data(B, put(Q, 0, 0, 1, 1)), data(B, put(Q, 0, 1, 1, 0)), *(2, (1, 2)),
         losses=SATURATED, title="Probability 0 for what happened",
         why=("clips at 1e-7", "PyTorch's BCELoss at 100"),
         do=("--from-logits",)),
    Told("saturated_wrong", "error", data(B, put(Q, 0, 0), loss="bce"), data(B, put(Q, 0, 0), loss="brier"),
         *(1, (1,)), losses=("bce",)),
    Told("saturated_wrong", "error", data(C, put(ROWS, 0, [0.5, 0, 0.5], 1, [0.5, 0.5, 0])),
         data(C, put(ROWS, 0, [0, 0.5, 0.5], 1, [0, 0.5, 0.5])), *(2, (1, 2), THREE), losses=SATURATED),
    Told("saturated_wrong", "error", data(HOT, put(ROWS, 0, [0.5, 0, 0.5]), loss="cce"),
         data(HOT, put(ROWS, 0, [0, 0.5, 0.5]), loss="cce"), *(1, (1,), THREE), losses=("cce",)),
    Told("saturated", "warning", data(B, put(Q, 0, 1, 1, 0, 7, 0)), data(B, put(Q, 0, 0.999, 1, 0.001)),
         *(3, (1, 2, 8)), losses=SATURATED, title="exactly 0 or 1", why=("the other class is impossible",),
         do=("--from-logits",)),
    Told("saturated", "warning", data(C, put(ROWS, 0, [0, 1, 0]), loss="scce"), data(C, ROWS, loss="scce"),
         *(1, (1,), THREE), losses=("scce",)),
    Told("saturated_float32", "warning", data(B, put(Q, 2, BELOW_1)), data(B, put(Q, 2, np.nextafter(BELOW_1,
         0))),
         *(1, (3,)), losses=SATURATED, title="0 or 1 in float32", why=("1 − 3e-8", "below 1.2e-38"),
         do=("--from-logits",)),
    Told("saturated_float32", "warning", data(B, put(Q, 1, SMALLEST * 0.999, 5, 1e-300)),
         data(B, put(Q, 1, SMALLEST * 1.001)), *(2, (2, 6)), losses=SATURATED),
    Told("saturated_float32", "warning", data(B, put(Q, 2, BELOW_1), loss="bce"),
         data(B, put(Q, 2, BELOW_1), loss="brier"), *(1, (3,)), losses=("bce",)),
    Told("scores", "note", data(B, {"logit": FAR}), data(B, {"logit": FAR}, from_logits=True),
         *(None, (), ("logit",)), title="Logits, as the name says", why=("--from-logits", "hinge")),
    Told("probabilities_as_logits", "warning", data(B, Q, loss="bce", from_logits=True), data(B, Q,
         loss="bce"),
         None, losses=("bce",), title="Probabilities where logits", why=("0.5 to 0.73",),
         do=("leave --from-logits out",)),
    Told("probabilities_as_logits", "warning", data(2 * B - 1, Q, loss="hinge"),
         data(2 * B - 1, ODDS, loss="hinge"), None, losses=("hinge",), do=("before the sigmoid",)),
    Told("probabilities_as_logits", "warning", data(C, ROWS, loss="scce", from_logits=True),
         data(C, ROWS, loss="scce"), *(None, (), THREE), losses=("scce",), why=(", every row sums to 1",)),
    Told("probabilities_as_logits", "warning", data(B[:3], {"score": Q[:3]}), data(B[:2], {"score": Q[:2]}),
         *(None, (), ("score",)), losses=("bce", "cce", "hinge")),
    Told("logits_overflow", "warning", data(B, put(FAR, 3, -88.73, 4, 88.73), from_logits=True),
         data(B, put(FAR, 3, -88.71, 4, 88.71), from_logits=True), *(2, (4, 5)),
         losses=("bce", "cce", "scce"), title="±88.7", why=("infinite in float32",)),
    Told("probabilities_as_logs", "warning", data(C, ROWS, loss="nll"), data(C, LOGS, loss="nll"),
         *(None, (), THREE), losses=("nll",), title="Probabilities where their logarithms",
         why=("mean is −p",),
         do=("log p", "take scce")),
    Told("log_sums", "warning", data(C, put(LOGS, 4, np.log([0.5, 0.25, 0.2489])), loss="nll"),
         data(C, put(LOGS, 4, np.log([0.5, 0.25, 0.2491])), loss="nll"), *(1, (5,), THREE), losses=("nll",),
         title="no logarithms", why=("does not sum to 1",), do=("log_softmax before nll", "take scce")),
    Told("truth_row_sums", "error", data(put(HOT, 3, 0, 8, [1, 1, 0]), ROWS), data(HOT, ROWS),
         *(2, (4, 9), ("y_true[1]", "y_true[2]", "y_true[3]")), losses=("cce", "categorical_focal", "kld"),
         title="y_true that do not sum", why=("two ones count the row twice",), do=("take bce",)),
    Told("truth_row_sums", "error", data(put(ROWS, 3, [0.5, 0.25, 0.2511]), ROWS, loss="cce"),
         data(put(ROWS, 3, [0.5, 0.25, 0.2509]), ROWS, loss="cce"),
         *(1, (4,), ("y_true[1]", "y_true[2]", "y_true[3]")), losses=("cce",)),
    Told("truth_row_sums", "warning", data(put(HOT, 3, 0), ROWS, loss="cce", like="keras"),
         data(HOT, ROWS, loss="cce", like="keras"), *(1, (4,), ("y_true[1]", "y_true[2]", "y_true[3]")),
         losses=("cce",)),
]  # fmt: skip


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.id)
def test_a_finding_and_its_twin(told: Told) -> None:
    hold(told)


# Of ten probabilities so many out of range, up to so much: what they are taken for.
RANGES: list[tuple[list[float], str | None]] = [
    ([20.0], "probability_range"),  # one in ten is a stray
    ([20.0, 19], "logits"),
    ([20.5, 19], "percent"),
    ([100.0, 19], "percent"),
    ([100.5, 19], "logits"),
    ([50.0, -0.1], "logits"),  # percent are never below 0
    ([1.0, 0.0], None),
]


@pytest.mark.parametrize(("values", "name"), RANGES)
def test_what_lies_out_of_range_is_named_by_how_much_and_how_far(
    values: list[float], name: str | None
) -> None:
    for loss in ("bce", "brier"):
        seen = checked(data(B[:10], put(Q[:10], slice(0, len(values)), values), loss=loss))
        every = {finding.id for finding in seen.findings} & {"probability_range", "logits", "percent"}
        assert every == ({name} if name else set())


# Data, its finding, and the data as the advice has it.
MENDS: list[tuple[Data, str, Data]] = [
    (data(B, FAR, loss="bce"), "logits", data(B, FAR, loss="bce", from_logits=True)),
    (data(B, FAR, loss="brier"), "logits", data(B, 1 / (1 + np.exp(-FAR)), loss="brier")),
    (data(C, Z, loss="scce"), "logits", data(C, Z, loss="scce", from_logits=True)),
    (data(C, LOGS, loss="scce"), "log_probabilities", data(C, LOGS, loss="nll")),
    (data(C, LOGS, loss="scce"), "log_probabilities", data(C, LOGS, loss="scce", from_logits=True)),
    (data(B, 100 * Q, loss="bce"), "percent", data(B, 100 * Q / 100, loss="bce")),
    (data(B, Q, loss="bce", from_logits=True), "probabilities_as_logits", data(B, Q, loss="bce")),
    (data(2 * B - 1, Q, loss="hinge"), "probabilities_as_logits", data(2 * B - 1, ODDS, loss="hinge")),
    (data(C, ROWS, loss="nll"), "probabilities_as_logs", data(C, LOGS, loss="nll")),
    (data(C, ROWS, loss="nll"), "probabilities_as_logs", data(C, ROWS, loss="scce")),
    (data(C, Z, loss="nll"), "log_sums", data(C, Z, loss="scce", from_logits=True)),
    (data(HOT, 2 * ROWS / 3, loss="cce"), "row_sums", data(HOT, ROWS, loss="cce")),
]  # fmt: skip


@pytest.mark.parametrize(("given", "name", "mended"), MENDS)
def test_the_advice_cures(given: Data, name: str, mended: Data) -> None:
    assert [finding.id for finding in checked(given).findings] == [name]
    assert checked(mended).clean


def test_the_same_number_for_log_probabilities_with_from_logits() -> None:
    assert "the same number" in found(data(C, LOGS, loss="scce"), "log_probabilities").do
    by_nll = losscli.compute("nll", C, LOGS).value
    assert losscli.compute("scce", C, LOGS, from_logits=True).value == pytest.approx(by_nll, rel=1e-12, abs=0)


@pytest.mark.parametrize("name", ["saturated", "saturated_wrong"])
def test_the_advised_smoothing_cures(name: str) -> None:
    for true, pred, classes, loss in (
        (B, put(Q, 0, 0, 1, 1), 2, "bce"),
        (C, put(ROWS, 0, [0.5, 0, 0.5]), 3, "scce"),
    ):
        advice = found(data(true, pred, loss=loss), name).do
        smooth = evaluated(advice.replace("ε", "e"), "(1 − e)", ";", p=pred, e=0.01, C=classes)
        assert checked(data(true, smooth, loss=loss)).clean
        assert smooth.min() == pytest.approx(0.01 / classes, rel=1e-12, abs=0)


def test_the_advised_clip_cures() -> None:
    given = data(B, put(Q, 0, 1.01, 1, -0.01), loss="brier")
    advice = found(given, "probability_range").do
    assert checked(data(B, evaluated(advice, "np.clip", p=given.pred), loss="brier")).clean


# Beside which truth and under which names predictions are what.
SILENT: list[tuple[Data, str]] = [
    (data(2 * B - 1, FAR), "logits"),  # labels −1 and 1 go with scores
    (data(B, {"score": FAR}), "logits"),
    (data(B, FAR, loss="hinge"), "logits"),
    (data(Y, P), "probability_range"),
    (data(B, B), "saturated"),  # labels, no probabilities
    (data(C, np.eye(3)[K % 2]), "row_sums"),
    (data(B, {"score": np.full(40, 0.5)}), "probabilities_as_logits"),  # constant
    (data(C, put(ROWS, 0, [np.nan, 0.9, 0.9])), "row_sums"),
    (data(put(HOT, 0, [np.nan, 1, 1]), ROWS), "truth_row_sums"),
    (data(np.c_[K % 2, K // 2 % 2, K // 4 % 2], put(ROWS, 0, 0.9)), "truth_row_sums"),
    (data(np.c_[K % 2, K // 2 % 2, K // 4 % 2], put(ROWS, 0, 0.9)), "row_sums"),
    (data(B, {"prediction": FAR}), "scores"),
    (data(C, put(LOGS, 0, [-np.inf, np.log(0.5), np.log(0.5)]), loss="nll"), "log_sums"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "name"), SILENT)
def test_nothing_is_said_where_it_does_not_hold(given: Data, name: str) -> None:
    assert name not in ids(given)


@pytest.mark.parametrize("word", ["logit", "score", "margin", "decision", "raw", "my_LOGITS"])
def test_a_name_says_that_predictions_are_scores(word: str) -> None:
    assert ids(data(B, {word: FAR})) == ["coding", "scores"]
    # A logit is also what a logistic regression is called.
    assert ("probabilities_as_logits" in ids(data(B, {word: Q}))) == (word != "logit")
    assert "probabilities_as_logits" not in ids(data(B, {"p": Q}))


def test_each_model_has_its_own_findings() -> None:
    seen = checked(data(B, {"a": put(Q, 3, 1.5), "b": Q + 1e-3, "c": put(Q, 4, -2, 5, 3, 6, 9)}, loss="bce"))
    told = [(f.id, f.columns, f.rows) for f in seen.findings]
    assert told == [("probability_range", ("c",), (5, 6, 7)), ("probability_range", ("a",), (4,))]
