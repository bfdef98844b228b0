"""y_true joined by a key over several batches: the rows without a partner, or that stand twice, exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from losscli.data import delimited, open_table, source
from losscli.data.joined import join
from losscli.errors import LosscliError
from losscli.rows import Rows


def write_pair(folder: Path, preds: list[int], truths: list[int]) -> tuple[str, str]:
    """Predictions p = id + 0.5 and truths y = id, by id, in these orders."""
    left, right = folder / "preds.csv", folder / "truth.csv"
    left.write_text("id,p\n" + "".join(f"{k},{k}.5\n" for k in preds))
    right.write_text("id,y\n" + "".join(f"{k},{k}\n" for k in truths))
    return str(left), str(right)


def joined(preds: str, truth: str, key: str | None = "id", drop: bool = False) -> Any:
    return join(open_table(preds), open_table(truth), Rows(true="y", pred="p", key=key), drop=drop)


IDS = list(range(1, 31))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read ten rows at a time."""
    monkeypatch.setattr(source, "BATCH_ROWS", 10)
    monkeypatch.setattr(delimited, "BATCH_ROWS", 10)


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ([1], "1 of 30 rows with a key that {truth} lacks, as 1 (row 1)"),
        ([10], "1 of 30 rows with a key that {truth} lacks, as 10 (row 10)"),
        ([11], "1 of 30 rows with a key that {truth} lacks, as 11 (row 11)"),
        ([30], "1 of 30 rows with a key that {truth} lacks, as 30 (row 30)"),
        ([5, 25], "2 of 30 rows with a key that {truth} lacks, as 5, 25 (row 5, 25)"),
        (
            [25, 26, 27, 28, 29],
            "5 of 30 rows with a key that {truth} lacks, as 25, 26, 27, … (row 25, 26, 27, 28, 29)",
        ),
        (
            [2, 12, 13, 21, 22, 30],
            "6 of 30 rows with a key that {truth} lacks, as 2, 12, 13, … (row 2, 12, 13, 21, 22, …)",
        ),
    ],
)
@pytest.mark.usefixtures("few")
def test_rows_that_lack_a_truth_are_told_in_every_batch(
    lacking: list[int], said: str, tmp_path: Path
) -> None:
    preds, truth = write_pair(tmp_path, IDS, [k for k in reversed(IDS) if k not in lacking])
    with pytest.raises(LosscliError) as caught:
        joined(preds, truth)
    assert caught.value.what == f"{preds}: " + said.format(truth=truth)
    kept = [k for k in IDS if k not in lacking]
    read = joined(preds, truth, drop=True)
    true = np.concatenate([batch.y_true for batch in read.batches(10)])
    assert true[~np.isnan(true)].tolist() == kept
    assert read.chosen[-1].endswith(
        f"without a partner: {len(lacking)} row{'s' * (len(lacking) > 1)} of {preds}, 0 of {truth}"
    )


@pytest.mark.parametrize(("extra", "row"), [([31], 1), ([99, 98], 2), ([1000], 31)])
@pytest.mark.usefixtures("few")
def test_truths_that_no_row_has_are_told(extra: list[int], row: int, tmp_path: Path) -> None:
    truths = [*IDS[: row - 1], *extra, *IDS[row - 1 :]]
    preds, truth = write_pair(tmp_path, IDS, truths)
    with pytest.raises(LosscliError) as caught:
        joined(preds, truth)
    rows, keys = ", ".join(str(row + i) for i in range(len(extra))), ", ".join(map(str, extra))
    assert caught.value.what == (
        f"{truth}: {len(extra)} of {len(truths)} rows with a key that {preds} lacks, as {keys} (row {rows})"
    )


@pytest.mark.parametrize(("second", "first"), [(2, 1), (11, 10), (31, 1), (31, 30)])
@pytest.mark.usefixtures("few")
def test_a_key_that_stands_twice_is_told_with_both_rows(second: int, first: int, tmp_path: Path) -> None:
    truths = [*IDS[: second - 1], IDS[first - 1], *IDS[second - 1 :]]
    preds, truth = write_pair(tmp_path, IDS, truths)
    with pytest.raises(LosscliError) as caught:
        joined(preds, truth)
    assert caught.value.what == f"{truth}, row {second}: the key {first} stands in row {first} too"


@pytest.mark.parametrize("short", [29, 20, 31])
@pytest.mark.usefixtures("few")
def test_row_by_row_the_lengths_must_be_the_same(short: int, tmp_path: Path) -> None:
    preds, truth = write_pair(tmp_path, IDS, list(range(1, short + 1)))
    with pytest.raises(LosscliError) as caught:
        list(joined(preds, truth, key=None).batches(10))
    assert caught.value.what == f"{preds} has 30 rows and {truth} has {short}"
    assert str(caught.value.hint).endswith("--key id joins them by it")  # though what both have agrees


