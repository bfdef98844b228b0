"""The rooms of the house, held by the imports that the source states (those for type checkers too)."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from support.command import ROOT, environment

from losscli import frameworks
from losscli.data import formats as data_formats
from losscli.render import formats as render_formats

PACKAGE = ROOT / "losscli"
RECORDS = {"batch", "classes", "errors", "integers", "results", "rows", "sizes", "version"}

# Room → the other rooms it may import, and which third-party packages; anywhere in a file, for types too.
# No room imports one that stands further down.
MAY_IMPORT: dict[str, tuple[set[str], set[str]]] = {
    "errors": (set(), set()),
    "version": (set(), set()),
    "rows": (set(), set()),
    "sizes": ({"errors"}, set()),
    "integers": (set(), {"numpy"}),
    "classes": ({"errors", "rows"}, set()),
    "batch": ({"classes", "errors"}, {"numpy"}),
    "results": (set(), {"numpy"}),
    "losses": ({"errors"}, {"numpy"}),
    "stats": (set(), {"numpy"}),
    "frameworks": ({"losses", "errors"}, {"numpy"}),
    "formula": ({"losses", "errors"}, {"numpy"}),
    "parallel": ({"batch", "errors"}, {"numpy", "dask"}),
    "catalogue": ({"losses", "frameworks", "formula", "results", "errors"}, {"yaml"}),
    "data": (
        {"batch", "classes", "errors", "integers", "rows", "sizes"},
        {"numpy", "polars", "pyarrow", "duckdb", "python_calamine", "dask"},
    ),
    "engine": ({"losses", "frameworks", "parallel", "stats", *RECORDS}, {"numpy"}),
    "render": ({"results", "errors"}, {"rich", "numpy", "polars", "pyarrow"}),
    "analysis": (
        {"losses", "stats", "frameworks", "formula", "parallel", "catalogue", "engine", *RECORDS},
        {"numpy", "yaml"},
    ),
    "arrays": ({"batch", "classes", "errors", "integers", "results", "rows"}, {"numpy"}),
    "advice": ({"analysis", "arrays", "engine", *RECORDS}, {"numpy"}),
    "api": ({"advice", "analysis", "arrays", "catalogue", "engine", "losses", *RECORDS}, {"numpy"}),
    "cluster": ({"analysis", "catalogue", "data", "engine", "losses", "parallel", *RECORDS}, set()),
    "__init__": ({"api", "cluster", "errors", "version"}, set()),
    "cli": (
        {"api", "cluster", "analysis", "catalogue", "data", "frameworks", "losses", "parallel", "render"}
        | RECORDS,
        {"typer", "rich"},
    ),
    "__main__": ({"cli"}, set()),
}
# Inside of analysis/ a room answers one question; these they may share.
SHARED_ANALYSES = {"request", "levels", "score", "compare", "profile"}


def module_of(file: Path) -> str:
    """losscli.engine.fold, of losscli/engine/fold.py."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(file): file for file in PACKAGE.rglob("*.py")}


