"""SQLite and DuckDB databases and Excel sheets as DATA, held against the same rows in CSV and in Python."""

from __future__ import annotations

import gzip
import json
import math
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import duckdb
import openpyxl
import pytest
from support import command
from support.close import close
from support.command import LOSSCLI, environment
from support.inside import losscli as run
from support.requests import score

from losscli.data import open_table, spool
from losscli.data.joined import join
from losscli.data.within import SeveralTables
from losscli.errors import LosscliError
from losscli.rows import Rows

COLUMNS = ("id", "region", "y_true", "y_pred", "w")
_random = random.Random(7)
ROWS: list[tuple[Any, ...]] = [
    (
        i,
        "north" if i % 3 else "south",
        round(_random.gauss(0, 3), 9),
        round(_random.gauss(0, 3), 9),
        1.0 + i % 4,
    )
    for i in range(1, 91)
]
ROWS[10] = (11, None, 1.0, 2.0, 1.0)
HOLED = [*ROWS[:40], (41, "north", None, 2.5, 1.0), *ROWS[41:]]


def write_csv(path: Path, rows: list[tuple[Any, ...]]) -> None:
    lines = [",".join("" if value is None else str(value) for value in row) for row in [COLUMNS, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_sqlite(path: Path, rows: list[tuple[Any, ...]], *more: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE runs (id INTEGER, region TEXT, y_true REAL, y_pred REAL, w REAL)")
        database.executemany("INSERT INTO runs VALUES (?, ?, ?, ?, ?)", rows)
        for statement in more:
            database.execute(statement)
        database.commit()


def write_duckdb(path: Path, rows: list[tuple[Any, ...]], *more: str) -> None:
    with duckdb.connect(str(path)) as database:
        database.execute(
            "CREATE TABLE runs (id INTEGER, region VARCHAR, y_true DOUBLE, y_pred DOUBLE, w DOUBLE)"
        )
        if rows:
            database.executemany("INSERT INTO runs VALUES (?, ?, ?, ?, ?)", rows)
        for statement in more:
            database.execute(statement)


def write_excel(path: Path, rows: list[tuple[Any, ...]], *more: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "runs"
    for row in [COLUMNS, *rows]:
        sheet.append(row)
    for name in more:
        book.create_sheet(name)
    book.save(path)


WRITERS: dict[str, Callable[..., None]] = {
    "sqlite": write_sqlite,
    "duckdb": write_duckdb,
    "xlsx": write_excel,
}
DATABASES = ("sqlite", "duckdb")


def made(folder: Path, form: str, rows: list[tuple[Any, ...]] = ROWS, *more: str) -> str:
    path = folder / f"runs.{form}"
    WRITERS[form](path, rows, *more)
    return str(path)


def mae(path: str | list[str], by: str | None = None, weight: str | None = None, **how: Any) -> Any:
    chosen = {name: how.pop(name) for name in ("table", "query", "input_format") if name in how}
    source = open_table(path, **chosen).select("y_true", "y_pred", weight, by, truth=True, models=False)
    return score("mae", source, params={}, **how)


def groups(found: Any) -> dict[tuple[str, ...], tuple[int, float]]:
    made = found.groups
    return dict(zip(made.labels, zip(made.n.tolist(), made.value.tolist(), strict=True), strict=True))


def mean(rows: list[tuple[Any, ...]]) -> float:
    return math.fsum(abs(row[2] - row[3]) for row in rows) / len(rows)


@pytest.mark.parametrize("form", WRITERS)
def test_the_same_as_in_csv(tmp_path: Path, form: str) -> None:
    write_csv(tmp_path / "runs.csv", HOLED)
    options = {"by": "region", "weight": "w", "missing": "drop", "rows": None}
    found = mae(made(tmp_path, form, HOLED), **options)
    same = mae(str(tmp_path / "runs.csv"), **options)
    assert found.value == same.value
    assert groups(found) == groups(same)
    assert set(groups(found)) == {("north",), ("south",), ("(missing)",)}
    assert [(s.row, s.loss) for s in found.samples] == [(s.row, s.loss) for s in same.samples]


@pytest.mark.parametrize("form", WRITERS)
def test_no_value_is_missing(tmp_path: Path, form: str) -> None:
    with pytest.raises(LosscliError, match=f"runs.{form}, column y_true: nan or no value in row 41"):
        mae(made(tmp_path, form, HOLED))


@pytest.mark.parametrize("form", WRITERS)
def test_cells_are_those_of_the_row(tmp_path: Path, form: str) -> None:
    source = open_table(made(tmp_path, form)).select(None, None, None, truth=True, models=False)
    list(source())
    assert source.cells is not None
    for row, cells in source.cells([1, 11, 90]).items():
        assert [name for name, _ in cells] == list(COLUMNS)
        texts = dict(cells)
        assert (texts["id"], texts["region"]) == (str(row), ROWS[row - 1][1] or "")
        assert float(texts["y_true"]) == ROWS[row - 1][2]


@pytest.mark.parametrize("form", DATABASES)
def test_rows_of_a_query(tmp_path: Path, form: str) -> None:
    path = made(tmp_path, form)
    query = "SELECT y_pred, id, y_true FROM runs WHERE w > 2 ORDER BY id DESC -- all\n;"
    wanted = [row for row in reversed(ROWS) if row[4] > 2]
    found = mae(path, query=query, rows=None)
    assert found.value == close(mean(wanted), 1e-14)
    assert [s.loss for s in sorted(found.samples, key=lambda s: s.row)] == [abs(r[2] - r[3]) for r in wanted]


@pytest.mark.parametrize("form", DATABASES)
def test_a_view_is_a_table_too(tmp_path: Path, form: str) -> None:
    path = made(tmp_path, form, ROWS, "CREATE VIEW later AS SELECT * FROM runs WHERE id > 50")
    assert mae(path, table="later").value == close(mean(ROWS[50:]), 1e-14)
    assert mae(path, table="RUNS").value == close(mean(ROWS), 1e-14)
    with pytest.raises(SeveralTables) as caught:
        mae(path)
    assert caught.value.what == f"{path} holds 2 tables and views: runs, later"
    with pytest.raises(LosscliError, match=r'has no table latr \(did you mean "later"\? there are: runs, l'):
        mae(path, table="latr")


def test_names_that_need_quotes(tmp_path: Path) -> None:
    odd = 'CREATE TABLE "a ""b" ("y ""true" REAL, "select" REAL)'
    fill = 'INSERT INTO "a ""b" VALUES (1, 3), (2, 2)'
    for form in DATABASES:
        table = open_table(made(tmp_path, form, [], odd, fill), table='a "b')
        source = table.select('y "true', "select", None, truth=True, models=False)
        assert score("mae", source, params={}).value == 1


def test_schemas_of_duckdb(tmp_path: Path) -> None:
    path = made(tmp_path, "duckdb", ROWS, "CREATE SCHEMA old", "CREATE TABLE old.runs AS FROM runs LIMIT 9")
    assert mae(path, table="old.runs").n == 9
    assert mae(path, table="runs").n == 90


def test_rows_of_a_table_stay_in_order_beside_an_index(tmp_path: Path) -> None:
    path = made(tmp_path, "sqlite", ROWS, "CREATE INDEX quick ON runs (y_true, y_pred)")
    found = mae(path, rows=None)
    assert {s.row: s.loss for s in found.samples} == {row[0]: abs(row[2] - row[3]) for row in ROWS}


def test_columns_not_asked_for_are_not_read(tmp_path: Path) -> None:
    path = made(tmp_path, "sqlite", ROWS, "UPDATE runs SET region = CAST(x'ff' AS TEXT)")
    assert mae(path).value == close(mean(ROWS), 1e-14)
    with pytest.raises(LosscliError, match="cannot be read: Could not decode to UTF-8"):
        mae(path, by="region")


@pytest.mark.parametrize("form", DATABASES)
def test_many_rows_in_one_pass(tmp_path: Path, form: str) -> None:
    query = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70000) "
        if form == "sqlite"
        else "WITH n AS (SELECT unnest(range(1, 70001)) AS i) "
    )
    path = made(tmp_path, form)
    found = mae(path, query=f"{query} SELECT i AS y_true, 2 * i AS y_pred FROM n ORDER BY i", rows=3)
    assert (found.n, found.value) == (70_000, 35_000.5)
    assert [s.row for s in found.samples] in ([70_000, 69_999, 69_998], [69_998, 69_999, 70_000], [1, 2, 3])
    holed = f"{query} SELECT i AS y_true, CASE i WHEN 69000 THEN NULL ELSE i END AS y_pred FROM n ORDER BY i"
    with pytest.raises(LosscliError, match="column y_pred: nan or no value in row 69000"):
        mae(path, query=holed)


WRITING = (
    "DELETE FROM runs",
    "INSERT INTO runs (id) VALUES (1) RETURNING id",
    "DROP TABLE runs",
    "ATTACH 'other.db' AS other",
    "CREATE TEMP TABLE t AS SELECT 1",
    "",
)
WRITING_FILES = {"sqlite": "VACUUM INTO 'other.db'", "duckdb": "COPY runs TO 'other.csv'"}


@pytest.mark.parametrize("form", DATABASES)
@pytest.mark.parametrize("log", [False, True])
def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, log: bool) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(made(tmp_path, form, ROWS, *["PRAGMA journal_mode = WAL"] * (log and form == "sqlite")))
    before = path.read_bytes()
    for query in (*WRITING, WRITING_FILES[form]):
        with pytest.raises(LosscliError) as caught:
            mae(str(path), query=query)
        assert caught.value.what == f"{path}: --query is no SELECT"
    assert mae(str(path)).n == 90
    assert os.listdir(tmp_path) == [path.name]
    assert path.read_bytes() == before


def test_what_another_program_has_just_written_is_read(tmp_path: Path) -> None:
    path = made(tmp_path, "sqlite")
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("DELETE FROM runs WHERE id > 5")
        other.commit()
        assert mae(path).n == 5


@pytest.mark.parametrize("form", DATABASES)
@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("SELECT y_true, nope AS y_pred FROM runs", "--query: .*nope"),
        ("SELECT * FROM nope", "--query: .*nope"),
        ("SELEC 1", "--query: .*syntax error"),
        ("SELECT 1; SELECT 2", "--query.* statement"),
        ("SELECT * FROM runs WHERE id > 900", "--query gives no rows"),
        ("SELECT region AS y_true, y_pred FROM runs", "column y_true"),
    ],
)
def test_queries_that_fail(tmp_path: Path, form: str, query: str, what: str) -> None:
    path = made(tmp_path, form)
    with pytest.raises(LosscliError, match=what) as caught:
        mae(path, query=query)
    assert caught.value.what.startswith(path)
    assert "\n" not in str(caught.value)


