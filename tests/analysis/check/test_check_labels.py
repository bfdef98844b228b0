"""check on labels: codings, labels that are no class, rare classes; the advice is followed, and cures."""

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
)

import losscli
from losscli.errors import LosscliError

S = 2 * B - 1
SCORES = S * (0.5 + np.abs(np.sin(K)))
APART = 2 - S + np.sin(K)  # distances: small between what is alike
SEVERAL = np.stack([K % 2, K // 2 % 2, K // 4 % 2], axis=1).astype(float)
BESIDE = np.stack([0.2 + K / 80, 0.9 - K / 80, 0.5 + 0.3 * np.sin(K)], axis=1)
PAIRS = np.stack([1 - Q, Q], axis=1)
TRUE = ("y_true",)
COLUMNS = ("y_true[1]", "y_true[2]", "y_true[3]")
INDEX, BINARY = ("scce", "nll", "multi_margin"), ("bce", "binary_focal", "dice")

TOLD = [
    Told("index_for_one_hot", "error", data(C, ROWS, loss="cce"), data(HOT, ROWS, loss="cce"), *(None, (),
         TRUE),
         losses=("cce",), title="Class indices where one-hot", do=("take scce", "np.eye(C)[y]")),
    Told("index_for_one_hot", "error", data(C, ROWS, loss="kld"), data(C, ROWS, loss="scce"), *(None, (),
         TRUE),
         losses=("kld",), do=("take scce",)),
    Told("index_for_one_hot", "error", data(C, Z, loss="categorical_hinge"), data(C, Z,
         loss="multiclass_hinge"),
         *(None, (), TRUE), losses=("categorical_hinge",), do=("take multiclass_hinge", "np.eye(C)[y]")),
    Told("index_for_one_hot", "error", data(B, PAIRS, loss="cce"), data(B, PAIRS, loss="scce"), *(None, (),
         TRUE),
         losses=("cce",)),
    Told("one_hot_for_index", "error", data(HOT, ROWS, loss="scce"), data(C, ROWS, loss="scce"),
         *(None, (), COLUMNS), losses=("scce",), title="One-hot rows where class indices", do=("take cce",
         "argmax")),
    Told("mixed_codings", "warning", data(put(S, 3, 0, 9, 0), SCORES), data(S, SCORES), *(2, (4, 10), TRUE),
         losses=("hinge", "bce"), title="−1, 0 and 1", why=("0 is the same class as −1",)),
    Told("mixed_codings", "warning", data(put(B, 2, -1, 4, -1, 6, -1), SCORES), data(B, SCORES), *(3, (3, 5,
         7), TRUE),
         losses=("hinge", "bce")),
    Told("mixed_codings", "error", data(put(S, 3, 0), SCORES, loss="hinge"), data(S, SCORES, loss="hinge"),
         *(1, (4,), TRUE), losses=("hinge",)),
    Told("label_coding", "warning", data(S, Q), data(S, SCORES), *(None, (), TRUE),
         losses=("bce", "binary_focal", "brier", "dice"), title="−1 and 1 where 0 and 1",
         do=("hinge, soft_margin",)),
    Told("label_coding", "error", data(S, Q, loss="bce"), data(B, Q, loss="bce"), *(None, (), TRUE),
         losses=("bce",)),
    Told("label_coding", "error", data(B, APART, loss="hinge_embedding"), data(S, APART,
         loss="hinge_embedding"),
         *(None, (), TRUE), losses=("hinge_embedding",), title="0 and 1 where −1 and 1"),
    Told("labels_from_1", "error", data(C + 1, ROWS), data(C, ROWS), *(None, (), TRUE), losses=("scce",
         "nll", "bce"),
         title="from 1 to 3", why=("there are 3 classes", "from 0 to 2", "the class after its own"),
         do=("take 1 off",)),
    Told("labels_from_1", "error", data(C + 1, ROWS, loss="scce"), data(put(C + 1, 0, 0), ROWS, loss="scce"),
         *(None, (), TRUE), losses=("scce",)),
    # Without the last class it is no shift.
    Told("labels_from_1", "error", data(C + 1, ROWS), data(K % 2 + 1, ROWS), *(None, (), TRUE),
         losses=("scce", "nll", "bce")),
    Told("labels_from_1", "error", data(B + 1, Q), data(B, Q), *(None, (), TRUE), losses=("scce", "nll",
         "bce"),
         title="from 1 to 2", why=("two classes are coded 0 and 1",)),
    Told("labels_not_whole", "error", data(put(C, 5, 1.5, 7, 0.25), ROWS), data(C, ROWS), *(2, (6, 8), TRUE),
         losses=("scce", "nll"), title="between", why=("the class below",), do=("cce",)),
    Told("labels_not_whole", "error", data(put(C, 5, 1.5), ROWS, loss="scce"), data(put(C, 5, 1), ROWS,
         loss="scce"),
         *(1, (6,), TRUE), losses=("scce",)),
    Told("labels_outside", "error", data(put(C, 5, 7, 7, 7), ROWS), data(put(C, 5, 2), ROWS), *(2, (6, 8),
         TRUE),
         losses=INDEX, title="no class: 7", why=("the classes are 0 to 2",), do=("mend these labels",)),
    Told("labels_outside", "error", data(put(C, 5, -1), ROWS, loss="scce"), data(put(C, 5, 0), ROWS,
         loss="scce"),
         *(1, (6,), TRUE), losses=("scce",), title="no class: -1", do=("-p ignore_class=-1",)),
    Told("labels_outside", "error", data(put(B, 5, 2, 6, 3), Q), data(B, Q), *(2, (6, 7), TRUE),
         losses=BINARY,
         title="no class: 2, 3", why=("the classes are 0, 1:",)),
    Told("labels_outside", "error", data(put(B, 5, 0.5), Q), data(put(B, 5, 0.5), Q, loss="bce"), *(1, (6,),
         TRUE),
         losses=BINARY, title="no class: 0.5"),
    Told("labels_outside", "error", data(put(B, 5, 1.25), Q, loss="bce"), data(put(B, 5, 0.75), Q,
         loss="bce"),
         *(1, (6,), TRUE), losses=("bce",), title="no class: 1.25", why=("the classes are 0 to 1:",)),
    Told("labels_outside", "warning", data(put(B, 5, 2), Q, loss="bce", like="keras"), data(B, Q, loss="bce",
         like="keras"),
         *(1, (6,), TRUE), losses=("bce",)),
    Told("labels_outside", "error", data(put(S, 5, 0), APART, loss="hinge_embedding"),
         data(S, APART, loss="hinge_embedding"), *(1, (6,), TRUE), losses=("hinge_embedding",),
         title="no class: 0",
         why=("are -1, 1:",)),
    Told("single_class", "warning", data([1, 1, 1], [0.5, 0.75, 0.8]), data([1, 1], [0.5, 0.75]), *(None, (),
         TRUE),
         title="of class 1", why=("right in all rows",)),
    Told("single_class", "warning", data(2 + 0 * K, ROWS), data(put(2 + 0 * K, 3, 1), ROWS), *(None, (),
         TRUE),
         title="of class 2"),
    Told("single_class", "warning", data(0 * K, Q), data(put(0 * K, 3, np.nan), Q), *(None, (), TRUE),
         title="of class 0"),
]  # fmt: skip


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.id)
def test_a_finding_and_its_twin(told: Told) -> None:
    hold(told)


# The data, a finding of it, and its labels as the advice has them: the formula's name and where it begins.
MENDS: list[tuple[Data, str, str, str]] = [
    (data(S, Q, loss="bce"), "label_coding", "(y + 1)", ";"),
    (data(S, Q), "label_coding", "(y + 1)", ";"),
    (data(B, APART, loss="hinge_embedding"), "label_coding", "2 · y01", ""),
    (data(put(S, 3, 0), SCORES, loss="hinge"), "mixed_codings", "2 · (y", ""),
    (data(put(S, 3, 0), SCORES), "mixed_codings", "2 · (y", ""),
    (data(C, ROWS, loss="cce"), "index_for_one_hot", "np.eye", ""),
    (data(HOT, ROWS, loss="scce"), "one_hot_for_index", "y.argmax", ""),
]


@pytest.mark.parametrize(("given", "name", "start", "end"), MENDS)
def test_the_advised_formula_cures(given: Data, name: str, start: str, end: str) -> None:
    y = given.true if given.true.ndim > 1 else given.true.astype(int)
    mended = evaluated(found(given, name).do, start, end, y=y, y01=y, C=3)
    assert checked(given._replace(true=mended)).clean
    if name in ("label_coding", "mixed_codings"):  # each label the same class as before
        assert ((mended > 0) == (given.true > 0)).all()


def test_the_other_advice_cures() -> None:
    # Another loss, by its name in the advice.
    for true, pred, loss, other in (
        (C, ROWS, "cce", "scce"),
        (C, ROWS, "kld", "scce"),
        (C, Z, "categorical_hinge", "multiclass_hinge"),
        (HOT, ROWS, "scce", "cce"),
    ):
        assert f"take {other}" in checked(data(true, pred, loss=loss)).findings[0].do
        assert checked(data(true, pred, loss=other)).clean
    # 1 off, the ignored class named, the others' rows out.
    assert checked(data(C + 1 - 1, ROWS, loss="scce")).clean
    assert checked(data(put(C, 5, -1), ROWS, loss="scce", ignore_class=-1)).clean


@pytest.mark.parametrize(
    ("labels", "told"), [((-1,), "-1"), ((-100,), "-100"), ((255,), "255"), ((-1, 7), None), ((-2,), None)]
)
def test_ignoring_is_advised_for_what_frameworks_write(labels: tuple[float, ...], told: str | None) -> None:
    given = data(put(B, slice(5, 5 + len(labels)), labels), ROWS, loss="scce")
    advice = found(given, "labels_outside").do
    assert ("ignore_class" in advice) == (told is not None)
    if told:
        assert f"says “ignore”: -p ignore_class={told};" in advice
        assert f"if {told} says" in advice
        assert "labels_outside" not in ids(
            given._replace(options={"loss": "scce", "ignore_class": float(told)})
        )


@pytest.mark.parametrize(("strays", "shown"), [(5, "3, 4, 5, 6, 7"), (6, "3, 4, 5, 6, 7, …")])
def test_the_first_five_strays_are_shown(strays: int, shown: str) -> None:
    given = data(put(np.tile(B, 2), slice(0, strays), 3 + np.arange(strays)), np.tile(Q, 2))
    one = found(given, "labels_outside")
    assert one.title.endswith(f"no class: {shown}")
    assert (one.count, one.rows) == (strays, (1, 2, 3, 4, 5))


def imbalanced(*counts: int) -> Data:
    """So many rows of each class, the last class first, with probabilities beside."""
    true = np.concatenate([np.full(count, label) for label, count in reversed(list(enumerate(counts)))])
    k = np.arange(len(true))
    if len(counts) == 2:
        return data(true, 0.5 + 0.3 * np.sin(k) + k * 1e-5)
    scores = np.sin(k[:, None] * np.arange(1, len(counts) + 1)) + np.eye(len(counts))[true]
    return data(true, np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True))


