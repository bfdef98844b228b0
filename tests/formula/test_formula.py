"""The language of steps: what it refuses and by what words, what it computes, how it is spelled."""

from __future__ import annotations

import ast
import math
import statistics
from typing import Any

import numpy as np
import pytest

from losscli.errors import LosscliError
from losscli.formula.evaluate import Values, run, value_of
from losscli.formula.language import FUNCTIONS, Line
from losscli.formula.numbers import constant, decided, substituted
from losscli.formula.parser import parse
from losscli.formula.spell import Speller, letters_of, python


def lines(*source: Any, **params: Any) -> Any:
    return parse("page", "sample", list(source), params).lines("lines", params)


def result(
    *source: Any, y_true: Any = None, y_pred: Any = None, dtype: Any = np.float64, **params: Any
) -> Any:
    arrays = {"y_true": y_true, "y_pred": y_pred}
    return run(lines(*source, **params), Values(dtype, {**arrays, **params}))["L"]


def value(text: str, **names: Any) -> Any:
    """An expression's value; lists are arrays."""
    given = Values(np.float64, names)
    with np.errstate(all="ignore"):
        return given.held(value_of(ast.parse(text, mode="eval").body, given))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (["L = open('x')"], "there is no function open"),
        (["L = y_pred.real"], "y_pred.real is outside the language"),
        (["L = [y_pred]"], "[y_pred] is outside the language"),
        (["L = lambda: 1"], "outside the language"),
        (["L = y_pred | 1"], "outside the language"),
        (["L = y_pred % 2"], "outside the language"),
        (["L = y_pred is None"], "outside the language"),
        (["L = max(y_pred)"], "max takes 2 arguments, it has 1"),
        (["L = sum(y_pred, axis=0)"], "outside the language"),
        (["L = f'{y_pred}'"], "outside the language"),
        (["L = 'text'"], "outside the language"),
        (["L = 1j"], "outside the language"),
        (["L = y_prde"], 'y_prde is not known here, did you mean "y_pred"?'),
        (["L = sofmax(y_pred)"], 'there is no function sofmax, did you mean "softmax"?'),
        (["L = e", "e = y_pred"], "e is not known here"),
        (["e = y_pred"], "no line assigns L"),
        (["y_pred = 1", "L = y_pred"], "assigns to y_pred, which has a meaning already"),
        (["delta = 1", "L = delta"], "assigns to delta, which has a meaning already"),
        (["sum = 1", "L = 1"], "assigns to sum, which has a meaning already"),
        (["L += 1"], "is not `name = expression`"),
        (["import os"], "is not `name = expression`"),
        (["L = 1; M = 2"], "is not `name = expression`"),
        (["L[0] = 1"], "assigns to something that is not a name"),
        (["a, b = y_pred + 1", "L = a"], "takes apart what is not a name"),
        (["L = (1"], "is no line"),
        (["L = total(y_pred)"], "there is no function total"),
        ([{"if": "y_pred > 1", "then": ["L = 1"]}], "y_pred is no parameter"),
        ([{"if": "delta(1)", "then": ["L = 1"]}], "delta is no parameter|compares them and joins"),
        ([{"if": "0 < delta < 1", "then": ["L = 1"]}], "compares two things at a time"),
        ([{"when": "delta", "then": ["L = 1"]}], "is neither a line, nor {if, then, else}"),
        ([{"if": "delta > 1", "then": "L = 1"}], "then wants a list of lines"),
        ([{"repeat": "t in y_pred", "do": ["L = 1"]}], "repeats what is not"),
        ([3], "is neither a line"),
        ([], "wants a list of lines"),
        ("L = 1", "wants a list of lines"),
        ({"all": ["L = 1"]}, "wants a list of lines"),
    ],
)
def test_what_is_outside_the_language_is_refused_by_page_and_line(source: Any, said: str) -> None:
    with pytest.raises(LosscliError, match=r"^page mypage, steps") as refused:
        parse("mypage", "sample", source, ["delta"])
    assert any(part in refused.value.what for part in said.split("|"))


@pytest.mark.parametrize(
    ("value_lines", "said"),
    [
        (["L = e"], "e is a row's: in `value` it stands only inside a total"),
        (["L = total(total(e))"], "total stands inside another total"),
        (["L = total(f)"], "f is not known here"),
        (["L = y_pred"], "y_pred is a row's"),
    ],
)
def test_a_row_s_names_stand_in_totals_alone(value_lines: list[str], said: str) -> None:
    source = {"row": ["e = y_pred - y_true"], "value": value_lines}
    with pytest.raises(LosscliError) as refused:
        parse("mypage", "statistic", source, [])
    assert said in refused.value.what


