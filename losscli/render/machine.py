"""Records for programs: JSON, JSON lines, CSV and TSV. Every float round-trips."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict
from io import StringIO
from typing import TYPE_CHECKING, Any

from losscli.render.pages import page_module
from losscli.render.text import clean
from losscli.results import Explanation, Score
from losscli.results.comparison import Comparison

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from losscli.render.listing import Listed
    from losscli.render.pages import Shown
    from losscli.results import Concentration, Remark, Sample
    from losscli.results.why import Ranking, Why

    Record = dict[str, Any]

_SUMMARY = ("loss", "params", "like", "n", "reduction", "value", "mean", "sum", "divisor", "divided_by")
_NO_GROUPS: Mapping[str, Any] = {"by": [], "groups": []}  # none were asked for
# Characters that JSON allows in strings but a terminal would obey, or that no encoding takes.
_UNSAFE = "[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"


def json_text(record: Shown, version: str | None) -> str:
    """The record as one JSON object, each of its keys and each entry of its lists on a line."""
    whole = _whole(record, version)
    fields = ",\n".join(f"  {_dump(key)}: {_spread(value)}" for key, value in whole.items())
    return f"{{\n{fields}\n}}\n"


def jsonl_text(record: Shown, version: str | None) -> str:
    """An object a line: a sample, a score of a comparison, a loss of a listing, or the explanation."""
    return "".join(_dump(entry) + "\n" for entry in _records(record, version))


def csv_text(record: Shown, version: str | None, delimiter: str) -> str:
    """The same records under a header, nested values as JSON text; an explanation as keys and values."""
    if isinstance(record, Explanation):
        rows = [{"key": key, "value": value} for key, value in explanation_object(record, version).items()]
    else:
        rows = _records(record, version)
    import csv

    out = StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if rows:
        writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def score_object(score: Score) -> Record:
    """A Score as a JSON object: schema/compute.json."""
    about = score.about
    grouped = _NO_GROUPS if score.groups is None else _groups(score)
    return {
        "loss": score.loss,
        "title": about.title if about else score.loss,
        "kind": score.kind,
        "params": plain(score.params),
        "like": score.like,
        "model": score.model,
        "n": score.n,
        "weighted": score.weighted,
        "reduction": score.reduction,
        "value": plain(score.value),
        "mean": plain(score.mean),
        "sum": plain(score.sum),
        "divisor": plain(score.divisor),
        "divided_by": score.divided_by,
        "unit": about.unit if about else None,
        "range": about.range if about else None,
        "best": plain(about.best) if about else None,
        "formula": about.formula if about else None,
        "samples": [_sample(sample) for sample in score.samples],
        "hidden": score.hidden,
        "gradients": [_sample(sample) for sample in score.gradients],
        "concentration": _concentration(score.concentration),
        "remarks": [remark_object(said) for said in score.remarks],
        "why": _why(score.why),
        "signature": score.signature,
        "version": score.version,
        **grouped,
    }


def _groups(score: Score) -> Record:
    from losscli.render.groups import objects

    assert score.groups is not None
    return {"by": list(score.groups.by), "groups": [_object(group) for group in objects(score)]}


def comparison_object(comparison: Comparison) -> Record:
    """A Comparison as a JSON object: schema/compare.json. Its scores come without their samples."""
    left_out = {"samples", "hidden", "gradients", "version", "by", "groups"}
    scores = [score_object(score) for score in comparison.scores]
    return {
        "n": comparison.n,
        "source": comparison.source,
        "losses": list(comparison.losses),
        "models": list(comparison.models),
        "scores": [{key: value for key, value in score.items() if key not in left_out} for score in scores],
        "best": {loss: list(models) for loss, models in comparison.best.items()},
        "refused": [refusal._asdict() for refusal in comparison.refused],
        "ranking": _ranking(comparison.ranking),
        "remarks": [remark_object(said) for said in comparison.remarks],
        "version": comparison.version,
        **(_compared_groups(comparison) if comparison.group_best else _NO_GROUPS),
    }


def _compared_groups(comparison: Comparison) -> Record:
    grouped = [_grouped(comparison, score) for score in comparison.scores]
    by = next((list(score.groups.by) for score in comparison.scores if score.groups is not None), [])
    return {"by": by, "groups": [group for groups in grouped for group in groups]}


def _grouped(comparison: Comparison, score: Score, flat: bool = False) -> list[Record]:
    """A score's groups, each with its loss and model and whether it is the best."""
    from losscli.render.groups import objects, records

    found = records(score) if flat else objects(score)
    best = comparison.group_best[score.loss]
    return [
        {"loss": score.loss, "model": score.model, **_object(group), "best": score.model in models}
        for group, models in zip(found, best, strict=True)
    ]


