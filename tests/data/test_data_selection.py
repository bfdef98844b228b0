"""Which columns a person means, and what is said about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli.data import Source, open_table
from losscli.data.selection import select
from losscli.errors import LosscliError

COMMON_TRUE = ("y_true", "true", "target", "label", "actual", "ground_truth", "y")
COMMON_PRED = [
    "y_pred",
    "pred",
    "prediction",
    "predicted",
    "forecast",
    "score",
    "prob",
    "probability",
    "logits",
]


@pytest.fixture
def table(tmp_path: Path) -> Any:
    """A function that opens a CSV of the given header and one row: 1, 2, 3 …"""

    def make(*header: str) -> Any:
        quoted = ['"' + name.replace('"', '""') + '"' for name in header]
        row = ",".join(str(i) for i in range(1, len(header) + 1))
        (tmp_path / "t.csv").write_text(",".join(quoted) + f"\n{row}\n", encoding="utf-8")
        return open_table(str(tmp_path / "t.csv"))

    return make


def first(source: Source) -> tuple[Any, dict[str, Any], Any]:
    (batch,) = source.batches()
    y_true = None if batch.y_true is None else batch.y_true.tolist()
    weight = None if batch.weight is None else batch.weight.tolist()
    return y_true, {name: array.tolist() for name, array in batch.y_pred.items()}, weight


@pytest.mark.parametrize(
    ("pred", "wanted"),
    [
        ("a", [2]),
        ("a,b", [[2, 3]]),
        (" b , a ", [[3, 2]]),
        ("p_*", [[7, 6, 5]]),  # p_1, p_2, p_10
        ("p_?", [[7, 6]]),
        ("p_??", [5]),
        ("b,p_?", [[3, 7, 6]]),
        ("2", [2]),
        ("3,2", [[3, 2]]),
        ("c,d", [4]),  # a name with a comma in it
        ("8", [9]),  # a column's name goes before a position
        ("[red]x[/red]", [10]),
        ("[red]*", [10]),
        ("\x1b[1m", [11]),
    ],
)
def test_naming(table: Any, pred: str, wanted: list[Any]) -> None:
    columns = table("y", "a", "b", "c,d", "p_10", "p_2", "p_1", "x", "8", "[red]x[/red]", "\x1b[1m")
    source = columns.select("y", pred, None, truth=True, models=False)
    assert first(source) == ([1], {"y_pred": wanted}, None)
    assert source.models == ("y_pred",)


def test_models_are_the_items_of_the_list(table: Any) -> None:
    columns = table("y", "ridge", "p_2", "p_10", "c,d", "w")
    source = columns.select("y", "ridge,p_*", "w", truth=True, models=True)
    assert source.models == ("ridge", "p_*")
    assert first(source) == ([1], {"ridge": [2], "p_*": [[3, 4]]}, [6])
    assert next(source.batches()).origin.labels == {
        "y_true": ("y",),
        "ridge": ("ridge",),
        "p_*": ("p_2", "p_10"),
        "weight": ("w",),
    }
    assert first(columns.select("y", "c,d", None, truth=True, models=True))[1] == {"c,d": [5]}


@pytest.mark.parametrize("at", range(len(COMMON_TRUE)))
def test_common_names_in_their_order(table: Any, at: int) -> None:
    """Of the names from one on, written in any order, the first in the order of the list is taken."""
    header = [*reversed(COMMON_TRUE[at:]), *reversed(COMMON_PRED[at:]), "other"]
    source = table(*header).select(None, None, None, truth=True, models=False)
    (batch,) = source.batches()
    assert batch.origin.labels == {"y_true": (COMMON_TRUE[at],), "y_pred": (COMMON_PRED[at],)}
    assert source.chosen == (
        f"y_true is the column {COMMON_TRUE[at]}, y_pred the column {COMMON_PRED[at]}: "
        "the first of the common names found",
    )


def test_common_names_otherwise(table: Any) -> None:
    select = table("Y_TRUE", "y", "Score", "forecast", "logits").select
    # A name as it is goes before an earlier one in other letters.
    both = select(None, None, None, truth=True, models=True)
    assert first(both) == ([2], {"forecast": [4]}, None)
    assert first(select("1", None, "forecast", truth=True, models=False)) == ([1], {"y_pred": [5]}, [4])
    only_case = table("Target", "PRED").select(None, None, None, truth=True, models=False)
    assert first(only_case) == ([1], {"y_pred": [2]}, None)
    # What is chosen for one is not found for the other.
    taken = table("y_pred", "pred").select("y_pred", None, None, truth=True, models=False)
    assert first(taken) == ([1], {"y_pred": [2]}, None)
    assert taken.chosen == ("y_pred is the column pred: the first of the common names found",)


def test_a_loss_without_truth(table: Any) -> None:
    columns = table("y_true", "y_pred")
    source = columns.select(None, None, None, truth=False, models=False)
    assert first(source) == (None, {"y_pred": [2]}, None)
    assert source.chosen == ("y_pred is the column y_pred: the first of the common names found",)
    with pytest.raises(LosscliError, match="--true y_true: this loss takes no y_true"):
        columns.select("y_true", None, None, truth=False, models=False)


@pytest.mark.parametrize(
    ("columns", "options", "true", "pred"),
    [
        (["y", "p"], {}, 0, 1),
        (["", "price", "pred"], {}, 1, 2),
        (["row_id", "y", "price_hat"], {}, 1, 2),
        (["a", "b"], {"true": "a"}, 0, 1),
        (["a", "w", "b"], {"true": "b", "weight": "w"}, 2, 0),
        (["region", "y", "model"], {"by": "region"}, 1, 2),
    ],
)
def test_the_only_other_column_is_the_one_that_is_missing(
    columns: list[str], options: dict[str, str], true: int, pred: int
) -> None:
    asked = {"true": None, "pred": None, "weight": None, **options}
    selection = select("t.csv", columns, **asked, truth=True, models=False)  # type: ignore[arg-type]
    assert (selection.true, selection.models) == ((true,), {"y_pred": (pred,)})
    assert any(text.endswith(": the only other") for text in selection.chosen)


@pytest.mark.parametrize("columns", [["a", "b"], ["y", "a", "b"], ["y", "id"], ["y", "date"], ["y"]])
def test_columns_that_may_be_several_things_are_asked_for(columns: list[str]) -> None:
    with pytest.raises(LosscliError, match="no column has a common name of y_"):
        select("t.csv", columns, None, None, None, truth=True, models=False)


def test_positions_are_said(table: Any) -> None:
    source = table("a", "b").select("2", "1", None, truth=True, models=False)
    assert source.chosen == ("--true 2 is the column b", "--pred 1 is the column a")


def test_a_name_that_stands_twice(table: Any) -> None:
    columns = table("y", "p", "p", "q")
    assert first(columns.select("y", "q", None, truth=True, models=False))[1] == {"y_pred": [4]}
    assert first(columns.select("y", "3", None, truth=True, models=False))[1] == {"y_pred": [3]}
    for pred in ("p", "q,p", "p*"):
        with pytest.raises(LosscliError, match=r"the column p stands twice .*position: 2, 3"):
            columns.select("y", pred, None, truth=True, models=False)


@pytest.mark.parametrize(
    ("options", "what", "hint"),
    [
        (("y", "forcast"), "--pred: {} has no column forcast", 'did you mean "forecast"? {}'),
        (("zzz", "w"), "--true: {} has no column zzz", "{}"),
        (("y", "x*"), "--pred x* matches no column of {}", "{}"),
        (("y", "5"), "--pred: {} has no column 5", "positions go from 1 to 4; {}"),
        (("y", "0"), "--pred: {} has no column 0", "positions go from 1 to 4; {}"),
        (("y", "9" * 5000), "--pred: {} has no column " + "9" * 5000, "positions go from 1 to 4; {}"),
        (("y", "a,,w"), "--pred a,,w: an empty name beside a comma", "{}"),
        (("y", ""), "--pred names no column", "{}"),
        (("y", "a,a"), "--pred a,a takes the column a twice", "name it once"),
        (("y", "3,3"), "--pred 3,3 takes the column a twice", "name it once"),
        (
            ("y", "w,4"),
            "--pred w,4: 4 is a position and w a name",
            "one list holds names or positions: --pred 4,4; {}",
        ),
        (("y", "a", "a,w"), "--weight a,w names 2 columns", "a weight is one number a row: name one column"),
        (
            ("forecast", None),
            "{}: no column has a common name of y_pred (" + ", ".join(COMMON_PRED) + ")",
            "choose with --true NAME --pred NAME ({})",
        ),
    ],
)
def test_refusals(table: Any, options: tuple[str | None, ...], what: str, hint: str) -> None:
    columns = table("y", "forecast", "a", "w")
    with pytest.raises(LosscliError) as caught:
        columns.select(*options, *[None] * (3 - len(options)), truth=True, models=False)
    assert caught.value.what == what.format(columns.name)
    assert caught.value.hint == hint.format("there are: y, forecast, a, w")


def test_a_model_named_twice(table: Any) -> None:
    with pytest.raises(LosscliError, match="--pred p,p: p is named twice"):
        table("y", "p").select("y", "p,p", None, truth=True, models=True)


def test_many_columns_are_not_all_listed(table: Any) -> None:
    with pytest.raises(LosscliError) as caught:
        table("", *(f"c{i}" for i in range(40))).select("y", "y", None, truth=True, models=False)
    assert caught.value.hint == 'there are: "", c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 … and 29 more'


def test_names_in_messages_hold_no_control_characters(table: Any) -> None:
    columns = table("[b]y[/b]", "\x1b[31mp\n")
    with pytest.raises(LosscliError) as caught:
        columns.select("[b]y[/b]", "q\x07", None, truth=True, models=False)
    assert caught.value.what == rf"--pred: {columns.name} has no column q\x07"
    assert caught.value.hint == r"there are: [b]y[/b], \x1b[31mp"


def test_columns_of_lists_stand_alone(tmp_path: Path) -> None:
    np.savez(tmp_path / "t.npz", y=np.zeros(2), a=np.zeros((2, 3)), b=np.zeros(2))
    table = open_table(str(tmp_path / "t.npz"))
    (batch,) = table.select("y", "a", None, truth=True, models=False).batches()
    assert batch.y_pred["y_pred"].shape == (2, 3)
    with pytest.raises(
        LosscliError, match=r"b holds a number a row, column a holds rows of the shape \(3,\)"
    ):
        list(table.select("y", "b,a", None, truth=True, models=False).batches())
    (batch,) = table.select("y", "b", "a", truth=True, models=False).batches()
    assert batch.weight is not None
    assert batch.weight.shape == (2, 3)  # whether the loss has so many values a row, it says


@pytest.mark.parametrize(
    ("header", "pred", "wanted", "said"),
    [
        ("y p_cat p_dog p_bird", "p_*", [2, 3, 4], "p_cat, p_dog, p_bird, in the file's order"),
        ("y x2 y1 x1 y2", "??", [2, 3, 4, 5], "x2, y1, x1, y2, in the file's order"),
        ("y p_10 p_9", "p_*", [3, 2], "p_9, p_10, by their numbers, which is not the file's order"),
        ("y b2_1 b1_2 b1_1", "b*", [4, 3, 2], "b1_1, b1_2, b2_1, by their numbers"),
        ("y p_1 p_2", "p_*", [2, 3], "p_1, p_2, in the file's order"),
    ],
)
def test_a_pattern_keeps_the_files_order_unless_numbers_say_another(
    table: Any, header: str, pred: str, wanted: list[int], said: str
) -> None:
    source = table(*header.split()).select("y", pred, None, truth=True, models=False)
    assert first(source)[1] == {"y_pred": [wanted]}
    (sentence,) = source.chosen
    assert sentence.startswith(f"--pred {pred} is the columns {said}")


def test_two_patterns_are_paired_by_what_their_columns_are_called(table: Any) -> None:
    columns = table("t_cat", "t_dog", "t_cow", "p_cow", "p_cat", "p_dog")
    source = columns.select("t_*", "p_*", None, truth=True, models=False)
    assert first(source)[:2] == ([[1, 2, 3]], {"y_pred": [[5, 6, 4]]})
    assert source.chosen[-1] == "y_pred follows y_true by its columns' names: p_cat, p_dog, p_cow"


def test_a_name_that_is_a_number_is_said(table: Any) -> None:
    columns = table("0", "1", "2", "z")
    source = columns.select("0", "1,2", None, truth=True, models=False)
    assert first(source)[:2] == ([1], {"y_pred": [[2, 3]]})
    assert "--pred 1 is the column named 1, at position 2" in source.chosen
    with pytest.raises(LosscliError, match=r"--pred 1,2,3: 3 is a position and 1 a name"):
        columns.select("0", "1,2,3", None, truth=True, models=False)
