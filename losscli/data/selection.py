"""Which columns are meant: by name, by position, by pattern, or found by a common name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from losscli.data.words import listed, shown
from losscli.errors import LosscliError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from losscli.classes.names import Classes

COMMON_TRUE = ("y_true", "true", "target", "label", "actual", "ground_truth", "y")
COMMON_PRED = (
    "y_pred",
    "pred",
    "prediction",
    "predicted",
    "forecast",
    "score",
    "prob",
    "probability",
    "logits",
)
# What stands beside y_true and y_pred and is neither.
BESIDE = re.compile(
    r"^\s*$|(?:^|[\W_])(?:id|key|index|row|date|day|time|timestamp|fold|split|group|weight|weights|Unnamed)(?:$|[\W_])",
    re.I,
)


class Selection(NamedTuple):
    """Columns by their index: of y_true (empty: there is none), of each model, of the weight, of labels.

    The arrays of `coded` ("y_true", models) hold labels, which `classes` number. `common` are the arrays
    whose column was found by a common name.
    """

    true: tuple[int, ...]
    models: Mapping[str, tuple[int, ...]]
    weight: int | None
    chosen: tuple[str, ...]
    by: tuple[int, ...] = ()
    classes: Classes | None = None
    coded: tuple[str, ...] = ()
    common: tuple[str, ...] = ()


def select(
    table: str,
    names: Sequence[str],
    true: str | None,
    pred: str | None,
    weight: str | None,
    by: str | None = None,
    *,
    truth: bool,
    models: bool,
) -> Selection:
    """What `Table.select` says, for a table with these columns' names.

    LosscliError for a column that is not there, that stands twice, or that cannot be found.
    """
    if not truth and true is not None:
        raise LosscliError(f"--true {shown(true)}: this loss takes no y_true", "leave --true out")
    asked = _Asked(table, names)
    true_columns = () if true is None else asked.find(true, "--true")
    weight_columns = () if weight is None else asked.find(weight, "--weight")
    if len(weight_columns) > 1:
        raise LosscliError(
            f"--weight {shown(weight or '')} names {len(weight_columns)} columns",
            "a weight is one number a row: name one column",
        )
    by_columns = () if by is None else asked.find(by, "--by")
    model_columns = {}
    if pred is not None:
        model_columns = asked.models(pred) if models else {"y_pred": asked.find(pred, "--pred")}

    models_of = [i for columns in model_columns.values() for i in columns]
    taken = {*true_columns, *weight_columns, *models_of}
    roles: dict[str, tuple[str, ...]] = {}
    if truth and true is None:
        roles["y_true"] = COMMON_TRUE
    if pred is None:
        roles["y_pred"] = COMMON_PRED
    defaults = asked.roles(roles, taken, by_columns) if roles else {}
    if "y_true" in defaults:
        true_columns = (defaults["y_true"],)
    if "y_pred" in defaults:
        index = defaults["y_pred"]
        model_columns = {names[index] if models else "y_pred": (index,)}
    weight_column = weight_columns[0] if weight_columns else None
    common = tuple(defaults)
    chosen = Selection(
        true_columns, model_columns, weight_column, tuple(asked.chosen), by_columns, common=common
    )
    return paired([names[i] for i in true_columns], names, chosen)


def paired(true: Sequence[str], names: Sequence[str], chosen: Selection) -> Selection:
    """The models' columns in the order of those of y_true, where their names end alike: t_cat and p_cat."""
    if len(true) < 2:
        return chosen
    from losscli.classes.columns import ends

    wanted, models, said = ends(true), dict(chosen.models), list(chosen.chosen)
    for model, columns in chosen.models.items():
        held = ends([names[index] for index in columns])
        if held != wanted and len(set(held)) == len(held) and sorted(held) == sorted(wanted):
            models[model] = tuple(columns[held.index(end)] for end in wanted)
            listing = listed([names[index] for index in models[model]])
            said.append(f"{shown(model)} follows y_true by its columns' names: {listing}")
    return chosen._replace(models=models, chosen=tuple(said))


def select_key(table: str, names: Sequence[str], key: str | None) -> tuple[int, ...]:
    """The columns of --key; none without it."""
    return () if key is None else _Asked(table, names).find(key, "--key")


def select_truth(table: str, names: Sequence[str], true: str | None, key: str | None) -> Selection:
    """The columns of a file of y_true alone, in place of a model's, with those of the key as labels."""
    asked = _Asked(table, names)
    keys = select_key(table, names, key)
    if true is not None:
        return Selection((), {"y_pred": asked.find(true, "--true")}, None, tuple(asked.chosen), keys)
    index = asked.roles({"y_true": COMMON_TRUE}, set(keys))["y_true"]
    return Selection((), {"y_pred": (index,)}, None, tuple(asked.chosen), keys)


def of_common(columns: Mapping[str, str]) -> str:
    """`y_true is the column target, y_pred the column forecast: …`: only the first has a verb."""
    (role, name), *rest = columns.items()
    sentence = f"{role} is the column {shown(name)}"
    sentence += "".join(f", {role} the column {shown(name)}" for role, name in rest)
    return f"{sentence}: the first of the common names found"


def there_are(names: Sequence[str]) -> str:
    """`there are: date, price, forecast`."""
    return f"there are: {listed(names)}"


