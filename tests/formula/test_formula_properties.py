"""The language of steps on drawn expressions: beside Python's own arithmetic, and mpmath's derivatives."""

from __future__ import annotations

import ast
import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.close import close
from support.steps_reading import Reader, as_python

from losscli.errors import LosscliError
from losscli.formula.algebra import simple
from losscli.formula.arrays import Value, constant, source
from losscli.formula.derive import _SLOPES, Derivatives
from losscli.formula.dialects import DIALECTS
from losscli.formula.evaluate import Values, value_of
from losscli.formula.language import Line
from losscli.formula.python import Translator
from losscli.formula.spell import Speller, letters_of, python

# The functions of the language in Python's floats and in mpmath's.
PLAIN: dict[str, Any] = {
    "abs": abs,
    "exp": math.exp,
    "tanh": math.tanh,
    "atan": math.atan,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "sign": lambda x: (x > 0) - (x < 0),
    "max": max,
    "min": min,
}
MP: dict[str, Any] = {
    "abs": abs,
    "sqrt": mpmath.sqrt,
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "sign": mpmath.sign,
    "tanh": mpmath.tanh,
    "atan": mpmath.atan,
    "erf": mpmath.erf,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "logcosh": lambda x: mpmath.log(mpmath.cosh(x)),
    "round": mpmath.nint,
    "floor": mpmath.floor,
    "max": lambda a, b: max(a, b),
    "min": lambda a, b: min(a, b),
    "ratio": lambda a, b: a / b,
    "xlogy": lambda a, b: a * mpmath.log(b),
    "xlog1py": lambda a, b: a * mpmath.log1p(b),
    "logaddexp": lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b)),
    "where": lambda test, a, b: a if test else b,
}
NAMES = ("y_pred", "y_true", "delta")
SMALL = st.floats(-2, 2).filter(lambda x: abs(x) > 0.01)


def written(functions: list[str], most: int = 7) -> st.SearchStrategy[str]:
    """Expressions of the names, numbers, signs and functions, as text."""

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        kinds = [
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
            inner.map(lambda a: f"(-{a})"),
            st.tuples(inner, st.sampled_from([2, 3])).map(lambda p: f"({p[0]})**{p[1]}"),
        ]
        if functions:
            kinds += [
                st.tuples(st.sampled_from(functions), inner).map(lambda p: f"{p[0]}({p[1]})"),
                st.tuples(st.sampled_from(["max", "min"]), inner, inner).map("{0[0]}({0[1]}, {0[2]})".format),
                st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} > 0.3 else {p[2]})"),
            ]
        return st.one_of(kinds)

    return st.recursive(st.sampled_from([*NAMES, "0.5", "2", "3"]), grown, max_leaves=most)


SMOOTH = ["abs", "exp", "tanh", "atan", "sigmoid", "softplus", "sign"]
POINTS = st.fixed_dictionaries(dict.fromkeys(NAMES, SMALL))


