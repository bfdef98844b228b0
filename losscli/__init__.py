"""losscli: loss functions computed, compared and explained.

The calls below import NumPy and the losses on first use, so that `import losscli` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from losscli import cluster
    from losscli.analysis.check import check
    from losscli.analysis.code import code
    from losscli.analysis.parity import parity
    from losscli.analysis.plot import curve
    from losscli.analysis.recommend import recommend
    from losscli.analysis.steps import steps
    from losscli.analysis.why import why
    from losscli.api import compare, compute, explain, find, gradient, names

__all__ = [
    "LosscliError",
    "__version__",
    "check",
    "cluster",
    "code",
    "compare",
    "compute",
    "curve",
    "explain",
    "find",
    "gradient",
    "names",
    "parity",
    "recommend",
    "steps",
    "why",
]
__version__ = "0.1.0"


# Call → the room that has it; api has the others.
_ROOMS = {
    "check": "analysis.check",
    "code": "analysis.code",
    "curve": "analysis.plot",
    "parity": "analysis.parity",
    "recommend": "analysis.recommend",
    "steps": "analysis.steps",
    "why": "analysis.why",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    if name == "cluster":
        return import_module("losscli.cluster")
    return getattr(import_module(f"losscli.{_ROOMS.get(name, 'api')}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
