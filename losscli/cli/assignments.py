"""`-p name=value` and `--class-weight class=weight`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from losscli.errors import LosscliError
from losscli.sizes import UNITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SIZES = {"": 1} | UNITS


# Arguments of frameworks' calls that are options here.
OPTIONS = {"reduction": "--reduction {}", "sample_weight": "--weight {}"}


def read_size(text: str, option: str) -> int:
    """Bytes, of a number with K, M, G or T and perhaps a B after it: 500M, 1.5GB."""
    written = text.strip().upper().removesuffix("B")
    number = written.rstrip("KMGT")
    try:
        size = int(float(number) * SIZES[written[len(number) :].strip()])
    except (ValueError, KeyError, OverflowError):
        size = -1
    if size < 0:
        raise LosscliError(f'{option} "{text}" is not a size', "for example 500M or 8G")
    return size


def read_parameters(
    texts: Sequence[str] | None, *, from_logits: bool = False, squeeze: bool = False
) -> dict[str, Any]:
    """Parameter name → value, as given; the loss checks names and ranges."""
    given: dict[str, Any] = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise LosscliError(f'-p "{text}": a parameter is given as NAME=VALUE', "for example -p delta=1.5")
        if name in OPTIONS:
            option = OPTIONS[name].format(value)
            raise LosscliError(f"{name} is no parameter of a loss", f"write it so: {option}")
        if name in given:
            raise LosscliError(f"the parameter {name} is given twice", "keep one of the two")
        given[name] = read_value(value)
    if from_logits:
        if given.get("from_logits", True) is not True:
            raise LosscliError("--from-logits contradicts -p from_logits=…", "keep one of the two")
        given["from_logits"] = True
    if squeeze:
        given["squeeze"] = True
    return given


def read_value(text: str) -> Any:
    """JSON; else what Python would read (.5, None, inf); else the text itself."""
    import ast
    import json

    readers: tuple[Callable[[str], Any], ...] = (json.loads, ast.literal_eval, float)
    for read in readers:
        try:
            return read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):  # the last two: nested too deeply
            continue
    return text


def read_class_weight(text: str | None) -> dict[str, float] | Literal["balanced"] | None:
    """`0=1.0,1=2.5` → class (as written) → weight, or "balanced"."""
    if text is None:
        return None
    if text == "balanced":
        return "balanced"
    weights: dict[str, float] = {}
    for part in text.split(","):
        label, _, weight = (piece.strip() for piece in part.partition("="))
        try:
            value = float(weight)
        except ValueError:
            raise LosscliError(
                f'--class-weight "{part.strip()}" is not CLASS=WEIGHT',
                "for example --class-weight 0=1.0,1=2.5, or --class-weight balanced",
            ) from None
        if not label or label in weights:
            why = f"gives class {label} twice" if label else "names no class"
            raise LosscliError(f'--class-weight "{text}" {why}', "for example --class-weight 0=1.0,1=2.5")
        weights[label] = value
    return weights
