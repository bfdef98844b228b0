"""Advice by task, without data: the words of tasks.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from losscli.analysis.recommend.case import Advised
from losscli.errors import LosscliError, did_you_mean


@cache
def words() -> dict[str, Any]:
    """tasks.yaml: a task's title, losses, and what Keras's examples use."""
    file = Path(__file__).with_name("tasks.yaml")
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def known(name: str) -> str:
    """The task of this name; LosscliError that lists them all."""
    task = name.strip().casefold().replace("_", "-").replace(" ", "-")
    if task in words():
        return task
    guess = did_you_mean(task, words())
    every = f"the tasks are {', '.join(words())}"
    raise LosscliError(f'--task: there is no task "{name}"', f"{guess} {every}" if guess else every)


def choices(task: str, quantile: float | None = None) -> tuple[Advised, ...]:
    """A task's losses, the first first; `quantile` in place of the quantiles that its words name."""
    return tuple(
        Advised(
            entry["loss"],
            tuple(entry.get("why", ())),
            _asked(entry.get("params", {}), quantile),
            when=entry.get("when"),
            runs=False,
        )
        for entry in words()[task]["losses"]
    )


def _asked(params: dict[str, Any], quantile: float | None) -> dict[str, Any]:
    return {
        name: quantile if name == "q" and quantile is not None else value for name, value in params.items()
    }
