"""What the tests share: how hard Hypothesis looks, and how reference cases are read."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, settings

REFERENCE = Path(__file__).parent / "reference"
EXAMPLES = Path(__file__).parent.parent / "examples"

# The same examples on every run and every machine; LOSSCLI_EXAMPLES=500 looks harder, at other places.
_harder = os.environ.get("LOSSCLI_EXAMPLES")
settings.register_profile(
    "losscli",
    derandomize=_harder is None,
    database=None,
    max_examples=int(_harder or 8),
    deadline=None,  # no timings in tests
    # Cases are small as they are drawn; shrinking a failure of a batch loss takes minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("losscli")


def numbers(value: Any) -> Any:
    """A reference file's nested lists with their "inf" and "nan" as floats, null as nan."""
    if isinstance(value, list):
        return [numbers(item) for item in value]
    return np.nan if value is None else float(value)


@cache
def reference_cases(file: str) -> list[dict[str, Any]]:
    """The cases of tests/reference/FILE.jsonl."""
    lines = (REFERENCE / f"{file}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def arrays(case: dict[str, Any]) -> tuple[Any, Any, Any]:
    """A reference case's y_true, y_pred and sample_weight: nested lists of floats, or None."""
    given = (case["y_true"], case["y_pred"], case["sample_weight"])
    return tuple(None if value is None else numbers(value) for value in given)  # type: ignore[return-value]
