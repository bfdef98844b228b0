"""The tests read as text: kinds of test that cannot fail, or hardly, are forbidden.

Each rule is shown what it finds and what it lets pass. A line that must be so says why in a comment.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

TESTS = Path(__file__).parent
FILES = sorted(
    path
    for path in TESTS.rglob("*.py")
    if path != Path(__file__) and not {"benchmarks", "__pycache__"} & set(path.relative_to(TESTS).parts)
)
WIDE = 1e-3  # a tolerance beyond it may pass a wrong formula
SENTENCES = {"why", "do", "summary", "text", "what", "hint", "note", "because", "said", "reason", "message"}
# What comes with an extra: without it, what needs it is left out.
OPTIONAL = {"backports", "dask", "distributed", "matplotlib", "pandas", "polars", "pyarrow"}
# Tests that may be left out otherwise: how many a file, and where they cannot run.
SKIPPED = {
    "data/test_data_stdin.py": (1, "what a process holds is read from /proc"),
    "live/test_live.py": (1, "frameworks are not installed everywhere"),
    "live/test_live_listings.py": (2, "frameworks are not installed everywhere"),
    "live/test_live_positions.py": (2, "frameworks are not installed everywhere"),
    "live/test_live_code.py": (4, "frameworks are not installed everywhere"),
    "cli/test_cli_usage.py": (1, "a device that is always full is Linux's"),
    "data/test_data_remote.py": (1, "a certificate needs openssl"),
    "data/test_data_wrong.py": (1, "root may read everything"),
    "parallel/test_forks.py": (1, "forks are for Linux"),
    "losses/test_loss_at_run_time.py": (1, "forks are for Linux"),
    "analysis/why/test_why_passes.py": (1, "forks are for Linux"),
    "test_oracle.py": (1, "forks are for Linux"),
    "cli/test_destination.py": (1, "paths of open files are for Unix"),
    "hostile/test_differ.py": (1, "forks are for Linux"),
    "hostile/test_kill.py": (1, "forks are for Linux"),
    "hostile/test_fuzz.py": (1, "forks are for Linux"),
    "render/test_output_values.py": (1, "looks into /proc"),
}
# Where one call of losscli is held against another: what holds the other against the truth.
ORACLES: dict[str, str] = {}


class Source(NamedTuple):
    """A file's tree and its lines; `helpers` are the functions anywhere in the tests that assert."""

    tree: ast.Module
    lines: list[str]
    helpers: frozenset[str]
    path: str = ""

    def explained(self, node: ast.expr | ast.stmt) -> bool:
        """Whether a comment stands on one of the node's lines, or on the line above."""
        first, last = node.lineno, node.end_lineno or node.lineno
        near = self.lines[max(first - 2, 0) : last]
        return any("#" in line and not line.split("#")[1].strip().startswith("noqa") for line in near)


Found = Iterator[tuple[int, str]]
Rule = Callable[[Source], Found]


def nodes(source: Source, *kinds: type) -> Iterator[ast.AST]:
    return (node for node in ast.walk(source.tree) if isinstance(node, kinds))


def name_of(node: ast.AST) -> str:
    """The last word of a called name: approx of pytest.approx."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def root_of(node: ast.AST) -> str:
    """The first word of a dotted name: losscli of losscli.compute(…).value."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def calls(source: Source) -> Iterator[ast.Call]:
    for node in nodes(source, ast.Call):
        assert isinstance(node, ast.Call)
        yield node


def relative_alone(source: Source) -> Found:
    """pytest.approx(x, rel=…) passes whatever lies within 1e-12 of x."""
    for call in calls(source):
        given = {keyword.arg for keyword in call.keywords}
        if name_of(call.func) == "approx" and (len(call.args) > 1 or "rel" in given) and "abs" not in given:
            yield call.lineno, "approx(rel=) without abs=: support.close.close(x, rel)"


def wide(source: Source) -> Found:
    for call in calls(source):
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        known = [given[name] for name in ("rel", "abs", "rtol", "atol") if name in given]
        known += call.args[1:2] if name_of(call.func) in ("close", "approx") else []
        for value in known:
            held = isinstance(value, ast.Constant) and isinstance(value.value, int | float)
            if held and value.value > WIDE and not source.explained(call):
                yield call.lineno, f"a tolerance of {value.value:g} without a word on why"


