"""What pages state in numbers, recomputed: the helpers, and how a marked fragment is read.

A claim is (page, fragment, computation). In the fragment the numbers that are computed stand between « and »;
without these marks it is in the page's text. A «~1770» is rounded to its last digit that is not 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import losscli
from losscli.catalogue import pages, registry

Claim = tuple[str, str, Callable[[], Any]]
MARK = re.compile("«([^»]*)»")
HERE = Path(__file__).parents[3]


def _strings(name: str) -> Iterator[str]:
    page = pages.read(name, registry.get(name).family)
    keys = ("summary", "meaning", "parameters", "use_when", "not_when", "pitfalls", "relatives")
    for text in _texts([*(page[key] for key in keys), page["example"]["shows"]]):
        yield " ".join(text.split())


def text_of(name: str) -> str:
    """All that a page says in words, on one line."""
    return " ".join(_strings(name))


def sentences(name: str) -> list[str]:
    """All that a page says in words, a sentence each."""
    return [part for text in _strings(name) for part in re.split(r"(?<=[.?])\s(?=\S)", text)]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def plain(fragment: str) -> str:
    return MARK.sub(lambda mark: mark[1].removeprefix("~"), fragment)


def printed(mark: str) -> tuple[float, float]:
    """The number between two marks, and by how much rounding may have changed it."""
    digits = mark.removeprefix("~").replace("−", "-").replace(" ", "")
    if "e" in digits:
        mantissa, _, power = digits.partition("e")
        return float(digits), 0.5 * 10.0 ** (int(power) - len(mantissa.partition(".")[2]))
    last = len(digits.partition(".")[2])
    if mark.startswith("~"):
        last = -(len(digits) - len(digits.rstrip("0")))
    return float(digits), 0.5 * 10.0**-last


def L(name: str, y_true: Any, y_pred: Any, **params: Any) -> float:
    """The mean."""
    return float(losscli.compute(name, y_true, y_pred, **params).value)


def R(name: str, y_true: Any, y_pred: Any, **params: Any) -> Any:
    """Each row's value."""
    return losscli.compute(name, y_true, y_pred, **params).per_sample


def G(name: str, y_true: Any, y_pred: Any, **params: Any) -> Any:
    """The gradient of the sum, flat."""
    return np.ravel(losscli.gradient(name, y_true, y_pred, reduction="sum", **params))


def K(name: str, y_true: Any, y_pred: Any, **params: Any) -> float:
    """The mean of the kernel's values: quick, for many rows many times."""
    loss = registry.get(name)
    return float(np.mean(loss.kernel(y_true, y_pred, **loss.signature.bind(name, params))))


def P(name: str, *pairs: tuple[float, float], **params: Any) -> Any:
    """Each row's value, of rows (y_true, y_pred)."""
    return R(name, *np.transpose(np.asarray(pairs, dtype=float)), **params)


@cache
def example(name: str) -> tuple[Any, Any, dict[str, Any]]:
    worked = pages.read(name, registry.get(name).family)["example"]
    return worked["y_true"], worked["y_pred"], worked["params"]


def E(name: str, loss: str | None = None, **params: Any) -> Any:
    """The rows' values of a page's example, or what another loss gives on it."""
    y_true, y_pred, own = example(name)
    return R(loss or name, y_true, y_pred, **({} if loss else own), **params)


def V(name: str, loss: str | None = None, **params: Any) -> float:
    """The value of a page's example, or what another loss gives on it."""
    y_true, y_pred, own = example(name)
    return L(loss or name, y_true, y_pred, **{**({} if loss else own), **params})


def share(values: Any, row: int) -> float:
    """Percent of the sum that a row makes, counted from 1."""
    return float(100 * values[row - 1] / np.sum(values))


def least(cost: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one number is least: a grid, then a golden section."""
    grid = np.linspace(low, high, 101)
    best = int(np.argmin([cost(x) for x in grid]))
    a, b = grid[max(best - 1, 0)], grid[min(best + 1, 100)]
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(50):
        c, d = b - ratio * (b - a), a + ratio * (b - a)
        a, b = (a, d) if cost(c) < cost(d) else (c, b)
    return float((a + b) / 2)


@cache
def embeddings() -> tuple[Any, Any]:
    """The example's 256 digits on the unit sphere: classes and vectors."""
    held = np.load(HERE / "examples" / "embeddings.npz")
    return held["y_true"], held["y_pred"]


def batches(name: str, *sizes: int, **params: Any) -> list[float]:
    """The mean of the values of the example's embeddings, cut into batches of each size."""
    labels, vectors = embeddings()
    return [
        float(np.mean([L(name, labels[i : i + n], vectors[i : i + n], **params) for i in range(0, 256, n)]))
        for n in sizes
    ]


def chances(n: int = 20001) -> Any:
    """Evenly spaced probabilities, to draw a distribution's quantiles with."""
    return (np.arange(n) + 0.5) / n


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))
