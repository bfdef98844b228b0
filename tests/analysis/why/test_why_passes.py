"""How often `--why` goes over a file: as many times for eight losses as for one, by threads and processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import engines
from support.close import close
from support.command import ROOT, environment
from support.requests import request

from losscli.analysis.compare import compare
from losscli.analysis.why import with_whys
from losscli.data import open_table
from losscli.engine import walk
from losscli.engine.fold import Run
from losscli.parallel.executor import CORES
from losscli.results.compare import Comparison

LOSSES = ["mae", "mse", "logcosh", "huber", "rmse", "quantile", "mape", "smape"]
MOST = 7


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 rows with three models and a weight."""
    rng = np.random.default_rng(8)
    true = rng.gamma(2, 10, 400) + 1
    models = [true * np.exp(rng.normal(0, s, 400)) for s in (0.1, 0.3, 0.5)]
    path: Path = tmp_path_factory.mktemp("passes") / "t.csv"
    table = np.column_stack([true, *models, rng.integers(0, 3, 400)])
    np.savetxt(path, table, fmt="%.6f", delimiter=",", header="y,a,b,c,w", comments="")
    return path


def explained(
    file: Path, losses: list[str], models: str, weight: str | None = None
) -> tuple[Comparison, int]:
    """The comparison with its reasons, and how often the file was gone over."""
    source = open_table(str(file)).select("y", models, weight, None, truth=True, models=True)
    passes = 0

    def counted(read: Any) -> Callable[..., Any]:
        def again(*arguments: Any) -> Any:
            nonlocal passes
            passes += 1
            return read(*arguments)

        return again

    source.read, source.cells = counted(source.read), counted(source.cells)
    if source.split is not None:
        source.split = counted(source.split)
    asked = request(losses)
    compared = compare(asked, source, run=Run(CORES))
    return with_whys(compared, source, asked, source.cells, CORES), passes


@pytest.mark.parametrize("models", ["a", "a,b,c"])
@pytest.mark.parametrize("many", [1, 3, 8])
@pytest.mark.parametrize("chunks", ["one", "many"])
def test_rows_that_memory_holds_are_read_twice_and_their_cells_once(
    file: Path, many: int, models: str, chunks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if chunks == "many":
        engines.small_chunks(monkeypatch.setattr)
    assert explained(file, LOSSES[:many], models)[1] == 3


@pytest.mark.parametrize("models", ["a", "a,b,c"])
@pytest.mark.parametrize("many", [1, 3, 8])
@pytest.mark.parametrize("chunks", ["one", "many"])
def test_of_more_rows_no_number_of_losses_takes_more_passes(
    file: Path, many: int, models: str, chunks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _ = explained(file, LOSSES[:many], models, "w")
    monkeypatch.setattr(walk, "HELD", 100)
    if chunks == "many":
        engines.small_chunks(monkeypatch.setattr)
    read, passes = explained(file, LOSSES[:many], models, "w")
    assert passes == MOST - (len(kept.scores) == 1)  # one score has no places to be told
    for why, told in zip((s.why for s in kept.scores), (s.why for s in read.scores), strict=True):
        assert why is not None
        assert told is not None
        assert [w.value for w in told.without] == close([w.value for w in why.without], 1e-12)
        assert [c.value for c in told.constants] == close([c.value for c in why.constants], 1e-12)
    assert read.ranking == kept.ranking


@pytest.mark.parametrize(
    ("old", "new"),
    [("", ""), ("\n", "\r\n"), ("\n9", "\n\n9"), ("\n8.5", '\n"8.5"'), ("\n", " \n"), ("\n7", "\n \n7")],
    ids=["lines", "returns", "blank lines", "quotes", "spaces", "lines of spaces"],
)
def test_cells_are_those_of_the_csv_module(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = tmp_path / "t.csv"
    text = "y,a,b\n" + "\n".join(f"{i % 10}.5, é{i},{i * 2}" for i in range(300))
    written.write_text(text.replace(old, new) if old else text, encoding="utf-8", newline="")
    rows = [1, 2, 29, 30, 299, 300]
    wanted = open_table(str(written)).cells(rows)
    engines.small_chunks(monkeypatch.setattr)
    assert open_table(str(written)).cells(rows) == wanted
    assert [*wanted] == rows


FORKED = """
import os, sys
from support import engines
from support.close import close
from support.command import ROOT, environment
from losscli.engine import walk
engines.small_chunks(setattr)
walk.HELD = 100
forked, fork = [], os.fork
def counted():
    forked.append(fork())
    return forked[-1]
os.fork = counted
told = engines.here(*sys.argv[1:])
print(told.out)
print(len(forked), file=sys.stderr)
sys.exit(told.code)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux")
def test_processes_tell_what_one_tells(file: Path) -> None:
    pytest.importorskip("pyarrow")
    columns = ("--true", "y", "--pred", "a,b", "--weight", "w")
    line = ("compare", str(file), *columns, "--losses", ",".join(LOSSES), "--why", "--format", "json")
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-c", FORKED, *line],
        capture_output=True,
        text=True,
        env={**environment(), "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stderr) == 3 * (MOST - 1)  # each pass but that for the cells, on three processes
    told, alone = json.loads(done.stdout), json.loads(engines.here(*line).out)
    assert told["ranking"] == alone["ranking"]
    for one, other in zip(told["scores"], alone["scores"], strict=True):
        rows = [[(row["row"], row["cells"]) for row in score["why"]["worst"]] for score in (one, other)]
        assert rows[0] == rows[1]
        for name in ("without", "constants"):
            values = [[entry["value"] for entry in score["why"][name]] for score in (one, other)]
            assert values[0] == close(values[1], 1e-12)
