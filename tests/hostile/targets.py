"""What is fuzzed: files of the corpus with every way of reading them, and lines in which ⟦…⟧ is changed."""

from __future__ import annotations

import random
import shlex
from pathlib import Path

from hostile.cases import CELL, Case

from losscli.data.formats import FORMATS

CORPUS = Path(__file__).parent / "corpus"
# How a table is read; `y`, `p`, `w`, `g`, `k` and `id` are columns of most files of the corpus.
TABLE = """
compute mae @F
compute mae @F --true y --pred p
compute mae @F --true y --pred p --weight w
compute mae @F --true y --pred p --by g
compute mae @F --true y --pred p --missing drop
compute mae @F --true y --pred p --missing propagate --rows 3
compute mse @F --true y --pred p --rows all --format csv
compute mse @F --true y --pred p --output out.csv
compute mse @F --true y --pred p --output out.npy
compute mse @F --true y --pred p --output out.parquet --gradient
compute huber @F --true y --pred p --format json --output out.json
compute huber @F --true y --pred p --why --format json
compute huber @F --true y --pred p --steps
compute scce @F --true k --pred p,w
compute bce @F --true k --pred p --class-weight balanced
compute cce @F --true y,w --pred p,k
compute mae @F @F --true y --pred p
compute mae @F --truth @F --key id --pred p
compute mae @F --truth @F --pred p --true y
compute mae -
compute mae - --true y --pred p --format json
compare @F --losses mae,mse,wape,logcosh --true y --pred p
compare @F --losses rmse,max_error --true y --pred p,w --by g --format csv
check @F
check @F --true y --pred p --format json
check @F --loss bce --true k --pred p
recommend @F
recommend @F --true y --pred p --format json
parity mae @F --true y --pred p
plot mae --data @F --true y --pred p
""".strip().splitlines()
ARRAY = """
compute mae --true @@F --pred @@F
compute scce --true @@F --pred @@F
compute mae --true @@F --pred @@F --weight @@F --format json
compute mae --true @- --pred @@F
check --true @@F --pred @@F
recommend --true @@F --pred @@F
""".strip().splitlines()
# Options beside, with what may stand behind them.
WITHIN = {
    "--table": ["t", "T", "Sheet1", "none"],
    "--query": ["SELECT y, p FROM t", "SELECT * FROM t WHERE y > 1"],
}
TEXT = {
    "--separator": [",", ";", "tab", "pipe", "blanks", "|", "xx"],
    "--decimal": [".", ","],
    "--thousands": [",", ".", " ", "'"],
    "--encoding": ["utf-8", "utf-16", "cp1252", "latin-1", "utf-16-le", "utf-7", "shift_jis", "zip"],
    "--header": [""],
    "--no-header": [""],
    "--skip": ["0", "1", "2", "1000", "99999999999999999999"],
    "--comment": ["#", "//", "1", "y"],
    "--na": ["-", "-999", "x,y", ",", "NA,"],
    "--classes": ["a,b", "0,1", "cat,dog,bird"],
    "--positive": ["a", "1", "yes"],
    "--input-format": list(FORMATS),
    "--max-memory": ["1M", "2G", "1", "5K"],
}
TEXTS = ("csv", "tsv", "text", "json", "jsonl")
ENDINGS = {"txt": "text", "xls": "xlsx", "xlsb": "xlsx"}


def target_of(name: str) -> str:
    """The reader of a file of the corpus: csv, or csv.gz of a compressed one."""
    inner, *packed = name.split(".")[1:]
    return ".".join([ENDINGS.get(inner, inner), *packed])


def seeds() -> dict[str, list[Case]]:
    """Target → the cases of the corpus as they are: for each file one line, and each line of lines.txt."""
    known: dict[str, list[Case]] = {}
    for number, path in enumerate(sorted((CORPUS / "files").iterdir())):
        target = target_of(path.name)
        lines = ARRAY if target == "npy" else TABLE
        line = tuple(lines[number % len(lines)].split())
        known.setdefault(target, []).append(Case(target, line, path.read_bytes(), path.name))
    target = ""
    for text in (CORPUS / "lines.txt").read_text("utf-8").splitlines():
        if text.startswith("# "):
            target = text[2:].partition(":")[0]
        elif text:
            begin, _, rest = text.partition("⟦")
            content, _, end = rest.partition("⟧")
            line = tuple(shlex.split(begin + CELL + end))
            known.setdefault(target, []).append(Case(target, line, content.encode()))
    return known


def drawn_line(draw: random.Random, case: Case) -> Case:
    """The same file read in another way; lines of their own stay, but for an option now and then."""
    if not case.name:
        if draw.random() < 0.15:
            return case._replace(
                line=(*case.line, "--format", draw.choice(("json", "csv", "markdown", "plain")))
            )
        return case
    target = case.target.partition(".")[0]
    arrays = target in ("npy", "npz") or (target in TEXTS and draw.random() < 0.1)
    line = draw.choice(ARRAY if arrays and draw.random() < 0.8 else TABLE).split()
    options = {**(WITHIN if target in ("sqlite", "duckdb", "xlsx", "ods") else {})}
    if target in TEXTS or draw.random() < 0.2:
        options |= TEXT
    for name in draw.sample(sorted(options), min(len(options), draw.choice((0, 0, 1, 1, 2, 3)))):
        value = draw.choice(options[name])
        line += [name, value] if value else [name]
    return case._replace(line=tuple(line))
