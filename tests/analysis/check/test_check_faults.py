"""Constructed faults: each gives exactly the findings that it should, and the data without it gives none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from support.command import ROOT

import losscli

N = 60
Data = tuple[Any, Any, Any]


class Kind(NamedTuple):
    """A clean data set that faults are put into, and what it is checked for."""

    make: Callable[[], Data]
    options: dict[str, Any] = {}  # noqa: RUF012


def real() -> Data:
    random = np.random.default_rng(1)
    true = 40 + 12 * random.standard_normal(N)
    return true, true + 5 * random.standard_normal(N), None


def near_zero() -> Data:
    random = np.random.default_rng(2)
    true = random.standard_normal(N)
    return true, 0.8 * true + 0.3 * random.standard_normal(N), None


def counts() -> Data:
    random = np.random.default_rng(3)
    rate = random.uniform(0.5, 8, N)
    return random.poisson(rate).astype(float), rate, None


def weighted() -> Data:
    true, pred, _ = real()
    return true, pred, np.random.default_rng(4).uniform(0.5, 2, N)


def binary() -> Data:
    random = np.random.default_rng(5)
    p = random.uniform(0.02, 0.98, N)
    return (random.random(N) < p).astype(float), p, None


def logits() -> Data:
    true, p, _ = binary()
    return true, 3 * np.log(p / (1 - p)), None


def signs() -> Data:
    true, p, _ = binary()
    return 2 * true - 1, np.log(p / (1 - p)), None


def softmax(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def class_logits() -> Data:
    random = np.random.default_rng(6)
    true = random.integers(0, 3, N)
    return true.astype(float), random.standard_normal((N, 3)) + 2 * np.eye(3)[true], None


def classes() -> Data:
    true, scores, _ = class_logits()
    return true, softmax(scores), None


def one_hot() -> Data:
    true, p, _ = classes()
    return np.eye(3)[true.astype(int)], p, None


def log_probabilities() -> Data:
    true, p, _ = classes()
    return true, np.log(p), None


def multilabel() -> Data:
    random = np.random.default_rng(7)
    p = random.uniform(0.05, 0.95, (N, 4))
    return (random.random((N, 4)) < p).astype(float), p, None


def columns() -> Data:
    random = np.random.default_rng(8)
    true = random.standard_normal((N, 2)) * [3, 20] + [5, 10]
    return true, true + random.standard_normal((N, 2)), None


def intervals() -> Data:
    true, pred, _ = real()
    return true, np.stack([pred - 8, pred + 8], axis=1), None


def two_models() -> Data:
    true, pred, _ = real()
    return true, {"ridge": pred, "forest": pred + np.random.default_rng(9).standard_normal(N)}, None


KINDS = {
    name: Kind(make, options)
    for name, make, options in [
        ("real", real, {}),
        ("real mse", real, {"loss": "mse"}),
        ("real mape", real, {"loss": "mape"}),
        ("real msle", real, {"loss": "msle"}),
        ("real gamma", real, {"loss": "gamma_deviance"}),
        ("near zero", near_zero, {}),
        ("near zero tukey", near_zero, {"loss": "tukey"}),
        ("near zero linex", near_zero, {"loss": "linex"}),
        ("counts", counts, {}),
        ("counts poisson", counts, {"loss": "poisson"}),
        ("weighted", weighted, {}),
        ("binary", binary, {}),
        ("binary bce", binary, {"loss": "bce"}),
        ("binary keras", binary, {"loss": "bce", "like": "keras"}),
        ("binary brier", binary, {"loss": "brier"}),
        ("logits", logits, {"from_logits": True}),
        ("logits bce", logits, {"loss": "bce", "from_logits": True}),
        ("signs", signs, {}),
        ("signs hinge", signs, {"loss": "hinge"}),
        ("classes", classes, {}),
        ("classes scce", classes, {"loss": "scce"}),
        ("class logits", class_logits, {"loss": "scce", "from_logits": True}),
        ("one hot", one_hot, {}),
        ("one hot cce", one_hot, {"loss": "cce"}),
        ("logs", log_probabilities, {}),
        ("logs nll", log_probabilities, {"loss": "nll"}),
        ("multilabel", multilabel, {}),
        ("columns", columns, {}),
        ("intervals", intervals, {"loss": "interval_score"}),
        ("two models", two_models, {}),
    ]
}


def put(which: int, rows: Any, value: Any) -> Callable[[Data], Data]:
    """`value` into y_true (0), y_pred (1) or the weights (2)."""

    def into(data: Data) -> Data:
        arrays = [None if array is None else array.copy() for array in data]
        arrays[which][rows] = value
        return arrays[0], arrays[1], arrays[2]

    return into


def true(change: Callable[[Any], Any]) -> Callable[[Data], Data]:
    return lambda data: (change(data[0]), data[1], data[2])


def pred(change: Callable[[Any], Any]) -> Callable[[Data], Data]:
    return lambda data: (data[0], change(data[1]), data[2])


def weight(change: Callable[[Any], Any]) -> Callable[[Data], Data]:
    return lambda data: (data[0], data[1], change(data[2]))


def both(change: Callable[[Any], Any]) -> Callable[[Data], Data]:
    return lambda data: (change(data[0]), change(data[1]), data[2])


def odds(p: Any) -> Any:
    return np.log(p / (1 - p))


def miss_one_class(data: Data) -> Data:
    """Class 2's rows get probability 0 for it."""
    rows = data[1].copy()
    at = np.flatnonzero(data[0] == 2)[:2]
    rows[at] = [0.5, 0.5, 0]
    return data[0], rows, None


