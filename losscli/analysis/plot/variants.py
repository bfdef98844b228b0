"""Which curves are asked for: each loss with each combination of the values given, under each convention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from losscli.errors import LosscliError, did_you_mean
from losscli.frameworks.convention import Convention, convention
from losscli.losses.declare import Loss

MOST = 8  # curves that colours and marks tell apart


class Variant(NamedTuple):
    """A loss under a convention with its parameters: those given, and all of them. `label` names it."""

    loss: Loss
    way: Convention
    given: Mapping[str, Any]
    params: dict[str, Any]
    label: str


def variants_of(losses: Sequence[Loss], params: Mapping[str, Any], like: str) -> list[Variant]:
    """Every loss with every combination of the values given; the framework's beside each exact one."""
    ways = ["exact"] if like == "exact" else ["exact", like]
    taken = {loss.name: {name: convention(loss, name) for name in ways} for loss in losses}
    _check_names(losses, params, taken)
    variants = []
    for loss in losses:
        known = {name for way in taken[loss.name].values() for name in way.signature.parameters}
        mine = {name: params[name] for name in params if name in known}
        mine |= {name: params[f"{loss.name}.{name}"] for name in known if f"{loss.name}.{name}" in params}
        varied = [name for name, value in mine.items() if isinstance(value, tuple)]
        for chosen in product(*(mine[name] for name in varied)):
            given = {**mine, **dict(zip(varied, chosen, strict=True))}
            for way in taken[loss.name].values():
                own = {name: value for name, value in given.items() if name in way.signature.parameters}
                words = [loss.name] if len(losses) > 1 else []
                words += [f"{name} = {_short(given[name])}" for name in varied]
                if like != "exact":
                    words.append("exact" if way.framework.name == "exact" else way.framework.title)
                bound = way.signature.bind(way.owner, own)
                variants.append(Variant(loss, way, own, bound, ", ".join(words)))
    if len(variants) > MOST:
        raise LosscliError(f"these are {len(variants)} curves; {MOST} can be told apart", "ask for fewer")
    return variants


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower()


def _check_names(losses: Sequence[Loss], params: Mapping[str, Any], taken: Mapping[str, Any]) -> None:
    listed = [
        (name, parameter)
        for name, ways in taken.items()
        for parameter in dict.fromkeys(p for way in ways.values() for p in way.signature.parameters)
    ]
    known = {*(p for _, p in listed), *(f"{name}.{p}" for name, p in listed)}
    for name in params:
        if name not in known:
            who = losses[0].name if len(losses) == 1 else "none of these losses"
            verb = "has no parameter" if len(losses) == 1 else "takes the parameter"
            there = ", ".join(p if len(losses) == 1 else f"{loss}.{p}" for loss, p in listed) or "none"
            raise LosscliError(f"{who} {verb} {name}", did_you_mean(name, known) or f"there are: {there}")