@pytest.mark.parametrize(
    ("condition", "params", "held"),
    [
        ("flag", {"flag": True}, True),
        ("not flag", {"flag": True}, False),
        ("a is None", {"a": None}, True),
        ("a is not None and a > 1", {"a": 2.0}, True),
        ("a is None or a == 0", {"a": 0.0}, True),
        ("a is None or a == 0", {"a": 0.5}, False),
        ("a == -inf", {"a": -math.inf}, True),
        ("a >= -1", {"a": -1}, True),
        ("a < 1", {"a": 1}, False),
        ("a <= 1", {"a": 1}, True),
        ("a != 'x'", {"a": "y"}, True),
    ],
)
def test_a_choice_by_parameters_takes_the_branch_that_holds(condition: str, params: Any, held: bool) -> None:
    source = {"if": condition, "then": ["L = 1"], "else": ["L = 2"]}
    assert result(source, **params) == (1 if held else 2)


def test_choices_nest_and_a_branch_may_be_left_out() -> None:
    inner = {"if": "b", "then": ["x = 10"], "else": ["x = 20"]}
    source = ["x = 1", {"if": "a", "then": [inner]}, "L = x"]
    assert [result(*source, a=a, b=b) for a, b in ((True, True), (True, False), (False, True))] == [10, 20, 1]


def test_of_a_condition_on_data_only_the_branch_taken_is_evaluated() -> None:
    assert result("L = 5 if y_pred == 0 else 1/y_pred", y_pred=0.0) == 5


def test_a_repetition_counts_and_its_lines_see_the_count() -> None:
    repeated = {"repeat": "t in range(1, steps(y_pred))", "do": ["s = s + t*y_pred[t]"]}
    assert result("s = 0", repeated, "L = s", y_pred=np.array([5.0, 2.0, 3.0])) == 1 * 2 + 2 * 3


V = [3.0, -1.0, 2.0, 2.0]
M = [[1.0, 2.0], [3.0, 5.0]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("abs(-2)", 2),
        ("sqrt(9)", 3),
        ("exp(1)", math.e),
        ("expm1(1e-9)", math.expm1(1e-9)),
        ("log(2)", math.log(2)),
        ("log1p(1e-9)", math.log1p(1e-9)),
        ("log(0)", -math.inf),
        ("sign(-3)", -1),
        ("cosh(1.5)", math.cosh(1.5)),
        ("tanh(1.5)", math.tanh(1.5)),
        ("atan(1.5)", math.atan(1.5)),
        ("erf(0.5)", math.erf(0.5)),
        ("lgamma(4.5)", math.lgamma(4.5)),
        ("sigmoid(2)", 1 / (1 + math.exp(-2))),
        ("softplus(2)", math.log(1 + math.exp(2))),
        ("round(2.6)", 3),
        ("floor(-2.1)", -3),
        ("max(2, 3)", 3),
        ("min(2, 3)", 2),
        ("clip(5, 0, 2)", 2),
        ("where(v > 2, v, 0)", [3, 0, 0, 0]),
        ("xlogy(0, 0)", 0),
        ("xlogy(2, 3)", 2 * math.log(3)),
        ("xlog1py(0, -1)", 0),
        ("xlog1py(2, 3)", 2 * math.log(4)),
        ("ratio(0, 0)", 0),
        ("ratio(1, 0)", math.inf),
        ("ratio(v, 2)", [1.5, -0.5, 1, 1]),
        ("logaddexp(1, 2)", math.log(math.e + math.e**2)),
        ("1/0", math.inf),
        ("2**-1", 0.5),
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("not (1 > 2) and True", True),
        ("sum(v)", 6),
        ("sum(m)", [3, 8]),
        ("mean(v)", statistics.mean(V)),
        ("largest(v)", 3),
        ("smallest(v)", -1),
        ("median(v)", statistics.median(V)),
        ("norm(v)", math.sqrt(18)),
        ("dot(v, v)", 18),
        ("dot(m[:, None], m[None, :])", [[5, 13], [13, 34]]),
        ("logsumexp(v)", math.log(sum(map(math.exp, V)))),
        ("logsumexp(where(v > 9, v, -inf))", -math.inf),
        ("prod(v)", -12),
        ("count(v == 2)", 2),
        ("argmax(v)", 0),
        ("any(v < 0)", True),
        ("all(v < 0)", False),
        ("size(v)", 4),
        ("size(m[0])", 2),
        ("steps(m)", 2),
        ("softmax(m)", [[math.exp(x) / (math.exp(a) + math.exp(b)) for x in (a, b)] for a, b in M]),
        ("log_softmax(m[0])", [-math.log(1 + math.e), 1 - math.log(1 + math.e)]),
        ("sort(v)", [-1, 2, 2, 3]),
        ("sort_by(v, -v)", [3, 2, 2, -1]),
        ("sort_by(v, v == v)", V),
        ("rank(v)", [4, 1, 2, 3]),
        ("cumsum(v)", [3, 2, 4, 6]),
        ("upto(3)", [1, 2, 3]),
        ("flat(m)", [1, 2, 3, 5]),
        ("one_hot(1, 3)", [0, 1, 0]),
        ("one_hot(-1, 3)", [0, 0, 0]),
        ("one_hot(upto(2), 3)", [[0, 1, 0], [0, 0, 1]]),
        ("listed(v, 4)", [0, 0, 0, 1]),
        ("shift(v, 1, 9)", [9, 3, -1, 2]),
        ("shift(v, -2, 9)", [2, 2, 9, 9]),
        ("weighted_median(v, v == v)", 2),
        ("weighted_median(v, upto(4))", 2),
        ("keep(v, v > 1)", [3, 2, 2]),
        ("off_diagonal(2)", [[False, True], [True, False]]),
        ("eye(2)", [[True, False], [False, True]]),
        ("transpose(m)", [[1, 3], [2, 5]]),
        ("v[1]", -1),
        ("v[1:]", [-1, 2, 2]),
        ("m[1][0]", 3),
        ("pi", math.pi),
    ],
)
def test_a_function_computes_what_its_name_says(text: str, wanted: Any) -> None:
    found = value(text, v=V, m=M)
    np.testing.assert_allclose(np.asarray(found, float), np.asarray(wanted, float), rtol=1e-14)
    assert (np.asarray(found).dtype == bool) == (np.asarray(wanted).dtype == bool)


