"""Steps of a scale, such as ratings from 1 to 5, predicted by one number a row."""

from __future__ import annotations

from losscli.analysis.recommend.case import AdviceCase, Reading
from losscli.analysis.recommend.numbers import value_range
from losscli.analysis.recommend.residuals import regression
from losscli.stats.interval import number


def ratings(case: AdviceCase) -> Reading:
    """mse for the mean rating: within the ends of a scale no row lies so far out that it must be tamed."""
    y, p = case.y_true, case.y_pred
    assert y is not None
    subject = "the target's distances from its median" if p is None else "the residuals, y_pred − y_true"
    reading = (
        f"whole steps {value_range(y)}, whose variance is below their mean: ratings, no counts (if they are: "
        f"--task counts); what follows is measured on {subject}"
    )
    measured = regression(case)
    choices = {choice.loss: choice for choice in measured.choices}
    if "mse" not in choices:
        return measured._replace(reading=reading)
    reasons = ["it is least at the mean rating"]
    if p is not None and y.min() <= p.min() and p.max() <= y.max():
        reasons.append(f"a scale has ends: no error passes {number(float(y.max() - y.min()))}")
    chosen = [choices["mse"]._replace(reasons=tuple(reasons), when=None)]
    if "mae" in choices:
        chosen.append(choices["mae"]._replace(when="the median rating is wanted"))
    chosen += [choices["quantile"]] if "quantile" in choices else []
    return measured._replace(reading=reading, choices=tuple(chosen))
