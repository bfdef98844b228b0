"""Records as plain objects of JSON's types: one for the whole, or one for each of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from losscli.render.jsonable import plain, remark_object
from losscli.render.pages import page_module
from losscli.results.compare import Comparison
from losscli.results.explain import Explanation
from losscli.results.score import Score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from losscli.render.listing import Listed
    from losscli.render.pages import Shown
    from losscli.results.score import Concentration, Sample
    from losscli.results.why import Ranking, Why

    Record = dict[str, Any]

_SUMMARY = ("loss", "params", "like", "n", "reduction", "value", "mean", "sum", "divisor", "divided_by")
_NO_GROUPS: Mapping[str, Any] = {"by": [], "groups": []}  # none were asked for


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
    from losscli.render import groups

    assert score.groups is not None
    return {"by": list(score.groups.by), "groups": [_object(group) for group in groups.objects(score)]}


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
    from losscli.render import groups

    found = groups.records(score) if flat else groups.objects(score)
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
    if about.example is not None:
        plain["example"] = about.example._asdict() | {"score": score_object(score) if score else None}
    plain["picture"] = page_module(picture).json_object(picture) if picture else None
    return _object(plain) | {"version": version}


def listing_object(losses: Sequence[Listed], version: str | None) -> Record:
    """A listing as a JSON object: schema/list.json."""
    return {"n": len(losses), "losses": [_listed(entry) for entry in losses], "version": version}


def whole_object(record: Shown, version: str | None) -> Record:
    """The record as one object; its schema is schema/COMMAND.json."""
    if isinstance(record, Score):
        return score_object(record)
    if isinstance(record, Comparison):
        return comparison_object(record)
    if isinstance(record, Explanation):
        return explanation_object(record, version)
    if isinstance(record, (list, tuple)) and not hasattr(record, "_fields"):  # no named tuple: a listing
        return listing_object(record, version)
    made: Record = page_module(record).json_object(record)
    return made


def flat_objects(record: Shown, version: str | None) -> list[Record]:
    """A flat object for each sample, score, group, loss of a listing, or what else the record lists."""
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
    made: list[Record] = page_module(record).json_records(record)
    return made


def _score_records(score: Score) -> list[Record]:
    if score.groups is not None:
        from losscli.render import groups

        named = {"loss": score.loss}
        return [named | _object(group) | {"signature": score.signature} for group in groups.records(score)]
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


def _object(mapping: Mapping[str, Any]) -> Record:
    return {str(key): plain(value) for key, value in mapping.items()}
