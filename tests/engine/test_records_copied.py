"""Records that are copied with something changed, or sent to another process: no other field is lost."""

from __future__ import annotations

import dataclasses
import math
import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from support.full import (
    KERAS,
    TASK,
    array,
    keys,
    mine_done,
    mine_errors,
    mine_groups,
    mine_partial,
    mine_spread,
    mine_top,
    of,
    other_done,
    refusal,
    rows,
)
from support.records import Case, check, defaults, fields, plain

from losscli.analysis.check.trial import single
from losscli.analysis.score import in_files
from losscli.analysis.why.constants import _instead
from losscli.batch import Batch, Chunk, Labels, Origin, whole
from losscli.catalogue.find import lookup as find
from losscli.catalogue.pages import explanation
from losscli.classes.names import Classes
from losscli.data import jsontext, known, many, spool
from losscli.data.blocks import Odd, Part
from losscli.data.joined import _joined_chunk, _Truth
from losscli.data.many import of_file
from losscli.data.selection import Selection
from losscli.engine import chunk
from losscli.engine.chunk import Done, Unplaced
from losscli.engine.class_weight import weigh_classes
from losscli.engine.domains import Extents
from losscli.engine.missing import completed
from losscli.engine.partial import Task
from losscli.engine.top import Tally
from losscli.errors import BadValue, LosscliError
from losscli.frameworks.convention import convention
from losscli.parallel import processes as forks
from losscli.parallel.dask import Stretch, pack
from losscli.results.rows import RowValues
from losscli.results.score import Concentration, Remark, Sample, Score

ORIGIN = Origin("f.csv", {"y_true": ("y",), "m": ("c",)}, "column", 7, True)


def full_batch() -> Batch:
    by = Labels(("id", "g"), rows(0, 1, 0, 2), [("7", "a"), ("8", "b"), ("9", "a")])
    pred = {"m": array(10, 11, 12, 13), "n": array(20, 21, 22, 23)}
    return Batch(array(0, 1, 1, 0), pred, array(3, 1, 4, 2), 101, ORIGIN, by)


def gap_batch() -> Batch:
    return dataclasses.replace(
        full_batch(), y_pred={"m": array(10, 11, 12, 13), "n": array(20, math.nan, 22, 23)}
    )


def labelled(*codes: int) -> Labels:
    return Labels(("id", "g"), rows(*codes), full_batch().by.names)  # type: ignore[union-attr]


def of_blocks(batch: Batch) -> Batch:
    """The second block of four rows, where a block is of two."""
    kept, chunk.BLOCK = chunk.BLOCK, 2
    try:
        return list(chunk.blocks(batch))[1]
    finally:
        chunk.BLOCK = kept


def second_file(batch: Batch) -> Batch:
    first = SimpleNamespace(batches=lambda size: iter([full_batch(), full_batch()]))
    return list(many._batches([first, SimpleNamespace(batches=lambda size: iter([batch]))], 9))[2]  # type: ignore[list-item]


def second_of_chunk(batch: Batch) -> Batch:
    return list(of_file(Chunk(lambda: iter([full_batch(), batch])), 3)())[1]


def with_truth(batch: Batch) -> Batch:
    return _Truth("p.csv", "t.csv", array(5), "price", 1).beside(batch, array(5, 6, 7, 8))


def one_model(batch: Batch) -> Batch:
    return next(single(lambda: iter([batch]), "m")())


def constant(batch: Batch) -> Batch:
    put = _instead(dataclasses.replace(TASK, model="n"), np.array(0.5)).adjust
    assert put is not None
    return put(batch)


def reweighed(batch: Batch) -> Batch:
    way = convention(find("bce"), "exact")
    put = weigh_classes(Task(way, {}), {1: 10.0, 0: 0.5}, lambda: iter([batch]), "refuse")[0]
    assert put is not None
    return put(batch)


def of_batch(act: Callable[[Batch], Batch], make: Callable[[], Batch] = full_batch, **changed: Any) -> Case:
    """What is done with a batch changes these fields and no other."""
    stays = {name: "it is the same batch" for name in fields(Batch) if name not in changed}
    return Case(act.__name__, lambda: (make(),), act, plain(make()) | changed, stays)


def dropped(batch: Batch) -> Batch:
    return completed(batch, "drop", Tally(), Extents())[0]


def propagated(batch: Batch) -> Batch:
    return completed(batch, "propagate", Tally(), Extents())[0]


