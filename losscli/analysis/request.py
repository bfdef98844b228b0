"""What is asked of the rows, as one object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from losscli.batch import Stream
from losscli.catalogue.find import Named, named
from losscli.catalogue.pages import explanation
from losscli.engine.class_axis import axis_of_sums
from losscli.engine.missing import Masked, MissingRule
from losscli.engine.partial import Task
from losscli.engine.positions import masked
from losscli.errors import LosscliError
from losscli.frameworks.convention import convention
from losscli.losses.domain import SUM_SLACK
from losscli.losses.layout import Layout, read_layout
from losscli.results.score import Remark
from losscli.rows import Roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from losscli.classes.names import Classes
    from losscli.engine.class_weight import ClassWeight
    from losscli.frameworks.convention import Convention
    from losscli.losses.declare import Loss
    from losscli.losses.domain import Array


IGNORED = ("ignore_class", "ignore_index")  # parameters: the label that a loss leaves out


@dataclass(frozen=True, eq=False)
class Request:
    """The losses, each with its parameters by its name, and how their numbers are to be made.

    `called` holds, by the loss, the names of another library's that they were asked for by.
    """

    losses: tuple[Loss, ...]
    params: Mapping[str, Mapping[str, Any]]
    reduction: str = "mean"
    like: str = "exact"
    missing: MissingRule = "refuse"
    class_weight: ClassWeight | None = None
    called: Mapping[str, Named] = field(default_factory=dict)
    _tasks: dict[tuple[str, str], tuple[Stream, Task]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, loss: Loss | Named, params: Mapping[str, Any], *how: Any, **more: Any) -> Request:
        """One loss with its parameters; the rest is as for several."""
        return cls.of_several([loss], {named(loss).loss.name: params}, *how, **more)

    @classmethod
    def of_several(
        cls, losses: Iterable[Loss | Named], params: Mapping[str, Mapping[str, Any]], *how: Any, **more: Any
    ) -> Request:
        """Losses, with their parameters by their names or by those that they were asked for by."""
        like = more.get("like", how[1] if len(how) > 1 else "exact")
        read = tuple(_known(named(loss), like) for loss in losses)
        shares = {one.loss.name: params.get(one.loss.name) or params.get(one.word) or {} for one in read}
        given = {one.loss.name: one.given(shares[one.loss.name]) for one in read}
        more["called"] = {one.loss.name: one.besides(shares[one.loss.name]) for one in read}
        return cls(tuple(one.loss for one in read), given, *how, **more)

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
        task = replace(self.shared(loss, stream), model=model)
        if loss.signature.level is None:
            return task
        from losscli.analysis.levels import with_levels

        given = task.convention.spelled(self.params.get(loss.name, {}))
        return self._kept((loss.name, model), stream, lambda: with_levels(task, given, stream))

    def over(self, stream: Stream) -> Request:
        """The same, where `missing` is "drop" and each loss has a value for each entry, or position: there
        what is missing is left out by itself.
        """
        known = Stream.of(stream).shapes
        if self.missing != "drop" or (known is not None and known[1] == ()):
            return self
        if known is not None:  # nothing need be read: a reader's threads bar the processes
            true: Array | None = np.zeros((1, *known[0]))
            preds = [np.zeros((1, *known[1]))]
        else:
            first = next(iter(stream()), None)
            if first is None:
                return self
            true, preds = first.y_true, list(first.y_pred.values())
        if all(pred.ndim < 2 for pred in preds):
            return self
        try:
            tasks = [self.shared(loss, stream) for loss in self.losses]
            rules = {masked(task, true, *preds) for task in tasks}
        except LosscliError:  # which is told when it is computed
            return self
        rule = rules.pop()
        return self if rules or rule is None else replace(self, missing=rule)

    def shared(self, loss: Loss, stream: Stream) -> Task:
        """The task before the levels that a model's columns state."""
        return self._kept((loss.name, ""), stream, lambda: self._made(loss, stream))

    def _kept(self, key: tuple[str, str], stream: Stream, make: Callable[[], Task]) -> Task:
        known = self._tasks.get(key)
        if known is None or known[0] is not stream:
            known = self._tasks[key] = stream, make()
        return known[1]

    def _made(self, loss: Loss, stream: Stream) -> Task:
        way = self.way(loss)
        given, adjust = self.params.get(loss.name, {}), None
        params, layout = read_layout(loss, way.signature, given, exact=self.like == "exact")
        called = self.called.get(loss.name, Named(loss))
        said = tuple(Remark("data", sentence) for sentence in called.said)
        if self.like == "exact" and layout.class_axis is None:
            layout, moved = _axis_by_sums(loss, layout, stream)
            said = (*said, *moved)
        layout = layout._replace(masked=isinstance(self.missing, Masked))
        flag = loss.classes
        if flag is not None and flag in way.signature.parameters and flag not in params:
            indexed, sentence = _read_classes(loss, flag, stream, layout)
            params = {**params, flag: True} if indexed else params
            said = (*said, *(Remark("data", each) for each in sentence))
        classes = Stream.of(stream).classes
        if classes is not None:
            params = by_number(loss, params, classes)
        if self.class_weight is not None:
            from losscli.engine.class_weight import weigh_classes

            unweighed = Task(way, params, layout=layout)
            adjust, params, weighed = weigh_classes(unweighed, self.class_weight, stream, self.missing)
            said = (*said, *weighed)
        if self.like == "exact" and called.params.get("from_logits"):
            _check_logits(called.word, stream)
        bound = way.bind(params)
        words = explanation(loss, elsewhere=self.like != "exact")
        sure = "from_logits" in params and "from_logits" not in called.params
        return Task(
            way, bound, words=words, said=said, adjust=adjust, sure=sure, classes=classes, layout=layout
        )


