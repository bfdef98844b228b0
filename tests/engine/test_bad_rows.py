"""More than one bad thing: gaps, errors, values that do not fit, departures, codings, in any chunk and place.

Each command runs on chunks of 25 rows (or 512 bytes), by threads, and by processes that are really forked,
each of which joins several chunks; some on a Dask cluster. What it is to say comes from plain NumPy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.engines import Server, Told, by_threads, here, processes, small_chunks

from losscli.losses.domain import Array

pytest.importorskip("polars")

N = 300
Tell = Callable[..., Told]
JSON = ("--format", "json", "--rows", "0")
CHUNKS = range(0, N, 25)  # where chunks begin, as far as arrays go; rows count from 1
PLACES = {
    "first of chunks": (1, 26, 101, 201, 276),
    "last of chunks": (25, 50, 100, 200, 300),
    "in the middle of chunks": (13, 88, 113, 213, 230, 290),
    "all of a chunk": tuple(range(101, 126)),
    "one in each run": (60, 160, 260),
    "anywhere": (2, 3, 24, 25, 26, 99, 100, 101, 137, 250, 251, 252, 299),
}
# A process more than a thread has nothing to it but joining: fewer of its cases will do.
FORKED = (
    *(("npy", place) for place in ("first of chunks", "last of chunks", "one in each run", "anywhere")),
    *(("csv", "anywhere"), ("files", "last of chunks"), ("files", "one in each run")),
)
CLUSTER = (("npy", "anywhere"), ("csv", "first of chunks"), ("files", "one in each run"))


def everywhere(*forms: str) -> pytest.MarkDecorator:
    """Engines, forms of the data and bad rows: what is `told` on which, where."""
    of_threads = [("threads", form, place) for form in forms for place in PLACES]
    cases = of_threads + [("processes", form, place) for form, place in FORKED if form in forms]
    cases += [("dask", form, place) for form, place in CLUSTER if form in forms]
    return pytest.mark.parametrize(
        ("tell", "form", "at"),
        [pytest.param(engine, form, PLACES[at], id=f"{engine}, {form}, {at}") for engine, form, at in cases],
        indirect=["tell"],
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with processes() as serving:
        yield serving


@pytest.fixture
def tell(request: pytest.FixtureRequest, server: Server, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Runs a command; processes must have been forked for it."""
    if request.param == "threads":
        return lambda *line: by_threads(monkeypatch, *line)
    if request.param == "dask":
        scheduler = request.getfixturevalue("client").scheduler.address
        small_chunks(monkeypatch.setattr)
        return lambda *line: here(*line, "--engine", "dask", "--scheduler", scheduler)

    def forked(*line: str) -> Told:
        told = server(*line)
        assert told.forked >= 2
        return told

    return forked


def written(folder: Path, form: str, **columns: Array) -> list[str]:
    """The columns y, p and perhaps w as arrays, as a file of text, or as two files of 120 and 180 rows."""
    if form == "npy":
        for name, values in columns.items():
            np.save(folder / f"{name}.npy", values)
        return options({name: f"@{folder / name}.npy" for name in columns})
    cuts = [(0, 120), (120, N)] if form == "files" else [(0, N)]
    paths = []
    for (start, stop), file in zip(cuts, ("a.csv", "b.csv"), strict=False):
        rows = zip(*(values[start:stop].tolist() for values in columns.values()), strict=True)
        lines = (",".join("" if value != value else str(value) for value in row) for row in rows)
        paths.append(folder / file)
        paths[-1].write_text("\n".join([",".join(columns), *lines]) + "\n", encoding="utf-8")
    return [*map(str, paths), *options({name: name for name in columns})]


def options(names: dict[str, str]) -> list[str]:
    kept = {"y": "--true", "p": "--pred", "w": "--weight"}
    return [part for name, column in names.items() for part in (kept[name], column)]