FAULTS: list[tuple[str, Callable[[Data], Data], set[str], int | None]] = [
    # kind, the fault, the ids of the findings, the rows of the first of them (None: the whole)
    ("real", put(0, [3, 7], np.nan), {"missing"}, 2),
    ("real", put(1, [5], np.nan), {"missing"}, 1),
    ("real", put(1, [5], np.inf), {"infinite"}, 1),
    ("weighted", put(2, [5, 6], np.nan), {"missing"}, 2),
    ("real", put(0, [3, 9], -999.0), {"sentinel"}, 2),
    ("real", put(0, [3, 9], 9999.0), {"sentinel"}, 2),
    ("real", put(1, [4], -9999.0), {"sentinel"}, 1),
    ("real", true(lambda y: np.full(N, 40.0)), {"constant_truth"}, None),
    ("real", pred(lambda p: np.full(N, 40.0)), {"constant_prediction"}, None),
    ("real", pred(lambda p: 40 + 1e-9 * p), {"constant_prediction"}, None),
    ("binary", pred(lambda p: np.full(N, 0.4)), {"constant_prediction"}, None),
    ("multilabel", put(1, (slice(None), 2), 0.5), {"constant_column"}, None),
    ("real", lambda d: (d[0], d[0].copy(), None), {"leakage"}, None),
    ("two models", pred(lambda m: {**m, "forest": m["ridge"].copy()}), {"duplicate_columns"}, None),
    ("multilabel", put(1, (slice(None), 2), multilabel()[1][:, 0]), {"duplicate_columns"}, None),
    ("real", both(lambda a: np.concatenate([a[:40], a[:20]])), {"duplicate_rows"}, None),
    # Probabilities
    ("binary", put(1, [5], 1.2), {"probability_range"}, 1),
    ("binary bce", put(1, [5, 8], -0.1), {"probability_range"}, 2),
    ("binary keras", put(1, [5, 8], -0.1), {"probability_range"}, 2),
    ("classes", put(1, [5], [1.2, -0.1, -0.1]), {"probability_range"}, 1),
    ("binary", pred(odds), {"logits"}, int(np.sum(np.abs(odds(binary()[1]) - 0.5) > 0.5))),
    ("binary bce", pred(odds), {"logits"}, int(np.sum(np.abs(odds(binary()[1]) - 0.5) > 0.5))),
    ("binary brier", pred(odds), {"logits"}, int(np.sum(np.abs(odds(binary()[1]) - 0.5) > 0.5))),
    ("classes scce", lambda d: class_logits(), {"logits"}, N),
    ("classes scce", lambda d: log_probabilities(), {"log_probabilities"}, N),
    ("binary", pred(lambda p: 100 * p), {"percent"}, int(np.sum(100 * binary()[1] > 1))),
    ("classes", put(1, [2, 3], [0.5, 0.4, 0.3]), {"row_sums"}, 2),
    ("classes scce", put(1, [2, 3], [0.5, 0.4, 0.3]), {"row_sums"}, 2),
    ("one hot cce", pred(lambda p: 2 * p / 3), {"row_sums"}, N),
    ("logits bce", lambda d: binary(), {"probabilities_as_logits"}, None),
    ("logits", lambda d: binary(), {"probabilities_as_logits"}, None),
    ("class logits", lambda d: classes(), {"probabilities_as_logits"}, None),
    ("signs hinge", lambda d: (d[0], binary()[1], None), {"probabilities_as_logits"}, None),
    ("logs nll", lambda d: classes(), {"probabilities_as_logs"}, None),
    ("logs nll", lambda d: class_logits(), {"log_sums"}, N),
    ("logits bce", put(1, [4], 95.0), {"logits_overflow"}, 1),
    ("binary", lambda d: put(1, [4, 6], d[0][[4, 6]])(d), {"saturated"}, 2),
    ("binary bce", lambda d: put(1, [4], d[0][4])(d), {"saturated"}, 1),
    ("binary", lambda d: put(1, [4], 1 - d[0][4])(d), {"saturated_wrong", "saturated"}, 1),
    ("binary bce", lambda d: put(1, [4], 1 - d[0][4])(d), {"saturated_wrong", "saturated"}, 1),
    ("binary", put(1, [4], 1 - 1e-9), {"saturated_float32"}, 1),
    ("binary bce", put(1, [4], 1 - 1e-9), {"saturated_float32"}, 1),
    ("binary", put(1, [4], 1e-40), {"saturated_float32"}, 1),
    ("classes scce", miss_one_class, {"saturated_wrong", "saturated"}, 2),
    ("one hot", put(1, [0], [1.0, 0, 0]), {"saturated", "saturated_wrong"}, 1),
    ("one hot", put(0, [5], [1.0, 1.0, 0]), {"truth_row_sums"}, 1),
    ("one hot cce", put(0, [5, 6], [0.0, 0, 0]), {"truth_row_sums"}, 2),
    # Labels
    ("classes", true(lambda y: y + 1), {"labels_from_1"}, None),
    ("classes scce", true(lambda y: y + 1), {"labels_from_1"}, None),
    ("binary", true(lambda y: y + 1), {"labels_from_1"}, None),
    ("classes", put(0, [3], 5.0), {"labels_outside"}, 1),
    ("classes scce", put(0, [3, 4], -1.0), {"labels_outside"}, 2),
    ("classes scce", put(0, [3], 1.5), {"labels_not_whole"}, 1),
    ("binary", put(0, [3], 2.0), {"labels_outside"}, 1),
    ("binary bce", put(0, [3], 2.0), {"labels_outside"}, 1),
    ("classes", put(0, [3], -999.0), {"sentinel"}, 1),
    ("binary", true(lambda y: 2 * y - 1), {"label_coding"}, None),
    ("binary bce", true(lambda y: 2 * y - 1), {"label_coding"}, None),
    ("signs hinge", put(0, [3], 0.0), {"mixed_codings"}, 1),
    ("signs", put(0, [3], 0.0), {"mixed_codings"}, 1),
    ("one hot cce", lambda d: classes(), {"index_for_one_hot"}, None),
    ("classes scce", lambda d: one_hot(), {"one_hot_for_index"}, None),
    ("binary", true(np.ones_like), {"single_class"}, None),
    ("classes", true(np.zeros_like), {"single_class"}, None),
    ("binary", true(lambda y: (np.arange(N) == 7).astype(float)), {"imbalance"}, 1),
    ("multilabel", put(0, (slice(None), 1), 0.0), {"constant_column"}, None),
    # Amounts
    ("real mape", put(0, [3, 4], 0.0), {"zeros"}, 2),
    ("real gamma", put(0, [3], 0.0), {"zeros"}, 1),
    ("real mape", put(0, [3], 0.01), {"near_zeros"}, 1),
    ("real msle", put(0, [3], -2.0), {"negatives"}, 1),
    ("real gamma", put(0, [3], -2.0), {"negatives"}, 1),
    ("counts poisson", put(0, [3], -2.0), {"negatives"}, 1),
    ("real msle", put(1, [3], -1.0), {"negative_predictions"}, 1),
    ("counts poisson", put(1, [3, 5], -0.5), {"negative_predictions"}, 2),
    ("counts poisson", put(1, [int(np.argmax(counts()[0]))], 0.0), {"zero_predictions"}, 1),
    # Scales
    ("real", pred(lambda p: 1000 * p), {"scales"}, None),
    ("real mse", pred(lambda p: p / 1000), {"scales"}, None),
    ("real", pred(lambda p: np.log(np.abs(p))), {"log_scale"}, None),
    ("real", pred(lambda p: -p), {"other_sign"}, N),
    ("near zero", pred(lambda p: -p), {"reversed"}, None),
    ("binary", pred(lambda p: 1 - p), {"reversed"}, None),
    ("real", put(1, [8], 1e6), {"wild_errors"}, 1),
    ("real", both(lambda a: 1e6 * a), {"unscaled"}, None),
    ("real mse", both(lambda a: 1e-8 * a), {"unscaled"}, None),
    ("columns", both(lambda a: a * [1, 1e4]), {"column_scales"}, None),
    # float32
    ("real", both(lambda a: 1e39 * a), {"unscaled", "float32_overflow"}, None),
    ("real", both(lambda a: 1e24 * a), {"unscaled", "float32_squares"}, None),
    ("real", both(lambda a: 1.6e9 + a), {"unscaled", "float32_digits"}, None),
    ("near zero linex", put(1, [2], 100.0), {"wild_errors", "float32_infinite"}, 1),
    ("near zero tukey", put(1, [2, 3], 30.0), {"vanishing_gradient"}, 2),
    # Shapes, weights, bounds
    ("real", pred(lambda p: p[:, None]), {"shape_n1"}, None),
    ("binary bce", true(lambda y: y[:, None]), {"shape_n1"}, None),
    ("columns", pred(lambda p: np.c_[p, p[:, :1] + p[:, 1:]]), {"shape_mismatch"}, None),
    ("weighted", put(2, [3], -1.0), {"negative_weights"}, 1),
    ("weighted", weight(np.zeros_like), {"zero_weights"}, None),
    ("weighted", put(2, [3], 1e5), {"unequal_weights"}, 1),
    ("intervals", put(1, [3, 4], [50.0, 30.0]), {"bounds_crossed"}, 2),
]


