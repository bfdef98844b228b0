"""`losscli code`: what it writes is run, and gives the registry's numbers."""

from __future__ import annotations

import ast
import builtins
import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.command import losscli as command
from support.inputs import NAMES, loss_of
from support.snippets_running import asked, definition, handed, of_example, run, written

import losscli
from losscli import LosscliError
from losscli.analysis.code import WRITTEN, snippet
from losscli.analysis.code.layout import WIDTH
from losscli.render import FORMATS, render

BOOSTERS = ("xgboost", "lightgbm")


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_numpy_s_code_gives_the_registry_s_number(name: str, data: Any) -> None:
    case, reduction = data.draw(asked(name, "numpy"))
    wanted = definition(case, reduction)
    if wanted is None:
        return
    code = written(case, "numpy", reduction).code
    found = run(code, *handed(case, None))["value"]
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-12, err_msg=code)


@pytest.mark.parametrize("name", NAMES)
def test_code_takes_the_example_as_its_page_has_it(name: str) -> None:
    """The frameworks' code does so too: tests/live."""
    made, y_true, y_pred, wanted = of_example(name, "numpy")
    value = run(made.code, y_true, y_pred)["value"]
    np.testing.assert_allclose(value, wanted, rtol=1e-12, atol=1e-14, err_msg=made.code)


@pytest.mark.parametrize("name", NAMES)
def test_code_is_whole(name: str) -> None:
    """In every framework each name is defined, each import used, no line too long."""
    refused: dict[str, str] = {}
    for library in WRITTEN:
        try:
            code = losscli.code(name, library)
        except LosscliError as why:
            refused[library] = why.what
        else:
            hold_whole(name, code)
    assert set(refused) <= set(BOOSTERS)
    assert all(library in what for library, what in refused.items())


def hold_whole(name: str, code: str) -> None:
    tree = ast.parse(code)
    nodes = list(ast.walk(tree))
    loaded = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    stored |= {n.arg for n in nodes if isinstance(n, ast.arg)} | {
        n.name for n in nodes if isinstance(n, ast.FunctionDef)
    }
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for n in nodes
        if isinstance(n, ast.Import | ast.ImportFrom)
        for alias in n.names
    }
    assert imported <= loaded
    free = {"y_true", "y_pred", *(p.name for p in loss_of(name).parameters.values() if p.required)}
    assert loaded <= stored | imported | free | set(dir(builtins))
    assert max(map(len, code.splitlines())) <= WIDTH
    assert code.endswith("\n")
    assert not code.endswith("\n\n")


@pytest.mark.parametrize(
    ("name", "library", "params", "call"),
    [
        ("huber", "torch", {"delta": 1.5}, "torch.nn.HuberLoss(delta=1.5)(y_pred, y_true)"),
        ("half_mse", "optax", {}, "jnp.mean(optax.l2_loss(y_pred, y_true))"),
        ("mape", "sklearn", {}, "100 * sklearn.metrics.mean_absolute_percentage_error(y_true, y_pred)"),
        ("cosine_similarity", "optax", {}, "-jnp.mean(optax.cosine_similarity(y_pred, y_true))"),
        ("kld", "torch", {}, 'torch.nn.KLDivLoss(reduction="batchmean")(y_pred.log(), y_true)'),
        ("bce", "torch", {"from_logits": True}, "torch.nn.BCEWithLogitsLoss()(y_pred, y_true)"),
        ("tweedie", "sklearn", {}, "sklearn.metrics.mean_tweedie_deviance(y_true, y_pred, power=1.5)"),
        ("tweedie", "sklearn", {"power": 0}, "sklearn.metrics.mean_tweedie_deviance(y_true, y_pred)"),
    ],
)
def test_the_framework_s_own_call_stands_there_where_it_gives_the_number(
    name: str, library: str, params: dict[str, Any], call: str
) -> None:
    made = snippet(loss_of(name), library, params)
    assert made.calls == (call,)
    assert f"value = {call}" in made.code


@pytest.mark.parametrize(
    ("name", "library", "params", "why"),
    [
        ("circle", "keras", {}, "divides by the anchors whose loss is above 0"),
        ("bce", "keras", {"pos_weight": 2.0}, "keras.losses.BinaryCrossentropy has no pos_weight."),
        ("bce", "optax", {}, "takes logits only"),
        ("scce", "torch", {"class_weight": [1.0, 2.0]}, "divides by the class weights"),
        ("poisson", "torch", {"full": True}, "Stirling"),
        ("tversky", "keras", {"alpha": 0.3, "beta": 0.7}, "weighs false negatives by alpha"),
        ("generalized_dice", "optax", {}, "averages one Dice a class"),
    ],
)
def test_where_it_does_not_the_code_says_why(
    name: str, library: str, params: dict[str, Any], why: str
) -> None:
    made = snippet(loss_of(name), library, params)
    assert made.calls == ()
    assert why in made.notes[0]
    assert f"def {name}(" in made.code


