"""The examples that help shows are run, as they stand there, in a copy of examples/."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.command import LOSSCLI, ROOT, environment

from losscli.cli import app, check, code, compare, compute, explain, listing, parity, plot, recommend

PAGES = (app, compute, explain, compare, parity, check, plot, recommend, code, listing)
EXAMPLES = [line for page in PAGES for line in page.EXAMPLES.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("anywhere")
    shutil.copytree(ROOT / "examples", folder / "examples")
    return folder


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_works(example: str, folder: Path) -> None:
    shell = f'losscli() {{ "{LOSSCLI[0]}" -m losscli "$@"; }}\n{example}'
    before = set(folder.iterdir())
    done = subprocess.run(
        ["bash", "-c", shell],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env=environment(),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    # What is not printed has been written to the file that the example names.
    assert done.stdout or all(file.name in example for file in set(folder.iterdir()) - before)
    # Beside a file of every row's value the result is printed.
    assert bool(done.stdout) != ("--output" in example and not example.endswith((".npy", ".parquet")))
