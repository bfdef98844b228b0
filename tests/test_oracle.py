"""Whole commands on drawn data, held against tests/support/oracle.py: in threads, in processes, on Dask."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import oracle
from support.asked import Said, agrees, cell_of, columns, command, held, options, same, told, write
from support.command import environment
from support.oracle import Ask, Row

from losscli.data import blocks, delimited
from losscli.engine import chunk
from losscli.parallel import executor as chunks
from losscli.parallel import processes as forks

NAN = float("nan")
EXAMPLES = settings.default.max_examples  # type: ignore[union-attr]
HARDER = settings(max_examples=4 * EXAMPLES)


class Draw:
    """Random choices that Hypothesis seeds: its own would draw the same few small cases again and again."""

    def __init__(self, seed: bytes) -> None:
        self.rng = np.random.default_rng(list(seed))
        self.wide = False  # whether samples have several columns

    def one(self, *choices: Any) -> Any:
        return choices[int(self.rng.integers(len(choices)))]

    def some(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def eighths(self, low: int, high: int) -> float:
        return int(self.rng.integers(8 * low, 8 * high + 1)) / 8


draws = st.builds(Draw, st.binary(min_size=8, max_size=8))
LOSSES = (*oracle.ENTRIES, "scce", *oracle.STATISTICS, *oracle.BATCH)


def params(draw: Draw, loss: str) -> dict[str, Any]:
    """Parameters that the oracle knows."""
    made: dict[str, Any] = {}
    if loss == "huber" and draw.some(0.5):
        made["delta"] = draw.one(0.5, 2.0)
    if loss in ("bce", "scce"):
        made["from_logits"] = draw.some(0.5)
        if draw.some(0.4):
            made["label_smoothing"] = draw.one(0.1, 0.25)
    if loss == "scce" and draw.some(0.5):
        made["ignore_class"] = draw.one(-1, 2)
    if loss == "dice" and draw.some(0.5):
        made["per"] = "sample"
    return made


def value(draw: Draw, loss: str, made: dict[str, Any]) -> tuple[Any, Any]:
    """A y_true and a y_pred that the loss takes; few different ones, for ties."""
    if loss == "scce":
        y = float(draw.one(-1, 0, 1, 2, 2) if made.get("ignore_class") == -1 else draw.one(0, 1, 2, 2))
        odds = [draw.eighths(1, 3) for _ in range(3)]
        return y, odds if made.get("from_logits") else [x / sum(odds) for x in odds]
    if loss == "bce":
        return float(draw.some(0.4)), draw.eighths(-3, 3) if made["from_logits"] else draw.one(0.1, 0.5, 0.8)
    if loss == "hinge":
        return float(draw.one(-1, 1)), draw.eighths(-2, 2)
    if loss == "dice":
        return float(draw.some(0.5)), draw.one(0.0, 0.1, 0.5, 0.8, 1.0)
    if loss in ("poisson", "mape", "wape"):
        return float(draw.rng.integers(loss != "poisson", 5)), draw.eighths(1, 5)
    return draw.eighths(-2, 2), draw.eighths(-2, 2)


def rows(draw: Draw, loss: str, made: dict[str, Any], models: int = 1, many: int | None = None) -> list[Row]:
    """Up to 40 samples, some with several columns, some with weights, labels, and values missing.

    So `many` are of one column, with weights, and some values are missing.
    """
    n = many or draw.one(1, 2, 3, 5, 7, 12, 20, 21, 40)
    wide = loss in ("mae", "mse", "huber", "rmse", "wape", "median_absolute_error") and models == 1
    draw.wide = wide = wide and draw.some(0.3) and not many
    weighs, labels = draw.some(0.5) or many, 0 if many else draw.one(0, 0, 1, 2)
    share = 0.02 if many else 0.1 * draw.some(0.4)

    def one() -> tuple[Any, Any]:
        if not wide:
            return value(draw, loss, made)
        pairs = [value(draw, loss, made) for _ in range(2)]
        return [y for y, _ in pairs], [p for _, p in pairs]

    def holed(found: Any) -> Any:
        if not draw.some(share):
            return found
        return [NAN, *found[1:]] if isinstance(found, list) else NAN

    found = []
    for k in range(n):
        true, pred = one()
        preds = {"p": holed(pred)} | {f"p{i}": one()[1] for i in range(1, models)}  # one model alone has gaps
        weight = float(draw.one(0, 1, 1, 2, 3)) if weighs else None
        by = (draw.one("north", "south", "(missing)", "east"), draw.one("10", "9", "-1"))[:labels]
        weight = weight if weight is None else holed(weight)
        found.append(Row(k + 1, holed(true) if models == 1 else true, preds, weight, by))
    return found


def asked(draw: Draw, loss: str, made: dict[str, Any]) -> Ask:
    """Of rows of several columns nothing is dropped: engine/test_missing_entries.py leaves entries out."""
    classes = loss in oracle.CLASSES
    weights = draw.one(None, "balanced", {0.0: 0.5, 1.0: 3.0} if loss != "hinge" else {-1.0: 0.5})
    rowwise = loss in oracle.ENTRIES or loss == "scce" or "per" in made
    ask = Ask(
        loss,
        made,
        reduction=draw.one("mean", "mean", "sum", "none") if rowwise else "mean",
        missing=draw.one("refuse", "drop", "drop", "propagate", "propagate"),
        class_weight=weights if classes and draw.some(0.5) else None,
        rows=draw.one(None, None, 0, 1, 3, 10, "all"),
        order=draw.one("index", "loss"),
        gradient=loss not in oracle.BATCH and draw.some(0.4),
    )
    return replace(ask, missing="refuse") if draw.wide and ask.missing == "drop" else ask


def labels(found: list[Row]) -> list[str]:
    return ["region", "share"][: len(found[0].by)]


@pytest.mark.parametrize("loss", LOSSES)
@HARDER
@given(draw=draws)
def test_compute(loss: str, draw: Draw) -> None:
    made = params(draw, loss)
    found = rows(draw, loss, made)
    ask = asked(draw, loss, made)
    by = labels(found)
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "t.csv", found, by)
        line = ["compute", loss, str(path), *columns(found, labels=by), *options(ask)]
        agrees(line, lambda: oracle.compute(found, ask), by)


def several(draw: Draw, folder: Path, found: list[Row], by: list[str]) -> tuple[list[str], list[Row]]:
    """The rows in two or three files, and how the oracle has them then."""
    cuts = sorted(int(x) for x in draw.rng.integers(1, len(found), draw.one(1, 2))) if len(found) > 1 else []
    parts = [part for part in np.split(np.arange(len(found)), cuts) if len(part)]
    names = [f"{name}.csv" for name in "cab"[: len(parts)]]
    paths = [
        write(folder / name, [found[i] for i in part], by) for name, part in zip(names, parts, strict=True)
    ]
    sizes = [(str(path), len(part)) for path, part in zip(paths, parts, strict=True)]
    return [name for name, _ in sizes], oracle.numbered(found, sizes)


@pytest.mark.parametrize("loss", ["mae", "bce", "scce", "rmse"])
@HARDER
@given(draw=draws)
def test_compute_of_several_files(loss: str, draw: Draw) -> None:
    made = params(draw, loss)
    found = rows(draw, loss, made)
    ask = asked(draw, loss, made)
    by = labels(found)
    with TemporaryDirectory() as folder:
        paths, placed = several(draw, Path(folder), found, by)
        line = ["compute", loss, *paths, *columns(found, labels=by), *options(ask)]
        agrees(line, lambda: oracle.compute(placed, ask), by)


@pytest.mark.parametrize("key", [None, "k", "k,by"])
@HARDER
@given(draw=draws)
def test_compute_with_the_truth_in_a_file_of_its_own(key: str | None, draw: Draw) -> None:
    """Rows joined by their order, by a key, and by two columns one of which is a label too."""
    found = [replace(row, true=draw.eighths(-2, 2), by=()) for row in rows(draw, "mae", {})]
    if isinstance(found[0].pred["p"], list):
        found = [replace(row, pred={"p": row.pred["p"][0]}) for row in found]
    found = [replace(row, by=(draw.one("x", "y"),)) for row in found]
    ask = asked(draw, "mae", {})
    names = [f"id{k}" for k in range(len(found))]
    keys = [(name, row.by[0]) for name, row in zip(names, found, strict=True)]
    order = draw.rng.permutation(len(found)).tolist() if key else range(len(found))
    truth = [(keys[i], found[i].true) for i in order]
    if key and draw.some(0.4):
        truth = [*truth[1:], (("lone", "x"), 9.0)]
    if key and draw.some(0.2):
        truth.append((truth[0][0], 1.0))
    elif not key and draw.some(0.2):
        truth.append((("", ""), 1.0))
    with TemporaryDirectory() as folder:
        data, other = Path(folder) / "p.csv", Path(folder) / "t.csv"
        write(data, found, ["by"], names)
        other.write_text("k,by,truth\n" + "".join(f"{a},{b},{y!r}\n" for (a, b), y in truth), "utf-8")
        named = columns(found, labels=["by"])[2:]
        line = ["compute", "mae", str(data), "--truth", str(other), "--true", "truth", *named, *options(ask)]

        def right() -> Any:
            if key is None:
                if len(truth) != len(found):
                    raise oracle.Refused("without --key the rows of both are the same ones")
                return oracle.compute(found, ask)
            width = key.count(",") + 1
            short = [(",".join(k[:width]), y) for k, y in truth]
            own = [",".join(k[:width]) for k in keys]
            return oracle.compute(oracle.joined(found, own, short, ask.missing == "drop"), ask)

        agrees([*line, *(["--key", key] if key else [])], right, ["by"])


COMPARED = {
    "errors": ("mae", "mse", "huber", "rmse", "median_absolute_error"),
    "counts": ("poisson", "mae", "wape", "rmse"),
    "labels": ("bce", "dice", "mae"),
}


def contrasted(draw: Draw, kind: str) -> tuple[list[Row], list[str], Ask]:
    """Rows with two or three models, the losses to compare, and what is asked."""
    first = COMPARED[kind][0]
    made = {"from_logits": False} if kind == "labels" else {}
    found = rows(draw, first, made, models=draw.one(2, 3))
    losses = [loss for loss in COMPARED[kind] if draw.some(0.7)] or [first]
    weights: Any = draw.one("balanced", {0.0: 0.5}) if kind == "labels" and draw.some(0.5) else None
    if weights:
        losses = [loss for loss in losses if loss != "mae"] or ["bce"]
    reduction = (
        draw.one("mean", "mean", "sum")
        if set(losses) <= {"mae", "mse", "huber", "poisson", "bce"}
        else "mean"
    )
    own = {"huber": {"delta": 0.5}} if "huber" in losses else {}
    missing = draw.one("drop", "drop", "propagate")
    return found, losses, Ask(params=own, reduction=reduction, missing=missing, class_weight=weights)


@pytest.mark.parametrize("kind", COMPARED)
@HARDER
@given(draw=draws)
def test_compare(kind: str, draw: Draw) -> None:
    found, losses, ask = contrasted(draw, kind)
    by = labels(found)
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "t.csv", found, by)
        line = ["compare", str(path), "--losses", ",".join(losses), *columns(found, list(found[0].pred), by)]
        agrees([*line, *options(ask, loss=False)], lambda: oracle.compare(found, losses, ask), by)


# ---- the same rows cut anywhere, on threads, in processes, on a cluster


@pytest.fixture
def cut_small() -> Any:
    """Files are read a line or a few at a time, and worked on a row or a few at a time, by three threads."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "LARGE", 0)
        for module in (blocks, delimited):
            patch.setattr(module, "BLOCK", 64)
        patch.setattr(chunk, "BLOCK", 4)
        patch.setattr(chunks, "cores", lambda: 3)
        patch.setattr(forks, "can_fork", lambda: False)
        yield


