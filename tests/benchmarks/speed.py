"""How fast losscli reads and computes, against DuckDB, Polars, pandas, NumPy and scikit-learn.

    python tests/benchmarks/speed.py [--only csv,npy] [--rows-scale 0.1] [--rounds 7] [--cache DIR]

Whole processes, start included, on files that are in memory. A round runs losscli and each of its peers once,
in turn, so that a busy machine slows all; a ratio is of one round's two runs, its median and quartiles are
shown. All answers must agree. Files and an environment with the peers are made once, in the cache folder
(full size: 13 GB). Exits with 1 where a target is missed or answers differ.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import select
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from speed_cases import FILES, THREE, TWELVE, Case, Program, cases, compare, losscli

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PEERS = ("duckdb", "polars", "pandas", "pyarrow", "scikit-learn", "dask", "distributed")
OWN = ("numpy>=2.0", "typer>=0.28,<0.29", "rich>=13.8", "pyyaml>=6.0.1")
AGREE = 1e-9  # relatively, between losscli and a peer
MB = 1_000_000


class Run(NamedTuple):
    """One process and its own: seconds on the clock and of the processors, the most memory, what it found."""

    wall: float
    cpu: float
    peak: int
    found: Mapping[str, float]


def run(python: Path, program: Program, watch: bool = False) -> Run:
    """One process to its end. Bytecode is cached, as it is where losscli is installed.

    Its memory is that of the largest process; if watched, of all together, looked at 200 times a second.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept |= {"PYTHONPATH": str(ROOT), **program.environment}
    begin = time.perf_counter()
    process = subprocess.Popen([python, *program.arguments], env=kept, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    peak = 0
    while watch and not select.select([process.stdout], [], [], 0.005)[0]:
        peak = max(peak, sum(map(proportional, family(process.pid))))
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{program.name} failed: {' '.join(program.arguments)}")
    kibi = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts in
    peak = peak or usage.ru_maxrss * kibi
    return Run(wall, usage.ru_utime + usage.ru_stime, peak, _found(json.loads(text)))


def family(process: int) -> Iterator[int]:
    """The numbers of a process and of all that it began, where the system tells."""
    yield process
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # it has ended
            for child in children.read_text().split():
                yield from family(int(child))


def proportional(process: int) -> int:
    """The bytes that a process takes; of what several share, each its part."""
    with contextlib.suppress(OSError):
        rows = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return sum(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:"))
    return 0


def _found(answer: dict) -> dict[str, float]:
    """Loss → value, of what losscli or a peer printed."""
    if "scores" in answer:
        return {score["loss"]: score["value"] for score in answer["scores"]}
    return {answer["loss"]: answer["value"]} if "loss" in answer else answer


def differences(ours: Mapping[str, float], theirs: Mapping[str, float], slack: float) -> list[str]:
    shared = [loss for loss in ours if loss in theirs]
    return [
        f"{loss}: {ours[loss]!r} and {theirs[loss]!r}"
        for loss in shared
        if not abs(ours[loss] - theirs[loss]) <= slack * abs(theirs[loss])
    ]


def spread(values: Sequence[float]) -> str:
    """median (first quartile to third)"""
    if len(values) < 2:
        return f"{values[0]:.2f}"
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


class Report:
    """The table, a line a target, and whether every target was met."""

    def __init__(self) -> None:
        self.missed = 0

    def line(self, against: str, told: str, bound: float | None, value: float, unit: str = "") -> None:
        verdict = ""
        if bound is not None:
            met = value <= bound
            self.missed += not met
            verdict = f"{'met' if met else 'MISSED':>7}  at most {bound:g}{unit}"
        print(f"  {against:32}{told:>24}{verdict}", flush=True)

    def differ(self, what: str) -> None:
        self.missed += 1
        print(f"  ANSWERS DIFFER: {what}", flush=True)


def time_case(python: Path, case: Case, rounds: int, report: Report, rows: int) -> list[Run]:
    """Runs a case's rounds and prints its lines; losscli's runs."""
    programs = [case.ours, *(program for program, _ in case.peers)]
    warm = [run(python, program, watch=True) for program in programs]
    for program, first in zip(programs[1:], warm[1:], strict=True):
        same = 1e-14 if "-m" in program.arguments else AGREE
        for what in differences(warm[0].found, first.found, same):
            report.differ(f"{program.name}, {what}")
    timed: list[list[Run]] = [[] for _ in programs]
    for number in range(rounds):
        order = range(len(programs)) if number % 2 == 0 else range(len(programs) - 1, -1, -1)
        for i in order:
            timed[i].append(run(python, programs[i]))
    title = f"{case.title}, {rows:,} rows"
    print(f"\n{title}")
    for program, first, runs in zip(programs, warm, timed, strict=True):
        cpu, peak = statistics.median(r.cpu for r in runs), first.peak / MB
        print(f"  {program.name:32}{spread([r.wall for r in runs]):>24} s{cpu:8.2f} s CPU{peak:7.0f} MB")
    extra = 0.0
    if case.key == "dask":
        extra = cluster_start(python, rounds)
        print(f"  the cluster's start, not counted {extra:21.2f} s")
    for (program, bound), runs in zip(case.peers, timed[1:], strict=True):
        ratios = [(ours.wall - extra) / theirs.wall for ours, theirs in zip(timed[0], runs, strict=True)]
        report.line(f"time over {program.name}", spread(ratios), bound, statistics.median(ratios))
    if case.peak is not None:
        peak = warm[0].peak / MB
        report.line("peak memory", f"{peak:.0f} MB", case.peak, peak, " MB")
    return timed[0]


def cluster_start(python: Path, rounds: int) -> float:
    """What a cluster takes to start and end, in seconds: two rows with and without one."""
    line = ("compute", "mse", "--true", "1,2", "--pred", "1,3")
    with_it, without = losscli(*line, "--engine", "dask"), losscli(*line)
    return statistics.median(
        run(python, with_it).wall - run(python, without).wall for _ in range(max(rounds, 3))
    )


def time_memory(python: Path, folder: Path, rounds: int, report: Report) -> None:
    """Peak memory must not grow with rows or losses; a tenth is what it varies by from run to run."""
    print("\nPeak memory")
    peaks = {}
    for name, losses in (("m10.parquet", THREE), ("m100.parquet", THREE), ("m100.parquet", TWELVE)):
        program = compare(str(folder / name), losses)
        runs = [run(python, program, watch=True) for _ in range(max(rounds // 2, 1))]
        peaks[name, losses] = statistics.median(r.peak for r in runs) / MB
        print(f"  {name}, {losses.count(',') + 1} losses{peaks[name, losses]:10.0f} MB")
    ten, hundred, twelve = peaks.values()
    report.line("10 times the rows", f"{hundred / ten:.2f}", 1.1, hundred / ten)
    report.line("12 losses for 3", f"{twelve / hundred:.2f}", 1.1, twelve / hundred)


def environment(cache: Path) -> Path:
    """A Python with losscli's requirements and the peers, made when it is not there."""
    folder = cache / "environment"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        print(f"installing {', '.join(PEERS)} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *OWN, *PEERS], check=True)
        (folder / "complete").touch()
    return python


def avx512(python: Path) -> str:
    """NumPy's names for the processor's AVX-512 features that it uses here."""
    code = (
        "import numpy._core._multiarray_umath as m; has = m.__cpu_features__;"
        "print(*(f for f in m.__cpu_dispatch__ if has.get(f) and ('512' in f or f == 'X86_V4')))"
    )
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    default = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "losscli-speed"
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", help="csv, parquet, zstd, avx512, npy, jsonl, json, twelve, memory, dask")
    parser.add_argument("--rows-scale", type=float, default=1.0, help="times the rows of every file")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--cache", type=Path, default=default)
    parser.add_argument("--python", type=Path, help="one with the peers, instead of an own environment")
    given = parser.parse_args()

    only = given.only.split(",") if given.only else None
    python = given.python or environment(given.cache)
    folder = given.cache / f"data-{given.rows_scale:g}"
    chosen = [case for case in cases(folder, avx512(python)) if only is None or case.key in only]
    memory = only is None or "memory" in only
    needed = {case.file for case in chosen} | ({"m10.parquet", "m100.parquet"} if memory else set())
    rows = {name: max(1, round(n * given.rows_scale)) for name, n in FILES.items() if name in needed}
    making = [python, str(HERE / "speed_data.py"), folder, *(f"{name}={n}" for name, n in rows.items())]
    subprocess.run(making, check=True)

    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{load}; medians (and quartiles) of {given.rounds} rounds", flush=True)
    report = Report()
    for case in chosen:
        time_case(python, case, given.rounds, report, rows[case.file])
    if memory:
        time_memory(python, folder, given.rounds, report)
    print(f"\n{report.missed} missed" if report.missed else "\nall met")
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    return int(report.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