def test_a_query_that_fails_on_its_way(tmp_path: Path) -> None:
    path = made(tmp_path, "duckdb")
    texts = "SELECT CASE WHEN i > 69000 THEN 'x' ELSE '1' END AS t FROM range(70000) r(i)"
    cast = f"SELECT t::DOUBLE AS y_true, 1 AS y_pred FROM ({texts})"
    with pytest.raises(LosscliError, match="--query: Conversion Error: Could not convert string 'x'"):
        mae(path, query=cast)


def test_a_query_does_not_see_this_program(tmp_path: Path) -> None:
    import pyarrow as pa

    picks = pa.table({"y_true": [1.0], "y_pred": [2.0]})
    assert picks.num_rows
    with pytest.raises(LosscliError, match="Table with name picks does not exist"):
        mae(made(tmp_path, "duckdb"), query="SELECT * FROM picks")


def test_texts_in_sqlite_are_read_as_in_csv(tmp_path: Path) -> None:
    values = ["1.5", "NA", "", 2, True, None, 2**53, "-inf"]
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE a (y)")
        database.executemany("INSERT INTO a VALUES (?)", [(value,) for value in values])
        database.commit()
    source = open_table(str(path)).select(None, "y", None, truth=False, models=False)
    read = [x for batch in source() for x in batch.y_pred["y_pred"].tolist()]
    nan = math.nan
    assert read == pytest.approx([1.5, nan, nan, 2, 1, nan, 2.0**53, -math.inf], nan_ok=True, rel=0, abs=0)
    for cell, said in (("x", '"x" is not a number'), (b"\0", "a value of bytes is not a number")):
        with closing(sqlite3.connect(path)) as database:
            database.execute("UPDATE a SET y = ? WHERE rowid = 4", [cell])
            database.commit()
        with pytest.raises(LosscliError, match=f"a.sqlite, row 4, column y: {said}"):
            list(source())


