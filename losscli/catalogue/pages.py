"""The words: a YAML file a loss, and the loader that turns one into an Words."""

from __future__ import annotations

import marshal
import math
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from losscli.frameworks.convention import Convention, conventions
from losscli.losses.declare import Loss
from losscli.losses.layout import axes_words
from losscli.results.words import (
    Advice,
    Citation,
    Elsewhere,
    Example,
    ParameterWords,
    Property,
    Relative,
    Words,
)

if TYPE_CHECKING:
    from losscli.formula.language import Formula

HERE = Path(__file__).parent

# What a property of a loss means; the contract suite checks each that a file declares. One that holds under
# a condition alone says which: {convex: in the probabilities}, {minimiser: mean; without pos_weight}.
PROPERTIES = {
    "convex": "convex in y_pred",
    "smooth": "the gradient exists and is continuous",
    "bounded_gradient": "no row pulls harder than a bound",
    "symmetric": "y_true and y_pred may be exchanged",
    "shift_invariant": "adding a constant to both changes nothing",
    "scale_invariant": "multiplying both by a positive constant changes nothing",
    "rotation_invariant": "rotating every vector alike changes nothing",
    "zero_at_truth": "0 for a perfect prediction",
    "bounded": "the value stays in a finite interval",
    "proper": "a proper scoring rule: least at the true probability",
    "minimiser": "the best constant prediction",
    "margin": "exactly 0 beyond the margin",
}
WITH_DETAIL = {"bounded_gradient", "bounded", "minimiser"}  # which say what bounds it, or what it is


@cache
def read(name: str, family: str) -> dict[str, Any]:
    """The file of a loss as data, from `__pycache__` where it was parsed before, as Python does with modules.

    Importing a YAML parser takes a tenth of the start.
    """
    source = HERE / family / f"{name}.yaml"
    status = source.stat()
    stamp = [status.st_mtime_ns, status.st_size]
    compiled = source.parent / "__pycache__" / f"{name}.{sys.implementation.cache_tag}.words"
    try:
        seen, words = marshal.loads(compiled.read_bytes())
        if seen == stamp:
            return dict(words)
    except (OSError, ValueError, EOFError, TypeError):
        pass  # not there yet, or cut off: parsed anew
    words = _parse(source)
    if not sys.dont_write_bytecode:
        _keep(compiled, marshal.dumps((stamp, words)))
    return words


def _parse(source: Path) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    words: dict[str, Any] = yaml.load(source.read_text(encoding="utf-8"), Loader=loader)
    return words


def _keep(file: Path, content: bytes) -> None:
    """Writes a file whole, or not at all where the package may not be written to."""
    beside = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(exist_ok=True)
        beside.write_bytes(content)
        beside.replace(file)
    except OSError:
        return


def page(loss: Loss) -> dict[str, Any]:
    """The file of a loss as data; of one that has none, what its declaration says."""
    try:
        return read(loss.name, loss.family)
    except FileNotFoundError:
        return _declared(loss)


def _declared(loss: Loss) -> dict[str, Any]:
    arguments = [*(["y_true"] * loss.truth), "y_pred", *loss.parameters]
    lines = (loss.kernel.__doc__ or loss.title).strip().split("\n")
    told = {
        "summary": lines[0].rstrip(".") + ".",
        "formula": f"L = {loss.name}({', '.join(arguments)})",
        "gradient": "none is declared" if loss.slope is None else "declared with the loss",
        "meaning": "It has no page: this is what its declaration says.",
        "unit": "none is declared",
        "range": _span(loss.lowest, loss.highest),
        "parameters": dict.fromkeys(loss.parameters, ""),
        "relatives": {},
    }
    lists = ("use_when", "not_when", "pitfalls", "properties", "sources")
    return {**told, **dict.fromkeys(("where", "latex"), ""), **dict.fromkeys(lists, ()), "infinite": None}