@cache
def imported(module: str) -> frozenset[str]:
    """Dotted names of the modules that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found.update(name if name in MODULES else str(node.module) for name in names)
    return frozenset(found)


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def test_every_room_has_its_rule() -> None:
    assert {room_of(module) for module in MODULES} == set(MAY_IMPORT)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_what_the_design_lets_it(module: str) -> None:
    rooms, packages = MAY_IMPORT[room_of(module)]
    for name in imported(module):
        if name.partition(".")[0] == "losscli":
            assert room_of(name) in {room_of(module), *rooms}, f"{module} imports {name}"
        else:
            known = {"__future__", *sys.stdlib_module_names, *packages}
            assert name.partition(".")[0] in known, f"{module} imports {name}"


def test_no_arrow_leads_upwards() -> None:
    order = list(MAY_IMPORT)
    for room, (rooms, _) in MAY_IMPORT.items():
        assert all(order.index(other) < order.index(room) for other in rooms), room


def test_an_analysis_leaves_the_others_alone() -> None:
    for module in MODULES:
        if module.startswith("losscli.analysis."):
            own = module.split(".")[2]
            others = {name.split(".")[2] for name in imported(module) if name.startswith("losscli.analysis.")}
            assert others <= {own, *SHARED_ANALYSES}, module


def test_there_is_no_circle() -> None:
    graph = {module: set(imported(module) & set(MODULES)) - {module} for module in MODULES}
    while free := {module for module, others in graph.items() if not others}:
        graph = {module: others - free for module, others in graph.items() if module not in free}
    assert not graph, f"circles among {sorted(graph)}"


def test_a_class_name_stands_for_one_thing() -> None:
    classes = [
        node.name.lstrip("_")
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef)
    ]
    assert len(classes) > 200
    assert [name for name, times in Counter(classes).items() if times > 1] == []


def test_importing_losscli_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'rich', 'yaml', 'typer'}"
    code = f"import sys, losscli; losscli.__version__; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_computation_imports_only_what_it_uses() -> None:
    unused = {"rich", "json", "csv", "concurrent.futures", "tempfile", "numpy.typing"}
    ours = ("results.compare", "results.parity", "data.tables", "frameworks.writing")
    unused |= {
        f"losscli.{name}"
        for name in (*ours, "losses.binary", "cli.compare", "analysis.compare", "analysis.why")
    }
    code = "import sys; from losscli.cli.app import run; run(sys.argv[1:]); print(*sys.modules, sep='\\n')"
    line = ["compute", "mse", "--true", "1,2", "--pred", "1,3"]
    done = subprocess.run(
        [sys.executable, "-c", code, *line], capture_output=True, text=True, env=environment(), check=True
    )
    loaded = set(done.stdout.splitlines())
    assert {"numpy", "losscli.analysis.score", "losscli.losses.regression"} <= loaded
    assert not unused & loaded


def test_a_small_csv_imports_no_reader_of_another_format(tmp_path: Path) -> None:
    file = tmp_path / "small.csv"
    file.write_text("y_true,y_pred\n1,2\n3,5\n")
    readers = ("frames", "jsontext", "heads", "layout", "quick", "lenient", "coding", "unread")
    unused = {*(f"losscli.data.{name}" for name in readers), "json", "polars", "pyarrow", "pandas"}
    unused |= {f"losscli.{name}" for name in ("classes.names", "engine.gradient", "stats.moments")}
    code = "import sys; from losscli.cli.app import run; run(sys.argv[1:]); print(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code, "compute", "mae", str(file)],
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    loaded = set(done.stdout.splitlines())
    assert "losscli.data.delimited" in loaded
    assert not unused & loaded


LISTS = ("losscli.data.formats", "losscli.render.formats", "losscli.frameworks")


def test_formats_and_frameworks_are_listed_in_one_place() -> None:
    """Nowhere else does a tuple, list, set or dict hold three of their names, or a help text name four."""
    names = {
        *{*data_formats.FORMATS, *render_formats.FORMATS},
        *{*frameworks.FRAMEWORKS, *frameworks.ARRAYS, *frameworks.BOOSTERS},
    }
    for module in set(MODULES) - set(LISTS):
        tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            entries = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
            listed = {entry.value for entry in entries if isinstance(entry, ast.Constant)} & names
            assert len(listed) < 3, (module, listed)
            if isinstance(node, ast.keyword) and node.arg == "help":
                texts = [text for text in ast.walk(node) if isinstance(text, ast.Constant)]
                told = {word for text in texts for word in words_of(text)} & names
                assert len(told) < 4, (module, told)


def words_of(text: ast.Constant) -> list[str]:
    """The words of a string, without the marks around them."""
    return [word.strip(".,;:()") for word in str(text.value).split()]
