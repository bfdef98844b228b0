"""Records compared field by field: what they hold, as plain values, and a case of what is done with one."""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from losscli.analysis.profile.columns import ColumnPass
from losscli.engine.group_sums import Keys
from losscli.engine.partial import Task
from losscli.engine.sums import Sum


class Case(NamedTuple):
    """A record, what is done with it, and by hand what each field is then.

    `make` gives the record and what it is handed; `act` gives the record to look at. `stays` names the fields
    that are to be as they were, with the reason: every other one must change, else a field that is forgotten
    would not show. `bare` fields begin at their default here, which another case makes good.
    """

    name: str
    make: Callable[[], Sequence[Any]]
    act: Callable[..., Any]
    expected: Mapping[str, Any]
    stays: Mapping[str, str] = {}
    bare: Sequence[str] = ()


def fields(record: Any) -> list[str]:
    """The names of all that a record or its class holds."""
    if dataclasses.is_dataclass(record):
        return [field.name for field in dataclasses.fields(record)]
    if hasattr(record, "_fields"):
        return list(record._fields)
    return list(vars(record))


def defaults(kind: type) -> dict[str, Any]:
    """The fields' values where nothing is given for them."""
    if not dataclasses.is_dataclass(kind):
        return dict(getattr(kind, "_field_defaults", {}))
    made = {}
    for field in dataclasses.fields(kind):
        if field.default is not dataclasses.MISSING:
            made[field.name] = field.default
        elif field.default_factory is not dataclasses.MISSING:
            made[field.name] = field.default_factory()
    return made


def plain(value: Any) -> Any:
    """Arrays and tuples as lists, sums as fractions, records as their fields, nan as a word."""
    if isinstance(value, Sum):
        return {"sum": Fraction(value.units, 2**4000), "special": plain(value.special)}
    if isinstance(value, Task):
        way = value.convention
        told = (way.loss.name, way.framework.name, plain(dict(value.params)), value.model)
        return [*told, value.words and value.words.infinite, plain(value.said), value.adjust is not None]
    if isinstance(value, Keys):  # the rest of it is an index of these
        return {"names": plain(list(value.names)), "columns": plain(value.columns)}
    if isinstance(value, ColumnPass):
        return [value.count, value.missing, value.infinite, round(value.mean, 12)]
    if hasattr(value, "hexdigest"):
        return value.hexdigest()
    if isinstance(value, BaseException):
        return [type(value).__name__, *map(plain, vars(value).values())]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    if isinstance(value, Mapping):
        return {plain(key) if isinstance(key, float) else key: plain(v) for key, v in value.items()}
    if dataclasses.is_dataclass(value) or hasattr(value, "_fields"):
        return {name: plain(getattr(value, name)) for name in fields(value)}
    if isinstance(value, range | list | tuple):
        return [plain(one) for one in value]
    return value


def total(number: float, special: float = 0.0) -> Any:
    """A Sum of this number, plain."""
    return {"sum": Fraction(number), "special": plain(special)}


def act(method: str) -> Callable[..., Any]:
    """Calls the method of the record with what it is handed; the record itself is looked at."""

    def do(record: Any, *given: Any) -> Any:
        getattr(record, method)(*given)
        return record

    return do


def methods(*modules: Any) -> Iterator[str]:
    """Every method in these modules that takes in, renumbers, begins anew or sends."""
    told = {"merge", "shift", "follow", "like", "add", "__getstate__", "__setstate__", "__reduce__"}
    for module in modules:
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__ and not getattr(kind, "_is_protocol", False):
                own = {method for method, made in vars(kind).items() if inspect.isfunction(made)}
                yield from (f"{name}.{method}" for method in sorted(told & own))


def check(case: Case) -> None:
    """Each field of the record after the act against what is written; see Case."""
    record, *given = case.make()
    names = fields(record)
    assert set(case.expected) == set(names), "every field needs an expectation"
    assert set(case.stays) <= set(names)
    usual = {name: plain(value) for name, value in defaults(type(record)).items()}
    before = {name: plain(getattr(record, name)) for name in names}
    for name in names:
        if name not in case.bare:
            assert name not in usual or before[name] != usual[name], f"{name} begins at its default"
            for other in given:
                if type(other) is type(record) and name not in case.stays:
                    assert plain(getattr(other, name)) != before[name], f"{name} is alike on both sides"
    after = case.act(record, *given)
    for name in names:
        got, wanted = plain(getattr(after, name)), plain(case.expected[name])
        assert got == wanted, f"{name} is {got}, not {wanted}"
        assert (got == before[name]) == (name in case.stays), f"whether {name} stays is written wrongly"
