"""losscli: loss functions computed, compared and explained.

The calls below import NumPy and the losses on first use, so that `import losscli` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from losscli import cluster
    from losscli.advice import recommend
    from losscli.api import compare, compute, explain, find, gradient, names
    from losscli.arithmetic import steps
    from losscli.checkup import check
    from losscli.curves import curve
    from losscli.frameworks import parity
    from losscli.reasons import why
    from losscli.snippets import code

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
    "check": "checkup",
    "code": "snippets",
    "curve": "curves",
    "parity": "frameworks",
    "recommend": "advice",
    "steps": "arithmetic",
    "why": "reasons",
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
