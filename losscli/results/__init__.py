"""The frozen records that everything shown is in, a module each.

Their parts are named tuples: a frozen dataclass takes five times as long to make, at every start. Annotations
are no text (`from __future__ import annotations`), which both would have to read.
"""
