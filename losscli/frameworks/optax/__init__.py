"""Optax 0.2.8: float32, logits and log-probabilities only, elementwise values that the caller reduces.

The formulas are optax/losses/*.py's. `mean` and `sum` are jnp.mean and jnp.sum of what a call returns.
"""

from losscli.frameworks.optax import batch, classes, entries
from losscli.frameworks.optax.framework import FRAMEWORK

__all__ = ["FRAMEWORK", "batch", "classes", "entries"]