@pytest.mark.parametrize("loss", ["mae", "poisson", "bce", "scce", "rmse", "dice", "median_absolute_error"])
@settings(HARDER, suppress_health_check=list(HealthCheck))
@given(draw=draws)
def test_cuts_anywhere(cut_small: None, loss: str, draw: Draw) -> None:
    made = params(draw, loss)
    found = rows(draw, loss, made)
    ask = asked(draw, loss, made)
    by = labels(found)
    with TemporaryDirectory() as folder:
        paths, placed = several(draw, Path(folder), found, by)
        line = ["compute", loss, *paths, *columns(found, labels=by), *options(ask)]
        agrees(line, lambda: oracle.compute(placed, ask), by)


def test_the_gradient_of_a_loss_of_all_rows_is_of_each_in_its_file(cut_small: None, tmp_path: Path) -> None:
    """Of errors 1, 5, 2 and 3, 4 the middle one is 3, which alone has a slope."""
    files = {"b.csv": [1, 5, 2], "a.csv": [3, 4]}
    for name, preds in files.items():
        (tmp_path / name).write_text("y,p\n" + "".join(f"0,{p}\n" for p in preds), encoding="utf-8")
    paths = [str(tmp_path / name) for name in files]
    found = told("compute", "median_absolute_error", *paths, "--true", "y", "--pred", "p", "--gradient")
    slopes = [(Path(g["file"]).name, g["row"], g["y_pred"], g["gradient"]) for g in found["gradients"]]
    assert slopes == [
        ("b.csv", 1, 1.0, 0.0),
        ("b.csv", 2, 5.0, 0.0),
        ("b.csv", 3, 2.0, 0.0),
        ("a.csv", 1, 3.0, 1.0),
        ("a.csv", 2, 4.0, 0.0),
    ]


