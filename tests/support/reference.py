"""The reference cases of tests/reference and the files of examples/, and how they are read."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

REFERENCE = Path(__file__).parent.parent / "reference"
EXAMPLES = Path(__file__).parent.parent.parent / "examples"


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
