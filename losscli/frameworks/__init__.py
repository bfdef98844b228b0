"""How frameworks depart from the definitions: a module a framework. `--like NAME` leads here."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from losscli.errors import LosscliError, did_you_mean
from losscli.frameworks.convention import Convention, Framework, exact

if TYPE_CHECKING:
    from losscli.losses.declare import Loss

FRAMEWORKS = ("keras", "torch", "optax", "sklearn", "tfa", "torchvision", "scipy")


def framework(name: str) -> Framework:
    """The framework of this name; LosscliError when losscli knows none."""
    if name not in FRAMEWORKS:
        hint = did_you_mean(name, FRAMEWORKS) or "there are: exact, " + ", ".join(FRAMEWORKS)
        raise LosscliError(f'--like: there is no framework called "{name}"', hint)
    found: Framework = importlib.import_module(f"losscli.frameworks.{name}").FRAMEWORK
    return found


def convention(loss: Loss, like: str) -> Convention:
    """How `like` ("exact" or a framework) computes `loss`."""
    return exact(loss) if like == "exact" else framework(like).convention(loss)


def conventions(loss: Loss) -> dict[str, Convention]:
    """Every framework that has this loss, with its convention."""
    known = {name: framework(name) for name in FRAMEWORKS}
    return {name: found.convention(loss) for name, found in known.items() if loss.name in found.entries}
