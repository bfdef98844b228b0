"""Which tests could notice a fault: those that run its line, the most specific and cheapest first."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from recording import CONFIG, FOLDER, TEST

STAGES = (10.0, 60.0, 240.0)  # seconds of tests after which a fault is looked at for longer, or has survived


def record(root: Path, folder: Path) -> None:
    """Runs every test of the checkout once, on each core, and leaves in the folder what it ran."""
    folder.mkdir(parents=True)
    config = folder / "coveragerc"
    config.write_text(CONFIG.format(source=root / "losscli", folder=folder), encoding="utf-8")
    environment = {**os.environ, FOLDER: str(folder), TEST: "", "COVERAGE_PROCESS_START": str(config)}
    environment["PYTHONPATH"] = os.pathsep.join([str(root), str(Path(__file__).parent)])
    pytest = ["pytest", "-q", "-p", "recording", "-p", "no:cacheprovider", "-n", "auto"]
    run = [sys.executable, "-m", "coverage", "run", f"--rcfile={config}", "-m", *pytest]
    subprocess.run(run, cwd=root, env=environment, check=False)  # a test that fails is not asked
    combine = [sys.executable, "-m", "coverage", "combine", f"--rcfile={config}", "-q"]
    subprocess.run(combine, cwd=root, env=environment, check=True)


class Tests:
    """What each test runs, as recorded."""

    def __init__(self, root: Path, folder: Path) -> None:
        from coverage import CoverageData

        self._root = root
        self._data = CoverageData(str(folder / "lines"))
        self._data.read()
        self._seconds: dict[str, float] = {}
        for file in folder.glob("seconds-*.json"):
            for test, seconds in json.loads(file.read_text(encoding="utf-8")).items():
                self._seconds[test] = max(seconds, self._seconds.get(test, 0.0))
        self._breadth: dict[str, int] = defaultdict(int)  # how many of losscli's files a test file runs
        for file in self._data.measured_files():
            for module in {_module(test) for test in self._contexts(file)}:
                self._breadth[module] += 1

    def stages(self, file: str, line: int, source: bytes) -> Iterator[list[str]]:
        """Tests that run this line of a file, in parts: the next is asked where those before saw nothing."""
        by_line = self._data.contexts_by_lineno(str(self._root / file))
        tests = {test for test in _named(by_line.get(line, ())) if test}
        if not tests or _at_import(source, line):  # whoever uses the module might see it
            tests = {test for ran in by_line.values() for test in _named(ran)}
        of: Mapping[str, list[str]] = defaultdict(list)
        for test in tests:
            if self._seconds.get(test, float("inf")) < float("inf"):
                of[_module(test)].append(test)
        stage: list[str] = []
        spent, limits = 0.0, iter(STAGES)
        limit = next(limits)
        for module in sorted(of, key=lambda one: (self._breadth[one], one)):
            asked = sorted(of[module], key=lambda test: (self._seconds[test], test))
            spent += self._seconds.get(module, 1.0)
            for test in asked:
                if spent > limit:
                    yield stage
                    stage = []
                    if (further := next(limits, None)) is None:
                        return
                    limit = further
                stage.append(test)
                spent += self._seconds[test]
        if stage:
            yield stage

    def _contexts(self, file: str) -> Collection[str]:
        return {test for ran in self._data.contexts_by_lineno(file).values() for test in _named(ran)}


def _named(contexts: Collection[str]) -> Iterator[str]:
    """The tests of coverage's contexts: a process started by a test has it as its first part."""
    for context in contexts:
        test = context.rpartition("|")[2] or context.partition("|")[0]
        if "::" in test:
            yield test


def _module(test: str) -> str:
    return test.partition("::")[0]


def _at_import(source: bytes, line: int) -> bool:
    """Whether a line is run when its module is imported: it is in no function's body."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno is not None
            if node.body[0].lineno <= line <= node.end_lineno:
                return False
    return True
