"""Arrays as Python, NumPy and PyTorch print them: [1. 2.], array([1., 2.]), tensor([1, 2])."""

from __future__ import annotations

import re
from typing import Any

from losscli.errors import LosscliError

_OPENING = re.compile(r"\s*(?:[A-Za-z_][\w.]*\s*\()?\s*[\[(]")
_CALL = re.compile(
    r"\s*(?:np\.|numpy\.|torch\.|jnp\.|tf\.)?(?:array|asarray|Array|tensor|Tensor|tf\.Tensor|list|tuple)\s*\("
)
# What a call says behind its values: dtype=float32, device='cuda:0', grad_fn=<…>, shape=(2,).
_WORDS = re.compile(r"\s*,?\s*(?:\w+\s*=\s*(?:<[^<>]*>|\([^()]*\)|[^,()]*)\s*,?\s*)*\)?\s*")
_TOKEN = re.compile(r"\s*(?:([\[(])|([\])])|(,)|([^\s,\[\]()]+))")
_VALUE = re.compile(
    r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?(?:inf|infinity|nan)|true|false|none|null",
    re.IGNORECASE,
)
_SCALAR = re.compile(
    r"(?:np|numpy|torch|jnp)\.\w+\(([^()]+)\)"
)  # np.float64(0.5), as NumPy 2 prints it in a list
_EAGER = re.compile(r"<tf\.\w+.*?\bnumpy=\s*(.*)>", re.DOTALL)
_NONE = {"none": None, "null": None, "true": True, "false": False}


def is_list(text: str) -> bool:
    """Whether a cell holds several numbers. (1,234) is none: that is a negative amount."""
    if not _OPENING.match(text):
        return False
    if text.lstrip().startswith("(") and ", " not in text and ",)" not in text:
        return False
    try:
        return read_printed(text) is not None
    except LosscliError:
        return True  # with entries left out: told where it is read


def read_printed(text: str) -> list[Any] | None:
    """The nested lists of what was printed; None where it is no such text.

    LosscliError where the print left entries out, as NumPy does of long arrays.
    """
    rest = _SCALAR.sub(r"\1", text.strip())
    if shown := _EAGER.fullmatch(rest):
        rest = shown[1]
    called = _CALL.match(rest)
    if called:
        rest = rest[called.end() :]
    value, at = _nested(rest)
    if value is None:
        return None
    end = _WORDS.fullmatch(rest, at) if called else None
    return value if (end if called else not rest[at:].strip()) else None


def _nested(text: str) -> tuple[list[Any] | None, int]:
    """The value at the beginning of a text, and where it ends."""
    open_lists: list[list[Any]] = []
    at = 0
    while token := _TOKEN.match(text, at):
        at = token.end()
        opening, closing, comma, value = token.groups()
        if opening:
            inner: list[Any] = []
            if open_lists:
                open_lists[-1].append(inner)
            open_lists.append(inner)
        elif not open_lists:
            return None, at
        elif closing:
            last = open_lists.pop()
            if not open_lists:
                return last, at
        elif value == "..." or value == "…":
            raise LosscliError(
                "the print left entries out (…)", "save the array whole, as with np.save, or print it whole"
            )
        elif not comma:
            if not _VALUE.fullmatch(value):
                return None, at
            open_lists[-1].append(_NONE[value.lower()] if value.lower() in _NONE else _number(value))
    return None, at


def _number(text: str) -> float | int:
    return int(text) if text.lstrip("+-").isdigit() else float(text)
