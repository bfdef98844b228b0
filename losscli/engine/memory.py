"""How much a loss of all rows at once takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.sizes import UNITS, size_words, too_much

if TYPE_CHECKING:
    from losscli.engine.partial import Partial

SAID = 100 * UNITS["M"]  # from here on a result says what it took


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
    raise too_much(
        f"{name} holds every row at once: the first {part.n} need about {size_words(bytes_)}, "
        f"more than the {size_words(most)} allowed",
        most,
        bytes_,
        ", or give it a sample of the rows",
    )
