"""How arrays stand, said beside a loss's own parameters: the classes' axis, a label that is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from losscli.errors import LosscliError
from losscli.losses.ranges import ALSO, AXIS, IGNORE, Range, respelled

if TYPE_CHECKING:
    from losscli.losses.declare import Loss, Signature

SQUEEZE = "squeeze"

_LABEL = Range("a label: a number, or null", nullable=True)
_AXIS = Range("an axis: a whole number, or null", kind="whole", nullable=True)
_FLAG = Range("true or false", kind="flag")


class Layout(NamedTuple):
    """`class_axis` of y_pred (None: as the shapes say), the label `ignore` that leaves an entry out, whether
    axes of length 1 are dropped (`squeeze`), and whether nan in y_true leaves an entry out (`masked`).
    """

    class_axis: int | None = None
    ignore: float | None = None
    squeeze: bool = False
    masked: bool = False

    def said(self) -> dict[str, Any]:
        """What was asked for, by the names of the parameters."""
        asked = {AXIS: self.class_axis, IGNORE: self.ignore, SQUEEZE: self.squeeze or None}
        return {name: value for name, value in asked.items() if value is not None}


PLAIN = Layout()


def read_layout(
    loss: Loss, signature: Signature, params: Mapping[str, Any], *, exact: bool
) -> tuple[dict[str, Any], Layout]:
    """The loss's own parameters, and the layout that the others ask for.

    A label to leave out is the call's own parameter where it has one; of the definitions every loss of kind
    sample or statistic takes one whose labels have a value, or a term, each.
    """
    words = {SQUEEZE: _FLAG}
    lost = next((name for name in params if ALSO.get(name, name) == IGNORE), None)
    if lost and not exact and leaves_labels_out(loss) and IGNORE not in signature.parameters:
        raise LosscliError(
            f"the call has no parameter {lost}: it leaves no label out",
            "take such labels out of the data first, or leave --like out: the definition leaves them out",
        )
    if has_class_axis(loss):
        words[AXIS] = _AXIS
    if exact and leaves_labels_out(loss):
        words[IGNORE] = _LABEL
    own = respelled(params, {*signature.parameters, *words})
    asked = {
        name: reads.read(name, own.pop(name))
        for name, reads in words.items()
        if name in own and name not in signature.parameters
    }
    return own, Layout(asked.get(AXIS), asked.get(IGNORE), asked.get(SQUEEZE, False))


def has_class_axis(loss: Loss) -> bool:
    """Whether y_pred may hold rows, or entries, along an axis that can be named."""
    true, pred = loss.signature.y_true, loss.signature.y_pred
    others = true is None or true.grain in ("index", "scalar", "row", "columns", "entry")
    return loss.kind != "batch" and pred.grain in ("row", "columns", "entry") and others


def leaves_labels_out(loss: Loss) -> bool:
    """Whether a label can be left out: each stands for a value, or a term, of its own."""
    true = loss.signature.y_true
    if true is None or loss.kind == "batch":
        return False
    return true.index is not None or (
        true.grain in ("index", "entry", "scalar") and true.means in ("label", "class index")
    )


def axes_words(loss: Loss) -> str | None:
    """What arrays of more axes a loss takes, and that it leaves labels out; None where there is no more."""
    true, pred, said = loss.signature.y_true, loss.signature.y_pred, []
    named = "class_axis=1 names its axis where the shapes leave it open"
    if has_class_axis(loss) and true is not None and pred.grain in ("row", "columns"):
        boxes = pred.means == "box"
        alone = true.grain in ("index", "scalar")
        beside = "y_true the same without C" if alone else "y_true the same"
        beside += " or class indices without C" if true.index is not None else ""
        said.append(
            "y_pred and y_true may be (N, M, 4), M boxes a sample: each has a value"
            if boxes
            else f"y_pred may be (N, …, C) or (N, C, …), {beside}: each position has a value; of C, {named}"
        )
    elif has_class_axis(loss) and loss.kind == "statistic" and leaves_labels_out(loss):
        said.append(f"y_true may hold class indices, (N, H, W) beside y_pred (N, C, H, W); of C, {named}")
    elif leaves_labels_out(loss) and pred.grain == "entry":
        said.append("y_pred and y_true may be masks (N, H, W), or of any one shape: each entry has a value")
    if said and leaves_labels_out(loss):
        said.append("ignore_class leaves out what has that label")
    return "; ".join(said) or None