def test_every_function_is_tried() -> None:
    tried = {
        mark.args[1][k][0]
        for mark in test_a_function_computes_what_its_name_says.pytestmark
        for k in range(len(mark.args[1]))
    }
    called = {
        node.func.id for text in tried for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)
    }
    assert called == set(FUNCTIONS)


def test_lines_stay_in_float32() -> None:
    given = {"y_pred": np.float32(0.1), "scale": 3.0, "y_true": np.array([0.1, 0.2], np.float32)}
    source = ["a = y_pred*scale + 1", "b = y_true/3", "c = sum(one_hot(1, 2)*b)", "L = a + c + count(b > 0)"]
    held = run(lines(*source, scale=3.0), Values(np.float32, given))
    assert {name: np.asarray(held[name]).dtype for name in "abcL"} == dict.fromkeys(
        "abcL", np.dtype(np.float32)
    )
    assert held["a"] == np.float32(0.1) * np.float32(3) + np.float32(1)


def test_parts_are_taken_off_the_first_axis_of_a_row_and_the_second_of_all_rows() -> None:
    (line,) = lines("a, b = y_pred", "L = a")[:1]
    y_pred = np.array([[1.0, 2.0], [3.0, 4.0]])
    row = run([line], Values(np.float64, {"y_pred": y_pred}))
    every = run([line], Values(np.float64, {"y_pred": y_pred}, whole=True))
    np.testing.assert_array_equal(row["b"], [3, 4])
    np.testing.assert_array_equal(every["b"], [2, 4])


SPELLER = Speller(letters_of("δ", ["delta", "beta"]))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("delta*(abs(e) - delta/2)", "δ·(|e| − δ/2)"),
        ("beta*2", "beta·2"),
        ("mu*sigma", "μ·σ"),
        ("(a - b)**2", "(a − b)²"),
        ("-a**2", "−a²"),
        ("(-a)**2", "(−a)²"),
        ("a**gamma", "a^γ"),
        ("a**(1 - b)", "a^(1 − b)"),
        ("a - -b", "a − (−b)"),
        ("a*-b", "a·(−b)"),
        ("a - (b - c)", "a − (b − c)"),
        ("a - b - c", "a − b − c"),
        ("a/(b*c)", "a/(b·c)"),
        ("a*b/c", "a·b/c"),
        ("a/b/c", "a/b/c"),
        ("-(a + b)*c", "−(a + b)·c"),
        ("abs(abs(a) - abs(b))", "|abs(a) − abs(b)|"),
        ("sqrt(a + b)", "√(a + b)"),
        ("sqrt(2)", "√2"),
        ("log(sum(p_t*x_1))", "ln(Σ(pₜ·x₁))"),
        ("largest(v) - smallest(v)", "max(v) − min(v)"),
        ("a <= b and not c != d", "a ≤ b and not c ≠ d"),
        ("(a or b) and c", "(a or b) and c"),
        ("p[k]", "p[k]"),
        ("a[:, None] == a[None, :]", "a[:, None] == a[None, :]"),
        ("pi*inf", "π·∞"),
        ("1e-07*2.5", "1e−7·2.5"),
        ("y_pred - y_true", "y_pred − y_true"),
    ],
)
def test_expressions_are_spelled_as_people_write_them(code: str, text: str) -> None:
    assert SPELLER.text(ast.parse(code, mode="eval").body) == text


