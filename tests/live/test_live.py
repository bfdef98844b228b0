"""Every convention against the framework itself, on arrays that Hypothesis draws from the loss's domain.

Skipped where a framework is not installed; `.ci/run` keeps an environment that has them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_contract_inputs import Case, cases

import losscli
from losscli import LosscliError, live
from losscli.api import arrays_stream
from losscli.conventions import conventions
from losscli.conventions.declare import Convention
from losscli.frameworks import answer, question
from losscli.losses import registry

WAYS = {
    f"{like}-{name}": way
    for name in losscli.names()
    for like, way in conventions(registry.get(name)).items()
    if like != "tfa"  # TensorFlow Addons ended with TensorFlow 2.15, which no Python of today installs
}
pytestmark = pytest.mark.filterwarnings("ignore")  # theirs


@st.composite
def asked(draw: Any, way: Convention) -> tuple[Case, Any, str]:
    """A case in the loss's domain with parameters that the call may know, weights, and a reduction."""
    theirs = way.signature.parameters
    fixed = {
        name: theirs[name].default
        if name in ("from_logits", "box_format") and name in theirs
        else parameter.default
        for name, parameter in way.loss.parameters.items()
        if name in ("from_logits", "box_format", "per") or name not in theirs
        if not parameter.required
    }
    case = draw(cases(way.loss, wide=False, given_params=fixed, rows=(2, 6)))
    weights = st.lists(st.integers(1, 12).map(lambda k: k / 4), min_size=len(case), max_size=len(case))
    weight = draw(st.none() | weights) if way.weights else None
    reduction = draw(st.sampled_from([name for name in way.reductions if name != "none"]))
    return case, weight, reduction


@pytest.mark.parametrize("name", WAYS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_convention_gives_what_the_framework_gives(name: str, data: Any) -> None:
    way = WAYS[name]
    if missing := live.not_installed(way):
        pytest.skip(f"{missing} is not installed")
    case, weight, reduction = data.draw(asked(way))
    stream = arrays_stream(case.y_true, {"y_pred": case.y_pred}, weight)
    try:
        code, score = answer(question(way.loss, stream, case.params), way, reduction)
    except LosscliError:
        return  # refused: what the call would do is not said
    measured = live.run(way, code, live.gather(stream, "refuse", way))
    precision = "float32" if way.float32 else "float64"
    slack = 10 * live.PRECISION[precision] if way.float32 else live.PRECISION[precision]
    np.testing.assert_allclose(
        measured, score.value, rtol=slack, atol=10 * live.FLOOR[precision], equal_nan=True, err_msg=code
    )
