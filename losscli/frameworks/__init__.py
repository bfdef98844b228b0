"""How frameworks depart from the definitions: a module a framework, and here the list of them.

It imports nothing: help texts and the shell's completion are made of it.
"""

from __future__ import annotations

from typing import NamedTuple


class FrameworkRecord(NamedTuple):
    """A framework. `module` is what its calls begin with, `aliases` are other names of its package.

    `arrays` is the library whose functions code for it calls: losscli.formula.dialects.
    """

    name: str
    title: str
    module: str
    aliases: tuple[str, ...] = ()
    arrays: str = ""


KERAS = FrameworkRecord("keras", "Keras", "keras", arrays="keras.ops")
TORCH = FrameworkRecord("torch", "PyTorch", "torch", arrays="torch")
OPTAX = FrameworkRecord("optax", "Optax", "optax", arrays="jax.numpy")
SKLEARN = FrameworkRecord("sklearn", "scikit-learn", "sklearn.metrics", arrays="numpy")
TFA = FrameworkRecord("tfa", "TensorFlow Addons", "tfa", ("tensorflow_addons",))
TORCHVISION = FrameworkRecord("torchvision", "torchvision", "torchvision")
SCIPY = FrameworkRecord("scipy", "SciPy", "scipy")
NUMPY = FrameworkRecord("numpy", "NumPy", "numpy", arrays="numpy")
XGBOOST = FrameworkRecord("xgboost", "XGBoost", "xgboost")
LIGHTGBM = FrameworkRecord("lightgbm", "LightGBM", "lightgbm")

# Those whose numbers --like gives; those that code is written for, as functions and as objectives.
FRAMEWORKS = {known.name: known for known in (KERAS, TORCH, OPTAX, SKLEARN, TFA, TORCHVISION, SCIPY)}
ARRAYS = {known.name: known for known in (KERAS, TORCH, OPTAX, SKLEARN, NUMPY)}
BOOSTERS = {known.name: known for known in (XGBOOST, LIGHTGBM)}
