"""The table of what people call losses, read only for a name that is not a loss's own."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from losscli.catalogue.registry import CATALOGUE, folded_name
from losscli.catalogue.registry import names as registered

NEAREST = "~"  # before the nearest loss, where there is none of that name


class OtherName(NamedTuple):
    """A row: `losses` that the name stands for, by the rows where there are several, or the nearest one.

    `params` are those that the name implies, `words` its library's names of parameters, with ours. `note` is
    what must be said beside a number of this name; of the `nearest`, why it is another loss.
    """

    losses: tuple[str, ...]
    params: dict[str, Any]
    words: dict[str, str]
    note: str
    nearest: bool


@cache
def _lines() -> dict[str, str]:
    """Name → what stands behind it in its line."""
    lines: dict[str, str] = {}
    for line in (CATALOGUE / "names.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            spellings, _, rest = line.partition("\t")
            lines.update(dict.fromkeys(spellings.split(", "), rest))
    return lines


@cache
def _folded() -> dict[str, str]:
    """Folded name → the first spelling of it."""
    spellings: dict[str, str] = {}
    for name in _lines():
        spellings.setdefault(folded_name(name), name)
    return spellings


def names() -> tuple[str, ...]:
    """Every name of the table."""
    return tuple(_lines())


def spelled(word: str) -> str | None:
    """The name that differs from `word` by its spelling only (case, '_', a trailing "loss"), or None."""
    return _folded().get(folded_name(word))


def row(name: str) -> OtherName | None:
    """The row of exactly this name, or None."""
    line = _lines().get(name)
    if line is None:
        return None
    target, params, words, note = [*line.split("\t"), "", "", ""][:4]
    losses = target.removeprefix(NEAREST).split("|")
    values = {key: _value(value) for key, value in _pairs(params).items()}
    return OtherName(
        tuple(filter(None, losses)), values, _pairs(words), note, nearest=target.startswith(NEAREST)
    )


def leading() -> tuple[str, ...]:
    """The names that stand for a loss of ours, as they are spelled."""
    ours = set(registered())
    lines = _lines().items()
    return tuple(name for name, line in lines if ours & set(line.partition("\t")[0].split("|")))


@cache
def by_loss() -> dict[str, list[str]]:
    """Loss → the names that stand for it."""
    known: dict[str, list[str]] = {}
    for name, line in _lines().items():
        for loss in line.partition("\t")[0].split("|"):
            known.setdefault(loss, []).append(name)
    return known


def _pairs(text: str) -> dict[str, str]:
    """`a=1, b=2` as names and texts."""
    return dict(pair.split("=", 1) for pair in text.split(", ")) if text else {}


def _value(text: str) -> Any:
    import json

    try:
        return json.loads(text)
    except ValueError:
        return text