def _span(low: float, high: float) -> str:
    """A range in words: "from 0 without limit"."""
    if math.isinf(low) and math.isinf(high):
        return "any number"
    below = "without limit below" if math.isinf(low) else f"from {low:g}"
    return f"{below} without limit" if math.isinf(high) else f"{below} to {high:g}"


def explanation(loss: Loss, *, elsewhere: bool = True) -> Words:
    """What is said about a loss. Without `elsewhere` the frameworks are left out, and not imported."""
    words = page(loss)
    return Words(
        name=loss.name,
        title=loss.title,
        family=loss.family,
        kind=loss.kind,
        aliases=loss.aliases,
        lowest=loss.lowest,
        highest=loss.highest,
        best=loss.best,
        **{key: words[key] for key in ("summary", "formula", "where", "latex", "gradient", "meaning")},
        **{key: words[key] for key in ("unit", "range", "infinite")},
        axes=axes_words(loss),
        parameters=tuple(
            ParameterWords(p.name, p.default, p.takes, words["parameters"][p.name], p.required)
            for p in loss.parameters.values()
        ),
        use_when=tuple(words["use_when"]),
        not_when=tuple(Advice(item["when"], _several(item["instead"])) for item in words["not_when"]),
        pitfalls=tuple(words["pitfalls"]),
        properties=tuple(map(_property, words["properties"])),
        elsewhere=_elsewhere(loss) if elsewhere else (),
        relatives=tuple(Relative(name, why) for name, why in words["relatives"].items()),
        example=Example(**words["example"]) if "example" in words else None,
        sources=tuple(map(_citation, words["sources"])),
    )


def _several(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _property(item: str | dict[str, Any]) -> Property:
    if isinstance(item, str):
        return Property(item)
    ((name, value),) = item.items()
    if name not in WITH_DETAIL:
        return Property(name, None, str(value))
    detail, _, when = str(value).partition("; ")
    return Property(name, detail, when or None)


def _citation(item: dict[str, str]) -> Citation:
    for key, prefix in (("doi", "doi"), ("arxiv", "arXiv"), ("isbn", "isbn"), ("url", "url")):
        if key in item:
            return Citation(item["cite"], f"{prefix}:{item[key]}")
    return Citation(f"{item['cite']} ({item['none']})")


def _elsewhere(loss: Loss) -> tuple[Elsewhere, ...]:
    return tuple(
        Elsewhere(
            name,
            convention.framework.title,
            convention.owner,
            tuple(departure.why for departure in convention.departures),
            _note(convention),
        )
        for name, convention in conventions(loss).items()
    )


def _note(convention: Convention) -> str:
    notes = ["float32"] if convention.float32 else []
    if convention.loss.kind == "sample" and convention.weights and convention.over_samples("mean"):
        notes.append("weighted means divide by N, not by the sum of weights")
    return ", ".join(notes)


def formula(way: Convention) -> Formula | None:
    """The lines that compute one value as this convention does; None where the page has none.

    A framework with a formula of its own has its lines under `steps_like`; LosscliError for lines that are
    outside the language.
    """
    from losscli.formula.parser import parse

    loss = way.loss
    words = page(loss)
    own = way.kernel is not loss.kernel or (loss.kind == "statistic" and way.finish is not loss.finish_)
    source = words.get("steps_like", {}).get(way.framework.name, None if own else words.get("steps"))
    if source is None:
        return None
    names = [*way.signature.parameters, *([way.survey.name] if way.survey else [])]
    names += ["sample_weight"] * way.weighs
    return parse(loss.name, loss.kind, source, names, way.signature.y_true is not None)


def formula_by_score(loss: Loss) -> Formula | None:
    """The lines of a page's `steps_by_score`: the loss by a booster's raw score, up to a constant.

    A page has them where its `steps` have a derivative that is hard to read; None where it has none.
    """
    from losscli.formula.parser import parse

    source = page(loss).get("steps_by_score")
    return None if source is None else parse(loss.name, loss.kind, source, loss.parameters, loss.truth)
