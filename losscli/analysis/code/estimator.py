"""A booster's estimator around an objective: its trees start at the best constant, which predict adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from losscli.analysis.code.slopes import Score

TYPICAL = '''def typical(sizes):
    """The mean of the smaller nine tenths, which no outlier moves."""
    return np.mean(sizes[sizes <= np.quantile(sizes, 0.9)]) or np.mean(sizes) or 1.0'''

# The least hessian is XGBoost's own.
_SCALED = '''def scaled_objective(y_true, y_pred, sample_weight=None):
    """{said}"""
    grad, hess = {objective}(y_true, y_pred)
    hess = np.maximum(np.abs(hess), 1e-16)
{lines}    return (grad, hess) if sample_weight is None else (grad * sample_weight, hess * sample_weight)'''

_CLASS = '''class {model}({base}):
    """Trees from the best constant on."""

    def fit(self, X, y, sample_weight=None, **options):
        y = np.asarray(y, dtype=float)
        start = np.full(len(y), {start})
        for _ in range(50):
            grad, hess = scaled_objective(y, start, sample_weight)
            start -= 0.3 * grad.sum() / hess.sum()
{keep}
        return super().fit(X, y, sample_weight=sample_weight, {init}**options)'''

_PREDICT = """

    def predict(self, X):
        {returned}"""


class _Library(NamedTuple):
    """How an estimator is told where to start, and what it makes of a raw score."""

    base: str
    keep: str
    init: str
    score: str


_LIBRARIES: Mapping[str, _Library] = {
    "xgboost": _Library(
        "xgboost.XGBRegressor",
        "        self.base_score = float(start[0])",
        "",
        "super().predict(X)",
    ),
    "lightgbm": _Library(
        "lightgbm.LGBMRegressor",
        "        self.start_ = start[0]\n"
        '        sets = options.get("eval_set") or []\n'
        "        starts = [np.full(len(labels), self.start_) for _, labels in sets]\n"
        '        options["eval_init_score"] = starts or None',
        "init_score=start, ",
        "self.start_ + super().predict(X)",
    ),
}


def estimator(library: str, objective: str, model: str, score: Score) -> list[str]:
    """The objective as the library calls it, and the class that is fitted with it."""
    lines = f"    unit = {score.unit}\n    grad, hess = grad / unit, hess / unit\n" if score.unit else ""
    said = "The same for fitting, with a usual hessian of 1." if score.unit else "The same for fitting."
    scaled = _SCALED.format(objective=objective, lines=lines, said=said)
    way = _LIBRARIES[library]
    text = _CLASS.format(model=model, base=way.base, start=score.start, keep=way.keep, init=way.init)
    if score.link:
        text += _PREDICT.format(returned=f"z = {way.score}\n        return {score.code}")
    elif way.init:
        text += _PREDICT.format(returned=f"return {way.score}")
    return [scaled, text]
