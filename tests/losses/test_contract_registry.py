"""Registry, families and catalogue match one to one; names and aliases lead to one loss each."""

from __future__ import annotations

import importlib
from collections import defaultdict
from pathlib import Path

import pytest
from support.inputs import NAMES, loss_of

import losscli
from losscli import LosscliError
from losscli.catalogue import pages as catalogue
from losscli.catalogue import registry
from losscli.losses import declare
from losscli.losses.declare import Loss

MODULES = sorted(file.stem for file in Path(declare.__file__).parent.glob("[!_]*.py"))


@pytest.mark.parametrize("module", MODULES)
def test_a_family_s_kernels_and_pages_match_one_to_one(module: str) -> None:
    declared = vars(importlib.import_module(f"losscli.losses.{module}")).values()
    kernels = {found.name for found in declared if isinstance(found, Loss) and found.family == module}
    pages = set(registry.families().get(module, []))
    assert not kernels - pages, f"write losscli/catalogue/{module}/NAME.yaml"
    assert not pages - kernels, f"declare it in losscli/losses/{module}.py"


def test_every_folder_of_pages_is_a_family() -> None:
    assert set(registry.families()) <= set(MODULES)


@pytest.mark.parametrize("name", NAMES)
def test_a_loss_is_what_its_page_says(name: str) -> None:
    loss = loss_of(name)
    assert loss.name == name
    assert loss.family in registry.families()
    assert set(catalogue.read(name, loss.family)["parameters"]) == set(loss.parameters)
    assert loss.title
    assert loss.kernel.__doc__
    assert (loss.finish_ is not None) == (loss.kind == "statistic")
    assert (loss.memory is not None) == (loss.kind == "batch")
    assert loss.lowest < loss.highest
    assert loss.best is None or loss.lowest <= loss.best <= loss.highest


def test_names_and_aliases_are_unique_after_folding() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for name in NAMES:
        for word in (name, *loss_of(name).aliases):
            owners[registry.folded_name(word)].add(name)
    assert {word: names for word, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_alias_is_found_however_it_is_written(name: str) -> None:
    for alias in (name, *loss_of(name).aliases):
        longer = (
            [] if registry.folded_name(alias) != registry.folded_name(f"{alias}x")[:-1] else [f"{alias}_loss"]
        )
        for written in (alias, alias.upper(), alias.replace("_", "-"), alias.replace("_", " "), *longer):
            assert losscli.find(written).name == name, written


def test_a_miss_names_the_nearest() -> None:
    with pytest.raises(LosscliError, match='did you mean "huber"'):
        losscli.find("hubber")
    with pytest.raises(LosscliError, match="losscli list"):
        losscli.find("qqqqqqqq")
