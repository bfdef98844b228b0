"""How the C library treats memory that was given back, and how much a loss of all rows at once takes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from losscli.errors import LosscliError

if TYPE_CHECKING:
    from losscli.engine.partial import Partial

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # mallopt's names for them, in malloc.h
_TEMPORARY, _KEPT = 32 << 20, 128 << 20  # bytes


UNITS = {"T": 10**12, "G": 10**9, "M": 10**6, "K": 10**3}  # bytes
SAID = 100 * UNITS["M"]  # from here on a result says what it took


@cache
def keep_freed() -> None:
    """Has glibc keep what a block's temporary arrays took for the next block's, for this process.

    By default it hands arrays over 128 KiB back to the kernel, which fills each new one with zeros: that
    takes two thirds of a kernel's time. Elsewhere than on glibc nothing is done.
    """
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    mallopt(_MMAP_THRESHOLD, _TEMPORARY)
    mallopt(_TRIM_THRESHOLD, _KEPT)


def needed(part: Partial) -> int:
    """About how many bytes a loss takes that holds every row: the rows, twice while joined, and its work."""
    held = sum(array.nbytes for row in part.collected for array in row if array is not None)
    work = part.task.convention.loss.memory
    return 2 * held + (work(part.n, part.shape[-1] if len(part.shape) > 1 else 1) if work else 0)


def refuse_beyond(most: int | None, part: Partial) -> None:
    """LosscliError once the rows so far need more than `most` bytes."""
    if most is None or not part.collected or (bytes_ := needed(part)) <= most:
        return
    name = part.task.convention.loss.name
    enough = size_words(max(4 * most, 2 * bytes_), short=True)
    raise LosscliError(
        f"{name} holds every row at once: the first {part.n} need about {size_words(bytes_)}, "
        f"more than the {size_words(most)} allowed",
        f"allow more, as in --max-memory {enough}, or give it a sample of the rows",
    )


def size_words(bytes_: int, short: bool = False) -> str:
    """2 GB, 310 MB; short: as --max-memory takes it, whole and rounded up, 2G."""
    unit = next((u for u in UNITS if bytes_ >= UNITS[u]), "K")
    if short:
        return f"{-(-bytes_ // UNITS[unit])}{unit}"
    return f"{bytes_ / UNITS[unit]:.3g} {unit}B"