def test_types_of_duckdb(tmp_path: Path) -> None:
    rows = "FROM range(1, 4) r(i)"
    path = made(
        tmp_path,
        "duckdb",
        [],
        f"CREATE TABLE t AS SELECT i::DECIMAL(9, 2) AS d, i::HUGEINT AS h, i = 2 AS b, [i, 2 * i] AS l, "
        f"DATE '2024-01-05' + i::INTEGER AS day, CASE i WHEN 2 THEN NULL ELSE i END AS n, "
        f"INTERVAL 1 DAY AS span {rows}",
    )

    def read(column: str, by: str | None = None) -> Any:
        source = open_table(path, table="t").select(None, column, None, by, truth=False, models=False)
        return next(iter(source()))

    for column in ("d", "h"):
        assert read(column).y_pred["y_pred"].tolist() == [1, 2, 3]
    assert read("b").y_pred["y_pred"].tolist() == [0, 1, 0]
    assert read("l").y_pred["y_pred"].tolist() == [[1, 2], [2, 4], [3, 6]]
    assert read("n").y_pred["y_pred"].tolist() == pytest.approx([1, math.nan, 3], nan_ok=True)
    by = read("d", "day").by
    assert [by.names[code] for code in by.codes] == [("2024-01-06",), ("2024-01-07",), ("2024-01-08",)]
    for column in ("day", "span"):
        with pytest.raises(LosscliError, match=f"column {column} holds .*, no numbers"):
            read(column)


