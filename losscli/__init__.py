"""losscli: loss functions computed, compared and explained.

The calls below import NumPy and the losses on first use, so that `import losscli` stays light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.errors import LosscliError
from losscli.version import __version__

if TYPE_CHECKING:
    from losscli import cluster
    from losscli.api import (
        check,
        code,
        compare,
        compute,
        curve,
        explain,
        find,
        gradient,
        names,
        parity,
        recommend,
        steps,
        why,
    )

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


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    if name == "cluster":
        return import_module("losscli.cluster")
    return getattr(import_module("losscli.api"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
