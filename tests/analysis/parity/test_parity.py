"""`losscli parity`: each framework's number is `--like`'s, told by cause, with a call that is Python."""

from __future__ import annotations

import ast
import csv
import json
import math
import subprocess
import sys
from importlib.resources import files
from io import StringIO
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from support.close import close
from support.command import ROOT, environment
from support.command import losscli as command

import losscli
from losscli import LosscliError
from losscli.catalogue import registry
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.convention import conventions
from losscli.render import FORMATS, render
from losscli.results.parity import Parity, ParityRow

NAMES = losscli.names()
TABLES = {name: losscli.parity(name) for name in NAMES}
MODULES = {"jnp", "keras", "np", "optax", "scipy", "sklearn", "tf", "tfa", "torch", "torchvision"}
DATA = {"y_true", "y_pred", "sample_weight"}
BUILTINS = {"len", "range", "zip", "y", "p"}


def row(table: Parity, framework: str) -> ParityRow:
    return next(row for row in table.rows if row.framework == framework)


@pytest.mark.parametrize("name", NAMES)
def test_every_framework_of_a_loss_has_a_row_on_its_worked_example(name: str) -> None:
    table = TABLES[name]
    example = losscli.explain(name).example_score
    assert example is not None
    assert table.rows[0].framework == "exact"
    np.testing.assert_equal(table.rows[0].value, example.value)
    assert [row.framework for row in table.rows[1:]] == list(conventions(registry.get(name)))
    for found in table.rows[1:]:
        assert (found.value is None) == (found.takes is not None)
        assert bool(found.causes) == (found.value is not None and not found.same)
        assert (found.live, found.live_version, found.verified) == (None, None, False)


@pytest.mark.parametrize("name", NAMES)
def test_a_call_is_python_of_known_modules(name: str) -> None:
    for found in TABLES[name].rows[1:]:
        tree = ast.parse(found.call, mode="eval")
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert names <= MODULES | DATA | BUILTINS, found.call
        assert names & MODULES
        assert "y_pred" in names


@pytest.mark.parametrize(
    ("loss", "true", "pred", "params"),
    [
        ("huber", [3, -0.5, 2, 7], [2.5, 0, 2, 10], {"delta": 1.5}),
        ("mape", [1.0, 0.0, 3.0], [1.0, 1.0, 2.0], {}),
        ("bce", [1, 0, 1], [0.9, 1.0, 0.2], {}),
        ("bce", [1, 0, 1], [0.9, 3.0, -0.2], {"from_logits": True}),
        ("hinge", [0, 1, 1], [0.3, -2.0, 0.5], {}),
        ("cosine_similarity", [[1, 0], [0, 2]], [[1, 1], [3, 1]], {}),
        ("scce", [0, 2], [[2.0, 1.0, 0.0], [0.0, 1.0, 0.5]], {"from_logits": True}),
    ],
)
def test_a_number_is_what_like_gives(loss: str, true: Any, pred: Any, params: dict[str, Any]) -> None:
    rows = losscli.parity(loss, true, pred, **params).rows
    checked = 0
    for found in rows[1:]:
        if found.takes is None:
            way = conventions(registry.get(loss))[found.framework]
            known = {k: v for k, v in params.items() if k in way.signature.parameters}
            like = losscli.compute(loss, true, pred, like=found.framework, **known)
            assert found.value == like.value
            checked += 1
    assert checked >= 2


def test_causes_are_told_with_their_rows() -> None:
    table = losscli.parity("bce", [1, 0, 1], [0.9, 1.0, 0.2])
    assert math.isinf(table.rows[0].value or 0)
    assert row(table, "torch").causes[0].startswith("clipping changed 1 row (2): PyTorch holds log p")
    assert "float32" in row(table, "keras").causes
    assert row(table, "optax").takes == "logits (--from-logits says that y_pred holds them)"


@pytest.mark.parametrize(
    ("loss", "framework", "kind", "factor"),
    [
        ("mape", "sklearn", "percent", 0.01),
        ("cosine_similarity", "optax", "sign", -1.0),
        ("kld", "torch", "divisor", 1 / 3),
    ],
)
def test_a_cause_is_the_factor_it_says(loss: str, framework: str, kind: str, factor: float) -> None:
    example = losscli.explain(loss).example
    pred = np.clip(np.abs(example.y_pred), 0.1, None) if loss == "kld" else example.y_pred
    table = losscli.parity(loss, example.y_true, pred)
    found = row(table, framework)
    assert found.causes[0].startswith(f"{kind}: ")
    assert found.value == close(factor * (table.rows[0].value or 0), 1e-6)


def test_the_same_number_is_said_by_precision() -> None:
    table = losscli.parity("mse", [1.1, 2.3], [1.7, 2.9])
    assert (row(table, "torch").same, row(table, "torch").precision) == (True, "float64")
    assert (row(table, "keras").same, row(table, "keras").precision) == (True, "float32")
    assert row(table, "keras").value != table.rows[0].value
    page = render(table, "plain", width=120)
    assert "the same number in float32" in page


def test_weights_are_told_as_a_divisor_or_refused() -> None:
    table = losscli.parity("mse", [1.0, 2.0], [2.0, 4.0], [1.0, 3.0])
    assert any(cause.startswith("divisor: Keras divides a weighted") for cause in row(table, "keras").causes)
    assert row(table, "keras").call == "keras.losses.MeanSquaredError()(y_true, y_pred, sample_weight)"
    assert row(table, "torch").call == "torch.nn.functional.mse_loss(y_pred, y_true, weight=sample_weight)"
    assert "takes no sample weights" in (row(table, "optax").takes or "")


