"""A pytest plugin: which lines of losscli each test runs, in processes it starts too, and for how long."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

FOLDER = "LOSSCLI_RECORDING"  # environment: where what is recorded goes
TEST = "LOSSCLI_TEST"  # environment: the test that runs, for the processes that it starts

CONFIG = """\
[run]
source = {source}
data_file = {folder}/lines
parallel = true
context = ${{LOSSCLI_TEST}}
patch = subprocess, fork, _exit
disable_warnings = no-data-collected, module-not-measured
"""

_seconds: dict[str, float] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[Any]:
    coverage = Coverage.current()
    assert coverage is not None, "the tests are not run under coverage"
    os.environ[TEST] = item.nodeid
    coverage.switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        coverage.switch_context("")
        os.environ[TEST] = ""


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[Any]:
    begin = time.perf_counter()
    report = yield
    if isinstance(collector, pytest.Module):
        _seconds[collector.nodeid] = time.perf_counter() - begin
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        _seconds[report.nodeid] = float("inf")  # it would notice everything
    else:
        _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration


def pytest_sessionfinish() -> None:
    folder = Path(os.environ[FOLDER])
    (folder / f"seconds-{os.getpid()}.json").write_text(json.dumps(_seconds), encoding="utf-8")