def test_long_vectors_are_cut_in_text_and_whole_in_python() -> None:
    node = constant(np.arange(13.0))
    assert SPELLER.text(node) == "[0, 1, 2, … 12]"
    assert python(node) == str(list(range(13)))
    assert SPELLER.text(constant(np.zeros((4, 4)))) == "[4 × 4 numbers]"
    assert SPELLER.text(constant(np.arange(12.0))) == str(list(range(12)))


def because(code: str, **names: Any) -> tuple[str, str | None]:
    """What a line says under its choices, and why."""
    values = Values(np.float64, names)
    node, reasons = decided(ast.parse(code, mode="eval").body, values)
    return python(node), SPELLER.because(reasons, values)


@pytest.mark.parametrize(
    ("code", "names", "taken", "why"),
    [
        ("1 if abs(e) <= delta else 2", {"e": -3.0, "delta": 1.0}, "2", "|e| = 3 > δ = 1"),
        ("1 if abs(e) <= delta else 2", {"e": -0.5, "delta": 1.0}, "1", "|e| = 0.5 ≤ δ = 1"),
        ("1 if y == 1 else 2", {"y": 1.0}, "1", "y = 1"),
        ("1 if y == 1 else 2", {"y": 0.0}, "2", "y = 0 ≠ 1"),
        ("1 if u <= -1 else 2 if u < 1 else 3", {"u": 5.0}, "3", "u = 5 > −1 and u = 5 ≥ 1"),
        ("1 if 0 < u < 1 else 2", {"u": 5.0}, "2", "u = 5 ≥ 1"),
        ("1 if u > 0 and v > 0 else 2", {"u": 5.0, "v": -1.0}, "2", "v = −1 ≤ 0"),
        ("1 if u > 0 or v > 0 else 2", {"u": -5.0, "v": -1.0}, "2", "u = −5 ≤ 0 and v = −1 ≤ 0"),
        ("1 if not u > 0 else 2", {"u": -5.0}, "1", "u = −5 ≤ 0"),
        ("ratio(a, b)", {"a": 0.0, "b": 0.0}, "0", "0/0 counts as 0"),
        ("ratio(a, b)", {"a": 1.0, "b": 2.0}, "a / b", None),
        ("xlogy(a, b)", {"a": 0.0, "b": 0.0}, "0", None),
        ("xlogy(a, b)", {"a": 1.0, "b": 2.0}, "a * log(b)", None),
        ("xlogy(a, b)", {"a": [0.0, 1.0], "b": [0.0, 1.0]}, "xlogy(a, b)", None),
        ("log1p(-a)", {"a": 0.3}, "log(1 - a)", None),
        ("log1p(a)", {"a": 1e-9}, "log1p(a)", None),
        ("1 if v > 0 else 2", {"v": [1.0, -1.0]}, "where(v > 0, 1, 2)", None),
    ],
)
def test_a_choice_says_which_branch_and_why(code: str, names: Any, taken: str, why: str | None) -> None:
    assert because(code, **names) == (taken, why)


def test_numbers_have_15_digits_where_they_lead_to_the_value_and_more_where_not() -> None:
    def filled(code: str, **names: float) -> str:
        values = Values(np.float64, {name: np.float64(number) for name, number in names.items()})
        node = ast.parse(code, mode="eval").body
        return python(substituted(node, values, value_of(node, values)))

    assert filled("a*2", a=0.1 + 0.2) == "0.3 * 2"
    assert filled("a - 0.3", a=0.1 + 0.2) == "0.30000000000000004 - 0.3"
    assert filled("a - b", a=10.0, b=-3.0) == "10 - -3"


def test_a_line_is_kept_as_it_was_written() -> None:
    (line,) = lines("L = y_pred")
    assert line == Line(("L",), line.expression, "L = y_pred")
