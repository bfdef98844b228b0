"""Every two options that can stand together: the numbers of both at once, or a sentence that says why not.

For each option support/pairing.py says how it stands on the line and what it asks of the oracle; each two of
a command's are run. Options that cannot matter to others are APART, with the reason. A new option is in
neither: that fails.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import oracle
from support.asked import CLOSE, Said, both, cell_of, held, same, told
from support.oracle import Ask, Row
from support.pairing import COMMANDS, NAN, Line, line, option, pairs
from typer.main import get_command

from losscli.cli.app import application

FLOAT32 = 1e-6  # what single precision leaves of a logarithm
ELSEWHERE = "names the data or its form: held by the tests of the readers, whatever is computed of it"
HOW = "says where or how loudly the work is done, not what it is"
APART = {
    "--true": "every line here names a truth",
    "--pred": "every line here names predictions",
    "--losses": "every line of compare has it",
    "--input-format": ELSEWHERE,
    "--table": ELSEWHERE,
    "--query": ELSEWHERE,
    "--classes": ELSEWHERE,
    "--positive": ELSEWHERE,
    **dict.fromkeys(
        ("--separator", "--decimal", "--thousands", "--encoding", "--header", "--skip", "--comment", "--na"),
        ELSEWHERE,
    ),
    "--squeeze": "says how the arrays stand: engine/test_positions.py holds it",
    "--max-memory": HOW,
    "--engine": HOW + "; test_oracle holds a cluster against the oracle",
    "--scheduler": HOW,
    "--quiet": HOW,
    "--debug": HOW,
    "--help": "shows the page alone",
    "loss": "every line of compute has it",
}

WRITTEN = {"--output": "writes to a file what is told otherwise: held by the tests of the command line"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_paired_or_apart(name: str) -> None:
    """By construction each two of a command's list are run; here the list is held against the command."""
    command: Any = get_command(application(name))
    known = {max(p.opts, key=len) for p in command.commands[name].params}
    paired = set(map(option, COMMANDS[name]))
    apart = APART if name == "compute" else APART | WRITTEN  # of compute, every row's value
    assert known - paired - set(apart) == set(), "neither paired nor apart"
    assert paired - known == set(), "no option of the command"
    assert paired & set(apart) == set()
    assert all(len(why.split()) > 3 for why in apart.values())


# ---- compute

# What no two can have that are right one by one, by the settings and the loss, and what is said then.
REFUSED: dict[tuple[str, ...], str] = {
    ("--steps", "--gradient"): "leave --gradient out",
    ("--steps", "--why"): "leave --why out",
    ("--steps", "--by"): "leave --by out",
    ("--steps", "--output"): "its ending names no format",
    ("--output", "rmse"): "there is none for each row",
    ("--output", "--missing drop"): "no row numbers",
    ("--output", "--gradient"): "holds the losses alone",
    ("--like", "--param", "bce"): "has no parameter label_smoothing",
    ("--like", "--from-logits", "bce"): "has no parameter from_logits",
    ("--like", "--reduction none", "bce"): "has no reduction none",
}


def refused(on: Sequence[str], loss: str) -> list[str]:
    """What the command says of settings that cannot be together; nothing of others."""
    return [said for names, said in REFUSED.items() if set(names) <= {*on, *map(option, on), loss}]


LABELS = {"--class-weight", "--from-logits", "--param", "--like"}  # where labels differ from amounts


# Where two alone show no difference, or where faults were found.
THREE = [
    ("--why", "--like", "--weight"),
    ("--why", "--class-weight balanced", "--missing drop"),
    ("--class-weight numbers", "--weight", "--by"),
    ("--param", "--missing propagate", "--weight"),
    ("--by", "--weight", "--missing propagate"),
    ("--by", "--like", "--weight"),
    ("--by", "--key", "--missing drop"),
    ("--by", "data", "--missing drop"),
    ("--by", "--param", "--class-weight numbers"),
    ("--like", "--param", "--class-weight numbers"),
]


def cases(settings: Sequence[str], *losses: str) -> list[Any]:
    """Each pair on each loss, on bce where that can matter."""
    found = []
    for pair in [*pairs(settings), *THREE]:
        own = [*losses, "bce"] if LABELS & set(map(option, pair)) else losses
        found += [pytest.param(pair, loss, id=f"{' '.join(pair)}, {loss}") for loss in own]
    return found


@pytest.mark.parametrize(("pair", "loss"), cases(COMMANDS["compute"], "huber", "scce", "rmse"))
def test_compute(tmp_path: Path, pair: tuple[str, ...], loss: str) -> None:
    asked = line(tmp_path, loss, pair)
    names = {option(setting) for setting in pair}
    words, values = ["compute", loss, *asked.words], tmp_path / "values.npy"
    words += ["--output", str(values)] if "--output" in names else []
    reasons = refused(pair, loss)
    if not reasons or "--steps" not in names:
        try:
            wanted = oracle.compute(asked.rows, asked.ask)
        except oracle.Refused as why:
            reasons += why.args
    if reasons:
        with pytest.raises(Said) as said:
            both(*words, *([] if "--output" in names else ["--format", "json"]))
        message = " ".join(str(said.value).split())
        assert any(reason in message for reason in reasons), f"{message}: not one of {reasons}"
        return
    rel = FLOAT32 if asked.ask.like == "torch" else CLOSE
    if "--format" in names:
        _as_csv(words, wanted, asked, names, rel)
        return
    found = told(*words)
    if "--steps" in names:
        same(found, {name: wanted[name] for name in ("n", "weighted", "value")}, rel=rel)
        shown = oracle.compute(through(asked), replace(asked.ask, rows=asked.ask.rows or 3))["samples"]
        first = oracle.counting(through(asked), asked.ask.missing)[: len(found["rows"])]
        same(found["rows"], only(shown, "row", "loss") or [{"row": row.row} for row in first], rel=rel)
        return
    held(found, wanted, asked.labels, rel)
    assert (found["why"] is not None) == ("--why" in names)
    if "--why" in names:
        _whys(found["why"], asked, asked.ask, wanted, "p", rel)
    if "--output" in names:
        every = oracle.compute(asked.rows, replace(asked.ask, rows="all", order="index"))
        same(np.load(values).tolist(), [sample["loss"] for sample in every["samples"]], rel=rel)


