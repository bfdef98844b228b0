"""Tables as people have them: each with what is read of it, and what is said of the reading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from losscli.cli.app import run
from losscli.data import blocks, delimited, open_table, read_values
from losscli.data.dialect import TextDialect, plain_dialect
from losscli.errors import LosscliError
from losscli.rows import TextOptions

NAN = float("nan")
TRUE, PRED = [3.0, -0.5, 2.0, 7.0], [2.5, 0.0, 2.0, 8.0]
ROWS = list(zip(TRUE, PRED, strict=True))


def lines(separator: str, *above: str, end: str = "", decimal: str = ".") -> str:
    rows = [f"{y}{separator}{p}".replace(".", decimal) + end for y, p in ROWS]
    return "\n".join([*above, *rows, ""])


def read(path: Path, true: str | None = None, pred: str | None = None, **said: Any) -> tuple[Any, Any, Any]:
    """y_true, y_pred, and what is said of the reading."""
    table = open_table(str(path), text=TextOptions(**said))
    source = table.select(true, pred, None, truth=True, models=False)
    batches = list(source.batches(3))
    y_true = np.concatenate([batch.y_true for batch in batches if batch.y_true is not None])
    return y_true, np.concatenate([batch.y_pred["y_pred"] for batch in batches]), " ".join(source.chosen)


# Name, content, what it says of the reading; the four rows of ROWS are in each.
TEXTS: list[tuple[str, str | bytes, str]] = [
    ("t.csv", lines(";", "y;pred"), "separated by semicolons"),
    ("t.csv", lines("\t", "y\tpred"), "separated by tabs"),
    ("t.csv", lines("|", "y|pred"), "separated by bars"),
    ("t.txt", lines("   ", " y  pred "), "separated by blanks"),
    ("t.txt", lines("  ", "  y pred", end=" ").replace("\n", "\r\n  "), "separated by blanks"),
    ("t.tsv", lines(",", "y,pred"), "separated by commas"),
    ("t.csv", lines(";", "y;pred", decimal=","), "is read as -0.5 (in y, pred)"),
    ("t.csv", lines("\t", "y\tpred", decimal=","), "is read as -0.5 (in y, pred)"),
    ("t.csv", lines(",", "Forecast report,", "made by hand,", ",", "y,pred"), "and 1 more above the table"),
    ("t.csv", lines(",", "Forecast report", "", "y,pred"), 'the title "Forecast report" above the table'),
    ("t.csv", lines(",", "# made by hand", "y,pred", "# in between"), "lines that begin with # are left out"),
    ("t.csv", lines(",", "y,pred", "  # in between"), "lines that begin with # are left out"),
    ("t.csv", lines(" ", "# y pred"), "names stand in a comment"),
    ("t.csv", lines(",", "y,pred", "USD,USD"), "the second header line (USD, USD) is left out"),
    ("t.csv", lines(",", "y,pred", end=","), "each row ends with a separator"),
    ("t.csv", lines(",", "y,pred,", end=","), ""),
    ("t.csv", '"y" "pred"\n"1" 3 2.5\n"2" -0.5 0\n"3" 2 2\n"4" 7 8\n', "it holds the rows' names"),
    ("t.csv", '"y","pred"\n"a",3,2.5\n"b",-0.5,0\n"c",2,2\n"d",7,8\n', "it holds the rows' names"),
    ("t.csv", ",y,pred\n0,3,2.5\n1,-0.5,0\n2,2,2\n3,7,8\n", ""),
    ("t.csv", "y,pred\n3,2.5\n\u22120.5,0\n2,2\n7,8\n", '"\u22120.5" is read as -0.5'),
    ("t.csv", "y,pred\n$3,2.5\n($0.50),0\n$2,2\n$7,8\n", '"($0.50)" is read as -0.5'),
    ("t.csv", "y,pred\n3 €,2.5\n-0.5 €,0\n2 €,2\n7 €,8\n", '"-0.5 €" is read as -0.5'),
    ("t.csv", "y,pred\n300%,2.5\n-50%,0\n200%,2\n700%,8\n", '"-50%" is read as -0.5'),
    ("t.csv", lines(";", "größe;y;pred").replace("\n", "\nä;", 4).encode("cp1252"), "cp1252"),
    ("t.csv", lines(";", "y;pred").encode("utf-16"), "text in UTF-16"),
    ("t.json", json.dumps({"columns": ["y", "pred"], "index": [0, 1, 2, 3], "data": ROWS}), "orient=split"),
    (
        "t.json",
        json.dumps({"schema": {"fields": []}, "data": [{"y": y, "pred": p} for y, p in ROWS]}),
        "orient=table",
    ),
    (
        "t.json",
        json.dumps({"y": dict(enumerate(TRUE)), "pred": dict(enumerate(PRED))}),
        "orient=columns",
    ),
    ("t.json", json.dumps({i: {"y": y, "pred": p} for i, (y, p) in enumerate(ROWS)}), "orient=index"),
    ("t.json", json.dumps({"run": 3, "rows": [{"y": y, "pred": p} for y, p in ROWS]}), "rows are in rows"),
    ("t.json", json.dumps({"valid": {"y": TRUE, "pred": PRED}}), "columns are in valid"),
    ("t.json", json.dumps([{"y": str(y), "pred": str(p)} for y, p in ROWS]), ""),
    ("t.json", "".join(json.dumps({"y": y, "pred": p}) + "\n" for y, p in ROWS), "an object a line"),
    ("t.jsonl", json.dumps([{"y": y, "pred": p} for y, p in ROWS]), "read as JSON"),
]


@pytest.mark.parametrize(("name", "content", "said"), TEXTS)
def test_only_one_reading_is_possible(
    tmp_path: Path, name: str, content: str | bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read whole, and in blocks of a few bytes."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for _ in range(2):
        y_true, y_pred, told = read(path)
        np.testing.assert_array_equal(y_true, TRUE)
        np.testing.assert_array_equal(y_pred, PRED)
        assert said in told
        assert said or "is read" not in told
        monkeypatch.setattr(blocks, "LARGE", 0)
        for module in (blocks, delimited):
            monkeypatch.setattr(module, "BLOCK", 8)


def test_most_tables_are_told_at_once() -> None:
    """From the beginning of a file, whose last line may be cut: no closer look is taken."""
    for head, cut in (("y,p\n1,2\n3,4\n", False), ("y,p\n1,2\n3", True), ("y,p\r\n1,-2e3\r\n", False)):
        assert plain_dialect(head, cut, ",") == TextDialect(("y", "p"))
    for head in (
        "y,p\n1,2\n3",
        "1,2\n3,4\n",
        "y,p\na,b\n",
        "y,p\n1 2,3\n",
        "y,p\n",
        'y,p\n1,"2"\n',
        "y\n1\n",
    ):
        assert plain_dialect(head, False, ",") is None


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (lines(":", "y:pred"), {"separator": ":"}),
        (lines(",", "1,2", "y,pred"), {"skip": 1}),
        (lines(",", "y,pred", "! left out"), {"comment": "!"}),
        (lines(",", "y,pred").encode("utf-16-le"), {"encoding": "utf-16-le"}),
        (lines("|", "y|pred", decimal=","), {"separator": "pipe", "decimal": ","}),
    ],
)
def test_what_is_said_goes_before_what_is_told(
    tmp_path: Path, content: str | bytes, options: dict[str, Any]
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    y_true, y_pred, told = read(path, **options)
    np.testing.assert_array_equal(y_true, TRUE)
    np.testing.assert_array_equal(y_pred, PRED)
    assert "separated" not in told


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("y;pred\n1.234;2\n", {"decimal": "."}),
        ("y;pred\n1,234;2\n", {"decimal": ","}),
        ('y,pred\n"1,234",2\n', {"decimal": ","}),
    ],
)
def test_two_readings_are_asked_for(tmp_path: Path, content: str, options: dict[str, str]) -> None:
    path = tmp_path / "t.csv"
    path.write_text(content)
    with pytest.raises(LosscliError, match=r"may be 1.234 or 1234") as caught:
        read(path)
    (mark,) = options.values()
    assert caught.value.hint is not None
    assert f"--decimal {mark} or --thousands {mark}" in caught.value.hint
    assert read(path, **options)[0].tolist() == [1.234]
    assert read(path, thousands=mark)[0].tolist() == [1234]


def test_another_cell_tells_what_a_mark_is(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for content in (
        "y;pred\n1.234;0,5\n",
        "y;pred\n1.234.567;1.234\n",
        'y,pred\n"1,234",0.5\n',
        'y,pred\n"1,234.5","1,234"\n',
        "y;pred\n1 234,5;1.234\n",
    ):
        path.write_text(content)
        assert 1234 in [float(int(value)) for array in read(path)[:2] for value in array]


def test_a_column_of_percent_is_so_in_every_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,pred\n1,95%\n0,0.1\n")
    with pytest.raises(
        LosscliError, match=r"row 2, column pred: .* a percent sign: write all with it, or none"
    ):
        read(path)
    path.write_text("y,pred\n" + "0,0.5\n" * 2001 + "1,95%\n")
    with pytest.raises(LosscliError, match=r"row 2002, column pred: .* have no percent sign"):
        read(path)


def test_missing_values_that_na_names(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("y,pred\n1,-\n2,-999\n3,4\n")
    with pytest.raises(
        LosscliError, match=r"row 1, column pred: .*if it stands for a missing value: --na '-'"
    ):
        read(path)
    np.testing.assert_array_equal(read(path, na="-,-999")[1], [NAN, NAN, 4])


def test_no_header(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("2024-01-01,3,2.5\n2024-01-02,-0.5,0\n")
    y_true, y_pred, told = read(path, "2", "3")
    assert (y_true.tolist(), y_pred.tolist()) == ([3, -0.5], [2.5, 0])
    assert "there is no header line" in told
    path.write_text("0,1\n0.25,0.75\n")  # as pandas writes columns that have no names, or a first row
    with pytest.raises(LosscliError, match=r"may name the columns, or be the first row .say which: --header"):
        read(path)
    assert read(path, "1", "2", header=False)[1].tolist() == [1, 0.75]
    assert read(path, "0", "1", header=True)[1].tolist() == [0.75]


@pytest.mark.parametrize(
    "cell", ["[0.1, 0.9]", "[0.1 0.9]", "[0.1\n 0.9]", "array([0.1, 0.9], dtype=float32)"]
)
def test_a_cell_that_holds_a_list(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f'y,pred\n1,"{cell}"\n0,"[1, 0]"\n')
    np.testing.assert_array_equal(read(path)[1], [[0.1, 0.9], [1, 0]])
    path.write_text(f'y,pred\n1,"{cell}"\n0,"[1, 0, 0]"\n')
    with pytest.raises(LosscliError, match=r"row 2, column pred: 3 entries where row 1 has 2"):
        read(path)
    path.write_text('y,pred\n1,"[0.1 ... 0.9]"\n')
    with pytest.raises(LosscliError, match=r"row 1, column pred: the print left entries out"):
        read(path)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[3., -.5, 2., 7.]", TRUE),
        ("[[1. 2.]\n [3. 4.]]", [[1, 2], [3, 4]]),
        ("array([1., nan], dtype=float32)", [1, NAN]),
        ("tensor([[1], [2]], device='cuda:0', grad_fn=<MulBackward0>)", [[1], [2]]),
        ("<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>", [1, 2]),
        ("[np.float64(0.5), np.float64(1e-3)]", [0.5, 1e-3]),
    ],
)
def test_pasted_arrays(text: str, wanted: Any) -> None:
    np.testing.assert_array_equal(read_values(text, option="--true"), wanted)


def test_predictions_of_a_pipeline(tmp_path: Path) -> None:
    """Their order is that of the scores, another in each row: the columns are in the order of their names."""
    rows = [
        [{"label": "LABEL_1", "score": 0.75}, {"label": "LABEL_0", "score": 0.25}],
        [{"label": "LABEL_0", "score": 0.5}, {"label": "LABEL_1", "score": 0.5}],
    ]
    path = tmp_path / "p.json"
    path.write_text(json.dumps(rows))
    assert open_table(str(path)).columns == ("LABEL_0", "LABEL_1")
    path.write_text(json.dumps([{"y": 1, "scores": row} for row in rows]))
    y_pred = read(path, "y", "scores.LABEL_0,scores.LABEL_1")[1]
    np.testing.assert_array_equal(y_pred, [[0.25, 0.75], [0.5, 0.5]])


def test_sheets_with_titles_and_notes(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active.append(["made by hand"])
    data = book.create_sheet("data")
    for row in (["Forecast"], [], ["y", "pred"], [1, "95%"], [0, "10%"]):
        data.append(row)
    book.save(tmp_path / "t.xlsx")
    y_true, y_pred, told = read(tmp_path / "t.xlsx")
    assert (y_true.tolist(), y_pred.tolist()) == ([1, 0], [0.95, 0.1])
    assert "the sheet is data, the only one of 2" in told
    assert 'the title "Forecast" above the table is left out' in told
    book.create_sheet("more").append(["y", "pred"])
    book["more"].append([1, 2])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(LosscliError, match="choose another with --table NAME: data, more"):
        read(tmp_path / "t.xlsx")


def test_numbers_as_text_in_frames(tmp_path: Path) -> None:
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"y": ["3,5", "2"], "pred": ["[0.1 0.9]", "[1 0]"]})
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_ipc(tmp_path / "t.arrow")
    for name in ("t.parquet", "t.arrow"):
        y_true, y_pred, told = read(tmp_path / name)
        assert (y_true.tolist(), y_pred.tolist()) == ([3.5, 2], [[0.1, 0.9], [1, 0]])
        assert '"3,5" is read as 3.5 (in y)' in told


@pytest.mark.parametrize(
    ("name", "what"),
    {
        "m.mat": "a MATLAB file",
        "m.h5": "an HDF5 file",
        "m.pt": "a PyTorch file, which holds pickles",
        "m.pkl": "a pickle, which runs code",
        "m.zip": "an archive",
        "m.html": "a web page",
        "m.csv": "no table of text: it is a pickle",
    }.items(),
)
def test_what_is_known_and_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(b"\x80\x04\x95")
    assert run(["compute", "mae", name]) == 2
    first, hint, *rest = capsys.readouterr().err.splitlines()
    assert first.startswith(f"losscli: {name} is {what}")
    assert name in hint
    assert not rest


def test_files_each_in_its_own_way_and_a_truth_in_another(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(lines(",", "y,pred"))
    (tmp_path / "b.csv").write_text(lines(";", "y;pred", decimal=","))
    source = open_table([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]).select(
        None, None, None, truth=True, models=False
    )
    (one, two) = source.batches(4)
    np.testing.assert_array_equal(one.y_true, two.y_true)
    assert any("b.csv: its columns are separated by semicolons" in said for said in source.chosen)


def test_files_in_folders_that_are_labels(tmp_path: Path) -> None:
    for region, value in {"north": "1.234", "south": "-999"}.items():
        folder = tmp_path / f"region={region}"
        folder.mkdir()
        (folder / "t.csv").write_text(f"y;pred\n{value};0,5\n")
    source = open_table(str(tmp_path), text=TextOptions(na="-999")).select(
        None, None, None, "region", truth=True, models=False
    )
    values = np.concatenate([batch.y_true for batch in source.batches(9) if batch.y_true is not None])
    np.testing.assert_array_equal(values, [1234, NAN])
    assert "read as 1234 (in y)" in " ".join(source.chosen)