@pytest.mark.parametrize("form", DATABASES)
def test_told_by_its_first_bytes(tmp_path: Path, form: str) -> None:
    path = Path(made(tmp_path, form))
    for name in ("runs.db", "runs", "runs.sqlite" if form == "duckdb" else "runs.duckdb"):
        path = path.rename(tmp_path / name)
        assert mae(str(path)).n == 90
    path = path.rename(tmp_path / "runs.csv")
    assert mae(str(path), input_format=form).n == 90
    with pytest.raises(LosscliError, match=f"--input-format {form} reads it"):
        mae(str(path))
    other = DATABASES[form == "sqlite"]
    with pytest.raises(LosscliError, match=f"is a .* database .--input-format {form} reads it"):
        mae(str(path), input_format=other)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.sqlite", b"", "is empty"),
        ("a.db", b"text\n", "is no SQLite database, or damaged"),
        ("a.duckdb", b"text\n" * 100, "is no DuckDB database, or damaged"),
        ("a.sqlite", b"SQLite format 3\0" + b"x" * 5000, "cannot be read: "),
        ("a.duckdb", b"x" * 8 + b"DUCK\0" + b"x" * 9000, "cannot be read: "),
        ("a.xlsx", b"text\n", "is no Excel file, or damaged: "),
        ("a.xlsx", b"", "is no Excel file, or damaged: "),
        ("a.sqlite.gz", b"\x1f\x8b\x08", "is compressed with gzip|is damaged"),
    ],
)
def test_damaged_files(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LosscliError, match=said) as caught:
        mae(str(tmp_path / name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", DATABASES)
def test_databases_without_rows(tmp_path: Path, form: str) -> None:
    with pytest.raises(LosscliError, match="has no rows"):
        mae(made(tmp_path, form, []))
    (tmp_path / f"runs.{form}").unlink()
    with pytest.raises(LosscliError, match="holds no tables"):
        mae(made(tmp_path, form, [], "DROP TABLE runs"))


def test_a_database_that_is_in_use(tmp_path: Path) -> None:
    path = made(tmp_path, "duckdb")
    with duckdb.connect(path), pytest.raises(LosscliError, match=r"cannot be read: .* in use by another"):
        mae(path)


def test_several_databases_are_one_table(tmp_path: Path) -> None:
    for region, rows in (("north", ROWS[:30]), ("south", ROWS[30:])):
        folder = tmp_path / f"part={region}"
        folder.mkdir()
        made(folder, "sqlite", rows, "CREATE TABLE notes (n)")
    found = mae(f"{tmp_path}/*/*.sqlite", by="part", table="runs")
    assert (found.n, found.value) == (90, close(mean(ROWS), 1e-14))
    assert {labels: n for labels, (n, _) in groups(found).items()} == {("north",): 30, ("south",): 60}


def test_y_true_in_a_database_or_a_sheet(tmp_path: Path) -> None:
    write_csv(tmp_path / "preds.csv", ROWS)
    predictions = open_table(str(tmp_path / "preds.csv"))
    columns = Rows(true="y_true", pred="y_pred", key="id")
    for form in WRITERS:
        truth = open_table(made(tmp_path, form, ROWS[::-1]))
        source = join(predictions, truth, columns)
        assert score("mae", source, params={}).value == close(mean(ROWS), 1e-14)
    with closing(sqlite3.connect(tmp_path / "runs.sqlite")) as database:
        database.execute("CREATE TABLE notes (n)")
    done = run("compute", "mae", str(tmp_path / "preds.csv"), "--truth", str(tmp_path / "runs.sqlite"))
    assert done.returncode == 2
    assert "--truth takes a file of one table" in done.stderr


def test_standard_input(tmp_path: Path) -> None:
    for form, *more in (("sqlite", "PRAGMA journal_mode = WAL"), ("xlsx",), ("duckdb",)):
        path = Path(made(tmp_path, form, ROWS, *more))
        done = subprocess.run(
            [*LOSSCLI, "compute", "mae", "-", "--format", "json"],
            input=path.read_bytes(),
            capture_output=True,
            env=environment(),
            timeout=60,
            check=False,
        )
        path.unlink()
        if form == "duckdb":
            assert done.returncode == 2
            assert b"name its file: DuckDB reads no stream" in done.stderr
        else:
            assert json.loads(done.stdout)["value"] == close(mean(ROWS), 1e-14)


COMMANDS = (
    "compute mae {} --why --rows 3",
    "compare {} --losses mae,mse",
    "check {}",
    "recommend {}",
    "parity mae {}",
    "plot mae --data {}",
)


@pytest.mark.parametrize("line", COMMANDS, ids=lambda line: line.split()[0])
def test_every_command_that_takes_data(tmp_path: Path, line: str) -> None:
    write_csv(tmp_path / "later.csv", ROWS[50:])
    query = "SELECT * FROM runs WHERE id > 50"
    path = "later1.db"  # as long as the other, so that lines are broken alike
    write_sqlite(tmp_path / path, ROWS, f"CREATE VIEW later AS {query}")

    def output(data: str, *options: str) -> str:
        done = run(*line.format(data).split(), *options, "--format", "plain", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    if line.startswith("recommend"):
        words = " ".join(output(path, "--query", query).replace("\\", "").split())
        assert f"losscli compute mse {path} --query '{query}'" in words
        return
    expected = output("later.csv")
    assert "40" in expected
    assert output(path, "--query", query).replace(path, "later.csv") == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("runs.csv --table x", "runs.csv is one table, no database: --table has nothing to choose"),
        ("runs.csv --query x", "runs.csv is one table, no database: --query has nothing to choose"),
        ("runs.sqlite --query x --table y", "--table and --query both say which rows are meant"),
        ("--true 1,2 --pred 1,2 --table x", "--table: there is no file of which it says the rows"),
        ("--true @runs.sqlite --pred 1,2", "--true @runs.sqlite is a table, where one array is wanted"),
        ("s3://bucket/runs.sqlite", "s3://bucket/runs.sqlite is a remote address"),
        ("runs.sqlite runs.csv --table runs", "runs.csv is one table, no database"),
    ],
)
def test_wrong_usage(tmp_path: Path, line: str, said: str) -> None:
    write_csv(tmp_path / "runs.csv", ROWS)
    made(tmp_path, "sqlite")
    done = run("compute", "mae", *line.split(), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("form", "package", "extra"), [("duckdb", "duckdb", "duckdb"), ("xlsx", "python_calamine", "excel")]
)
def test_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, package: str, extra: str
) -> None:
    path = made(tmp_path, form)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(LosscliError, match=r"reading .* needs .*pip install 'losscli\[" + extra):
        mae(path)


