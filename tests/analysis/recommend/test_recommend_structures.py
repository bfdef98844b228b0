"""Advice on masks, boxes, vectors, lists, label sequences, times and latent codes: what it measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.advice import entry, everything, evidence, losses, names, percent, shares, short, why
from support.close import close

import losscli
from losscli.results.recommend import Recommendations


def masks(on: int, empty: int = 0) -> Any:
    """Ten masks of 10 by 10, of which all but the last `empty` have `on` pixels set."""
    y = np.zeros((10, 100))
    y[: 10 - empty, :on] = 1
    return y.reshape(10, 10, 10)


@pytest.mark.parametrize("kind", ["alone", "probabilities", "logits", "said"])
@pytest.mark.parametrize(("on", "plenty"), [(20, True), (19, False), (70, True)])
def test_masks(on: int, plenty: bool, kind: str) -> None:
    y = masks(on)
    p = {"alone": None, "probabilities": 0.6 * y + 0.1, "logits": 6 * y - 3, "said": y * 0.9}[kind]
    told = losscli.recommend(y, p, from_logits=kind == "said")
    part = shares(on * 10, 1000)
    assert evidence(told, "foreground").text == f"foreground: {part} of the 1000 pixels"
    assert evidence(told, "foreground").value == on / 100
    assert f"foreground is {part} of the pixels" in why(told)
    assert ("bce is mostly background" in why(told)) is not plenty
    assert ("judged by overlap" in why(told)) is plenty
    assert evidence(told, "empty_masks").value == 0
    assert "are empty" not in everything(told)
    logits = kind in ("logits", "said")
    assert all(("from_logits" in e.params) is logits for e in told.recommendations)
    assert ("overlap" in names(told)) is (kind == "probabilities")
    if kind == "probabilities":
        overlap = 2 * (y * p).sum() / (y.sum() + p.sum())
        assert evidence(told, "overlap").value == close(overlap, 1e-12)
        assert (
            f"is {short(overlap)}, while a pixel is off by {short(np.abs(y - p).mean())} on average"
            in why(told)
        )
    tversky = entry(told, "tversky")
    beta = round(min(0.9, max(0.5, 1 - on / 100)), 1)
    assert (tversky.params["beta"], tversky.params["alpha"]) == close((beta, 1 - beta), 1e-9)
    assert f"beta {beta:g} on missed pixels and alpha {short(1 - beta)} on false ones" in tversky.derived[0]
    if p is not None and not logits:  # the formula's beta is that of a missed pixel
        q = np.clip(p, 0, 1)
        hit, missed, false = (y * q).sum(), (y * (1 - q)).sum(), ((1 - y) * q).sum()
        value = losscli.compute("tversky", y, q, **tversky.params).value
        assert value == close(1 - hit / (hit + beta * missed + (1 - beta) * false), 1e-6)


@pytest.mark.parametrize(("on", "rarer"), [(3, True), (40, True), (50, False), (60, False)])
def test_the_rarer_foreground_is_a_reason_only_where_it_is_so(on: int, rarer: bool) -> None:
    tversky = entry(losscli.recommend(masks(on)), "tversky")
    assert ("as the foreground is the rarer" in tversky.derived[0]) is rarer
    assert ("both alike" in tversky.derived[0]) is not rarer
    assert (tversky.params["beta"] > tversky.params["alpha"]) is rarer


@pytest.mark.parametrize("empty", [1, 4])
def test_empty_masks_are_counted(empty: int) -> None:
    told = losscli.recommend(masks(30, empty))
    assert evidence(told, "empty_masks").value == empty
    assert f"masks without any foreground: {empty} of 10" in evidence(told, "empty_masks").text
    assert f"{empty} of 10 masks " in why(told)
    assert evidence(told, "foreground").value == close(0.3 * (10 - empty) / 10, 1e-12)


def test_boxes() -> None:
    side = np.arange(10.0, 30.0)
    y = np.stack([side * 0, side * 0, side, 4 * side], 1)
    p = y.copy()
    p[:5, :2] += side[:5, None]  # right beside: an edge in common and no more
    p[:5, 2:] += side[:5, None]
    p[5:9, 3] /= 2
    told = losscli.recommend(y, p)
    assert "four numbers a row, the second corner beyond the first in every row: boxes as xyxy" in why(told)
    assert "box_format" not in everything(told)
    low, high = np.quantile(2 * side, [0.05, 0.95])
    assert f"true boxes are {short(low)} to {short(high)} on a side (5 % to 95 %)" in why(told)
    iou = np.array([0.0] * 5 + [0.5] * 4 + [1.0] * 11).mean()
    assert evidence(told, "iou").value == close(iou, 1e-12)
    assert evidence(told, "apart").value == 0.25
    assert f"{shares(5, 20)} of the pairs do not overlap (mean IoU {short(iou)}): 1 − IoU is flat" in why(
        told
    )
    near = losscli.recommend(y, y + 0.1)
    assert "giou is then 1 − IoU and the empty share" in why(near)
    assert "flat there" not in why(near)
    assert evidence(near, "apart").text == f"boxes that do not overlap: {shares(0, 20)}"


def test_boxes_of_a_corner_and_a_size() -> None:
    y = np.array([[50.0, 50, 20, 10], [80, 10, 5, 45]] * 10)
    p = y + np.array([0, 0, 0, 10])
    told = losscli.recommend(y, p, task="detection")
    assert "a width and a height behind each corner in every row: boxes as xywh" in why(told)
    assert all(
        e.params.get("box_format") == "xywh"
        for e in told.recommendations
        if e.loss in ("giou", "ciou", "iou")
    )
    assert evidence(told, "iou").value == close((10 / 20 + 45 / 55) / 2, 1e-12)
    low, high = np.quantile(np.sqrt([200.0, 225.0] * 10), [0.05, 0.95])
    assert f"{short(low)} to {short(high)} on a side" in why(told)
    for found in told.recommendations[:3]:
        assert isinstance(eval(found.command, {"losscli": losscli, "y_true": y, "y_pred": p}).value, float)


def vectors(each: int, classes: int, length: float | None = None) -> tuple[Any, Any]:
    """Labels, and vectors: a class at (3k, 0) or (3k, 4) by turns; or all of one length."""
    y = np.repeat(np.arange(classes), each).astype(float)
    p = np.stack([3.0 * y + 1, 4.0 * (np.arange(len(y)) % 2) + 1], 1)
    return y, p if length is None else p / np.linalg.norm(p, axis=1, keepdims=True) * length


def distances(y: Any, p: Any) -> tuple[float, float]:
    within, between = [], []
    for i in range(len(y)):
        for j in range(i):
            (within if y[i] == y[j] else between).append(np.sqrt(((p[i] - p[j]) ** 2).sum()))
    return float(np.median(within)), float(np.median(between))


@pytest.mark.parametrize("each", [2, 3, 4, 6])
def test_embeddings_by_rows_a_class_and_their_distances(each: int) -> None:
    y, p = vectors(each, 5)
    told = losscli.recommend(y, p, task="embeddings")
    many = each >= 4
    assert losses(told)[:2] == (["supcon", "triplet_semihard"] if many else ["triplet_semihard", "supcon"])
    assert f"5 classes, {each} rows a class (median)" in why(told)
    assert ("every anchor has several positives" in why(told)) is many
    assert ("few rows of a class: triplets need one positive" in why(told)) is not many
    near, far = distances(y, p)
    assert f"rows of one class are {short(near)} apart (median), of two {short(far)}" in why(told)
    assert evidence(told, "distances").text == (
        f"median distance {short(near)} within a class, {short(far)} between classes"
    )
    lengths = np.linalg.norm(p, axis=1)
    assert f"rows of y_pred are {short(lengths.min())} to {short(lengths.max())} long" in why(told)
    margin = float(f"{far / 2:.2g}")
    for loss in ("triplet_semihard", "triplet_hard"):
        assert entry(told, loss).params == {"margin": margin}
        assert f"margin {margin:g}: half of the median distance between" in entry(told, loss).derived[0]
    assert "of a single row" not in why(told)
    assert ", 0 of a single row" in evidence(told, "classes").text


def test_unit_vectors_and_single_rows() -> None:
    y, p = vectors(4, 5, length=1)
    y[-1], y[-2] = 7, 8
    told = losscli.recommend(y, p, task="embeddings")
    assert "rows of y_pred are of length 1" in why(told)
    assert entry(told, "triplet_semihard").params == {"margin": 1}
    assert "the 2 of a single row have no positive" in why(told)
    assert "7 classes, 4 rows a class (median), 2 of a single row" in evidence(told, "classes").text
    longer = losscli.recommend(y, p * 1.002, task="embeddings")
    assert "of length 1" not in why(longer)


def test_a_vector_of_length_0_has_no_cosine() -> None:
    y, p = vectors(6, 5)
    p[3] = 0
    told = losscli.recommend(y, p, task="embeddings")
    assert losses(told)[:2] == ["triplet_semihard", "supcon"]
    assert "a row has length 0, which has no cosine" in why(told)
    assert "few rows of a class" not in why(told)
    assert entry(told, "supcon").command == 'losscli.explain("supcon")'


@pytest.mark.parametrize("k", [3, 4])
def test_triplets_and_quadruplets(k: int) -> None:
    p = np.zeros((20, k, 2))
    p[:, 1, 0] = 3  # the positive
    p[:, 2, 1] = np.where(np.arange(20) < 6, 2, 8)  # the negative
    p[6, 2, 1] = 3  # as far as the positive
    told = losscli.recommend(None, p)
    assert losses(told)[0] == ("triplet" if k == 3 else "quadruplet")
    assert (
        f"y_pred is (N, {k}, 2): anchor, positive and {'negative' if k == 3 else 'two negatives'} a row"
        in (why(told))
    )
    assert f"in {shares(7, 20)} of the 20 rows the negative is no farther than the positive" in why(told)
    assert evidence(told, "wrong").value == 0.35
    margin = {"margin": 4.0} if k == 3 else {"margin1": 4.0, "margin2": 2.0}
    assert told.recommendations[0].params == margin
    assert "4: half of the median distance to the negative" in told.recommendations[0].derived[0]


def test_pairs_with_and_without_labels() -> None:
    p = np.random.default_rng(0).normal(size=(30, 2, 5))
    alone = losscli.recommend(None, p)
    assert losses(alone) == ["infonce", "vae_kl"]
    assert (evidence(alone, "pairs").value, evidence(alone, "pairs").text) == (30, "30 pairs")
    labelled = losscli.recommend(np.where(np.arange(30) < 9, 1.0, -1.0), p)
    assert losses(labelled) == ["cosine_embedding", "contrastive"]
    assert "y_pred is (N, 2, 5), with labels 1 and −1" in why(labelled)


def test_latent_columns_that_say_nothing() -> None:
    r = np.random.default_rng(0)
    codes = np.stack([r.normal(size=(50, 8)), r.normal(size=(50, 8)) - 1], 1)
    codes[:, :, 0] = 0.01 * codes[:, :, 0]  # mean 0 and log variance 0 throughout
    codes[:, 0, 1] = 0.01  # its variances are others
    codes[:, 1, 2] = 0.01  # its means are spread
    told = losscli.recommend(None, codes, task="generative")
    assert evidence(told, "idle").value == 1 / 8
    assert f"{percent(1 / 8)} of the latent columns say nothing" in why(told)
    assert f"means of spread {short(codes[:, 0].std())} and log variances of" in why(told)
    assert f"{short(codes[:, 1].mean())} on average" in why(told)


@pytest.mark.parametrize("events", [40, 30])
def test_times_to_an_event(events: int) -> None:
    y = np.stack([np.arange(40) + 2.5, (np.arange(40) < events) * 1.0], 1)
    told = losscli.recommend(y, np.zeros(40))
    assert f"times of 2.5 to 41.5 with an event of 0 or 1: {events} of 40 rows ended in one" in why(told)
    assert (f"{percent(1 - events / 40)} are censored" in why(told)) is (events < 40)
    assert evidence(told, "events").value == events / 40
    assert f"{events} events in 40 rows: {shares(events, 40)}" in evidence(told, "events").text
    late = entry(told, "gamma_deviance").when or ""
    assert ("nothing is censored" in late) is (events == 40)
    assert ("can be left out without bias" in late) is (events < 40)


def lists(scores: bool) -> Recommendations:
    grades = np.tile([0.0, 1, 4, 2], (20, 1))
    found = np.tile([-3.0, -2, 1, 0], (20, 1))
    found[:5, 0] = 2  # the highest score on the lowest grade
    return losscli.recommend(grades, found if scores else None, task="ranking")


def test_lists_of_grades() -> None:
    told = lists(scores=True)
    assert "20 lists of 4 items, graded 0 to 4" in why(told)
    assert evidence(told, "lists").text == "20 lists of 4 items with 4 grades"
    assert evidence(told, "top").value == 0.75
    assert f"the highest score stands on the highest grade in {shares(15, 20)} of the lists" in why(told)
    assert "highest score" not in everything(lists(scores=False))
    assert f"{np.e:.1f}" == "2.7"
    assert "one grade more is 2.7 times the weight" in why(told)


@pytest.mark.parametrize(
    ("labels", "blank"),
    [([1, 4], None), ([0, 3], 4), ([0, 4], None), ([1, 3], None)],
)
def test_label_sequences_and_their_blank(labels: list[int], blank: int | None) -> None:
    y = np.array([[*labels, labels[0]], [labels[1], -1, -1]] * 3, dtype=float)
    told = losscli.recommend(y, np.zeros((6, 12, 5)))
    assert "sequences of 1 to 3 labels against 12 steps of 5 classes" in why(told)
    assert told.recommendations[0].params == ({} if blank is None else {"blank": blank})
    assert ("as class 0 is a label here" in everything(told)) is (blank is not None)


def test_the_highest_grade_may_stand_twice() -> None:
    """Of equal grades any is the highest: the score that stands on the second is right too."""
    told = losscli.recommend([[2.0, 2, 0]] * 4, [[1.0, 3, 0]] * 4, task="ranking")
    assert evidence(told, "top").value == 1


@pytest.mark.parametrize(
    ("y", "p"),
    [
        (np.ones((8, 3)), None),
        (np.ones(8), None),
        (np.stack([np.arange(8.0) + 1, np.arange(8) % 3], 1), None),
        (np.stack([np.arange(8.0) + 1, np.arange(8) % 2], 1), np.ones((8, 2))),
    ],
)
def test_what_is_no_time_with_an_event_is_refused(y: Any, p: Any) -> None:
    with pytest.raises(losscli.LosscliError, match="no time with an event of 0 or 1"):
        losscli.recommend(y, p, task="survival")