# Rows of each class; the rare and the common one, how often each, where it is told: beyond 1 : 20.
RARE: list[tuple[tuple[int, ...], tuple[int, int] | None]] = [
    ((100, 5), None),
    ((101, 5), (1, 0)),
    ((5, 100), None),
    ((5, 101), (0, 1)),
    ((20, 1), None),
    ((21, 1), (1, 0)),
    ((95, 5), None),
    ((50, 200, 9), (2, 1)),
    ((50, 200, 10), None),
    ((41, 2, 5, 8, 9, 10, 11), (1, 0)),
]


@pytest.mark.parametrize(("counts", "told"), RARE)
@pytest.mark.parametrize("coded", ["labels", "one-hot"])
def test_a_rare_class_beyond_one_in_twenty(
    counts: tuple[int, ...], told: tuple[int, int] | None, coded: str
) -> None:
    given = imbalanced(*counts)
    if coded == "one-hot":
        pred = given.pred if given.pred.ndim > 1 else np.stack([1 - given.pred, given.pred], axis=1)
        given = data(np.eye(len(counts))[given.true], pred)
    if told is None:
        assert "imbalance" not in ids(given)
        return
    one, (rare, common), total = found(given, "imbalance"), told, sum(counts)
    assert one.title == f"Class {rare} is rare: {counts[rare]} of {total} rows"
    assert (one.severity, one.count, one.losses) == ("warning", counts[rare], ("bce", "scce", "cce"))
    first = 1 + sum(counts[rare + 1 :])  # the classes lie in the file in reverse
    assert one.rows == tuple(range(first, first + min(5, counts[rare])))
    assert f"always saying {common} is right in {100 * counts[common] / total:.4g} % of the rows" in one.why
    assert f"say little of class {rare} " in one.why
    each = ", ".join(f"{label}: {count}" for label, count in enumerate(counts[:6]))
    assert f"(rows: {each}{', …' if len(counts) > 6 else ''})" in one.why
    assert "--class-weight balanced" in one.do


