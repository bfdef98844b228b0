"""Readers: inline values, CSV, TSV, JSON, JSONL, npy and npz, from files or standard input, as Batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.data.values import read_stream, read_values

if TYPE_CHECKING:
    from losscli.data.opening import open_table
    from losscli.data.source import Source
    from losscli.data.tables import Table

__all__ = ["Source", "Table", "open_table", "read_stream", "read_values"]


def __getattr__(name: str) -> Any:
    # Values on the command line, the quickest of runs, need nothing of what reads tables.
    if name == "open_table":
        from losscli.data.opening import open_table

        return open_table
    if name == "Table":
        from losscli.data.tables import Table

        return Table
    if name == "Source":
        from losscli.data.source import Source

        return Source
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
