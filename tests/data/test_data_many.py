"""Several files as one, labels in folders' names, and y_true in a file of its own."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from support.close import close
from support.inside import losscli as run
from support.requests import score

from losscli.data import blocks, open_table
from losscli.data.joined import join
from losscli.errors import LosscliError
from losscli.rows import Rows

ROWS = [(k, "north" if k % 3 else "south", float(k % 7), float(k * k % 11)) for k in range(1, 61)]
MEAN = sum(abs(true - pred) for _, _, true, pred in ROWS) / len(ROWS)


def write(path: Path, rows: list[tuple[Any, ...]], names: str = "id,region,y_true,y_pred") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([names, *(",".join(map(str, row)) for row in rows)]) + "\n", encoding="utf-8")
    return path


def three(folder: Path) -> Path:
    for i, rows in enumerate((ROWS[:10], ROWS[10:13], ROWS[13:])):
        write(folder / f"p{i}.csv", rows)
    return folder


def mae(path: str, by: str | None = None, **options: Any) -> Any:
    return score(
        "mae", open_table(path).select(None, None, None, by, truth=True, models=False), params={}, **options
    )


@pytest.mark.parametrize("pattern", ["", "/*.csv", "/p?.csv"])
def test_several_files_are_one_table(tmp_path: Path, pattern: str) -> None:
    found = mae(f"{three(tmp_path / 'preds')}{pattern}")
    assert (found.n, found.value) == (60, close(MEAN, 1e-14))


def test_several_paths_are_one_table(tmp_path: Path) -> None:
    folder = three(tmp_path)
    paths = sorted(str(path) for path in folder.iterdir())
    value = json.loads(run("compute", "mae", *paths, "--format", "json").stdout)["value"]
    assert value == mae(str(folder)).value


def test_rows_are_numbered_in_their_file(tmp_path: Path) -> None:
    found = mae(str(three(tmp_path)))
    errors = {(Path(s.file).name, s.row): s.loss for s in found.samples}
    places = [(f"p{i}.csv", row) for i, n in enumerate((10, 3, 47)) for row in range(1, n + 1)]
    assert errors == {place: abs(t - p) for place, (_, _, t, p) in zip(places, ROWS, strict=True)}
    worst = max(errors.values())
    made = found.concentration
    assert errors[Path(made.file).name, made.worst] == worst


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("x", 'p1.csv, row 2, column y_pred: "x" is not'),
        ("nan", "p1.csv, column y_pred: nan or no value in row 2"),
    ],
)
def test_messages_name_the_file_and_its_own_row(tmp_path: Path, cell: str, said: str) -> None:
    three(tmp_path)
    write(tmp_path / "p1.csv", [*ROWS[10:11], (1, "north", 2.0, cell)])
    with pytest.raises(LosscliError, match=said.replace("(", "\\(")):
        mae(str(tmp_path))


def test_a_value_that_does_not_fit_is_placed_in_its_file(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", [(1, "n", 1.0, 0.5)] * 4)
    write(tmp_path / "b.csv", [(1, "n", 1.0, 0.5), (1, "n", 1.0, 1.5)])
    source = open_table(str(tmp_path)).select(None, None, None, truth=True, models=False)
    with pytest.raises(LosscliError, match=r"b\.csv, row 2, column y_pred: 1\.5"):
        score("bce", source, params={})


def test_columns_may_stand_in_another_order_but_must_be_there(tmp_path: Path) -> None:
    three(tmp_path)
    write(tmp_path / "p1.csv", [(p, t, r, k) for k, r, t, p in ROWS[10:13]], "y_pred,y_true,region,id")
    assert mae(str(tmp_path)).value == close(MEAN, 1e-14)
    write(tmp_path / "p1.csv", [(1, 2.0)], "id,y_true")
    with pytest.raises(LosscliError, match=r"p1\.csv has no column y_pred, which .*p0\.csv has"):
        mae(str(tmp_path))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_folders_name_a_column(tmp_path: Path, form: str) -> None:
    for region in ("north", "south"):
        rows = [row for row in ROWS if row[1] == region]
        for i, part in enumerate((rows[:5], rows[5:])):
            path = write(
                tmp_path / f"region={region}" / f"part-{i}.csv",
                [(k, t, p) for k, _, t, p in part],
                "id,y_true,y_pred",
            )
            if form == "parquet":
                polars = pytest.importorskip("polars")
                polars.read_csv(path).write_parquet(path.with_suffix(".parquet"))
                path.unlink()
    (tmp_path / "_SUCCESS").touch()
    groups = mae(str(tmp_path), "region").groups
    assert groups.labels == (("north",), ("south",))
    for (region,), n, value in zip(groups.labels, groups.n, groups.value, strict=True):
        errors = [abs(t - p) for _, r, t, p in ROWS if r == region]
        assert n == len(errors)
        assert value == close(sum(errors) / len(errors), 1e-14)


def test_what_a_folder_cannot_tell_is_said(tmp_path: Path) -> None:
    with pytest.raises(LosscliError, match="holds no file of a known format"):
        mae(str(tmp_path))
    with pytest.raises(LosscliError, match="no file has such a name"):
        mae(str(tmp_path / "*.csv"))
    three(tmp_path)
    (tmp_path / "more.json").write_text("[]", encoding="utf-8")
    with pytest.raises(LosscliError, match=r"several formats \(csv, json\)"):
        mae(str(tmp_path))


# ---- y_true in a file of its own


def two(folder: Path, *, shuffled: bool) -> tuple[str, str]:
    truth = write(folder / "truth.csv", [(k, r, t) for k, r, t, _ in ROWS], "id,region,price")
    rows = list(ROWS)
    if shuffled:
        random.Random(3).shuffle(rows)
    return str(truth), str(
        write(folder / "preds.csv", [(k, r, p) for k, r, _, p in rows], "id,region,y_pred")
    )


def compute(preds: str, truth: str, *more: str) -> Any:
    told = run("compute", "mae", preds, "--truth", truth, "--true", "price", *more, "--format", "json")
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


@pytest.mark.parametrize("key", [None, "id", "id,region"])
def test_truth_is_joined_by_row_or_by_key(tmp_path: Path, key: str | None) -> None:
    truth, preds = two(tmp_path, shuffled=key is not None)
    found = compute(preds, truth, *(["--key", key] if key else []), "--by", "region")
    assert (found["n"], found["value"]) == (60, close(MEAN, 1e-14))
    south = [abs(t - p) for _, r, t, p in ROWS if r == "south"]
    assert {g["labels"]["region"]: g["n"] for g in found["groups"]} == {"north": 40, "south": 20}
    assert found["groups"][1]["value"] == close(sum(south) / 20, 1e-14)


def test_rows_without_a_partner_are_refused_or_dropped_and_counted(tmp_path: Path) -> None:
    truth, _ = two(tmp_path, shuffled=False)
    rows = [(k, r, p) for k, r, _, p in ROWS[:50]]
    preds = str(write(tmp_path / "preds.csv", [*rows, (999, "north", 1.0)], "id,region,y_pred"))
    failed = run("compute", "mae", preds, "--truth", truth, "--true", "price", "--key", "id")
    assert failed.returncode == 2
    assert "1 of 51 rows with a key that" in failed.stderr
    assert "999 (row 51)" in failed.stderr
    found = compute(preds, truth, "--key", "id", "--missing", "drop")
    errors = [abs(t - p) for _, _, t, p in ROWS[:50]]
    assert (found["n"], found["value"]) == (50, close(sum(errors) / 50, 1e-14))
    assert any("1 row of" in r["text"] and "10 of" in r["text"] for r in found["remarks"])


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("key", [None, "id"])
def test_columns_that_only_later_rows_have_are_found_in_both_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str | None, large: bool
) -> None:
    """200 kB before the first row that has them; what a row lacks is missing."""
    if large:
        pytest.importorskip("polars")
        monkeypatch.setattr(blocks, "LARGE", 0)
    padding = [{"id": -k, "words": "x" * 100} for k in range(1, 2_001)]
    names = {"truth.json": "price", "preds.json": "guess"}
    for at, (name, column) in enumerate(names.items()):
        rows = [{"id": row[0], column: row[2 + at]} for row in ROWS]
        (tmp_path / name).write_text(json.dumps(padding + rows), encoding="utf-8")
    truth, preds = (open_table(str(tmp_path / name)) for name in names)
    assert ("price" in truth.columns) is not large
    source = join(preds, truth, Rows(true="price", pred="guess", key=key))
    found = score("mae", source, params={}, missing="drop")
    assert (found.n, found.value) == (60, close(MEAN, 1e-14))
    with pytest.raises(LosscliError, match="has no column cost"):
        join(preds, truth, Rows(true="cost", pred="guess", key=key))


@pytest.mark.parametrize("command", ["check", "recommend"])
def test_other_commands_join_them_as_compute_does(tmp_path: Path, command: str) -> None:
    truth, preds = two(tmp_path, shuffled=True)
    line = ["--truth", truth, "--true", "price", "--key", "id"]
    whole = str(write(tmp_path / "whole.csv", ROWS))
    told = []
    for more in ([preds, *line], [whole, "--true", "y_true"]):
        task = ["--task", "regression"] if command == "recommend" else []
        done = run(command, *more, "--pred", "y_pred", *task, "--format", "json")
        assert done.returncode in (0, 1), done.stderr
        told.append(json.loads(done.stdout))
    joined, alone = told
    assert joined["n"] == alone["n"] == 60
    if command == "check":
        assert [f["code"] for f in joined["findings"]] == [f["code"] for f in alone["findings"]]
        return
    assert joined["task"] == alone["task"]
    first = joined["recommendations"][0]["command"]
    assert "--truth" in first
    again = run(*first.split()[1:], "--format", "json")
    assert json.loads(again.stdout)["n"] == 60, again.stderr


def test_the_line_to_run_next_drops_what_was_dropped(tmp_path: Path) -> None:
    truth, _ = two(tmp_path, shuffled=False)
    preds = str(write(tmp_path / "preds.csv", [(k, r, p) for k, r, _, p in ROWS[:50]], "id,region,y_pred"))
    line = ["--truth", truth, "--true", "price", "--key", "id", "--pred", "y_pred"]
    assert "10 of 60 rows with a key that" in run("recommend", preds, *line).stderr
    line += ["--task", "regression"]
    done = run("recommend", preds, *line, "--missing", "drop", "--format", "json")
    first = json.loads(done.stdout)["recommendations"][0]["command"]
    assert json.loads(run(*first.split()[1:], "--format", "json").stdout)["n"] == 50


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "preds.csv has 60 rows and"),
        (["--key", "id"], "row 61: the key 1 stands in row 1 too"),
        (["--key", "day"], "--key: "),
    ],
)
def test_what_cannot_be_joined_is_said(tmp_path: Path, more: list[str], said: str) -> None:
    truth, preds = two(tmp_path, shuffled=False)
    with Path(truth).open("a", encoding="utf-8") as file:
        file.write("1,north,2.0\n")
    failed = run("compute", "mae", preds, "--truth", truth, "--true", "price", *more)
    assert failed.returncode == 2
    assert said in failed.stderr
    assert "Traceback" not in failed.stderr


def test_a_key_needs_a_second_file(tmp_path: Path) -> None:
    failed = run("compute", "mae", str(three(tmp_path) / "p0.csv"), "--key", "id")
    assert failed.returncode == 2
    assert "--truth" in failed.stderr
