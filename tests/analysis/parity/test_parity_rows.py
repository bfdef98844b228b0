"""Parity's rows: each number worked out by hand, its causes with their rows, and what a call takes instead.

The tables are those of tests/support/parity_tables.py. The page, JSON, CSV and JSONL then hold the same.
"""

from __future__ import annotations

import csv
import json
import math
from io import StringIO
from math import log, nan

import numpy as np
import pytest
from support.close import close
from support.parity_tables import TABLES, Table
from support.requests import request

import losscli
from losscli.analysis import parity as parities
from losscli.batch import arrays_stream
from losscli.catalogue import registry
from losscli.frameworks.convention import conventions
from losscli.render import render
from losscli.results.parity import Parity

IDS = [f"{table.loss}-{number}" for number, table in enumerate(TABLES)]


def asked(table: Table) -> Parity:
    return losscli.parity(table.loss, table.true, table.pred, table.weight, **table.params)


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_each_row_s_number_and_causes(table: Table) -> None:
    parity = asked(table)
    exact, *rows = parity.rows
    assert (exact.framework, exact.same, exact.causes, exact.takes) == ("exact", True, (), None)
    np.testing.assert_allclose(exact.value, table.ours, rtol=1e-12, atol=1e-15)
    assert [row.framework for row in rows] == list(table.rows)
    for row in rows:
        wanted = table.rows[row.framework]
        single = row.framework in ("keras", "optax", "tfa")
        assert row.precision == ("float32" if single else "float64")
        assert row.same == wanted.same, row
        assert len(row.causes) == len(wanted.causes), row
        for cause, start in zip(row.causes, wanted.causes, strict=True):
            assert cause.startswith(start)
        if wanted.value is None:
            assert row.value is None
            assert wanted.takes in (row.takes or "")
        else:
            assert row.takes is None
            rel = 3e-6 if single else 1e-7 if table.loss == "triplet" else 1e-12
            np.testing.assert_allclose(row.value, wanted.value, rtol=rel, atol=1e-7 if single else 1e-15)
    assert (parity.n, parity.weighted) == (len(table.pred), table.weight is not None)


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_machine_formats_hold_the_rows(table: Table) -> None:
    parity = asked(table)
    whole = json.loads(render(parity, "json"))
    records = [json.loads(line) for line in render(parity, "jsonl").splitlines()]
    lines = list(csv.DictReader(StringIO(render(parity, "csv"))))
    weighted = table.weight is not None
    assert (whole["loss"], whole["n"], whole["weighted"]) == (table.loss, len(table.pred), weighted)
    assert (whole["live"], whole["source"], whole["signature"]) == (False, None, parity.signature)
    assert whole["formula"] == losscli.explain(table.loss).formula
    assert whole["unit"] == losscli.explain(table.loss).unit
    assert whole["title"] == losscli.explain(table.loss).title
    for name, value in table.params.items():
        assert whole["params"][name] == value
    for row, entry, record, line in zip(parity.rows, whole["rows"], records, lines, strict=True):
        value = None if row.value is None else row.value if math.isfinite(row.value) else f"{row.value}"
        expected = {
            "framework": row.framework,
            "title": row.title,
            "call": row.call,
            "precision": row.precision,
            "value": value,
            "same": row.same,
            "causes": list(row.causes),
            "takes": row.takes,
            "live": None,
            "live_version": None,
            "live_note": None,
            "live_difference": None,
            "verified": False,
        }
        assert entry == expected
        beside = {"loss": table.loss, "signature": parity.signature, "version": losscli.__version__}
        assert record == {**expected, **beside}
        assert (line["framework"], line["call"], line["takes"]) == (row.framework, row.call, row.takes or "")
        assert line["value"] == ("" if row.value is None else str(row.value))
        assert (line["same"], line["verified"]) == (str(row.same).lower(), "false")
        assert json.loads(line["causes"]) == list(row.causes)


def facts(page: str, section: str) -> str:
    """The text of a page's section, its lines joined."""
    after = page.partition(f"\n{section}\n")[2].partition("\n\n")[0]
    return " ".join(after.split())


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_the_page_says_each_cause_once_and_no_precision(table: Table) -> None:
    parity = asked(table)
    page = render(parity, "plain", width=80)
    why = facts(page, "Why")
    told = [(row.title, cause) for row in parity.rows for cause in row.causes if cause != "float32"]
    assert bool(why) == bool(told)
    wanted, last = [], ""
    for title, cause in told:
        wanted += ([title] if title != last else []) + [cause]
        last = title
    assert why == " ".join(" ".join(wanted).split())
    calls = facts(page, "Calls")
    assert calls.replace(" ", "") == "".join(row.title + row.call for row in parity.rows).replace(" ", "")
    assert "Run here" not in page
    data = f"mean over {len(table.pred)} row" + "s" * (len(table.pred) != 1)
    assert f"\n{data}" + ", weighted" * (table.weight is not None) + "\n" in page