def test_parameters_are_keywords_with_what_was_given() -> None:
    assert "def huber(y_true, y_pred, *, delta=1.5):" in losscli.code("huber", delta=1.5)
    assert "def huber(y_true, y_pred, *, delta=1.0):" in losscli.code("huber", "numpy")
    assert "from_logits" not in losscli.code("dice", "numpy", per="sample")
    assert "class_weight=(1.0, 2.0)" in losscli.code("scce", "numpy", class_weight=[1, 2])
    assert "(*, matrix)" not in losscli.code("matrix_cce", "numpy")
    assert "matrix_cce(y_true, y_pred, matrix=matrix)" in losscli.code("matrix_cce", "numpy")


def test_a_scorer_asks_the_estimator_for_what_the_loss_takes() -> None:
    said = {
        "tukey": "make_scorer(tukey, greater_is_better=False)",
        "jsd": 'make_scorer(jsd, greater_is_better=False, response_method="predict_proba")',
        "perceptron": 'make_scorer(perceptron, greater_is_better=False, response_method="decision_function")',
    }
    for name, line in said.items():
        code = ast.unparse(ast.parse(losscli.code(name, "sklearn"))).replace("'", '"')
        assert line in code
    assert "make_scorer" not in losscli.code("triplet", "sklearn")


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_holds_the_code(format: str) -> None:
    record = snippet(loss_of("tukey"), "torch", {})
    text = render(record, format, width=60)
    assert "\x1b" not in text
    if format in ("table", "plain"):
        assert text == record.code
    if format == "markdown":
        assert text == f"```python\n{record.code}```\n"
    if format in ("json", "jsonl"):
        assert json.loads(text)["code"] == record.code


def test_json_follows_its_schema() -> None:
    schema = json.loads(files("losscli.render").joinpath("schema/code.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for name, library in (
        ("huber", "torch"),
        ("scce", "numpy"),
        ("mae", "lightgbm"),
        ("matrix_cce", "keras"),
    ):
        whole = json.loads(render(snippet(loss_of(name), library, {}), "json"))
        Draft202012Validator(schema).validate(whole)
        assert set(whole) == set(schema["properties"])


def test_the_command_prints_the_code_alone_and_it_runs(tmp_path: Path) -> None:
    done = command("code", "huber", "-p", "delta=2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == losscli.code("huber", delta=2)
    file = tmp_path / "huber.py"
    done = command("code", "huber", "-p", "delta=2", "--output", str(file))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    file.write_text(
        "import numpy as np\ny_true, y_pred = np.array([3, -0.5, 2, 7]), np.array([2.5, 0, 2, 10])\n"
        + file.read_text(encoding="utf-8")
        + "print(value)\n",
        encoding="utf-8",
    )
    ran = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, check=True)
    assert float(ran.stdout) == losscli.compute("huber", [3, -0.5, 2, 7], [2.5, 0, 2, 10], delta=2).value


@pytest.mark.parametrize(
    ("line", "what", "hint"),
    [
        (("huber", "--framework", "torhc"), "torhc is not one of keras, torch", 'did you mean "torch"?'),
        (("hubr",), 'no loss called "hubr"', 'did you mean "huber"?'),
        (("huber", "-p", "delta=-1"), "delta", ""),
        (("huber", "-p", "detla=1"), "no parameter detla", 'did you mean "delta"?'),
        (("matrix_cce", "-p", "matirx=1"), "no parameter matirx", 'did you mean "matrix"?'),
        (("rmse", "--reduction", "sum"), "rmse has no reduction sum", "mean"),
        (("dice", "--reduction", "none"), "dice is one value from sums over all samples", "per=sample"),
        (("triplet", "--framework", "xgboost"), "xgboost predicts one number a row", "--framework numpy"),
        (
            ("bce", "--framework", "xgboost", "-p", "from_logits=false"),
            "raw score",
            "leave -p from_logits=false out",
        ),
        (
            ("mse", "--framework", "lightgbm", "--reduction", "sum"),
            "a gradient a row",
            "leave --reduction out",
        ),
    ],
)
def test_wrong_usage_is_one_clear_message(line: tuple[str, ...], what: str, hint: str) -> None:
    done = command("code", *line)
    assert (done.returncode, done.stdout) == (2, "")
    assert what in done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_the_library_names_a_wrong_framework() -> None:
    with pytest.raises(LosscliError, match='did you mean "lightgbm"'):
        losscli.code("mse", "lightgmb")
