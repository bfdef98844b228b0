"""Which class each label stands for: as it is asked, as the columns' names say, or as the words do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from losscli.classes.columns import class_numbers, ends, named_after
from losscli.classes.names import Classes, class_key
from losscli.errors import LosscliError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from losscli.classes.names import ClassNames
    from losscli.rows import Roles

# Two words of which only one can be class 1.
PAIRS = ("no yes", "false true", "n y", "f t", "negative positive", "neg pos", "off on")
MOST = 1000  # words, of which more are no names of classes
LISTED = 12
TRUTH = "y_true"


class Labelled(NamedTuple):
    """An array as far as its names are known: those of its columns, and what its values are.

    `worded`: its values are words, no numbers. `survey` gives every different one as text.
    """

    columns: tuple[str, ...]
    worded: bool = False
    survey: Callable[[], Iterable[str]] = tuple

    @property
    def place(self) -> str:
        """Its columns, for a sentence."""
        return _listed(self.columns)


class Coding(NamedTuple):
    """Classes, the arrays (y_true, models) whose labels they number, and what is to be said of it.

    `order` says, for a model whose columns stand otherwise than the classes, where each class's column is.
    """

    classes: Classes
    roles: tuple[str, ...]
    said: str
    order: Mapping[str, Sequence[int]]


def resolve(
    asked: ClassNames, truth: Labelled | None, models: Mapping[str, Labelled], takes: Roles
) -> Coding | None:
    """What numbers the labels; None where they are the numbers of the classes already.

    LosscliError where names of classes may be read in more than one way, with the option that answers.
    """
    wide = {name: model for name, model in models.items() if len(model.columns) > 1} if takes.columns else {}
    held = {TRUTH: truth} if truth is not None else {}
    if takes.alike or truth is None:
        held |= {name: model for name, model in models.items() if name not in wide}
    worded = {role: seen for role, seen in held.items() if seen.worded}
    roles = worded or held
    if asked.classes:
        hint = f"--classes names {_listed(asked.classes)}: name every class"
        classes = Classes(asked.classes, hint, _let(takes, asked.classes))
        return Coding(classes, tuple(roles), f"classes: {classes.words}", _orders(asked.classes, wide, True))
    if asked.positive is not None:
        names = _two(asked.positive, roles)
        classes = Classes(names, let=_let(takes, names))
        return Coding(classes, tuple(roles), f"classes: {classes.words}", _orders(names, wide, False))
    if worded and truth is not None and not truth.worded and takes.columns and not takes.numbers:
        return None  # without a loss, nothing says that y_true is a class
    if worded:
        return _by_words(worded, held, wide, takes)
    if truth is not None and takes.numbers and wide and len(truth.columns) == 1:
        return _by_numbers(truth, wide, takes)
    return None


def _by_words(
    worded: Mapping[str, Labelled], held: Mapping[str, Labelled], wide: Mapping[str, Labelled], takes: Roles
) -> Coding:
    words = _words(worded)
    where = " and ".join(dict.fromkeys(seen.place for seen in worded.values()))
    names = tuple(words.values())
    if wide:
        return _by_columns(words, where, tuple(worded), wide, takes)
    pair = next((pair.split() for pair in PAIRS if set(words) <= set(pair.split())), None)
    if pair is not None:
        names = tuple(words.get(key, key) for key in pair)
        classes = Classes(names, f"{names[1]} and {names[0]} are two classes: --classes names others")
        return Coding(classes, tuple(worded), f"of {where}, {classes.words}", {})
    if takes.equality or takes.alone or (takes.alike and len(worded) == len(held) > 1):
        classes = Classes(names)
        said = f"the class names of {where} are numbered in their order: {classes.words}"
        return Coding(classes, tuple(worded), said, {})
    numbers = "numbers"
    if len(names) > 2:
        raise LosscliError(
            f"{where} holds {len(names)} class names ({_listed(names)}) beside {numbers}",
            f"say which number each has: --classes {_written(names)} counts them from 0",
        )
    both = f"two words ({names[0]}, {names[1]})" if len(names) > 1 else f"the word {names[0]}"
    raise LosscliError(
        f"{where} holds {both} beside {numbers}: which is class 1?",
        f"name it: --positive {_written(names[-1:])}",
    )


def _by_columns(
    words: Mapping[str, str], where: str, roles: tuple[str, ...], wide: Mapping[str, Labelled], takes: Roles
) -> Coding:
    """The columns are named after the classes."""
    for model in wide.values():
        names = named_after(words, model.columns)
        if names is None:
            listed = _written(tuple(words.values()))
            raise LosscliError(
                f"{where} holds class names ({_listed(tuple(words.values()))}), and the columns "
                f"{model.place} are not named after them",
                f"name the class of each column, in their order: --classes {listed}",
            )
    first = next(iter(wide.values()))
    names = named_after(words, first.columns) or ()
    classes = Classes(names, f"the columns {first.place} are those of the classes", _let(takes, names))
    said = f"the class names of {where} are those of the columns {first.place}: {classes.words}"
    return Coding(classes, roles, said, _orders(names, wide, True))


def _by_numbers(truth: Labelled, wide: Mapping[str, Labelled], takes: Roles) -> Coding | None:
    """The columns are numbered: a label is the number of its column."""
    numbers = {name: class_numbers(model.columns) for name, model in wide.items()}
    some = {name: held for name, held in numbers.items() if held is not None}
    if all(held == list(range(len(held))) for held in some.values()):
        return None
    name, first = next(iter(some.items()))
    for other, held in numbers.items():
        if held is None or set(held) != set(first):
            raise LosscliError(
                f"the columns {wide[name].place} and {wide[other].place} number the classes differently",
                f"name the class of each column, in their order: --classes {','.join(map(str, first))}",
            )
    names = tuple(map(str, first))
    hint = (
        f"the columns {wide[name].place} name the classes {_listed(names)}; if they stand for others, name "
        f"these in the columns' order: --classes {','.join(map(str, range(min(len(names), LISTED))))}"
    )
    classes = Classes(names, hint, _let(takes, names))
    said = f"the labels of {truth.place} are the numbers in the names of the columns {wide[name].place}"
    return Coding(classes, (TRUTH,), said, _orders(names, wide, True))


def _words(seen: Mapping[str, Labelled]) -> dict[str, str]:
    """Every word of these arrays; those that differ in their case alone are one."""
    words: dict[str, str] = {}
    for array in seen.values():
        for word in sorted(array.survey()):
            words.setdefault(class_key(word), word)
        if len(words) > MOST:
            raise LosscliError(
                f"{array.place} holds more than {MOST} different words: no names of classes",
                "choose other columns with --true and --pred",
            )
    return dict(sorted(words.items()))


def _two(positive: str, seen: Mapping[str, Labelled]) -> tuple[str, str]:
    """The two classes, the positive one last."""
    words = _words(seen)
    where = " and ".join(dict.fromkeys(array.place for array in seen.values()))
    others = [word for key, word in words.items() if key != class_key(positive)]
    if len(others) == 1:
        return others[0], words.get(class_key(positive), positive)
    if not others:
        return f"not {positive}", positive
    held = _listed(tuple(words.values()))
    if len(others) == len(words) == 2:
        raise LosscliError(f"--positive {shown(positive)}: {where} holds {held}", "name one of these")
    raise LosscliError(
        f"--positive {shown(positive)} parts two classes, and {where} holds {len(words)}: {held}",
        "number them with --classes, or make two classes of them",
    )


def _orders(names: Sequence[str], wide: Mapping[str, Labelled], strict: bool) -> dict[str, list[int]]:
    """Where each class's column is, for the models whose columns are named after the classes otherwise."""
    orders = {}
    keys = {class_key(name): name for name in names}
    for name, model in wide.items():
        if strict and len(model.columns) != len(names):
            raise LosscliError(
                f"there are {len(names)} classes ({_listed(tuple(names))}) and {len(model.columns)} columns "
                f"of predictions: {model.place}",
                "name one column for each class: --pred, in the order of --classes",
            )
        numbers = class_numbers(model.columns)
        own = named_after(keys, model.columns) if numbers is None else tuple(map(str, numbers))
        held = [class_key(each) for each in (own or ends(model.columns))]
        if len(held) == len(keys) and set(held) == set(keys):
            order = [held.index(key) for key in keys]
            if order != list(range(len(order))):
                orders[name] = order
        elif numbers is None and (some := set(held) & set(keys)):
            lacking = next(each for key, each in keys.items() if key not in some)
            raise LosscliError(
                f"no column of {model.place} is named after the class {shown(lacking)}",
                f"name the classes as the columns are, or take other columns with --pred: {_listed(held)}",
            )
    return orders


def _let(takes: Roles, names: Sequence[str]) -> dict[str, float]:
    """Labels that are left out, and are no class: the number each keeps, or −1 where a class has it."""
    keys = set(map(class_key, names))
    let = {}
    for label in takes.let:
        if class_key(str(label)) not in keys:
            free = isinstance(label, (int, float)) and not 0 <= label < len(names)
            let[class_key(str(label))] = float(label) if free else -1.0
    return let


def _listed(names: Sequence[str]) -> str:
    more = len(names) - LISTED
    return ", ".join(map(shown, names[:LISTED])) + (f" … and {more} more" if more > 0 else "")


def _written(names: Sequence[str]) -> str:
    """Names as the value of --classes, for a shell."""
    from shlex import quote

    return quote(",".join(map(shown, names[:LISTED])))
