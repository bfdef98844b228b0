"""Writers of every format, killed: a short run of `python tests/hostile kill`."""

from __future__ import annotations

import signal
import sys

import pytest
from hostile.kill import ENDINGS, Killed, Told, kill

pytest.importorskip("matplotlib")
pytest.importorskip("pyarrow")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux")


def test_a_killed_writer_leaves_the_old_file_or_the_new_one() -> None:
    told = kill(len(ENDINGS), seed=5)
    assert not told.wrong, told.table()
    assert {one.ending for one in told.seen} == set(ENDINGS)
    assert {one.number for one in told.seen} == {
        *(signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL)
    }


def test_the_table_counts_and_names_what_is_wrong() -> None:
    seen = [Killed(signal.SIGTERM, "csv", "old"), Killed(signal.SIGTERM, "csv", "neither", "half of it")]
    *_, wrong, last = Told(seen).table().splitlines()
    assert wrong == "WRONG csv SIGTERM: half of it"
    assert last == "2 writers of 1 formats, 1 wrong"
