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
