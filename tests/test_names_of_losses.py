"""What code decides, it reads from a loss's declaration: not from its name, and not from a sentence."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.command import ROOT

from losscli.analysis.check import amounts, probabilities
from losscli.analysis.check.fault import CheckedData
from losscli.analysis.code import boosters, scorer
from losscli.analysis.profile import profile
from losscli.batch import arrays_stream
from losscli.catalogue.registry import names
from losscli.errors import LosscliError
from losscli.frameworks.convention import exact
from losscli.losses.declare import Loss, facts, loss
from losscli.losses.domain import Array, Margin, Probability, Real, Sign, SoftLabel

PACKAGE = ROOT / "losscli"
HOMES = ("losses", "catalogue", "frameworks", "analysis/recommend")  # recommend's content is which to take
NAMES = set(names())
SENTENCES = {"words", "text", "why", "what", "summary", "says"}

# File or folder → how many names of losses stand there at most, and why.
ALLOWED = {
    "analysis/check": (90, "the losses that a finding is about, where none was named: what it says"),
    "analysis/plot/wholes.py": (1, "the name of an axis"),
    "formula/derive.py": (1, "a function of formulas"),
}
# A table of functions, one of which bears a loss's name.
DECIDING = {"formula/derive.py"}


@cache
def files() -> tuple[tuple[str, ast.Module], ...]:
    """Every file outside the homes, parsed."""
    places = {file.relative_to(PACKAGE).as_posix(): file for file in sorted(PACKAGE.rglob("*.py"))}
    outside = [place for place in places if not place.startswith(tuple(f"{home}/" for home in HOMES))]
    return tuple((place, ast.parse(places[place].read_text(encoding="utf-8"))) for place in outside)


def named(tree: ast.AST) -> list[str]:
    """The names of losses that stand in it as strings."""
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in NAMES]


def deciding(tree: ast.Module) -> list[str]:
    """Comparisons and look-ups with the name of a loss, or with a table of some."""
    tables = {
        part.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and named(node.value)
        for part in ast.walk(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare | ast.Subscript)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get")
        if named(node) or tables & {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    ]


def reading(tree: ast.Module) -> list[str]:
    """Places where code looks for a word in a sentence."""

    def is_sentence(node: ast.expr) -> bool:
        return isinstance(node, ast.Attribute) and node.attr in SENTENCES

    def reads(node: ast.AST) -> bool:
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            return is_sentence(node.comparators[0])
        return (
            isinstance(node, ast.Attribute)
            and node.attr in ("startswith", "endswith", "partition")
            and is_sentence(node.value)
        )

    return [ast.unparse(node) for node in ast.walk(tree) if reads(node)]


def test_names_of_losses_stand_in_their_homes() -> None:
    counted: dict[str, int] = {}
    for place, tree in files():
        home = next((known for known in ALLOWED if place == known or place.startswith(f"{known}/")), place)
        counted[home] = counted.get(home, 0) + len(named(tree))
    most = {home: count for home, (count, _) in ALLOWED.items()}
    assert {home: count for home, count in counted.items() if count > most.get(home, 0)} == {}


def test_nothing_is_decided_by_the_name_of_a_loss() -> None:
    assert {
        place: found for place, tree in files() if place not in DECIDING and (found := deciding(tree))
    } == {}


def test_nothing_is_decided_by_a_sentence() -> None:
    places = {place: found for place, tree in files() if (found := reading(tree))}
    places.pop("analysis/why/constants.py", None)
    assert places == {}


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ('x = loss.name == "mse"', 1),
        ('KNOWN = ("mse", "mae")\nx = loss.name in KNOWN', 1),
        ('KNOWN = {"mse": 1}\nx = KNOWN.get(loss.name) or KNOWN[loss.name]', 2),
        ('x = case.concerns("mse")', 0),
        ("x = loss.name in chosen", 0),
        ('KNOWN: tuple[str, ...] = ("mse",)\nx = KNOWN[0] == loss.name', 2),
    ],
)
def test_the_look_itself(code: str, caught: int) -> None:
    assert len(deciding(ast.parse(code))) == caught


def test_the_homes_are_there() -> None:
    assert all(Path(PACKAGE, home).exists() for home in (*HOMES, *ALLOWED))


@facts("log of a probability")
@loss(title="A new cross-entropy")
def new_entropy(y_true: SoftLabel, y_pred: Probability) -> Array:
    return np.asarray(-y_true * np.log(y_pred))


@facts("divides by the target")
@loss(title="A new ratio")
def new_ratio(y_true: Real, y_pred: Real) -> Array:
    return np.asarray(np.abs(y_pred / y_true - 1))


@facts(xgboost="reg:new, alpha={alpha}")
@loss(title="A new margin")
def new_margin(y_true: Sign, y_pred: Margin) -> Array:
    return np.asarray(np.maximum(0, -y_true * y_pred))


def case_of(new: Loss, true: list[float], pred: list[float]) -> CheckedData:
    stream = arrays_stream(np.array(true), {"y_pred": np.array(pred)}, None)
    return CheckedData(profile(stream), new, exact(new), {}, "refuse")


def test_a_new_loss_of_a_kind_is_seen_by_its_declaration() -> None:
    case = case_of(new_entropy, [0.0, 1.0, 1.0, 0.0], [0.0, 0.4, 1.0, 0.2])
    assert {fault.id for fault in probabilities.faults(case)} >= {"saturated", "saturated_wrong"}
    case = case_of(new_ratio, [0.0, 1.0, 4.0, 2.5], [0.5, 0.4, 4.5, 2.0])
    assert "zeros" in {fault.id for fault in amounts.faults(case)}
    assert "decision_function" in scorer.closing(new_margin, {})
    assert "predict_proba" in scorer.closing(new_entropy, {})
    with pytest.raises(LosscliError) as refused:  # without a gradient
        boosters.write(new_margin, "xgboost", {}, {}, "mean")
    assert refused.value.hint == 'its own objective is "reg:new, alpha={alpha}"'
