"""Groups: each one's value is what its rows alone give, however the rows come."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from support.close import close
from support.command import ROOT
from support.command import losscli as run
from support.requests import score

import losscli
from losscli import LosscliError
from losscli.batch import Batch, Labels, combined
from losscli.data import open_table
from losscli.engine.group_sums import GroupSums, Keys

RNG = np.random.default_rng(5)
N = 3_000
GROUP = RNG.integers(0, 7, N)
TRUE = RNG.normal(size=N)
PRED = TRUE + RNG.normal(size=N)
WEIGHT = RNG.uniform(0, 3, N) * (RNG.uniform(size=N) > 0.1)
BINARY = (RNG.uniform(size=N) > 0.4).astype(float)
PROB = RNG.uniform(0.01, 0.99, N)
CLASSES = RNG.integers(0, 4, N).astype(float)
LOGITS = RNG.normal(size=(N, 4))
MANY = RNG.normal(size=(N, 3))

# loss, y_true, y_pred, options; with weights where the loss takes them
CASES: list[tuple[str, Any, Any, dict[str, Any], bool]] = [
    ("mae", TRUE, PRED, {}, True),
    ("mse", MANY, MANY[::-1], {}, True),
    ("mse", TRUE, PRED, {"reduction": "sum"}, True),
    ("rmse", TRUE, PRED, {}, True),
    ("huber", TRUE, PRED, {"like": "keras"}, True),
    ("mse", TRUE, PRED, {"like": "torch"}, False),
    ("mse", TRUE, PRED, {"like": "sklearn"}, True),
    ("bce", BINARY, PROB, {"like": "keras"}, True),
    ("scce", CLASSES, LOGITS, {"from_logits": True, "like": "torch"}, False),
    ("scce", CLASSES, LOGITS, {"from_logits": True, "ignore_class": 2}, True),
    ("dice", BINARY, PROB, {}, True),
    ("dice", BINARY, PROB, {"per": "sample"}, True),
    ("median_absolute_error", TRUE, PRED, {}, False),
]


def compute(case: tuple[Any, ...], rows: Any, by: Any = None) -> Any:
    name, true, pred, options, weighs = case
    weight = WEIGHT[rows] if weighs else None
    return losscli.compute(name, true[rows], pred[rows], weight, by=by, **options)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} {case[3]}")
def test_a_groups_value_is_that_of_its_rows_alone(case: tuple[Any, ...]) -> None:
    groups = compute(case, slice(None), GROUP).groups
    assert groups.labels == tuple((str(k),) for k in range(7))
    for k in range(7):
        alone = compute(case, k == GROUP)
        assert groups.n[k] == alone.n
        assert groups.value[k] == close(alone.value, 1e-14)


def stream(batches: list[slice], names: Callable[[np.ndarray], Labels]) -> Callable[[], Iterator[Batch]]:
    def read() -> Iterator[Batch]:
        for part in batches:
            true, pred = TRUE[part], {"y_pred": PRED[part]}
            yield Batch(true, pred, WEIGHT[part], part.start + 1, by=names(GROUP[part]))

    return read


def own(labels: np.ndarray) -> Labels:
    """Labels numbered in an order of this batch's own."""
    found, codes = np.unique(-labels, return_inverse=True)
    return Labels(("g",), codes, [(str(-label),) for label in found.tolist()])


SHARED = [(str(k),) for k in range(7)]


@pytest.mark.parametrize("names", [own, lambda labels: Labels(("g",), labels, SHARED)], ids=["own", "shared"])
@pytest.mark.parametrize("size", [7, 1000, N])
def test_splits_change_nothing(size: int, names: Callable[[np.ndarray], Labels]) -> None:
    whole = losscli.compute("mae", TRUE, PRED, WEIGHT, by=GROUP).groups
    parts = [slice(start, min(start + size, N)) for start in range(0, N, size)]
    found = score("mae", stream(parts, names), params={}).groups
    assert found is not None
    assert found.labels == whole.labels
    assert found.n.tolist() == whole.n.tolist()
    np.testing.assert_allclose(found.value, whole.value, rtol=1e-14)
    assert found.share is not None
    assert math.fsum(found.share) == close(1, 1e-14)


