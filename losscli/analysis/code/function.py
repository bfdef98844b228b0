"""A loss as a function of a framework's arrays, written from the lines of its steps."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from losscli.analysis.code.layout import definition, keyword, module
from losscli.analysis.code.lines import calls, formula_of, propagated
from losscli.catalogue.pages import explanation
from losscli.formula.arrays import Mode, Value, constant, expression, source
from losscli.formula.dialects import DIALECTS, Dialect
from losscli.formula.language import Line, Repeat
from losscli.formula.python import Translator
from losscli.frameworks import ARRAYS
from losscli.losses.declare import Loss
from losscli.losses.domain import Domain

_RANK = {"row": 1, "rest": 1, "columns": 1, "indices": 1, "square": 1, "parts": 2, "steps": 2}
_SHAPE = {
    "entry": "(N, …)",
    "rest": "(N, …)",
    "scalar": "(N,)",
    "index": "(N,) class indices",
    "indices": "(N, L) class indices",
    "row": "(N, C)",
    "square": "(N, N)",
    "steps": "(N, T, C)",
}

# One y_true beside all quantiles of it.
_BESIDE = "y_true = y_true[..., None] if len(y_true.shape) < len(y_pred.shape) else y_true"


class Written(NamedTuple):
    """A function's module, without and with the line that calls it."""

    code: str
    call: str


def write(
    loss: Loss,
    framework: str,
    params: Mapping[str, Any],
    reduction: str,
    comments: Sequence[str] = (),
    extra: str = "",
) -> Written:
    """A function of y_true and y_pred in a framework's arrays, and its call.

    `params` hold every parameter that has a value; `comments` stand above it, `extra` beneath.
    """
    return _Function(loss, DIALECTS[ARRAYS[framework].arrays], dict(params), reduction).written(
        comments, extra
    )


