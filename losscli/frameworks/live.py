"""The frameworks themselves, imported here alone and on demand: a call's code run on arrays of their type."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from losscli.frameworks.convention import Convention
from losscli.losses.domain import Array

# Within what a measured value and the convention's agree: relatively, and in all.
PRECISION = {"float64": 1e-12, "float32": 1e-5}
FLOOR = {"float64": 1e-14, "float32": 1e-7}


class Arrays(NamedTuple):
    """Data in NumPy's arrays: float64, class indices int64."""

    y_true: Array | None
    y_pred: Array
    sample_weight: Array | None


def not_installed(way: Convention) -> str | None:
    """The first package that the framework's calls need and that is not there, or None."""
    needed = [module.partition(".")[0] for module in way.framework.style.imports.values()]
    if way.framework.name == "keras" and find_spec("keras") and not (find_spec("jax") or find_spec("torch")):
        needed.append("jax")  # Keras computes on one of them
    return next((name for name in needed if find_spec(name) is None), None)


def version(way: Convention) -> str:
    """The framework's version; of Keras, with what it computes on."""
    module = _modules(way)[next(iter(way.framework.style.imports))]
    told = str(module.__version__)
    return f"{told} on {module.backend.backend()}" if way.framework.name == "keras" else told


def run(way: Convention, code: str, arrays: Arrays) -> float:
    """The number that `code` gives; whatever the framework raises, this raises."""
    modules = _modules(way)
    hand_over = _OF.get(way.framework.name, _as_it_is)
    names = {name: hand_over(modules, array) for name, array in arrays._asdict().items() if array is not None}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found: Any = eval(code, {**modules, **names})
    return float(found)


def _modules(way: Convention) -> dict[str, Any]:
    """What the code calls by name, imported."""
    if way.framework.name == "keras":
        os.environ.setdefault("KERAS_BACKEND", "jax" if find_spec("jax") else "torch")
    found = {}
    for name, module in way.framework.style.imports.items():
        imported = import_module(module)
        top = module.partition(".")[0]
        found[name] = sys.modules[top] if name == top else imported
    return found


def _as_it_is(modules: Mapping[str, Any], array: Array) -> Any:
    return array


def _single(array: Array) -> Array:
    return array.astype(np.int32 if array.dtype == np.int64 else np.float32)


def _tensor(modules: Mapping[str, Any], array: Array) -> Any:
    from_numpy: Callable[[Array], Any] = import_module("torch").from_numpy
    return from_numpy(np.ascontiguousarray(array))


_OF: Mapping[str, Callable[[Mapping[str, Any], Array], Any]] = {
    "keras": lambda modules, array: _single(array),
    "optax": lambda modules, array: modules["jnp"].asarray(_single(array)),
    "tfa": lambda modules, array: modules["tf"].constant(_single(array)),
    "torch": _tensor,
    "torchvision": _tensor,
}