def _known(one: Named, like: str) -> Named:
    """The same without the implied parameters that `like` does not know: they are another framework's."""
    if not one.params:
        return one
    try:
        known = convention(one.loss, like).signature.parameters
    except LosscliError:  # it has no such call, which is told when it is computed
        return one
    return one._replace(params={name: value for name, value in one.params.items() if name in known})


def meant(word: str | Loss | Named, stream: Stream | None) -> Named:
    """What a word stands for on these rows: a name may be another loss's where they have another shape."""
    read = named(word)
    if not read.others or stream is None:
        return read
    shapes = shapes_of(stream)
    return read if shapes is None else read.by_rows(*shapes)


def _read_classes(loss: Loss, flag: str, stream: Stream, layout: Layout) -> tuple[bool, tuple[str, ...]]:
    """Whether y_true has an index where y_pred has a row of classes, and what is to be said of the rows."""
    shapes = shapes_of(stream)
    if shapes is None:
        return False, ()
    true, pred = shapes
    axis = len(pred) if layout.class_axis is None else layout.class_axis % (len(pred) + 1)
    width = pred[axis - 1] if 0 < axis <= len(pred) else 1
    if width < 2:
        return False, ()
    if len(true) < len(pred) or (true[-1] == 1 and len(true) == len(pred)):
        why = "y_true holds a class index for each row of y_pred"
        return True, (f"{loss.name} is read with {flag}=true, because {why}",)
    for batch in stream() if true == pred else ():
        held, given = next(iter(batch.y_pred.values())), batch.y_true
        if given is not None and _one_hot(given, axis) and _sum_to_one(held, axis):
            rows = "the first row" if len(given) == 1 else f"each of the first {len(given)} rows"
            return False, (
                f"{rows} is one-hot in y_true and sums to 1 in y_pred: each of its {width} probabilities "
                f"counts as a yes or no of its own, and their mean is taken; -p {flag}=true adds up the "
                f"squares of {width} classes",
            )
        break
    return False, ()


def _axis_by_sums(loss: Loss, layout: Layout, stream: Stream) -> tuple[Layout, tuple[Remark, ...]]:
    """The layout with the classes' axis that the sums of y_true show, where its rows must add up to 1."""
    true = loss.signature.y_true
    if true is None or not true.sums_to_one or layout.squeeze:
        return layout, ()
    shapes = shapes_of(stream)  # read where they matter alone: a reader's threads bar the processes
    if shapes is None or shapes[0] != shapes[1] or len(shapes[1]) < 2:
        return layout, ()
    first = next(iter(stream())).y_true
    axis = None if first is None else axis_of_sums(first)
    if axis is None:
        return layout, ()
    why = f"the classes are on axis {axis}: y_true sums to 1 there, and along no other axis"
    return layout._replace(class_axis=axis), (Remark("data", why),)


def shapes_of(stream: Stream) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The shapes of a row of y_true (of none: ()) and of y_pred; None where there are no rows."""
    known = Stream.of(stream).shapes
    if known is not None:
        return known
    for batch in stream():
        pred = next(iter(batch.y_pred.values()))
        return () if batch.y_true is None else batch.y_true.shape[1:], pred.shape[1:]
    return None


def _one_hot(array: Array, axis: int) -> bool:
    return bool(np.isin(array, (0, 1)).all() and (array.sum(axis) == 1).all())


def _sum_to_one(array: Array, axis: int) -> bool:
    return bool((np.abs(array.sum(axis) - 1) <= SUM_SLACK).all())


def _check_logits(word: str, stream: Stream) -> None:
    """LosscliError where a name that stands for logits has values that may be probabilities, one and all."""
    for batch in stream():
        if any(np.any((pred < 0) | (pred > 1)) for pred in batch.y_pred.values()):
            return
    raise LosscliError(
        f"{word} takes logits, and every value of y_pred lies in [0, 1], as probabilities do",
        "say which they are: -p from_logits=true or -p from_logits=false",
    )


def takes(losses: Sequence[Loss], params: Mapping[str, Any]) -> Roles:
    """What the losses make of y_true and y_pred; of none of them, what there may be."""
    if not losses:
        return Roles(labels=True, columns=True, alike=True)
    domains = [loss.signature for loss in losses]
    true = [domain.y_true for domain in domains if domain.y_true is not None]
    pred = [domain.y_pred.given(params) for domain in domains if not domain.y_pred.by]
    columns = any(d.below_classes or d.index is not None for d in true) or any(
        loss.classes is not None for loss in losses
    )
    sizes = {d.size if d.grain == "parts" else 0 for d in pred}
    let = [value for name, value in params.items() if name.rpartition(".")[2] in IGNORED]
    return Roles(
        labels=bool(true) and all(d.means in ("label", "class index") or d.index is not None for d in true),
        columns=columns,
        numbers=columns,
        alike=all(domain.y_pred.means == "label" for domain in domains),
        equality=all(d.means == "label" and d.grain == "index" for d in true),
        probability=bool(pred) and all(d.means == "probability" and d.grain == "entry" for d in pred),
        let=(*let, *(-1.0 for d in true if d.grain == "indices")),
        parts=max(sizes) if len(sizes) == 1 else 0,
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
