"""Every convention against the framework itself, on arrays that Hypothesis draws from the loss's domain.

Skipped where a framework is not installed; `.ci/run` keeps an environment that has them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.inputs import Case, cases
from support.requests import request

import losscli
from losscli import LosscliError
from losscli.analysis.parity import answer, axes_of, gather
from losscli.batch import arrays_stream
from losscli.catalogue import registry
from losscli.frameworks import live
from losscli.frameworks.convention import Convention, conventions

WAYS = {
    f"{like}-{name}": way
    for name in losscli.names()
    for like, way in conventions(registry.get(name)).items()
    if like != "tfa"  # TensorFlow Addons ended with TensorFlow 2.15, which no Python of today installs
}
COMPILED = ("keras", "optax")  # anew for each shape, which takes seconds
pytestmark = pytest.mark.filterwarnings("ignore")  # theirs


@st.composite
def asked(draw: Any, way: Convention) -> tuple[Case, Any, str]:
    """A case in the loss's domain with parameters that the call may know, weights, and a reduction."""
    theirs = way.signature.parameters
    loss, fixed = way.loss, {}
    # scikit-learn refuses much that the definition admits; of hinge's labels it admits any two.
    if way.framework.name == "sklearn" and loss.name != "hinge":
        loss = replace(loss, kernel=way.kernel)
    for name, parameter in loss.parameters.items():
        if name in ("from_logits", "box_format") and name in theirs:
            fixed[name] = theirs[name].default
        elif (name == "per" or name not in theirs) and not parameter.required:
            fixed[name] = parameter.default
    case = draw(cases(loss, wide=False, given_params=fixed, rows=(2, 6)))
    if loss.name == "generalized_dice":  # Optax wants rows that sum to 1
        case = replace(case, y_true=two_classes(case.y_true), y_pred=two_classes(case.y_pred))
    if loss.name == "brier":  # of one column scikit-learn takes two labels
        case = replace(case, y_true=np.asarray(case.y_true) % 2)
    if loss.name == "hamming" and case.y_true.ndim > 1:  # and in several columns it takes 0 and 1
        case = replace(case, y_true=case.y_true % 2, y_pred=case.y_pred % 2)
    weights = st.lists(st.integers(1, 12).map(lambda k: k / 4), min_size=len(case), max_size=len(case))
    weight = draw(st.none() | weights) if way.weights else None
    reduction = draw(st.sampled_from([name for name in way.reductions if name != "none"]))
    return case, weight, reduction


def two_classes(p: Any) -> Any:
    return np.stack([p, 1 - p], axis=-1)


@pytest.mark.parametrize("name", WAYS)
def test_a_convention_gives_what_the_framework_gives(name: str) -> None:
    way = WAYS[name]
    if missing := live.not_installed(way):
        pytest.skip(f"{missing} is not installed")
    precision = "float32" if way.float32 else "float64"
    # Single precision has been lost in places before the last sum: there, ten times as much.
    slack = (10 if way.float32 else 1) * live.PRECISION[precision]
    examples, least = (10, 1) if way.framework.name in COMPILED else (25, 5)
    answered = 0

    @settings(max_examples=examples)
    @given(asked(way))
    def compare(drawn: tuple[Case, Any, str]) -> None:
        nonlocal answered
        case, weight, reduction = drawn
        stream = arrays_stream(case.y_true, {"y_pred": case.y_pred}, weight)
        wanted = request(way.loss.name, case.params, reduction=reduction)
        try:
            code, score = answer(wanted, stream, way, axes_of(next(stream()), way))
        except LosscliError:
            return  # refused: there is no number to hold against the call's
        answered += 1
        measured = live.run(way, code, gather(wanted, stream, way))
        np.testing.assert_allclose(
            measured, score.value, rtol=slack, atol=10 * live.FLOOR[precision], equal_nan=True, err_msg=code
        )

    compare()
    assert answered >= least, "what is drawn is nearly always refused"
