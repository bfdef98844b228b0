"""What was asked of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from losscli.engine.class_weight import ClassWeight
from losscli.engine.missing import Missing


class Asked(NamedTuple):
    """How the scores were made: what api.score and contrast were given. `params` are by loss name."""

    params: Mapping[str, Mapping[str, Any]]
    reduction: str = "mean"
    like: str = "exact"
    missing: Missing = "refuse"
    class_weight: ClassWeight | None = None
