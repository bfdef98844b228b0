"""Code that losscli writes, run on drawn data and held against losscli's own numbers."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from support.inputs import Case, cases, loss_of

import losscli
from losscli import LosscliError
from losscli.analysis.code import snippet
from losscli.catalogue.pages import explanation
from losscli.frameworks.convention import Convention, convention, framework
from losscli.losses.domain import Array
from losscli.results.code import Snippet

Convert = Callable[[Array], Any]


def way_of(name: str, library: str) -> Convention | None:
    """A framework's convention of a loss, where it has one."""
    if library in ("numpy", "xgboost", "lightgbm") or name not in framework(library).entries:
        return None
    return convention(loss_of(name), library)


@st.composite
def asked(draw: Any, name: str, library: str) -> tuple[Case, str]:
    """A case of moderate size and a reduction; scikit-learn's calls admit less: half are drawn for them."""
    loss, way = loss_of(name), way_of(name, library)
    if library == "sklearn" and way is not None and draw(st.booleans()):
        loss = replace(loss, kernel=way.kernel)
    case = draw(cases(loss, wide=False, rows=(2, 5)))
    defined = loss_of(name).parameters
    params = {key: value for key, value in case.params.items() if key in defined}  # not the call's alone
    case = replace(case, loss=loss_of(name), params=params)
    true = case.loss.signature.y_true
    true = true and true.given(case.loss.signature.bind(name, params))
    if true is not None and true.index is not None and case.y_true.ndim > 1:  # it is written for indices
        case = replace(case, y_true=case.y_true.argmax(axis=-1))
    if name == "generalized_dice" and case.y_pred.ndim == 1:  # it is written for a column a class
        case = replace(case, y_true=case.y_true[:, None], y_pred=case.y_pred[:, None])
    single = loss.kind == "statistic" and case.params.get("per") != "sample"
    reductions = ["mean"] if single else ["mean", "sum"] if loss.kind == "batch" else ["mean", "sum", "none"]
    return case, draw(st.sampled_from(reductions))


def written(case: Case, library: str, reduction: str) -> Snippet:
    return snippet(case.loss, library, case.params, reduction)


def handed(case: Case, way: Convention | None) -> tuple[Array | None, Array]:
    """The arrays as the code takes them: class indices whole, where rows may come too."""
    y_true = case.y_true
    if y_true is None:
        return None, case.y_pred
    domain = case.loss.signature.y_true.given(case.loss.signature.bind(case.loss.name, case.params))
    if domain.grain in ("index", "indices"):
        return y_true.astype(np.int64), case.y_pred
    if domain.index is not None:
        return (y_true if y_true.ndim == 1 else y_true.argmax(axis=-1)).astype(np.int64), case.y_pred
    return y_true, case.y_pred


def of_example(name: str, library: str) -> tuple[Snippet, Array | None, Array, Any]:
    """The code for a page's example, its arrays as they stand there, and the definition's number."""
    loss = loss_of(name)
    example = explanation(loss, elsewhere=False).example
    assert example is not None
    y_true = None if example.y_true is None else np.asarray(example.y_true)
    y_pred = np.asarray(example.y_pred, np.float64)
    if y_true is not None:
        domain = loss.signature.y_true.given(loss.signature.bind(name, example.params))
        indexed = domain.index is not None and y_true.ndim < y_pred.ndim
        whole = indexed or domain.grain in ("index", "indices")
        y_true = y_true.astype(np.int64 if whole else np.float64)
    wanted = losscli.compute(name, y_true, y_pred, **example.params).value
    return snippet(loss, library, example.params), y_true, y_pred, wanted


def run(
    code: str, y_true: Array | None, y_pred: Array, convert: Convert = lambda array: array
) -> dict[str, Any]:
    """The names that the code leaves behind."""
    names = {"y_pred": convert(y_pred)} | ({} if y_true is None else {"y_true": convert(y_true)})
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        exec(compile(code, "snippet", "exec"), names)
    return names


def definition(case: Case, reduction: str) -> Any:
    """The registry's number; None where the definition refuses the case."""
    try:
        score = losscli.compute(case.loss.name, case.y_true, case.y_pred, reduction=reduction, **case.params)
    except LosscliError:
        return None
    return score.per_sample if reduction == "none" else score.value


def departs(case: Case, way: Convention) -> bool:
    """Whether the call says of some row, or of all, that its number is another: clipped, coded otherwise."""
    params = {k: v for k, v in case.params.items() if k in way.signature.parameters}
    try:
        bound = way.signature.bind(way.owner, params)
        made = losscli.compute(case.loss.name, case.y_true, case.y_pred, like=way.framework.name, **bound)
    except LosscliError:
        return False
    return any(remark.kind == "departure" and remark.count for remark in made.remarks)


def accepts(case: Case, way: Convention) -> bool:
    """Whether the call takes the data, where it takes less than the definition."""
    theirs = way.signature.parameters
    params = {k: v for k, v in case.params.items() if k in theirs}
    if "from_logits" in theirs and "from_logits" not in params:
        params["from_logits"] = theirs["from_logits"].default
    try:
        losscli.compute(case.loss.name, case.y_true, case.y_pred, like=way.framework.name, **params)
    except LosscliError:
        return False
    return True