def there_at_all(source: Source) -> Found:
    """Sentences that are only asked to be there may say the opposite."""
    for node in nodes(source, ast.Assert):
        assert isinstance(node, ast.Assert)
        todo = [node.test]
        while todo:
            test = todo.pop()
            if isinstance(test, ast.BoolOp):
                todo += test.values
            elif isinstance(test, ast.Call) and name_of(test.func) in ("all", "any", "bool", "len"):
                todo += test.args
            elif isinstance(test, ast.GeneratorExp | ast.ListComp):
                todo.append(test.elt)
            elif isinstance(test, ast.Attribute) and test.attr in SENTENCES:
                yield node.lineno, f"asks only that .{test.attr} be there, not what it says"


def left_out(source: Source) -> Found:
    known = {id(call.func): call for call in calls(source)}
    left = SKIPPED.get(source.path, (0, ""))[0]
    for node in nodes(source, ast.Attribute):
        word = name_of(node)
        if root_of(node) != "pytest" or word not in ("xfail", "skip", "skipif", "importorskip"):
            continue
        if word == "importorskip":
            (module, *_) = known[id(node)].args
            if isinstance(module, ast.Constant) and str(module.value).partition(".")[0] in OPTIONAL:
                continue
        elif word != "xfail" and left:
            left -= 1
            continue
        yield node.lineno, f"pytest.{word}: a test that is not run"


def swallowed(source: Source) -> Found:
    for node in nodes(source, ast.Try):
        assert isinstance(node, ast.Try)
        asserts = any(isinstance(part, ast.Assert) for line in node.body for part in ast.walk(line))
        for handler in node.handlers:
            caught = {name_of(part) for part in ast.walk(handler.type)} if handler.type else {"Exception"}
            broad = caught & {"Exception", "BaseException", "AssertionError"}
            ends = not any(
                isinstance(part, ast.Raise | ast.Assert | ast.Return | ast.Call)
                for line in handler.body
                for part in ast.walk(line)
            )
            if broad and (asserts or ends):
                yield handler.lineno, f"swallows {', '.join(sorted(broad))}"


def always_true(source: Source) -> Found:
    """assert True, assert (x, "…"), assert x or True, assert x == x."""
    for node in nodes(source, ast.Assert):
        assert isinstance(node, ast.Assert)
        parts = node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]
        for test in parts:
            constant = isinstance(test, ast.Constant) or (isinstance(test, ast.Tuple) and test.elts)
            same = (
                isinstance(test, ast.Compare)
                and not isinstance(test.ops[0], ast.Is)
                and [ast.dump(test.left)] == list(map(ast.dump, test.comparators))
            )
            if constant or same:
                yield node.lineno, "asserts what always holds"


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def holds(node: ast.AST, helpers: frozenset[str] | set[str]) -> bool:
    """Whether something in a function may fail for what it finds."""
    for part in ast.walk(node):
        if isinstance(part, ast.Assert | ast.Raise):
            return True
        if isinstance(part, ast.Call):
            word = name_of(part.func)
            if (
                word.startswith("assert_")
                or word in helpers
                or word in ("raises", "validate", "check_schema")
            ):
                return True
    return False


def asks_nothing(source: Source) -> Found:
    for function in functions(source.tree):
        if function.name.startswith("test_") and not holds(function, source.helpers):
            yield function.lineno, f"{function.name} asserts nothing"


def named_twice(source: Source) -> Found:
    """The first of two tests of one name is never run."""
    counts = Counter(f.name for f in source.tree.body if isinstance(f, ast.FunctionDef))
    for name, count in counts.items():
        if count > 1:
            yield 1, f"{name} is defined {count} times"


def takes_anything(source: Source) -> Found:
    """A stand-in that takes any keyword, and looks at none, lets any word pass for a library's."""
    for node in nodes(source, ast.Lambda, ast.FunctionDef):
        assert isinstance(node, ast.Lambda | ast.FunctionDef)
        if node.args.kwarg is None:
            continue
        body = node.body if isinstance(node.body, list) else [node.body]
        read = {part.id for line in body for part in ast.walk(line) if isinstance(part, ast.Name)}
        if node.args.kwarg.arg not in read and not source.explained(node):
            yield node.lineno, f"takes any keyword (**{node.args.kwarg.arg}) and looks at none"


def computed(node: ast.AST) -> bool:
    return any(
        isinstance(part, ast.Call) and root_of(part) == "losscli" and isinstance(part.func, ast.Attribute)
        for part in ast.walk(node)
    )


def itself(source: Source) -> Found:
    """losscli held against losscli: both may be wrong alike."""
    for function in functions(source.tree):
        if f"{source.path}::{function.name}" in ORACLES:
            continue
        for node in ast.walk(function):
            closeness = isinstance(node, ast.Call) and name_of(node.func) in ("approx", "close") and node.args
            if closeness and computed(node.args[0]) and not source.explained(node):
                yield node.lineno, "what is expected is losscli's own: name the oracle beside it"


