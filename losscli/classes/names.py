"""Names of classes: how they are asked for, what two writings have in common, and their numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from losscli.errors import LosscliError

_NUMBER = re.compile(r"(-?)(0|[1-9]\d*)(?:\.(\d*))?(?:e([+-]\d{1,3}))?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")
_LISTED = 12


@dataclass(frozen=True)
class Classes:
    """The name of each class, from class 0 on.

    `let` are labels that no column stands for and that a loss leaves out, with the number each is given.
    `hint` says what to do with a label that is none of them.
    """

    names: tuple[str, ...]
    hint: str = ""
    let: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def _numbers(self) -> dict[str, float]:
        return {**self.let, **{class_key(name): float(k) for k, name in enumerate(self.names)}}

    def number(self, label: Any) -> float | None:
        """The number of a class, by its name or what is written for it; None of what is none."""
        return self._numbers.get(class_key(str(label)))

    def name(self, number: float) -> str:
        """The name of a class; the number itself where there is no such class."""
        known = 0 <= number < len(self.names) and number == int(number)
        return self.names[int(number)] if known else f"{number:g}"

    @property
    def words(self) -> str:
        """`cat is 0, dog 1, bird 2`."""
        (first, *rest), more = self.names[:_LISTED], len(self.names) - _LISTED
        listed = "".join(f", {name} {k}" for k, name in enumerate(rest, 1))
        return f"{first} is 0{listed}" + (f" … and {more} more" if more > 0 else "")


class ClassNames:
    """What --classes and --positive say, in the library classes and positive. LosscliError for nonsense."""

    def __init__(self, classes: str | Sequence[Any] | None = None, positive: Any = None) -> None:
        self.classes = _listed(classes)
        self.positive = None if positive is None else str(positive).strip()
        if self.classes and self.positive is not None:
            raise LosscliError(
                "--classes and --positive both say which class is which",
                "leave --positive out: of --classes no,yes the second is class 1",
            )

    def __bool__(self) -> bool:
        return bool(self.classes) or self.positive is not None


def _listed(classes: str | Sequence[Any] | None) -> tuple[str, ...]:
    if classes is None:
        return ()
    if isinstance(classes, str):
        if classes.lstrip().startswith("["):
            import json

            try:
                classes = list(json.loads(classes))
            except ValueError as error:
                raise LosscliError(
                    f"--classes {classes}: broken JSON: {error}", "write it as cat,dog,bird"
                ) from None
        else:
            classes = classes.split(",")
    names = tuple(str(name).strip() for name in classes)
    keys = [class_key(name) for name in names]
    if "" in keys or len(names) < 2:
        what = "an empty name" if "" in keys else "one class alone"
        raise LosscliError(f"--classes {','.join(names)}: {what}", "name every class: --classes cat,dog,bird")
    if twice := next((name for name, key in zip(names, keys, strict=True) if keys.count(key) > 1), None):
        raise LosscliError(f"--classes {','.join(names)} names {twice} twice", "name each class once")
    return names


def canonical(text: str) -> str:
    """A number or a date in one way, however it is written: 1.0 as 1, 2024-01-31 00:00:00 as 2024-01-31.

    All else stays as it is: 0001 and 12e4 may be names.
    """
    if not text or not (text[0].isdigit() or text[0] == "-"):
        return text
    if match := _NUMBER.fullmatch(text):
        sign, whole, fraction, exponent = match.groups()
        if not exponent:
            fraction = (fraction or "").rstrip("0")
            plain = f"{whole}.{fraction}" if fraction else whole
            return plain if plain == "0" else sign + plain
        from decimal import Decimal

        number = Decimal(text)
        return "0" if not number else f"{number.normalize():f}"
    if _DATE.fullmatch(text):
        from datetime import datetime

        try:
            moment = datetime.fromisoformat(text.removesuffix(" UTC") + "+00:00" * text.endswith(" UTC"))
        except ValueError:
            return text
        return moment.isoformat(" ").removesuffix(" 00:00:00")
    return text


def class_key(name: str) -> str:
    """What two writings of one class have in common: Cat and cat, 1 and 1.0."""
    return canonical(name.strip()).casefold()
