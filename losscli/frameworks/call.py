"""How the calls of a framework, and of one of its losses, are written: as data."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from losscli.errors import LosscliError
from losscli.losses.domain import Array

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Given(NamedTuple):
    """What a call is written for: its parameters, whether there are weights, how many axes y_pred has, and
    where its classes are, if that was said to a call that can be told.
    """

    params: Mapping[str, Any]
    reduction: str = "mean"
    weighted: bool = False
    axes: int = 1
    class_axis: int | None = None


class Conversion(NamedTuple):
    """Data handed over in another form, which changes no number.

    `written` is the code for each argument, `apply(y_true, y_pred)` does the same to arrays and raises
    LosscliError where it would not be exact. It is wanted `when(params)` of the definition (None: always)
    and, if `axes` is given, where y_true has so many; the call then gets the parameters `instead`.
    """

    written: Mapping[str, str]
    apply: Callable[[Array, Array], tuple[Array, Array]]
    when: Callable[[Mapping[str, Any]], bool] | None = None
    instead: Mapping[str, Any] = NOTHING
    axes: int | None = None


class Call(NamedTuple):
    """What is particular in writing one loss's call. Fields left empty mean: as the framework's style has it.

    `names` gives the keyword of a parameter ("tau={}"; "" for one that is not written as a keyword, or a
    function of its value and what is given). `keywords` are always written. In `arrays`, {name} is a
    parameter's value. The call holds `when(given)` does (None: always).
    """

    path: str = ""
    arrays: str = ""
    keywords: str = ""
    names: Mapping[str, str | Callable[[Any, Given], str]] = NOTHING
    template: str = ""
    reduction: str | None = None
    when: Callable[[Given], bool] | None = None
    conversion: Conversion | None = None


def as_it_is(modules: Mapping[str, Any], array: Array) -> Any:
    """NumPy's arrays."""
    return array


def single(modules: Mapping[str, Any], array: Array) -> Any:
    """NumPy's arrays in single precision."""
    return array.astype(np.int32 if array.dtype == np.int64 else np.float32)


def tensor(modules: Mapping[str, Any], array: Array) -> Any:
    """PyTorch's arrays."""
    return import_module("torch").from_numpy(np.ascontiguousarray(array))


class Style(NamedTuple):
    """How all calls of a framework are written.

    `template` has the fields path, keywords ("delta=1.5"), more (the same after a comma), arrays, weight,
    spread (the weights in the shape of y_pred) and reduction. `reduction` is the keyword for one that is not
    `unsaid`, `words` its names for reductions, `array` how it takes a list, `imports` what code needs: the
    name and the module. `hand_over(modules, array)` makes its array of NumPy's, by the modules imported; it
    computes on one of the `backends`, the first that is there. `moved` is the code for an array with an axis
    elsewhere: the array, from where, to where.
    """

    imports: Mapping[str, str]
    template: str = "{path}({keywords})({arrays}{weight})"
    arrays: str = "y_true, y_pred"
    weight: str = ", sample_weight"
    reduction: str = "reduction='{}'"
    unsaid: str = "mean"
    words: Mapping[str, str] = NOTHING
    array: str = "{}"
    hand_over: Callable[[Mapping[str, Any], Array], Any] = as_it_is
    backends: tuple[str, ...] = ()
    moved: str = ""


def words_of(calls: Iterable[Call]) -> dict[str, str]:
    """A framework's names of parameters where they are not ours, with ours."""
    written = (pair for call in calls for pair in call.names.items())
    keywords = {
        keyword[1]: ours
        for ours, text in written
        if isinstance(text, str) and (keyword := re.search(r"(\w+)=[^=,]*\{\}", text))
    }
    return {theirs: ours for theirs, ours in keywords.items() if theirs != ours}


def in_our_words(given: Mapping[str, Any], words: Mapping[str, str], own: Collection[str]) -> dict[str, Any]:
    """Parameters by our names, given by those or by a library's `words` for them."""
    named: dict[str, Any] = {}
    for name, value in given.items():
        ours = name if name in own else words.get(name, name)
        if ours in named:
            raise LosscliError(f"{name} and {ours} are one parameter, given twice", "keep one of the two")
        named[ours] = value
    return named
