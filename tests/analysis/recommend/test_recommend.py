"""Advice on data drawn from known situations: what comes first, that it is stable, and that its lines run."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support.situations import SITUATIONS

import losscli
from losscli.analysis.recommend import tasks
from losscli.errors import LosscliError
from losscli.results.score import Score

SEEDS = range(6)
ROWS = 1000


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_first_recommendation_fits_the_situation(name: str) -> None:
    expected, draw, options = SITUATIONS[name]
    for seed in SEEDS:
        y_true, y_pred = draw(np.random.default_rng(seed), ROWS)
        told = losscli.recommend(y_true, y_pred, **options)
        assert told.recommendations[0].loss in expected
        again = losscli.recommend(y_true, y_pred, **options)
        assert again.recommendations == told.recommendations
        assert again.evidence == told.evidence


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_line_runs_as_printed_and_takes_the_suggested_parameters(name: str) -> None:
    _, draw, options = SITUATIONS[name]
    y_true, y_pred = draw(np.random.default_rng(7), 200)
    told = losscli.recommend(y_true, y_pred, **options)
    for entry in told.recommendations:
        names = {"losscli": losscli, "y_true": y_true, "y_pred": y_pred}
        result = eval(entry.command, names)
        if isinstance(result, Score):
            assert result.loss == entry.loss
            for parameter, value in entry.params.items():
                assert np.array_equal(result.params[parameter], value)


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_runner_up_says_when_and_the_first_says_why(name: str) -> None:
    _, draw, options = SITUATIONS[name]
    told = losscli.recommend(*draw(np.random.default_rng(3), 400), **options)
    first, *others = told.recommendations
    assert first.when is None
    assert first.reasons
    assert others
    assert all(other.when for other in others)
    entries = [(entry.loss, tuple(sorted(map(str, entry.params.items())))) for entry in told.recommendations]
    assert len(entries) == len(set(entries))
    for entry in told.recommendations:
        known = losscli.find(entry.loss).parameters
        assert set(entry.params) <= set(known)
        for text in (*entry.reasons, *entry.derived, entry.when or ""):
            assert not re.search(r"nan|None|\be-\d{2,}|  |\{", text), text


def test_of_many_rows_a_sample_is_measured_and_that_is_said() -> None:
    r = np.random.default_rng(0)
    p = r.normal(size=450_000)
    told = losscli.recommend(p + r.standard_t(2, p.size), p)
    assert told.n == 450_000
    assert [said.text for said in told.remarks] == [
        "measured on a sample of 200000 of 450000 rows, by a fixed seed"
    ]
    assert told.recommendations[0].loss == "huber"


def test_rows_of_weight_0_are_left_out() -> None:
    r = np.random.default_rng(0)
    p = r.normal(size=800)
    y = p + r.normal(size=800)
    weight = np.ones(800)
    y[:60] += 1000
    weight[:60] = 0
    told = losscli.recommend(y, p, weight)
    assert losscli.recommend(y, p).recommendations[0].loss != "mse"
    assert told.recommendations[0].loss == "mse"
    assert told.n == 740
    assert told.recommendations[0].command == 'losscli.compute("mse", y_true, y_pred, sample_weight)'
    assert told.evidence == losscli.recommend(y[60:], p[60:]).evidence


def test_missing_values_are_refused_or_left_out() -> None:
    y, p = [1.0, np.nan, 3.0, 4.0], [1.0, 2.0, 3.5, 4.1]
    with pytest.raises(LosscliError, match="nan or no value in row 2"):
        losscli.recommend(y, p)
    told = losscli.recommend(y, p, missing="drop")
    assert told.n == 3
    assert 'missing="drop"' in told.recommendations[0].command
    with pytest.raises(LosscliError, match="nothing can be measured"):
        losscli.recommend(y, p, missing="propagate")
    with pytest.raises(LosscliError, match="y_pred, row 2: inf"):
        losscli.recommend([1.0, 2.0], [1.0, np.inf])


@pytest.mark.parametrize("task", tasks.words())
def test_advice_by_task_alone(task: str) -> None:
    told = losscli.recommend(task=task)
    assert (told.task, told.n, told.evidence) == (task, None, ())
    first, *others = told.recommendations
    assert first.reasons
    assert first.when is None
    assert all(other.when for other in others)
    for entry in told.recommendations:
        assert entry.command == f'losscli.explain("{entry.loss}")'
        signature = losscli.find(entry.loss).parameters
        for name, value in entry.params.items():
            signature[name].range.read(name, value)


def test_what_keras_uses_is_told_where_it_was_counted() -> None:
    assert "6 regression examples" in str(losscli.recommend(task="regression").examples)
    assert "68 computer-vision examples" in str(losscli.recommend(task="multiclass").examples)
    assert losscli.recommend(task="counts").examples is None


def test_a_task_reads_the_data_where_values_do_not_tell() -> None:
    y = np.random.default_rng(0).integers(0, 5, 300).astype(float)
    assert losscli.recommend(y).task == "multiclass"
    assert losscli.recommend(y, task="counts").recommendations[0].loss == "poisson"
    grades = np.random.default_rng(0).integers(0, 2, (50, 4)).astype(float)
    scores = np.random.default_rng(1).normal(size=(50, 4))
    assert losscli.recommend(grades, scores).task == "multilabel"
    assert losscli.recommend(grades, scores, task="ranking").task == "ranking"
    z = np.random.default_rng(1).uniform(0.1, 0.9, 50)
    assert "from_logits" not in losscli.recommend(grades[:, 0], z).recommendations[0].params
    assert (
        losscli.recommend(grades[:, 0], z, from_logits=True).recommendations[0].params["from_logits"] is True
    )


def test_latent_codes_are_scored_without_a_truth() -> None:
    codes = np.random.default_rng(0).normal(size=(30, 2, 4))
    assert losscli.recommend(None, codes, task="generative").recommendations[0].loss == "vae_kl"


@pytest.mark.parametrize(
    ("y_true", "y_pred", "options", "what"),
    [
        (None, None, {}, "neither data nor a task"),
        (None, None, {"task": "countz"}, 'no task "countz"'),
        (None, [1.0, 2.0], {}, "there is no y_true"),
        ([1.0, 2.0], [[1.0], [2.0]], {}, r"\(N, 1\)"),
        ([-1.0, 2.5], [1.0, 2.0], {"task": "counts"}, "goes down to -1"),
        ([1.5, 2.5], [1.0, 2.0], {"task": "counts"}, "not whole"),
        ([0.0, 2.0], [0.5, 0.6], {"task": "binary"}, "more than the labels"),
        ([1.0, 2.0], [0.5, 0.6], {"quantile": 90.0}, "no number between 0 and 1"),
        ([1.0, 2.0], [0.5, 0.6], {"quantile": 0.9, "task": "counts"}, "a quantile is wanted"),
        ([1.0, 2.0], [0.5, 0.6], {"task": "quantiles"}, "states its quantile"),
        ([1.0, 2.0], [0.5, 0.6], {"task": "intervals"}, "two columns"),
        ([1.0, 2.0], [0.5, 0.6], {"task": "survival"}, "no time with an event"),
        ([1.0, 2.0], [[0.5], [0.6]], {"task": "regression"}, r"\(N, 1\)"),
        ([0.0, 7.0], [[0.5, 0.5], [0.4, 0.6]], {"task": "multiclass"}, "class 7 has no column"),
        (None, [[1.0, 2.0]], {"task": "generative"}, "means and log variances"),
        ([1.0], [[[1.0], [2.0]]], {"task": "generative"}, "takes no y_true"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(
    y_true: object, y_pred: object, options: dict, what: str
) -> None:
    with pytest.raises(LosscliError, match=what) as refused:
        losscli.recommend(y_true, y_pred, **options)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value.hint).split()) > 2  # a way out


def test_odd_data_is_advised_on_or_refused() -> None:
    r = np.random.default_rng(1)
    makers = [
        lambda n: r.normal(size=n),
        lambda n: np.zeros(n),
        lambda n: np.ones(n),
        lambda n: r.normal(0, 1e300, n),
        lambda n: np.exp(r.normal(0, 50, n)),
        lambda n: np.where(r.random(n) < 0.5, -1.0, 1.0),
        lambda n: r.random((n, 4)) * 100,
        lambda n: np.eye(3)[r.integers(0, 3, n)],
        lambda n: r.integers(0, 2, (n, 3, 3)) * 1.0,
        lambda n: r.random((n, 1)),
    ]
    advised = 0
    for true in makers:
        for pred in [*makers, None]:
            for n in (1, 2, 9):
                try:
                    told = losscli.recommend(true(n), None if pred is None else pred(n))
                except LosscliError:
                    continue
                advised += 1
                assert told.recommendations[0].reasons
    assert advised > 100
