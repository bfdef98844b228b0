"""The engine's rules: missing values, weights, classes, surveys, label codings, shapes, sacred edges."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.requests import request, score

import losscli
from losscli import LosscliError
from losscli.analysis.compare import compare
from losscli.batch import Batch, Origin, Stream
from losscli.engine.domains import Extents

NAN, INF = math.nan, math.inf


def batches(*parts: tuple[Any, Any], weights: list[Any] | None = None) -> Callable[[], Iterator[Batch]]:
    """A stream of (y_true, y_pred) batches, its rows numbered through, as if from a file."""

    def stream() -> Iterator[Batch]:
        row = 1
        for i, (true, pred) in enumerate(parts):
            weight = None if weights is None else np.array(weights[i], float)
            labels = {"y_true": ("sales",), "y_pred": ("forecast",)}
            origin = Origin("sales.csv", labels, "column")
            batch = Batch(np.array(true, float), {"y_pred": np.array(pred, float)}, weight, row, origin)
            row += len(batch)
            yield batch

    return stream


def test_missing_values_are_refused_with_every_row_counted() -> None:
    stream = batches(([1, NAN, 3], [1, 2, 3]), ([4, 5], [NAN, NAN]))
    with pytest.raises(LosscliError, match=r"sales\.csv.*3 rows: 2, 4, 5") as refused:
        score("mae", stream, params={})
    assert "--missing drop" in (refused.value.hint or "")


def test_missing_values_are_dropped_before_a_loss_sees_them() -> None:
    stream = batches(([1, NAN, 3], [2, 2, 5]), ([4, 5], [NAN, 6]), weights=[[1, 1, 1], [1, NAN]])
    found = score("mae", stream, params={}, missing="drop", keep_values=True)
    assert found.value == 1.5
    assert (found.n, [sample.row for sample in found.samples]) == (2, [1, 3])
    assert any(remark.count == 3 and remark.rows == (2, 4, 5) for remark in found.remarks)
    assert "|dropped:3|" in found.signature


@pytest.mark.parametrize(
    ("loss", "params", "pred", "value"),
    [
        ("rmse", {}, [0.0, 1.0], math.sqrt(1 / 2)),
        ("dice", {"per": "sample"}, [0.5, 1.0], (1 / 3 + 0) / 2),
        ("zero_one", {}, [0.0, 1.0], 0.5),
        ("gaussian_nll", {}, [[0.0, 1.0], [1.0, 1.0]], (1 / 2 + 0) / 2),
    ],
)
def test_a_batch_of_which_nothing_is_left_is_passed_over(
    loss: str, params: dict[str, Any], pred: Any, value: float
) -> None:
    true, none = [1.0, 1.0], np.full(np.shape(pred), NAN)
    stream = batches((true, none), (true, pred), (true, none))
    told = score(loss, stream, params=params, missing="drop", gradient=loss == "rmse")
    assert (told.n, told.value) == (2, close(value, 1e-15))
    if loss == "rmse":  # e/(N·rmse)
        assert [(row.row, row.gradient) for row in told.gradients] == [
            (3, close(-math.sqrt(1 / 2), 1e-15)),
            (4, 0),
        ]


def test_one_models_missing_value_leaves_the_others_known() -> None:
    models = {"whole": [1.0, 2.0, 4.0], "holed": [1.0, NAN, 3.0]}
    losses = ["mae", "rmse", "median_absolute_error"]
    told = losscli.compare([1.0, 2.0, 3.0], models, losses, by=["a", "a", "b"], missing="propagate")
    assert told.best == dict.fromkeys(losses, ())
    # In a one misses a value; in b the one errs by 1, the other not at all.
    assert told.group_best == dict.fromkeys(losses, ((), ("holed",)))
    values = {(made.loss, made.model): (made.value, made.groups.value.tolist()) for made in told.scores}
    for loss, value in {"mae": 1 / 3, "rmse": math.sqrt(1 / 3), "median_absolute_error": 0.0}.items():
        assert values[loss, "whole"] == (close(value, 1e-15), [0.0, 1.0])
        whole, (one, two) = values[loss, "holed"]
        assert math.isnan(whole)
        assert math.isnan(one)
        assert two == 0.0


def test_dropping_every_row_is_an_error() -> None:
    with pytest.raises(LosscliError, match="every row has a missing value"):
        losscli.compute("mae", [NAN, NAN], [1.0, 2.0], missing="drop")


def test_missing_values_are_propagated_to_their_row_and_the_value() -> None:
    found = losscli.compute("mae", [1.0, NAN], [2.0, 2.0], missing="propagate")
    assert math.isnan(found.value)
    assert found.per_sample.tolist()[0] == 1.0
    assert math.isnan(found.per_sample[1])
    zero = losscli.compute("mae", [1.0, NAN], [2.0, 2.0], [1.0, 0.0], missing="propagate")
    assert zero.value == 1.0  # a weight of 0 silences any value


@pytest.mark.parametrize(
    ("weight", "told"),
    [
        ([1.0, -1.0, 1.0], "-1 is not a weight"),
        ([1.0, INF, 1.0], "inf is not a weight"),
        ([0.0, 0.0, 0.0], "all zero"),
        ([1.0, 1.0], "2 samples"),
        ([[1.0], [1.0], [1.0]], "weights are"),
        ([1.0, NAN, 1.0], "nan or no value"),
    ],
)
def test_weights_that_cannot_be_are_refused(weight: Any, told: str) -> None:
    with pytest.raises(LosscliError, match=told):
        losscli.compute("mse", [1.0, 2.0, 3.0], [1.0, 2.0, 5.0], weight)


def test_a_weight_of_0_silences_an_infinite_value() -> None:
    found = losscli.compute("bce", [1.0, 1.0], [0.0, 0.5], [0.0, 1.0])
    assert found.value == pytest.approx(math.log(2))
    assert [sample.share for sample in found.samples] == [0.0, 1.0]


def test_balanced_class_weights_are_n_over_classes_times_count() -> None:
    true, pred = np.array([0, 0, 0, 1.0]), np.array([0.2, 0.4, 0.1, 0.3])
    stream = batches((true, pred))
    found = score("bce", stream, params={}, class_weight="balanced", keep_values=True)
    weight = np.array([4 / 6, 4 / 6, 4 / 6, 4 / 2])
    costs = -np.log(np.where(true == 1, pred, 1 - pred))
    assert found.value == close(float(weight @ costs / weight.sum()), 1e-14)
    assert found.weighted
    assert any("as sample weights by class" in remark.text for remark in found.remarks)


def test_class_weights_enter_as_the_loss_s_own_parameter_where_it_has_one() -> None:
    true, pred = np.array([0.0, 0.0, 0.0, 2.0]), np.full((4, 3), 1 / 3)
    found = score("scce", batches((true, pred)), params={}, class_weight="balanced")
    # two classes occur: 4/(2·3) and 4/(2·1); class 1 does not and keeps weight 1
    assert found.params["class_weight"] == pytest.approx([4 / 6, 1.0, 2.0])
    assert found.value == pytest.approx(math.log(3) * (3 * 4 / 6 + 2) / 4)
    assert not found.weighted
    assert any("own parameter" in remark.text for remark in found.remarks)


def test_an_ignored_class_is_no_class_to_balance() -> None:
    true, pred = np.array([0.0, 0.0, 1.0, -1.0]), np.full((4, 2), 0.5)
    found = score("scce", batches((true, pred)), params={"ignore_class": -1}, class_weight="balanced")
    assert found.params["class_weight"] == pytest.approx([3 / 4, 3 / 2])
    assert found.divisor == 3


@pytest.mark.parametrize(
    ("loss", "true", "pred", "weights", "told"),
    [
        ("mse", [0, 1], [0, 1], "balanced", "not a class"),
        ("bce", [0.5, 1], [0.2, 0.3], "balanced", "no class"),
        ("cce", [[0.5, 0.5], [1, 0]], [[0.5, 0.5], [0.5, 0.5]], "balanced", "soft labels"),
        ("bce", [0, 1], [0.2, 0.3], {"7": 1.0}, "no class 7"),
        ("bce", [0, 1], [0.2, 0.3], {"yes": 1.0}, "not all numbers"),
        ("bce", [0, 1], [0.2, 0.3], {"1": -1.0}, "0 or more"),
    ],
)
def test_class_weights_that_cannot_be_are_refused(
    loss: str, true: Any, pred: Any, weights: Any, told: str
) -> None:
    with pytest.raises(LosscliError, match=told):
        score(loss, batches((true, pred)), params={}, class_weight=weights)


def test_keras_looks_at_all_labels_before_it_reads_any() -> None:
    """0/1 labels become ±1 only if all of them, in every batch, are 0 or 1."""
    pred = [0.5, 0.5]
    binary = score("hinge", batches(([0, 1], pred), ([1, 1], pred)), params={}, like="keras")
    assert binary.value == pytest.approx((1.5 + 3 * 0.5) / 4)
    mixed = score("hinge", batches(([0, 1], pred), ([1, -1], pred)), params={}, like="keras")
    assert mixed.value == pytest.approx((1 + 0.5 + 0.5 + 1.5) / 4)
    assert any(remark.count == 1 and remark.rows == (1,) for remark in mixed.remarks)


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
def test_two_label_codings_are_refused_wherever_they_meet(loss: str) -> None:
    pred = [0.5, 0.5]
    for stream in (batches(([0, 1], pred), ([1, -1], pred)), batches(([1, 0], pred), ([-1, 1], pred))):
        with pytest.raises(LosscliError, match=r"sales\.csv, .*label .* after label .* two codings"):
            score(loss, stream, params={})
    assert score(loss, batches(([1, 1], pred), ([1, -1], pred)), params={}).n == 4


def test_the_first_row_of_a_coding_is_named_wherever_it_comes_again() -> None:
    pred = [0.5, 0.5]
    stream = batches(([0, 1], pred), ([1, 0], pred), ([0, -1], pred), ([-1, 0], pred))
    with pytest.raises(LosscliError, match=r"row 6, .*label -1 after label 0 \(row 1\)"):
        score("hinge", stream, params={})


@pytest.mark.parametrize(
    ("weight", "reduction", "value"),
    [
        (None, "sum", 1 + 2 + 5 + 10),  # each of the 2·2 means over the last axis
        (None, "mean", 18 / 4),
        ([[2.0], [0.5]], "sum", 2 * (1 + 2) + (5 + 10) / 2),
        ([2.0, 0.5], "sum", None),
    ],
)
def test_keras_adds_up_every_value_of_a_sample(weight: Any, reduction: str, value: float | None) -> None:
    """Of (N, A, D) arrays it makes N·A values; its sum adds all of them, its mean averages them."""
    true = np.zeros((2, 2, 3))
    pred = np.array([[[1, 1, 1], [2, 1, 3]], [[5, 4, 6], [10, 10, 10]]], float)
    if value is None:
        with pytest.raises(LosscliError, match="the weights are"):
            losscli.compute("mae", true, pred, weight, like="keras", reduction=reduction)
    else:
        assert losscli.compute("mae", true, pred, weight, like="keras", reduction=reduction).value == value
        # The definition knows samples alone: the mean of each.
        assert losscli.compute("mae", true, pred, reduction="sum").value == 1.5 + 7.5


def test_keras_makes_one_value_of_flat_arrays() -> None:
    true, pred, weight = [1.0, 2.0, 3.0], [1.0, 2.0, 6.0], [1.0, 2.0, 5.0]
    flat = losscli.compute("mse", true, pred, like="keras", reduction="sum")
    assert flat.value == 3.0  # the mean of the last axis, which is all there is: its sum is itself
    assert losscli.compute("mse", true, pred, weight, like="keras").value == pytest.approx(3.0 * 8 / 3)
    columns = [[[x] for x in values] for values in (true, pred)]
    assert losscli.compute("mse", *columns, like="keras", reduction="sum").value == 9.0
    assert losscli.compute("mse", *columns, weight, like="keras").value == pytest.approx(45 / 3)


def test_flat_arrays_against_a_column_are_refused_under_every_convention() -> None:
    for like in ("exact", "keras"):
        with pytest.raises(LosscliError, match="N × N"):
            losscli.compute("mse", [1.0, 2.0], [[1.0], [2.0]], like=like)


@pytest.mark.parametrize(
    ("loss", "true", "pred", "params", "value"),
    [
        ("mape", [0.0, 0.0], [0.0, 1.0], {}, INF),
        ("mape", [0.0, 2.0], [0.0, 1.0], {}, 25.0),  # 0/0 is read as 0
        ("mse", [0.0], [1e200], {}, INF),
        ("huber", [0.0], [1e200], {}, 1e200),
        ("logcosh", [0.0], [1e300], {}, 1e300),
        ("poisson", [0.0], [0.0], {}, 0.0),
        ("poisson", [1.0], [0.0], {}, INF),
        ("bce", [0.0, 1.0], [0.0, 1.0], {}, 0.0),
        ("bce", [1.0], [0.0], {}, INF),
        ("bce", [1.0], [-800.0], {"from_logits": True}, 800.0),
        ("kld", [[0.0, 1.0]], [[0.0, 1.0]], {}, 0.0),
        ("kld", [[0.5, 0.5]], [[0.0, 1.0]], {}, INF),
        ("cce", [[1.0, 0.0]], [[-1e4, 1e4]], {"from_logits": True}, 2e4),
        ("cosine_similarity", [[0.0, 0.0]], [[1.0, 0.0]], {}, 0.0),
        ("cosine_similarity", [[1e-200, 0.0]], [[1e200, 0.0]], {}, -1.0),
        ("dice", [0.0, 0.0], [0.0, 0.0], {}, 0.0),  # both empty
        ("dice", [1.0, 0.0], [0.0, 0.0], {}, 1.0),
        ("fbeta", [0.0], [0.0], {}, 0.0),
        ("scce", [-1.0, -1.0], [[0.5, 0.5]] * 2, {"ignore_class": -1}, NAN),  # nothing counts
        ("scce", [-1.0, 1.0], [[0.5, 0.5]] * 2, {"ignore_class": -1}, math.log(2)),
        ("categorical_hinge", [[0.0, 1.0]], [[-5.0, 0.25]], {}, 0.75),
        ("giou", [[1.0, 1.0, 1.0, 1.0]], [[1.0, 1.0, 1.0, 1.0]], {}, 1.0),  # no area: IoU read as 0
        ("giou", [[0.0, 0.0, 2.0, 2.0]], [[0.0, 0.0, 2.0, 2.0]], {}, 0.0),
        ("triplet_semihard", [1.0, 2.0], [[1.0, 2.0], [3.0, 4.0]], {}, 0.0),  # no pair of one class
        ("vae_kl", None, [[[1e-9], [0.0]]], {}, 5e-19),
        ("rmse", [1.0, 2.0], [1.0, 2.0], {}, 0.0),
    ],
)
def test_edges_of_the_definitions(
    loss: str, true: Any, pred: Any, params: dict[str, Any], value: float
) -> None:
    found = losscli.compute(loss, true, pred, **params)
    np.testing.assert_allclose(found.value, value, rtol=1e-15)


def test_infinite_rows_are_named_with_the_reason() -> None:
    found = losscli.compute("bce", [1.0, 0.0, 1.0, 0.0], [0.0, 0.1, 0.9, 1.0])
    (remark,) = (remark for remark in found.remarks if remark.kind == "nonfinite")
    assert (remark.count, remark.rows) == (2, (1, 4))
    assert remark.text.startswith("the loss is infinite: ")
    assert all(sample.share is None for sample in found.samples)
    clipped = losscli.compute("bce", [1.0, 0.0, 1.0, 0.0], [0.0, 0.1, 0.9, 1.0], like="keras")
    assert math.isfinite(clipped.value)
    assert any(remark.kind == "departure" and remark.rows == (1, 4) for remark in clipped.remarks)


def test_a_row_of_infinite_loss_has_the_slope_of_each_of_its_columns() -> None:
    slopes = losscli.gradient("scce", [0.0, 0.0], [[0.0, 1.0], [0.5, 0.5]])
    assert slopes.tolist() == [[-math.inf, 0.0], [-2.0, 0.0]]


def test_a_mean_says_what_it_divided_by() -> None:
    true, pred, weight = [1.0, 2.0], [2.0, 4.0], [1.0, 3.0]
    plain, weighted = losscli.compute("mae", true, pred), losscli.compute("mae", true, pred, weight)
    assert (plain.value, plain.divisor, plain.divided_by) == (1.5, 2.0, "2 samples")
    assert (weighted.value, weighted.divisor) == (1.75, 4.0)
    assert weighted.divided_by == "the sum of the weights of 2 samples"
    keras = losscli.compute("mae", [[1.0], [2.0]], [[2.0], [4.0]], weight, like="keras")
    assert (keras.value, keras.divisor) == (3.5, 2.0)
    word = losscli.compute(
        "mae", [[1.0], [2.0]], [[2.0], [4.0]], weight, like="keras", reduction="mean_with_sample_weight"
    )
    assert (word.value, word.divisor) == (1.75, 4.0)
    ignored = losscli.compute("scce", [0.0, 1.0, 1.0], [[0.5, 0.5]] * 3, ignore_class=0)
    assert (ignored.divisor, ignored.divided_by) == (2.0, "2 of 3 samples (1 ignored)")


@pytest.mark.parametrize(
    ("reduction", "like"), [("median", "exact"), ("batchmean", "keras"), ("sum", "caffe")]
)
def test_a_reduction_or_framework_that_there_is_not_is_refused(reduction: str, like: str) -> None:
    with pytest.raises(LosscliError, match=r"no reduction|no framework"):
        losscli.compute("mse", [1.0], [2.0], reduction=reduction, like=like)


def test_masked_values_are_missing() -> None:
    masked = np.ma.masked_array([1.0, 2.0, 99.0], [0, 0, 1])
    with pytest.raises(LosscliError, match="nan or no value in row 3"):
        losscli.compute("mse", masked, [1.0, 2.0, 4.0])


@pytest.mark.parametrize("losses", [[], ["mse", "MSELoss"]])
def test_a_comparison_names_each_loss_once(losses: list[str]) -> None:
    with pytest.raises(LosscliError):
        losscli.compare([1.0], {"a": [1.0]}, losses)


def test_two_numbers_have_two_signatures() -> None:
    given = ("dice", [[1.0, 0.0], [1.0, 1.0]], [[0.9, 0.1], [0.6, 0.8]])
    mean, total = (losscli.compute(*given, per="sample", reduction=how) for how in ("mean", "sum"))
    assert mean.value != total.value
    assert mean.signature != total.signature


def test_a_comparison_asks_a_source_for_its_models_and_reads_the_rows_once() -> None:
    reads = []

    def batches() -> Iterator[Batch]:
        reads.append(1)
        yield Batch(np.array([1.0, 2.0]), {"ridge": np.array([1.0, 3.0]), "forest": np.array([2.0, 4.0])})

    found = compare(request(["mae"]), Stream(batches, ("ridge", "forest")))
    assert [(made.model, made.value) for made in found.scores] == [("ridge", 0.5), ("forest", 1.5)]
    assert len(reads) == 1


@pytest.mark.parametrize(
    ("values", "finite"),
    [
        ([1e308] * 9, True),
        ([1.0, np.inf], False),
        ([np.inf, -np.inf], False),
        ([1e308] * 9 + [np.nan], False),
    ],
)
def test_a_sum_beyond_the_floats_does_not_make_values_infinite(values: list[float], finite: bool) -> None:
    array = np.array(values)
    extents = Extents()
    assert extents.finite(array) is extents.finite(array) is finite
    assert extents.missing(array) is bool(np.isnan(array).any())
