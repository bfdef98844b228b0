"""How far every pointwise loss is from its definition, in units in the last place (ulps).

    python tests/benchmarks/accuracy.py [LOSS…] [--peers]

The largest error of a sample's value against mpmath, under the loss's default parameters and some others.
Inputs run log-uniformly from subnormal to 1e300, with both signs where the domain has them, near-equal
pairs, margins met exactly or nearly, and probabilities near 0 and 1. The goal is 4 ulps. --peers adds torch,
jax (Optax) and Keras in float64, where installed: the same inputs, by the calls that `losscli parity` writes.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from mpmath import mp

sys.path.insert(0, str(Path(__file__).parent.parent))  # what the tests share
from support.draws import draw
from support.exact import VARIANTS, largest, truths
from support.requests import request
from support.truth import TRUTH, precision

import losscli
from losscli.analysis.parity import answer, axes_of, gather
from losscli.batch import arrays_stream
from losscli.catalogue import registry
from losscli.catalogue.find import lookup
from losscli.errors import LosscliError
from losscli.frameworks import live
from losscli.frameworks.convention import Convention, conventions
from losscli.losses.declare import Loss
from losscli.losses.domain import Array

SAMPLES = 400
GOAL = 4.0
PEERS = {"torch": "torch", "optax": "jax", "keras": "Keras"}

# What misses the goal, and why.
_LAST_DIGITS = "terms of either sign: a few roundings of the larger"
REASONS = {
    "asymmetric": "each label's power times its logarithm, and their sum",
    "categorical_focal": "softmax and its logarithm, each rounded, and a power",
    "cosine_distance": "vectors that are parallel to beyond the rounding of their larger entries",
    "cosine_embedding": "vectors that are parallel to beyond the rounding of their larger entries",
    "cosine_similarity": "the products of all but orthogonal vectors cancel",
    "listmle": "differences of scores are rounded before exp magnifies them",
    "listnet": "a softmax that underflows to 0 against a score that is huge",
    "matrix_cce": _LAST_DIGITS,
    "poly_cce": _LAST_DIGITS,
    "quadruplet": "differences of vectors are rounded before their lengths cancel",
    "sparsemax": "near its zero, where s − q is below the rounding of s",
    "triplet": "differences of vectors are rounded before their lengths cancel",
    "tweedie": "a power and the terms around it, each rounded",
}

LEFT_OUT = {
    "batch": "no value of a sample: it needs the whole batch",
    "statistic": "no value of a sample: one ratio over the batch",
    "sample": "its value belongs to a sequence of steps",
}


@dataclass
class Worst:
    """The largest error so far, and the parameters it was found under."""

    ulps: float = 0.0
    params: Mapping[str, Any] | None = None

    def see(self, ulps: float, params: Mapping[str, Any]) -> None:
        if self.params is None or ulps > self.ulps:
            self.ulps, self.params = ulps, params


def peer_values(
    way: Convention, y_true: Array | None, y_pred: Array, params: Mapping[str, Any]
) -> Array | None:
    """What the framework itself gives in float64, a value a sample; None where it has no such call."""
    entries = way.loss.signature.y_pred.grain == "entry"
    columns = [None if a is None else a[:, None] if entries else a for a in (y_true, y_pred)]
    assert columns[1] is not None
    stream = arrays_stream(columns[0], {"y_pred": columns[1]}, None)
    try:
        asked = request(way.loss.name, params, reduction="none")
        code, _ = answer(asked, stream, way, axes_of(next(stream()), way))
    except LosscliError:  # the call takes something else
        return None
    names: dict[str, Any] = {
        name: import_module(module) for name, module in way.framework.style.imports.items()
    }
    for name, data in gather(asked, stream, way)._asdict().items():
        names[name] = HAND_OVER[way.framework.name](data) if data is not None else None
    found = np.asarray(eval(code, names))
    if found.size % len(y_pred):
        return None  # it reduces what it returns
    rows = found.reshape(len(y_pred), -1)
    return rows.sum(axis=1) if way.trailing == "sum" else rows.mean(axis=1)


def in_float64(way: Convention) -> Convention:
    """The framework's call, unreduced; the framework set to float64."""
    if find_spec("jax"):
        import_module("jax").config.update("jax_enable_x64", True)
    if way.framework.name == "keras":
        os.environ.setdefault("KERAS_BACKEND", "jax" if find_spec("jax") else "torch")
        import_module("keras").config.set_floatx("float64")
    style = way.framework.style._replace(words={"none": "asarray"} if way.framework.name == "optax" else {})
    return replace(way, framework=replace(way.framework, style=style))


