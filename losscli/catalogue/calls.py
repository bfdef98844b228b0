"""The losses that a framework's call stands for: "torch.nn.HuberLoss", and "HuberLoss" alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from losscli.catalogue.registry import folded_name, get
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.call import NOTHING
from losscli.frameworks.convention import framework

if TYPE_CHECKING:
    from collections.abc import Iterator

    from losscli.frameworks.convention import Framework

# Where else a framework keeps its losses.
MODULES = {
    "torch": ("torch.nn.functional", "torch.nn.modules.loss"),
    "keras": ("keras.api.losses", "keras.src.losses"),
}


class Called(NamedTuple):
    """A loss as a framework's call has it: the defaults that are not ours, and its names of parameters."""

    loss: str
    params: dict[str, Any]
    words: dict[str, str]


def by_call(word: str) -> tuple[Called, ...]:
    """What a call with its module ("keras.losses.Huber") stands for: by the rows, where it is several."""
    module, _, name = word.rpartition(".")
    for known in _frameworks(module.partition(".")[0]):
        if module in _modules(known) and (called := _called(known, name)):
            return called
    return ()


def by_short_name(word: str) -> dict[str, tuple[Called, ...]]:
    """Framework's call → what it stands for, of every framework that has one of this name."""
    known = {name: framework(name) for name in FRAMEWORKS}
    called = {f"{one.module}.{word}": _called(one, word) for one in known.values()}
    return {call: losses for call, losses in called.items() if losses}


def owner(word: str) -> str | None:
    """The framework, by its title, whose module a name with a dot begins with, or None."""
    return next((known.title for known in _frameworks(word.partition(".")[0])), None)


def _frameworks(package: str) -> Iterator[Framework]:
    for name, about in FRAMEWORKS.items():
        if package in (about.module.partition(".")[0], *about.aliases):
            yield framework(name)


def _modules(known: Framework) -> set[str]:
    """The modules that the framework's calls stand in, under each name of its package."""
    calls = [call for entry in known.entries.values() for call in (entry.call, *entry.also)]
    modules = {f"{known.module}.{call}".rpartition(".")[0] for call in calls}
    modules |= {known.module, *MODULES.get(known.name, ())}
    package = known.module.partition(".")[0]
    return modules | {alias + at.removeprefix(package) for alias in known.about.aliases for at in modules}


def _called(known: Framework, name: str) -> tuple[Called, ...]:
    wanted = folded_name(name)
    return tuple(
        Called(loss, {**_defaults(known, loss), **params}, _words(known, loss))
        for loss, entry in known.entries.items()
        for call, params in {entry.call: NOTHING, **entry.also}.items()
        if wanted == folded_name(call.rpartition(".")[2])
    )


def _defaults(known: Framework, loss: str) -> dict[str, Any]:
    """The values that the framework's parameters have by themselves, where ours have others."""
    ours = get(loss)
    theirs = known.convention(ours).signature.parameters
    common = [name for name in theirs if name in ours.parameters and not theirs[name].required]
    return {
        name: theirs[name].default for name in common if theirs[name].default != ours.parameters[name].default
    }


def _words(known: Framework, loss: str) -> dict[str, str]:
    ours = get(loss).parameters
    return {theirs: name for theirs, name in known.words(loss).items() if name in ours}