def test_the_shell_offers_tables_and_columns(tmp_path: Path) -> None:
    path = made(tmp_path, "sqlite")

    def offered(line: str) -> list[str]:
        words = f"losscli compute mae {path} {line} "
        count = str(len(words.split(" ")) - 1)
        return command.losscli(
            _LOSSCLI_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=count
        ).stdout.split()

    assert offered("--pred") == list(COLUMNS)
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE notes (n)")
    assert offered("--table") == ["runs", "notes"]
    assert offered("--table notes --pred") == ["n"]
    assert offered("--pred") == []


def test_databases_that_cannot_be_opened_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path, "sqlite")
    (tmp_path / "runs.sqlite.gz").write_bytes(gzip.compress((tmp_path / "runs.sqlite").read_bytes()))
    with pytest.raises(LosscliError, match="is compressed"):
        open_table(str(tmp_path / "runs.sqlite.gz"))
    monkeypatch.setattr(spool, "IN_MEMORY", 100)
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "runs.sqlite")
    content = (tmp_path / "runs.sqlite").read_bytes()
    writer = Thread(target=(tmp_path / "pipe" / "runs.sqlite").write_bytes, args=(content,))
    writer.start()
    with pytest.raises(LosscliError, match="not read from a pipe"):
        open_table(str(tmp_path / "pipe" / "runs.sqlite"))
    writer.join()
