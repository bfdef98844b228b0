"""How the functions of steps are written in NumPy, PyTorch, keras.ops and jax.numpy.

A template is an expression of `a`, `b` and `c`, the arguments; `xp` stands for the module. Reductions are
along `axis=-1`, which PyTorch calls `dim`. A helper is a function that a snippet defines where it uses it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_SAME = ("abs", "sqrt", "exp", "expm1", "log", "log1p", "sign", "cosh", "tanh", "round", "floor")
_LAST = ("sum", "mean", "prod", "any", "all", "argmax", "cumsum", "sort", "median")

# Where the four agree.
BASE: Mapping[str, str] = {
    **{name: f"xp.{name}(a)" for name in _SAME},
    **{name: f"xp.{name}(a, axis=-1)" for name in _LAST},
    "atan": "xp.arctan(a)",
    "max": "xp.maximum(a, b)",
    "min": "xp.minimum(a, b)",
    "clip": "xp.clip(a, b, c)",
    "where": "xp.where(a, b, c)",
    "logaddexp": "xp.logaddexp(a, b)",
    "largest": "xp.max(a, axis=-1)",
    "smallest": "xp.min(a, axis=-1)",
    "count": "xp.sum(a, axis=-1)",
    "norm": "xp.linalg.norm(a, axis=-1)",
    "dot": "xp.sum(a * b, axis=-1)",
    "size": "a.shape[-1]",
    "steps": "a.shape[0]",
    "rank": "xp.argsort(xp.argsort(a, axis=-1), axis=-1) + 1",
    "sort_by": "xp.take_along_axis(a, xp.argsort(b, axis=-1), axis=-1)",
    "one_hot": "a[..., None] == xp.arange(b)",
    "upto": "xp.arange(1, a + 1)",
    "transpose": "a.T",
    "eye": "xp.eye(a, dtype=bool)",
    "keep": "a[b]",
    "flat": "a.reshape(-1)",
    # not of the language: what the machinery around the lines needs
    "float": "a.astype(y_pred.dtype)",
    "whole": "a.astype(int)",
    "pick": "a[xp.arange(len(a)), b]",
    "take": "a[b]",
    "along": "xp.take_along_axis(a, b, axis=-1)",
    "entries": "a.size",
    "array": "xp.asarray(a)",
    "rows_of_classes": "xp.eye(y_pred.shape[-1])[y_true]",  # of code alone: rows of class indices
    "stack": "xp.stack(a)",
    "zeros": "xp.zeros(len(a))",
    "inf": "xp.inf",
}

_XLOGY = '''\
def xlogy(x, y):
    """x log y, and 0 where x is 0."""
    return x * xp.log(xp.where(x == 0, 1.0, y))
'''
_XLOG1PY = '''\
def xlog1py(x, y):
    """x log(1 + y), and 0 where x is 0."""
    return x * xp.log1p(xp.where(x == 0, 0.0, y))
'''
_RATIO = '''\
def ratio(a, b):
    """a / b, and 0 where both are 0."""
    return a / xp.where((a == 0) & (b == 0), 1.0, b)
'''
_LISTED = '''\
def listed(v, classes):
    """How often each class stands in v before its first negative entry."""
    counted = xp.cumprod((v >= 0) * 1, axis=-1)
    return xp.sum((v[..., None] == xp.arange(classes)) * counted[..., None], axis=-2)
'''
_SHIFT = '''\
def shift(v, places, fill):
    """v moved to the right (to the left below 0), `fill` moving in."""
    source = xp.arange(v.shape[-1]) - places
    return xp.where((source >= 0) & (source < v.shape[-1]), xp.roll(v, places, -1), fill)
'''
_HELPERS = {"shift": _SHIFT, "xlogy": _XLOGY, "xlog1py": _XLOG1PY, "ratio": _RATIO, "listed": _LISTED}


@dataclass(frozen=True)
class Dialect:
    """One library of arrays. `module` is what code calls it, `imports` has each name's import."""

    name: str
    module: str
    own: Mapping[str, str]
    imports: Mapping[str, str]
    helpers: Mapping[str, str] = field(default_factory=dict)

    def template(self, function: str) -> str | None:
        """The expression for a function; None where a helper stands for it."""
        return self.own.get(function) or BASE.get(function)

    def helper(self, function: str) -> str:
        """The source of a helper."""
        text = re.sub(r"\bxp\b", self.module, self.helpers[function])
        if self.torch:
            text = re.sub(r"arange\(([^)]*)\)", r"arange(\1, device=v.device)", text).replace("axis=", "dim=")
        return text

    @property
    def torch(self) -> bool:
        return self.module == "torch"

    @property
    def keras(self) -> bool:
        return self.module == "ops"


