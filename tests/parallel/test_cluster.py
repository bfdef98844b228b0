"""A Dask cluster gives what this process gives. Skipped where Dask is not installed: it is an extra."""

from __future__ import annotations

import json
import math
import os
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from support.close import close
from support.command import losscli
from support.requests import request

import losscli as library
from losscli.analysis.compare import compare
from losscli.analysis.score import Run, Show
from losscli.analysis.score import score as score_of
from losscli.batch import Batch, Chunk, Stream
from losscli.errors import BadValue, LosscliError
from losscli.frameworks.convention import convention, conventions

Array = NDArray[np.float64]

ROWS = 40_000


@pytest.mark.parametrize("name", library.names())
def test_losses_and_conventions_are_pickled_by_name(name: str) -> None:
    loss = library.find(name)
    assert pickle.loads(pickle.dumps(loss)) is loss
    for like, way in {"exact": convention(loss, "exact"), **conventions(loss)}.items():
        again = pickle.loads(pickle.dumps(way))
        assert (again.loss, again.kernel, again.framework) == (loss, way.kernel, way.framework), like


def test_a_complaint_keeps_its_place_when_it_is_sent() -> None:
    bad = BadValue("y_pred", 3, (1,), "2 is not a probability", "divide by 100")
    again = pickle.loads(pickle.dumps(bad))
    assert (again.argument, again.row, again.entry, again.what, again.hint) == (
        bad.argument,
        bad.row,
        bad.entry,
        bad.what,
        bad.hint,
    )


@pytest.fixture(scope="module")
def data() -> dict[str, Array]:
    rng = np.random.default_rng(5)
    y = rng.normal(size=ROWS)
    return {
        "y": y,
        "p": y + rng.standard_t(3, ROWS),
        "q": rng.random(ROWS),
        "z": (rng.random(ROWS) < 0.3).astype(float),
        "w": rng.random(ROWS),
        "g": np.array(["north", "south", "east"])[rng.integers(3, size=ROWS)],
    }


