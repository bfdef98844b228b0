"""A loss that a program makes while it runs, in no module of losscli and without a page, goes everywhere."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.command import environment
from support.requests import losses, request

import losscli
from losscli import LosscliError
from losscli.analysis.request import Request
from losscli.analysis.score import Run, Show, score
from losscli.batch import Batch
from losscli.losses.declare import Loss, batch, loss, statistic
from losscli.losses.domain import Array, Real
from losscli.losses.ranges import Positive
from losscli.parallel import executor
from losscli.render import FORMATS, render

TRUE, PRED = np.array([3.0, -0.5, 2.0, 7.0]), np.array([2.5, 0.0, 2.0, 10.0])
VALUES = [0.2, 0.2, 0.0, 0.9]


def levelled() -> Loss:
    """Made anew at every call: no module has it."""

    @loss("levelled_error", title="Levelled error", highest=1.0)
    def levelled(y_true: Real, y_pred: Real, *, scale: Positive = 1.0) -> Array:
        """Squared error that levels off.

        More than that it does not say.
        """
        square = ((y_pred - y_true) / scale) ** 2
        return square / (1 + square)

    @levelled.gradient
    def _(y_true: Array, y_pred: Array, *, scale: float) -> Array:
        error = (y_pred - y_true) / scale
        return 2 * error / (1 + error**2) ** 2 / scale

    return levelled


def total() -> Loss:
    @statistic(title="Total error", best=None)
    def total(y_true: Real, y_pred: Real) -> dict[str, Array]:
        return {"error": np.abs(y_pred - y_true), "size": np.abs(y_true)}

    @total.finish
    def _(error: float, size: float) -> float:
        return error / size

    return total


def spread() -> Loss:
    @batch(title="Spread of predictions", memory=lambda n, d: 8 * n, of="row", best=None)
    def spread(y_pred: Real) -> Array:
        return (y_pred - y_pred.mean()) ** 2

    return spread


def test_it_is_computed() -> None:
    made = losscli.compute(levelled(), TRUE, PRED, [1, 1, 1, 2])
    assert made.per_sample is not None
    assert made.per_sample.tolist() == close(VALUES, 1e-15)
    assert made.value == close((0.2 + 0.2 + 1.8) / 5, 1e-15)
    assert made.signature.startswith("levelled|scale:1|like:exact|mean:/Σw|n:4")
    assert losscli.compute(levelled(), [0.0], [6.0], scale=3.0).value == close(0.8, 1e-15)
    assert losscli.compute(total(), TRUE, PRED).value == 4.0 / 12.5
    assert losscli.compute(spread(), None, PRED).value == close(float(PRED.var()), 1e-15)
    groups = losscli.compute(levelled(), TRUE, PRED, by=["a", "a", "b", "b"]).groups
    assert groups is not None
    assert groups.value.tolist() == close([0.2, 0.45], 1e-15)
    assert losscli.gradient(levelled(), TRUE, PRED).tolist() == close([-0.64, 0.64, 0.0, 0.06], 1e-15)
    assert losscli.find(own := levelled()) is own


def test_what_does_not_fit_is_refused_as_of_any_loss() -> None:
    with pytest.raises(LosscliError, match="scale: 0 is not a number above 0"):
        losscli.compute(levelled(), TRUE, PRED, scale=0)
    with pytest.raises(LosscliError, match="levelled has no parameter scales"):
        losscli.compute(levelled(), TRUE, PRED, scales=1)
    with pytest.raises(LosscliError, match="PyTorch has no call for levelled"):
        losscli.compute(levelled(), TRUE, PRED, like="torch")
    with pytest.raises(LosscliError, match="levelled has no steps on its page"):
        losscli.steps(levelled(), TRUE, PRED)
    with pytest.raises(LosscliError, match="the page of levelled has no steps"):
        losscli.code(levelled())
    with pytest.raises(LosscliError, match="levelled has no worked example"):
        losscli.parity(levelled())


def test_it_is_explained_by_its_declaration() -> None:
    about = losscli.explain(levelled())
    assert (about.name, about.title, about.family, about.kind) == (
        "levelled",
        "Levelled error",
        "own",
        "sample",
    )
    assert about.summary == "Squared error that levels off."
    assert about.formula == "L = levelled(y_true, y_pred, scale)"
    assert (about.range, about.best, about.aliases) == ("from 0 to 1", 0.0, ("levelled_error",))
    (parameter,) = about.parameters
    assert (parameter.name, parameter.default, parameter.takes) == ("scale", 1.0, "a number above 0")
    assert (about.example, about.example_score, about.elsewhere) == (None, None, ())
    assert losscli.explain(total()).summary == "Total error."
    assert losscli.explain(spread()).formula == "L = spread(y_pred)"
    page = render(about, "plain", width=100)
    for said in ("Levelled error   levelled", "a number above 0, default 1.", "from 0 to 1; the best is 0"):
        assert said in page
    assert "Worked example" not in page


def results(own: Loss) -> Iterator[Any]:
    yield losscli.compute(own, TRUE, PRED, scale=2.0)
    yield losscli.explain(own)
    yield losscli.compare(TRUE, {"a": PRED, "b": TRUE}, [own, "mse"], params={"levelled": {"scale": 2.0}})
    yield losscli.curve(own, TRUE, PRED, scale=(1.0, 2.0))
    yield losscli.check(TRUE, PRED, loss=own)
    yield losscli.parity(own, TRUE, PRED)


@pytest.mark.parametrize("form", ["plain", "markdown", "json", "table"])
def test_every_result_is_shown(form: str) -> None:
    assert form in FORMATS
    for result in results(levelled()):
        shown = render(result, form)
        assert "levelled" in shown.casefold()
        if form == "json":
            assert json.loads(shown)


def test_it_stands_beside_others() -> None:
    made = losscli.compare(TRUE, {"a": PRED, "b": TRUE}, [levelled(), "mse", total()])
    assert made.losses == ("levelled", "mse", "total")
    assert [s.value for s in made.scores] == close([0.325, 0.0, 2.375, 0.0, 0.32, 0.0], 1e-15)
    assert made.best == dict.fromkeys(made.losses, ("b",))
    with pytest.raises(LosscliError, match="named twice"):
        losscli.compare(TRUE, PRED, [levelled(), levelled()])
    why = losscli.why(levelled(), TRUE, PRED)
    assert (why.value, why.worst[0].row) == (close(0.325, 1e-15), 4)
    assert {constant.what for constant in why.constants} >= {"mean of y_true"}
    (alone,) = losscli.curve(levelled()).curves
    assert (alone.loss, alone.like) == ("levelled", "exact")


class Pieces:
    """4,000 rows whose chunks are made where they are read."""

    def __call__(self) -> Iterator[Batch]:
        for start in range(0, 4_000, 100):
            rows = np.arange(start, start + 100, dtype=float)
            yield Batch(np.sin(rows), {"y_pred": np.cos(rows)}, None, start + 1)


def expected() -> float:
    rows = np.arange(4_000.0)
    square = (np.cos(rows) - np.sin(rows)) ** 2
    return float((square / (1 + square)).mean())


def test_on_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "cores", lambda: 3)
    made = score(Request.of(levelled(), {}), Pieces(), show=Show(0))
    assert made.value == close(expected(), 1e-13)


FORKED = """
import os, sys
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from losscli.analysis.score import Run, Show, score
from losscli.analysis.request import Request
from losscli.data import blocks, delimited
from losscli.data.opening import open_table
from losscli.losses.declare import loss
from losscli.losses.domain import Array, Real
from losscli.parallel import executor
blocks.LARGE, blocks.BLOCK, delimited.BLOCK = 0, 4096, 4096
executor.FORKED, executor.cores = 8, lambda: 3
forked, fork = [], os.fork
def counted():
    forked.append(fork())
    return forked[-1]
