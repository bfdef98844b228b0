"""Parity: the definition's number and every framework's on the same data, and why they differ."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from losscli.analysis.request import Request
from losscli.analysis.score import score
from losscli.batch import Batch, Stream, arrays_stream
from losscli.catalogue.pages import explanation
from losscli.engine.align import as_held
from losscli.engine.class_axis import classes_at, moves_axis
from losscli.engine.finish import Show
from losscli.engine.missing import complete
from losscli.engine.partial import Task
from losscli.engine.positions import lay, squeezed
from losscli.engine.top import Tally
from losscli.errors import LosscliError
from losscli.frameworks.call import Conversion, Given
from losscli.frameworks.convention import Convention, convention, conventions
from losscli.frameworks.live import LiveArrays
from losscli.frameworks.writing import Takes, conversion_of, with_classes_moved, write
from losscli.losses.declare import Loss
from losscli.losses.domain import Array, Domain
from losscli.losses.layout import SQUEEZE, read_layout
from losscli.losses.ranges import AXIS
from losscli.results.parity import Parity, ParityRow
from losscli.results.score import Remark, Score
from losscli.version import __version__

SAME = {"float64": 1e-12, "float32": 1e-6}  # how far two numbers may be apart, relatively, to be one
EXAMPLE = "the worked example"


def parity(
    request: Request, stream: Stream | None = None, *, source: str | None = None, live: bool = False
) -> Parity:
    """The definition and every framework over a stream of batches, which is callable again.

    `request` has the definition's parameters. Without a stream, on the worked example of the loss's page.
    """
    loss = request.loss
    about = explanation(loss, elsewhere=False)
    if stream is None:
        example = about.example
        if example is None:
            raise LosscliError(f"{loss.name} has no worked example", "give it data")
        request = replace(request, params={loss.name: {**example.params, **request.params[loss.name]}})
        stream = arrays_stream(example.y_true, {"y_pred": example.y_pred}, None)
        source = EXAMPLE
    exact = score(request, stream, show=Show(0))
    if exact.params.get(SQUEEZE):  # the calls get the arrays without those axes
        own = {name: value for name, value in request.params[loss.name].items() if name != SQUEEZE}
        request, stream = replace(request, params={loss.name: own}), _squeezed(stream)
    read = {name: exact.params[name] for name in (loss.classes or AXIS, AXIS) if name in exact.params}
    if read:  # as the rows have set them
        request = replace(request, params={loss.name: {**request.params[loss.name], **read}})
    rows = [ParityRow("exact", "definition", _own_call(exact, loss), "float64", exact.value, same=True)]
    level = loss.signature.level
    if level is not None:  # as the columns' names may say
        known = {**request.params[loss.name], level.name: exact.params[level.name]}
        request = replace(request, params={loss.name: known})
    first = next(iter(stream()))
    for way in conventions(loss).values():
        row = _row(request, stream, way, axes_of(first, way), exact.value)
        rows.append(_measured(request, stream, way, row) if live else row)
    return Parity(
        loss=loss.name,
        about=about,
        params=exact.params,
        n=exact.n,
        weighted=exact.weighted,
        source=source,
        rows=tuple(rows),
        remarks=exact.remarks,
        signature=exact.signature,
        version=__version__,
        live=live,
    )


def answer(request: Request, stream: Stream, way: Convention, axes: tuple[int, int]) -> tuple[str, Score]:
    """A framework's call as code, and its number; LosscliError where the data is not what the call takes.

    `axes` are those of y_true and y_pred.
    """
    exact = convention(request.loss, "exact")
    asked = request.params[request.loss.name]
    own, layout = read_layout(request.loss, exact.signature, asked, exact=True)
    said = layout.said()
    for name in said.keys() - {AXIS}:
        raise LosscliError(f"the call has no {name}", f"leave -p {name} out to compare without it")
    wanted = exact.signature.bind(exact.owner, own)
    conversion = conversion_of(way, wanted, axes[0])
    if axes[1] > 2:
        first = next(iter(stream()))
        laid = lay(request.shared(request.loss, stream), first.y_true, next(iter(first.y_pred.values())))
        if laid.axis is not None and laid.rows:
            usual = classes_at(way, axes[1])
            told = {AXIS: laid.axis} if moves_axis(way) and laid.axis != usual else {}
            if told or way.framework.style.moved:
                said = told
            to, both = said.get(AXIS, usual), axes[0] == axes[1]
            conversion = with_classes_moved(way, conversion, laid.axis, to, axes[1], both=both)
    theirs = replace(
        request,
        params={request.loss.name: {**_passed(request, wanted, way, conversion), **said}},
        like=way.framework.name,
    )
    made = score(theirs, stream if conversion is None else _converted(stream, conversion), show=Show(0))
    given = Given(made.params, request.reduction, made.weighted, axes[1], said.get(AXIS))
    return write(way, given, conversion), made


def axes_of(batch: Batch, way: Convention) -> tuple[int, int]:
    """How many axes y_true and y_pred have as the call is handed them."""
    y_true, y_pred = as_held(way, batch, next(iter(batch.y_pred)))
    return (0 if y_true is None else y_true.ndim), y_pred.ndim


def _own_call(exact: Score, loss: Loss) -> str:
    """The library call of the definition, the parameters that differ from their defaults written."""
    words = [repr(loss.name), "y_true" if loss.truth else "None", "y_pred"]
    words += ["sample_weight"] * exact.weighted
    for name, parameter in loss.parameters.items():
        value = exact.params[name]
        if parameter.required or value != parameter.default:
            words.append(f"{name}={value!r}")
    beside = exact.params.keys() - loss.parameters.keys()  # how the arrays stand
    words += [f"{name}={exact.params[name]!r}" for name in sorted(beside)]
    return f"losscli.compute({', '.join(words)})"


def _row(
    request: Request, stream: Stream, way: Convention, axes: tuple[int, int], exact: float | None
) -> ParityRow:
    """A framework's row: its number on the data, or what its call takes instead."""
    precision = "float32" if way.float32 else "float64"
    name, title = way.framework.name, way.framework.title
    try:
        call, made = answer(request, stream, way, axes)
    except LosscliError as why:
        defaults = {name: parameter.default for name, parameter in way.signature.parameters.items()}
        takes = why.what + (f" ({why.hint})" if why.hint else "")
        call = write(way, Given(defaults, axes=axes[1]))
        return ParityRow(name, title, call, precision, takes=takes, names=isinstance(why, Takes))
    same = _agree(made.value, exact, SAME[precision])
    causes = {} if same else _causes(way, made.remarks)
    kinds = tuple(dict.fromkeys(causes.values()))
    return ParityRow(name, title, call, precision, made.value, same, tuple(causes), kinds)


