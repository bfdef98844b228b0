"""Which losses there are. A loss's family is the folder of its YAML file; only that one is imported."""

from __future__ import annotations

import importlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from losscli.losses.declare import Loss

CATALOGUE = Path(__file__).parent


@cache
def _files() -> dict[str, str]:
    """Loss name → family, from the catalogue's folders."""
    with os.scandir(CATALOGUE) as entries:
        folders = sorted(entry.name for entry in entries if entry.is_dir())
    return {
        page.removesuffix(".yaml"): folder
        for folder in folders
        for page in sorted(os.listdir(CATALOGUE / folder))
        if page.endswith(".yaml")
    }


def names() -> list[str]:
    """Every loss's name, sorted. Imports no family."""
    return sorted(_files())


def families() -> dict[str, list[str]]:
    """Family → its losses' names. Imports no family."""
    by_family: dict[str, list[str]] = {}
    for name, family in _files().items():
        by_family.setdefault(family, []).append(name)
    return by_family


def get(name: str) -> Loss:
    """The loss of exactly this name; KeyError if there is none."""
    module = importlib.import_module(f"losscli.losses.{_files()[name]}")
    loss: Loss = getattr(module, name)
    return loss


@cache
def aliases() -> dict[str, str]:
    """Folded name or alias → loss, as the losses declare them. Imports every family."""
    return {folded_name(alias): name for name in names() for alias in (name, *get(name).aliases)}


def folded_name(word: str) -> str:
    """How names are matched: case, '-', '_' and spaces folded away, and a trailing 'loss' or 'error'.

    British spellings are as American ones: generalised, regularisation.
    """
    bare = "".join(c for c in word.casefold() if c not in "-_ ")
    bare = bare.replace("isation", "ization").replace("ised", "ized")
    for ending in ("loss", "error"):
        if bare.endswith(ending) and bare != ending:
            return bare.removesuffix(ending)
    return bare
