"""Recorded screens at 60, 80 and 120 columns, replayed: what a person sees, looked at before it was kept.

LOSSCLI_RECORD=1 pytest tests/render/test_screens.py records them anew; read what changed before you keep it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.command import ROOT

from losscli.cli.app import run
from losscli.render.text import width_of

SCREENS = Path(__file__).parent.parent / "screens"
WIDTHS = (60, 80, 120)
LINES: dict[str, list[str]] = {
    "compute": ["compute", "huber", "--true", "3,-0.5,2,7", "--pred", "2.5,0,2,10"],
    "compute-keras": ["compute", "bce", "--true", "1,0,1", "--pred", "0.9,1,0.6", "--like", "keras"],
    "compute-infinite": ["compute", "bce", "--true", "1,0,1", "--pred", "0.9,1,0.6"],
    "compute-file": ["compute", "mse", "examples/diabetes.csv", "--pred", "ridge", "--rows", "5"],
    "compute-gradient": [
        "compute",
        "mae",
        "--true",
        "1,2,3",
        "--pred",
        "1,3,1",
        "--weight",
        "1,2,1",
        "--gradient",
    ],
    "compute-classes": ["compute", "scce", "examples/digits.jsonl", "--rows", "4"],
    "compute-statistic": ["compute", "dice", "--true", "1,1,0,0", "--pred", "0.9,0.6,0.3,0.1"],
    "compute-batch": ["compute", "triplet_semihard", "examples/embeddings.npz"],
    "compute-boxes": ["compute", "giou", "examples/boxes.json", "--rows", "3"],
    "compare": [
        "compare",
        "examples/diabetes.csv",
        "--pred",
        "ridge,forest,boosting",
        "--losses",
        "mae,mse,logcosh",
    ],
    "compare-one": [
        "compare",
        "examples/sunspots.csv",
        "--pred",
        "ar_mean",
        "--losses",
        "mae,rmse,mape",
        "--skip-unfit",
    ],
    "compute-steps": ["compute", "huber", "--true", "3,-0.5,2,7", "--pred", "2.5,0,2,10", "--steps"],
    "compute-steps-keras": [
        "compute",
        "bce",
        "examples/breast_cancer.csv",
        "--pred",
        "forest",
        "--like",
        "keras",
        "--class-weight",
        "balanced",
        "--steps",
    ],
    "compute-steps-statistic": [
        "compute",
        "dice",
        "--true",
        "1,1,0,0",
        "--pred",
        "0.9,0.6,0.3,0.1",
        "--steps",
    ],
    "compute-steps-batch": [
        "compute",
        "triplet_semihard",
        "--true",
        "0,0,1",
        "--pred",
        "[[0,1],[1,0],[2,2]]",
        "--steps",
    ],
    "compute-why": [
        "compute",
        "bce",
        "examples/breast_cancer.csv",
        "--pred",
        "forest",
        "--rows",
        "0",
        "--why",
    ],
    "compare-why": [
        "compare",
        "examples/diabetes.csv",
        "--pred",
        "ridge,forest",
        "--losses",
        "mae,mape",
        "--why",
    ],
    "check": ["check", "examples/breast_cancer.csv", "--pred", "boosting,logistic_logit", "--loss", "bce"],
    "check-clean": ["check", "examples/sunspots.csv", "--pred", "ar_mean"],
    "recommend": ["recommend", "examples/sunspots.csv", "--pred", "ar_mean"],
    "recommend-task": ["recommend", "--task", "segmentation"],
    "plot": ["plot", "mse", "mae", "huber", "logcosh"],
    "plot-labels": ["plot", "bce"],
    "plot-data": ["plot", "huber", "-p", "delta=50", "--data", "examples/diabetes.csv", "--pred", "ridge"],
    "explain": ["explain", "huber"],
    "explain-bce": ["explain", "bce"],
    "list": ["list", "--family", "binary"],
    "compute-by": ["compute", "mae", "examples/diabetes.csv", "--pred", "ridge", "--by", "sex"],
    "compute-by-sum": [
        "compute",
        "huber",
        "examples/diabetes.csv",
        "--pred",
        "ridge",
        "--by",
        "sex",
        "--reduction",
        "sum",
    ],
    "compare-by": [
        "compare",
        "examples/diabetes.csv",
        "--pred",
        "ridge,forest",
        "--losses",
        "mae,mse",
        "--by",
        "sex",
        "--reduction",
        "sum",
    ],
}
# Pages that fold as those above do: at 80 columns alone.
AT_80: dict[str, list[str]] = {
    # Advice for each kind of data, and what makes a number that is worse than a constant, weighted, negative.
    "recommend-normal": ["recommend", "examples/diabetes.csv", "--pred", "ridge"],
    "recommend-truth": ["recommend", "examples/diabetes.csv", "--true", "y_true"],
    "recommend-logits": ["recommend", "examples/breast_cancer.csv", "--pred", "logistic_logit"],
    "recommend-classes": ["recommend", "examples/digits.jsonl"],
    "recommend-intervals": ["recommend", "examples/sunspots.csv", "--pred", "ar_lower,ar_upper"],
    "recommend-spread": ["recommend", "examples/sunspots.csv", "--pred", "ar_mean,ar_sd"],
    "recommend-quantile": ["recommend", "examples/diabetes.csv", "--pred", "ridge", "--quantile", "0.9"],
    "recommend-vectors": ["recommend", "examples/embeddings.npz"],
    "recommend-boxes": ["recommend", "examples/boxes.json"],
    "recommend-tasks": ["recommend", "--task", "list"],
    "why-worse": ["compute", "mae", "--true", "1,2,3,4", "--pred", "4,3,2,0", "--why"],
    "why-weighted": [
        *("compute", "mae", "--true", "0,0,0,0", "--pred", "1,-2,14,3"),
        *("--weight", "1,20,1,1", "--why"),
    ],
    "why-negative": ["compute", "poisson", "--true", "5,1,9", "--pred", "4,2,1", "--why"],
    "why-statistic": ["compute", "rmse", "examples/diabetes.csv", "--pred", "forest", "--why"],
    "why-by": ["compute", "mae", "examples/diabetes.csv", "--pred", "forest", "--by", "sex", "--why"],
    "why-compared": [
        *("compare", "examples/sunspots.csv", "--pred", "ar_mean", "--losses", "mae,mse,rmse", "--why")
    ],
    # Parity: an example, rows that are clipped, a divisor, what a call does not take, a rescaled row.
    "parity": ["parity", "huber"],
    "parity-clipped": ["parity", "bce", "--true", "1,0,1", "--pred", "0.9,1,0.2"],
    "parity-weighted": [
        *("parity", "mse", "--true", "1,2", "--pred", "2,4", "--weight", "1,3"),
    ],
    "parity-logits": [
        *("parity", "binary_focal", "--true", "1,0", "--pred", "2,-1", "--from-logits"),
    ],
    "parity-file": ["parity", "scce", "examples/digits.jsonl"],
    "parity-boxes": ["parity", "giou", "examples/boxes.json"],
}
# check of several faults.
FAULTY: dict[str, list[str]] = {
    "check-values": ["--true", "3.5,nan,2,-9999,7,4.25,1", "--pred", "2.5,0,inf,1,7,4,1.5"],
    "check-labels": [
        *("--true", "1,2,3,1,2,3", "--loss", "scce", "--pred"),
        "[[0.2,0.3,0.5],[0.2,0.3,0.5],[0.9,0.1,0],[0.2,0.7,0.1],[0.3,0.3,0.3],[0.1,0.2,0.7]]",
    ],
    "check-scale": ["--true", "10.5,21,30.5,44,52,61", "--pred", "10400,21500,30000,44000,51000,60500"],
    "check-reversed": ["--true", "0,1,0,1,0,1,0,1,0,1", "--pred", ".9,.1,.7,.2,.8,.3,.6,.4,.85,.15"],
    "check-amounts": ["--true", "3,0,-2,5,1,2", "--pred", "2.5,0.5,1,0,1.5,-1", "--loss", "poisson"],
    "check-logits": ["--true", "0,1,1,0", "--pred", "[-2.5,3,95,-4]", "--loss", "bce", "--from-logits"],
}
AT_80 |= {name: ["check", *line] for name, line in FAULTY.items()}
FINDINGS = {"check", *FAULTY}
SHOWN = [*((name, width) for name in LINES for width in WIDTHS), *((name, 80) for name in AT_80)]


@pytest.mark.parametrize(("name", "width"), SHOWN)
def test_a_recorded_screen(
    name: str, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    assert run([*(LINES | AT_80)[name], "--format", "table"]) == (name in FINDINGS)  # 1: there are some
    screen = "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines()) + "\n"
    kept = SCREENS / f"{name}-{width}.txt"
    if os.environ.get("LOSSCLI_RECORD"):
        kept.write_text(screen, encoding="utf-8")
    assert screen == kept.read_text(encoding="utf-8")
    assert max(map(width_of, screen.splitlines())) <= width


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "json", "markdown"])
def test_recorded_rows(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    line = ["compute", "mse", "--true", "1,2,4", "--pred", "1,3,2", "--weight", "1,2,1", "--gradient"]
    assert run([*line, "--format", form]) == 0
    shown, kept = capsys.readouterr().out, SCREENS / f"compute-rows.{form}.txt"
    if os.environ.get("LOSSCLI_RECORD"):
        kept.write_text(shown, encoding="utf-8")
    assert shown == kept.read_text(encoding="utf-8")
