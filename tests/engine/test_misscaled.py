"""A scale far outside the errors is told, with how many of them and what would fit; one that fits is not."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.close import close
from support.inside import losscli as call

import losscli
from losscli.analysis.compare import compare as compared
from losscli.analysis.request import Request
from losscli.analysis.score import Run, Show, score
from losscli.batch import Batch, Stream, arrays_stream
from losscli.catalogue import registry
from losscli.catalogue.find import lookup
from losscli.results.score import Remark
from losscli.stats.errorsample import ErrorSample

RNG = np.random.default_rng(3)
N = 300
NOISE = np.exp(RNG.normal(0, 0.2, N))
PRICES = np.exp(RNG.normal(12, 0.5, N))
BIG = PRICES * NOISE
# A row far out, so that a scale far above the others may well be meant for it.
WITH_ONE_OUT = np.where(np.arange(N) == 7, BIG + 1e9, BIG)
SCALED = {name: scale for name in registry.names() if (scale := registry.get(name).scale) is not None}
ROBUST = sorted(SCALED)
SENTENCE = re.compile(
    r"(\w+) (\S+) lies far (below|above) the errors: (\w+) (.+) for (\d+) of (\d+) (rows|values)"
    r"( sampled of \d+)?; -p (\S+)=(\S+) is (\S+) times the robust spread of these errors"
)


def told(result: Any) -> list[Remark]:
    return [remark for remark in result.remarks if remark.cause == "scale"]


def fitted(errors: Any, spreads: float) -> float:
    """What fits, from its definition: so many times 1.4826 median absolute deviations, to three digits."""
    deviation = np.median(np.abs(errors - np.median(errors)))
    return float(f"{spreads * 1.4826 * deviation:.3g}")


DELTA = fitted(BIG - PRICES, 1.345)


def test_every_robust_loss_says_what_its_scale_is() -> None:
    assert (
        sorted(n for n in registry.names() if registry.get(n).family == "robust" and n != "logcosh") == ROBUST
    )


@pytest.mark.parametrize("unit", [1.0, 1e-9], ids=["too small", "too large"])
@pytest.mark.parametrize("name", ROBUST)
def test_the_sentence_holds_for_the_rows(name: str, unit: float) -> None:
    y, p, scale = PRICES * unit, BIG * unit, SCALED[name]
    result = losscli.compute(name, y, p)
    (said,) = told(result)
    assert said.kind == "warning"
    found = SENTENCE.fullmatch(said.text)
    assert found, said.text
    parameter, value, side, loss, says, many, of, entries, sampled, option, fits, spreads = found.groups()
    assert (loss, entries, sampled) == (name, "rows", None)
    assert parameter == option == scale.parameter
    assert float(value) == result.params[parameter]
    assert side == ("below" if unit == 1 else "above")
    assert float(spreads) == scale.spreads
    assert float(fits) == fitted(p - y, scale.spreads)
    size = np.abs(p - y) / float(value)
    assert int(many) == int((size > scale.bend if unit == 1 else size <= scale.near).sum())
    assert int(many) > 0.99 * N
    assert int(of) == N
    assert says
    # With the value that it names there is nothing to say.
    assert not told(losscli.compute(name, y, p, **{parameter: float(fits)}))


def limit(name: str, e: Any, c: float, below: bool) -> Any:
    """What the sentence calls the loss, from |e| and the scale; None where it names a limit alone."""
    if not below:
        over = {"smooth_l1": c}.get(name, 1.0 if name in ("huber", "pseudo_huber", "tukey") else c * c)
        return e * e / 2 / over
    return {
        "huber": (e - c / 2) * c,
        "smooth_l1": e - c / 2,
        "pseudo_huber": (e - c) * c,
        "tukey": np.full_like(e, c * c / 6),
        "geman_mcclure": np.full_like(e, 2.0),
        "welsch": np.full_like(e, 1.0),
        "cauchy": 2 * np.log(e / c) - math.log(2),
        "barron": e / c - 1,
    }[name]


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize("name", ROBUST)
def test_the_loss_is_what_the_sentence_calls_it(name: str, below: bool) -> None:
    scale, loss = SCALED[name], registry.get(name)
    params = {p.name: p.default for p in loss.parameters.values()}
    c = params[scale.parameter]
    # What is only tended to is looked at far out; what is so at once, from the bend on.
    exact = name in ("huber", "smooth_l1", "tukey")
    size = (
        np.geomspace(scale.bend * (1.001 if exact else 1e3), 1e5, 50)
        if below
        else np.geomspace(1e-3, scale.near)
    )
    values = loss.kernel(np.zeros(50), c * size, **params)
    assert values == close(limit(name, c * size, c, below), 1e-12 if exact and name != "tukey" else 0.011)


def test_the_value_is_the_one_that_recommend_takes() -> None:
    advised = {r.loss: r.params for r in losscli.recommend(PRICES, BIG).recommendations}
    for name in ("huber", "cauchy"):
        (said,) = told(losscli.compute(name, PRICES, BIG))
        ((parameter, value),) = advised[name].items()
        assert f"-p {parameter}={value:.15g} is" in said.text


ABSENT: list[tuple[str, Any, Any, dict[str, Any]]] = [
    ("fits", PRICES, BIG, {"delta": DELTA}),
    ("a few times as small", PRICES, BIG, {"delta": 5_000.0}),
    ("a few times as large", PRICES, BIG, {"delta": 300_000.0}),
    ("it parts one row from the others", PRICES, WITH_ONE_OUT, {"delta": 5e6}),
    ("errors of one size", PRICES, PRICES + 5e4, {"delta": 1.0}),
    ("few rows, an order of magnitude", np.zeros(5), np.array([20.0, -30, 10, 40, -25]), {"delta": 1.0}),
    ("too few rows", np.zeros(4), np.array([2e4, -3e4, 1e4, 4e4]), {"delta": 1.0}),
    ("most errors are 0", PRICES, np.where(np.arange(N) % 3 == 0, BIG, PRICES), {"delta": 1.0}),
]


@pytest.mark.parametrize(("why", "y", "p", "params"), ABSENT, ids=[case[0] for case in ABSENT])
def test_where_it_fits_or_nothing_can_be_said_nothing_is(why: str, y: Any, p: Any, params: Any) -> None:
    assert not told(losscli.compute("huber", y, p, **params)), why


def test_the_twins_of_those_are_told() -> None:
    for y, p, delta in (
        (PRICES, BIG, 1_000.0),
        (PRICES, BIG, 3e6),
        (PRICES, PRICES + 5e4 + BIG / 10, 1.0),
        (np.zeros(5), np.array([2e4, -3e4, 1e4, 4e4, -25e3]), 1.0),
        (PRICES, np.where(np.arange(N) % 3 != 0, BIG, PRICES), 1.0),
    ):
        assert told(losscli.compute("huber", y, p, delta=delta))
    assert not told(losscli.compute("barron", PRICES, BIG, alpha=2.0))  # a square, whatever the scale
    assert told(losscli.compute("barron", PRICES, BIG, alpha=1.9))
    assert not told(losscli.compute("smooth_l1", PRICES, BIG, beta=0.0))  # the absolute error, as was asked
    assert not told(losscli.compute("mae", PRICES, BIG))


def test_rows_that_do_not_count_do_not_decide() -> None:
    y, p = np.append(PRICES, np.zeros(400)), np.append(BIG, np.linspace(-1, 1, 400))
    weight = np.append(np.ones(N), np.zeros(400))
    (said,) = told(losscli.compute("huber", y, p, weight))
    assert "for 300 of 300 rows" in said.text
    y[3] = np.nan
    (said,) = told(losscli.compute("huber", y, p, weight, missing="drop"))
    assert "for 299 of 299 rows" in said.text
    both = np.stack([PRICES, PRICES], 1)
    (said,) = told(losscli.compute("huber", both, np.stack([BIG, BIG], 1)))
    assert "for 600 of 600 values" in said.text


def parts(y: Any, p: Any, size: int) -> Stream:
    """The rows in batches of so many."""
    return Stream(
        lambda: (
            Batch(y[i : i + size], {"y_pred": p[i : i + size]}, first_row=i + 1)
            for i in range(0, len(y), size)
        ),
        ("y_pred",),
    )


def test_of_many_rows_it_is_a_sample_and_says_so() -> None:
    y = RNG.normal(0, 1, 450_000)
    p = y + RNG.normal(0, 1e4, y.size)
    request = Request.of(lookup("huber"), {})
    for stream in (arrays_stream(y, {"y_pred": p}, None), parts(y, p, 90_000)):
        (said,) = told(score(request, stream, run=Run(), show=Show(0)))
        found = re.search(r"for (\d+) of (\d+) rows sampled of 450000; -p delta=(\S+) is", said.text)
        assert found, said.text
        many, of, fits = int(found[1]), int(found[2]), float(found[3])
        assert 14_000 < of < 33_000
        assert many > 0.999 * of
        assert fits == pytest.approx(13_450, rel=0.05, abs=0)  # five standard errors of 14,000 rows' spread


def test_of_rows_of_which_some_fit_a_look_decides() -> None:
    y = np.zeros(6_000)
    p = RNG.normal(0, 1e6, y.size)
    p[:1_000] /= 1e6  # the first batch fits delta 1
    (said,) = told(score(Request.of(lookup("huber"), {}), parts(y, p, 1_000), show=Show(0)))
    assert re.search(r"for \d+ of \d+ rows sampled of 6000;", said.text)
    assert "for 6" not in said.text


def test_rows_are_numbered_apart_and_a_sample_thins_alike_however_they_come() -> None:
    one, two, other = ErrorSample(), ErrorSample(), ErrorSample(start=0)
    values = np.arange(300_000.0)
    one.add(0, 300_000, lambda at: values[at], lambda look: False)
    two.add(0, 150_000, lambda at: values[:150_000][at], lambda look: False)
    other.add(150_000, 150_000, lambda at: values[150_000:][at], lambda look: False)
    two.merge(other)
    assert (one.stride, one.seen, one.held) == (two.stride, two.seen, two.held)
    assert one.errors()[0].tolist() == two.errors()[0].tolist()
    assert not one.errors()[1]
    one.merge(two.like())
    assert one.held == two.held
    enough = ErrorSample()
    enough.add(0, 300_000, lambda at: values[at], lambda look: True)
    one.merge(enough)
    assert (one.held, one.partly, one.pieces) == (0, True, [])
    assert one.errors()[0].tolist() == one.look().tolist()


def test_compare_says_it_once_for_each_loss() -> None:
    models = {"a": BIG, "b": PRICES * NOISE**1.5, "c": PRICES + 0.5 * RNG.normal(0, 1, N)}
    result = compared(
        Request.of_several([lookup("mae"), lookup("huber"), lookup("pseudo_huber")], {}),
        arrays_stream(PRICES, models, None),
    )
    said = [remark.text for remark in told(result)]
    assert len(said) == 2
    assert said[0].startswith("delta 1 lies far below the errors of a and b: huber is the absolute error")
    assert f"for 300 of 300 rows; -p huber.delta={DELTA:.15g} is 1.345 times" in said[0]
    assert said[0].endswith("robust spread of the errors of a")
    assert f"-p pseudo_huber.delta={fitted(BIG - PRICES, 1.287):.15g} is 1.287 times" in said[1]
    assert not any(told(one) for one in result.scores)
    del models["c"]
    alone = losscli.compare(PRICES, models, ["huber"])
    assert told(alone)[0].text.startswith("delta 1 lies far below the errors of every model: huber")
    assert f"-p delta={DELTA:.15g} is" in told(alone)[0].text
    assert told(losscli.compare(PRICES, BIG, ["huber"]))[0].text.startswith(
        "delta 1 lies far below the errors: h"
    )


def test_check_finds_it_for_the_loss_that_is_named() -> None:
    (finding,) = [f for f in losscli.check(PRICES, BIG, loss="huber").findings if f.id == "scale"]
    assert finding.severity == "warning"
    assert finding.why.endswith("huber is the absolute error less half of delta for 300 of 300 rows")
    assert finding.do == f"-p delta={DELTA:.15g} is 1.345 times the robust spread of these errors"
    for options in ({"loss": "huber", "delta": DELTA}, {"loss": "mae"}, {}):
        assert not [f for f in losscli.check(PRICES, BIG, **options).findings if f.id == "scale"]


def test_the_commands_say_it(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("price,model\n" + "".join(f"{y},{p}\n" for y, p in zip(PRICES, BIG, strict=True)))
    data = [str(file), "--true", "price", "--pred", "model", "--format", "plain"]
    for words in (["compute", "huber", *data], ["compare", *data, "--losses", "mae,huber"]):
        flat = " ".join(call(*words).stdout.split())
        assert flat.count("warning: delta 1 lies far below the errors: huber is the absolute error") == 1
        assert f"for 300 of 300 rows; -p delta={DELTA:.15g} is 1.345 times the robust spread of" in flat
    assert "warning" not in call("compute", "huber", *data, "-p", f"delta={DELTA:.15g}").stdout