# What is asked of 3,000 rows: many ties, a tenth of the weights 0, some rows with a missing value.
MANY: dict[str, tuple[str, Ask]] = {
    "values": ("mae", Ask("mae", missing="drop", rows=7, order="loss")),
    "gradient": ("mse", Ask("mse", missing="propagate", rows=12, gradient=True)),
    "classes": ("bce", Ask("bce", {"from_logits": False}, missing="drop", class_weight="balanced", rows=3)),
    "ignored": ("scce", Ask("scce", {"ignore_class": 2}, missing="drop", reduction="sum", rows=25)),
    "statistic": ("rmse", Ask("rmse", missing="drop", gradient=True, rows=6, order="loss")),
    "signed": ("poisson", Ask("poisson", missing="drop", reduction="sum", rows=5, order="loss")),
}


# Small blocks and three processes; each command's answer on a line, then how many processes it forked.
FORKING = """
import json, os, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from losscli.cli.app import run
from losscli.data import blocks, delimited
from losscli.engine import chunk
from losscli.parallel import executor as chunks
blocks.LARGE, blocks.BLOCK, delimited.BLOCK = 0, 1024, 1024
chunk.BLOCK, chunks.FORKED, chunks.cores = 64, 8, lambda: 3
fork, forked = os.fork, []
def counted():
    forked.append(fork())
    return forked[-1]
os.fork = counted
code = run(sys.argv[1:])
print("forked", len(forked), file=sys.stderr)
sys.exit(code)
"""


