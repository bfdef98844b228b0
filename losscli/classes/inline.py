"""Class names among an option's values, in place of their numbers: --true cat,dog --classes cat,dog,bird."""

from __future__ import annotations

import json

from losscli.classes.names import Classes, ClassNames
from losscli.errors import LosscliError


def numbered(asked: ClassNames, texts: dict[str, str | None]) -> tuple[dict[str, str | None], Classes]:
    """The options' values with classes as numbers; LosscliError for a name that is none of them."""
    words = {option: _words(text) for option, text in texts.items() if text is not None}
    named = {  # numbers are names of classes in y_true alone
        option: held
        for option, held in words.items()
        if held is not None and (option == "--true" or not all(map(_number, held)))
    }
    classes = _classes(asked, [word for held in named.values() for word in held])
    for option, held in named.items():
        numbers = [classes.number(word) for word in held]
        if None in numbers:
            place = numbers.index(None)
            raise LosscliError(
                f'{option}: "{held[place]}" (value {place + 1}) is none of the classes', f"{classes.words}"
            )
        texts = {**texts, option: ",".join(f"{number:g}" for number in numbers if number is not None)}
    return texts, classes


def _words(text: str) -> list[str] | None:
    """A list of words; None where it is none."""
    if text.startswith("@"):
        return None
    try:
        held = json.loads(text) if text.lstrip().startswith("[") else text.split(",")
    except ValueError:
        return None
    flat = not any(isinstance(word, list) for word in held)
    return [str(word).strip().strip("\"'") for word in held] if flat else None


def _number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _classes(asked: ClassNames, words: list[str]) -> Classes:
    if asked.positive is None:
        return Classes(asked.classes)
    others = list(dict.fromkeys(word for word in words if word != asked.positive))
    if len(others) != 1 or asked.positive not in words:
        listed = ", ".join(dict.fromkeys(words)) or "numbers alone"
        raise LosscliError(
            f"--positive {asked.positive}: the labels are {listed}, not it and one other",
            "name all classes: --classes cat,dog,bird",
        )
    return Classes((others[0], asked.positive))