def test_a_groups_sum_survives_what_cancels_in_it_and_beside_it() -> None:
    big = np.array([1e16, 1.0, -1e16, 3.0, 1e-9, 2e-9, -3e-9, 5e-25] * 50)
    by = np.array([0, 0, 0, 0, 1, 1, 1, 1] * 50)
    keys = Keys()
    sums = GroupSums(keys)
    for start in range(0, 400, 37):
        block = keys.block(Labels(("g",), by[start : start + 37], [("a",), ("b",)]))
        assert block is not None
        sums.add(block, "value", big[start : start + 37], one_sign=False)
    for k in (0, 1):
        exact = float(sum(map(Fraction, big[by == k].tolist())))
        assert sums.total("value")[k] == close(exact, 1e-12)


def test_values_beyond_float64_and_infinite_ones_stay_in_their_group() -> None:
    true = np.zeros(6)
    pred = np.array([1.7e308, 1.7e308, 1.0, 2.0, math.inf, 1.0])
    assert losscli.compute("mae", true[:4], pred[:4], by=list("aabb")).groups.value.tolist() == [1.7e308, 1.5]
    found = losscli.compute("mae", true[2:], pred[2:], by=list("bbcc"), like="torch").groups
    assert found.value.tolist() == [1.5, math.inf]
    root = losscli.compute("rmse", true[:4], [3e200, 3e200, 3e-200, 3e-200], by=list("aabb")).groups
    np.testing.assert_allclose(root.value, [3e200, 3e-200], rtol=1e-14)


def test_missing_values_touch_their_own_group_alone() -> None:
    true, pred, by = [1.0, math.nan, 3.0, 4.0], [1.5, 2.0, 3.0, 5.0], ["a", "a", "b", "b"]
    for loss in ("mae", "rmse"):
        through = losscli.compute(loss, true, pred, by=by, missing="propagate").groups
        assert math.isnan(through.value[0])
        assert through.value[1] == losscli.compute(loss, true[2:], pred[2:]).value
    # A statistic is unknown even where the missing value weighs nothing; a row's value is silenced.
    silent = [1.0, 0.0, 1.0, 1.0]
    root = losscli.compute("rmse", true, pred, silent, by=by, missing="propagate").groups
    assert math.isnan(root.value[0])
    assert root.value[1] == close(math.sqrt(1 / 2), 1e-15)
    mean = losscli.compute("mae", true, pred, silent, by=by, missing="propagate").groups
    assert mean.value.tolist() == [0.5, 0.5]
    dropped = losscli.compute("mae", [math.nan, 2.0], [1.0, 2.5], by=["gone", "kept"], missing="drop").groups
    assert dropped.labels == (("kept",),)


def test_labels_are_in_the_order_of_numbers_and_what_is_missing_is_last() -> None:
    found = losscli.compute("mae", [0.0] * 5, [1.0] * 5, by=[10, 9, None, 1, 9]).groups
    assert found.labels == (("1",), ("9",), ("10",), ("(missing)",))
    both = losscli.compute("mae", [0.0] * 3, [1.0] * 3, by={"sex": ["b", "a", "b"], "age": [1, 2, 1]}).groups
    assert (both.by, both.labels) == (("sex", "age"), (("a", "2"), ("b", "1")))
    assert both.n.tolist() == [1, 2]


class Growing(list[tuple[str, ...]]):
    """Labels to which another thread adds one whenever they are counted."""

    def __len__(self) -> int:
        self.append(("later",))
        return super().__len__()


def test_two_columns_are_combined_while_another_thread_meets_new_labels() -> None:
    codes = np.array([0, 1, 1, 0])
    growing = Labels(("b",), codes[::-1], Growing([("p",), ("q",)]))
    found = combined([Labels(("a",), np.array([0, 1, 0, 1]), [("x",), ("y",)]), growing])
    rows = [found.names[code] for code in found.codes.tolist()]
    assert rows == [("x", "p"), ("y", "q"), ("x", "q"), ("y", "p")]