def _numpy() -> Dialect:
    own = {
        "sigmoid": "np.exp(-np.logaddexp(0, -a))",
        "softplus": "np.logaddexp(0, a)",
        "logsumexp": "np.logaddexp.reduce(a, axis=-1)",
        "softmax": "np.exp(log_softmax(a))",
        "erf": "np.vectorize(math.erf)(a)",
        "lgamma": "np.vectorize(math.lgamma)(a)",
        "rank": "np.argsort(np.argsort(a, axis=-1, kind='stable'), axis=-1) + 1",
        "sort_by": "np.take_along_axis(a, np.argsort(b, axis=-1, kind='stable'), axis=-1)",
        "array": "np.asarray(a)",
    }
    log_softmax = (
        "def log_softmax(z):\n"
        '    """log(exp z / Σ exp z) along the last axis."""\n'
        "    return z - np.logaddexp.reduce(z, axis=-1, keepdims=True)\n"
    )
    return Dialect(
        "numpy",
        "np",
        own,
        {"math": "import math", "np": "import numpy as np"},
        {**_HELPERS, "log_softmax": log_softmax},
    )


def _torch() -> Dialect:
    own = {
        "atan": "torch.atan(a)",
        "erf": "torch.erf(a)",
        "lgamma": "torch.lgamma(a)",
        "sigmoid": "torch.sigmoid(a)",
        "softplus": "-F.logsigmoid(-a)",
        "xlogy": "torch.xlogy(a, b)",
        "xlog1py": "torch.special.xlog1py(a, b)",
        "logsumexp": "torch.logsumexp(a, axis=-1)",
        "softmax": "torch.softmax(a, axis=-1)",
        "log_softmax": "torch.log_softmax(a, axis=-1)",
        "largest": "torch.amax(a, axis=-1)",
        "smallest": "torch.amin(a, axis=-1)",
        "median": "torch.quantile(a, 0.5, axis=-1)",
        "sort": "torch.sort(a, axis=-1).values",
        "rank": "torch.argsort(torch.argsort(a, axis=-1, stable=True), axis=-1) + 1",
        "sort_by": "a.gather(-1, torch.argsort(b, axis=-1, stable=True))",
        "one_hot": "a[..., None] == torch.arange(b, device=y_pred.device)",
        "upto": "torch.arange(1, a + 1, device=y_pred.device)",
        "eye": "torch.eye(a, dtype=torch.bool, device=y_pred.device)",
        "float": "a.to(y_pred.dtype)",
        "whole": "a.long()",
        "pick": "a.gather(-1, b[:, None])[:, 0]",
        "along": "a.gather(-1, b)",
        "entries": "a.numel()",
        "array": "torch.as_tensor(a, dtype=y_pred.dtype, device=y_pred.device)",
        "rows_of_classes": "torch.eye(y_pred.shape[-1], dtype=y_pred.dtype, device=y_pred.device)[y_true]",
        "zeros": "a.new_zeros(len(a))",
    }
    return Dialect(
        "torch",
        "torch",
        own,
        {"math": "import math", "torch": "import torch", "F": "import torch.nn.functional as F"},
        _HELPERS,
    )


def _jax() -> Dialect:
    own = {
        "erf": "jax.scipy.special.erf(a)",
        "lgamma": "jax.scipy.special.gammaln(a)",
        "sigmoid": "jax.nn.sigmoid(a)",
        "softplus": "jax.nn.softplus(a)",
        "xlogy": "jax.scipy.special.xlogy(a, b)",
        "xlog1py": "jax.scipy.special.xlog1py(a, b)",
        "logsumexp": "jax.nn.logsumexp(a, axis=-1)",
        "softmax": "jax.nn.softmax(a, axis=-1)",
        "log_softmax": "jax.nn.log_softmax(a, axis=-1)",
    }
    return Dialect(
        "jax.numpy",
        "jnp",
        own,
        {"math": "import math", "jax": "import jax", "jnp": "import jax.numpy as jnp"},
        _HELPERS,
    )


_LGAMMA = '''\
def lgamma(x):
    """log Γ(x) for x above 0: Stirling's series from x + 4 on."""
    y = x + 4
    series = (y - 0.5) * ops.log(y) - y + 0.5 * math.log(2 * math.pi) + 1 / (12 * y) - 1 / (360 * y**3)
    return series - ops.log(x * (x + 1) * (x + 2) * (x + 3))
'''


def _keras() -> Dialect:
    own = {
        "erf": "ops.erf(a)",
        "sigmoid": "ops.sigmoid(a)",
        "softplus": "ops.softplus(a)",
        "logsumexp": "ops.logsumexp(a, axis=-1)",
        "softmax": "ops.softmax(a, axis=-1)",
        "log_softmax": "ops.log_softmax(a, axis=-1)",
        "norm": "ops.norm(a, axis=-1)",
        "transpose": "ops.transpose(a)",
        "eye": "ops.eye(a, dtype='bool')",
        "float": "ops.cast(a, y_pred.dtype)",
        "whole": "ops.cast(a, 'int32')",
        "pick": "ops.take_along_axis(a, b[:, None], axis=-1)[:, 0]",
        "take": "ops.take(a, b, axis=0)",
        "entries": "ops.size(a)",
        "array": "ops.convert_to_tensor(a, y_pred.dtype)",
        "rows_of_classes": "ops.one_hot(y_true, y_pred.shape[-1], dtype=y_pred.dtype)",
        "flat": "ops.reshape(a, -1)",
        "inf": "math.inf",
    }
    return Dialect(
        "keras.ops",
        "ops",
        own,
        {"math": "import math", "keras": "import keras", "ops": "from keras import ops"},
        {**_HELPERS, "lgamma": _LGAMMA},
    )


DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect for dialect in (_numpy(), _torch(), _jax(), _keras())
}