RULES: list[tuple[Rule, list[str], list[str]]] = [
    (
        relative_alone,
        ["x == pytest.approx(1, rel=1e-9)", "x == approx(1, 1e-9)"],
        ["x == pytest.approx(1, rel=1e-9, abs=0)", "x == approx(1, abs=1e-9)", "x == close(1, 1e-9)"],
    ),
    (
        wide,
        ["x == close(1, 0.01)", "x == pytest.approx(1, abs=0.2)", "np.testing.assert_allclose(x, y, rtol=1)"],
        ["x == close(1, 1e-3)", "x == close(1, 0.01)  # of 1,000 drawn rows", "f(abs=tolerance)"],
    ),
    (
        there_at_all,
        [
            "assert finding.why",
            "assert a and b.do",
            "assert all(f.summary for f in found)",
            "assert len(x.text)",
        ],
        ["assert 'too high' in finding.why", "assert finding.rows", "assert not finding.why"],
    ),
    (
        left_out,
        ["pytest.skip('later')", "@pytest.mark.xfail\ndef f(): pass", "np = pytest.importorskip('numpy')"],
        ["found.skip('x')", "skip = 1", "pl = pytest.importorskip('polars')"],
    ),
    (
        swallowed,
        [
            "try:\n    f()\nexcept Exception:\n    pass",
            "try:\n    assert f()\nexcept AssertionError:\n    return",
            "for x in y:\n    try:\n        f()\n    except (ValueError, Exception):\n        continue",
            "try:\n    f()\nexcept:\n    pass",
        ],
        [
            "try:\n    f()\nexcept ValueError:\n    pass",
            "try:\n    f()\nexcept Exception as why:\n    found.append(why)",
        ],
    ),
    (
        always_true,
        ["assert True", "assert (x, 'said')", "assert x or True", "assert 'said'", "assert x.y == x.y"],
        ["assert x == y", "assert not ()", "assert f() is f()"],
    ),
    (
        asks_nothing,
        ["def test_it():\n    losscli.compute('mse', 1, 2)", "def test_it():\n    other(1)"],
        [
            "def test_it():\n    assert f()",
            "def test_it():\n    held(1)",
            "def test_it():\n    with pytest.raises(ValueError):\n        f()",
            "def test_it():\n    np.testing.assert_equal(1, x)",
            "def unlike():\n    f()",
        ],
    ),
    (named_twice, ["def test_a(): pass\ndef test_a(): pass"], ["def test_a(): pass\ndef test_b(): pass"]),
    (
        takes_anything,
        ["SimpleNamespace(XGBRegressor=lambda **_: None)", "def stub(**given):\n    return 1"],
        ["def stub(**given):\n    return f(**given)", "lambda x: 1", "lambda **kw: kw['delta']"],
    ),
    (
        itself,
        ["def test_a():\n    assert x == close(losscli.compute('mse', a, b).value, 1e-9)"],
        ["def test_a():\n    assert losscli.compute('mse', a, b).value == close(((a - b)**2).mean(), 1e-9)"],
    ),
]


@cache
def helpers() -> frozenset[str]:
    """Functions of the tests that assert, or call one that does."""
    known: set[str] = set()
    every = [f for path in FILES for f in functions(ast.parse(path.read_text(encoding="utf-8")))]
    while more := {f.name for f in every if f.name not in known and holds(f, known)}:
        known |= more
    return frozenset(known)


def read(text: str, path: str = "") -> Source:
    return Source(ast.parse(text), text.splitlines(), frozenset({"held"}) if not path else helpers(), path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_no_test_is_toothless(path: Path) -> None:
    where = path.relative_to(TESTS).as_posix()
    source = read(path.read_text(encoding="utf-8"), where)
    found = [f"{where}:{line}: {what}" for rule, *_ in RULES for line, what in rule(source)]
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize(("rule", "bad", "good"), RULES, ids=lambda part: getattr(part, "__name__", ""))
def test_a_rule_finds_its_kind_and_nothing_else(rule: Rule, bad: list[str], good: list[str]) -> None:
    for text in bad:
        assert list(rule(read(text))), text
    for text in good:
        assert not list(rule(read(text))), text


def test_nothing_is_allowed_that_is_not_there() -> None:
    for where, (count, _) in SKIPPED.items():
        text = (TESTS / where).read_text(encoding="utf-8")
        assert text.count("pytest.skip(") + text.count("pytest.mark.skipif(") == count, where
    known = {
        f"{path.relative_to(TESTS).as_posix()}::{f.name}"
        for path in FILES
        for f in functions(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert set(ORACLES) <= known
