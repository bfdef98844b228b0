"""The oracle's rows as a file, its questions as a command line, and the command's answer held against it."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from support.close import close
from support.oracle import Ask, Number, Refused, Row

from losscli.cli.app import run

CLOSE = 1e-12  # the last digits of a logarithm or of a division may differ


class Said(Exception):
    """Exit code 2: what the command said on stderr."""


def both(*line: str) -> tuple[str, str]:
    """What a command tells on stdout and says on stderr; Said if it refuses."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(list(line))
    if code == 2:
        assert out.getvalue() == ""
        assert "bug" not in err.getvalue(), err.getvalue()
        raise Said(err.getvalue())
    assert code in (0, 1), err.getvalue()
    return out.getvalue(), err.getvalue()


def command(*line: str) -> str:
    """What a command tells on stdout."""
    return both(*line)[0]


def told(*line: str) -> dict[str, Any]:
    """The same as an object."""
    found: dict[str, Any] = json.loads(command(*line, "--format", "json"))
    return found


# ---- rows as files


def _columns(name: str, value: Number) -> list[str]:
    return [f"{name}{k}" for k in range(len(value))] if isinstance(value, (list, tuple)) else [name]


def _cells(value: Number) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [cell for part in value for cell in _cells(part)]
    return ["" if isinstance(value, float) and math.isnan(value) else repr(value)]


def write(
    path: Path, rows: Sequence[Row], labels: Sequence[str] = (), key: Sequence[str] | None = None
) -> Path:
    """A CSV with columns y, w, those of the labels and of each model, and k for a key."""
    first = rows[0]
    header = [*_columns("y", first.true), *(c for m, p in first.pred.items() for c in _columns(m, p))]
    header += [*(["w"] if first.weight is not None else []), *labels, *(["k"] if key else [])]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        for i, row in enumerate(rows):
            weight = [] if row.weight is None else _cells(row.weight)
            by = ["" if label == "(missing)" else label for label in row.by]
            preds = [cell for p in row.pred.values() for cell in _cells(p)]
            out.writerow([*_cells(row.true), *preds, *weight, *by, *([key[i]] if key else [])])
    return path


def columns(rows: Sequence[Row], models: Sequence[str] = ("p",), labels: Sequence[str] = ()) -> list[str]:
    """The options that name the columns of such a file."""
    first = rows[0]
    pred = ",".join(column for model in models for column in _columns(model, first.pred[model]))
    found = ["--true", ",".join(_columns("y", first.true)), "--pred", pred]
    found += ["--weight", "w"] if first.weight is not None else []
    return [*found, *(["--by", ",".join(labels)] if labels else [])]


def options(ask: Ask, *, loss: bool = True) -> list[str]:
    """The options that ask this, but for the loss itself; `loss` False leaves compute's own out."""
    line = ["--like", ask.like, "--reduction", ask.reduction, "--missing", ask.missing]
    params = ask.params if loss else {f"{k}.{n}": v for k, own in ask.params.items() for n, v in own.items()}
    line += [part for name, value in params.items() for part in ("-p", f"{name}={json.dumps(value)}")]
    if isinstance(ask.class_weight, str):
        line += ["--class-weight", ask.class_weight]
    elif ask.class_weight is not None:
        line += ["--class-weight", ",".join(f"{k:g}={w!r}" for k, w in ask.class_weight.items())]
    if loss:
        line += ["--sort", ask.order]
        line += [] if ask.rows is None else ["--rows", str(ask.rows)]
        line += ["--gradient"] if ask.gradient else []
    return line


# ---- what is told against what is right


def number(told: Any) -> Any:
    """A JSON value as a number: inf and nan are words there."""
    return float(told) if told in ("nan", "inf", "-inf") else told


def cell_of(text: str) -> Any:
    """A CSV cell's value: nothing, JSON, or a word."""
    if text == "":
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def same(told: Any, wanted: Any, at: str = "", rel: float = CLOSE) -> None:
    """Asserts that they are the same, numbers to the last digits but few."""
    if isinstance(wanted, Mapping):
        assert isinstance(told, Mapping), at
        for name, value in wanted.items():
            assert name in told, f"{at}.{name} is not told"
            same(told[name], value, f"{at}.{name}", rel)
        return
    if isinstance(wanted, (list, tuple)) and not isinstance(told, str):
        assert isinstance(told, list), f"{at}: {told} for {wanted}"
        assert len(told) == len(wanted), f"{at}: {told} for {wanted}"
        for i, (a, b) in enumerate(zip(told, wanted, strict=True)):
            same(a, b, f"{at}[{i}]", rel)
        return
    if isinstance(wanted, float) and math.isnan(wanted):
        # A slope that is not there is null.
        assert told is None or math.isnan(float(told)), f"{at}: {told} for nan"
        return
    if isinstance(wanted, float) and isinstance(number(told), (int, float)):
        assert number(told) == close(wanted, rel), f"{at}: {told} for {wanted}"
        return
    assert told == wanted, f"{at}: {told!r} for {wanted!r}"


def held(
    found: Mapping[str, Any], wanted: Mapping[str, Any], labels: Sequence[str] = (), rel: float = CLOSE
) -> None:
    """What compute or compare told, against the oracle's answer."""
    groups = [
        {**group, "labels": dict(zip(labels, group["labels"], strict=True))} for group in wanted["groups"]
    ]
    right = {**wanted, "groups": groups, "by": list(labels)}
    if right.pop("undecided", False):  # rows that differ in the last digit: which ones come is left open
        losses = [
            sorted((number(sample["loss"]) for sample in told), key=lambda loss: (math.isnan(loss), loss))
            for told in (found["samples"], right["samples"])
        ]
        same(*losses, rel=rel)
        right = {name: value for name, value in right.items() if name != "samples"}
        wanted = {**wanted, "samples": found["samples"]}
    same(found, right, rel=rel)
    for samples in ("samples", "gradients"):  # nothing is told that nobody asked for
        for got, sample in zip(found.get(samples, ()), wanted.get(samples, ()), strict=True):
            assert set(got) == set(sample)
    for got, group in zip(found["groups"], groups, strict=True):
        assert set(got["labels"]) == set(group["labels"])


def agrees(
    line: Sequence[str], right: Any, labels: Sequence[str] = (), rel: float = CLOSE
) -> dict[str, Any] | None:
    """Runs a line and holds it against what `right()` gives, or that it refuses for the same reason."""
    reasons: tuple[str, ...] = ()
    try:
        wanted = right()
    except Refused as why:
        reasons = why.args
    if reasons:
        with pytest.raises(Said) as said:
            told(*line)
        message = " ".join(str(said.value).split())
        assert any(words in message for words in reasons), f"{message}: not one of {reasons}"
        return None
    found = told(*line)
    held(found, wanted, labels, rel)
    return found
