"""losscli: loss functions computed, compared and explained.

The calls below import NumPy and the losses on first use, so that `import losscli` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from losscli.api import compare, compute, explain, find, gradient, names
    from losscli.frameworks import parity

__all__ = [
    "LosscliError",
    "__version__",
    "compare",
    "compute",
    "explain",
    "find",
    "gradient",
    "names",
    "parity",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from losscli import api

    if name == "parity":
        from losscli import frameworks

        return frameworks.parity
    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
