"""Tables as programs draw them, and what stands below tables: read as the plain table is, and said."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from support.requests import score

from losscli.data import open_table
from losscli.errors import LosscliError

ROWS = [(3, 2.5), (-0.5, 0), (2, 2), (7, 8)]
MAE = sum(abs(true - pred) for true, pred in ROWS) / len(ROWS)
PLAIN = "".join(f"{true},{pred}\n" for true, pred in ROWS)
BARS = "".join(f"| {true} | {pred} |\n" for true, pred in ROWS)
PADDED = "".join(f"  {true:5} | {pred:6}\n" for true, pred in ROWS)
BLANKS = "".join(f"{true:<6}  {pred}\n" for true, pred in ROWS)
EDGE = "+--------+--------+\n"
DRAWN = {
    "markdown.md": "| y_true | y_pred |\n|---|---:|\n" + BARS,
    "aligned.txt": "| y_true | y_pred |\n| :--- | :---: |\n" + BARS,
    "psql.txt": " y_true | y_pred \n--------+--------\n" + PADDED + "(4 rows)\n\n",
    "mysql.txt": EDGE + "| y_true | y_pred |\n" + EDGE + BARS + EDGE + "4 rows in set (0.00 sec)\n",
    "sqlite.txt": "y_true  y_pred\n------  ------\n" + BLANKS,
    "pandas.txt": "   y_true  y_pred\n"
    + "".join(f"{i}  {true}  {pred}\n" for i, (true, pred) in enumerate(ROWS))
    + "\n[4 rows x 2 columns]\n",
    "polars.txt": str(pl.DataFrame(ROWS, schema=["y_true", "y_pred"], orient="row", strict=False)) + "\n",
    "count.csv": "y_true,y_pred\n" + PLAIN + "(4 rows)\n",
    "source.csv": "y_true,y_pred\n" + PLAIN + "\nSource: World Bank, 2024\n",
    "total.csv": "id,y_true,y_pred\n"
    + "".join(f"{i},{line}\n" for i, line in enumerate(PLAIN.split()))
    + "Total,11.5,12.5\n",
    "mean.csv": "y_true;y_pred\n" + PLAIN.replace(",", ";") + "Average;3.125\n",
}


@pytest.mark.parametrize("name", DRAWN)
def test_it_is_read_as_the_plain_table(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(DRAWN[name], encoding="utf-8")
    source = open_table(str(path)).select(None, None, None, truth=True, models=False)
    made = score("mae", source)
    assert (made.n, made.value) == (4, MAE)
    assert "left out" in source.chosen[0]


def test_a_large_file_has_a_last_line_too(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("y_true,y_pred\n" + PLAIN * 40_000 + "(160000 rows)\n")
    made = score("mae", open_table(str(path)).select(None, None, None, truth=True, models=False))
    assert (made.n, made.value) == (160_000, MAE)


def test_a_total_that_sums_up_nothing_is_a_row_and_said(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("firm,y_true,y_pred\nShell,1,2\nBP,3,4\nTotal,2,9\n")
    source = open_table(str(path)).select(None, None, None, truth=True, models=False)
    assert score("mae", source).n == 3
    assert 'its last row, "Total", is read as a row' in source.chosen[0]


def test_a_print_that_leaves_rows_out_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.txt"
    path.write_text(str(pl.DataFrame({"y_true": range(50), "y_pred": range(50)})), encoding="utf-8")
    with pytest.raises(LosscliError, match="leaves rows or columns out"):
        open_table(str(path))
