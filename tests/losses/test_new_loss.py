"""A loss is added by a kernel, its gradient and a page: list, compute, explain and the suite find it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.command import ROOT, environment

KERNEL = '''"""Temporary: a family that a test adds."""

from __future__ import annotations

import numpy as np

from losscli.losses.declare import loss
from losscli.losses.domain import Array, Real
from losscli.losses.ranges import Positive


@loss("fourth_power", title="Fourth power")
def quartic(y_true: Real, y_pred: Real, *, scale: Positive = 1.0) -> Array:
    """(e/c)⁴, no unit."""
    return ((y_pred - y_true) / scale) ** 4


@quartic.gradient
def _(y_true: Array, y_pred: Array, *, scale: float) -> Array:
    return 4 * ((y_pred - y_true) / scale) ** 3 / scale
'''

PAGE = """
summary: "The fourth power of the error, for a test."
formula: "L = (e/c)⁴"
where: "e = y_pred − y_true, c = scale"
latex: 'L = \\left( \\frac{e}{c} \\right)^4'
gradient: "4(e/c)³ / c"
meaning: "An error twice as large costs 16 times as much."
unit: "none"
range: "from 0 (best) without limit"
infinite: "(e/c)⁴ is beyond float64"
parameters: {scale: "The error that costs 1."}
use_when: ["A test adds a loss."]
not_when: [{when: "There is no test.", instead: mse}]
pitfalls: ["It goes when the test ends."]
properties: [convex, smooth, symmetric, shift_invariant, zero_at_truth]
relatives: {mse: "the second power"}
example: {y_true: [1.0, 2.0], y_pred: [2.0, 4.0], params: {}, shows: "1 and 16: their mean is 8.5."}
sources: [{cite: "Nobody 2026, a loss for a test, in this file", none: "it was never printed"}]
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package and the tests of contract and catalogue with one loss more: two files, nothing edited."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "losscli", root / "losscli", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("tests/reference", "tests/support"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    tests = ROOT / "tests"
    contract = (tests / "losses").glob("test_contract_*.py")
    for file in (tests / "conftest.py", tests / "catalogue/test_catalogue.py", *contract):
        shutil.copy(file, root / "tests")
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / "losscli/losses/temporary.py").write_text(KERNEL, encoding="utf-8")
    (root / "losscli/catalogue/temporary").mkdir()
    (root / "losscli/catalogue/temporary/quartic.yaml").write_text(PAGE, encoding="utf-8")
    return root


def run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=copy,
        env=environment(PYTHONPATH=str(copy)),
        timeout=300,
        check=False,
    )


def test_list_has_it(copy: Path) -> None:
    done = run(copy, "losscli", "list", "--family", "temporary")
    assert done.returncode == 0, done.stderr
    assert "quartic" in done.stdout
    assert "The fourth power of the error" in done.stdout


def test_compute_computes_it_by_name_and_alias(copy: Path) -> None:
    for name in ("quartic", "FourthPowerLoss"):
        done = run(
            copy,
            *("losscli", "compute", name, "--true", "1,2", "--pred", "2,4", "-p", "scale=2"),
            *("--gradient", "--format", "json"),
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert found["value"] == (1 / 16 + 1) / 2
        assert [sample["gradient"] for sample in found["samples"]] == [0.25, 2.0]


def test_explain_explains_it(copy: Path) -> None:
    done = run(copy, "losscli", "explain", "quartic", "--format", "markdown")
    assert done.returncode == 0, done.stderr
    assert "An error twice as large costs 16 times as much." in done.stdout
    assert "8.5" in done.stdout


def test_the_contract_suite_and_the_catalogue_s_tests_hold_it(copy: Path) -> None:
    done = run(copy, "pytest", "-q", "-p", "no:cacheprovider", "-k", "quartic", "tests")
    assert done.returncode == 0, done.stdout
    passed = int(done.stdout.rpartition(" passed")[0].rpartition("\n")[2].split()[-1])
    assert passed > 25, done.stdout


def test_the_contract_suite_catches_a_wrong_gradient_and_a_wrong_word(copy: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt"
    shutil.copytree(copy, spoilt)
    module, words = (
        spoilt / "losscli" / name for name in ("losses/temporary.py", "catalogue/temporary/quartic.yaml")
    )
    module.write_text(KERNEL.replace("return 4 *", "return 3 *"), encoding="utf-8")
    words.write_text(PAGE.replace("zero_at_truth", "scale_invariant"), encoding="utf-8")
    done = run(spoilt, "pytest", "-q", "-p", "no:cacheprovider", "-k", "quartic", "tests")
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    assert len(failed) == 2, done.stdout
    assert any("test_gradient_is_the_slope_of_the_value[quartic]" in line for line in failed)
    assert any("quartic-scale_invariant" in line for line in failed)
