"""Closeness that can fail: `pytest.approx(x, rel=…)` alone also passes whatever lies within 1e-12 of x."""

from __future__ import annotations

from typing import Any

import pytest


def close(expected: Any, rel: float) -> Any:
    """Equal to a number, array or mapping of numbers up to this relative difference, however small."""
    return pytest.approx(expected, rel=rel, abs=0)