def explanation_object(about: Explanation, version: str | None) -> Record:
    """An Explanation as a JSON object: schema/explain.json."""
    plain = {name: getattr(about, name) for name in about.__dataclass_fields__}
    score, picture = plain.pop("example_score"), plain.pop("picture")
    entries = ("parameters", "not_when", "properties", "elsewhere", "relatives", "sources")
    plain |= {name: [entry._asdict() for entry in plain[name]] for name in entries}
    plain["example"] = about.example._asdict() | {"score": score_object(score) if score else None}
    plain["picture"] = page_module(picture).json_object(picture) if picture else None
    return _object(plain) | {"version": version}


def listing_object(losses: Sequence[Listed], version: str | None) -> Record:
    """A listing as a JSON object: schema/list.json."""
    return {"n": len(losses), "losses": [_listed(entry) for entry in losses], "version": version}


def _whole(record: Shown, version: str | None) -> Record:
    if isinstance(record, Score):
        return score_object(record)
    if isinstance(record, Comparison):
        return comparison_object(record)
    if isinstance(record, Explanation):
        return explanation_object(record, version)
    if isinstance(record, (list, tuple)) and not hasattr(record, "_fields"):  # no named tuple: a listing
        return listing_object(record, version)
    whole: Record = page_module(record).json_object(record)
    return whole


def _records(record: Shown, version: str | None) -> list[Record]:
    if isinstance(record, Score):
        return _score_records(record)
    if isinstance(record, Comparison) and record.group_best:
        return [
            group | {"signature": score.signature, "version": record.version}
            for score in record.scores
            for group in _grouped(record, score, flat=True)
        ]
    if isinstance(record, Comparison):
        return [_compared(record, score) for score in record.scores]
    if isinstance(record, Explanation):
        return [explanation_object(record, version)]
    if isinstance(record, (list, tuple)) and not hasattr(record, "_fields"):  # no named tuple: a listing
        return [_listed(entry) for entry in record]
    records: list[Record] = page_module(record).json_records(record)
    return records


def _score_records(score: Score) -> list[Record]:
    if score.groups is not None:
        from losscli.render.groups import records

        named = {"loss": score.loss}
        return [named | _object(group) | {"signature": score.signature} for group in records(score)]
    if score.samples:
        return [_sample(sample) | {"signature": score.signature} for sample in score.samples]
    whole = score_object(score)
    gradients = {"gradients": whole["gradients"]} if score.gradients else {}
    return [{key: whole[key] for key in (*_SUMMARY, "unit", "signature", "version")} | gradients]


def _compared(comparison: Comparison, score: Score) -> Record:
    whole, made = score_object(score), score.concentration
    return {
        **{key: whole[key] for key in ("loss", "model", *_SUMMARY[1:], "unit")},
        "best": score.model in comparison.best.get(score.loss, ()),
        "half": made.half if made else None,
        "worst": made.worst if made else None,
        "worst_share": made.worst_share if made else None,
        "signature": score.signature,
        "version": comparison.version,
    }


def _listed(entry: Listed) -> Record:
    return {
        "name": entry.name,
        "title": entry.title,
        "family": entry.family,
        "kind": entry.kind,
        "summary": entry.summary,
        "properties": [p._asdict() for p in entry.properties],
        "aliases": list(entry.aliases),
    }


def _sample(sample: Sample) -> Record:
    record: Record = {
        "row": sample.row,
        "y_true": plain(sample.y_true),
        "y_pred": plain(sample.y_pred),
        "loss": plain(sample.loss),
        "share": plain(sample.share),
    }
    if sample.weight is not None:
        record["weight"] = plain(sample.weight)
    if sample.file is not None:
        record["file"] = sample.file
    if sample.gradient is not None:
        record["gradient"] = plain(sample.gradient, nan=None)
    return record


def _concentration(made: Concentration | None) -> Record | None:
    if made is None:
        return None
    whole = made._asdict()
    return whole if made.file else {key: value for key, value in whole.items() if key != "file"}


def _why(told: Why | None) -> Record | None:
    if told is None:
        return None
    from losscli.render.why import why_object

    return why_object(told)


def _ranking(ranked: Ranking | None) -> Record | None:
    if ranked is None:
        return None
    from losscli.render.why import ranking_object

    return ranking_object(ranked)


def remark_object(said: Remark) -> Record:
    return asdict(said)


def _object(mapping: Mapping[str, Any]) -> Record:
    return {str(key): plain(value) for key, value in mapping.items()}


def plain(value: Any, nan: str | None = "nan") -> Any:
    """`value` in JSON's types: arrays as lists, non-finite numbers as the strings inf, -inf and nan."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if hasattr(value, "items"):
        return {str(key): plain(entry, nan) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry, nan) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return nan if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def _dump(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if text.isascii() and "\x7f" not in text:
        return text
    return re.sub(_UNSAFE, lambda found: f"\\u{ord(found[0]):04x}", text)


def _spread(value: Any) -> str:
    """A list of objects with each on its own line; anything else on one."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"    {_dump(entry)}" for entry in value) + "\n  ]"
    return _dump(value)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    return repr(value) if isinstance(value, float) else _dump(value)
