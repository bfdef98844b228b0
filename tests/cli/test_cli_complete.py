"""What the shell offers, checked against what the code knows; and how little it imports for it."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml
from support import inside
from support.command import ROOT, environment

from losscli import frameworks as conventions
from losscli.catalogue import registry


def complete(line: str, *flags: str) -> subprocess.CompletedProcess[str]:
    """What bash is told when <TAB> is pressed at the end of `line`."""
    return subprocess.run(
        [sys.executable, *flags, "-m", "losscli"],
        capture_output=True,
        encoding="utf-8",
        env=environment(
            _LOSSCLI_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(line.split(" ")) - 1)
        ),
        cwd=ROOT,
        check=True,
    )


def offered(line: str) -> list[str]:
    """The same words, found in this process."""
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    return inside.losscli(**{"_LOSSCLI_COMPLETE": "complete_bash", **asked}).stdout.split()


def test_loss_names() -> None:
    assert complete("losscli compute ").stdout.split() == registry.names()
    assert offered("losscli compute ") == registry.names()
    assert offered("losscli explain hu") == ["huber"]
    assert offered("losscli explain BCEWith") == ["BCEWithLogitsLoss"]
    assert offered("losscli compare x.csv --losses mae,neg_mean_sq") == [
        "mae,neg_mean_squared_error",
        "mae,neg_mean_squared_log_error",
    ]
    assert offered("losscli compute AU") == []  # no loss
    assert offered("losscli compute reg:sq") == []  # a shell parts it at the colon
    assert offered("losscli compare x.csv --losses mae,hu") == ["mae,huber"]
    assert "mae,mae" not in offered("losscli compare x.csv --losses mae,m")


@pytest.mark.parametrize("option", ["--true", "--pred", "--weight", "--by", "--key"])
def test_columns_are_those_of_the_file_on_the_line(option: str) -> None:
    columns = (ROOT / "examples" / "diabetes.csv").read_text().partition("\n")[0].split(",")
    assert offered(f"losscli compute mae examples/diabetes.csv {option} ") == columns
    assert offered(f"losscli compute mae examples/diabetes.csv {option} ridge,fo") == ["ridge,forest"]
    if option != "--by":
        assert offered(f"losscli plot mae --data examples/diabetes.csv {option} ") == columns
    assert offered(f"losscli compute mae {option} ") == []
    assert offered(f"losscli compute mae none.csv {option} ") == []


def test_frameworks() -> None:
    assert offered("losscli compute mse --like ") == ["exact", *sorted(conventions.FRAMEWORKS)]


def test_families_and_properties() -> None:
    assert offered("losscli list --family ") == sorted(registry.families())
    pages = [yaml.safe_load(page.read_text()) for page in registry.CATALOGUE.glob("*/*.yaml")]
    named = {
        name if isinstance(name, str) else next(iter(name)) for page in pages for name in page["properties"]
    }
    assert offered("losscli list --property ") == sorted(named)


@pytest.mark.parametrize("name", registry.names())
def test_parameters_are_those_of_the_loss_on_the_line(name: str) -> None:
    assert offered(f"losscli compute {name} -p ") == sorted(f"{p}=" for p in registry.get(name).parameters)


def test_parameters_of_compare_are_those_of_its_losses() -> None:
    assert offered("losscli compare x.csv --losses huber,quantile,mse -p ") == ["delta=", "q="]


def test_choices() -> None:
    assert offered("losscli compute mse --format j") == ["json", "jsonl"]
    assert offered("losscli compute mse --missing ") == ["refuse", "drop", "propagate"]
    assert offered("losscli compute mse --reduction ") == ["mean", "sum", "none"]


HEAVY = ("numpy", "yaml", "rich")


def heavy(importtime: str) -> list[str]:
    """Which heavy packages a report of `python -X importtime` names."""
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in importtime.splitlines()}
    return sorted(modules & set(HEAVY))


@pytest.mark.parametrize(
    "line",
    [
        "losscli compute ",
        "losscli compute huber -p ",
        "losscli compute mse --like ",
        "losscli list --property ",
        "losscli compare --losses mae,",
    ],
)
def test_completion_imports_nothing_heavy(line: str) -> None:
    assert heavy(complete(line, "-X", "importtime").stderr) == []


@pytest.mark.parametrize("arguments", [["--help"], ["compute", "-h"], ["--version"], ["compare"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "losscli", *arguments],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        cwd=ROOT,
        check=True,
    )
    assert heavy(done.stderr) == []


def test_the_measure_of_heavy_imports_sees_them() -> None:
    code = [sys.executable, "-X", "importtime", "-c", "import yaml, numpy, rich.table"]
    assert heavy(subprocess.run(code, capture_output=True, text=True, check=True).stderr) == sorted(HEAVY)
