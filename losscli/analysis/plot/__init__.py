"""Pictures: losses and their gradients over the axis that their domains give them, and rows of data on it."""

from __future__ import annotations

from losscli.analysis.plot.picture import draw, small

__all__ = ["draw", "small"]
