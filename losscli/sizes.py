"""Sizes in bytes, as they are written, said and refused."""

from __future__ import annotations

from losscli.errors import LosscliError, TooMuch

UNITS = {"T": 10**12, "G": 10**9, "M": 10**6, "K": 10**3}  # bytes
USUAL = 2 * UNITS["G"]  # bytes that may be held where nobody said --max-memory


def size_words(size: int, short: bool = False) -> str:
    """2 GB, 310 MB; short: as --max-memory takes it, whole and rounded up, 2G."""
    unit = next((u for u in UNITS if size >= UNITS[u]), "K")
    if short:
        return f"{-(-size // UNITS[unit])}{unit}"
    return f"{size / UNITS[unit]:.3g} {unit}B"


def too_much(what: str, most: int, need: int = 0, otherwise: str = "") -> LosscliError:
    """The error for `what`, which needs about `need` bytes (0: nobody knows) where `most` are allowed.

    `otherwise` is what else can be done.
    """
    enough = size_words(max(4 * most, 2 * need), short=True)
    takers = "compute, compare, check and recommend"
    return TooMuch(what, f"{takers} allow more: --max-memory {enough}{otherwise}")
