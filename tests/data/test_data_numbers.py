"""Cells as people write numbers, each with its number by hand; and what a column says of its format."""

from __future__ import annotations

import pytest

from losscli.data.numbers import PLAIN, NumberFormat, advice, formats_of, number, refuse_doubt, written
from losscli.errors import LosscliError

COMMA = NumberFormat(",", ".")
GROUPED = NumberFormat(".", ",")
PERCENT = NumberFormat(percent=True)
DOLLARS = NumberFormat(thousands=",", currency="$")


@pytest.mark.parametrize(
    ("text", "form", "wanted"),
    [
        *(("12.5", PLAIN, 12.5), ("-0.5", PLAIN, -0.5), ("+3", PLAIN, 3.0), (".5", PLAIN, 0.5)),
        *(("1e-3", PLAIN, 0.001), ("1.5E+2", PLAIN, 150.0), ("\u22122.5", PLAIN, -2.5)),
        *(("1 234.5", PLAIN, 1234.5), ("1'234'567", PLAIN, 1234567.0), ("1\u202f234", PLAIN, 1234.0)),
        *(("1,5", COMMA, 1.5), ("1.234,5", COMMA, 1234.5), ("1.234.567", COMMA, 1234567.0)),
        *(("1.5", COMMA, None), ("1,5", PLAIN, None), ("1,5e3", COMMA, 1500.0)),
        *(("1,234.5", GROUPED, 1234.5), ("12,34,567.5", GROUPED, 1234567.5), ("1,23,45", GROUPED, None)),
        *(("1,234,56", GROUPED, None), ("1,234 567", GROUPED, None), ("0,123", GROUPED, None)),
        *(("1,234e3", GROUPED, None), ("1,234", NumberFormat(",", "."), 1.234)),
        *(("(12.5)", PLAIN, -12.5), ("12.5-", PLAIN, -12.5), ("(12.5", PLAIN, None), ("12.5)", PLAIN, None)),
        *(("-(12.5)", PLAIN, None), ("--1", PLAIN, None), ("-1-", PLAIN, None), ("(-1)", PLAIN, None)),
        *(("95%", PERCENT, 0.95), ("-0.5 %", PERCENT, -0.005), ("0.07%", PERCENT, 0.0007)),
        *(("0", PERCENT, 0.0), ("0.0", PERCENT, 0.0), ("0.5", PERCENT, None), ("95%", PLAIN, None)),
        *(
            ("$1,234.50", DOLLARS, 1234.5),
            ("-$3", DOLLARS, -3.0),
            ("$-3", DOLLARS, -3.0),
            ("($3)", DOLLARS, -3.0),
        ),
        *(
            ("($3)", DOLLARS, -3.0),
            ("3", DOLLARS, 3.0),
            ("3 €", DOLLARS, None),
            ("$3$", DOLLARS, None),
            ("$3", PLAIN, None),
        ),
        *(("3 EUR", NumberFormat(currency="EUR"), 3.0), ("3 EURO", NumberFormat(currency="EUR"), None)),
        *(("US$3", NumberFormat(currency="US$"), 3.0), ("", PLAIN, None), (".", PLAIN, None)),
        *(("abc", PLAIN, None), ("1_000", PLAIN, None), ("1 23", PLAIN, None), ("12 345", PLAIN, 12345.0)),
    ],
)
def test_a_cell_and_its_number(text: str, form: NumberFormat, wanted: float | None) -> None:
    assert number(text, form) == wanted


def test_a_percentage_is_rounded_once() -> None:
    cell = written("28.7%", ".", "")
    assert cell is not None
    assert (cell.value, cell.hundredth) == (28.7, 0.287)  # 28.7 / 100 is 0.28699999999999998
    assert cell.percent


@pytest.mark.parametrize(
    ("columns", "separator", "marks"),
    [
        ([["1.5"]], ",", [".."]),
        ([["1,5"]], ";", [","]),
        ([["1.234,5", "7"]], ",", [",."]),
        ([["1,234.5"]], ",", [".,"]),
        # A column that may be read in two ways is as those that may not; in doubt where they differ.
        ([["1,234"], ["0,5"]], ";", [",", ","]),
        ([["1,234"], ["0.5"]], ",", [".,", "."]),
        ([["1,234"], ["0.5"], ["0,5"]], ",", ["?", ".", ","]),
        ([["1,234"]], ",", ["?"]),
        ([["1.234"]], ";", ["?"]),
        ([["1.234"]], ",", ["."]),
        ([["1.234"], ["0,5"]], ",", [",.", ","]),
        # Most cells of a column decide.
        ([["0,5", "0.5", "0.25"]], ";", ["."]),
        ([["0,5", "0,25", "0.5"]], ";", [","]),
        ([["10", "-3"]], ";", ["."]),
    ],
)
def test_cells_tell_what_their_marks_are(columns: list[list[str]], separator: str, marks: list[str]) -> None:
    forms = formats_of(columns, None, None, separator)
    told = ["?" if form.doubt else form.decimal + form.thousands for form in forms]
    assert told == [mark.replace("..", ".") for mark in marks]


def test_what_is_said_of_marks_leaves_no_doubt() -> None:
    for decimal, thousands, wanted in ((",", None, 1.234), (None, ",", 1234.0), (".", None, 1234.0)):
        (form,) = formats_of([["1,234"]], decimal, thousands, ";")
        assert (form.doubt, number("1,234", form)) == ("", wanted)


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("1,234", '"1,234" may be 1.234 or 1234,', "the comma is: --decimal , or --thousands ,"),
        ("1.234", '"1.234" may be 1.234 or 1234,', "the point is: --decimal . or --thousands ."),
    ],
)
def test_doubt_names_both_numbers_in_the_order_of_the_options(text: str, said: str, hint: str) -> None:
    with pytest.raises(LosscliError, match="no other cell tells which") as caught:
        refuse_doubt("t.csv, column p", NumberFormat(doubt=text))
    assert said in caught.value.what
    assert str(caught.value.hint).endswith(hint)
    refuse_doubt("t.csv, column p", PLAIN)


@pytest.mark.parametrize(
    ("text", "form", "said"),
    [
        ("0.5", PERCENT, "other cells of the column have a percent sign"),
        ("5%", PLAIN, "the cells before have no percent sign"),
        ("3 €", PLAIN, "another currency, or in none"),
        ("1,5", PLAIN, "--decimal , or --thousands ,"),
        ("-", PLAIN, "--na '-'"),
        ("missing", PLAIN, "--na missing"),
        ("N.A.", PLAIN, "--na 'N.A.'"),
        ("cat", PLAIN, None),
        ("-" * 12, PLAIN, None),
    ],
)
def test_what_to_do_about_a_cell(text: str, form: NumberFormat, said: str | None) -> None:
    told = advice(text, form)
    assert told is None if said is None else told is not None and said in told
