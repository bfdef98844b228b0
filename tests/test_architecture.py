"""The rooms of the house, held by the imports that the source states (those for type checkers too)."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest
from support.command import ROOT, environment

PACKAGE = ROOT / "losscli"
RECORDS = {"batch", "errors", "labels", "results"}

# Room or module → what of losscli it may import besides itself, and which third-party packages.
MAY_IMPORT: dict[str, tuple[set[str], set[str]]] = {
    "batch": ({"labels"}, {"numpy"}),
    "labels": (set(), {"numpy"}),
    "errors": (set(), set()),
    "results": (set(), {"numpy"}),
    "losses": ({"errors"}, {"numpy"}),
    "conventions": ({"losses", "errors"}, {"numpy"}),
    "formula": ({"losses", "errors"}, {"numpy"}),
    "catalogue": ({"losses", "conventions", "formula", "results", "errors"}, {"yaml"}),
    "data": ({"batch", "labels", "errors"}, {"numpy", "polars", "pyarrow", "duckdb", "python_calamine"}),
    "engine": ({"losses", "conventions", "__init__", *RECORDS}, {"numpy"}),
    "render": ({"results", "errors"}, {"rich"}),
    "write": ({"results", "errors"}, {"numpy", "polars", "pyarrow"}),
    "arrays": ({"engine", "batch", "labels", "errors"}, {"numpy"}),
    "api": (
        {
            "losses",
            "conventions",
            "catalogue",
            "engine",
            "arrays",
            "curves",
            "contrast",
            "__init__",
            *RECORDS,
        },
        {"numpy"},
    ),
    "contrast": ({"conventions", "catalogue", "engine", "api", "__init__", *RECORDS}, {"numpy"}),
    "cluster": ({"data", "engine", "api", "contrast", *RECORDS}, {"numpy"}),
    "frameworks": (
        {"losses", "conventions", "catalogue", "engine", "api", "arrays", "live", "__init__", *RECORDS},
        {"numpy"},
    ),
    "advice": ({"losses", "engine", "arrays", "__init__", *RECORDS}, {"numpy", "yaml"}),
    "profile": ({"losses", *RECORDS}, {"numpy"}),
    "checkup": (
        {"profile", "losses", "conventions", "engine", "api", "arrays", "__init__", *RECORDS},
        {"numpy"},
    ),
    "reasons": (
        {"losses", "catalogue", "engine", "api", "arrays", *RECORDS},
        {"numpy"},
    ),
    "curves": (
        {"losses", "conventions", "catalogue", "engine", "api", "arrays", "__init__", *RECORDS},
        {"numpy"},
    ),
    "snippets": (
        {"losses", "conventions", "catalogue", "formula", "api", "__init__", *RECORDS},
        {"numpy"},
    ),
    "arithmetic": (
        {"losses", "conventions", "catalogue", "engine", "formula", "api", "arrays", "__init__", *RECORDS},
        {"numpy"},
    ),
    "live": ({"losses", "conventions", "engine"}, {"numpy"}),
    "cli": (
        {
            "losses",
            "checkup",
            "cluster",
            "curves",
            "data",
            "catalogue",
            "render",
            "write",
            "api",
            "contrast",
            "arithmetic",
            "reasons",
            "snippets",
            "frameworks",
            "advice",
            "__init__",
            *RECORDS,
        },
        {"typer", "rich"},
    ),
    "__init__": (
        {
            "cluster",
            "snippets",
            "curves",
            "checkup",
            "advice",
            "api",
            "arithmetic",
            "reasons",
            "frameworks",
            "errors",
        },
        set(),
    ),
    "__main__": ({"cli"}, set()),
}


def sources(room: str) -> list[str]:
    folder = PACKAGE / room
    files = folder.rglob("*.py") if folder.is_dir() else [folder.with_suffix(".py")]
    return [file.read_text(encoding="utf-8") for file in files]


def imported(source: str) -> set[str]:
    """Dotted names of the modules that a source file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            if node.module == "losscli":
                found.update(f"losscli.{alias.name}" for alias in node.names)
            else:
                found.add(str(node.module))
    return found


def test_every_room_has_its_rule() -> None:
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or any(path.rglob("*.py"))}
    assert rooms == set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_the_design_lets_it(room: str) -> None:
    rooms, packages = MAY_IMPORT[room]
    for module in set().union(*map(imported, sources(room))):
        top, _, rest = module.partition(".")
        if top == "losscli":
            # `from losscli import __version__` names no room: it is the package itself
            other = rest.partition(".")[0]
            other = other if other in MAY_IMPORT else "__init__"
            assert other in {room, *rooms}, f"{room} imports {module}"
        else:
            assert top in {"__future__", *sys.stdlib_module_names, *packages}, f"{room} imports {module}"


@pytest.mark.parametrize("first", ["data", "engine", "catalogue", "render"])
@pytest.mark.parametrize("second", ["data", "engine", "catalogue", "render"])
def test_the_four_sides_never_import_one_another(first: str, second: str) -> None:
    if first != second:
        assert second not in MAY_IMPORT[first][0]


def test_importing_losscli_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'rich', 'yaml', 'typer'}"
    code = f"import sys, losscli; losscli.__version__; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_computation_imports_only_what_it_uses() -> None:
    unused = {"rich", "json", "csv", "concurrent.futures", "tempfile", "numpy.typing"}
    ours = ("contrast", "results.comparison", "results.parity", "data.tables", "conventions.calls")
    unused |= {f"losscli.{name}" for name in (*ours, "losses.binary", "cli.compare", "reasons")}
    code = "import sys; from losscli.cli.app import run; run(sys.argv[1:]); print(*sys.modules, sep='\\n')"
    line = ["compute", "mse", "--true", "1,2", "--pred", "1,3"]
    done = subprocess.run(
        [sys.executable, "-c", code, *line], capture_output=True, text=True, env=environment(), check=True
    )
    loaded = set(done.stdout.splitlines())
    assert {"numpy", "losscli.api", "losscli.losses.regression"} <= loaded
    assert not unused & loaded
