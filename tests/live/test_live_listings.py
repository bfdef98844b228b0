"""The frameworks' own listings: each public loss is one of ours, or left out with a reason.

So "it has no call" is said of a framework only where its modules were looked through.
"""

from __future__ import annotations

import inspect
import os
from importlib import import_module
from importlib.util import find_spec

import pytest

from losscli.catalogue import registry
from losscli.catalogue.calls import by_call
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.convention import framework
from losscli.frameworks.left_out import LEFT_OUT

LOSSES = {
    "torch": ("torch.nn", "torch.nn.functional"),
    "keras": ("keras.losses",),
    "optax": ("optax", "optax.losses"),
    "sklearn": ("sklearn.metrics",),
}
ENDINGS = (
    "loss",
    "error",
    "deviance",
    "entropy",
    "entropy_with_logits",
    "kl_div",
    "entropy_with_integer_labels",
)
# Functions of these modules that are no losses.
NO_LOSS = {f"keras.losses.{word}" for word in ("deserialize", "get", "serialize")} | {"optax.smooth_labels"}


def listed(name: str) -> list[str]:
    """The names in a framework's modules that are losses by their ending, or by the module's purpose."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    calls = []
    for path in LOSSES[name]:
        module = import_module(path)
        for word, value in vars(module).items():
            if word.startswith("_") or not callable(value) or inspect.ismodule(value):
                continue
            whole = path.endswith("losses") or getattr(value, "__module__", "").startswith(f"{name}.losses")
            if whole or word.lower().endswith(ENDINGS):
                calls.append(f"{path}.{word}")
    return [call for call in calls if call not in NO_LOSS]


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_of_its_modules_is_known_or_left_out(name: str) -> None:
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    calls = listed(name)
    assert len(calls) > 12
    assert not [call for call in calls if not by_call(call) and call not in LEFT_OUT]


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_every_call_is_there(name: str) -> None:
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    os.environ.setdefault("KERAS_BACKEND", "jax")
    known = framework(name)
    for loss, entry in known.entries.items():
        assert loss in registry.names()
        for call in (entry.call, *entry.also):
            path, _, word = f"{known.module}.{call.partition('(')[0]}".rpartition(".")
            assert hasattr(import_module(path), word), call


def test_those_that_were_looked_through_say_so() -> None:
    assert {name for name in FRAMEWORKS if framework(name).searched} == set(LOSSES)