HAND_OVER: dict[str, Callable[[Array], Any]] = {
    "torch": lambda array: import_module("torch").from_numpy(np.ascontiguousarray(array)),
    "optax": lambda array: import_module("jax.numpy").asarray(array),
    "keras": lambda array: array,
}


def measure(loss: Loss, ways: Mapping[str, Convention]) -> dict[str, Worst]:
    """The worst of losscli and of each framework that has the loss."""
    worst = {name: Worst() for name in ("losscli", *ways)}
    rng = np.random.default_rng(zlib.crc32(loss.name.encode()))
    mp.prec = precision(loss.name)
    for given in VARIANTS.get(loss.name, ({},)):
        params = loss.signature.bind(loss.name, given)
        y_true, y_pred = draw(rng, loss, params, SAMPLES)
        wanted = truths(loss, y_true, y_pred, params)
        score = losscli.compute(loss.name, y_true, y_pred, reduction="none", **given)
        assert score.per_sample is not None
        worst["losscli"].see(largest(score.per_sample, wanted), given)
        for name, way in ways.items():
            values = peer_values(way, y_true, y_pred, params)
            if values is not None:
                worst[name].see(largest(values, wanted), given)
    return worst


def peers(loss: Loss) -> dict[str, Convention]:
    """The frameworks installed that have the loss."""
    found = conventions(loss)
    return {
        name: in_float64(found[name])
        for name in PEERS
        if name in found and not live.not_installed(found[name])
    }


def cell(worst: Worst | None, way: Convention | None) -> str:
    """A framework's error, with the kind of its known departure where it is beyond the goal."""
    if worst is None or worst.params is None or way is None:
        return "–"
    other = ("input", "divisor", "label coding", "label smoothing")
    causes = [departure.cause for departure in way.departures if departure.cause not in other]
    return f"{worst.ulps:.3g}" + (f" {causes[0]}" if causes and worst.ulps > GOAL else "")


def row(loss: Loss, with_peers: bool) -> tuple[str, bool]:
    """A line of the table, and whether the loss is beyond the goal with no reason said."""
    ways = peers(loss) if with_peers else {}
    worst = measure(loss, ways)
    own = worst["losscli"]
    met = own.ulps <= GOAL
    cells = [f"{cell(worst.get(name), ways.get(name)):18}" for name in PEERS] if with_peers else []
    under = ", ".join(f"{k}={v}" for k, v in (own.params or {}).items() if k != "matrix")
    reason = "" if met else REASONS.get(loss.name, "no reason known")
    said = "; ".join(filter(None, (reason, under and f"at {under}"))) if not met else ""
    line = f"{loss.name:28}{own.ulps:<10.3g}{'met' if met else 'not met':8}{''.join(cells)}{said}"
    return line.rstrip(), not met and loss.name not in REASONS


def left_out() -> Iterator[str]:
    for kind, why in LEFT_OUT.items():
        names = [n for n in registry.names() if registry.get(n).kind == kind and n not in TRUTH]
        yield f"left out, {why}: {', '.join(names)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "losses", nargs="*", metavar="LOSS", help="only these; without any, every pointwise loss"
    )
    parser.add_argument("--peers", action="store_true", help="torch, jax and Keras beside it")
    options = parser.parse_args()
    try:
        losses = [lookup(word) for word in options.losses] or [registry.get(name) for name in TRUTH]
    except LosscliError as wrong:
        parser.error(str(wrong))
    absent = [loss.name for loss in losses if loss.name not in TRUTH]
    if absent:
        parser.error(f"not pointwise: {', '.join(absent)}")
    heads = "".join(f"{title:18}" for title in PEERS.values()) if options.peers else ""
    print(f"largest error in ulps, {SAMPLES} samples for each set of parameters\n")
    print(f"{'loss':28}{'ulps':10}{'goal 4':8}{heads}why")
    unexplained, missed = 0, 0
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for loss in losses:
            line, unknown = row(loss, options.peers)
            unexplained += unknown
            missed += "not met" in line
            print(line, flush=True)
    print(f"\n{len(losses) - missed} of {len(losses)} meet the goal")
    if options.peers:
        gone = [title for name, title in PEERS.items() if missing(name)]
        print(f"not installed: {', '.join(gone) or 'none'}; –: no such call")
    if not options.losses:
        print("\n".join(left_out()))
    return int(unexplained > 0)


def missing(framework: str) -> bool:
    return live.not_installed(conventions(registry.get("huber"))[framework]) is not None


if __name__ == "__main__":
    raise SystemExit(main())
