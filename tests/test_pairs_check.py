"""Each two options of check and of recommend: what is said of the data is said of the rows that they name."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import oracle
from support.asked import Said, both, cell_of, same, told
from support.oracle import Ask
from support.pairing import CHECK, RECOMMEND, Line, line, option, pairs


def column(name: str, role: str, values: Sequence[Any]) -> dict[str, Any]:
    """What check says of a column of numbers."""
    known = [x for x in values if not np.isnan(x)]
    return {
        "name": name,
        "role": role,
        "count": len(known),
        "missing": len(values) - len(known),
        "zeros": known.count(0.0),
        "negatives": sum(x < 0 for x in known),
        "low": min(known),
        "high": max(known),
        "mean": float(np.mean(known)),
        "distinct": len(set(known)),
    }


def refused(words: list[str], *reasons: str) -> bool:
    """Whether a line is refused, for one of these reasons, as it must be if there are some."""
    if not reasons:
        return False
    with pytest.raises(Said) as said:
        both(*words)
    message = " ".join(str(said.value).split())
    assert any(reason in message for reason in reasons), message
    return True


def true_name(asked: Line, folder: Path) -> str:
    """The name of y_true's column, with its file where that is another."""
    return f"y of {folder / 'truth.csv'}" if "--truth" in asked.words else "y"


@pytest.mark.parametrize("pair", pairs(CHECK), ids=" ".join)
def test_check(tmp_path: Path, pair: tuple[str, str]) -> None:
    names = {option(setting) for setting in pair}
    asked = line(tmp_path, "huber", pair)
    words = ["check", *asked.words]
    named = "--loss" in names
    alone = not named and names & {"--param", "--like"}
    if alone and refused(words, "belongs to a loss, and none was named"):
        words, named = [*words, "--loss", "huber"], True
    if named and "--from-logits" in names:
        assert refused(words, "has no parameter from_logits")
        return
    rows, weighted = asked.rows, "--weight" in names
    if "--format" in names:
        text = both(*words, "--format", "csv")[0]
        found = [{k: cell_of(x) for k, x in row.items()} for row in csv.DictReader(io.StringIO(text))]
    else:
        whole = told(*words)
        found = [*whole["findings"], *whole["notes"]]
        assert (whole["n"], whole["models"]) == (12, ["p"])
        facts = [
            column(true_name(asked, tmp_path), "y_true", [row.true for row in rows]),
            column("p", "y_pred", [row.pred["p"] for row in rows]),
        ]
        facts += [column("w", "weight", [row.weight for row in rows])] if weighted else []
        same(whole["columns"], facts)
        assert whole["clean"] == (not whole["findings"])
        assert whole["loss"] == ("huber" if named else None)
        assert whole["like"] == ("keras" if "--like" in names else "exact")
        delta = 0.5 if "--param" in names else 1.0
        assert whole["params"].get("delta") == (delta if named else None)
    by_id = {finding["id"]: finding for finding in found}
    wanted = {
        "missing": [i + 1 for i, row in enumerate(rows) if oracle.misses(row)],
        # huber takes such targets as any others
        "negatives": [] if named else [i + 1 for i, row in enumerate(rows) if row.true < 0],
        "zeros": [] if named else [i + 1 for i, row in enumerate(rows) if row.true == 0],
        "zero_weights": [i + 1 for i, row in enumerate(rows) if row.weight == 0],
    }
    for name, at in wanted.items():
        assert (name in by_id) == bool(at), name
        if at:
            assert (by_id[name]["count"], by_id[name]["rows"]) == (len(at), at[:5])
    if "missing" in by_id:
        assert by_id["missing"]["severity"] == ("note" if "--missing drop" in pair else "error")


def test_a_missing_value_of_which_nothing_was_said_is_an_error(tmp_path: Path) -> None:
    asked = line(tmp_path, "huber", ["--missing drop"])
    words = [word for word in asked.words if word not in ("--missing", "drop")]
    (error,) = [finding for finding in told("check", *words)["findings"] if finding["id"] == "missing"]
    assert (error["severity"], error["count"], error["rows"]) == ("error", 4, [2, 5, 8, 10])


@pytest.mark.parametrize("pair", pairs(RECOMMEND), ids=" ".join)
def test_recommend(tmp_path: Path, pair: tuple[str, str]) -> None:
    """How many rows are measured; and each command that it prints is about these very rows."""
    names = {option(setting) for setting in pair}
    asked = line(tmp_path, "huber", pair)
    words = ["recommend", *asked.words]
    reasons = ["nothing can be measured on missing values"] if "--missing propagate" in pair else []
    if {"--quantile", "--task"} <= names:
        reasons.append("a quantile is wanted, and the task is regression")
    if refused(words, *reasons):
        return
    counting = [row for row in oracle.counting(asked.rows, asked.ask.missing) if row.weight != 0]
    if "--format" in names:
        text = both(*words, "--format", "csv")[0]
        records = [{k: cell_of(x) for k, x in row.items()} for row in csv.DictReader(io.StringIO(text))]
        assert {record["n"] for record in records} == {len(counting)}
    else:
        found = told(*words)
        assert found["n"] == len(counting)
        records = found["recommendations"]
        said = " ".join(remark["text"] for remark in found["remarks"])
        assert ("counts every row once, whatever its weight" in said) == ("--weight" in names)
    first = records[0]
    assert first["loss"] == ("quantile" if "--quantile" in names else "mse")
    if "--quantile" in names:
        assert first["params"]["q"] == 0.75
    for record in records:
        if record["loss"] not in ("mse", "mae"):
            continue
        run = shlex.split(record["command"])
        assert run[:3] == ["losscli", "compute", record["loss"]]
        right = oracle.compute(asked.rows, Ask(record["loss"], missing=asked.ask.missing))
        same(told(*run[1:])["value"], right["value"])


@pytest.mark.parametrize("name", ["compute mae", "compare --losses mae", "check", "recommend"])
def test_rows_without_a_partner_are_left_out_where_that_is_asked(tmp_path: Path, name: str) -> None:
    """Of three predictions one has no truth, of three truths one no prediction: two rows are left."""
    data, truth = tmp_path / "p.csv", tmp_path / "t.csv"
    data.write_text("k,p\na,1\nb,2\nc,4\n", encoding="utf-8")
    truth.write_text("k,y\nc,1\nb,1\nz,5\n", encoding="utf-8")
    first, *rest = name.split()
    words = [first, *rest, str(data)]
    words += ["--true", "y", "--pred", "p", "--truth", str(truth), "--key", "k"]
    assert refused(words, "1 of 3 rows with a key that")
    found = told(*words, "--missing", "drop")
    # check counts a row that is left out too: it says how many there are
    assert found["n"] == (3 if first == "check" else 2)
    if first == "compute":
        assert found["value"] == (1 + 3) / 2
        assert [row["row"] for row in found["samples"]] == [2, 3]