def test_data_is_converted_only_where_that_is_exact() -> None:
    p = [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]]
    table = losscli.parity("scce", [0, 1], p)
    assert row(table, "torch").call == "torch.nn.CrossEntropyLoss()(y_pred.log(), y_true)"
    assert row(table, "torch").value == close(table.rows[0].value, 1e-14)
    off = losscli.parity("scce", [0, 1], [[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]])
    assert (row(off, "torch").takes or "").startswith("logits: log p stands for them only where")
    hard = losscli.parity("generalized_cce", [[1, 0, 0], [0, 1, 0]], p)
    assert "y_true.argmax(-1)" in row(hard, "keras").call
    assert row(hard, "keras").same


def test_only_parameters_that_differ_from_the_framework_s_default_are_written() -> None:
    assert row(TABLES["mse"], "keras").call == "keras.losses.MeanSquaredError()(y_true, y_pred)"
    focal = losscli.parity("binary_focal", [1, 0], [2.0, 1.0], from_logits=True)
    assert "alpha=-1" in row(focal, "torchvision").call
    assert "gamma" not in row(focal, "torchvision").call
    quantile = losscli.parity("quantile", [1.0, 0.0], [2.0, 1.0], q=0.9)
    assert row(quantile, "tfa").call.startswith("tfa.losses.PinballLoss(tau=0.9, ")
    assert row(quantile, "sklearn").call == "sklearn.metrics.mean_pinball_loss(y_true, y_pred, alpha=0.9)"


def test_a_parameter_that_a_call_has_not_is_said() -> None:
    table = losscli.parity("bce", [1, 0], [0.5, 0.25], pos_weight=2.0)
    assert (row(table, "keras").takes or "").startswith("the call has no pos_weight")


def test_what_does_not_fit_the_definition_is_refused() -> None:
    with pytest.raises(LosscliError, match="delta"):
        losscli.parity("huber", [1.0], [2.0], delta=-1.0)


@pytest.mark.parametrize("name", ["bce", "kld", "boundary", "triplet"])
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_format_shows_every_call_and_fits(name: str, format: str, width: int) -> None:
    if name not in TABLES:
        name = NAMES[0]
    text = render(TABLES[name], format, width=width)
    assert "\x1b" not in text
    if format in ("table", "plain"):
        assert max(map(len, text.splitlines())) <= width
    if format == "csv":
        listed = list(csv.DictReader(StringIO(text)))
        assert [line["call"] for line in listed] == [found.call for found in TABLES[name].rows]
    if format == "jsonl":
        assert [json.loads(line)["framework"] for line in text.splitlines()] == [
            found.framework for found in TABLES[name].rows
        ]
    if format in ("table", "plain", "markdown"):
        assert "verified" not in text


@pytest.mark.parametrize("name", ["bce", "kld", "scce"])
def test_json_follows_its_schema(name: str) -> None:
    schema = json.loads(files("losscli.render").joinpath("schema/parity.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    whole = json.loads(render(TABLES[name], "json"))
    Draft202012Validator(schema).validate(whole)
    assert set(whole) == set(schema["properties"])
    assert all(set(entry) == set(schema["$defs"]["row"]["properties"]) for entry in whole["rows"])


def test_the_command_takes_data_as_compute_does() -> None:
    done = command("parity", "mae", "examples/diabetes.csv", "--pred", "ridge", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    whole = json.loads(done.stdout)
    like = command(
        "compute", "mae", "examples/diabetes.csv", "--pred", "ridge", "--like", "keras", "--format", "json"
    )
    keras = next(entry for entry in whole["rows"] if entry["framework"] == "keras")
    assert keras["value"] == json.loads(like.stdout)["value"]
    assert "the worked example" in command("parity", "mae").stdout


def test_nothing_is_imported_unless_asked_and_what_is_absent_is_said() -> None:
    block = (
        "import sys\n"
        "for name in ('keras', 'torch', 'optax', 'jax', 'sklearn', 'tensorflow_addons', 'tensorflow', "
        "'torchvision', 'scipy'):\n"
        "    sys.modules[name] = None\n"
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if sys.modules.get(name, 0) is None else real(name, *a)\n"
        "import losscli\n"
        "plain = losscli.parity('bce')\n"
        "assert not any(row.live_note for row in plain.rows)\n"
        "for row in losscli.parity('bce', live=True).rows[1:]:\n"
        "    assert row.live_note.endswith('is not installed'), row\n"
        "    assert not row.verified\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", block],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_live_shows_what_a_framework_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    from losscli.frameworks import live

    monkeypatch.setattr(live, "not_installed", lambda way: None if way.framework.name == "torch" else "it")
    monkeypatch.setattr(live, "version", lambda way: "9.9")
    for given, verified in ((0.5, True), (0.5 + 1e-9, False)):
        monkeypatch.setattr(live, "run", lambda way, code, arrays, given=given: given)
        table = losscli.parity("mse", [0.0, 1.0], [0.0, 2.0], live=True)
        assert (row(table, "torch").live, row(table, "torch").verified) == (given, verified)
        assert ("verified" in render(table, "plain")) == verified
        assert row(table, "keras").live_note == "it is not installed"


def test_frameworks_all_have_a_style() -> None:
    ways = {like for name in NAMES for like in conventions(registry.get(name))}
    assert ways == set(FRAMEWORKS)