def test_strays_and_stand_ins_are_no_rare_classes() -> None:
    for stray in (7, -999):
        given = imbalanced(50, 60, 45)
        seen = ids(given._replace(true=put(given.true, 4, stray)))
        assert "imbalance" not in seen
        assert "single_class" not in seen
    # A class that never occurs is not the rare one either.
    assert "imbalance" not in ids(data(np.eye(4)[K % 3], np.c_[0.9 * ROWS, 0.1 + 0 * K]))


# What the coding is, who takes it and who does not, beside which predictions.
CODINGS: list[tuple[Any, Any, dict[str, Any], dict[str, Any]]] = [
    (B, Q, {"bce": Q, "binary_focal": Q, "brier": Q, "dice": Q, "hinge": SCORES, "scce": PAIRS}, {"scce": Q}),
    (
        S,
        SCORES,
        dict.fromkeys(("hinge", "squared_hinge", "exponential", "soft_margin"), SCORES),
        {"bce": Q, "dice": Q},
    ),
    (
        C,
        ROWS,
        {"scce": ROWS, "nll": np.log(ROWS), "multi_margin": Z, "multiclass_hinge": Z},
        {"cce": ROWS, "kld": ROWS, "categorical_hinge": Z},
    ),
    (
        HOT,
        ROWS,
        {"cce": ROWS, "categorical_focal": ROWS, "kld": ROWS, "categorical_hinge": Z},
        {"scce": ROWS, "nll": np.log(ROWS)},
    ),
    (
        SEVERAL,
        BESIDE,
        {"bce": BESIDE, "binary_focal": BESIDE, "asymmetric": BESIDE, "multilabel_soft_margin": BESIDE - 0.5,
         "label_ranking": BESIDE - 0.5},
        {},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("true", "pred", "takers", "others"), CODINGS)
def test_the_note_on_the_coding_names_who_takes_it(
    true: Any, pred: Any, takers: dict[str, Any], others: dict[str, Any]
) -> None:
    note = found(data(true, pred), "coding")
    assert (note.severity, note.count, note.columns, note.losses, note.do) == ("note", None, (), (), "")
    here, _, there = note.why.partition("; ")
    for name, beside in takers.items():
        assert losscli.compute(name, true, beside).value is not None
        assert name in (there if name in others else here).replace(":", ",").split() or f"{name}," in here
    for name, beside in others.items():
        assert name in there.replace(",", "").split()
        with pytest.raises(LosscliError):
            losscli.compute(name, true, beside)
    assert "coding" not in ids(data(true, next(iter(takers.values())), loss=next(iter(takers))))


def test_no_note_on_the_coding_of_amounts_or_of_miscoded_labels() -> None:
    for given in (data(Y, P), data(S, Q), data(C + 1, ROWS)):
        assert "coding" not in ids(given)
    text = found(data(S, SCORES), "coding").why
    assert (evaluated(text.replace("2)", "2;"), "(y + 1)", ";", y=S) == B).all()