def _passed(
    request: Request, params: dict[str, Any], way: Convention, conversion: Conversion | None
) -> dict[str, Any]:
    """The definition's parameters as the call takes them; LosscliError for one that it cannot be given.

    A value that the call refuses, or has no word for, is left out where it is the definition's default: the
    call's own way is what its departures tell.
    """
    wanted = {**params, **(conversion.instead if conversion else {})}
    theirs = way.signature.parameters
    passed: dict[str, Any] = {}
    for name, value in wanted.items():
        default = request.loss.parameters[name].default
        if name == "class_weight" and request.class_weight is not None:
            continue  # the engine gives them to the call as it takes them
        if name in theirs:
            try:
                passed[name] = theirs[name].read(value)
            except LosscliError as why:
                if name == "from_logits":
                    raise Takes("logits", "--from-logits says that y_pred holds them") from None
                if name == "box_format" or value is not default:
                    raise LosscliError(why.what.replace("parameter ", "", 1)) from None
        elif value is not default and value != default:
            if name == "from_logits":
                raise Takes("probabilities: the call has no from_logits")
            raise LosscliError(f"the call has no {name}", f"leave -p {name} out to compare without it")
    return passed


def _squeezed(stream: Stream) -> Stream:
    def bare() -> Iterator[Batch]:
        for batch in stream():
            arrays = {model: squeezed(array) for model, array in batch.y_pred.items()}
            true, weight = (None if a is None else squeezed(a) for a in (batch.y_true, batch.weight))
            yield replace(batch, y_true=true, y_pred=arrays, weight=weight)

    return Stream(bare)


