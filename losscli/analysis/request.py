"""What is asked of the rows, as one object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from losscli.catalogue.pages import explanation
from losscli.engine.partial import Task
from losscli.frameworks.convention import convention
from losscli.losses.layout import read_layout

if TYPE_CHECKING:
    from losscli.batch import Stream
    from losscli.engine.class_weight import ClassWeight
    from losscli.engine.missing import Missing
    from losscli.frameworks.convention import Convention
    from losscli.losses.declare import Loss
    from losscli.results.score import Remark


@dataclass(frozen=True, eq=False)
class Request:
    """The losses, each with its parameters by its name, and how their numbers are to be made."""

    losses: tuple[Loss, ...]
    params: Mapping[str, Mapping[str, Any]]
    reduction: str = "mean"
    like: str = "exact"
    missing: Missing = "refuse"
    class_weight: ClassWeight | None = None
    _tasks: dict[str, tuple[Stream, Task]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, loss: Loss, params: Mapping[str, Any], *how: Any, **named: Any) -> Request:
        """One loss with its parameters; the rest is as for several."""
        return cls((loss,), {loss.name: params}, *how, **named)

    @property
    def loss(self) -> Loss:
        """The only loss."""
        (loss,) = self.losses
        return loss

    def way(self, loss: Loss) -> Convention:
        """How a loss is computed; LosscliError where there is no such call, or no such reduction."""
        way = convention(loss, self.like)
        way.reduction(self.reduction)
        return way

    def task(self, loss: Loss, stream: Stream, model: str = "y_pred") -> Task:
        """What is folded for a loss; LosscliError where its parameters do not fit. Made once for a stream."""
        known = self._tasks.get(loss.name)
        if known is None or known[0] is not stream:
            known = self._tasks[loss.name] = stream, self._made(loss, stream)
        return replace(known[1], model=model)

    def _made(self, loss: Loss, stream: Stream) -> Task:
        way = self.way(loss)
        given, adjust = self.params.get(loss.name, {}), None
        params, layout = read_layout(loss, way.signature, given, exact=self.like == "exact")
        said: tuple[Remark, ...] = ()
        if self.class_weight is not None:
            from losscli.engine.class_weight import weigh_classes

            adjust, params, said = weigh_classes(way, params, self.class_weight, stream, self.missing)
        bound = way.signature.bind(way.owner, params)
        words = explanation(loss, elsewhere=self.like != "exact")
        return Task(way, bound, words=words, said=said, adjust=adjust, layout=layout)
