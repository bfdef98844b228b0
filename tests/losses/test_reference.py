"""losscli against what frameworks and 1000-digit arithmetic answer: tests/reference/*.jsonl.

Each case within its own tolerance. `articles.jsonl` holds formulas of articles too that are something else
than the loss they are named after: those must differ.
"""

from __future__ import annotations

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from support.command import losscli as command
from support.reference import REFERENCE, arrays, numbers, reference_cases

import losscli
from losscli.catalogue import registry
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.convention import framework
from losscli.frameworks.left_out import LEFT_OUT

FILES = sorted(file.stem for file in REFERENCE.glob("*.jsonl"))
CASES = [case for file in FILES for case in reference_cases(file) if case["loss"] in registry.names()]


def has_convention(case: dict[str, Any]) -> bool:
    like = case["like"]
    return like == "exact" or (like in FRAMEWORKS and case["loss"] in framework(like).entries)


RUN = [case for case in CASES if has_convention(case)]
ARTICLES = [case for case in CASES if case["like"] == "article"]


def score(case: dict[str, Any]) -> Any:
    y_true, y_pred, weight = arrays(case)
    return losscli.compute(
        case["loss"],
        y_true,
        y_pred,
        weight,
        like=case["like"],
        reduction=case["reduction"] or "mean",
        **case["params"],
    )


def assert_close(found: Any, wanted: Any, case: dict[str, Any], slack: float = 0.0) -> None:
    np.testing.assert_allclose(
        found, wanted, rtol=case["rtol"], atol=max(case["atol"], slack), equal_nan=True
    )


def test_every_file_of_cases_is_read() -> None:
    assert FILES == [
        "articles",
        "exact",
        "keras",
        "optax",
        "scipy",
        "sklearn",
        "tfa",
        "torch",
        "torchvision",
    ]
    assert all(case["reduced"] is not None or case["per_sample"] is not None for case in CASES)


def test_every_framework_of_the_cases_has_a_convention() -> None:
    missing = {
        (case["like"], case["loss"])
        for case in CASES
        if case["like"] in FRAMEWORKS and not has_convention(case)
    }
    assert not missing


@pytest.mark.parametrize("case", RUN, ids=lambda case: case["id"])
def test_value(case: dict[str, Any]) -> None:
    found = score(case)
    if case["reduced"] is not None:
        assert_close(found.value, numbers(case["reduced"]), case)
    if case["per_sample"] is not None and found.per_sample is not None:
        wanted = np.array(numbers(case["per_sample"]))
        mine = found.per_sample
        if case["sample_weight"] is not None and case["like"] != "exact":
            mine = mine * np.array(case["sample_weight"])  # their unreduced values hold the weights
        if wanted.ndim == 0:  # the framework made one value of (N,) arrays
            adds = losscli.find(case["loss"]).conventions[case["like"]].trailing == "sum"
            mine = mine.sum() if adds else mine.mean()
        else:
            wanted = wanted.reshape(len(wanted), -1).mean(axis=1)
        assert_close(mine, wanted, case)


@pytest.mark.parametrize(
    "case",
    [case for case in RUN if case["like"] == "exact" and case["grad"] is not None],
    ids=lambda c: c["id"],
)
def test_gradient(case: dict[str, Any]) -> None:
    y_true, y_pred, weight = arrays(case)
    found = losscli.gradient(
        case["loss"], y_true, y_pred, weight, reduction=case["reduction"] or "mean", **case["params"]
    )
    # null is NaN, both ways: no gradient where there is none, and one wherever there is one
    assert_close(found, np.array(numbers(case["grad"])), case, case.get("grad_atol") or 0.0)


@pytest.mark.parametrize("case", ARTICLES, ids=lambda case: case["id"])
def test_an_article_s_own_formula_is_another(case: dict[str, Any]) -> None:
    y_true, y_pred, _ = arrays(case)
    found = losscli.compute(case["loss"], y_true, y_pred, **case["params"])
    if case["per_sample"] is not None:
        wanted, mine = np.array(numbers(case["per_sample"])), found.per_sample
    else:
        wanted, mine = numbers(case["reduced"]), found.value
    assert not np.allclose(mine, wanted, rtol=1e-3)


def sample() -> list[dict[str, Any]]:
    """A small, finite case for each loss, under exact, keras, tfa (or what else there is) in turn."""
    chosen: dict[tuple[str, str], dict[str, Any]] = {}
    for case in sorted(RUN, key=lambda case: len(str(case["y_pred"]))):
        plain = not any(word in str(arrays(case)) for word in ("nan", "inf"))
        if plain and case["reduced"] is not None:
            chosen.setdefault((case["loss"], case["like"]), case)
    taken = []
    for turn, name in enumerate(registry.names()):
        ways = [like for loss, like in sorted(chosen) if loss == name]
        first = [like for like in ways if like in ("exact", "keras", "tfa")] or ways
        taken.append(chosen[name, first[turn % len(first)]])
    return taken


def run(case: dict[str, Any]) -> dict[str, Any]:
    """`losscli compute` of a case, its JSON."""
    y_true, y_pred, weight = arrays(case)
    options = [] if y_true is None else ["--true", json.dumps(y_true)]
    options += ["--pred", json.dumps(y_pred)]
    options += [] if weight is None else ["--weight", json.dumps(weight)]
    for name, value in case["params"].items():
        options += ["-p", f"{name}={json.dumps(value)}"]
    if case["like"] != "exact":
        options += ["--like", case["like"]]
    if case["reduction"] is not None:
        options += ["--reduction", case["reduction"]]
    done = command("compute", case["loss"], *options, "--format", "json", "--rows", "0")
    assert done.returncode == 0, f"{case['id']}: {done.stderr}"
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def test_the_command_line_gives_the_same_numbers() -> None:
    cases = sample()
    assert [case["loss"] for case in cases] == registry.names()
    assert {case["like"] for case in cases} >= {"exact", "keras", "tfa"}
    with ThreadPoolExecutor(4) as pool:
        for case, printed in zip(cases, pool.map(run, cases), strict=True):
            assert_close(numbers(printed["value"]), numbers(case["reduced"]), case)
            assert printed["like"] == case["like"]


def calls() -> list[tuple[str, str]]:
    """Every public loss of the frameworks that losscli knows, and the name it has here."""
    with (REFERENCE / "coverage.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (f"{module}.{row['name']}", row["losscli"])
        for row in rows
        for module in row["module"].split(", ")
        if row["losscli"] in registry.names() and row["framework"] in FRAMEWORKS
    ]


@pytest.mark.parametrize(("call", "name"), calls())
def test_a_framework_s_name_leads_to_the_loss(call: str, name: str) -> None:
    assert losscli.find(call).name == name


def test_what_is_left_out_is_said_with_its_reason() -> None:
    with (REFERENCE / "coverage.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["losscli"]]
    without = {f"{row['module'].partition(',')[0]}.{row['name']}" for row in rows}
    assert without == set(LEFT_OUT)
    readme = (REFERENCE.parent.parent / "README.md").read_text(encoding="utf-8")
    for call, why in LEFT_OUT.items():
        assert f"| {call} | {why} |" in readme
        with pytest.raises(losscli.LosscliError, match="left out"):
            losscli.explain(call)
