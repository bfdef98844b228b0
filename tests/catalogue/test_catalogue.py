"""The catalogue's pages: their schema, the names they point to, examples, identifiers, LaTeX, plain words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import latex2mathml.converter
import numpy as np
import pytest
from support.conditions import condition, parts

import losscli
from losscli.catalogue import pages as catalogue
from losscli.catalogue import registry

NAMES = losscli.names()

TYPES: dict[str, Any] = {
    "summary": str,
    "formula": str,
    "where": str,
    "latex": str,
    "gradient": str,
    "meaning": str,
    "unit": str,
    "range": str,
    "infinite": (str, type(None)),
    "parameters": dict,
    "use_when": list,
    "not_when": list,
    "pitfalls": list,
    "properties": list,
    "relatives": dict,
    "example": dict,
    "sources": list,
}
PRAISE = re.compile(
    r"powerful|widely used|(is|most) popular|popular (choice|loss|metric)|robust manner|state-of-the-art"
    r"|seamless|elegant",
    re.IGNORECASE,
)


def page(name: str) -> dict[str, Any]:
    return catalogue.read(name, registry.get(name).family)


def texts(value: Any) -> Iterator[str]:
    """Every string of a page."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def leaves(value: Any) -> Iterator[Any]:
    """What nested lists hold."""
    if isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_every_key_in_order_and_of_its_type(name: str) -> None:
    words = page(name)
    every = ["steps", "steps_like", "steps_by_score"]
    lines = [key for key in words if key in every]  # a page may have none
    assert list(words) == [*list(TYPES)[:-1], *lines, "sources"]
    assert lines == [key for key in every if key in lines]
    assert not lines or "steps" in lines
    for key, kind in TYPES.items():
        assert isinstance(words[key], kind), key
        assert words[key] or key in ("infinite", "parameters", "properties"), key
    for text in (
        *words["use_when"],
        *words["pitfalls"],
        *words["parameters"].values(),
        *words["relatives"].values(),
    ):
        assert isinstance(text, str)
        assert text.strip()
    assert all(isinstance(key, str) for key in (*words["parameters"], *words["relatives"], *words["example"]))


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_in_tables_is_short_and_what_is_read_is_whole(name: str) -> None:
    words = page(name)
    assert len(words["summary"]) <= 105
    assert words["summary"][-1] in ".?"
    assert "\n" not in words["summary"]
    assert len(words["unit"]) <= 34
    assert len(words["formula"].splitlines()) <= 2
    assert 1 <= len(words["use_when"]) <= 4
    assert 1 <= len(words["pitfalls"]) <= 5
    for text in (words["meaning"], *words["use_when"], *words["pitfalls"], words["example"]["shows"]):
        assert text.strip()[-1] in ".?)", text
    if words["infinite"] is not None:
        assert not words["infinite"].endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_points_only_to_losses_that_there_are(name: str) -> None:
    words = page(name)
    for advice in words["not_when"]:
        assert set(advice) == {"when", "instead"}
        assert advice["when"].endswith(".")
        instead = advice["instead"] if isinstance(advice["instead"], list) else [advice["instead"]]
        assert instead
        assert set(instead) <= set(NAMES) - {name}
    assert set(words["relatives"]) <= set(NAMES) - {name}
    assert 1 <= len(words["relatives"]) <= 5


@pytest.mark.parametrize("name", NAMES)
def test_properties_and_their_conditions_are_of_the_vocabulary(name: str) -> None:
    loss = registry.get(name)
    for item in catalogue.explanation(loss, elsewhere=False).properties:
        assert item.name in catalogue.PROPERTIES
        assert bool(item.detail) == (item.name in catalogue.WITH_DETAIL)
        condition(loss, parts(item.when))


@pytest.mark.parametrize("name", NAMES)
def test_the_worked_example_computes(name: str) -> None:
    example = page(name)["example"]
    assert set(example) == {"y_true", "y_pred", "params", "shows"}
    assert (example["y_true"] is not None) == registry.get(name).truth
    for value in (*leaves(example["y_true"] or []), *leaves(example["y_pred"])):
        assert isinstance(value, int | float), f"{value!r}: YAML reads 1e200 as text, 1.0e+200 as a number"
        assert not isinstance(value, bool)
    explained = losscli.explain(name)
    score = explained.example_score
    assert score is not None
    assert score.value is not None
    assert score.n == len(example["y_pred"])
    assert [parameter.name for parameter in explained.parameters] == list(registry.get(name).parameters)


