"""The frameworks themselves, imported here alone and on demand: a call's code run on arrays of their type."""

from __future__ import annotations

import os
import sys
import warnings
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from losscli.frameworks.convention import Convention
from losscli.losses.domain import Array

# Within what a measured value and the convention's agree: relatively, and in all.
PRECISION = {"float64": 1e-12, "float32": 1e-5}
FLOOR = {"float64": 1e-14, "float32": 1e-7}


class LiveArrays(NamedTuple):
    """Data in NumPy's arrays: float64, class indices int64."""

    y_true: Array | None
    y_pred: Array
    sample_weight: Array | None


def not_installed(way: Convention) -> str | None:
    """The first package that the framework's calls need and that is not there, or None."""
    needed = [module.partition(".")[0] for module in way.framework.style.imports.values()]
    missing = next((name for name in needed if find_spec(name) is None), None)
    backends = way.framework.style.backends
    return missing or (None if not backends or any(map(find_spec, backends)) else backends[0])


def version(way: Convention) -> str:
    """The framework's version; of Keras, with what it computes on."""
    module = _modules(way)[next(iter(way.framework.style.imports))]
    told = str(module.__version__)
    return f"{told} on {module.backend.backend()}" if way.framework.style.backends else told


def run(way: Convention, code: str, arrays: LiveArrays) -> float:
    """The number that `code` gives; whatever the framework raises, this raises."""
    modules = _modules(way)
    hand_over = way.framework.style.hand_over
    names = {name: hand_over(modules, array) for name, array in arrays._asdict().items() if array is not None}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        value: Any = eval(code, {**modules, **names})
    return float(value)


def _modules(way: Convention) -> dict[str, Any]:
    """What the code calls by name, imported."""
    for backend in filter(find_spec, way.framework.style.backends):
        os.environ.setdefault("KERAS_BACKEND", backend)
    modules = {}
    for name, module in way.framework.style.imports.items():
        imported = import_module(module)
        top = module.partition(".")[0]
        modules[name] = sys.modules[top] if name == top else imported
    return modules