def csv(path: Path, names: str, *rows: tuple[Any, ...]) -> str:
    path.write_text("\n".join([names, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return str(path)


def values(preds: str, truth: str, **named: Any) -> Any:
    rows = Rows(true="y", pred="p", **named)
    (batch,) = join(open_table(preds), open_table(truth), rows).batches(10)
    return None if batch.y_true is None else batch.y_true.tolist()


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (("2.0", "1.0"), ("1", "2")),
        (("2024-01-02", "2024-01-01"), ("2024-01-01 00:00:00", "2024-01-02 00:00:00")),
        (("1e+16", "3"), ("3", "10000000000000000")),
    ],
)
def test_a_key_written_in_two_ways_is_one(tmp_path: Path, mine: Any, theirs: Any) -> None:
    preds = csv(tmp_path / "p.csv", "id,p", (mine[0], 1), (mine[1], 2))
    truth = csv(tmp_path / "t.csv", "id,y", (theirs[0], 20), (theirs[1], 10))
    assert values(preds, truth, key="id") == [10, 20]


def test_numbers_and_texts_of_any_format_are_one_key(tmp_path: Path) -> None:
    preds = csv(tmp_path / "p.csv", "id,p", ("2.0", 1), ("1.0", 2))
    (tmp_path / "t.json").write_text('[{"id": "1", "y": 20}, {"id": "2", "y": 10}]')
    assert values(preds, str(tmp_path / "t.json"), key="id") == [10, 20]


@pytest.mark.parametrize(
    ("mine", "theirs", "what", "hint"),
    [
        (("0001", "2"), ("1", "2"), "1 of 2 rows with a key that", "0001 and 1 differ in zeros before them"),
        (("AB", "2"), ("ab", "2"), "1 of 2 rows with a key that", "AB and ab differ in their case"),
        (("a", "b"), ("c", "d"), "no key is in both files", "name other columns: --key"),
        (("a", "c"), ("c", "d"), "1 of 2 rows with a key that", "--missing drop leaves rows"),
    ],
)
def test_what_did_not_match_stands_before_what_to_do(
    tmp_path: Path, mine: Any, theirs: Any, what: str, hint: str
) -> None:
    preds = csv(tmp_path / "p.csv", "id,p", (mine[0], 1), (mine[1], 2))
    truth = csv(tmp_path / "t.csv", "id,y", (theirs[0], 20), (theirs[1], 10))
    with pytest.raises(LosscliError) as caught:
        values(preds, truth, key="id")
    assert what in caught.value.what
    assert f"as {mine[0]}" in caught.value.what
    assert caught.value.hint is not None
    assert caught.value.hint.startswith(hint)


def test_a_key_twice_in_the_predictions_is_refused(tmp_path: Path) -> None:
    preds = csv(tmp_path / "p.csv", "id,m,p", (1, "a", 1), (2, "a", 2), (1, "b", 3), (2, "b", 4))
    truth = csv(tmp_path / "t.csv", "id,y", (1, 10), (2, 20))
    with pytest.raises(LosscliError) as caught:
        values(preds, truth, key="id")
    assert f"{preds}, row 3: the key 1 stands in row 1 too (2 rows in all" in caught.value.what
    # With the column that tells them apart each is a prediction of its own.
    assert values(preds, truth, key="id", by="m") == [10, 20, 10, 20]


@pytest.mark.parametrize(("second", "first"), [(2, 1), (11, 10), (12, 3), (31, 30)])
@pytest.mark.usefixtures("few")
def test_a_key_twice_in_the_predictions_is_told_in_every_batch(
    second: int, first: int, tmp_path: Path
) -> None:
    preds, truth = write_pair(tmp_path, [*IDS[: second - 1], first, *IDS[second - 1 :]], IDS)
    with pytest.raises(LosscliError) as caught:
        joined(preds, truth)
    twice = f"{preds}, row {second}: the key {first} stands in row {first} too"
    assert caught.value.what == f"{twice} (1 row in all whose key stood before)"


def test_a_key_that_is_missing_is_no_key(tmp_path: Path) -> None:
    preds = csv(tmp_path / "p.csv", "id,p", (1, 1), ("", 2))
    truth = csv(tmp_path / "t.csv", "id,y", (1, 10), ("", 20))
    with pytest.raises(LosscliError, match="row 2: the key is missing"):
        values(preds, truth, key="id")


@pytest.mark.parametrize(
    ("names", "mine", "theirs", "refused"),
    [
        ("id", [(3,), (1,), (2,)], [(1,), (2,), (3,)], "--key id"),
        ("id", [(1,), (2,), (3,)], [("1.0",), ("2.0",), ("3.0",)], None),
        ("shop,day", [("a", 2), ("a", 1), ("b", 1)], [("a", 1), ("a", 2), ("b", 1)], "--key shop,day"),
        # What repeats is no key, and numbers that were counted anew say nothing of the rows.
        ("sex", [("m",), ("m",), ("f",)], [("f",), ("m",), ("m",)], None),
        ("index", [(0,), (1,), (2,)], [(17,), (4,), (90,)], None),
    ],
)
def test_row_by_row_a_shared_key_must_agree(
    tmp_path: Path, names: str, mine: Any, theirs: Any, refused: str | None
) -> None:
    preds = csv(tmp_path / "p.csv", f"{names},p", *((*row, i) for i, row in enumerate(mine)))
    truth = csv(tmp_path / "t.csv", f"{names},y", *((*row, i) for i, row in enumerate(theirs)))
    if refused is None:
        assert values(preds, truth) == [0, 1, 2]
        said = joined(preds, truth, key=None).chosen[-1]
        assert ("differs in 3 of 3 rows (row 1: 0 and 17)" in said) == (names == "index")
        return
    with pytest.raises(LosscliError) as caught:
        values(preds, truth)
    assert "row by row" in caught.value.what
    assert caught.value.hint == f"{refused} joins them by it"


def test_columns_of_both_files_are_paired_by_their_names(tmp_path: Path) -> None:
    preds = csv(tmp_path / "p.csv", "p_b,p_a", (2, 1), (4, 3))
    truth = csv(tmp_path / "t.csv", "y_a,y_b", (10, 20), (30, 40))
    source = join(open_table(preds), open_table(truth), Rows(true="y_*", pred="p_*"))
    (batch,) = source.batches(10)
    assert batch.y_pred["y_pred"].tolist() == [[1, 2], [3, 4]]
    assert "y_pred follows y_true by its columns' names: p_a, p_b" in source.chosen
