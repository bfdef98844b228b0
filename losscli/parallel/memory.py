"""How the C library treats memory that was given back."""

from __future__ import annotations

from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # mallopt's names for them, in malloc.h
_TEMPORARY, _KEPT = 32 << 20, 128 << 20  # bytes


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
