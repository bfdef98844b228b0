"""Losses in the letters that their derivatives read best in.

Each is its loss up to a constant, of the booster's raw score y_pred. Where a prediction has a range, a link
takes the raw score there: p = sigmoid, mu = exp.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_CROSS_ENTROPY = "-pos_weight*y_true*log(p) - (1 - y_true)*log(1 - p)"
_SMOOTHED = "t = y_true*(1 - label_smoothing) + label_smoothing/2"
_ERROR = "e = y_pred - y_true"
_MEAN = "mu = exp(y_pred)"
_SIGN = "t = 1 if y_true == 1 else -1"
_POISSON_DEVIANCE = [_MEAN, "L = 2*(mu - y_true*log(mu))"]
_GAMMA_DEVIANCE = [_MEAN, "L = 2*(log(mu) + y_true/mu)"]


def _bce(params: Mapping[str, Any]) -> list[str]:
    entropy = _CROSS_ENTROPY
    if params["pos_weight"] == 1:
        entropy = entropy.replace("pos_weight*", "")
    if params["label_smoothing"] == 0:
        return ["p = sigmoid(y_pred)", f"L = {entropy}"]
    return [_SMOOTHED, "p = sigmoid(y_pred)", f"L = {entropy.replace('y_true', 't')}"]


def _binary_focal(params: Mapping[str, Any]) -> list[str]:
    t = "t" if params["label_smoothing"] else "y_true"
    lines = [_SMOOTHED] if params["label_smoothing"] else []
    lines += ["p = sigmoid(y_pred)", f"m = {t} + (1 - 2*{t})*p"]
    lines += [f"CE = -{t}*log(p) - (1 - {t})*log(1 - p)"]
    if params["alpha"] is None:
        return [*lines, "L = m**gamma*CE"]
    return [*lines, f"a = alpha*{t} + (1 - alpha)*(1 - {t})", "L = a*m**gamma*CE"]


def _barron(params: Mapping[str, Any]) -> list[str] | None:
    if params["alpha"] in (0, 2, float("-inf")):
        return None
    x = "x = (y_pred - y_true)/scale"
    return [x, "b = abs(alpha - 2)", "s = 1 + x**2/b", "L = b/alpha*s**(alpha/2)"]


def _tweedie(params: Mapping[str, Any]) -> list[str]:
    match params["power"]:
        case 0:
            return [_ERROR, "L = e**2"]
        case 1:
            return _POISSON_DEVIANCE
        case 2:
            return _GAMMA_DEVIANCE
    return [
        _MEAN,
        "L = 2*(mu**(2 - power)/(2 - power) - y_true*mu**(1 - power)/(1 - power))",
    ]


def _smooth_l1(params: Mapping[str, Any]) -> list[str] | None:
    return [_ERROR, "L = abs(e)"] if params["beta"] == 0 else None


FORMS: Mapping[str, list[str] | Callable[[Mapping[str, Any]], list[str] | None]] = {
    "barron": _barron,
    "bce": _bce,
    "binary_focal": _binary_focal,
    "binary_sparsemax": [_SIGN, "u = -t*y_pred", "L = 0 if u <= -1 else (u + 1)**2/4 if u < 1 else u"],
    "brier": ["p = sigmoid(y_pred)", "L = (p - y_true)**2"],
    "cauchy": [_ERROR, "s = scale**2 + e**2/2", "L = log(s)"],
    "contrastive": ["d = exp(y_pred)", "L = d**2 if y_true == 1 else max(0, margin - d)**2"],
    "exponential": [_SIGN, "k = exp(-t*y_pred)", "L = k"],
    "gamma_deviance": _GAMMA_DEVIANCE,
    "geman_mcclure": ["x = (y_pred - y_true)/scale", "s = x**2 + 4", "L = -8/s"],
    "hinge_embedding": ["d = exp(y_pred)", "L = d if y_true == 1 else max(0, margin - d)"],
    "linex": [_ERROR, "k = exp(a*e)", "L = k - a*e"],
    "logcosh": [_ERROR, "L = logcosh(e)"],
    "msle": ["d = y_pred - log1p(y_true)", "L = d**2"],
    "poisson": [_MEAN, "L = mu - y_true*y_pred"],
    "poisson_deviance": _POISSON_DEVIANCE,
    "pseudo_huber": [_ERROR, "s = sqrt(1 + (e/delta)**2)", "L = delta**2*s"],
    "smape": [_ERROR, "s = abs(y_true) + abs(y_pred)", "L = 200*ratio(abs(e), s)"],
    "smooth_l1": _smooth_l1,
    "soft_margin": [_SIGN, "p = sigmoid(t*y_pred)", "L = -log(p)"],
    "tukey": [_ERROR, "u = (e/c)**2", "L = -c**2/6*(1 - u)**3 if abs(e) <= c else 0"],
    "tweedie": _tweedie,
    "welsch": ["x = (y_pred - y_true)/scale", "k = exp(-x**2/2)", "L = -k"],
}
_SIGMOID, _EXP = "1 / (1 + np.exp(-z))", "np.exp(z)"
# How a raw score becomes the loss's prediction, as NumPy code.
LINKS: Mapping[str, str] = {
    "bce": _SIGMOID,
    "binary_focal": _SIGMOID,
    "brier": _SIGMOID,
    "contrastive": _EXP,
    "gamma_deviance": _EXP,
    "hinge_embedding": _EXP,
    "msle": "np.expm1(z)",
    "poisson": _EXP,
    "poisson_deviance": _EXP,
    "tweedie": _EXP,
}


def link_of(name: str, params: Mapping[str, Any]) -> str | None:
    """How a raw score becomes this loss's prediction; None where it is the prediction."""
    return None if name == "tweedie" and params["power"] == 0 else LINKS.get(name)
