"""How long losscli takes to start, against the least that NumPy and a Rich table take.

    python tests/benchmarks/start.py [PAIRS]

Whole processes, their output captured, in interleaved pairs; a ratio is of one pair's two runs, so that a
busy machine slows both. Bounds: 1.2 with plain output, 1.45 with the table drawn. Exits with 1 where one
is exceeded.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

FLOOR = """\
import numpy
from rich.console import Console
from rich.table import Table
table = Table("row", "loss")
for row in range(3):
    table.add_row(str(row), "0.5")
Console().print(table)
"""
COMPUTE = ["-m", "losscli", "compute", "mse", "--true", "1,2,3", "--pred", "1,2,5"]
CASES = {"plain, on a pipe": ({}, 1.2), "table, FORCE_COLOR=1": ({"FORCE_COLOR": "1"}, 1.45)}


def seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """The wall time of one Python process. Bytecode is cached, as it is where losscli is installed."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=inherited | environment, capture_output=True, check=True)
    return time.perf_counter() - begin


def main(pairs: int) -> int:
    failed = False
    print(f"{'':24}{'floor':>10}{'losscli':>10}{'ratio':>8}{'bound':>8}   median of {pairs} pairs")
    for name, (environment, bound) in CASES.items():
        seconds(["-c", FLOOR], environment), seconds(COMPUTE, environment)  # warm the caches
        runs = [(seconds(["-c", FLOOR], environment), seconds(COMPUTE, environment)) for _ in range(pairs)]
        floor, ours = (statistics.median(times) * 1000 for times in zip(*runs, strict=True))
        ratio = statistics.median(ours / floor for floor, ours in runs)
        failed |= ratio > bound
        print(
            f"{name:24}{floor:7.0f} ms{ours:7.0f} ms{ratio:8.2f}{bound:8.2f}{'   EXCEEDED' * (ratio > bound)}"
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