def through(asked: Line) -> list[Row]:
    """The rows numbered through all files, as --steps and --why do it."""
    return [replace(row, row=i + 1, file=None) for i, row in enumerate(asked.rows)]


def only(records: Sequence[Mapping[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Some fields of each record."""
    return [{name: record[name] for name in names} for record in records]


def _whys(
    why: Mapping[str, Any], asked: Line, ask: Ask, wanted: Mapping[str, Any], model: str, rel: float
) -> None:
    """The value explained is the one told, the worst rows are the worst, the value without one is right."""
    value = wanted["mean"] if ask.reduction == "none" else wanted["value"]
    same(why, {"loss": ask.loss, "n": wanted["n"], "value": value}, rel=rel)
    if not wanted["concentration"]:
        return
    worst = oracle.compute(through(asked), replace(ask, rows=5, order="loss"), model)["samples"]
    same(why["worst"], only(worst, "row", "loss", "share"), rel=rel)
    row, value = oracle.without_worst(through(asked), ask, model) or (0, NAN)
    same(why["without"], [{"left_out": 1, "rows": [row], "value": value}], rel=rel)


def _as_csv(words: list[str], wanted: Mapping[str, Any], asked: Line, names: set[str], rel: float) -> None:
    """The same as records: of groups, of rows, or one of the whole."""
    text, said = both(*words, "--format", "csv")
    records = [
        {name: cell_of(cell) for name, cell in row.items()} for row in csv.DictReader(io.StringIO(text))
    ]
    assert ("csv holds rows alone" in said) == ("--why" in names)
    if "--steps" in names:
        last = [record for record in records if record["row"] is None][-1]
        same(last["value"], wanted["value"], rel=rel)
    elif wanted["groups"]:
        same(records, _flat_groups(wanted["groups"]), rel=rel)
    elif wanted["samples"]:
        same(records, wanted["samples"], rel=rel)
    else:
        (record,) = records
        same(record, {k: wanted[k] for k in ("n", "value", "mean", "sum", "divisor")}, rel=rel)
        if wanted["gradients"]:
            same(record["gradients"], wanted["gradients"], rel=rel)


# ---- compare


@pytest.mark.parametrize(("pair", "loss"), cases(COMMANDS["compare"], "huber"))
def test_compare(tmp_path: Path, pair: tuple[str, ...], loss: str) -> None:
    names = {option(setting) for setting in pair}
    asked = line(tmp_path, loss, pair, ("p", "q"))
    losses = {"huber": ["huber", "mae"], "bce": ["bce"]}[loss]
    unfit = ["wape" if "--like" in names else "msle"]  # Keras has none; y_true is negative
    unfit = unfit if "--skip-unfit" in names and loss == "huber" else []
    words = ["compare", "--losses", ",".join(losses + unfit), *asked.words]
    ask = replace(asked.ask, params={loss: asked.ask.params})
    reasons = refused(pair, loss)
    try:
        wanted = oracle.compare(asked.rows, losses, ask)
    except oracle.Refused as why:
        reasons += [words for words in why.args if words != "has no parameter from_logits"]
        reasons += ["none of these losses takes the parameter from_logits"]
    if reasons:
        with pytest.raises(Said) as said:
            told(*words)
        message = " ".join(str(said.value).split())
        assert any(reason in message for reason in reasons), f"{message}: not one of {reasons}"
        return
    if "--format" not in names:
        found = told(*words)
        held(found, wanted, asked.labels)
        assert [left["loss"] for left in found["refused"]] == unfit
        for got, right in zip(found["scores"], wanted["scores"], strict=True):
            assert (got["why"] is not None) == ("--why" in names)
            if "--why" in names:
                own = replace(ask, loss=right["loss"], params=ask.params.get(right["loss"], {}))
                _whys(got["why"], asked, own, right, right["model"], CLOSE)
        return
    text, said_too = both(*words, "--format", "csv")
    records = [
        {name: cell_of(cell) for name, cell in row.items()} for row in csv.DictReader(io.StringIO(text))
    ]
    assert ("csv holds rows alone" in said_too) == ("--why" in names)
    if wanted["groups"]:
        same(records, _flat_groups(wanted["groups"], "loss", "model", "best"))
        return
    parts = [score["concentration"] or {} for score in wanted["scores"]]
    rows = [
        {
            **{k: score[k] for k in ("loss", "model", "n", "value", "mean", "sum", "divisor")},
            "best": score["model"] in wanted["best"][score["loss"]],
            **{k: part.get(k) for k in ("half", "worst", "worst_share") if k in part or not part},
        }
        for score, part in zip(wanted["scores"], parts, strict=True)
    ]
    same(records, rows)


def _flat_groups(groups: Sequence[Mapping[str, Any]], *more: str) -> list[dict[str, Any]]:
    """Groups as flat records: `share` is a column of the records' own, the file's is by_share."""
    return [
        {
            **{k: cell_of(x) for k, x in zip(["region", "by_share"], group["labels"], strict=True)},
            **{k: group[k] for k in ("n", "value", "share", *more)},
        }
        for group in groups
    ]
