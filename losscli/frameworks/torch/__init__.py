"""PyTorch 2.13 on float64 arrays: every entry counts, and only what the call itself checks is checked.

The formulas are torch/nn/functional.py's and ATen's, with their rounding: an exp overflows where theirs does.
"""

from losscli.frameworks.torch import classes, embedding, entries
from losscli.frameworks.torch.framework import FRAMEWORK

__all__ = ["FRAMEWORK", "classes", "embedding", "entries"]
