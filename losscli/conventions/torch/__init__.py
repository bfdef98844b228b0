"""PyTorch 2.13 on float64 arrays: every entry counts, and nothing is checked but what the call itself checks.

The formulas are torch/nn/functional.py's and ATen's, written as they are there: 1 − p is subtracted, exp overflows.
"""

from losscli.conventions.torch import classes, embedding, entries
from losscli.conventions.torch.framework import FRAMEWORK

__all__ = ["FRAMEWORK", "classes", "embedding", "entries"]