def in_processes(line: list[str]) -> dict[str, Any]:
    """What a command tells that works in processes."""
    command: Any = [sys.executable, "-c", FORKING, *line, "--format", "json"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(), timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stderr.rpartition("forked ")[2]) >= 3
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str], Ask, list[Row]]]:
    """For each case of MANY the command line, what it asks, and the rows of its two files."""
    made = {}
    for number, (case, (loss, ask)) in enumerate(MANY.items()):
        draw = Draw(bytes([number] * 8))
        found = rows(draw, loss, dict(ask.params), many=3_000)
        folder = tmp_path_factory.mktemp(case)
        sizes = [(str(folder / "b.csv"), 1_700), (str(folder / "a.csv"), 1_300)]
        write(folder / "b.csv", found[:1_700])
        write(folder / "a.csv", found[1_700:])
        line = ["compute", loss, *(name for name, _ in sizes), *columns(found), *options(ask)]
        made[case] = line, ask, oracle.numbered(found, sizes)
    return made


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux")
@pytest.mark.parametrize("case", [case for case in MANY if case != "classes"])  # counting them starts threads
def test_in_processes(many: dict[str, tuple[list[str], Ask, list[Row]]], case: str) -> None:
    line, ask, placed = many[case]
    found = in_processes(line)
    held(found, oracle.compute(placed, ask))
    gone = [i for i, row in enumerate(placed) if oracle.misses(row)]
    (remark,) = [said for said in found["remarks"] if "missing" in said["text"]]
    assert (remark["count"], remark["rows"]) == (len(gone), [i + 1 for i in gone[:5]])


