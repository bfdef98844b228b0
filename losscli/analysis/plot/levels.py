"""Quantiles drawn beside rows: a curve for each level that the columns have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from losscli.analysis.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from losscli.batch import Stream
    from losscli.losses.declare import Loss
    from losscli.results.score import Remark


class Levelled(NamedTuple):
    """Parameters, a tuple where there is a curve a level; what is said of it; what aligns the rows."""

    params: Mapping[str, Any]
    said: tuple[Remark, ...] = ()
    rows: Mapping[str, Any] = {}


def levelled(losses: Sequence[Loss], params: Mapping[str, Any], stream: Stream | None) -> Levelled:
    """The levels of the first loss that has some: as given, else as the names of y_pred's columns say.

    A list of levels is one a column, which are drawn one by one as those of a tuple are.
    """
    loss = next((loss for loss in losses if loss.signature.level is not None), None)
    if loss is None or loss.signature.level is None:
        return Levelled(params)
    name = loss.signature.level.name
    key = f"{loss.name}.{name}" if f"{loss.name}.{name}" in params or len(losses) > 1 else name
    given = params.get(key, params.get(name))
    if isinstance(given, list):
        params = {**params, key: tuple(given)}
    batch = None if stream is None else next(iter(stream()), None)
    if stream is None or batch is None:
        return Levelled(params)
    model = next(iter(batch.y_pred))
    task = Request.of(loss, {} if given is None else {name: given}).task(loss, stream, model)
    value = task.params[name]
    several = isinstance(value, np.ndarray)
    beside = several and batch.y_pred[model].shape[-1:] == value.shape
    known = tuple(value.tolist()) if several else value
    return Levelled({**params, key: known}, task.said, {name: value} if beside else {})
