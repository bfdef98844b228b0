"""The faults of tests/mutate: each changes one place, and leaves a program of as many lines."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path
from typing import Any

import pytest
from support.command import ROOT

faults: Any = runpy.run_path(str(ROOT / "tests/mutate/faults.py"))["faults"]

SOURCE = """\
def spread(values, cut=0.5, *, most: int = 3) -> "a type":
    \"\"\"The rows before a cut: a docstring is left alone.\"\"\"
    if values and len(values) < most:
        self.rows += min(values)
        self.rows.merge(other)
        return abs(values[1:] - cut) if not cut else keep(values, most=most)
    raise ValueError(f"{values} lies above the first of all values")
"""


def changed(source: str) -> set[str]:
    """The lines that faults make, stripped."""
    made = set()
    for fault in faults(source.encode()):
        lines = fault.applied(source.encode()).decode().splitlines()
        different = [
            new for new, old in zip(lines, source.splitlines(), strict=True) if new.strip() != old.strip()
        ]
        assert len(different) == 1, different
        made.add(different[0].strip())
    return made


@pytest.mark.parametrize(
    "line",
    [
        'def spread(values, cut=(1.5), *, most: int = 3) -> "a type":',
        "if values or len(values) < most:",
        "if values and len(values) <= most:",
        "if not (values and len(values) < most):",
        "self.rows -= min(values)",
        "self.rows += max(values)",
        "pass",
        "return abs(values[1:] + cut) if not cut else keep(values, most=most)",
        "return values[1:] - cut if not cut else keep(values, most=most)",
        "return abs(values[:] - cut) if not cut else keep(values, most=most)",
        "return abs(values[1:] - cut) if not cut else keep(values, )",
        "return (abs(values[1:] - cut))",
        "return (keep(values, most=most))",
        "return abs(values[1:] - cut) if cut else keep(values, most=most)",
        'raise ValueError(f"{values} lies below the first of all values")',
        'raise ValueError(f"{values} lies above the last of all values")',
    ],
)
def test_a_fault_is_made_of_each_kind(line: str) -> None:
    assert line in changed(SOURCE)


def test_types_and_docstrings_are_left_alone() -> None:
    assert not any("docstring" in line or "b type" in line for line in changed(SOURCE))


@pytest.mark.parametrize("file", ["engine/partial.py", "losses/boxes.py", "analysis/check/fault.py"])
def test_every_fault_of_a_real_file_compiles_and_keeps_its_lines(file: str) -> None:
    source = (Path(ROOT) / "losscli" / file).read_bytes()
    before = ast.dump(ast.parse(source))
    for fault in faults(source):
        after = fault.applied(source)
        assert after.count(b"\n") == source.count(b"\n")
        assert ast.dump(ast.parse(after)) != before