def node_of(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def ours(node: ast.expr, point: dict[str, Any]) -> float:
    with np.errstate(all="ignore"):
        return float(value_of(node, Values(np.float64, {k: np.float64(v) for k, v in point.items()})))


def exactly(text: str, point: dict[str, Any]) -> Any:
    """The expression in 40 digits; draws that divide by 0, or are next to it, are thrown away."""
    with mpmath.workdps(40):
        try:
            found = eval(text, MP, {name: mpmath.mpf(value) for name, value in point.items()})
        except (ZeroDivisionError, OverflowError, ValueError):
            found = None
        assume(found is not None and mpmath.isfinite(found) and abs(found) < 1e6)
        return found


@given(written([]), POINTS)
def test_arithmetic_is_python_s_to_the_last_bit(text: str, point: dict[str, float]) -> None:
    try:
        wanted = float(eval(text.replace("**2", "**2.0").replace("**3", "**3.0"), {}, point))
    except (ZeroDivisionError, OverflowError):
        assume(False)
    assert ours(node_of(text), point) == close(wanted, 1e-15)


@given(written(SMOOTH), POINTS)
def test_functions_and_branches_are_python_s(text: str, point: dict[str, float]) -> None:
    try:
        wanted = float(eval(text, PLAIN, point))
    except (ZeroDivisionError, OverflowError):
        assume(False)
    assume(math.isfinite(wanted) and abs(wanted) < 1e6)
    assert ours(node_of(text), point) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@given(written(SMOOTH), POINTS)
def test_what_is_made_simple_is_the_same_number(text: str, point: dict[str, float]) -> None:
    wanted = exactly(text, point)
    made = ast.unparse(simple(node_of(text)))
    found = exactly(made, point)
    assert float(found) == pytest.approx(float(wanted), rel=1e-12, abs=1e-12), made
    assert len(made) <= len(ast.unparse(node_of(text))) + 20


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("y_pred + y_pred", "2 * y_pred"),
        ("y_pred - y_pred", "0"),
        ("2*y_pred/2", "y_pred"),
        ("y_pred*y_pred", "y_pred ** 2"),
        ("y_pred**3/y_pred", "y_pred ** 2"),
        ("y_pred/y_pred", "1"),
        ("-(-y_pred)", "y_pred"),
        ("y_pred**delta*y_pred", "y_pred ** (delta + 1)"),
        ("0*y_pred + 1", "1"),
        ("abs(-y_pred)", "abs(y_pred)"),
        ("1 - sigmoid(-y_pred)", "sigmoid(y_pred)"),
        ("sign(-y_pred) + 2*sign(y_pred)", "sign(y_pred)"),
        ("2 if y_true > 1 else 2", "2"),
    ],
)
def test_like_terms_are_collected(text: str, made: str) -> None:
    assert ast.unparse(simple(node_of(text))) == made


def slopes(*lines: str) -> tuple[list[Line], ast.expr, ast.expr]:
    """The lines, and the first and second derivative of the last."""
    program = [Line((left,), node_of(right), "") for left, right in (line.split(" = ") for line in lines)]
    found = Derivatives(program)
    first = found.slopes.get("L", ast.Constant(0))
    return found.lines, first, found.of(first)


def follow(lines: list[Line], node: ast.expr, point: dict[str, float]) -> float:
    """The expression's value by the names that the lines assign, in 40 digits."""
    with mpmath.workdps(40):
        names: dict[str, Any] = {name: mpmath.mpf(value) for name, value in point.items()}
        for line in lines:
            names[line.targets[0]] = eval(ast.unparse(line.expression), {**MP, "pi": mpmath.pi}, names)
        return float(eval(ast.unparse(node), {**MP, "pi": mpmath.pi}, names))


def differences(lines: tuple[str, ...], point: dict[str, float], order: int) -> float:
    """The derivative by mpmath, of the lines evaluated one after the other."""

    def value(x: Any) -> Any:
        names = {**{name: mpmath.mpf(number) for name, number in point.items()}, "y_pred": x}
        for line in lines:
            left, right = line.split(" = ")
            names[left] = eval(right, MP, names)
        return names["L"]

    with mpmath.workdps(40):
        return float(mpmath.diff(value, mpmath.mpf(point["y_pred"]), order))


POINT = {"y_pred": 0.7, "y_true": 0.3, "delta": 1.25}


