"""How a snippet stands on the page: imports, comments, functions, and lines that are not too long."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from losscli.formula.arrays import source

WIDTH = 99


def module(
    imports: Mapping[str, str], comments: Sequence[str], functions: Sequence[str], closing: str
) -> str:
    """A module of the imports that its code uses, comments, functions, and the lines that call them."""
    ending = "\n".join(part for line in closing.split("\n") for part in folded(line))
    code = "\n\n\n".join([*(function.strip("\n") for function in functions), ending])
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    needed = [line for name, line in imports.items() if name in used]
    standard = [line for line in needed if line == "import math"]
    others = sorted((line for line in needed if line not in standard), key=_order)
    heads = ["\n".join(group) for group in (standard, others) if group]
    said = "\n".join(line for comment in comments for line in commented(comment))
    gap = "\n\n\n" if functions else "\n\n"
    opening = "\n\n".join(heads)
    body = f"{said}\n{code}" if said else code
    return (f"{opening}{gap}{body}" if opening else body) + "\n"


def _order(line: str) -> tuple[bool, str]:
    """How a formatter sorts imports: whole modules first."""
    return line.startswith("from "), line.split()[1]


def commented(text: str) -> list[str]:
    """A sentence as comment lines."""
    return textwrap.wrap(text, WIDTH, initial_indent="# ", subsequent_indent="# ")


def definition(name: str, head: str, docstring: str, body: Sequence[str]) -> str:
    """A function's source."""
    lines = [f"def {name}({head}):", f'    """{docstring}"""']
    for line in body:
        lines += folded("    " + line)
    return "\n".join(lines)


def keyword(name: str, params: Mapping[str, Any]) -> str:
    """An argument with its default, where it has one."""
    if name not in params:
        return name
    value = params[name]
    if isinstance(value, np.ndarray | list):
        value = _tuples(np.asarray(value).tolist())
    if isinstance(value, float) and not np.isfinite(value):
        return f'{name}=float("{value}")'
    return f"{name}={value!r}"


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def folded(line: str) -> list[str]:
    """The line, or where it is too long, several: a sum broken at its signs, a call at its arguments."""
    if len(line) <= WIDTH:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    (statement,) = ast.parse(line.strip().removeprefix("return ")).body
    match statement:
        case ast.Assign(targets=[target], value=value):
            return _broken(value, indent, f"{ast.unparse(target).strip('()')} = ", "")
        case ast.Expr(value=value):
            return _broken(value, indent, "return ", "")
    return [line]


def _broken(node: ast.expr, indent: str, head: str, tail: str) -> list[str]:
    """An expression between `head` and `tail`, on as many lines as it takes."""
    line = f"{indent}{head}{source(node)}{tail}"
    if len(line) <= WIDTH:
        return [line]
    deeper = indent + "    "
    match node:
        case ast.BinOp():
            return [f"{indent}{head}(", *_pieces(node, deeper), f"{indent}){tail}"]
        case ast.Call(func=func, args=args, keywords=keywords):
            lines = [f"{indent}{head}{source(func)}("]
            if isinstance(args[0], ast.BinOp) and len(args) + len(keywords) == 1:
                return [*lines, *_pieces(args[0], deeper), f"{indent}){tail}"]
            for arg in args:
                lines += _broken(arg, deeper, "", ",")
            lines += [f"{deeper}{keyword.arg}={source(keyword.value)}," for keyword in keywords]
            return [*lines, f"{indent}){tail}"]
        case ast.UnaryOp(op=ast.USub(), operand=ast.Call() | ast.BinOp() as operand):
            return _broken(operand, indent, f"{head}-", tail)
        case ast.Subscript(value=ast.Call() | ast.BinOp() as value, slice=index):
            return _broken(value, indent, head, f"[{source(index)}]{tail}")
    return [line]


def _pieces(node: ast.BinOp, indent: str) -> list[str]:
    """The terms or factors, each on a line of its own."""
    lines: list[str] = []
    for sign, part, whole in _parts(node):
        if len(indent + sign + whole) <= WIDTH:
            lines.append(f"{indent}{sign}{whole}")
        elif isinstance(part, ast.BinOp):
            lines += [f"{indent}{sign}(", *_pieces(part, indent + "    "), f"{indent})"]
        else:
            lines += _broken(part, indent, sign, "")
    return lines


def _parts(node: ast.BinOp) -> list[tuple[str, ast.expr, str]]:
    """The terms of a sum, or the factors of a product: sign, expression, and text with brackets it needs."""
    groups = ((ast.Add, ast.Sub), (ast.Mult, ast.Div), (ast.BitAnd, ast.BitOr), (ast.Pow, ast.MatMult))
    kinds = next(group for group in groups if isinstance(node.op, group))
    parts: list[tuple[str, ast.expr, str]] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp) and isinstance(left.op, kinds):
        whole = source(ast.BinOp(ast.Name("a"), left.op, left.right))
        sign, text = whole.removeprefix("a").strip().split(" ", 1) if " " in whole else ("**", whole[3:])
        parts.insert(0, (f"{sign} ", left.right, text))
        op, left = left.op, left.left
    whole = source(ast.BinOp(left, op, ast.Name("a")))
    parts.insert(0, ("", left, re.sub(r" ?[-+*/&|@]+ ?a$", "", whole)))
    return parts
