"""Every pointwise loss's definition in mpmath; here those of a row, those of an entry from truth_entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp, mpf
from support.truth_entries import OF_ENTRIES, Number, Row, excess, hinge, sigmoid, softplus, xlog

WIDE = {"ciou", "diou", "giou", "iou", "quadruplet", "triplet"} | {
    f"cosine_{kind}" for kind in ("distance", "embedding", "similarity")
}


def precision(loss: str) -> int:
    """Bits that hold any sum of two float64 (2098) or, where they are multiplied, of two products."""
    return 4300 if loss in WIDE else 2700


def dot(a: Row, b: Row) -> Number:
    return mp.fsum(x * y for x, y in zip(a, b, strict=True))


def one_hot(y: Number, like: Row) -> Row:
    return [mpf(k == y) for k in range(len(like))]


def chances(p: Row, from_logits: bool) -> tuple[Row, Row, Row]:
    """p, 1 − p and log p, through a softmax from logits."""
    if not from_logits:
        return p, [1 - x for x in p], [mp.log(x) for x in p]
    powers = [mp.exp(x - max(p)) for x in p]
    total = mp.fsum(powers)
    rest = [mp.fsum(powers[:k] + powers[k + 1 :]) / total for k in range(len(p))]
    return [x / total for x in powers], rest, [x - max(p) - mp.log(total) for x in p]


def log_sum_exp(x: Row) -> Number:
    return max(x) + mp.log(mp.fsum(mp.exp(v - max(x)) for v in x))


def distance(a: Row, b: Row, p: float = 2.0) -> Number:
    if p == 2:
        return mp.sqrt(squared(a, b))
    return mp.fsum(abs(x - y) ** mpf(p) for x, y in zip(a, b, strict=True)) ** (1 / mpf(p))


def squared(a: Row, b: Row) -> Number:
    return mp.fsum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def cosine(a: Row, b: Row) -> Number:
    length = mp.sqrt(dot(a, a) * dot(b, b))
    return dot(a, b) / length if length else mpf(0)


def crps_ensemble(y: Number, p: Row) -> Number:
    m = len(p)
    return mp.fsum(abs(x - y) for x in p) / m - mp.fsum(abs(a - b) for a in p for b in p) / (2 * m * m)


def interval_score(y: Number, p: Row, alpha: float) -> Number:
    return p[1] - p[0] + 2 / mpf(alpha) * (hinge(p[0] - y) + hinge(y - p[1]))


def cce(y: Row, p: Row, from_logits: bool, label_smoothing: float, class_weight: None) -> Number:
    s = mpf(label_smoothing)
    logs = chances(p, from_logits)[2]
    return -mp.fsum((t * (1 - s) + s / len(p)) * x for t, x in zip(y, logs, strict=True) if t or s)


def categorical_focal(
    y: Row, p: Row, gamma: float, alpha: float, from_logits: bool, label_smoothing: float
) -> Number:
    s = mpf(label_smoothing)
    terms = zip(y, *chances(p, from_logits)[1:], strict=True)
    return -mp.fsum(
        mpf(alpha) * q ** mpf(gamma) * (t * (1 - s) + s / len(p)) * x for t, q, x in terms if t or s
    )


def generalized_cce(y: Row, p: Row, q: float) -> Number:
    hit = dot(y, p)
    return -mp.log(hit) if q == 0 else (1 - hit ** mpf(q)) / mpf(q)


def symmetric_cce(y: Row, p: Row, alpha: float, beta: float, log_zero: float) -> Number:
    logs = [mp.log(t) if t else mpf(log_zero) for t in y]
    return -mpf(alpha) * mp.fsum(xlog(t, x) for t, x in zip(y, p, strict=True)) - mpf(beta) * dot(p, logs)


def poly_cce(y: Row, p: Row, epsilon: float, from_logits: bool) -> Number:
    terms = zip(y, *chances(p, from_logits)[1:], strict=True)
    return mp.fsum(t * (mpf(epsilon) * q - x) for t, q, x in terms if t)


def matrix_cce(y: Row, p: Row, matrix: Any) -> Number:
    mixed = [dot([mpf(float(a)) for a in line], y) for line in matrix]
    rest = mp.fsum((m - t) * mp.exp(x) for m, t, x in zip(mixed, y, p, strict=True))
    return rest - mp.fsum(xlog(t, x) for t, x in zip(y, p, strict=True)) / mp.log(2)


def jsd(y: Row, p: Row) -> Number:
    both = zip(y, p, strict=True)
    return mp.fsum(xlog(a, 2 * a / (a + b)) + xlog(b, 2 * b / (a + b)) for a, b in both if a or b) / 2


def sparsemax(y: Any, z: Row) -> Number:
    q = y if isinstance(y, list) else one_hot(y, z)
    ordered = sorted(z, reverse=True)
    taus = [(mp.fsum(ordered[:k]) - 1) / k for k in range(1, len(z) + 1)]
    tau = next(t for x, t in zip(ordered[::-1], taus[::-1], strict=True) if x > t)
    return mp.fsum(x * x - tau * tau for x in z if x > tau) / 2 + dot(q, q) / 2 - dot(q, z)


def multi_margin(y: Number, z: Row, p: int, margin: float, class_weight: None) -> Number:
    own = z[int(y)]
    return mp.fsum(hinge(mpf(margin) - own + x) ** p for k, x in enumerate(z) if k != y) / len(z)


def multilabel_margin(y: Row, z: Row) -> Number:
    end = next((k for k, c in enumerate(y) if c < 0), len(y))
    true = {int(c) for c in y[:end]}
    false = set(range(len(z))) - true
    return mp.fsum(hinge(1 - z[j] + z[k]) for j in true for k in false) / len(z)


def asymmetric(y: Row, p: Row, gamma_neg: float, gamma_pos: float, clip: float, from_logits: bool) -> Number:
    total = mpf(0)
    for label, x in zip(y, p, strict=True):
        chance, other = (sigmoid(x), sigmoid(-x)) if from_logits else (x, 1 - x)
        shifted = hinge(chance - mpf(clip))
        left = other + mpf(clip) if shifted else mpf(1)
        total -= (
            other ** mpf(gamma_pos) * mp.log(chance) if label else shifted ** mpf(gamma_neg) * mp.log(left)
        )
    return total


def triplet(y: None, x: list[Row], margin: float, p: float, squared: bool, swap: bool) -> Number:
    power = 2 if squared else 1
    far = distance(x[0], x[2], p) ** power
    if swap:
        far = min(far, distance(x[1], x[2], p) ** power)
    return hinge(distance(x[0], x[1], p) ** power - far + mpf(margin))


def quadruplet(y: None, x: list[Row], margin1: float, margin2: float) -> Number:
    near = squared(x[0], x[1])
    return hinge(near - squared(x[0], x[2]) + mpf(margin1)) + hinge(near - squared(x[3], x[2]) + mpf(margin2))


def boxes(kind: str) -> Callable[..., Number]:
    def value(y: Row, p: Row, box_format: str) -> Number:
        if box_format == "xywh":
            y, p = ([x, v, x + w, v + h] for x, v, w, h in (y, p))
        if box_format == "cxcywh":
            y, p = ([x - w / 2, v - h / 2, x + w / 2, v + h / 2] for x, v, w, h in (y, p))
        if box_format == "yxyx":
            y, p = ([b[1], b[0], b[3], b[2]] for b in (y, p))
        sides = [(b[2] - b[0], b[3] - b[1]) for b in (y, p)]
        if min(min(pair) for pair in sides) < 0:
            raise ValueError("no box")
        common = [hinge(min(y[k + 2], p[k + 2]) - max(y[k], p[k])) for k in (0, 1)]
        hull = [max(y[k + 2], p[k + 2]) - min(y[k], p[k]) for k in (0, 1)]
        inner, outer = common[0] * common[1], hull[0] * hull[1]
        union = sides[0][0] * sides[0][1] + sides[1][0] * sides[1][1] - inner
        overlap = 1 - inner / union if union else mpf(1)
        if kind == "iou":
            return overlap
        if kind == "giou":
            return overlap + ((outer - union) / outer if outer else 0)
        apart = mp.fsum((y[k] + y[k + 2] - p[k] - p[k + 2]) ** 2 for k in (0, 1)) / 4
        loss = overlap + (apart / dot(hull, hull) if any(hull) else 0)
        if kind == "diou":
            return loss
        v = 4 / mp.pi**2 * (mp.atan2(*sides[0]) - mp.atan2(*sides[1])) ** 2
        return loss + (v * v / (overlap + v) if v else 0)

    return value


def ranknet(y: Row, s: Row) -> Number:
    places = range(len(s))
    return mp.fsum(softplus(s[j] - s[i]) for i in places for j in places if y[i] > y[j])


def listmle(y: Row, s: Row) -> Number:
    best = [x for _, x in sorted(zip(y, s, strict=True), key=lambda pair: -pair[0])]
    return mp.fsum(log_sum_exp(best[k:]) - best[k] for k in range(len(best) - 1))


def listnet(y: Row, s: Row) -> Number:
    top, rest = log_sum_exp(y), log_sum_exp(s)
    return mp.fsum(mp.exp(a - top) * (rest - b) for a, b in zip(y, s, strict=True))


def label_ranking(y: Row, s: Row) -> Number:
    true, false = ([x for t, x in zip(y, s, strict=True) if t == k] for k in (1, 0))
    pairs = len(true) * len(false)
    return mpf(sum(a <= b for a in true for b in false)) / pairs if pairs else mpf(0)


def coverage_error(y: Row, s: Row) -> Number:
    return mpf(max((sum(o >= x for o in s) for t, x in zip(y, s, strict=True) if t), default=0))


def vae_kl(y: None, p: list[Row], latent_reduction: str) -> Number:
    terms = [m * m + mp.exp(v) - 1 - v for m, v in zip(*p, strict=True)]
    return mp.fsum(terms) / 2 / (len(terms) if latent_reduction == "mean" else 1)


def penalty(p: Row, l1: float, l2: float) -> Number:
    return mpf(l1) * mp.fsum(map(abs, p)) + mpf(l2) * dot(p, p)


def brier(y: Any, p: Any, multiclass: bool, half: bool) -> Number:
    if not multiclass:
        return (p - y) ** 2
    own = y if isinstance(y, list) else one_hot(y, p)
    return mp.fsum((a - b) ** 2 for a, b in zip(own, p, strict=True)) / (2 if half else 1)


TRUTH: dict[str, Callable[..., Number]] = {
    **OF_ENTRIES,
    "brier": brier,
    "cosine_similarity": lambda y, p: -cosine(y, p),
    "cosine_distance": lambda y, p: 1 - cosine(y, p),
    "crps_ensemble": crps_ensemble,
    "interval_score": interval_score,
    "cce": cce,
    "scce": lambda y, p, ignore_class, **params: cce(one_hot(y, p), p, **params),
    "nll": lambda y, p, class_weight, ignore_class: -p[int(y)],
    "categorical_focal": categorical_focal,
    "generalized_cce": generalized_cce,
    "symmetric_cce": symmetric_cce,
    "poly_cce": poly_cce,
    "matrix_cce": matrix_cce,
    "kld": lambda y, p: mp.fsum(xlog(a, a) - xlog(a, b) for a, b in zip(y, p, strict=True)),
    "generalized_kld": lambda y, p: mp.fsum(map(excess, y, p)),
    "jsd": jsd,
    "categorical_hinge": lambda y, p: hinge(
        1 + max((1 - a) * b for a, b in zip(y, p, strict=True)) - dot(y, p)
    ),
    "multiclass_hinge": lambda y, p: max(x + (k != y) for k, x in enumerate(p)) - p[int(y)],
    "multiclass_perceptron": lambda y, p: max(p) - p[int(y)],
    "sparsemax": sparsemax,
    "multi_margin": multi_margin,
    "multilabel_margin": multilabel_margin,
    "multilabel_soft_margin": lambda y, z, class_weight: (
        mp.fsum(a * softplus(-b) + (1 - a) * softplus(b) for a, b in zip(y, z, strict=True)) / len(z)
    ),
    "asymmetric": asymmetric,
    "triplet": triplet,
    "quadruplet": quadruplet,
    "cosine_embedding": lambda y, p, margin: 1 - cosine(*p) if y > 0 else hinge(cosine(*p) - mpf(margin)),
    "margin_ranking": lambda y, p, margin: hinge(mpf(margin) - y * (p[0] - p[1])),
    "iou": boxes("iou"),
    "giou": boxes("giou"),
    "diou": boxes("diou"),
    "ciou": boxes("ciou"),
    "bpr": lambda y, p: softplus(p[1] - p[0]),
    "ranknet": ranknet,
    "listmle": listmle,
    "listnet": listnet,
    "label_ranking": label_ranking,
    "coverage_error": coverage_error,
    "vae_kl": vae_kl,
    "l1_penalty": lambda y, p, factor: penalty(p, factor, 0),
    "l2_penalty": lambda y, p, factor: penalty(p, 0, factor),
    "elastic_net": lambda y, p, l1, l2: penalty(p, l1, l2),
}