os.fork = counted

@loss(title="Mine")
def mine(y_true: Real, y_pred: Real) -> Array:
    return abs(y_pred - y_true) ** 1.5

source = open_table(sys.argv[1]).select("y", "p", None, None, truth=True, models=False)
print(score(Request.of(mine, {}), source, run=Run(executor.CORES), show=Show(3)).value, len(forked))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux")
def test_in_processes(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    rows = np.arange(8_000)
    (tmp_path / "t.csv").write_text("y,p\n" + "".join(f"{i},{i + i % 7}\n" for i in rows))
    done = subprocess.run(
        [sys.executable, "-c", FORKED, str(tmp_path / "t.csv")],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
        check=True,
    )
    value, forked = done.stdout.split()
    assert int(forked) > 0
    assert float(value) == close(float(((rows % 7) ** 1.5).mean()), 1e-13)


def test_on_dask(client: Any) -> None:
    array = pytest.importorskip("dask.array")
    from losscli.parallel.dask import Cluster

    data: dict[str, Any] = {
        "true": array.from_array(TRUE, chunks=2),
        "pred": array.from_array(PRED, chunks=2),
    }
    there = losscli.cluster.compute(levelled(), **data, client=client, scale=2.0)
    here = losscli.compute(levelled(), TRUE, PRED, scale=2.0)
    assert (there.value, there.signature) == (close(here.value, 1e-15), here.signature)
    assert losscli.cluster.compute(total(), **data, client=client).value == 4.0 / 12.5
    compared = losscli.cluster.compare([levelled(), "mae"], **data, client=client)
    assert [made.value for made in compared.scores] == close([0.325, 1.0], 1e-15)
    far = score(Request.of(levelled(), {}), Pieces(), run=Run(Cluster(client)), show=Show(0))
    assert far.value == close(expected(), 1e-13)


def test_names_are_looked_up_once_and_pages_read_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A comparison of three losses on three models, with --why: nine scores."""
    from losscli.analysis import request as requests
    from losscli.catalogue import find, pages
    from losscli.cli.app import run

    counts = dict.fromkeys(("lookups", "pages", "tasks"), 0)

    def counted(what: str, function: Any) -> Any:
        def count(*args: Any, **named: Any) -> Any:
            counts[what] += 1
            return function(*args, **named)

        return count

    monkeypatch.setattr(find, "named", counted("lookups", find.named))
    monkeypatch.setattr(pages, "page", counted("pages", pages.page))
    monkeypatch.setattr(requests, "Task", counted("tasks", requests.Task))
    table = tmp_path / "t.csv"
    table.write_text("y,a,b,c\n" + "".join(f"{i},{i + 1},{i + i % 3},{i - 1}\n" for i in range(30)))
    line = ["compare", str(table), "--true", "y", "--pred", "a,b,c", "--losses", "mae,mse,logcosh", "--why"]
    assert run([*line, "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["scores"]) == 9
    assert counts == {"lookups": 3, "pages": 3, "tasks": 3}


def test_a_request_makes_a_task_for_a_stream_once() -> None:
    asked = request(["mae", "hinge"], class_weight=None)
    one, other = Pieces(), Pieces()
    (mae, hinge) = losses(["mae", "hinge"])
    first = asked.task(mae, one, "a")
    assert asked.task(mae, one, "b").words is first.words
    assert (first.model, asked.task(mae, one, "b").model) == ("a", "b")
    assert asked.task(hinge, one).convention.loss is hinge
    assert asked.task(mae, other).convention is not first.convention