class _Function:
    def __init__(self, loss: Loss, dialect: Dialect, params: dict[str, Any], reduction: str) -> None:
        self.loss, self.dialect, self.params, self.reduction = loss, dialect, params, reduction
        self.per = params.get("per", "batch")
        self.pred = loss.signature.y_pred.given(params)
        self.true = None if loss.signature.y_true is None else loss.signature.y_true.given(params)
        self.ignoring = loss.adds is not None and params.get("ignore_class") is not None
        level = loss.signature.level
        self.levels = level is not None and np.ndim(params[level.name]) > 0  # a quantile a column
        self.helpers: dict[str, None] = {}
        self.same: dict[str, ast.expr] = {}

    def written(self, comments: Sequence[str], extra: str) -> Written:
        body = self._body()
        used = {
            node.id
            for line in body
            for node in ast.walk(ast.parse(_closed(line)))
            if isinstance(node, ast.Name)
        }
        own = [name for name in self.loss.parameters if name in used]
        body = [*self._one_hot(), *self._converted(own), *([_BESIDE] if self.levels else []), *body]
        arrays = ["y_true"] * self.loss.truth + ["y_pred"]
        keywords = [keyword(name, self.params) for name in own]
        head = ", ".join([*arrays, *(["*"] if own else []), *keywords])
        needed = [f"{name}={name}" for name in own if name not in self.params]
        call = f"{self.loss.name}({', '.join([*arrays, *needed])})"
        helpers = [self.dialect.helper(name) for name in self.helpers]
        function = definition(self.loss.name, head, self._docstring(own), body)
        given = "".join(f", {name}" for name in needed)
        closing = "\n".join(filter(None, [extra.replace("=False", f"=False{given}"), f"value = {call}"]))
        imports = {**self.dialect.imports, "sklearn": "import sklearn.metrics"}
        return Written(module(imports, comments, [*helpers, function], closing), call)

    # The lines

    def _chosen(self, part: str) -> list[Line | Repeat]:
        params = {**self.params, **({"ignore_class": None} if self.ignoring else {})}
        missing = {name: None for name in self.loss.parameters if name not in params}
        return propagated(formula_of(self.loss).lines(part, {**missing, **params}), self.same)

    def _names(self, mode: Mode) -> dict[str, Value]:
        names = {"y_pred": _array("y_pred", self.pred)}
        if self.true is not None:
            names["y_true"] = _array("y_true", self.true)
        if mode == "entry":
            names = {name: value._replace(rank=0) for name, value in names.items()}
        elif mode == "whole":  # the rows are an axis as any other; entries have one behind them
            more = 2 if self.pred.grain == "entry" else 1
            names = {
                name: value._replace(rank=value.rank + more, batched=False) for name, value in names.items()
            }
        for name, parameter in self.loss.parameters.items():
            value = self.params.get(name)
            axes = (
                np.asarray(value).ndim if name in self.params else {"matrix": 2}.get(parameter.range.kind, 1)
            )
            known = constant(0) if axes == 0 else Value(ast.Name(name), axes, batched=False)
            names[name] = known._replace(node=ast.Name(name))
        return names

    def _translated(self, mode: Mode, part: str, **options: Any) -> tuple[Translator, list[str]]:
        translator = Translator(
            self.dialect, mode, options.pop("names", None) or self._names(mode), **options
        )
        lines = translator.lines(self._chosen(part))
        self.helpers |= translator.helpers
        return translator, lines

    def _body(self) -> list[str]:
        if self.loss.kind == "statistic":
            return self._statistic()
        if self.loss.kind == "batch":
            translated, lines = self._translated("whole", "all")
            flat = (
                self._flattened()
                if any(".T" in line for line in lines) and self.pred.grain == "entry"
                else []
            )
            kept = any(source(part).startswith("keep(") for part in calls(self._chosen("all")))
            return [*flat, *lines, *self._of_batch(translated.names["L"], kept)]
        mode: Mode = "entry" if self.pred.grain == "entry" else "row"
        translated, lines = self._translated(mode, "lines")
        flat = self._flattened() if self.pred.grain == "rest" else []
        if self.ignoring:
            zero = self._reduced("where(kept, y_true, 0)")
            flat = ["kept = y_true != ignore_class", f"y_true = {zero}"]
        return [*flat, *lines, *self._of_samples(translated.names["L"])]

    def _flattened(self) -> list[str]:
        keras = self.dialect.keras
        names = ["y_true"] * self.loss.truth + ["y_pred"]
        return [
            f"{name} = ops.reshape({name}, (len({name}), -1))"
            if keras
            else f"{name} = {name}.reshape(len({name}), -1)"
            for name in names
        ]

    def _statistic(self) -> list[str]:
        rows, lines = self._translated("entry", "row")
        axis = {"batch": None, "sample": 1, "class": 0}[self.per]
        chosen = self._chosen("value")
        by_column = any(source(part).startswith("columns(") for part in calls(chosen))
        flat: list[str] = []
        if self.per == "sample":
            flat = self._flattened()
        elif self.per == "class" or by_column:
            shape = "(-1, {0}.shape[-1])"
            keras = self.dialect.keras
            form = f"{{0}} = ops.reshape({{0}}, {shape})" if keras else "{0} = {0}.reshape(-1, {0}.shape[-1])"
            flat = [form.format(name) for name in ("y_true", "y_pred")]

        def total(name: str, node: ast.expr) -> Value:
            value = rows.value(node)
            self.helpers.update(rows.helpers)
            along = 0 if name == "columns" else axis
            rank = 0 if along is None else 1
            if value.const:  # total(1): how many
                count = f"y_pred.shape[{along}]" if along is not None else None
                entries = expression(count) if count else rows._fill("entries", ast.Name("y_pred"))
                return constant(0)._replace(node=entries)
            where = "" if along is None else f", {'dim' if self.dialect.torch else 'axis'}={along}"
            form = {"root_total": f"xp.sqrt(xp.sum(a**2{where}))", "largest_of": f"xp.max(a{where})"}
            text = form.get(name, f"xp.sum(a{where})")
            node = expression(text, xp=ast.Name(self.dialect.module), a=value.node)
            return Value(node, rank, batched=False)

        branch = self.per == "batch" and self.dialect.name == "numpy"
        names = self._names("whole")
        values = Translator(self.dialect, "whole", names, total, branch)
        lines += values.lines(chosen)
        self.helpers |= values.helpers
        if self.per == "batch" or self.reduction == "none":
            return [*flat, *lines, "return L"]
        return [*flat, *lines, f"return {self._reduced(self.reduction + '(L)')}"]

    # The end

    def _reduced(self, text: str) -> str:
        """`mean(L)`, `sum(L)` or `where(…)` in this dialect."""
        call = ast.parse(text, mode="eval").body
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Name)
        arguments = ", ".join(map(source, call.args))
        if call.func.id == "where" or self.dialect.keras:
            return f"{self.dialect.module}.{call.func.id}({arguments})"
        return f"{arguments}.{call.func.id}()"

    def _of_samples(self, value: Value) -> list[str]:
        if self.ignoring:
            lines = [f"L = {self._reduced('where(kept, L, 0.0)')}"]
            total = self._reduced("sum(L)")
            end = {"mean": f"{total} / {self._reduced('sum(kept)')}", "sum": total, "none": "L"}
            return [*lines, f"return {end[self.reduction]}"]
        values = "L"
        if self.dialect.torch and value.kind != "float":
            values = "L.double()"
        if self.reduction == "mean":
            return [f"return {self._reduced(f'mean({values})')}"]
        if self.pred.grain == "entry":
            keras = self.dialect.keras
            rows = f"ops.reshape({values}, (len(L), -1))" if keras else f"{values}.reshape(len(L), -1)"
            axis = "dim" if self.dialect.torch else "axis"
            rows = f"ops.mean({rows}, axis=1)" if keras else f"{rows}.mean({axis}=1)"
            return [f"L = {rows}", f"return {self._reduced('sum(L)') if self.reduction == 'sum' else 'L'}"]
        return [f"return {self._reduced(f'sum({values})') if self.reduction == 'sum' else values}"]

    def _of_batch(self, value: Value, kept: bool) -> list[str]:
        if value.rank == 0:
            return ["return L"]
        if self.reduction == "sum":
            return [f"return {self._reduced('sum(L)')}"]
        if kept:  # there may be no pair
            return [f"return {self._reduced('sum(L)')} / max(len(L), 1)"]
        return [f"return {self._reduced('mean(L)')}"]

    # The head

    @property
    def _indexed(self) -> bool:
        """Whether y_true comes as class indices, as in the page's example, where rows may come as well."""
        if self.true is None or self.true.index is None:
            return False
        example = explanation(self.loss, elsewhere=False).example
        return example is not None and np.ndim(example.y_true) == 1

    def _one_hot(self) -> list[str]:
        """Class indices as rows of 0 and 1."""
        template = str(self.dialect.template("rows_of_classes"))
        names = {name: ast.Name(name) for name in ("y_true", "y_pred")}
        names["xp"] = ast.Name(self.dialect.module)
        return [f"y_true = {source(expression(template, **names))}"] if self._indexed else []

    def _converted(self, own: Sequence[str]) -> list[str]:
        """Parameters with several values, as arrays."""
        lists = [name for name in own if name not in self.params or np.ndim(self.params[name])]
        template = str(self.dialect.template("array"))
        xp = ast.Name(self.dialect.module)
        return [f"{n} = {source(expression(template, xp=xp, a=ast.Name(n)))}" for n in lists]

    def _docstring(self, own: Sequence[str]) -> str:
        pred = _shape(self.pred)
        if self.true is None:
            arrays = f"y_pred {pred}"
        elif self._indexed:
            arrays = f"y_true {_SHAPE['index']}, y_pred {pred}"
        elif self.levels:
            arrays = "y_true (N, …), y_pred (N, …, D): a column a level"
        elif _shape(self.true) == pred:
            arrays = f"y_true and y_pred {pred}"
        else:
            arrays = f"y_true {_shape(self.true)}, y_pred {pred}"
        said = [
            f"{name}={self.params[name]!r}"
            for name, parameter in self.loss.parameters.items()
            if name in self.params and name not in own and self.params[name] != parameter.default
        ]
        return f"{self.loss.title}; {', '.join([arrays, *said])}."


def _closed(line: str) -> str:
    """A line that parses by itself."""
    line = line.strip()
    if line.startswith("for "):
        return line + " pass"
    return line.removeprefix("return ")


def _array(name: str, domain: Domain) -> Value:
    whole = domain.grain in ("index", "indices")
    return Value(ast.Name(name), _RANK.get(domain.grain, 0), "int" if whole else "float")


def _shape(domain: Domain) -> str:
    if domain.grain == "columns":
        return f"(N, {domain.size})"
    return f"(N, {domain.size}, D)" if domain.grain == "parts" else _SHAPE[domain.grain]