class _Asked:
    """The columns of a table, asked for by what a person wrote; `chosen` gathers what is to be said."""

    def __init__(self, table: str, names: Sequence[str]) -> None:
        self.table = table
        self.names = names
        self.there_are = there_are(names)
        self.chosen: list[str] = []
        self._at: dict[str, list[int]] = {}
        for index, name in enumerate(names):
            self._at.setdefault(name, []).append(index)

    def find(self, text: str, option: str) -> tuple[int, ...]:
        """The columns of a name, a comma list, or a pattern."""
        indices = [index for item in self._items(text, option) for index in self._find_item(item, option)]
        return self._each_once(indices, text, option)

    def models(self, text: str) -> dict[str, tuple[int, ...]]:
        """The columns of each item of a comma list."""
        models: dict[str, tuple[int, ...]] = {}
        for item in self._items(text, "--pred"):
            if item in models:
                raise LosscliError(f"--pred {shown(text)}: {shown(item)} is named twice", "name it once")
            models[item] = tuple(self._find_item(item, "--pred"))
        return models

    def roles(
        self, roles: Mapping[str, Sequence[str]], taken: set[int], by: Sequence[int] = ()
    ) -> dict[str, int]:
        """The column of each role by its common names; of the last role, the only column that may be it.

        A column that groups the rows, `by`, may be one by its name alone.
        """
        columns: dict[str, int] = {}
        for role, common in roles.items():
            index = self._common(common, {*taken, *columns.values()})
            if index is not None:
                columns[role] = index
        if columns:
            self.chosen.append(of_common({role: self.names[index] for role, index in columns.items()}))
        missing = [role for role in roles if role not in columns]
        if missing:
            others = [
                index
                for index, name in enumerate(self.names)
                if index not in {*taken, *by, *columns.values()} and not BESIDE.search(name)
            ]
            if len(missing) > 1 or len(others) != 1:
                role = missing[0]
                raise LosscliError(
                    f"{self.table}: no column has a common name of {role} ({', '.join(roles[role])})",
                    f"choose with --true NAME --pred NAME ({self.there_are})",
                )
            columns[missing[0]] = self._once(self.names[others[0]])
            self.chosen.append(f"{missing[0]} is the column {shown(self.names[others[0]])}: the only other")
        return columns

    def _common(self, common: Sequence[str], taken: set[int]) -> int | None:
        """The first of the common names that a column has, in their order; else one that differs in case."""
        free = [name for index, name in enumerate(self.names) if index not in taken]
        for name in common:
            if name in free:
                return self._once(name)
        for name in common:
            for column in free:
                if column.casefold() == name:
                    return self._once(column)
        return None

    def _items(self, text: str, option: str) -> list[str]:
        if text in self._at:
            return [text]
        items = [item if item in self._at else item.strip() for item in text.split(",")]
        if "" in items and "" not in self._at:
            what = f"{option} {shown(text)}: an empty name beside a comma"
            raise LosscliError(what if text.strip() else f"{option} names no column", self.there_are)
        positions = [item for item in items if self._is_position(item)]
        if 0 < len(positions) < len(items):
            name = next(item for item in items if item not in positions)
            at = [str(self._at[item][0] + 1) if item in self._at else item for item in items]
            raise LosscliError(
                f"{option} {shown(text)}: {positions[0]} is a position and {shown(name)} a name",
                f"one list holds names or positions: {option} {shown(','.join(at))}; {self.there_are}",
            )
        return items

    def _is_position(self, item: str) -> bool:
        return item not in self._at and re.fullmatch("[0-9]+", item) is not None

    def _find_item(self, item: str, option: str) -> list[int]:
        if item in self._at:
            index = self._once(item)
            if re.fullmatch("[0-9]+", item) and item != str(index + 1):
                self.chosen.append(f"{option} {item} is the column named {item}, at position {index + 1}")
            return [index]
        if self._is_position(item):
            # int() refuses very many digits.
            position = int(item) if len(item) < 10 else 0
            if not 1 <= position <= len(self.names):
                raise LosscliError(
                    f"{option}: {self.table} has no column {item}",
                    f"positions go from 1 to {len(self.names)}; {self.there_are}",
                )
            self.chosen.append(f"{option} {item} is the column {shown(self.names[position - 1])}")
            return [position - 1]
        if "*" in item or "?" in item:
            return self._matching(item, option)
        guess = did_you_mean(item, self.names)
        raise LosscliError(
            f"{option}: {self.table} has no column {shown(item)}",
            f"{shown(guess)} {self.there_are}" if guess else self.there_are,
        )

    def _matching(self, pattern: str, option: str) -> list[int]:
        # fnmatch would give brackets a meaning too, and columns may have brackets in their names.
        parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
        expression = re.compile("".join(parts), re.DOTALL)
        names = [name for name in self._at if expression.fullmatch(name)]
        if not names:
            raise LosscliError(f"{option} {shown(pattern)} matches no column of {self.table}", self.there_are)
        from losscli.classes.columns import numbered

        order = "in the file's order"
        numbers = numbered(names)
        if numbers is not None and numbers != sorted(numbers):
            order = "by their numbers, which is not the file's order"
            names = [name for _, name in sorted(zip(numbers, names, strict=True))]
        indices = [self._once(name) for name in names]
        taken = f"the columns {listed(names)}, {order}" if len(names) > 1 else f"the column {shown(names[0])}"
        self.chosen.append(f"{option} {shown(pattern)} is {taken}")
        return indices

    def _once(self, name: str) -> int:
        index, *others = self._at[name]
        if others:
            times = "twice" if len(others) == 1 else f"{len(others) + 1} times"
            positions = ", ".join(str(i + 1) for i in self._at[name])
            raise LosscliError(
                f"{self.table}: the column {shown(name)} stands {times}",
                f"choose one by its position: {positions}",
            )
        return index

    def _each_once(self, indices: list[int], text: str, option: str) -> tuple[int, ...]:
        seen: set[int] = set()
        for index in indices:
            if index in seen:
                name = shown(self.names[index])
                raise LosscliError(f"{option} {shown(text)} takes the column {name} twice", "name it once")
            seen.add(index)
        return tuple(indices)
