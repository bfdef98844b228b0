"""A file that changes while a cluster's workers read it, who cannot know in what state it was found."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.requests import request

from losscli.analysis.score import Run, Show, score
from losscli.batch import Chunk
from losscli.data import open_table
from losscli.errors import LosscliError
from losscli.parallel.dask import pack
from losscli.parallel.executor import Executor


class Elsewhere(Executor):
    """Works on chunks that were sent, after `change` was called."""

    local = False

    def __init__(self, change: Any) -> None:
        self.change = change

    def in_order(self, chunks: Iterator[Chunk], work: Any) -> Iterator[Any]:
        sent = [pack(chunk) for chunk in chunks]
        self.change()
        yield from (work(pickle.loads(each)) for each in sent)


def written(path: Path, pred: int) -> None:
    path.write_text("y_true,y_pred\n" + f"0,{pred}\n" * 300_000)


@pytest.mark.parametrize("several", [False, True])
def test_it_is_refused(several: bool, tmp_path: Path) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    written(path, 1)
    written(other, 1)
    source = open_table([str(path), str(other)] if several else str(path)).select(
        None, None, None, truth=True, models=False
    )
    run = Run(Elsewhere(lambda: None))
    assert score(request("mae"), source, run=run, show=Show(0)).value == 1

    def change() -> None:
        new = tmp_path / "new"
        written(new, 3)
        os.replace(new, path)

    with pytest.raises(LosscliError, match=r"a\.csv changed while it was read"):
        score(request("mae"), source, run=Run(Elsewhere(change)), show=Show(0))
