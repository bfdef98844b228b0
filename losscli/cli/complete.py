"""What the shell offers on <TAB>. Read off the catalogue's files: no NumPy, no YAML is imported."""

import re
from collections.abc import Iterable, Iterator

import typer  # at run time: Typer reads these signatures

from losscli.catalogue import registry
from losscli.data.formats import FORMATS
from losscli.frameworks import FRAMEWORKS
from losscli.rows import Rows

DATABASES = FORMATS["sqlite"].endings
_TABS = FORMATS["tsv"].endings
_READ = (*FORMATS["csv"].endings, *_TABS, *DATABASES)


def _starting(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def loss(incomplete: str) -> list[str]:
    """The losses; where none begins so, their names elsewhere, those that a shell takes for one word."""
    from losscli.catalogue import othernames

    names = _starting(incomplete, registry.names())
    return names or [
        name for name in _starting(incomplete, othernames.leading()) if not set(name) & set(": ")
    ]


def losses(incomplete: str) -> list[str]:
    """The last of a comma list, the others kept in front of it."""
    before, comma, last = incomplete.rpartition(",")
    taken = before.split(",")
    return [before + comma + name for name in loss(last) if name not in taken]


def family(incomplete: str) -> list[str]:
    return _starting(incomplete, sorted(registry.families()))


def like(incomplete: str) -> list[str]:
    return _starting(incomplete, ["exact", *sorted(FRAMEWORKS)])


def reduction(incomplete: str) -> list[str]:
    return _starting(incomplete, ["mean", "sum", "none"])


def parameter(ctx: typer.Context, incomplete: str) -> list[str]:
    """`delta=` and so on, of the loss on the line; of every loss of compare's list, or of all."""
    named = ctx.params.get("losses")
    if named is None:
        # While an option still lacks its value, what stands before it is left in ctx.args, unparsed.
        named = ctx.params.get("loss") or next(iter(ctx.args), "")
    chosen = set(named.split(",")) & set(registry.names()) or registry.names()
    names = {name for loss_name in chosen for name in parameters_of(loss_name)}
    return _starting(incomplete, [f"{name}=" for name in sorted(names)])


def column(ctx: typer.Context, incomplete: str) -> list[str]:
    """The columns of the file on the line, the last of a comma list; of CSV, TSV and SQLite files alone."""
    before, comma, last = incomplete.rpartition(",")
    path = _file(ctx)
    if path and path.endswith(DATABASES):
        tables = _tables(path)
        named = next(iter(tables)) if len(tables) == 1 else ctx.params.get("table") or ""
        columns = tables.get(named, [])
    else:
        columns = _header(path)
    return [before + comma + name for name in _starting(last, columns)]


def table(ctx: typer.Context, incomplete: str) -> list[str]:
    """The tables of the SQLite file on the line."""
    path = _file(ctx)
    return _starting(incomplete, list(_tables(path)) if path and path.endswith(DATABASES) else [])


def _file(ctx: typer.Context) -> str | None:
    # As above: words that are not parsed yet are in ctx.args.
    given = [*Rows(ctx.params.get("data")).files, *reversed(ctx.args)]
    return next((word for word in given if word.endswith(_READ)), None)


def _header(path: str | None) -> list[str]:
    if path is None:
        return []
    import csv

    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            separator = "\t" if path.endswith(_TABS) else max(",;\t|", key=first.count)
            return [name.strip() for name in next(csv.reader([first], delimiter=separator), [])]
    except (OSError, ValueError, csv.Error):
        return []


def _tables(path: str) -> dict[str, list[str]]:
    """The tables of a SQLite database, with their columns."""
    import sqlite3
    from contextlib import closing
    from urllib.parse import quote

    try:
        with closing(sqlite3.connect(f"file:{quote(path)}?mode=ro&immutable=1", uri=True)) as database:
            rows = database.execute(
                "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
                "WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            ).fetchall()
    except sqlite3.Error:
        return {}
    tables: dict[str, list[str]] = {}
    for name, column in rows:
        tables.setdefault(name, []).append(column)
    return tables


def property_(incomplete: str) -> list[str]:
    properties = {name for loss_name in registry.names() for name in _properties(loss_name)}
    return _starting(incomplete, sorted(properties))


def _block(loss_name: str, key: str) -> Iterator[str]:
    """The lines of a page under a top-level key, the rest of the key's own line first."""
    page = next(registry.CATALOGUE.glob(f"*/{loss_name}.yaml"))
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{key}:"):
            inside = True
            yield line.removeprefix(f"{key}:")
        elif inside and line[:1] not in (" ", "-", ""):
            return
        elif inside:
            yield line


def parameters_of(loss_name: str) -> list[str]:
    return [m[1] for line in _block(loss_name, "parameters") if (m := re.match(r"  (\w+):", line))]


def _properties(loss_name: str) -> list[str]:
    # `[convex, {bounded_gradient: delta}]`, or an item a line
    item = re.compile(r"(?:[\[,]|^\s*-)\s*\{?([a-z]\w*)\s*(?=[],:}]|$)")
    return [name for line in _block(loss_name, "properties") for name in item.findall(line)]