def test_a_batch_loss_is_computed_on_each_groups_rows() -> None:
    embeddings = RNG.normal(size=(40, 3))
    labels, by = np.arange(40) % 3, np.arange(40) // 20
    found = losscli.compute("ntxent", labels, embeddings, by=by).groups
    for k in (0, 1):
        alone = losscli.compute("ntxent", labels[by == k], embeddings[by == k])
        assert found.value[k] == close(alone.value, 1e-14)
    assert found.share is None


def test_the_best_model_of_each_group_is_named() -> None:
    found = losscli.compare(
        [0.0, 0.0, 0.0], {"one": [1.0, 3.0, 2.0], "two": [2.0, 1.0, 2.0]}, ["mae"], by=["a", "b", "c"]
    )
    assert found.group_best == {"mae": (("one",), ("two",), ("one", "two"))}


def test_by_of_another_length_is_refused() -> None:
    with pytest.raises(LosscliError, match="by has 2 samples"):
        losscli.compute("mae", [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], by=["a", "b"])


# ---- from files

ROWS = [("north", 1, 3.0, 2.0), ("south", 2, 1.0, 4.0), ("north", 2, 0.0, 0.5), ("", 1, 2.0, 2.5)]
MEANS = {"(missing)": 0.5, "north": 0.75, "south": 3.0}