@pytest.mark.parametrize("name", sorted(_SLOPES))
def test_the_slope_of_each_function(name: str) -> None:
    for inner in ("y_pred", "y_pred**2 + 0.3", "2*y_pred + 0.3"):
        lines = (f"L = {name}({inner})",)
        made, first, second = slopes(*lines)
        assert follow(made, first, POINT) == pytest.approx(differences(lines, POINT, 1), rel=1e-9, abs=1e-9)
        assert follow(made, second, POINT) == pytest.approx(differences(lines, POINT, 2), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize(
    "lines",
    [
        ("L = max(y_pred, y_true)",),
        ("L = max(y_true, y_pred)",),
        ("L = max(0, delta - y_pred)",),
        ("L = max(0, delta - y_pred)**2",),
        ("L = max(0, y_pred - delta)**2",),
        ("L = min(y_pred**2, y_true)",),
        ("L = min(y_true, y_pred**2)",),
        ("L = min(y_true, y_pred - 2)",),
        ("L = ratio(y_pred**2, 1 + y_pred)",),
        ("L = xlogy(y_pred, y_pred + delta)",),
        ("L = xlogy(y_true, y_pred)",),
        ("L = xlog1py(y_pred, y_pred**2)",),
        ("L = logaddexp(2*y_pred, y_true)",),
        ("L = logaddexp(y_true, 2*y_pred)",),
        ("L = where(y_pred > 0.5, y_pred**2, y_pred)",),
        ("L = where(y_pred < 0.5, y_pred**2, y_pred)",),
        ("L = y_pred**2 if y_pred > y_true else 3*y_pred",),
        ("L = y_pred**2 if y_pred < y_true else 3*y_pred",),
        ("L = y_pred**delta",),
        ("L = y_pred**-1",),
        ("L = (1 + y_pred)/(2 - y_pred)",),
        ("L = delta/y_pred",),
        ("e = y_pred - y_true", "L = e**2/2 if abs(e) <= delta else delta*(abs(e) - delta/2)"),
        ("p = sigmoid(y_pred)", "L = -y_true*log(p) - (1 - y_true)*log(1 - p)"),
        ("p = sigmoid(y_pred)", "m = y_true + (1 - 2*y_true)*p", "L = -m**delta*log(1 - m)"),
        ("m = exp(y_pred)", "L = m - y_true*log(m)"),
        ("u = sqrt(1 + y_pred**2)", "L = u*tanh(u)"),
        ("u = tanh(y_pred)", "v = u**2 + y_pred", "L = exp(v)*u"),
    ],
)
def test_slopes_of_programs(lines: tuple[str, ...]) -> None:
    made, first, second = slopes(*lines)
    assert follow(made, first, POINT) == pytest.approx(differences(lines, POINT, 1), rel=1e-9, abs=1e-9)
    assert follow(made, second, POINT) == pytest.approx(differences(lines, POINT, 2), rel=1e-7, abs=1e-7)


@given(written(["exp", "tanh", "atan", "sigmoid", "softplus"], 5), POINTS)
def test_slopes_of_drawn_expressions(text: str, point: dict[str, float]) -> None:
    exactly(text, point)
    lines = (f"L = {text}",)
    try:
        made, first, _ = slopes(*lines)
        wanted = differences(lines, point, 1)
        found = follow(made, first, point)
    except (ZeroDivisionError, OverflowError):
        assume(False)
    assume(abs(wanted) < 1e6)
    assert found == pytest.approx(wanted, rel=1e-6, abs=1e-6), ast.unparse(first)


def test_what_has_no_derivative_is_refused() -> None:
    for text in ("delta**y_pred", "lgamma(y_pred)", "y_pred > 1"):
        with pytest.raises(LosscliError, match=r"derivative|exponent"):
            slopes(f"L = {text}")
    assert ast.unparse(slopes("L = lgamma(y_true)")[1]) == "0"


def of_numbers_alone(text: str) -> bool:
    """Whether a function that NumPy has not stands before numbers and parameters, as no page has it."""
    return any(
        isinstance(part, ast.Call)
        and ast.unparse(part.func) in ("sigmoid", "softplus")
        and "y_" not in ast.unparse(part)
        for part in ast.walk(node_of(text))
    )


COLUMN = st.lists(SMALL, min_size=1, max_size=5)


@given(written(["abs", "exp", "tanh", "sigmoid", "softplus", "sign"]), COLUMN, SMALL, SMALL)
def test_numpy_s_code_for_all_rows_is_python_s_row_by_row(
    text: str, pred: list[float], true: float, delta: float
) -> None:
    assume(not of_numbers_alone(text))
    names = {name: Value(ast.Name(name)) for name in ("y_true", "y_pred")}
    names["delta"] = constant(0)._replace(node=ast.Name("delta"))
    translator = Translator(DIALECTS["numpy"], "entry", names)
    code = source(translator.value(node_of(text)).node)
    known = {"np": np, "y_pred": np.array(pred), "y_true": np.full(len(pred), true), "delta": delta}
    for helper in translator.helpers:
        exec(DIALECTS["numpy"].helper(helper), known)
    with np.errstate(all="ignore"):
        found = np.broadcast_to(np.asarray(eval(code, known), float), len(pred))
    for x, value in zip(pred, found.tolist(), strict=True):
        try:
            wanted = float(eval(text, PLAIN, {"y_pred": x, "y_true": true, "delta": delta}))
        except (ZeroDivisionError, OverflowError):
            continue
        if abs(wanted) < 1e6:
            assert value == pytest.approx(wanted, rel=1e-9, abs=1e-9), code


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("softplus(y_pred)", lambda x, t: math.log1p(math.exp(x))),
        ("sigmoid(y_pred)", lambda x, t: 1 / (1 + math.exp(-x))),
        ("where(y_pred > t, y_pred, 3*y_pred)", lambda x, t: x if x > t else 3 * x),
        ("y_pred**2 if y_pred <= t else t", lambda x, t: x**2 if x <= t else t),
        ("max(y_pred, t) - min(2*y_pred, t)", lambda x, t: max(x, t) - min(2 * x, t)),
        ("clip(y_pred, -1, t)", lambda x, t: min(max(x, -1), t)),
        ("ratio(y_pred - y_pred, t - t)", lambda x, t: 0.0),
        ("ratio(y_pred, t)", lambda x, t: x / t),
        ("xlogy(y_pred**2, y_pred**2)", lambda x, t: x**2 * math.log(x**2)),
        ("xlog1py(y_pred - y_pred, -t/t)", lambda x, t: 0.0),
        ("logaddexp(y_pred, t)", lambda x, t: math.log(math.exp(x) + math.exp(t))),
        ("erf(y_pred)", lambda x, t: math.erf(x)),
        ("lgamma(y_pred**2)", lambda x, t: math.lgamma(x**2)),
        (
            "atan(y_pred) + expm1(y_pred) - cosh(y_pred)",
            lambda x, t: math.atan(x) + math.expm1(x) - math.cosh(x),
        ),
        ("1 if y_pred > 0 and y_pred < t else 2", lambda x, t: 1 if 0 < x < t else 2),
        ("1 if y_pred < 0 or y_pred > t else 2", lambda x, t: 1 if x < 0 or x > t else 2),
        ("1 if not y_pred < 0 else 2", lambda x, t: 1 if x >= 0 else 2),
        ("floor(y_pred) + round(y_pred)", lambda x, t: math.floor(x) + round(x)),
        ("-y_pred**2 - (y_pred - t) - (-t)", lambda x, t: -(x**2) - (x - t) + t),
    ],
)
def test_each_function_of_rows_is_python_s(text: str, wanted: Any) -> None:
    pred, t = np.array([-1.7, -0.4, 0.3, 0.9, 1.8]), 0.75
    translator = Translator(
        DIALECTS["numpy"], "entry", {name: Value(ast.Name(name)) for name in ("t", "y_pred")}
    )
    code = source(translator.value(node_of(text)).node)
    known = {"np": np, "math": math, "y_pred": pred, "t": np.full(5, t)}
    for helper in translator.helpers:
        exec(DIALECTS["numpy"].helper(helper), known)
    with np.errstate(all="ignore"):
        found = np.broadcast_to(np.asarray(eval(code, known), float), 5)
    np.testing.assert_allclose(
        found, [wanted(x, t) for x in pred.tolist()], rtol=1e-13, atol=1e-15, err_msg=code
    )