def draw(weighted: bool = False) -> dict[str, Array]:
    rng = np.random.default_rng(4)
    columns = {"y": np.round(rng.normal(50, 9, N), 3), "p": np.round(rng.normal(50, 9, N), 3)}
    return columns | ({"w": rng.integers(1, 5, N).astype(float)} if weighted else {})


def record(told: Told) -> Any:
    assert told.code == 0, told.said
    return json.loads(told.out)


def remark(made: Any, word: str) -> tuple[int, list[int]]:
    """How many rows a remark is about, and the first of them."""
    (found,) = (one for one in made["remarks"] if word in one["text"])
    return found["count"], found["rows"]


def first_bad(at: tuple[int, ...], form: str, folder: Path) -> str:
    """How a message names the first of these rows."""
    name, row = ("b.csv", at[0] - 120) if form == "files" and at[0] > 120 else ("a.csv", at[0])
    return f"--pred, row {row}:" if form == "npy" else f"{folder / name}, row {row}, column p:"


def gaps(at: tuple[int, ...], columns: dict[str, Array]) -> dict[str, Array]:
    """The columns with a gap in each of these rows, in one column after the other."""
    for number, row in enumerate(at):
        list(columns.values())[number % len(columns)][row - 1] = np.nan
    return columns


@everywhere("npy", "csv", "files")
def test_rows_with_gaps_are_dropped_and_counted(
    tmp_path: Path, tell: Tell, form: str, at: tuple[int, ...]
) -> None:
    columns = draw(weighted=True)
    true, pred = columns["y"].copy(), columns["p"].copy()
    weight = columns["w"].copy()
    line = written(tmp_path, form, **gaps(at, columns))
    made = record(tell("compute", "mae", *line, "--missing", "drop", *JSON))
    kept = np.setdiff1d(np.arange(N), np.array(at) - 1)
    errors = np.abs(true - pred)[kept]
    assert made["n"] == N - len(at)
    assert made["value"] == close(float(np.average(errors, weights=weight[kept])), 1e-12)
    assert made["divisor"] == weight[kept].sum()
    assert remark(made, "left out") == (len(at), list(at[:5]))
    assert f"|n:{N - len(at)}|" in made["signature"]
    assert f"|dropped:{len(at)}|" in made["signature"]
    worst = kept[np.argmax(errors * weight[kept])] + 1
    place = (worst - 120, "b.csv") if form == "files" and worst > 120 else (worst, "a.csv")
    found = made["concentration"]
    assert found["worst"] == place[0]
    if form == "files":
        assert Path(found["file"]).name == place[1]


@everywhere("npy", "csv", "files")
def test_gaps_are_refused_with_all_their_rows(
    tmp_path: Path, tell: Tell, form: str, at: tuple[int, ...]
) -> None:
    columns = draw()
    columns["p"][np.array(at) - 1] = np.nan
    told = tell("compute", "mae", *written(tmp_path, form, **columns), *JSON)
    own = [row for row in at if row <= 120] if form == "files" else list(at)
    before = 0 if own else 120
    own = own or [row - 120 for row in at]
    rows = ", ".join(map(str, own[:5])) + (", …" if len(own) > 5 else "")
    many = f"row {rows}" if len(own) == 1 else f"{len(own)} rows: {rows}"
    others = f", and in {len(at) - len(own)} of other files" if len(at) > len(own) else ""
    name = f"{tmp_path / ('b.csv' if before else 'a.csv')}, column p" if form != "npy" else "--pred"
    assert (told.code, told.out) == (2, "")
    assert " ".join(told.said.split()).startswith(
        f"losscli: {name}: nan or no value in {many}{others} --missing"
    )


@everywhere("csv")
def test_gaps_that_are_computed_with_are_counted(
    tmp_path: Path, tell: Tell, form: str, at: tuple[int, ...]
) -> None:
    columns = draw()
    columns["p"][np.array(at) - 1] = np.nan
    made = record(
        tell("compute", "mae", *written(tmp_path, form, **columns), "--missing", "propagate", *JSON)
    )
    assert (made["n"], made["value"]) == (N, "nan")
    assert remark(made, "computed with") == (len(at), list(at[:5]))
    assert remark(made, "the loss is nan") == (len(at), list(at[:5]))


