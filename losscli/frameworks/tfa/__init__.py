"""TensorFlow Addons 0.23 on TensorFlow 2.15: float32, weighted sums divided by N. The project ended in 2024.

The formulas are tensorflow_addons/losses/*.py's.
"""

from losscli.frameworks.tfa import metric, samples
from losscli.frameworks.tfa.framework import FRAMEWORK

__all__ = ["FRAMEWORK", "metric", "samples"]
