"""Parity: a loss's number by its definition and by every framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from losscli.results.score import Remark
    from losscli.results.words import Words


class ParityRow(NamedTuple):
    """One way to the number: the definition's (framework "exact") or a framework's.

    `call` is the code to write. `value` is its number, None where the data cannot be handed over exactly:
    `takes` then says what the call takes (`names`), or why it does not take this. `same` says that it is the
    definition's number, to 1e-12 or, of a call that computes in `precision` "float32", to 1e-6; `causes` say
    why it is another, kind of cause first; `kinds` are these kinds alone, for code.
    `live` is what the framework itself gave, `live_difference` that minus `value`, `live_version` its
    version, `verified` whether the two agree within the precision; `live_note` says why nothing was measured.
    """

    framework: str
    title: str
    call: str
    precision: str
    value: float | None = None
    same: bool = False
    causes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    takes: str | None = None
    names: bool = False
    live: float | None = None
    live_version: str | None = None
    live_note: str | None = None
    live_difference: float | None = None
    verified: bool = False


class Parity(NamedTuple):
    """A loss's number by its definition and by every framework, on the same data; the definition first.

    `source` names the data (None: values), `live` says that the frameworks themselves were asked.
    `signature` is that of the definition's number.
    """

    loss: str
    about: Words
    params: Mapping[str, Any]
    n: int
    weighted: bool
    source: str | None
    rows: tuple[ParityRow, ...]
    remarks: tuple[Remark, ...]
    signature: str
    version: str
    live: bool = False
