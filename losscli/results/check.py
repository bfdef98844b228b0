"""Checkup: what the doctor found in the data, worst first, and what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from losscli.results.profile import Profile

Severity = Literal["error", "warning", "note"]


class Finding(NamedTuple):
    """A fault, or for severity "note" something worth knowing.

    "error": a loss refuses the data, or becomes infinite or nan on it; "warning": the number can be computed
    and misleads, or training on it fails. `count` rows are concerned (None: the whole), `rows` (from 1) are
    the first few. `columns` name where, `losses` for which losses it matters (none:
    all). `why` says what happens, `do` what mends it.
    """

    id: str
    severity: Severity
    title: str
    count: int | None  # type: ignore[assignment]  # it hides tuple.count
    rows: tuple[int, ...]
    columns: tuple[str, ...]
    losses: tuple[str, ...]
    why: str
    do: str


@dataclass(frozen=True, eq=False)
class Checkup:
    """What was found in `n` rows, for `loss` (with `params`, under `like`) or in general (None).

    `findings` are faults, errors first, then by how many rows they concern; `notes` are none. `looked` says
    in sentences what was looked at.
    """

    n: int
    source: str | None
    loss: str | None
    like: str
    params: Mapping[str, Any]
    models: tuple[str, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    looked: tuple[str, ...]
    profile: Profile
    version: str
    chosen: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Nothing was found."""
        return not self.findings
