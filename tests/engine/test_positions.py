"""Arrays of several axes: where the classes are, what is left out, and a weight for each value."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.inside import losscli as command

import losscli
from losscli import LosscliError

RNG = np.random.default_rng(12)
LOGITS = RNG.normal(size=(3, 5, 4))
INDEX = RNG.integers(0, 4, (3, 5))
INDEX[0, 3:] = -100
INDEX[2] = -100
KEPT = INDEX != -100
LOGS = LOGITS - np.log(np.exp(LOGITS).sum(-1, keepdims=True))
VALUES = np.where(KEPT, -np.take_along_axis(LOGS, (INDEX * KEPT)[..., None], -1)[..., 0], 0.0)


@pytest.mark.parametrize(
    ("like", "logits"),
    [("exact", LOGITS), ("exact", LOGITS.transpose(0, 2, 1)), ("torch", LOGITS.transpose(0, 2, 1))],
    ids=["exact, last", "exact, first", "torch, first"],
)
@pytest.mark.parametrize("word", ["ignore_class", "ignore_index", "ignore_label", "padding_idx"])
def test_the_mean_is_over_the_positions_that_count(like: str, logits: Any, word: str) -> None:
    params = {"from_logits": True, word: -100}
    score = losscli.compute("scce", INDEX, logits, like=like, **params)
    assert score.value == pytest.approx(VALUES.sum() / KEPT.sum(), rel=1e-14, abs=0)
    assert score.divided_by == "8 of 15 positions (7 ignored)"
    assert score.n == 3
    rows = VALUES.sum(1) / np.maximum(KEPT.sum(1), 1)
    np.testing.assert_allclose(score.per_sample, rows, rtol=1e-14)
    total = losscli.compute("scce", INDEX, logits, like=like, reduction="sum", **params)
    assert total.value == pytest.approx(VALUES.sum(), rel=1e-14, abs=0)
    assert sum(sample.share or 0 for sample in score.samples) == pytest.approx(1.0)


@pytest.mark.parametrize("weight", [np.array([1.0, 2.0, 0.5]), RNG.random((3, 5))], ids=["row", "position"])
def test_weights_of_rows_or_of_positions(weight: Any) -> None:
    params = {"from_logits": True, "ignore_class": -100}
    score = losscli.compute("scce", INDEX, LOGITS, weight, **params)
    spread = np.broadcast_to(weight.reshape(3, -1), (3, 5))
    wanted = (spread * VALUES).sum() / (spread * KEPT).sum()
    assert score.value == pytest.approx(wanted, rel=1e-14, abs=0)
    by = losscli.compute("scce", INDEX, LOGITS, weight, by=["a", "b", "a"], **params).groups
    assert by is not None
    at = [0, 2]
    group = (spread * VALUES)[at].sum() / (spread * KEPT)[at].sum()
    assert by.value[0] == pytest.approx(group, rel=1e-14, abs=0)


def test_the_gradient_has_the_shape_of_y_pred() -> None:
    params = {"from_logits": True, "ignore_class": -100}
    slope = losscli.gradient("scce", INDEX, LOGITS.transpose(0, 2, 1), **params)
    hot = INDEX[..., None] == np.arange(4)
    wanted = np.where(KEPT[..., None], np.exp(LOGS) - hot, 0) / np.maximum(KEPT.sum(1), 1)[:, None, None]
    np.testing.assert_allclose(slope, wanted.transpose(0, 2, 1), rtol=1e-12, atol=1e-15)


def test_classes_on_either_axis_are_asked_for() -> None:
    square = RNG.normal(size=(2, 4, 4))
    index = RNG.integers(0, 4, (2, 4))
    with pytest.raises(LosscliError, match="may be on axis 1 or on axis 2") as refused:
        losscli.compute("scce", index, square, from_logits=True)
    assert refused.value.hint == "say which: -p class_axis=1, or -p class_axis=2"
    one = losscli.compute("scce", index, square, from_logits=True, class_axis=1).value
    torch = losscli.compute("scce", index, square, like="torch").value
    other = losscli.compute("scce", index, square.transpose(0, 2, 1), from_logits=True, class_axis=-1).value
    assert one == pytest.approx(torch, rel=1e-14, abs=0)
    assert one == pytest.approx(other, rel=1e-14, abs=0)
    with pytest.raises(LosscliError, match="class_axis=0"):
        losscli.compute("scce", index, square, from_logits=True, class_axis=0)


def test_soft_targets_have_the_same_shape() -> None:
    true, pred = RNG.dirichlet(np.ones(4), (3, 5)), RNG.dirichlet(np.ones(4), (3, 5))
    wanted = -(true * np.log(pred)).sum(-1).mean()
    assert losscli.compute("cce", true, pred).value == pytest.approx(wanted, rel=1e-14, abs=0)
    moved = [array.transpose(0, 2, 1) for array in (true, pred)]
    assert losscli.compute("cce", *moved, class_axis=1).value == pytest.approx(wanted, rel=1e-14, abs=0)
    read = losscli.compute("cce", *moved)
    assert read.value == pytest.approx(wanted, rel=1e-14, abs=0)
    assert (
        read.remarks[0].text == "the classes are on axis 1: y_true sums to 1 there, and along no other axis"
    )
    with pytest.raises(LosscliError, match="positions are off") as refused:
        losscli.compute("cce", 2 * moved[0], moved[1])
    assert "class_axis=1" in str(refused.value.hint)


def test_indices_and_one_hot_rows_ask_for_the_other_loss() -> None:
    hot = np.eye(4)[INDEX * KEPT]
    for loss, true, hint in (
        ("cce", INDEX, "class indices take scce"),
        ("scce", hot, "one-hot rows take cce"),
    ):
        with pytest.raises(LosscliError) as refused:
            losscli.compute(loss, true, LOGITS, from_logits=True)
        assert hint in str(refused.value.hint)


LABELS = RNG.integers(0, 2, (4, 6)).astype(float)
CHANCES = RNG.random((4, 6))
VOID = RNG.random((4, 6)) < 0.3
VOID[0] = False
ENTRIES = -np.where(LABELS == 1, np.log(CHANCES), np.log(1 - CHANCES))


def test_a_label_of_an_entry_is_left_out() -> None:
    marked = np.where(VOID, 255, LABELS)
    score = losscli.compute("bce", marked, CHANCES, ignore_index=255)
    assert score.value == pytest.approx(ENTRIES[~VOID].mean(), rel=1e-14, abs=0)
    assert score.params["ignore_class"] == 255
    assert score.divided_by == f"{(~VOID).sum()} of 24 entries ({VOID.sum()} ignored)"
    with pytest.raises(LosscliError, match="no parameter ignore_index"):
        losscli.compute("bce", marked, CHANCES, ignore_index=255, like="torch")


@pytest.mark.parametrize(("per", "axis"), [("batch", None), ("sample", 1), ("class", 0)])
def test_overlap_without_what_is_left_out(per: str, axis: int | None) -> None:
    score = losscli.compute("dice", np.where(VOID, 255, LABELS), CHANCES, ignore_class=255, per=per)
    y, p = LABELS * ~VOID, CHANCES * ~VOID
    wanted = np.mean(1 - 2 * (y * p).sum(axis) / (y.sum(axis) + p.sum(axis)))
    assert score.value == pytest.approx(wanted, rel=1e-13, abs=0)


def test_overlap_of_class_indices() -> None:
    index, pred = RNG.integers(0, 3, (2, 4, 5)), RNG.dirichlet(np.ones(3), (2, 4, 5)).transpose(0, 3, 1, 2)
    y = (index[:, None] == np.arange(3)[None, :, None, None]).astype(float)
    both, axes = (y * pred).sum((0, 2, 3)), (0, 2, 3)
    wanted = np.mean(1 - 2 * both / (y.sum(axes) + pred.sum(axes)))
    score = losscli.compute("dice", index, pred, per="class")
    assert score.value == pytest.approx(wanted, rel=1e-13, abs=0)
    with pytest.raises(LosscliError, match="class 7 is not among the 3"):
        losscli.compute("dice", np.where(index == 0, 7, index), pred)


def test_a_weight_for_each_entry() -> None:
    weight = RNG.random((4, 6))
    error = np.abs(LABELS - CHANCES)
    wanted = (weight * error).sum() / weight.sum()
    assert losscli.compute("mae", LABELS, CHANCES, weight).value == pytest.approx(wanted, rel=1e-14, abs=0)
    torch = losscli.compute("mae", LABELS, CHANCES, weight, like="torch").value
    assert torch == pytest.approx(wanted, rel=1e-14, abs=0)
    with pytest.raises(LosscliError, match=r"the weights are \(N, 5\)"):
        losscli.compute("mae", LABELS, CHANCES, weight[:, :5])


def test_squeeze(tmp_path: Path) -> None:
    with pytest.raises(LosscliError, match="N × N") as refused:
        losscli.compute("mae", [1.0, 2.0], [[1.5], [2.0]])
    assert refused.value.hint == "--squeeze drops an axis of length 1 (squeeze=True in the library)"
    assert losscli.compute("mae", [1.0, 2.0], [[1.5], [2.0]], squeeze=True).value == 0.25
    np.savez(tmp_path / "masks.npz", true=LABELS.reshape(4, 2, 3), pred=CHANCES.reshape(4, 1, 2, 3))
    words = ["compute", "bce", "masks.npz", "--true", "true", "--pred", "pred", "--format", "json"]
    assert "--squeeze" in command(*words, cwd=tmp_path).stderr
    told = json.loads(command(*words, "--squeeze", cwd=tmp_path).stdout)
    assert told["value"] == pytest.approx(ENTRIES.mean(), rel=1e-14, abs=0)
    assert told["params"]["squeeze"] is True


def test_boxes_by_their_centres() -> None:
    true, pred = [[0.5, 0.5, 0.2, 0.2]], [[0.6, 0.5, 0.1, 0.2]]  # overlap 0.05 × 0.2 of a union of 0.05
    assert losscli.compute("iou", true, pred, box_format="cxcywh").value == pytest.approx(0.8, abs=1e-12)


@pytest.mark.parametrize("loss", ["iou", "giou", "diou", "ciou"])
def test_boxes_by_their_centres_are_boxes_by_their_corners(loss: str) -> None:
    def corners(box: Any) -> Any:
        return np.concatenate([box[:, :2] - box[:, 2:] / 2, box[:, :2] + box[:, 2:] / 2], axis=1)

    true, pred = (RNG.uniform(0.2, 1, (6, 4)) for _ in range(2))
    wanted = losscli.compute(loss, corners(true), corners(pred)).value
    assert losscli.compute(loss, true, pred, box_format="cxcywh").value == pytest.approx(wanted, abs=1e-12)
    slope = losscli.gradient(loss, true, pred, box_format="cxcywh")
    step = 1e-6
    for k in range(4):
        up, down = pred.copy(), pred.copy()
        up[:, k] += step
        down[:, k] -= step
        ends = [losscli.compute(loss, true, p, box_format="cxcywh").per_sample for p in (up, down)]
        assert ends[0] is not None
        assert ends[1] is not None
        np.testing.assert_allclose(slope[:, k], (ends[0] - ends[1]) / (2 * step), rtol=1e-5, atol=1e-6)


def refused(*arrays: Any, **params: Any) -> str:
    with pytest.raises(LosscliError) as caught:
        losscli.compute(*arrays, **params)
    return caught.value.what


@pytest.mark.parametrize("loss", ["scce", "dice"])
def test_a_complaint_names_the_place_in_the_array_that_was_given(loss: str) -> None:
    """Places count from 1, in the axes that y_pred has, wherever the classes are."""
    index, last = RNG.integers(0, 3, (2, 4, 5)), RNG.dirichlet(np.ones(3), (2, 4, 5))
    bad = last.copy()
    bad[1, 3, 2, 1] = 2.0
    assert refused(loss, index, bad).startswith("y_pred[4, 3, 2], row 2: 2 is not")
    assert refused(loss, index, bad.transpose(0, 3, 1, 2)).startswith("y_pred[2, 4, 3], row 2: 2 is not")
    odd = np.where(np.arange(40).reshape(2, 4, 5) == 33, 9, index)  # [1, 2, 3]
    for array in (last, last.transpose(0, 3, 1, 2)):
        assert refused(loss, odd, array).startswith("y_true[3, 4], row 2: class 9")


def test_so_does_one_about_a_soft_target() -> None:
    true, pred = RNG.dirichlet(np.ones(4), (3, 5)), RNG.dirichlet(np.ones(4), (3, 5))
    true[2, 4, 1] = -1.0
    assert refused("cce", true, pred).startswith("y_true[5, 2], row 3: -1 is not")
    moved = [array.transpose(0, 2, 1) for array in (true, pred)]
    assert refused("cce", *moved, class_axis=1).startswith("y_true[2, 5], row 3: -1 is not")


def test_weights_of_entries_stand_where_the_entries_do() -> None:
    """Also where the axis of the classes is named, and all axes are as long."""
    true, pred, weight = RNG.integers(0, 2, (2, 3, 3)), RNG.random((2, 3, 3)), RNG.random((2, 3, 3))
    values = -np.where(true == 1, np.log(pred), np.log(1 - pred))
    wanted = (weight * values).sum() / weight.sum()
    for params in ({}, {"class_axis": 1}, {"class_axis": 2}):
        score = losscli.compute("bce", true, pred, weight, **params)
        assert score.value == pytest.approx(wanted, rel=1e-14, abs=0)


def test_the_gradient_of_what_is_left_out_is_0_on_every_axis() -> None:
    """Each entry that counts has the slope of its own loss; the axes are of different lengths."""
    index, pred = RNG.integers(0, 3, (2, 4, 5)), RNG.normal(size=(2, 3, 4, 5))
    index[0, 1:3, 2] = -100
    kept = index != -100
    odds = np.exp(pred) / np.exp(pred).sum(1, keepdims=True)
    hot = index[:, None] == np.arange(3)[None, :, None, None]
    wanted = np.where(kept[:, None], odds - hot, 0) / kept.sum((1, 2))[:, None, None, None]
    slope = losscli.gradient("scce", index, pred, from_logits=True, ignore_class=-100)
    np.testing.assert_allclose(slope, wanted, rtol=1e-12, atol=1e-15)
    middle = pred.transpose(0, 2, 1, 3)
    slope = losscli.gradient("scce", index, middle, from_logits=True, ignore_class=-100, class_axis=2)
    np.testing.assert_allclose(slope, wanted.transpose(0, 2, 1, 3), rtol=1e-12, atol=1e-15)
    void = np.where(VOID, 255, LABELS)
    slope = losscli.gradient("bce", void, CHANCES, ignore_class=255)
    each = np.where(VOID, 0, (CHANCES - LABELS) / (CHANCES * (1 - CHANCES))) / (~VOID).sum(1, keepdims=True)
    np.testing.assert_allclose(slope, each, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("like", ["exact", "keras", "torch"])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_groups_of_samples_with_positions(like: str, reduction: str) -> None:
    index, by = np.where(KEPT, INDEX, 1), np.array(list("aba"))
    values = -np.take_along_axis(LOGS, index[..., None], -1)[..., 0]
    params = {} if like == "torch" else {"from_logits": True}
    logits = LOGITS.transpose(0, 2, 1) if like == "torch" else LOGITS
    groups = losscli.compute("scce", index, logits, by=by, like=like, reduction=reduction, **params).groups
    assert groups is not None
    for value, name in zip(groups.value, "ab", strict=True):
        wanted = getattr(np, reduction)(values[by == name])
        assert value == pytest.approx(wanted, rel=1e-6 if like == "keras" else 1e-13, abs=0)
