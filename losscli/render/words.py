"""The sentences that several pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.render.numbers import parameter, scalar, share

if TYPE_CHECKING:
    from collections.abc import Mapping

    from losscli.results.score import Concentration, Remark, Score
    from losscli.results.steps import Steps
    from losscli.results.words import Advice, Example, Words

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def counted(n: int, noun: str) -> str:
    """`three models`, `11 models`: small counts in words, for headings."""
    word = _COUNTS[n] if n < len(_COUNTS) else str(n)
    return f"{word} {noun}" + "s" * (n != 1)


def plural(n: int, noun: str) -> str:
    """`1 row`, `12 rows`."""
    return f"{n} {noun}" + "s" * (n != 1)


def parameters(params: Mapping[str, Any]) -> str:
    """`delta 1 · from_logits false`."""
    return " · ".join(f"{name} {parameter(value)}" for name, value in params.items())


def definition(score: Score | Steps) -> str:
    """What the number follows: `exact definition`, or the framework."""
    if score.like == "exact":
        return "exact definition"
    names = {e.framework: e.title for e in score.about.elsewhere} if score.about else {}
    return f"like {names.get(score.like, score.like)}"


def divided(score: Score) -> str | None:
    """`divided by 4 samples`, `divided by 51.25, the sum of the weights of 4 samples`, or why it is not."""
    if score.divisor is None:
        return score.divided_by or None
    if score.divided_by.split()[0] == f"{score.divisor:.0f}":
        return f"divided by {score.divided_by}"
    return f"divided by {scalar(score.divisor)}, {score.divided_by}"


def best(about: Words, like: str = "exact") -> str:
    """The range, with the best value where the range's own words do not name it.

    It is the definition's: beside the number of a framework that departs from it, that is said.
    """
    span = about.range
    if about.best is not None and "best" not in span:
        span += f"; the best is {scalar(about.best)}"
    departs = any(entry.framework == like and entry.differences for entry in about.elsewhere)
    return f"{span} (exact definition)" if departs else span


def dominate(made: Concentration | None) -> str | None:
    """Which samples dominate, as a sentence; None for a single sample."""
    if made is None or made.n < 2:
        return None
    about = "" if made.exact else "about "
    if made.half > 1:
        whose = f"that of {row_of(made)}" if made.file else f"row {made.worst}'s"
        return (
            f"{about}{made.half} of {made.n} samples make up half of the loss; "
            f"the largest share is {whose} ({share(made.worst_share)})"
        )
    size = "more than half" if made.worst_share > 0.5 else "half"
    return f"1 of {made.n} samples makes {size} of the loss: {row_of(made)} ({share(made.worst_share)})"


def half(made: Concentration | None) -> str:
    """The same for a table cell: `98 rows (22 %)`, a dash where it does not apply."""
    if made is None:
        return "–"
    about = "" if made.exact else "~"
    return f"{about}{plural(made.half, 'row')} ({share(made.half / made.n)})"


def worst(made: Concentration | None) -> str:
    """`row 78 (3.1 %)`: the row with the largest share."""
    return "–" if made is None else f"{row_of(made)} ({share(made.worst_share)})"


def row_of(made: Concentration) -> str:
    """`row 78`, or `row 78 of preds/2.csv`: the row with the largest share."""
    return f"row {made.worst}" + (f" of {made.file}" if made.file else "")


def remark(said: Remark) -> str:
    """A remark with the rows it concerns: `Keras clips … (row 2).`"""
    listed = ", ".join(map(str, said.rows))
    if said.rows and said.count is not None and said.count > len(said.rows):
        rows = f"{said.count} rows, the first: {listed}"
    elif said.rows:
        rows = ("row " if len(said.rows) == 1 else "rows ") + listed
    elif said.count is not None:
        rows = plural(said.count, "row")
    else:
        return f"{said.text.rstrip('.')}."
    return f"{said.text.rstrip('.')} ({rows})."


def instead(advice: Advice) -> str:
    """`Large errors are what costs you. → mse`."""
    return advice.when + (f" → {', '.join(advice.instead)}" if advice.instead else "")


def citation(text: str, identifier: str | None) -> str:
    """A source with its identifier, a URL without its prefix."""
    return text if identifier is None else f"{text.rstrip('.')}, {identifier.removeprefix('url:')}"


def command(name: str, example: Example) -> tuple[str, ...]:
    """The shell words that compute the worked example."""
    words = [f"losscli compute {name}"]
    if example.y_true is not None:
        words.append(f"--true {_inline(example.y_true)}")
    words.append(f"--pred {_inline(example.y_pred)}")
    words.extend(
        "-p " + _quoted(f"{name}={value if isinstance(value, str) else _json(value)}")
        for name, value in example.params.items()
    )
    return tuple(words)


def _inline(value: Any) -> str:
    text = _json(value)
    flat = isinstance(value, (list, tuple)) and not any(isinstance(v, (list, tuple)) for v in value)
    return _quoted(text[1:-1] if flat and len(value) > 1 else text)


def _quoted(text: str) -> str:
    from shlex import quote  # for pages of losses alone

    return quote(text)


def _json(value: Any) -> str:
    import json

    return json.dumps(_short(value), separators=(",", ":"))


def _short(value: Any) -> Any:
    """`value` with whole numbers as integers: 3 and not 3.0."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [_short(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value