@everywhere("csv", "files")
def test_the_first_broken_cell_is_told(tmp_path: Path, tell: Tell, form: str, at: tuple[int, ...]) -> None:
    """Gaps before and after it, and broken cells after it, change nothing: a row must be read first."""
    columns: Any = {name: values.astype(object) for name, values in draw().items()}
    for row in at:
        columns["p"][row - 1] = f"x{row}"
    for row in {5, 295} - set(at):
        columns["y"][row - 1] = ""
    told = tell("compute", "mae", *written(tmp_path, form, **columns), *JSON)
    assert (told.code, told.out) == (2, "")
    assert f'{first_bad(at, form, tmp_path)} "x{at[0]}" is not a number' in " ".join(told.said.split())


@everywhere("npy", "csv", "files")
def test_a_loss_that_the_data_does_not_fit_names_the_first_row(
    tmp_path: Path, tell: Tell, form: str, at: tuple[int, ...]
) -> None:
    """The other losses of a comparison go on to the last row."""
    rng = np.random.default_rng(5)
    true, pred = (rng.random(N) < 0.4).astype(float), np.round(rng.random(N), 3)
    for number, row in enumerate(at):
        pred[row - 1] = 2.0 + number
    line = written(tmp_path, form, y=true, p=pred)
    told = tell("compute", "bce", *line)
    assert (told.code, told.out) == (2, "")
    assert f"{first_bad(at, form, tmp_path)} 2 is not a probability" in " ".join(told.said.split())
    source, more = ([], line) if form == "npy" else (line[:-4], line[-4:])
    if form != "npy":
        made = record(
            tell("compare", *source, *more, "--losses", "bce,mae,brier", "--skip-unfit", "--format", "json")
        )
        assert made["losses"] == ["mae"]
        assert [one["loss"] for one in made["refused"]] == ["bce", "brier"]
        for one in made["refused"]:
            assert f"{first_bad(at, form, tmp_path)} 2 is not a probability" in one["why"]
        (mae,) = made["scores"]
        assert (mae["n"], mae["value"]) == (N, close(float(np.abs(true - pred).mean()), 1e-12))


@everywhere("npy")
def test_infinite_losses_are_counted(tmp_path: Path, tell: Tell, form: str, at: tuple[int, ...]) -> None:
    rng = np.random.default_rng(6)
    true, pred = (rng.random(N) < 0.4).astype(float), np.round(0.1 + 0.8 * rng.random(N), 3)
    pred[np.array(at) - 1] = 1 - true[np.array(at) - 1]  # certain, and wrong
    pred[7], true[7] = 1.0, 1.0  # certain, and right
    line = written(tmp_path, form, y=true, p=pred)
    made = record(tell("compute", "bce", *line, *JSON))
    assert made["value"] == "inf"
    assert remark(made, "the loss is infinite") == (len(at), list(at[:5]))
    made = record(tell("compute", "bce", *line, "--like", "keras", *JSON))
    assert remark(made, "certainty in the wrong class") == (len(at), list(at[:5]))
    assert remark(made, "certainty in the right class") == (1, [8])
    at_edge = np.array(sorted([*at, 8])) - 1
    inner = np.delete(np.arange(N), at_edge)
    costs = -np.log(np.where(true == 1, pred, 1 - pred)[inner]).sum()
    wrong = np.array(
        [16.11809565 if true[row - 1] == 1 else 15.94238515 for row in at]
    )  # −log 1e-7 in float32
    assert made["value"] == close((costs + wrong.sum()) / N, 1e-6)


