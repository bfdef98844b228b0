"""Finding a loss by what a person calls it: its name, an alias, a framework's call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from losscli.catalogue import registry
from losscli.catalogue.registry import folded_name
from losscli.errors import LosscliError
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.convention import conventions, framework

if TYPE_CHECKING:
    from losscli.losses.declare import Loss


def find(name: str | Loss) -> Loss:
    """The loss of this name, alias ("HuberLoss") or framework call ("torch.nn.HuberLoss"); a loss is itself.

    Raises LosscliError with the nearest known name if there is none.
    """
    loss = lookup(name)
    loss.conventions.update(conventions(loss))
    return loss


def lookup(name: str | Loss) -> Loss:
    """The loss alone: frameworks are imported only for a name with a dot."""
    if not isinstance(name, str):
        return name
    if "." not in name:
        return registry.find(name)
    from losscli.frameworks.left_out import LEFT_OUT

    called = by_call(name)
    if called is None and name in LEFT_OUT:
        raise LosscliError(f"{name} is left out: {LEFT_OUT[name]}", "losscli list shows every loss")
    return registry.get(called) if called else registry.find(name.rpartition(".")[2])


def by_call(word: str) -> str | None:
    """The loss whose framework call is `word` ("torch.nn.HuberLoss", "keras.losses.huber"), or None."""
    module, _, rest = word.partition(".")
    wanted = folded_name(rest.rpartition(".")[2])
    for name, known in FRAMEWORKS.items():
        if rest and module in (known.module.partition(".")[0], name, *known.aliases):
            for loss, entry in framework(name).entries.items():
                if wanted in {folded_name(call.rpartition(".")[2]) for call in (entry.call, *entry.also)}:
                    return loss
    return None
