"""Records made by hand for the tests of render/, and the numbers' own tests."""

from __future__ import annotations

import math

import pytest

from losscli.render.numbers import aligned, column, nested, scalar, shares
from losscli.render.text import clean, width_of, wrap, wrap_formula
from losscli.results.compare import Comparison, Refusal
from losscli.results.explain import Explanation
from losscli.results.score import Concentration, Remark, Sample, Score
from losscli.results.words import Advice, Citation, Elsewhere, Example, ParameterWords, Property, Relative

HOSTILE = "[red]x[/red]\x1b[31m"
NONFINITE = Remark("nonfinite", "the definition makes it infinite: y_true is 1 and y_pred is 0", 3, (2, 5))
DEPARTURE = Remark("departure", "Keras clips probabilities to [1e-7, 1 − 1e-7].", 1, (2,))
DATA = Remark("data", "y_true is the column target: the first of the common names found.")


def huber() -> Explanation:
    """A page with every part filled."""
    return Explanation(
        name="huber",
        title="Huber",
        family="robust",
        kind="sample",
        aliases=("HuberLoss", "smooth_absolute_error"),
        summary="Squared for small errors, absolute for large ones: one wild row cannot outvote the rest.",
        formula="L = e²/2 if |e| ≤ δ,  δ(|e| − δ/2) otherwise",
        where="e = y_pred − y_true, δ = delta",
        latex=r"L = \frac{1}{2} e^2",
        gradient="e if |e| ≤ δ,  δ·sign(e) otherwise",
        meaning="Between mse and mae: predictions move towards the mean where errors are under δ.",
        unit="target² up to δ, target × δ beyond",
        range="from 0 (best) without limit",
        lowest=0.0,
        highest=math.inf,
        best=0.0,
        infinite="δ·|e| is beyond float64",
        axes=None,
        parameters=(
            ParameterWords("delta", 1.0, "a number > 0", "The error at which a row stops counting squared."),
        ),
        use_when=("The target has outliers that you can neither drop nor trust.", "Training jumps."),
        not_when=(Advice("Large errors are what costs you.", ("mse",)), Advice("No δ.", ("logcosh", "mae"))),
        pitfalls=("The default δ = 1 is a number in your unit.", "The ½ stays."),
        properties=(Property("convex"), Property("bounded_gradient", "delta")),
        elsewhere=(
            Elsewhere("keras", "Keras", "keras.losses.Huber(delta=1.0)", ()),
            Elsewhere("torch", "PyTorch", "torch.nn.SmoothL1Loss()", ("Divides by beta.", "In float32.")),
        ),
        relatives=(Relative("mse", "the same below δ (times 2)"), Relative("mae", "what it tends to")),
        example=Example((3.0, -0.5, 2.0, 7.0), (2.5, 0.0, 2.0, 10.0), {}, "Row 4 misses by 3."),
        sources=(
            Citation("P. J. Huber 1964, Robust estimation", "doi:10.1214/aoms/1177703732"),
            Citation("B"),
        ),
        example_score=score(),
    )


def score(**changed: object) -> Score:
    """Huber on four rows, the largest loss first."""
    fields: dict[str, object] = {
        "loss": "huber",
        "kind": "sample",
        "params": {"delta": 1.0},
        "like": "exact",
        "n": 4,
        "reduction": "mean",
        "value": 0.6875,
        "mean": 0.6875,
        "sum": 2.75,
        "divisor": 4.0,
        "divided_by": "4 samples",
        "samples": (
            Sample(4, 7.0, 10.0, 2.5, 2.5 / 2.75),
            Sample(1, 3.0, 2.5, 0.125, 0.125 / 2.75),
            Sample(2, -0.5, 0.0, 0.125, 0.125 / 2.75),
            Sample(3, 2.0, 2.0, 0.0, 0.0),
        ),
        "hidden": 0,
        "signature": "huber|delta:1|like:exact|mean:/N|n:4|losscli:0.1.0",
        "version": "0.1.0",
        "concentration": Concentration(1, 4, 4, 2.5 / 2.75),
    }
    return Score(**fields | changed)  # type: ignore[arg-type]


def crowded() -> Score:
    """Ten classes, weights, gradients, infinity, a framework, remarks of every kind, rows not shown."""
    probabilities = [0.9990001, 7.123e-10, *([1e-4] * 8)]
    return score(
        loss="cce",
        like="keras",
        weighted=True,
        n=442,
        value=math.inf,
        mean=math.inf,
        sum=math.inf,
        divisor=51.25,
        divided_by="the sum of the weights of 442 samples",
        samples=(
            Sample(2, [1.0] + [0.0] * 9, probabilities, math.inf, None, 0.5, [math.nan] + [0.25] * 9),
            Sample(103, [0.0] * 9 + [1.0], probabilities, 3.25e-12, None, 2.0, [-1e6] * 10),
        ),
        hidden=440,
        concentration=None,
        remarks=(DATA, DEPARTURE, NONFINITE),
        about=huber(),
    )