HALF = {"y_true": [1, 0], "y_pred": {"m": [12, 13], "n": [22, 23]}, "weight": [4, 2], "by": labelled(0, 2)}
WHOLE = {"y_true": [0, 1, 0], "y_pred": {"m": [10, 12, 13], "n": [20, 22, 23]}, "weight": [3, 4, 2]}
COPIES = [
    of_batch(of_blocks, **HALF, first_row=103),
    of_batch(dropped, gap_batch, **WHOLE | {"y_true": [0, 1, 0]}, by=labelled(0, 0, 2)),
    of_batch(propagated, gap_batch),
    of_batch(second_file, first_row=109, origin=ORIGIN._replace(before=8)),
    of_batch(second_of_chunk, first_row=5),
    of_batch(
        with_truth,
        y_true=[5, 6, 7, 8],
        origin=ORIGIN._replace(labels={"y_true": ("price of t.csv",), "m": ("c",)}),
        by=Labels(("g",), rows(0, 1, 0, 0), [("a",), ("b",)]),
    ),
    of_batch(
        one_model,
        y_pred={"y_pred": [10, 11, 12, 13]},
        origin=ORIGIN._replace(labels={"y_true": ("y",), "m": ("c",), "y_pred": ("c",)}),
    ),
    of_batch(constant, y_pred={"n": [0.5] * 4}),
    of_batch(reweighed, weight=[1.5, 10, 40, 1]),
    Case(
        "labels of some rows",
        lambda: (full_batch().by,),
        lambda by: by[np.array([True, False, False, True])],
        {**plain(full_batch().by), "codes": [0, 2]},
        {"columns": "of every row", "names": "shared"},
    ),
    Case(
        "the same columns in another file",
        lambda: (
            Selection(
                (0,), {"m": (1,), "n": (3, 2)}, 4, ("said",), (5, 0), Classes(("a", "b")), ("m",), ("m",)
            ),
        ),
        lambda chosen: many._same(chosen, table("a", "yxbcwg"), table("b", "gwcbxy")),
        {"true": [5], "models": {"m": [4], "n": [2, 3]}, "weight": 1, "chosen": [], "by": [0, 5]}
        | {"classes": plain(Classes(("a", "b"))), "coded": ["m"], "common": ["m"]},
        {"classes": "of all files", "coded": "of all files", "common": "of all files"},
    ),
]


def table(name: str, columns: str) -> Any:
    return SimpleNamespace(name=name, columns=tuple(columns))


@pytest.mark.parametrize("case", COPIES, ids=lambda case: case.name)
def test_a_copy_changes_what_it_is_to_change_alone(case: Case) -> None:
    check(case)


HELD = _Truth("p", "t", array(1), "y", 1)
WRAPPED = [
    ("of a file", lambda chunk: of_file(chunk, 3), {"relative", "several", "start"}),
    # It holds the truth, and is worked on by threads.
    ("joined", lambda chunk: _joined_chunk(chunk, HELD, {("7",): 0}), {"light"}),
]
OF_ITS_OWN: dict[str, Any] = {"relative": True, "several": True, "start": (3 << 40) + 17, "light": False}


@pytest.mark.parametrize(("name", "wrap", "own"), WRAPPED, ids=[name for name, *_ in WRAPPED])
def test_chunks_around_chunks_know_what_those_do(
    name: str, wrap: Callable[[Chunk], Chunk], own: set[str]
) -> None:
    known: dict[str, Any] = {field: f"the {field}" for field in fields(Chunk)} | {"start": 17}
    made = wrap(Chunk(**known))
    assert {field for field in known if getattr(made, field) != known[field]} == own | {"read"}
    assert {field: getattr(made, field) for field in own} == {field: OF_ITS_OWN[field] for field in own}
    bare = {field.name: field.default for field in dataclasses.fields(Chunk)}
    assert {field for field in bare if getattr(wrap(whole(full_batch())), field) != bare[field]} == {
        "read",
        *(own - {"light"}),
    }


def score() -> Score:
    """One whose every field is another than that of a score that says nothing of it."""
    values: dict[str, Any] = {name: f"the {name}" for name in fields(Score)}
    shown = tuple(Sample(row, 1.0, 2.0, 3.0, 0.5, 4.0, 5.0, None) for row in (3, 4, 9, 10))
    return Score(
        **values
        | {"samples": shown, "gradients": shown[1:], "concentration": Concentration(2, 12, 9, 0.25, False)}
    )