@pytest.mark.parametrize("case", MANY)
def test_on_a_cluster(many: dict[str, tuple[list[str], Ask, list[Row]]], client: Any, case: str) -> None:
    line, ask, placed = many[case]
    found = told(*line, "--engine", "dask", "--scheduler", client.scheduler.address)
    held(found, oracle.compute(placed, ask))
    gone = [i for i, row in enumerate(placed) if oracle.misses(row)]
    (remark,) = [said for said in found["remarks"] if "missing" in said["text"]]
    assert (remark["count"], remark["rows"]) == (len(gone), [i + 1 for i in gone[:5]])


# ---- every row's value


@pytest.mark.parametrize("loss", ["mae", "scce", "dice", "poisson"])
@HARDER
@given(draw=draws)
def test_a_file_of_every_rows_value(loss: str, draw: Draw) -> None:
    made = {**params(draw, loss), **({"per": "sample"} if loss == "dice" else {})}
    found = [replace(row, by=()) for row in rows(draw, loss, made)]
    slopes = draw.some(0.5)
    missing = draw.one("drop", "propagate")
    if any(isinstance(row.pred["p"], list) for row in found) and loss == "mae":
        missing = "propagate"  # as in `asked`
    ask = Ask(loss, made, missing=missing, rows="all", gradient=slopes)
    with TemporaryDirectory() as folder:
        path, out = write(Path(folder) / "t.csv", found), Path(folder) / "values.csv"
        line = ["compute", loss, str(path), *columns(found), *options(ask)]
        try:
            right = oracle.compute(found, ask)
        except oracle.Refused:
            with pytest.raises(Said):
                command(*line, "--output", str(out))
            assert not out.exists()
            return
        command(*line, "--output", str(out))
        with out.open(encoding="utf-8") as file:
            records = [{name: cell_of(text) for name, text in row.items()} for row in csv.DictReader(file)]
        same(records, right["samples"])
        assert set(records[0]) == {*right["samples"][0], "signature"}


def test_ties_within_the_last_digits_are_left_open_and_no_others() -> None:
    one, other, third = (
        Row(1, 0.0, {"p": 0.1}, None),
        Row(2, 0.0, {"p": 0.3}, None),
        Row(3, 0.0, {"p": 0.1}, None),
    )
    assert oracle.undecided([one, other], [0.1, 0.1 * (1 + 1e-15)], 1, ordered=False)
    assert oracle.undecided([one, other], [0.1, 0.1], 2, ordered=True)
    assert not oracle.undecided(
        [one, third], [0.1, 0.1], 1, ordered=False
    )  # the same numbers: the first counts
    assert not oracle.undecided([one, other], [0.5, 0.5], 1, ordered=False)  # exact: the first counts
    assert not oracle.undecided([one, other], [0.1, 0.1 * (1 + 1e-11)], 1, ordered=False)
    assert not oracle.undecided([one, other], [0.1, 0.1], 2, ordered=False)  # both come