def _converted(stream: Stream, conversion: Conversion) -> Stream:
    def converted() -> Iterator[Batch]:
        for batch in stream():
            ((model, y_pred),) = batch.y_pred.items()
            assert batch.y_true is not None
            y_true, y_pred = conversion.apply(batch.y_true, y_pred)
            yield replace(batch, y_true=y_true, y_pred={model: y_pred})

    return Stream(converted)


def _causes(way: Convention, said: tuple[Remark, ...]) -> dict[str, str]:
    """Why a number is another, from what was said beside it: the sentence, and its kind of cause."""
    causes = {_cause(r): r.cause for r in said if r.kind == "departure" and r.cause != "input"}
    small = {f"{d.cause}: {d.why}": d.cause for d in way.departures if d.cause in ("epsilon", "clipping")}
    return causes or small or {"rounding: the call computes in another order": "rounding"}


def _cause(remark: Remark) -> str:
    if remark.cause == "float32":
        return remark.cause
    if remark.count is None:
        return f"{remark.cause}: {remark.text}"
    rows = f"{remark.count} row" + "s" * (remark.count != 1)
    listed = ", ".join(map(str, remark.rows)) + (", …" if remark.count > len(remark.rows) else "")
    return f"{remark.cause} changed {rows} ({listed}): {remark.text}"


def _agree(one: float | None, other: float | None, slack: float, floor: float = 0.0) -> bool:
    """Whether two numbers are one, to `slack` relatively or `floor`; nan is nan, an infinity itself."""
    if one is None or other is None:
        return False
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    if math.isinf(one) or math.isinf(other):
        return one == other
    return abs(one - other) <= max(slack * max(abs(one), abs(other)), floor)


def _measured(request: Request, stream: Stream, way: Convention, row: ParityRow) -> ParityRow:
    """The row with what the framework itself gives for its call."""
    from losscli.frameworks import live

    missing = live.not_installed(way)
    if missing:
        return row._replace(live_note=f"{missing} is not installed")
    if row.value is None:
        return row._replace(live_version=live.version(way))
    arrays = gather(request, stream, way)
    try:
        value = live.run(way, row.call, arrays)
    except Exception as error:  # whatever a framework raises belongs in its row
        first = (str(error) or type(error).__name__).splitlines()[0]
        return row._replace(live_version=live.version(way), live_note=f"the call failed: {first}")
    verified = _agree(value, row.value, live.PRECISION[row.precision], live.FLOOR[row.precision])
    return row._replace(
        live=value,
        live_version=live.version(way),
        live_difference=value - (row.value or 0.0),
        verified=verified,
    )


def gather(request: Request, stream: Stream, way: Convention) -> LiveArrays:
    """All rows of a stream in the layout that the loss's definition gives them."""
    reweigh = None
    if request.class_weight is not None:
        from losscli.engine.class_weight import weigh_classes

        task = Task(way, request.params[request.loss.name])
        reweigh, _, _ = weigh_classes(task, request.class_weight, stream, request.missing)
    batches = [batch for batch, _ in complete(stream, request.missing, Tally())]
    batches = batches if reweigh is None else [reweigh(batch) for batch in batches]
    held = [as_held(way, batch, next(iter(batch.y_pred))) for batch in batches]
    trues = [y_true for y_true, _ in held if y_true is not None]
    weights = [batch.weight for batch in batches if batch.weight is not None]
    signature = way.loss.signature
    pred = np.concatenate([y_pred for _, y_pred in held])
    return LiveArrays(
        _laid_out(np.concatenate(trues), signature.y_true) if trues and signature.y_true else None,
        _laid_out(pred, signature.y_pred),
        np.concatenate(weights) if weights else None,
    )


def _laid_out(array: Array, domain: Domain) -> Array:
    if domain.grain == "parts":
        return array.reshape(len(array), domain.size, -1)
    if domain.grain == "index" or (domain.index is not None and array.shape[1:] in ((), (1,))):
        one = array.ndim > 1 and array.shape[-1] == 1
        return (array[..., 0] if one else array).astype(np.int64)
    return array.astype(np.int64) if domain.grain == "indices" else array
