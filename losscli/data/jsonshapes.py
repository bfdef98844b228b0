"""The shapes in which JSON holds a table: pandas's orientations, records in records, lists of predictions."""

from __future__ import annotations

import re
from typing import Any

from losscli.data.selection import COMMON_PRED, COMMON_TRUE
from losscli.data.words import shown
from losscli.errors import LosscliError

Records = list[dict[str, Any]]
Arrays = dict[str, list[Any]]


def table_of(value: Any, name: str) -> tuple[Arrays | Records | None, str]:
    """Columns by name, or rows of named values, and what is to be said of it; None of what is no table.

    LosscliError where it is one of these shapes, and broken.
    """
    if isinstance(value, list):
        if value and all(map(is_scores, value)):
            return [record_of(each) for each in value], ""
        if value and all(isinstance(row, list) and row for row in value) and not any(map(_deep, value)):
            width = len(value[0])
            if any(len(row) != width for row in value):
                return None, ""
            said = "its rows have no names, so the columns are numbered from 1"
            return {str(i + 1): [row[i] for row in value] for i in range(width)}, said
        return None, ""
    if not isinstance(value, dict):
        return None, ""
    names, data = value.get("columns"), value.get("data")
    if isinstance(names, list) and isinstance(data, list):
        return _split(names, data, name), "it is as pandas writes it with orient=split"
    if isinstance(value.get("schema"), dict) and isinstance(data, list) and _are_records(data):
        return [flat(record) for record in data], "it is as pandas writes it with orient=table"
    lists = {key: column for key, column in value.items() if isinstance(column, list)}
    records = [key for key, column in lists.items() if _are_records(column)]
    if len(records) == 1 and len(lists) == 1:
        return [flat(record) for record in lists[records[0]]], f"its rows are in {shown(records[0])}"
    if lists:
        return lists, ""
    inner = {key: each for key, each in value.items() if isinstance(each, dict) and each}
    if not inner:
        return None, ""
    nested = {key: _arrays_in(each) for key, each in inner.items()}
    holding = {key: arrays for key, arrays in nested.items() if arrays}
    if len(holding) == 1:
        ((key, arrays),) = holding.items()
        return arrays, f"its columns are in {shown(key)}"
    if holding:
        return {
            f"{key}.{column}": each for key, arrays in holding.items() for column, each in arrays.items()
        }, ""
    return _by_keys(inner)


def record_of(value: Any) -> Any:
    """A list of labels and their scores as a record of scores by label; anything else as it is."""
    if not is_scores(value):
        return value
    scores = {str(each["label"]): each["score"] for each in value}
    # They come in the order of their scores, which is another in each row.
    return {label: scores[label] for label in sorted(scores, key=_natural)}


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """A record whose values are no records: {"y": {"true": 1}} has the column y.true."""
    if not any(isinstance(value, dict) or is_scores(value) for value in record.values()):
        return record
    columns: dict[str, Any] = {}
    for key, value in record.items():
        inner = record_of(value)
        if isinstance(inner, dict):
            columns |= {f"{key}.{name}": each for name, each in flat(inner).items()}
        else:
            columns[key] = value
    return columns


def is_scores(value: Any) -> bool:
    """Whether it is a list of labels with scores, as Hugging Face's pipelines give for a text."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, dict) and {*each} >= {"label", "score"} for each in value)
    )


def _split(names: list[Any], data: list[Any], name: str) -> Arrays:
    columns = ["_".join(map(str, each)) if isinstance(each, list) else str(each) for each in names]
    for row, cells in enumerate(data, 1):
        if not isinstance(cells, list) or len(cells) != len(columns):
            raise LosscliError(
                f"{name}, row {row}: it has no cell for each of the {len(columns)} columns", "write it again"
            )
    return {column: [cells[i] for cells in data] for i, column in enumerate(columns)}


def _by_keys(value: dict[str, dict[str, Any]]) -> tuple[Arrays | Records, str]:
    """An object of objects: of columns by row, or of rows by column."""
    common = {*COMMON_TRUE, *COMMON_PRED}
    outer = [key.casefold() for key in value]
    inner = [key.casefold() for key in next(iter(value.values()))]
    of_rows = not common & {*outer} and (
        bool(common & {*inner}) or (_are_numbers(outer) and not _are_numbers(inner))
    )
    if of_rows:
        rows = [{"index": key, **flat(record)} for key, record in value.items()]
        return rows, "it is as pandas writes it with orient=index"
    keys = list(dict.fromkeys(key for column in value.values() for key in column))
    columns = {name: [column.get(key) for key in keys] for name, column in value.items()}
    return columns, "it is as pandas writes it with orient=columns"


def _arrays_in(value: dict[str, Any]) -> Arrays:
    return {key: column for key, column in value.items() if isinstance(column, list)}


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _are_numbers(keys: list[str]) -> bool:
    return all(key.isdecimal() for key in keys)


def _deep(row: list[Any]) -> bool:
    return any(isinstance(cell, (list, dict)) for cell in row)


def _natural(label: str) -> list[tuple[int, str]]:
    """A sort key that takes digits as numbers: LABEL_2 before LABEL_10."""
    return [(len(part), part) if part.isdigit() else (0, part) for part in re.split("([0-9]+)", label)]
