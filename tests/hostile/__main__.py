"""losscli against what is hostile: writers that are killed, and inputs that nobody would write.

    python tests/hostile kill --times 200           kills writers of every format at random moments
    python tests/hostile differ                     every loss by every format, threads, processes and Dask
    python tests/hostile fuzz --minutes 10          mutates every reader's and parser's inputs
    python tests/hostile fuzz --minutes 1 --only csv --seed 7
    python tests/hostile all --minutes 60           one after the other, and tests/matrix: README's table

Findings of the fuzzer are kept, made smaller, in the folder --keep, each with the line that shows it. What
was mended goes into corpus/, which the tests run as it is.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def main() -> int:
    parser = argparse.ArgumentParser(
        "python tests/hostile", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("kill", help="kill writers of every format")
    every = commands.add_parser("all", help="all of these, and tests/matrix")
    for command in (one, every):
        command.add_argument("--times", type=int, default=200, help="how many writers in all")
    commands.add_parser("differ", help="hold every way to every loss against the library")
    two = commands.add_parser("fuzz", help="mutate inputs of every reader and parser")
    for command in (two, every):
        command.add_argument("--minutes", type=float, default=1.0, help="the budget")
        command.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "losscli-findings")
    every.set_defaults(only=())
    two.add_argument("--only", nargs="+", default=(), help="readers and parsers whose names begin so")
    for command in commands.choices.values():
        command.add_argument(
            "--seed", type=int, help="of what is drawn; told at the end (default: another each time)"
        )
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.randrange(1 << 32)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    bad = {"kill": _kill, "differ": _differ, "fuzz": _fuzz, "all": _all}[options.command](options)
    print(f"the same draws again: --seed {options.seed}")
    return 1 if bad else 0


def _all(options: argparse.Namespace) -> int:
    """Each in a process of its own: what forks must not have threads."""
    here, seed = Path(__file__).parent, ["--seed", str(options.seed)]
    lines = [
        [here, "kill", "--times", str(options.times), *seed],
        [here, "differ", *seed],
        [here, "fuzz", "--minutes", str(options.minutes), "--keep", options.keep, *seed],
        [here.parent / "matrix"],
    ]
    return sum(subprocess.run([sys.executable, *line], check=False).returncode for line in lines)


def _kill(options: argparse.Namespace) -> int:
    from hostile.kill import kill

    told = kill(options.times, options.seed)
    print(told.table())
    return len(told.wrong)


def _differ(options: argparse.Namespace) -> int:
    import distributed
    import pytest
    from hostile.differ import compared, ways
    from support.engines import by_threads, processes

    import losscli

    patch, counts, wrong = pytest.MonkeyPatch(), Counter[str](), 0
    cluster = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
    )
    with cluster, processes() as server:
        runs = ways(partial(by_threads, patch), server, cluster.scheduler_address)
        for number, name in enumerate(losscli.names()):
            with tempfile.TemporaryDirectory() as folder:
                for way, found in compared(name, options.seed + number, Path(folder), runs, all_formats=True):
                    counts[way.rpartition(", ")[2]] += 1
                    wrong += bool(found)
                    if found:
                        print(f"{way}: {'; '.join(found)}", flush=True)
    parts = ", ".join(f"{count} {way}" for way, count in counts.items())
    print(f"{len(losscli.names())} losses, {sum(counts.values())} runs ({parts}), {wrong} differ")
    return wrong


def _fuzz(options: argparse.Namespace) -> int:
    from hostile import fuzz

    import losscli.cli.app  # noqa: F401 — once, before the forks

    def found(finding: fuzz.Finding) -> None:
        print(f"{finding.what}\n    {fuzz.keep(options.keep, finding)}", flush=True)

    report = fuzz.fuzz(
        seed=options.seed, until=fuzz.for_minutes(options.minutes), only=options.only, found=found
    )
    for target, inputs in sorted(report.inputs.items()):
        print(f"{target:14} {inputs:8} inputs  {report.answers[target]:5} kinds of answers")
    print(f"{sum(report.inputs.values())} inputs, {len(report.findings)} kinds of findings")
    return len(report.findings)


if __name__ == "__main__":
    sys.exit(main())
