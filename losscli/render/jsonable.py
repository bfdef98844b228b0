"""Values in JSON's types, as every record's object is made of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from losscli.results.score import Remark


def remark_object(said: Remark) -> dict[str, Any]:
    """A Remark as a JSON object."""
    return {"kind": said.kind, "text": said.text, "count": said.count, "rows": said.rows}


def plain(value: Any, nan: str | None = "nan") -> Any:
    """`value` in JSON's types: arrays as lists, non-finite numbers as the strings inf, -inf and nan."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if hasattr(value, "items"):
        return {str(key): plain(entry, nan) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry, nan) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return nan if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value