def write(folder: Path, form: str) -> Path:
    path = folder / f"sales.{form}"
    if form in ("csv", "tsv"):
        by = {"csv": ",", "tsv": "\t"}[form]
        lines = [by.join(("region", "store", "y_true", "y_pred")), *(by.join(map(str, row)) for row in ROWS)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif form in ("json", "jsonl"):
        records = [dict(zip(("region", "store", "y_true", "y_pred"), row, strict=True)) for row in ROWS]
        records[3]["region"] = None  # type: ignore[assignment]
        text = json.dumps(records) if form == "json" else "".join(json.dumps(r) + "\n" for r in records)
        path.write_text(text, encoding="utf-8")
    elif form == "npz":
        region, store, true, pred = (np.array(column) for column in zip(*ROWS, strict=True))
        np.savez(path, region=region, store=store, y_true=true, y_pred=pred)
    else:
        polars = pytest.importorskip("polars")
        frame = polars.DataFrame(ROWS, schema=["region", "store", "y_true", "y_pred"], orient="row")
        frame = frame.with_columns(polars.col("region").replace("", None))
        frame.write_parquet(path) if form == "parquet" else frame.write_ipc(path)
    return path


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl", "npz", "parquet", "arrow"])
def test_labels_are_read_from_every_format(tmp_path: Path, form: str) -> None:
    path = write(tmp_path, form)
    table = open_table(str(path))
    found = score("mae", table.select(None, None, None, "region", truth=True, models=False), params={}).groups
    assert found is not None
    assert dict(zip(found.labels, found.value.tolist(), strict=True)) == {(k,): v for k, v in MEANS.items()}
    found = score(
        "mae", table.select(None, None, None, "region,store", truth=True, models=False), params={}
    ).groups
    assert found is not None
    assert found.labels == (("north", "1"), ("north", "2"), ("south", "2"), ("(missing)", "1"))


def test_a_csv_has_a_column_for_each_label(tmp_path: Path) -> None:
    told = run(
        "compute", "mae", str(write(tmp_path, "csv")), "--by", "region,store", "--format", "csv"
    ).stdout
    keys = [(row["region"], row["store"], row["n"]) for row in csv.DictReader(io.StringIO(told))]
    assert keys == [("north", "1", "1"), ("north", "2", "1"), ("south", "2", "1"), ("(missing)", "1", "1")]


def test_a_column_can_be_both_the_truth_and_the_label(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    path = tmp_path / "large.csv"
    rows = 400_000  # large enough for Polars to read it
    with path.open("w", encoding="utf-8") as file:
        file.write("y_true,y_pred,pad\n")
        file.writelines(f"{i % 3},{i % 5},aaaaaaaaaaaaaaaaaaaaaaaa\n" for i in range(rows))
    told = run("compute", "mae", str(path), "--by", "y_true", "--format", "json")
    found = {group["labels"]["y_true"]: group for group in json.loads(told.stdout)["groups"]}
    for label in range(3):
        errors = [abs(i % 5 - label) for i in range(label, rows, 3)]
        assert found[str(label)]["n"] == len(errors)
        assert found[str(label)]["value"] == close(sum(errors) / len(errors), 1e-14)


def test_the_json_fits_its_schema() -> None:
    data = str(ROOT / "examples" / "diabetes.csv")
    for name, arguments in {
        "compute": ("compute", "mae", data, "--pred", "forest"),
        "compare": ("compare", data, "--pred", "forest,ridge", "--losses", "mae,rmse"),
    }.items():
        told = json.loads(run(*arguments, "--by", "sex,age", "--format", "json").stdout)
        schema = json.loads(files("losscli.render").joinpath(f"schema/{name}.json").read_text("utf-8"))
        jsonschema.validate(told, schema)
        assert told["by"] == ["sex", "age"]
        assert len(told["groups"]) == 6 * (1 if name == "compute" else 4)


def test_a_person_sees_the_largest_groups_first_and_how_many_are_left(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    lines = [f"g{k},0,{k}" for k in range(50)]
    path.write_text("\n".join(["store,y_true,y_pred", *lines]) + "\n", encoding="utf-8")
    told = run("compute", "mae", str(path), "--by", "store").stdout
    shown = [line.split()[0] for line in told.splitlines() if line.strip().startswith("g")]
    assert shown == [f"g{k}" for k in range(49, 29, -1)]
    assert "30 more groups not shown" in told
    assert len(run("compute", "mae", str(path), "--by", "store", "--format", "csv").stdout.splitlines()) == 51


@pytest.mark.parametrize(
    ("options", "header"),
    [([], ["region", "n", "mean", "share"]), (["--reduction", "sum"], ["region", "n", "sum", "share"])],
)
def test_the_column_of_the_values_says_how_they_were_reduced(
    tmp_path: Path, options: list[str], header: list[str]
) -> None:
    told = run("compute", "mae", str(write(tmp_path, "csv")), "--by", "region", *options).stdout
    assert [line.split() for line in told.splitlines() if line.strip().startswith("region")] == [header]


@pytest.mark.parametrize("order", ["loss", "index"])
def test_a_group_of_nan_comes_before_all_others_by_loss(tmp_path: Path, order: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text("g,y_true,y_pred\na,0,1\nb,0,\nc,0,6\n", encoding="utf-8")
    line = ("compute", "mae", str(path), "--by", "g", "--missing", "propagate", "--sort", order)
    groups = json.loads(run(*line, "--format", "json").stdout)["groups"]
    wanted = {"loss": [("b", "nan"), ("c", 6.0), ("a", 1.0)], "index": [("a", 1.0), ("b", "nan"), ("c", 6.0)]}
    assert [(group["labels"]["g"], group["value"]) for group in groups] == wanted[order]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--by", "regoin"], "has no column regoin"),
        (["--by", "region", "--reduction", "none"], "--reduction none"),
    ],
)
def test_what_cannot_be_grouped_is_said(tmp_path: Path, arguments: list[str], said: str) -> None:
    failed = run("compute", "mae", str(write(tmp_path, "csv")), *arguments)
    assert failed.returncode == 2
    assert said in failed.stderr


def test_by_needs_a_file() -> None:
    failed = run("compute", "mae", "--true", "1,2", "--pred", "1,3", "--by", "region")
    assert failed.returncode == 2
    assert "--by region" in failed.stderr


@pytest.mark.parametrize("name", losscli.names())
def test_every_losss_groups_are_their_rows_alone(name: str) -> None:
    example = losscli.explain(name).example
    pred = np.concatenate([np.asarray(example.y_pred, float)] * 4)
    true = None if example.y_true is None else np.concatenate([np.asarray(example.y_true, float)] * 4)
    square = losscli.find(name).signature.y_pred.grain == "square"
    if square:
        pred = np.concatenate([pred] * 4, axis=1)
    by = np.arange(len(pred)) * 2 // len(pred)
    groups = losscli.compute(name, true, pred, by=by, **example.params).groups
    for k in (0, 1):
        rows = by == k
        own = pred[rows][:, rows] if square else pred[rows]
        alone = losscli.compute(name, None if true is None else true[rows], own, **example.params)
        assert groups.value[k] == pytest.approx(alone.value, rel=1e-14, abs=0, nan_ok=True)
