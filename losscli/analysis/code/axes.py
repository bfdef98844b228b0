"""Lines before a snippet that make rows of arrays of more axes, without the labels that are left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from losscli.errors import LosscliError
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.convention import framework
from losscli.losses.layout import SQUEEZE
from losscli.losses.ranges import AXIS, IGNORE, respelled

if TYPE_CHECKING:
    from losscli.losses.declare import Loss

_VALUE = "\nvalue = "


def taken_apart(loss: Loss, params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The loss's own parameters, and what is said beside them of how the arrays stand."""
    spelled = respelled(params, {*loss.parameters, AXIS, IGNORE, SQUEEZE})
    others = [name for name in (AXIS, IGNORE, SQUEEZE) if name in spelled and name not in loss.parameters]
    beside = {name: spelled.pop(name) for name in others}
    return spelled, {name: value for name, value in beside.items() if value not in (None, False)}


def with_rows(
    code: str,
    loss: Loss,
    name: str,
    params: Mapping[str, Any],
    beside: Mapping[str, Any],
    reduction: str,
) -> str:
    """The code that takes arrays as `beside` says they stand. LosscliError where it cannot be written so."""
    y_true, y_pred = loss.signature.y_true, loss.signature.y_pred
    moved = framework(name).style.moved if name in FRAMEWORKS else ""
    if name == "numpy":
        moved = "np.moveaxis({}, {}, {})"
    rows = y_pred.grain in ("row", "columns")
    whole = reduction == "mean" or (reduction == "sum" and rows)
    if (
        SQUEEZE in beside
        or (AXIS in beside and not rows)
        or not moved
        or _VALUE not in code
        or not whole
        or y_true is None
        or params.get("per", "batch") != "batch"
    ):
        names = ", ".join(beside)
        raise LosscliError(
            f"code for {loss.name} here is written for arrays as its page has them, without {names}",
            "lay the arrays out before it: a row of y_pred for each value, the classes last",
        )
    lines, shaped, flat = [], "{}.reshape({})", "-1"
    if name == "keras":
        shaped, flat = "keras.ops.reshape({}, ({}))", "-1,"
    if rows:
        axis = beside.get(AXIS, -1)
        lines += ["# A row for each position.", f"C = y_pred.shape[{axis}]"]
        both = y_true.grain in ("row", "columns") and y_true.index is None
        for array in ("y_true", "y_pred") if both else ("y_pred",):
            last = array if axis == -1 else moved.format(array, axis, -1)
            lines.append(f"{array} = {shaped.format(last, '-1, C')}")
        if not both:
            lines.append(f"y_true = {shaped.format('y_true', flat)}")
    elif IGNORE in beside:
        lines += [f"{array} = {shaped.format(array, flat)}" for array in ("y_true", "y_pred")]
    if IGNORE in beside:
        lines += [f"kept = y_true != {beside[IGNORE]!r}", "y_true, y_pred = y_true[kept], y_pred[kept]"]
    before, value = code.rsplit(_VALUE, 1)
    return "\n".join([before, *lines]) + _VALUE + value