@pytest.fixture(scope="module")
def table(data: dict[str, Array], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of several chunks."""
    path = tmp_path_factory.mktemp("cluster") / "rows.jsonl"
    names = list(data)
    rows = zip(*(column.tolist() for column in data.values()), strict=True)
    path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows))
    return path


def test_a_task_ends_at_its_first_error_and_a_join_at_its_first_run_with_one() -> None:
    from losscli.parallel.dask import Stretch, _join, _work, pack

    class Made(list[int]):
        def follow(self, other: list[int]) -> bool:
            self += other
            return True

    def make(number: int) -> Made:
        if number < 0:
            raise LosscliError(f"{-number} is wrong")
        return Made([number])

    runs = [
        _work(pack(make), pack(numbers), [None] * len(numbers))
        for numbers in ([1, 2], [3, -4, 5, -6], [7], [-8])
    ]
    alone: Stretch = pickle.loads(runs[1])
    assert (alone.results, str(alone.error), alone.chunks) == ([[3]], "4 is wrong", 1)
    joined: Stretch = pickle.loads(_join(runs))
    assert (joined.results, str(joined.error), joined.chunks) == ([[1, 2, 3]], "4 is wrong", 4)
    joined = pickle.loads(_join([runs[0], runs[2]]))
    assert (joined.results, joined.error, joined.chunks) == ([[1, 2, 7]], None, 3)


class Cut(Stream):
    """Arrays as chunks whose rows are made where they are read; `relative` ones do not know their numbers."""

    def __init__(self, size: int, relative: bool, broken: float | None = None, slow: float = 0.0) -> None:
        super().__init__(self.__call__)
        self.size, self.relative, self.broken, self.slow = size, relative, broken, slow

    def __call__(self) -> Iterator[Batch]:
        for start in range(0, ROWS, self.size):
            yield self.piece(start, False)

    def chunks(self) -> Iterator[Chunk]:
        for start in range(0, ROWS, self.size):
            yield Chunk(partial(self.read, start), relative=self.relative, start=start)

    def read(self, start: int) -> Iterator[Batch]:
        yield self.piece(start, self.relative)

    def piece(self, start: int, relative: bool) -> Batch:
        time.sleep(self.slow)
        rows = np.arange(start, min(start + self.size, ROWS), dtype=float)
        pred = np.sin(rows) * np.exp(30 * np.cos(rows * rows))  # 26 orders of magnitude that cancel
        if self.broken is not None:
            pred[rows == ROWS - 7] = self.broken
        labels = (rows % 3 == 0).astype(float)
        return Batch(labels, {"y_pred": pred}, rows % 5, 1 if relative else start + 1)


def facts(score: Any) -> tuple[Any, ...]:
    rows = [(s.row, s.y_pred, s.loss, s.share, s.weight) for s in score.samples]
    return score.n, score.value, score.sum, score.divisor, rows, score.concentration, score.signature


# Values of one sign and of both; terms that are summed, normed and the largest; a look at all labels first.
LOSSES = [
    ("mae", "exact", {}),
    ("quantile", "exact", {"q": 0.9}),
    ("wape", "exact", {}),
    ("rmse", "exact", {}),
    ("max_error", "exact", {}),
    ("hinge", "keras", {}),
]


@pytest.mark.parametrize("relative", [False, True], ids=["absolute", "relative"])
@pytest.mark.parametrize(("name", "like", "params"), LOSSES)
def test_the_same_numbers_bit_for_bit(
    client: Any, name: str, like: str, params: dict[str, Any], relative: bool
) -> None:
    from losscli.parallel.dask import Cluster

    stream = Cut(1_700, relative)
    asked, show = request(name, params, like=like), Show("default", by_loss=True)
    here = score_of(asked, stream, show=show)
    there = score_of(asked, stream, run=Run(Cluster(client)), show=show)
    assert facts(there) == facts(here)
    assert [remark.text for remark in there.remarks] == [remark.text for remark in here.remarks]


def test_many_losses_in_one_pass(client: Any, table: Path, data: dict[str, Array]) -> None:
    from losscli import cluster

    losses = ["mae", "mse", "rmse", "wape", "logcosh", "max_error"]
    there = cluster.compare(losses, str(table), true="y", pred="p,q", weight="w", by="g", client=client)
    here = compare(
        request(losses),
        cluster._source(None, str(table), "y", "p,q", "w", "g", truth=True, models=True),  # type: ignore[arg-type]
    )
    assert [facts(score) for score in there.scores] == [facts(score) for score in here.scores]
    for ours, theirs in zip(there.scores, here.scores, strict=True):
        one, other = ours.groups, theirs.groups
        assert one is not None
        assert other is not None
        assert (one.labels, one.n.tolist()) == (other.labels, other.n.tolist())
        np.testing.assert_allclose(one.value, other.value, rtol=1e-14)
    for score in there.scores:
        error, weight = np.abs(data["y"] - data[score.model or ""]), data["w"]
        exact = {
            "mae": lambda e, w: np.average(e, weights=w),
            "rmse": lambda e, w: np.sqrt(np.average(e * e, weights=w)),
            "max_error": lambda e, w: e[w > 0].max(),
        }.get(score.loss)
        if exact is None or score.groups is None:
            continue
        assert score.value == close(float(exact(error, weight)), 1e-12)
        for (label,), n, value in zip(
            *(getattr(score.groups, k) for k in ("labels", "n", "value")), strict=True
        ):
            own = data["g"] == label
            assert (n, value) == (own.sum(), close(float(exact(error[own], weight[own])), 1e-12))


@pytest.mark.parametrize("relative", [False, True], ids=["absolute", "relative"])
@pytest.mark.parametrize(("name", "value"), [("mae", math.inf), ("mae", math.nan), ("bce", 3.0)])
def test_a_complaint_is_the_same_line(client: Any, name: str, value: float, relative: bool) -> None:
    from losscli.parallel.dask import Cluster

    stream = Cut(1_700, relative, value)
    with pytest.raises(LosscliError) as here:
        score_of(request(name), stream)
    with pytest.raises(LosscliError) as there:
        score_of(request(name), stream, run=Run(Cluster(client)), show=Show("default"))
    assert (there.value.what, there.value.hint) == (here.value.what, here.value.hint)
    if name == "mae":
        assert str(ROWS - 6) in there.value.what  # rows count from 1


def test_a_killed_worker_changes_nothing(client: Any) -> None:
    from losscli.parallel.dask import Cluster

    stream = Cut(400, relative=True, slow=0.02)
    pids = client.run(os.getpid)
    killer = threading.Timer(0.5, os.kill, (next(iter(pids.values())), signal.SIGKILL))
    killer.start()
    there = score_of(request("mae"), stream, run=Run(Cluster(client)), show=Show("default"))
    killer.join()
    here = score_of(request("mae"), stream, show=Show("default"))
    assert facts(there) == facts(here)
    client.wait_for_workers(2, timeout=30)
    assert set(client.run(os.getpid).values()) != set(pids.values())


def test_a_dask_frame_and_dask_arrays(client: Any, data: dict[str, Array]) -> None:
    from losscli import cluster

    pandas = pytest.importorskip("pandas")
    frames = pytest.importorskip("dask.dataframe")
    arrays = pytest.importorskip("dask.array")
    frame = frames.from_pandas(pandas.DataFrame(data), npartitions=7)
    here = library.compute("huber", data["y"], data["p"], data["w"], delta=0.7)
    by = {"true": "y", "pred": "p", "weight": "w", "by": "g"}
    of_frame = cluster.compute("huber", frame, **by, client=client, delta=0.7)
    assert of_frame.groups is not None
    assert sorted(of_frame.groups.labels) == [("east",), ("north",), ("south",)]
    error = np.abs(data["y"] - data["p"])
    costs = np.where(error <= 0.7, error**2 / 2, 0.7 * (error - 0.35))
    for (label,), n, value in zip(
        of_frame.groups.labels, of_frame.groups.n, of_frame.groups.value, strict=True
    ):
        own = data["g"] == label
        assert n == own.sum()
        assert value == close(float(np.average(costs[own], weights=data["w"][own])), 1e-12)
    assert here.value == close(float(np.average(costs, weights=data["w"])), 1e-12)
    chunked = {"y": 9000, "p": 7000, "w": 500}
    y, p, w = (arrays.from_array(data[name], chunks=size) for name, size in chunked.items())
    of_arrays = cluster.compute("huber", true=y, pred=p, weight=w, client=client, delta=0.7)
    for there in (of_frame, of_arrays):
        assert (there.n, there.value, there.divisor) == (here.n, here.value, here.divisor)
        worst = max(here.samples, key=lambda sample: (sample.loss or 0) * (sample.weight or 0))
        assert (there.samples[0].row, there.samples[0].loss) == (worst.row, worst.loss)
    holed = pandas.DataFrame({"y": [1.0] * 6, "p": [1, 2, None, 4, 5, 6]})
    with pytest.raises(LosscliError, match="row 3"):
        cluster.compute("mae", frames.from_pandas(holed, npartitions=3), true="y", pred="p", client=client)


def test_rows_in_a_matrix_come_from_arrays_parted_along_both_axes(client: Any) -> None:
    from losscli import cluster

    arrays = pytest.importorskip("dask.array")
    rng = np.random.default_rng(2)
    y, p = rng.random((2, 300, 6))
    y, p = y / y.sum(axis=1, keepdims=True), p / p.sum(axis=1, keepdims=True)
    parted = [arrays.from_array(array, chunks=chunks) for array, chunks in ((y, (100, 2)), (p, (70, 3)))]
    there = cluster.compute("cce", true=parted[0], pred=parted[1], client=client)
    assert there.value == library.compute("cce", y, p).value


@pytest.mark.parametrize("first", [False, True], ids=["classes last", "classes first"])
def test_positions_are_the_same_on_a_cluster(client: Any, first: bool) -> None:
    from losscli import cluster

    arrays = pytest.importorskip("dask.array")
    rng = np.random.default_rng(8)
    labels, logits = rng.integers(-1, 4, (300, 3)).astype(float), rng.normal(size=(300, 3, 4))
    labels[rng.random((300, 3)) < 0.1] = np.nan
    logs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    kept = labels >= 0
    wanted = -np.take_along_axis(logs, np.where(kept, labels, 0).astype(int)[..., None], -1)[..., 0][kept]
    pred = logits.transpose(0, 2, 1) if first else logits
    how: dict[str, Any] = {"from_logits": True, "ignore_class": -1, "missing": "drop"}
    here = library.compute("scce", labels, pred, **how)
    y, p = arrays.from_array(labels, chunks=(90, 2)), arrays.from_array(pred, chunks=(70, 2, 2))
    there = cluster.compute("scce", true=y, pred=p, client=client, **how)
    assert here.value == close(float(wanted.mean()), 1e-12)
    assert (there.value, there.divisor, there.divided_by) == (here.value, here.divisor, here.divided_by)


def test_what_no_cluster_can_do_is_refused(client: Any, table: Path) -> None:
    from losscli import cluster
    from losscli.parallel.dask import Cluster

    with pytest.raises(LosscliError, match="holds every row at once"):
        cluster.compute("cox", str(table), true="y,z", pred="p", client=client)
    with pytest.raises(LosscliError, match="not every row"):
        score_of(request("mae"), Cut(10_000, False), run=Run(Cluster(client)))
    held = np.zeros(ROWS * 10)
    with pytest.raises(LosscliError, match="in this process's memory"):
        score_of(
            request("mae"),
            lambda: iter([Batch(held, {"y_pred": held})]),
            run=Run(Cluster(client)),
            show=Show(3),
        )


def test_a_part_that_fails_is_tried_again(client: Any, tmp_path: Path) -> None:
    from losscli.parallel.dask import Cluster

    class Shaky(Cut):
        def read(self, start: int) -> Iterator[Batch]:
            mark = tmp_path / "tried"
            if start and not mark.exists():
                mark.touch()
                raise OSError("the network is away")
            return super().read(start)

    there = score_of(request("mse"), Shaky(9_000, False), run=Run(Cluster(client)), show=Show(5))
    assert there.value == score_of(request("mse"), Cut(9_000, False), show=Show(5)).value
    assert (tmp_path / "tried").exists()


def test_the_command_line(client: Any, table: Path) -> None:
    line = ["compute", "mae", str(table), "--true", "y", "--pred", "p", "--format", "json"]
    here = losscli(*line)
    there = losscli(*line, "--engine", "dask", "--scheduler", client.scheduler.address)
    assert (there.returncode, there.stderr) == (0, "")
    assert json.loads(there.stdout) == json.loads(here.stdout)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--scheduler", "tcp://127.0.0.1:1"], "add --engine dask"),
        (["--engine", "dask", "--scheduler", "tcp://127.0.0.1:1"], "no Dask scheduler answers there"),
        (["--engine", "dask", "--scheduler", "nonsense://x"], "no Dask scheduler answers there"),
    ],
)
def test_a_wrong_scheduler_is_one_line(client: Any, table: Path, options: list[str], said: str) -> None:
    done = losscli("compute", "mae", str(table), "--true", "y", "--pred", "p", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_standard_input_is_refused(client: Any) -> None:
    done = losscli("compute", "mae", "-", "--engine", "dask", stdin="y_true,y_pred\n1,2\n")
    assert done.returncode == 2
    assert "no worker of a cluster can read it" in done.stderr


def test_a_query_of_a_database(client: Any, tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    from losscli import cluster

    path = tmp_path / "runs.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE runs (y_true REAL, y_pred REAL)")
        database.executemany("INSERT INTO runs VALUES (?, ?)", [(i, 2 * i) for i in range(100)])
        database.execute("CREATE VIEW few AS SELECT * FROM runs WHERE y_true < 10")
        database.commit()
    assert cluster.compute("mae", str(path), table="few", client=client).value == 4.5
    query = "SELECT * FROM runs WHERE y_true > 97"
    assert cluster.compare(["mae"], str(path), query=query, client=client).scores[0].value == 98.5
    with pytest.raises(LosscliError, match="table and query choose in a database"):
        cluster.compute("mae", pred=[1.0], query=query, client=client)
