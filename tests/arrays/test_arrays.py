"""Names of classes in the library's arrays, and pandas objects whose rows are others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from support.close import close

import losscli
from losscli.errors import LosscliError

LABELS = np.array(["cat", "fox", "dog"])
ROWS = np.array([[0.7, 0.2, 0.1], [0.2, 0.3, 0.5], [0.1, 0.8, 0.1]])
CLASSES = ["cat", "dog", "fox"]
MEAN = -(math.log(0.7) + math.log(0.5) + math.log(0.8)) / 3


@pytest.mark.parametrize("labels", [LABELS, LABELS.tolist(), LABELS.astype(object), LABELS.astype("S")])
def test_classes_name_the_columns(labels: Any) -> None:
    found = losscli.compute("scce", labels, ROWS, classes=CLASSES)
    assert found.value == close(MEAN, 1e-14)
    assert [remark.text for remark in found.remarks] == ["classes: cat is 0, dog 1, fox 2"]
    numbers = losscli.gradient("scce", [0, 2, 1], ROWS)
    assert np.array_equal(losscli.gradient("scce", labels, ROWS, classes=CLASSES), numbers)
    with pytest.raises(LosscliError, match="--classes cat,dog,fox"):
        losscli.compute("scce", labels, ROWS)
    with pytest.raises(LosscliError, match='row 2, y_true: "fox" is none of the classes'):
        losscli.compute("scce", labels, ROWS[:, :2], classes=CLASSES[:2])


def test_every_call_takes_them() -> None:
    y, p, words = ["spam", "ham"] * 4, [0.75, 0.25] * 4, {"positive": "spam"}
    wanted = close(-math.log(0.75), 1e-14)
    assert losscli.compute("bce", y, p, **words).value == wanted
    assert losscli.compare(y, {"a": p}, ["bce"], **words).scores[0].value == wanted
    assert losscli.parity("bce", y, p, **words).rows[0].value == wanted
    assert losscli.steps("bce", y, p, **words).value == wanted
    assert losscli.why("bce", y, p, **words).loss == "bce"
    assert losscli.check(y, p, **words).chosen == ("classes: ham is 0, spam 1",)
    assert losscli.recommend(y, p, **words).remarks[0].text == "classes: ham is 0, spam 1"
    assert losscli.curve("bce", y, p, **words).histograms[0].total == 4
    with pytest.raises(LosscliError, match="--positive spam"):
        losscli.compute("bce", y, p)
    assert losscli.compute("zero_one", y, ["ham"] * 8).value == 0.5
    with pytest.raises(LosscliError, match="y_true is not an array of numbers"):
        losscli.compute("mae", y, p)


def test_pandas_objects_with_other_rows_are_refused() -> None:
    pandas = pytest.importorskip("pandas")
    y = pandas.Series([1.0, 2.0, 3.0], index=[2, 0, 1])
    calls: list[tuple[Any, Any, Any, Any]] = [
        (y, y.sort_index(), None, None),
        (y, pandas.Series([1.0, 2.0, 3.0]), None, None),
        (y.to_frame(), y.sort_index().to_frame(), None, None),
        ([1, 2, 3], y, y.sort_index(), None),
        ([1, 2, 3], y, None, y.sort_index()),
        ([1, 2, 3], y, None, {"a": y.sort_index()}),
    ]
    for true, pred, weight, by in calls:
        with pytest.raises(LosscliError, match=r"the indexes of .* differ: .* at position 0 are"):
            losscli.compute("mae", true, pred, weight, by=by)
    with pytest.raises(LosscliError, match=r"y_pred.loc.y_true.index. puts them in one order"):
        losscli.gradient("mae", y, y.sort_index())
    with pytest.raises(LosscliError, match="the indexes of y_true and b differ"):
        losscli.compare(y, {"a": y, "b": y.sort_index()}, ["mae"])
    with pytest.raises(LosscliError, match="differ"):
        losscli.check(y, y.sort_index())
    assert losscli.compute("mae", y, y.sort_index().to_numpy()).value == 4 / 3
    assert losscli.compute("mae", y, y + 1, y).value == 1


def test_a_frame_names_the_classes() -> None:
    pandas = pytest.importorskip("pandas")
    order = [2, 0, 1]
    frame = pandas.DataFrame(ROWS[:, order], columns=[CLASSES[i] for i in order])
    for labels in (pandas.Series(LABELS), pandas.Series(LABELS, dtype="category")):
        assert losscli.compute("scce", labels, frame).value == close(MEAN, 1e-14)
        # Columns that were put in the classes' order are given back as they stood.
        slopes = losscli.gradient("scce", labels, frame, classes=CLASSES)
        assert np.array_equal(slopes, losscli.gradient("scce", [0, 2, 1], ROWS)[:, order])
    counted = pandas.DataFrame(ROWS, columns=[1, 2, 3])
    assert losscli.compute("scce", pandas.Series([1, 3, 2]), counted).value == close(MEAN, 1e-14)
    with pytest.raises(LosscliError, match='"0" is none of the classes'):
        losscli.compute("scce", pandas.Series([1, 0, 2]), counted)
