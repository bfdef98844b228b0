"""losscli: loss functions computed, compared and explained.

The calls below import NumPy and the losses on first use, so that `import losscli` stays light. It imports
nothing at all itself: the command begins with it, and is to heed Ctrl-C from its first import on.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

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
    from losscli.errors import LosscliError
    from losscli.version import __version__

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
    module = {"LosscliError": "losscli.errors", "__version__": "losscli.version"}.get(name, "losscli.api")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