@given(written(["abs", "exp", "tanh", "sigmoid", "softplus"]), POINTS)
def test_what_is_spelled_reads_back_as_the_same_number(text: str, point: dict[str, float]) -> None:
    assume(" if " not in text)
    node = node_of(text)
    reader = Reader(np.float64, point)
    spelled = Speller(letters_of("", [])).text(node)
    assume(text.count("abs(") < 2)  # bars within bars are for people
    letters = {"ŷ": "y_pred", "δ": "delta"}
    code = as_python(spelled)
    for letter, name in letters.items():
        code = code.replace(letter, name)
    wanted = float(reader.value(text))
    assume(math.isfinite(wanted) and abs(wanted) < 1e6)
    assert float(reader.value(code)) == pytest.approx(wanted, rel=1e-12, abs=1e-12), spelled
    assert float(reader.value(python(node))) == close(wanted, 1e-15)


@given(st.floats(-1e300, 1e300))
def test_a_number_is_written_with_15_digits(number: float) -> None:
    text = python(constant_of(number))
    assert float(text) == close(number, 1e-14) or abs(number) < 1e-300
    assert len(text.lstrip("-").partition("e")[0].replace(".", "").strip("0")) <= 15


def constant_of(number: float) -> ast.expr:
    from losscli.formula.numbers import constant as of

    return of(np.float64(number), 15)
