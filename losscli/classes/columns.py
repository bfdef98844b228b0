"""What the names of columns say: numbers, or the classes that they are named after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def numbered(names: Sequence[str]) -> list[tuple[float, ...]] | None:
    """The numbers in names that are alike but for these: (1,), (2,) of p_1, p_2; None of other names.

    What begins with 0 and a point is one number, as in q0.05, unless that makes two names one.
    """
    for number in (r"(0\.\d+|\d+)", r"(\d+)"):
        parts = [re.split(number, name) for name in names]
        if len(names) < 2 or len({tuple(part[::2]) for part in parts}) > 1 or len(parts[0]) < 2:
            continue
        values = [tuple(float(text) if "." in text else int(text) for text in part[1::2]) for part in parts]
        if len({*values}) == len(names) or "." not in number:
            return values
    return None


def class_numbers(names: Sequence[str]) -> list[int] | None:
    """The number of the class that each column's name says: 1, 2, 3 of p_1, p_2, p_3; None of other names."""
    numbers = numbered(names)
    varying = [set(places) for places in zip(*numbers or (), strict=True)]
    several = [i for i, places in enumerate(varying) if len(places) > 1]
    if numbers is None or len(several) != 1 or len(varying[several[0]]) < len(names):
        return None
    classes = [number[several[0]] for number in numbers]
    return None if any(isinstance(number, float) for number in classes) else [int(n) for n in classes]


def ends(names: Sequence[str]) -> list[str]:
    """What is left of names without what they all begin and end with."""
    before = _common(names)
    rest = [name[before:] for name in names]
    behind = _common([name[::-1] for name in rest])
    return [name[: len(name) - behind] for name in rest]


def _common(names: Sequence[str]) -> int:
    """How many characters all names begin with."""
    return next(
        (i for i, some in enumerate(zip(*names, strict=False)) if len({*some}) > 1), min(map(len, names))
    )


def named_after(words: Mapping[str, str], columns: Sequence[str]) -> tuple[str, ...] | None:
    """The word, by its key, that each column is named after: cat, dog of p_cat, p_dog; None where one is not.

    A column whose class does not occur is named by what is left of it.
    """
    forms = [_plain(name) for name in columns]
    keys = {_plain(word).strip("_"): word for word in words.values()}
    first = next(iter(keys))
    ways: set[tuple[str, ...]] = set()
    for form in forms:
        for match in re.finditer(f"(?={re.escape(first)})", form):
            before, behind = form[: match.start()], form[match.start() + len(first) :]
            rests = [
                each[len(before) : len(each) - len(behind)]
                for each in forms
                if each.startswith(before) and each.endswith(behind) and len(each) > len(before + behind)
            ]
            if len(set(rests)) == len(columns) and keys.keys() <= set(rests):
                ways.add(tuple(rests))
    if len(ways) != 1:
        return None
    (way,) = ways
    return tuple(keys.get(rest, rest) for rest in way)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name.casefold())