def dice(**changed: object) -> Score:
    """A statistic: no samples, no mean, gradients."""
    return score(
        loss="dice",
        kind="statistic",
        mean=None,
        sum=None,
        divisor=None,
        divided_by="one value, from sums over all samples",
        samples=(),
        concentration=None,
        gradients=(
            Sample(1, 1.0, 0.75, None, None, gradient=math.nan),
            Sample(2, 0.0, 0.1, None, None, gradient=0.5),
        ),
        **changed,
    )


def comparison(models: tuple[str, ...] = ("ridge", "forest", "boosting")) -> Comparison:
    """Three losses on 442 rows; the first model is best."""
    values = {
        "mae": (44.12, 46.31, 47.04),
        "mse": (2993.25, 3271.5, 3382.0),
        "logcosh": (43.4365, 45.63, 46.35),
    }
    halves = {"mae": 98, "mse": 41, "logcosh": 97}
    scores = tuple(
        score(
            loss=loss,
            model=model,
            n=442,
            value=value,
            mean=value,
            sum=442 * value,
            divisor=442.0,
            divided_by="442 samples",
            samples=(),
            hidden=442,
            concentration=Concentration(halves[loss], 442, 78, 0.031),
            about=huber(),
        )
        for loss, row in values.items()
        for model, value in zip(models, row, strict=False)
    )
    return Comparison(
        n=442,
        source="diabetes.csv",
        losses=tuple(values),
        models=models,
        scores=scores,
        best=dict.fromkeys(values, models[:1]) if len(models) > 1 else {},
        refused=(Refusal("msle", None, "y_true has values below −1: row 7"),),
        version="0.1.0",
        remarks=(DATA,),
    )


def test_numbers_of_a_column_share_their_decimals() -> None:
    assert column([2.5, 0.125, 0.125, 0.0]) == ["2.500", "0.125", "0.125", "0.000"]
    assert column([7.0, -0.5, 10.0]) == [" 7.0", "-0.5", "10.0"]
    assert column([1.0, 0.0, 3.0]) == ["1", "0", "3"]
    assert column([math.log(2), math.pi]) == ["0.6931", "3.1416"]


def test_a_column_never_shows_a_nonzero_as_zero() -> None:
    assert column([0.25, 5.5511e-17]) == ["0.25    ", "5.55e-17"]
    assert column([3e9, 1e-12]) == ["3e9  ", "1e-12"]
    assert column([12345.678901, 0.25]) == ["12345.68", "    0.25"]
    assert column([12345.678901, 0.001234567]) == ["12346      ", "    1.23e-3"]


def test_a_column_keeps_what_is_not_a_number_apart() -> None:
    assert column([math.inf, 2.5, None, math.nan]) == ["inf  ", "  2.5", "     ", "nan  "]
    assert column([math.nan, 2.5], nan="none") == ["none  ", "   2.5"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.6875, "0.6875"),
        (2 / 3, "0.666667"),
        (8.120533447, "8.12053"),
        (1e-12, "1e-12"),
        (5.000000000000001e17, "5e17"),
        (3123456789.5, "3.12346e9"),
        (-0.0, "0"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (44120000.0, "44120000"),
        (1234567.8, "1234567.8"),
    ],
)
def test_a_number_by_itself(value: float, text: str) -> None:
    assert scalar(value) == text


def test_shares_have_about_two_digits_of_the_largest() -> None:
    assert shares([0.909, 0.0454, 0.0, None]) == ["91 %", " 5 %", " 0 %", "    "]
    assert shares([0.0212, 0.0005]) == ["2.1 %", "0.1 %"]
    assert shares([0.999, 0.0004]) == [">99 %", " <1 %"]
    assert shares([0.909, 0.0049, 0.005, 0.0051]) == ["91 %", "<1 %", "<1 %", " 1 %"]
    assert shares([0.9949, 0.9951]) == [" 99 %", ">99 %"]
    assert shares([1.0, 0.0]) == ["100 %", "  0 %"]


def test_vectors_are_cut_to_their_first_entries_and_their_length() -> None:
    assert nested([0.999, 7e-10, *[0.0] * 8], 22) == "[0.999, 7e-10, … 10]"
    assert nested([1.0, 0.0], 22) == "[1, 0]"
    assert nested([[0.5, 0.25, 0.125]] * 12, 22) == "[[0.5, … 3], … 12]"


def test_aligned_keeps_points_under_each_other() -> None:
    assert aligned(["44.12", "2993", "–"]) == ["  44.12", "2993   ", "    –  "]


def test_what_a_terminal_would_obey_is_written_out() -> None:
    assert clean("a\x1b[31m\n\u202e\udcff δ 列") == "a\\x1b[31m\\n\\u202e\\udcff δ 列"


def test_wrapping_counts_columns_and_cuts_long_words() -> None:
    assert wrap("ab cd ef", 5) == ["ab cd", "ef"]
    assert all(width_of(line) <= 6 for line in wrap("列列列列列 e\u0301e\u0301e\u0301e\u0301", 6))
    assert wrap("about 22 % of rows where p = 0", 14) == ["about 22 % of", "rows where", "p = 0"]
    assert wrap("keras.losses.Huber()", 14) == ["keras.losses.", "Huber()"]
    assert wrap_formula("L = a if b,  c otherwise", 14) == ["L = a if b,", "    c", "    otherwise"]
