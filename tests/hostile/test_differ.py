"""Every loss by two ways, held against the library: a short run of `python tests/hostile differ`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile.differ import Answer, compared, differences, ways
from support.engines import Server, by_threads, processes

import losscli

pytest.importorskip("pyarrow")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with processes() as server:
        yield server


@pytest.mark.parametrize("name", losscli.names())
def test_every_way_to_a_loss(
    name: str, server: Server, client: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def threads(*line: str) -> Any:
        return by_threads(monkeypatch, *line)

    at = losscli.names().index(name)
    runs = ways(threads, server, client.scheduler.address)
    runs = {way: runs[way] for way in ("at once", ("threads", "processes", "dask")[at % 3])}
    seen = list(compared(name, at, tmp_path, runs, all_formats=False))
    assert seen
    assert not [f"{way}: {found}" for way, found in seen if found]


def test_a_difference_is_seen_wherever_it_is() -> None:
    right = Answer(1.0, {1: 0.5, 2: None}, {1: [0.0, 1e300], 2: [1.0, 2.0]})
    assert not differences(right, Answer(1.0 + 1e-13, {2: None}, {}), every=False)
    assert differences(right, Answer(1.0 + 1e-11, {}, {}), every=False) == ["value"]
    assert differences(right, Answer(1.0, {1: 0.4, 2: 1.0}, right.gradients), every=True) == [
        "losses, row 1",
        "losses, row 2",
    ]
    wrong = {1: [0.0, "Infinity"]}
    assert differences(right, Answer(1.0, right.losses, wrong), every=True) == [
        "gradients: 1 rows for 2",
        "gradients, row 1",
    ]
