"""Rows in several blocks of one chunk, and rows that have no class: against NumPy."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from support.close import close

import losscli
from losscli.cli.app import run
from losscli.engine import chunk


@pytest.mark.parametrize("at", [0, 5, 11])
def test_the_largest_error_of_any_block(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk, "BLOCK", 4)
    pred = np.linspace(0.1, 0.5, 12)
    pred[at] = 7.25
    assert losscli.compute("max_error", np.zeros(12), pred).value == 7.25
    groups = losscli.compute("max_error", np.zeros(12), pred, by=["a"] * 6 + ["b"] * 6).groups
    assert groups is not None
    assert groups.value.tolist() == [pred[:6].max(), pred[6:].max()]


def test_a_row_with_a_missing_entry_has_no_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Balanced weights are 3 / (2 · 2) and 3 / (2 · 1) by the three rows that are whole."""
    path = tmp_path / "rows.json"
    rows = {
        "y_true": [[1, 0], [0, 1], [1, 0], [None, 0]],
        "y_pred": [[0.5, 0.5], [0.25, 0.75], [0.8, 0.2], [0.5, 0.5]],
    }
    path.write_text(json.dumps(rows), encoding="utf-8")
    line = [
        "compute",
        "cce",
        str(path),
        "--class-weight",
        "balanced",
        "--missing",
        "drop",
        "--format",
        "json",
    ]
    assert run(line) == 0
    costs = [0.75 * math.log(2), 1.5 * math.log(4 / 3), 0.75 * math.log(1.25)]
    assert json.loads(capsys.readouterr().out)["value"] == close(sum(costs) / 3, 1e-14)