RANGE = re.compile(
    r"from (\S+) \(best\) (?:(?:to (log 2|\S+)( = 0\.693)?)|without limit(?:, if .*)?)(?:; .*)?"
)
# Limits that hang on a parameter or on the data, in words of their own: (lowest, highest, best) beside them.
RANGES: dict[str, tuple[float, float, float | None]] = {
    "no limit": (-math.inf, math.inf, None),
    "any number": (-math.inf, math.inf, None),
    "set by the matrix": (-math.inf, math.inf, None),
    "least": (0.0, math.inf, None),
    "below 0 else": (-math.inf, math.inf, 0.0),
    "number of true labels": (0.0, math.inf, None),
    "c²/6": (0.0, math.inf, 0.0),
    "1/q": (0.0, math.inf, 0.0),
    "under multiclass": (0.0, 2.0, 0.0),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_range_that_a_page_prints_is_the_kernel_s(name: str) -> None:
    text, loss = page(name)["range"], registry.get(name)
    (own, *more) = [facts for words, facts in RANGES.items() if words in text] or [None]
    if own is None:
        found = RANGE.fullmatch(text)
        assert found is not None
        low, high = (
            math.inf
            if end is None
            else math.log(2)
            if end == "log 2"
            else float(end.replace("−", "-").replace("∞", "inf"))
            for end in found.group(1, 2)
        )
        own = (low, high, low)
    assert not more
    assert (loss.lowest, loss.highest, loss.best) == own


def of_shares(name: str) -> bool:
    """Whether a loss takes rows of shares on both sides, which may be off 1 by a thousandth."""
    domains = (registry.get(name).signature.y_true, registry.get(name).signature.y_pred)
    return all(domain is not None and domain.sums_to_one and domain.values is None for domain in domains)


@pytest.mark.parametrize("name", [name for name in NAMES if of_shares(name)])
def test_rows_that_sum_to_nearly_one_leave_the_range_only_where_the_page_says_so(name: str) -> None:
    loss, row = registry.get(name), np.array([[0.5, 0.3, 0.2]])
    params = {parameter.name: np.eye(3) for parameter in loss.parameters.values() if parameter.required}
    values = [losscli.compute(name, a * row, b * row, **params).value for a, b in ((1, 1.0009), (0.9991, 1))]
    assert (min(values) < loss.lowest) == ("if both rows sum to 1" in page(name)["range"])


@pytest.mark.parametrize("name", NAMES)
def test_sources_have_identifiers_of_the_right_form(name: str) -> None:
    for source in page(name)["sources"]:
        ((kind, identifier),) = ((key, value) for key, value in source.items() if key != "cite")
        assert len(source["cite"]) > 20
        # "1753" or "c. 1900" would do: a year, somewhere
        assert re.search(r"\b(1[5-9]|20)\d\d\b", source["cite"]) or kind == "url"
        assert has_form(kind, str(identifier)), f"{kind}: {identifier}"


def has_form(kind: str, identifier: str) -> bool:
    match kind:
        case "doi":
            return re.fullmatch(r"10\.\d{4,9}/\S+", identifier) is not None
        case "arxiv":
            return re.fullmatch(r"\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7}", identifier) is not None
        case "isbn":
            return isbn(identifier.replace("-", ""))
        case "url":
            return re.fullmatch(r"https://[^\s/]+\.\w+(/\S*)?", identifier) is not None
        case "none":
            return len(identifier) > 10
    return False


def isbn(digits: str) -> bool:
    """Whether the check digit of an ISBN-10 or ISBN-13 is right."""
    if re.fullmatch(r"\d{13}", digits):
        return sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits)) % 10 == 0
    if re.fullmatch(r"\d{9}[\dX]", digits):
        values = [10 if d == "X" else int(d) for d in digits]
        return sum((10 - i) * value for i, value in enumerate(values)) % 11 == 0
    return False


def test_an_isbn_is_checked_by_its_check_digit() -> None:
    assert isbn("9780306406157")
    assert isbn("0306406152")
    assert not isbn("9780306406158")
    assert not isbn("0306406153")


# The number of children MathML wants: latex2mathml writes \frac{1} with one.
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3}

# Valid in LaTeX, left as they are by latex2mathml.
UNKNOWN_TO_THE_PARSER = re.compile(r"\\_|\\arg\b")


def compile_latex(text: str) -> ElementTree.Element:
    """LaTeX as MathML; ValueError for what a TeX engine would not set."""
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            raise ValueError("a brace closes nothing")
    if depth:
        raise ValueError("a brace is left open")
    outside = re.sub(r"\\begin\{(\w+)\}.*?\\end\{\1\}", "", text, flags=re.DOTALL)
    if re.search(r"(?<!\\)&|\\\\", outside):
        raise ValueError("& and \\\\ stand in an environment")
    if not text.isascii():
        raise ValueError("letters beyond ASCII are commands in LaTeX")
    tree = ElementTree.fromstring(latex2mathml.converter.convert(text))
    for element in tree.iter():
        tag = element.tag.rpartition("}")[2]
        if tag in CHILDREN and len(element) != CHILDREN[tag]:
            raise ValueError(f"{tag} has {len(element)} parts")
        if "\\" in UNKNOWN_TO_THE_PARSER.sub("", element.text or ""):
            raise ValueError(f"{element.text} is no command")
    return tree


@pytest.mark.parametrize("name", NAMES)
def test_the_latex_compiles(name: str) -> None:
    tree = compile_latex(page(name)["latex"])
    assert len("".join(tree.itertext())) >= 3


def compiles(text: str) -> bool:
    try:
        compile_latex(text)
    except Exception:  # each fault has an exception of the parser's own
        return False
    return True


@pytest.mark.parametrize(
    "wrong",
    [
        r"\frac{1}{2",
        r"a } b",
        r"\begin{cases} a",
        r"a_b_c",
        r"\frac{1}",
        r"\nosuch x",
        r"\left( a",
        r"a & b",
        r"a \\ b",
        "δ",
    ],
)
def test_latex_that_does_not_compile_is_noticed(wrong: str) -> None:
    assert not compiles(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_pages_say_facts_and_no_praise(name: str) -> None:
    for text in texts(page(name)):
        assert not PRAISE.search(text)
        assert "TODO" not in text
        assert "\t" not in text


def test_no_two_losses_share_a_summary_or_a_title() -> None:
    assert len({page(name)["summary"] for name in NAMES}) == len(NAMES)
    assert len({registry.get(name).title for name in NAMES}) == len(NAMES)
