"""Options, as any two of them stand on a line together, and the table that such lines are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from support import oracle
from support.asked import columns, write
from support.oracle import Ask, Row

NAN = float("nan")
BY = ["region", "share"]  # the second is a word of the records' own

# ---- the data

P = [0.25, 0.5, 0.75, 0.125, 0.5, 0.5, 0.875, 0.25, 0.625, 0.5, 0.375, 0.125]
Q = [0.5, 0.25, 0.75, 0.25, 0.375, 0.5, 0.125, 0.75, 0.25, 0.875, 0.5, 0.625]
W = [1.0, 0.0, 2.0, 1.0, 3.0, 1.0, 0.0, 2.0, 1.0, 1.0, 4.0, 1.0]
CLASS = [0, 1, 2, 1, 0, 0, 2, 1, 1, 2, 0, 0]
NORTH = ["north", "south", "north", "(missing)", "east", "south"] * 2
TENTH = ["10", "9", "-1", "10"] * 3
KEYS = [f"k{i}" for i in range(12)]


def table(loss: str) -> list[Row]:
    """Twelve rows with everything; of two models where the loss takes a number a row."""
    found = []
    for i in range(12):
        preds: dict[str, Any] = {"p": P[i], "q": Q[i]}
        true = {"bce": float(CLASS[i] > 0), "scce": float(CLASS[i])}.get(loss, 3 * Q[i] - 2 * P[i] - 1)
        if loss == "scce":
            preds = {"p": [P[i] / 2, (1 - P[i]) / 2, 0.5]}
        found.append(Row(i + 1, true, preds, W[i], (NORTH[i], TENTH[i])))
    return found


def holed(rows: Sequence[Row], loss: str, weighted: bool) -> list[Row]:
    """With values missing: of predictions (one beside a weight of 0), of the truth, of a weight."""
    found = list(rows)
    for i in (1, 4, 9):  # row 2 has weight 0, row 10 is of class 2
        gap = [NAN, *found[i].pred["p"][1:]] if loss == "scce" else NAN
        found[i] = replace(found[i], pred={**found[i].pred, "p": gap})
    if loss != "scce":
        found[7] = replace(found[7], true=NAN)
    if weighted:
        found[11] = replace(found[11], weight=NAN)
    return found


# ---- the options


@dataclass(frozen=True)
class Setting:
    """What stands on the line, and what is asked by it."""

    words: Sequence[str] = ()
    asks: Mapping[str, Any] = field(default_factory=dict)


LIKE = {"huber": "keras", "mae": "keras", "bce": "sklearn", "scce": "torch", "rmse": "sklearn"}
PARAMS: dict[str, Mapping[str, Any]] = {
    "huber": {"delta": 0.5},
    "bce": {"label_smoothing": 0.25},
    "scce": {"label_smoothing": 0.25, "ignore_class": 2},
}
SETTINGS: dict[str, Setting] = {
    "--weight": Setting(),
    "--by": Setting(),
    "--truth": Setting(),
    "--key": Setting(),
    "data": Setting(),
    "--class-weight balanced": Setting(("--class-weight", "balanced"), {"class_weight": "balanced"}),
    "--class-weight numbers": Setting(
        ("--class-weight", "0=0.5,1=3"), {"class_weight": {0.0: 0.5, 1.0: 3.0}}
    ),
    "--missing drop": Setting(("--missing", "drop"), {"missing": "drop"}),
    "--missing propagate": Setting(("--missing", "propagate"), {"missing": "propagate"}),
    "--param": Setting(),
    "--from-logits": Setting(("--from-logits",)),
    "--like": Setting(),
    "--reduction sum": Setting(("--reduction", "sum"), {"reduction": "sum"}),
    "--reduction none": Setting(("--reduction", "none"), {"reduction": "none"}),
    "--gradient": Setting(("--gradient",), {"gradient": True}),
    "--sort": Setting(("--sort", "loss"), {"order": "loss"}),
    "--rows": Setting(("--rows", "2"), {"rows": 2}),
    "--steps": Setting(("--steps",)),
    "--why": Setting(("--why",)),
    "--format": Setting(),
    "--output": Setting(),
    "--skip-unfit": Setting(("--skip-unfit",)),
    "--loss": Setting(("--loss", "huber")),
    "--quantile": Setting(("--quantile", "0.75")),
    "--task": Setting(("--task", "regression")),
}


FILES = ["--weight", "data", "--truth", "--key", "--missing drop", "--missing propagate"]
BOTH = [
    *(*FILES, "--by", "--class-weight balanced", "--class-weight numbers", "--param", "--from-logits"),
    *("--like", "--reduction sum", "--why", "--format"),
]
COMPUTE = [*BOTH, "--reduction none", "--gradient", "--sort", "--rows", "--steps", "--output"]
COMPARE = [*BOTH, "--skip-unfit"]
CHECK = [*FILES, "--loss", "--param", "--from-logits", "--like", "--format"]
RECOMMEND = [*FILES, "--quantile", "--task", "--from-logits", "--format"]
COMMANDS = {"compute": COMPUTE, "compare": COMPARE, "check": CHECK, "recommend": RECOMMEND}


def option(setting: str) -> str:
    return setting.split()[0]


def pairs(settings: Sequence[str]) -> list[tuple[str, str]]:
    return [(a, b) for a, b in combinations(settings, 2) if option(a) != option(b)]


@dataclass(frozen=True)
class Line:
    """A command line of some settings, and what the oracle needs to answer it."""

    words: list[str]
    rows: list[Row]
    ask: Ask
    labels: list[str]


def line(folder: Path, loss: str, on: Sequence[str], models: Sequence[str] = ("p",)) -> Line:
    """The line of these settings for compute's data, its files written."""
    names = {option(setting) for setting in on}
    rows = table(loss)
    if "--missing" in names:
        rows = holed(rows, loss, "--weight" in names)
    labels = BY if "--by" in names else []
    rows = [
        replace(
            row,
            weight=row.weight if "--weight" in names else None,
            by=row.by if labels else (),
            pred={model: row.pred[model] for model in models},
        )
        for row in rows
    ]
    words, asks = [], {}
    for setting in on:
        words += SETTINGS[setting].words
        asks.update(SETTINGS[setting].asks)
    params = dict(PARAMS.get(loss, {})) if "--param" in names else {}
    words += [part for name, value in params.items() for part in ("-p", f"{name}={value}")]
    if "--from-logits" in names:
        params["from_logits"] = True
    if "--like" in names:
        asks["like"] = LIKE[loss]
        words += ["--like", LIKE[loss]]
    ask = Ask(loss, params, **asks)
    named = columns(rows, models, labels)
    if names & {"--truth", "--key"}:
        order = range(11, -1, -1) if "--key" in names else range(12)
        truth = [replace(rows[i], pred={}, weight=None, by=()) for i in order]
        words += ["--truth", str(write(folder / "truth.csv", truth, key=[KEYS[i] for i in order]))]
        words += ["--key", "k"] if "--key" in names else []
    if "data" in names:
        files = [(str(folder / "b.csv"), 5), (str(folder / "a.csv"), 7)]
        write(folder / "b.csv", rows[:5], labels, KEYS[:5])
        write(folder / "a.csv", rows[5:], labels, KEYS[5:])
        placed = oracle.numbered(rows, files)
    else:
        files = [(str(write(folder / "t.csv", rows, labels, KEYS)), 12)]
        placed = list(rows)
    if names & {"--truth", "--key"}:
        named[:2] = ["--true", "y"]
    return Line([*(name for name, _ in files), *named, *words], placed, ask, labels)
