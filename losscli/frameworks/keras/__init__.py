"""Keras 3.15: float32, clipping at 1e-7, the last axis averaged first, weighted sums divided by N.

The formulas are keras/src/losses/losses.py's and its JAX backend's.
"""

from losscli.frameworks.keras import classes, entries, overlap
from losscli.frameworks.keras.framework import FRAMEWORK

__all__ = ["FRAMEWORK", "classes", "entries", "overlap"]
