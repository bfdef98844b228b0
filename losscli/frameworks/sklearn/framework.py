"""What all scikit-learn losses share."""

from __future__ import annotations

import numpy as np

from losscli.frameworks import SKLEARN
from losscli.frameworks.adapted import Adapted
from losscli.frameworks.call import Call, Conversion, Style
from losscli.frameworks.convention import MEAN, Framework
from losscli.frameworks.writing import class_of

EPSILON = float(np.finfo(np.float64).eps)

_BRIER = {"multiclass": "", "pos_label": "pos_label={}", "scale_by_half": "scale_by_half={}"}
_OF_ROWS = Conversion(
    {"y_true": "y_true.argmax(-1)"}, class_of, lambda params: bool(params["multiclass"]), axes=2
)
_EVERY_CLASS = "labels=range(y_pred.shape[1])"

_RAVELED = Adapted(
    "It takes one root for each output and averages them; flat arrays have one root.",
    swap=("y_true, y_pred", "y_true.ravel(), y_pred.ravel()"),
)
FRAMEWORK = Framework(
    SKLEARN,
    Style(
        {"sklearn": "sklearn.metrics"},
        template="{path}({arrays}{more}{weight})",
        weight=", sample_weight=sample_weight",
        reduction="normalize=False",
    ),
    {
        # Without them a class that does not occur in y_true is not known to be one.
        "bce": (Call(keywords="labels=[0, 1]"),),
        "scce": (Call(keywords=_EVERY_CLASS),),
        "quantile": (Call(names={"q": "alpha={}"}),),
        "brier": (
            Call(
                keywords=_EVERY_CLASS,
                names=_BRIER,
                when=lambda given: given.axes > 1,
                conversion=_OF_ROWS,
            ),
            Call(names=_BRIER),
        ),
        "multiclass_hinge": (Call(keywords=_EVERY_CLASS),),
    },
    {
        "mape": Adapted("It gives a fraction, the definition percent.", form="100 * {call}"),
        "rmse": _RAVELED,
        "brier": Adapted(
            "It halves the sum over two classes unless it is told not to.",
            params={"scale_by_half": False},
            when=lambda params: bool(params["multiclass"] and not params["half"]),
        ),
        "rmsle": _RAVELED,
    },
    searched=True,
    wants_weight=True,
    common={"reductions": {"mean": MEAN}, "checked": True, "axes": 2},
)
same, formula = FRAMEWORK.same, FRAMEWORK.formula
