"""What is asked of the rows, as one object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from losscli.batch import Stream
from losscli.catalogue.pages import explanation
from losscli.engine.partial import Task
from losscli.frameworks.convention import convention
from losscli.rows import Roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.classes.names import Classes
    from losscli.engine.class_weight import ClassWeight
    from losscli.engine.missing import Missing
    from losscli.frameworks.convention import Convention
    from losscli.losses.declare import Loss
    from losscli.results.score import Remark


IGNORED = ("ignore_class", "ignore_index")  # parameters: the label that a loss leaves out


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
        params, adjust = dict(self.params.get(loss.name, {})), None
        classes = Stream.of(stream).classes
        if classes is not None:
            params = by_number(loss, params, classes)
        said: tuple[Remark, ...] = ()
        if self.class_weight is not None:
            from losscli.engine.class_weight import weigh_classes

            adjust, params, said = weigh_classes(way, params, self.class_weight, stream, self.missing)
        bound = way.signature.bind(way.owner, params)
        words = explanation(loss, elsewhere=self.like != "exact")
        return Task(way, bound, words=words, said=said, adjust=adjust, classes=classes)


def takes(losses: Sequence[Loss], params: Mapping[str, Any]) -> Roles:
    """What the losses make of y_true and y_pred; of none of them, what there may be."""
    if not losses:
        return Roles(labels=True, columns=True, alike=True)
    domains = [loss.signature for loss in losses]
    true = [domain.y_true for domain in domains if domain.y_true is not None]
    pred = [domain.y_pred.given(params) for domain in domains if not domain.y_pred.by]
    columns = any(d.below_classes or d.index is not None for d in true)
    let = [value for name, value in params.items() if name.rpartition(".")[2] in IGNORED]
    return Roles(
        labels=bool(true) and all(d.means in ("label", "class index") or d.index is not None for d in true),
        columns=columns,
        numbers=columns,
        alike=all(domain.y_pred.means == "label" for domain in domains),
        equality=all(d.means == "label" and d.grain == "index" for d in true),
        probability=bool(pred) and all(d.means == "probability" and d.grain == "entry" for d in pred),
        let=(*let, *(-1.0 for d in true if d.grain == "indices")),
    )


def by_number(loss: Loss, params: Mapping[str, Any], classes: Classes) -> dict[str, Any]:
    """The parameters that name a class, by its number."""
    numbers = {}
    for name, value in params.items():
        number = classes.number(value) if _names_a_class(loss, name) and value is not None else None
        numbers[name] = value if number is None else int(number)
    return numbers


def _names_a_class(loss: Loss, name: str) -> bool:
    parameter = loss.parameters.get(name)
    return name in IGNORED or (parameter is not None and parameter.range.below_classes)
