"""Losses that hold every row: what they need is said, and refused beyond --max-memory while they come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.command import losscli
from support.requests import request

from losscli.analysis.compare import compare
from losscli.analysis.score import Run, Show
from losscli.analysis.score import score as score_of
from losscli.batch import Batch
from losscli.errors import LosscliError
from losscli.parallel import executor as chunks

ROWS = 1_000


class Endless:
    """Batches without end, which remembers how many it gave."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self) -> Iterator[Batch]:
        while True:
            self.given += 1
            yield Batch(
                np.arange(ROWS) % 10 * 1.0, {"y_pred": np.ones((ROWS, 4))}, first_row=self.given * ROWS
            )


@pytest.mark.parametrize("threads", [1, 2])
def test_too_many_rows_are_refused_while_they_come(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "cores", lambda: threads)
    stream = Endless()
    with pytest.raises(
        LosscliError, match=r"holds every row at once: the first [0-9]+ need about"
    ) as refused:
        score_of(request("triplet_semihard"), stream, run=Run(max_memory=100_000_000))
    assert "more than the 100 MB allowed" in refused.value.what
    assert "--max-memory 400M" in str(refused.value.hint)
    # 8·n² bytes of distances: 100 MB at about 3,500 rows; a few batches are under way
    assert 3 <= stream.given <= 12


def test_a_comparison_goes_on_without_the_loss_that_needs_too_much() -> None:
    def stream() -> Iterator[Batch]:
        yield Batch(np.zeros(ROWS), {"y_pred": np.ones(ROWS)})

    found = compare(request(["mae", "medae"]), stream, run=Run(max_memory=1_000), skip_unfit=True)
    assert [score.loss for score in found.scores] == ["mae"]
    (refusal,) = found.refused
    assert "holds every row at once" in refusal.why


def test_losses_of_single_rows_need_no_memory_that_counts() -> None:
    def stream() -> Iterator[Batch]:
        yield Batch(np.zeros(ROWS), {"y_pred": np.ones(ROWS)})

    for name in ("mae", "rmse"):
        assert score_of(request(name), stream, run=Run(max_memory=1), show=Show(0)).value == 1.0


def test_much_memory_is_said_and_little_is_not(tmp_path: Path) -> None:
    for rows, said in ((3_000_000, True), (100, False)):
        np.save(tmp_path / "y.npy", np.zeros(rows))
        given = ("--true", f"@{tmp_path / 'y.npy'}", "--pred", f"@{tmp_path / 'y.npy'}")
        told = losscli("compute", "medae", *given, "--format", "json")
        remarks = [remark["text"] for remark in json.loads(told.stdout)["remarks"]]
        assert any("every row was held at once, in about" in remark for remark in remarks) == said


@pytest.mark.parametrize(
    "command", [("compute", "medae"), ("compare", "--losses", "medae"), ("check", "--loss", "medae")]
)
def test_the_option_of_the_command_line(command: tuple[str, ...]) -> None:
    given = (*command, "--true", "1,2,3", "--pred", "1,2,4")
    refused = losscli(*given, "--max-memory", "100")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "median_absolute_error holds every row at once: the first 3 need about" in refused.stderr
    assert losscli(*given, "--max-memory", "1.5MB").returncode == 0


@pytest.mark.parametrize("command", ["check", "recommend"])
def test_a_text_that_they_hold_whole_has_the_same_limit(command: str, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"y_true": [1.5, 2.5] * 50_000, "y_pred": [3.5, 3.0] * 50_000}))
    refused = losscli(command, str(path), "--max-memory", "2M")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "t.json is held whole, and has more than 500 KB" in refused.stderr
    assert "check and recommend allow more: --max-memory 8M" in refused.stderr
    assert losscli(command, str(path), "--max-memory", "8M").returncode < 2


def test_the_size_that_is_advised_is_enough() -> None:
    values = ",".join(map(str, range(500)))
    given = ("compute", "medae", "--true", values, "--pred", values, "--max-memory")
    advised = losscli(*given, "100").stderr.partition("allow more: --max-memory ")[2].partition(",")[0]
    assert losscli(*given, advised).returncode == 0


@pytest.mark.parametrize("size", ["lots", "5X", "", "nan", "inf", "-1G", "1e400"])
def test_what_is_no_size_is_refused(size: str) -> None:
    done = losscli("compute", "mse", "--true", "1", "--pred", "1", f"--max-memory={size}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f'losscli: --max-memory "{size}" is not a size\n')
