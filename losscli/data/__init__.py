"""Readers: inline values, CSV, TSV, JSON, JSONL, npy and npz, from files or standard input, as Batches."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from losscli.data.opening import open_table
    from losscli.data.source import Source
    from losscli.data.tables import Table
    from losscli.data.values import read_stream, read_values

__all__ = ["Source", "Table", "open_table", "read_stream", "read_values"]

_HOMES = {
    "open_table": "opening",
    "Table": "tables",
    "Source": "source",
    "read_stream": "values",
    "read_values": "values",
}


def __getattr__(name: str) -> Any:
    # The list of formats takes nothing else; values on the command line nothing of what reads tables.
    if name in _HOMES:
        return getattr(import_module(f"losscli.data.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