def check(data: Data, kind: Kind) -> Any:
    return losscli.check(*data, **kind.options)


@pytest.mark.parametrize("kind", KINDS)
def test_the_clean_twin_has_no_findings(kind: str) -> None:
    checked = check(KINDS[kind].make(), KINDS[kind])
    assert [finding.id for finding in checked.findings] == []
    assert checked.clean


@pytest.mark.parametrize(
    ("kind", "fault", "ids", "rows"),
    FAULTS,
    ids=[f"{number}-{kind}-{'-'.join(sorted(ids))}" for number, (kind, _, ids, _) in enumerate(FAULTS)],
)
def test_a_fault_gives_exactly_its_findings(
    kind: str, fault: Callable[[Data], Data], ids: set[str], rows: int | None
) -> None:
    checked = check(fault(KINDS[kind].make()), KINDS[kind])
    assert {finding.id for finding in checked.findings} == ids
    assert len(checked.findings) == len(ids)
    counts = [finding.count for finding in checked.findings]
    assert rows in counts
    for finding in checked.findings:
        assert len(finding.why.split()) > 3
        assert set(finding.losses) <= set(losscli.names())
        if finding.count is not None:
            assert len(finding.rows) == min(finding.count, 5)


def test_every_fault_that_the_source_names_is_constructed_here() -> None:
    source = "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "losscli/analysis/check").glob("*.py")
    )
    named = set(re.findall(r'Fault\(\s*"(\w+)",(?!\s*"note")', source))
    assert len(named) > 30
    apart = {"no_number", "odd_rows"}  # test_check_unread.py
    apart |= {"reversed_rows", "sorted_alone", "index_disagrees", "index_order"}  # test_check_order.py
    apart.add("miscalibrated")  # test_check_average.py
    assert named - apart <= set().union(*(ids for _, _, ids, _ in FAULTS))
    assert len(FAULTS) >= 40