def test_rows_are_numbered_in_their_files_and_nothing_else_changes() -> None:
    places = [("a", 3), ("b", 1), ("c", 2), ("c", 3)]
    made = in_files(score(), {"a": 3, "b": 4, "c": 5})
    wanted = [Sample(row, 1.0, 2.0, 3.0, 0.5, 4.0, 5.0, file)._asdict() for file, row in places]
    assert [one._asdict() for one in made.samples] == wanted
    assert [one._asdict() for one in made.gradients] == wanted[1:]
    assert made.concentration == Concentration(2, 12, 2, 0.25, False, "c")
    told = {"samples", "gradients", "concentration"}
    assert {
        name for name in fields(Score) if plain(getattr(made, name)) != plain(getattr(score(), name))
    } == told
    assert plain(in_files(score(), {"a": 12})) == plain(score())


SENT: list[Any] = [
    mine_partial(),
    mine_done(),
    other_done(),
    mine_groups(),
    mine_spread(),
    dataclasses.replace(mine_errors(), partly=True),
    mine_top(),
    keys("a", "b"),
    of(1.5, math.inf),
    Tally(3, (1, 2, 3)),
    refusal("why", 3),
    RowValues(range(1, 3), *(array(n, n + 1) for n in range(6)), np.array(["a", "b"]), array(6, 7)),
    full_batch(),
    ORIGIN,
    Stretch([[1]], LosscliError("what", "hint"), 2, 1.5),
    Part(3, 9, 2, b"held", True, True),
    Selection((0,), {"m": (1,)}, 2, ("said",), (3,), Classes(("a", "b")), ("m",), ("y_true",)),
    Concentration(2, 12, 9, 0.25, False, "c"),
    Remark("data", "text", 3, (1, 2), "clipping"),
    score(),
    LosscliError("what", "hint"),
    Unplaced("what", "hint"),
    Odd("what", "hint"),
    BadValue("y_pred", 3, (1, 2), "what", "hint"),
]


@pytest.mark.parametrize("way", ["pickled", "packed", "forked"])
@pytest.mark.parametrize("record", SENT, ids=lambda record: type(record).__name__)
def test_all_of_a_record_arrives(record: Any, way: str) -> None:
    sent = {"pickled": pickle.dumps, "packed": pack, "forked": lambda one: forks._pickled([one], {})}[way](
        record
    )
    came = forks._Unpickler(sent, {}).load()[0] if way == "forked" else pickle.loads(sent)
    usual = {name: plain(value) for name, value in defaults(type(record)).items()}
    assert type(came) is type(record)
    for name in fields(record):
        wanted = plain(getattr(record, name))
        assert plain(getattr(came, name)) == wanted, name
        if not isinstance(record, Done | Batch):
            assert name not in usual or wanted != usual[name], f"{name} begins at its default"


def test_what_both_processes_have_is_not_sent() -> None:
    part = mine_partial()
    shared = {id(TASK): TASK}
    sent = forks._pickled([part, part], shared)
    one, other = forks._Unpickler(sent, shared).load()
    assert one is other
    assert one.task is TASK
    assert plain(one) == plain(part)
    assert b"huber" not in sent


def test_what_begins_anew_elsewhere() -> None:
    labels = known.Known("region")
    labels.names = [("north",)]
    came = pickle.loads(pickle.dumps(labels))
    assert (came.column, came.names) == ("region", [])
    decoder = jsontext.Decoder()
    decoder.twice.add("a")
    assert pickle.loads(pickle.dumps(decoder)).twice == set()
    with pytest.raises(LosscliError, match="standard input is read here, where no worker"):
        pickle.dumps(spool.Unnamed("/tmp/file", "standard input"))


def test_a_task_arrives_with_its_convention() -> None:
    task = dataclasses.replace(
        KERAS,
        params={"a": 1.5},
        model="n",
        words=explanation(KERAS.convention.loss),
        said=(Remark("data", "weighed"),),
        adjust=full_batch,
    )
    came = pickle.loads(pack(task))
    assert plain(came) == plain(task)
    assert plain(came)[:4] == ["hinge", "keras", {"a": 1.5}, "n"]
    assert (came.said, came.adjust is not None) == (task.said, True)
    assert came.convention.kernel is KERAS.convention.kernel