def beside(page: str) -> dict[str, str]:
    """What stands beside each framework's number."""
    grid = page.partition("beside the definition")[2].partition("\n\n")[0].splitlines()[1:]
    return {line.split("  ")[1].strip(): line[line.rstrip().rfind("  ") :].strip() for line in grid}


def test_the_table_says_kinds_once_and_the_precision() -> None:
    page = render(losscli.parity("mape", [-2.0, 0.0], [1.0, 1.0]), "plain", width=80)
    assert beside(page) == {
        "definition": "inf",
        "Keras": "clipping, float32",
        "scikit-learn": "percent, clipping",
    }
    page = render(losscli.parity("mse", [1.0, 2.0], [2.0, 4.0], [1.0, 3.0]), "plain", width=120)
    keras = next(line for line in page.splitlines() if line.startswith("  Keras "))
    assert keras.count("divisor") == 1
    assert "float32" in keras
    page = render(losscli.parity("bce", [1, 0], [0.5, 0.25]), "plain", width=80)
    assert beside(page)["Keras"] == "the same number in float32"
    assert beside(page)["PyTorch"] == "the same number"
    assert "takes logits (--from-logits" in page


@pytest.mark.parametrize(
    ("many", "listed"), [(5, "5 rows (1, 2, 3, 4, 5):"), (6, "6 rows (1, 2, 3, 4, 5, …):")]
)
def test_a_cause_names_five_rows_and_says_that_there_are_more(many: int, listed: str) -> None:
    rows = losscli.parity("bce", [1] * many + [0], [0.0] * many + [0.5]).rows
    torch = next(row for row in rows if row.framework == "torch")
    assert torch.causes[0].startswith(f"clipping changed {listed} PyTorch")


def test_a_number_has_eight_digits() -> None:
    page = render(losscli.parity("mse", [0.0], [1 / 3]), "plain", width=80)
    assert "0.11111111" in page
    assert "0.111111111" not in page


def test_a_loss_that_no_framework_has_says_so() -> None:
    alone = next(name for name in losscli.names() if not conventions(registry.get(name)))
    page = render(losscli.parity(alone), "plain", width=80)
    assert "No framework that losscli knows has a call for this loss." in page
    assert "No framework" not in render(losscli.parity("mse"), "plain", width=80)


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_a_number_is_what_like_gives(table: Table) -> None:
    parity = asked(table)
    for row in parity.rows[1:]:
        if row.value is None or "log(" in row.call or "gather" in row.call:
            continue  # nothing, or handed over in another form
        known = conventions(registry.get(table.loss))[row.framework].signature.parameters
        params = {name: value for name, value in parity.params.items() if name in known}
        if params.get("ignore_class", 0) is None:
            del params["ignore_class"]  # not to be given: PyTorch's is a number
        data = table.true, table.pred, table.weight
        np.testing.assert_equal(
            row.value, losscli.compute(table.loss, *data, like=row.framework, **params).value
        )


def test_class_weights_and_missing_rows_are_every_row_s() -> None:
    stream = arrays_stream([0, 1, 1, nan], {"y_pred": [0.5, 0.75, 0.25, 0.5]}, None)
    asked = request("bce", missing="drop", class_weight={0: 4.0, 1: 1.0})
    parity = parities.parity(asked, stream, source="x")
    rows = {row.framework: row.value for row in parity.rows}
    values = [4 * log(2), log(4 / 3), log(4)]
    assert rows["exact"] == close(sum(values) / 6, 1e-12)
    assert rows["sklearn"] == close(sum(values) / 6, 1e-12)
    assert rows["torch"] == close(sum(values) / 3, 1e-12)
    assert (parity.n, parity.source) == (3, "x")
    assert "mean over 3 rows of x" in render(parity, "plain", width=80)
    (dropped,) = (remark for remark in parity.remarks if "missing values were left out" in remark.text)
    assert (dropped.count, dropped.rows) == (1, (4,))


def test_an_own_call_is_written_with_what_differs() -> None:
    rows = losscli.parity("huber", [1.0], [3.0], [2.0], delta=1.5).rows
    assert rows[0].call == "losscli.compute('huber', y_true, y_pred, sample_weight, delta=1.5)"
    assert losscli.parity("huber", [1.0], [3.0]).rows[0].call == "losscli.compute('huber', y_true, y_pred)"
    triplet = losscli.parity("triplet", None, [[[0.0], [1.0], [2.0]]]).rows[0]
    assert triplet.call == "losscli.compute('triplet', None, y_pred)"
