"""losscli as it is installed: the wheel, in environments of its own, away from the checkout.

    python tests/matrix                   every Python here, every extra alone and none, lowest versions
    python tests/matrix --only none excel

Builds the sdist, of it the wheel, and installs that into a fresh environment for each row: each Python from
3.11 to 3.14 that the machine has; without any extra, with each alone, with all; with the lowest versions that
pyproject.toml allows. In each, README's lines run in a folder of data, and for each extra either what it is
for, or the one line that names it. Takes minutes and a package index; .ci/run leaves it
out. To be run where the tests run: the data is written with the libraries there.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
EXTRAS = [name for name in PROJECT["optional-dependencies"] if name not in ("all", "dev")]
MAKE = """
import numpy as np, pyarrow as pa, duckdb, openpyxl
from pyarrow import feather, parquet
rows = pa.table({"y": [1.0, 3.0], "p": [2.0, 5.0]})
parquet.write_table(rows, "t.parquet")
feather.write_feather(rows, "t.arrow")
with duckdb.connect("t.duckdb") as base:
    base.execute("create table t as select * from rows")
book = openpyxl.Workbook()
for row in (["y", "p"], [1, 2], [3, 5]):
    book.active.append(row)
book.save("t.xlsx")
"""
# What an extra is for → a line that needs it. Each gives 1.5 of the two rows, or a figure.
NEEDS = {
    "plot": "plot mse --output out.png",
    "data": "compute mae t.parquet --true y --pred p --format json",
    "data (arrow)": "compute mae t.arrow --true y --pred p --format json",
    "duckdb": "compute mae t.duckdb --true y --pred p --format json",
    "excel": "compute mae t.xlsx --true y --pred p --format json",
    "dask": "compute mae t.csv --true y --pred p --engine dask --format json",
}


class Row(NamedTuple):
    """An environment: a Python, the extras, and what pip is told beside them."""

    name: str
    python: str
    extras: tuple[str, ...] = ()
    lowest: bool = False

    @property
    def has(self) -> set[str]:
        """Every extra that comes, also by way of another."""
        known, todo = set[str](), list(self.extras)
        while todo:
            name = todo.pop()
            known.add(name)
            needed = PROJECT["optional-dependencies"][name]
            todo += [
                word for need in needed for word in re.findall(r"losscli\[(\w+)\]", need) if word not in known
            ]
        return known


def main() -> int:
    parser = argparse.ArgumentParser(
        "python tests/matrix", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", help="rows of these names")
    options = parser.parse_args()
    pythons = {version: path for version in PYTHONS if (path := found(version))}
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    rows = [Row(version, path, ("all",)) for version, path in pythons.items()]
    rows += [Row("none", sys.executable), *(Row(extra, sys.executable, (extra,)) for extra in EXTRAS)]
    rows += [Row("lowest", pythons.get("3.11", sys.executable), ("all",), lowest=True)]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="losscli-matrix-") as name:
        folder = Path(name)
        wheel = built(folder)
        data(folder)
        for row in rows:
            if not options.only or row.name in options.only:
                wrong = tried(row, wheel, folder)
                failed += bool(wrong)
                print(f"{row.name:8} Python {version_of(row.python):8} {wrong or 'passed'}", flush=True)
    for version in PYTHONS:
        if version not in pythons:
            print(f"{version:8} not on this machine")
    print(f"by Python {here}; {failed} failed")
    return 1 if failed else 0


def found(version: str) -> str | None:
    """A Python of this version: in the path, or pyenv's."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    roots = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [*map(str, sorted(roots.glob(f"{version}.*/bin/python"))), shutil.which(f"python{version}")]
    return next((path for path in candidates if path and version_of(path).startswith(version)), None)


def version_of(python: str) -> str:
    asked = [python, "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def environment(python: str, folder: Path, *packages: str) -> Path:
    """The Python of a fresh environment with these packages."""
    run([python, "-m", "venv", str(folder)])
    inside = folder / "bin" / "python"
    if packages:
        run([str(inside), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages])
    return inside


def run(line: list[str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A process that has to succeed, without this checkout in its path."""
    done = plain(line, cwd)
    if done.returncode:
        raise SystemExit(f"{' '.join(line)}\n{done.stderr[-2000:]}")
    return done


def plain(line: list[str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_"))}
    return subprocess.run(line, cwd=cwd, env=kept, capture_output=True, text=True, timeout=1200, check=False)


def built(folder: Path) -> Path:
    """The wheel of the sdist of the files that git knows; the sdist's own tests are beside it."""
    source = folder / "source"
    listed = run(["git", "ls-files"], ROOT).stdout.splitlines()
    for name in listed:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    python = environment(sys.executable, folder / "build", "build")
    run([str(python), "-m", "build", "-q", "--outdir", str(folder / "dist"), str(source)])
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    shutil.unpack_archive(sdist, folder / "sdist")
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def data(folder: Path) -> None:
    """The files of NEEDS, written with the libraries of the environment that this runs in."""
    (folder / "data").mkdir()
    run([sys.executable, "-c", MAKE], folder / "data")
    (folder / "data" / "t.csv").write_text("y,p\n1,2\n3,5\n")
    (unpacked,) = (folder / "sdist").iterdir()
    shutil.copytree(unpacked / "examples", folder / "data" / "examples")


def lowest(extras: set[str]) -> list[str]:
    """numpy==2.0.* and the like: the least that pyproject.toml allows of each library."""
    needs = [
        *PROJECT["dependencies"],
        *(need for name in extras for need in PROJECT["optional-dependencies"][name]),
    ]
    pairs = {match[1]: match[2] for need in needs if (match := re.match(r"([\w.-]+)>=([\d.]+)", need))}
    return [f"{name}=={version}.*" for name, version in pairs.items()]


def tried(row: Row, wheel: Path, folder: Path) -> str:
    """What is wrong with losscli in this environment; nothing where all is well."""
    wanted = f"{wheel}[{','.join(row.extras)}]" if row.extras else str(wheel)
    try:
        python = environment(
            row.python, folder / f"env-{row.name}", wanted, *(lowest(row.has) if row.lowest else [])
        )
    except SystemExit as error:
        return f"cannot be installed: {str(error).splitlines()[-1]}"
    command = str(python.parent / "losscli")
    wrong = []
    for line in readme():
        done = plain([command, *line], folder / "data")
        if done.returncode > 1 or "Traceback" in done.stderr:
            wrong.append(f"losscli {' '.join(line)}: {done.stderr.strip()[-200:]}")
    for need, text in NEEDS.items():
        extra = need.partition(" ")[0]
        done = plain([command, *text.split()], folder / "data")
        if extra in row.has:
            value = "json" not in text or (done.stdout and json.loads(done.stdout)["value"] == 1.5)
            if done.returncode or not value:
                wrong.append(f"{need}: {done.stderr.strip()[-200:]}")
        elif done.returncode != 2 or "Traceback" in done.stderr or f"losscli[{extra}]" not in done.stderr:
            wrong.append(f"without {need}: {done.stderr.strip()[-200:] or done.stdout[:80]}")
    return "; ".join(wrong)


def readme() -> list[list[str]]:
    """The command lines of README's block of commands."""
    text = (ROOT / "README.md").read_text("utf-8")
    return [shlex.split(line)[2:] for line in text.splitlines() if line.startswith("$ losscli ")]


if __name__ == "__main__":
    sys.exit(main())
