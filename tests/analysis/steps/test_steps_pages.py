"""The lines of every page give the kernels' numbers, the definition's and every framework's."""

from __future__ import annotations

from typing import Any

import pytest
from support.steps_check import faults

import losscli
from losscli.catalogue import pages as catalogue


@pytest.mark.parametrize("name", losscli.names())
def test_the_steps_of_a_page_give_the_kernel_s_numbers(name: str) -> None:
    assert faults(name, draws=12) == []


def spoiled(monkeypatch: pytest.MonkeyPatch, **lines: Any) -> None:
    read = catalogue.read
    monkeypatch.setattr(catalogue, "read", lambda name, family: {**read(name, family), **lines})


def test_a_line_that_is_off_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    spoiled(monkeypatch, steps=["e = y_pred - y_true", "L = e**2*(1 + 1e-11)"])
    said = faults("mse")  # of every framework in float64, which has the definition's formula
    assert said[0].startswith("mse, exact: steps give ")
    assert all(": steps give " in line for line in said)


def test_a_framework_s_own_formula_without_lines_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    spoiled(monkeypatch, steps_like={})
    (said,) = faults("mape", draws=1)
    assert "keras has its own formula" in said


def test_lines_for_a_framework_that_has_no_such_call_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    spoiled(monkeypatch, steps_like={"torchvision": ["L = y_pred"]})
    (said,) = faults("mse", draws=1)
    assert "torchvision has no call for mse" in said