@pytest.mark.parametrize(
    ("tell", "form"),
    [("threads", "csv"), ("threads", "files"), ("processes", "csv")],
    indirect=["tell"],
)
@pytest.mark.parametrize(
    "labels",
    [
        {1: 0, 140: -1},
        {30: 0, 130: -1, 230: 0},
        {230: 0, 130: -1},
        {25: -1, 26: 0},
        {26: -1, 50: -1, 51: 0, 300: 0},
        {120: 0, 121: -1},
        {299: 0, 300: -1},
        {10: 0, 11: 0, 60: 0, 270: -1, 280: 0},
    ],
    ids=str,
)
def test_two_codings_name_the_first_row_of_each(
    tmp_path: Path, tell: Tell, form: str, labels: dict[int, int]
) -> None:
    true = np.ones(N)
    for row, label in labels.items():
        true[row - 1] = label
    told = tell("compute", "hinge", *written(tmp_path, form, y=true, p=np.linspace(-1, 1, N)))
    firsts = {label: int(np.argmax(true == label)) + 1 for label in (-1, 0)}
    (one, first), (other, second) = sorted(firsts.items(), key=lambda seen: seen[1])

    def place(row: int) -> tuple[str, int]:
        return ("b.csv", row - 120) if form == "files" and row > 120 else ("a.csv", row)

    (file, row), (earlier, before) = place(second), place(first)
    where = f"row {before}" if file == earlier else f"row {before} of {tmp_path / earlier}"
    said = f"{tmp_path / file}, row {row}, column y: label {other} after label {one} ({where}): "
    assert told.code == 2
    assert said in " ".join(told.said.split())


# What is wrong first is told first, also where one run holds both; rows of chunks that come in their order.
WRONG = {
    "a value that does not fit": ("p", 1.5, "--pred, row {}: 1.5 is not a probability"),
    "a weight below 0": ("w", -1.0, "--weight, row {}: -1 is not a weight of 0 or more"),
    "a gap": ("y", np.nan, "--true: nan or no value in row {}"),
}


@pytest.mark.parametrize(
    ("tell", "rows"),
    [*product(["threads", "processes"], [(20, 30), (130, 199), (1, 300)]), ("dask", (20, 130))],
    indirect=["tell"],
)
@pytest.mark.parametrize("second", WRONG)
@pytest.mark.parametrize("first", WRONG)
def test_what_is_wrong_first_is_told(
    tmp_path: Path, tell: Tell, first: str, second: str, rows: tuple[int, int]
) -> None:
    rng = np.random.default_rng(7)
    columns = {"y": (rng.random(N) < 0.4).astype(float), "p": rng.random(N), "w": np.ones(N)}
    for what, row in zip((first, second), rows, strict=True):
        name, value, _ = WRONG[what]
        columns[name][row - 1] = value
    line = ["compute", "bce", *written(tmp_path, "npy", **columns), *JSON]
    said = WRONG[first][2].format(rows[0])
    if first == second == "a gap":  # all of them in one message
        said = f"--true: nan or no value in 2 rows: {rows[0]}, {rows[1]}"
    told = tell(*line)
    assert (told.code, told.out) == (2, "")
    assert said in " ".join(told.said.split())


@pytest.mark.parametrize("tell", ["threads", "processes"], indirect=True)
@pytest.mark.parametrize(
    ("rows", "shown"), [((3, 6, 9), 4), ((6, 7, 8), 2), ((1, 2, 10), 1), ((5, 6, 11), 2)]
)
def test_rows_of_nan_are_the_worst_in_any_batch(
    tmp_path: Path, tell: Tell, rows: tuple[int, ...], shown: int
) -> None:
    """They come first, in their order; then the largest."""
    columns = draw()
    at = [row * 25 - 3 for row in rows]
    columns["p"][np.array(at) - 1] = np.nan
    line = ["compute", "mae", *written(tmp_path, "npy", **columns), "--missing", "propagate"]
    made = record(tell(*line, "--format", "json", "--rows", str(shown), "--sort", "loss"))
    errors = np.abs(columns["y"] - columns["p"])
    ordered = sorted(range(N), key=lambda i: (-np.inf if errors[i] != errors[i] else -errors[i], i))
    assert [sample["row"] for sample in made["samples"]] == [i + 1 for i in ordered[:shown]]
