"""The LaTeX of every page, computed, gives the kernel's number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
from support.close import close
from support.latex import value

import losscli
from losscli.catalogue import pages, registry


class Page(NamedTuple):
    """y_true and y_pred of one row, the parameters, and what the letters beside y, p and e are."""

    y_true: Any
    y_pred: Any
    params: Mapping[str, Any] = MappingProxyType({})
    names: Mapping[str, Any] = MappingProxyType({})
    rows: bool = False  # whether y_pred holds several


def reals(*names: tuple[dict[str, Any], dict[str, Any]]) -> list[Page]:
    """Errors of both signs, small and large; under parameters, with their letters."""
    pairs = [(1.0, 1.25), (2.0, 0.5), (-1.0, 4.5)]
    return [Page(y, p, *given) for y, p in pairs for given in (names or [({}, {})])]


def positive(**given: Any) -> list[Page]:
    return [Page(y, p, *given.values()) for y, p in ((1.0, 1.5), (3.0, 0.25), (0.5, 4.0))]


def margins() -> list[Page]:
    pairs = [(1, 0.5), (-1, 0.25), (1, -3.0), (-1, -3.0), (1, 2.0)]
    return [Page(y, p, {}, {"t": y, "f": p, "e": math.e}) for y, p in pairs]


def classes(names: dict[str, Any], params: dict[str, Any] | None = None, soft: bool = True) -> list[Page]:
    """A distribution of three classes against another, or against the second class."""
    y = np.array([0.2, 0.5, 0.3]) if soft else np.array([0.0, 1.0, 0.0])
    p = np.array([0.6, 0.3, 0.1])
    return [Page(y, p, params or {}, {"∈k": range(3), "C": 3, **names})]


def scores(y: Any, names: dict[str, Any], params: dict[str, Any] | None = None) -> list[Page]:
    p = np.array([0.5, 0.25, 2.0])
    return [Page(y, p, params or {}, {"∈k": range(3), "∈j": range(3), "C": 3, "f": p, "z": p, **names})]


Q, A, N, N2 = (np.array(x) for x in ([1.0, 2.0], [0.5, -1.0], [1.5, -0.5], [0.0, 3.0]))
NORMAL = NormalDist()
SURE = np.array([0.1, 0.7, 0.2])
COSINE = {"a": A, "b": Q}
MASK, GUESS = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.75, 0.5, 0.25, 0.125])
AREAS = {
    "TP": float((MASK * GUESS).sum()),
    "FP": float(((1 - MASK) * GUESS).sum()),
    "FN": float((MASK * (1 - GUESS)).sum()),
    "s": 0.5,
}


def project(z: Any) -> float:
    """sparsemax's τ, by bisection."""
    low, high = float(min(z)) - 1, float(max(z))
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.maximum(0, z - middle).sum() > 1 else (low, middle)
    return low


TAU = project(np.array([0.5, 0.25, 2.0]))

PAGES: dict[str, list[Page]] = {
    "mse": reals(),
    "half_mse": reals(),
    "mae": reals(),
    "mape": reals(),
    "smape": reals(),
    "msle": positive(),
    "huber": reals(({}, {"delta": 1}), ({"delta": 0.3}, {"delta": 0.3})),
    "smooth_l1": reals(({}, {"beta": 1}), ({"beta": 0.3}, {"beta": 0.3})),
    "pseudo_huber": reals(({"delta": 0.3}, {"delta": 0.3})),
    "logcosh": reals(),
    "cauchy": reals(({"scale": 0.7}, {"c": 0.7})),
    "geman_mcclure": reals(({"scale": 0.7}, {"c": 0.7})),
    "welsch": reals(({"scale": 2.0}, {"c": 2.0})),
    "tukey": reals(({"c": 2.0}, {"c": 2.0})),
    "barron": reals(({"alpha": -1.5, "scale": 0.7}, {"alpha": -1.5, "c": 0.7}), ({}, {"alpha": 1, "c": 1})),
    "quantile": reals(({"q": 0.9}, {"q": 0.9})),
    "expectile": reals(({"q": 0.9}, {"q": 0.9})),
    "epsilon_insensitive": reals(({"epsilon": 0.5}, {"varepsilon": 0.5})),
    "squared_epsilon_insensitive": reals(({"epsilon": 0.5}, {"varepsilon": 0.5})),
    "linex": reals(({"a": -0.7}, {"a": -0.7})),
    "poisson": positive(),
    "poisson_deviance": positive(),
    "gamma_deviance": positive(),
    "tweedie": positive(params={"power": 1.3}, names={"r": 1.3}),
    "gaussian_nll": [Page(1.5, [1.0, 0.5], {}, {"mu": 1.0, "v": 0.5})],
    "laplace_nll": [Page(1.5, [1.0, 0.75], {}, {"mu": 1.0, "b": 0.75})],
    "crps_gaussian": [
        Page(1.5, [1.0, 0.75], {}, {"mu": 1.0, "sigma": 0.75, "Phi": NORMAL.cdf, "varphi": NORMAL.pdf})
    ],
    "crps_ensemble": [
        Page(1.5, [1.0, 4.0, 0.5], {}, {"x": [1.0, 4.0, 0.5], "M": 3, "∈m": range(3), "∈k": range(3)})
    ],
    "interval_score": [
        Page(y, [1.0, 3.0], {"alpha": 0.2}, {"alpha": 0.2, "l": 1.0, "u": 3.0}) for y in (0.5, 2.0, 4.0)
    ],
    "bce": [Page(y, 0.3, {"pos_weight": 2.0}, {"t": y, "w": 2.0}) for y in (0, 1, 0.4)],
    "binary_focal": [
        Page(y, 0.3, {"gamma": 1.5, "alpha": 0.4}, {"t": y, "gamma": 1.5, "a_t": a, "p_t": p})
        for y, a, p in ((0, 0.6, 0.7), (1, 0.4, 0.3), (0.5, 0.5, 0.5))
    ],
    "brier": [Page(0.25, 0.75)],
    "hamming": [
        Page(np.array([1, 2, 3]), np.array([1, 0, 3]), {}, {"D": 3, "∈d": range(3)}),
    ],
    "zero_one": [Page(1, 1), Page(1, 2)],
    "hinge": margins(),
    "squared_hinge": margins(),
    "modified_huber": margins(),
    "exponential": margins(),
    "perceptron": margins(),
    "soft_margin": margins(),
    "wasserstein": margins(),
    "binary_sparsemax": [Page(y, z, {}, {"z": z}) for y in (0, 1) for z in (-2.0, -0.5, 0.5, 2.0)],
    "kld": classes({}),
    "generalized_kld": classes({}),
    "jsd": classes({}),
    "cce": classes({"s": 0.1, "w": [1, 2, 3]}, {"label_smoothing": 0.1, "class_weight": [1, 2, 3]}),
    "scce": [
        page._replace(y_true=1, names={**page.names, "y": 1, "ignored": -1})
        for page in classes({"s": 0.1, "w": [1, 2, 3]}, {"label_smoothing": 0.1, "class_weight": [1, 2, 3]})
    ],
    "nll": [
        Page(
            y,
            np.log(SURE),
            {"class_weight": [1, 2, 3], "ignore_class": 2},
            {"w": [1, 2, 3], "ignored": 2, "ell": np.log(SURE)},
        )
        for y in (0, 1)
    ],
    "categorical_focal": classes(
        {"s": 0.1, "gamma": 1.5, "alpha": [0.1, 0.2, 0.3]},
        {"label_smoothing": 0.1, "gamma": 1.5, "alpha": [0.1, 0.2, 0.3]},
    ),
    "generalized_cce": classes({"q": 0.7}, {"q": 0.7}, soft=False),
    "symmetric_cce": [
        *classes({"alpha": 0.1, "beta": 1, "log_zero": -4}, soft=False),
        *classes({"alpha": 2, "beta": 3, "log_zero": -4}, {"alpha": 2, "beta": 3}),
    ],
    "poly_cce": classes({"epsilon": 1.5}, {"epsilon": 1.5, "from_logits": False}),
    "categorical_hinge": scores(np.array([0.0, 1.0, 0.0]), {}),
    "multiclass_hinge": scores(1, {"f_y": 0.25}),
    "multiclass_perceptron": scores(1, {"f_y": 0.25}),
    "multi_margin": scores(
        1, {"f_y": 0.25, "w_y": 3, "m": 0.8, "P": 2}, {"p": 2, "margin": 0.8, "class_weight": [1, 3, 1]}
    ),
    "multilabel_margin": scores(np.array([1, 0, -1]), {"T": {0, 1}}),
    "multilabel_soft_margin": scores(np.array([1, 0, 1.0]), {"w": [1, 2, 3]}, {"class_weight": [1, 2, 3]}),
    "sparsemax": scores(np.array([0.2, 0.5, 0.3]), {"q": np.array([0.2, 0.5, 0.3]), "tau": TAU, "S": {2}}),
    "asymmetric": [
        page._replace(y_true=np.array([1.0, 0.0, 0.0]))
        for page in classes(
            {"gamma_+": 1.5, "gamma_-": 2.5, "clip": 0.2}, {"gamma_pos": 1.5, "gamma_neg": 2.5, "clip": 0.2}
        )
    ],
    "contrastive": [Page(y, d, {"margin": 1.5}, {"d": d, "m": 1.5}) for y in (0, 1) for d in (0.5, 2.0)],
    "hinge_embedding": [Page(y, d, {"margin": 1.5}, {"d": d, "m": 1.5}) for y in (-1, 1) for d in (0.5, 2.0)],
    "cosine_embedding": [Page(y, [A, N], {"margin": 0.2}, {"a": A, "b": N, "m": 0.2}) for y in (-1, 1)],
    "margin_ranking": [
        Page(y, [0.5, 0.2], {"margin": 0.4}, {"s_1": 0.5, "s_2": 0.2, "m": 0.4}) for y in (-1, 1)
    ],
    "triplet": [
        Page(None, [A, Q, N], {"p": 3.0, "margin": 0.3}, {"a": A, "q": Q, "n": N, "p": 3.0, "m": 0.3})
    ],
    "quadruplet": [
        Page(
            None,
            [A, Q, N, N2],
            {"margin1": 0.2, "margin2": 3.0},
            {
                "a": A,
                "q": Q,
                "n": N,
                "n_2": N2,
                "m_1": 0.2,
                "m_2": 3.0,
                "d": lambda a, b: np.linalg.norm(a - b),
            },
        )
    ],
    "cosine_similarity": [Page(A, N)],
    "cosine_distance": [Page(A, N)],
    "elastic_net": [
        Page(None, A, {"l1": 0.3, "l2": 0.7}, {"lambda_1": 0.3, "lambda_2": 0.7, "D": 2, "∈d": range(2)})
    ],
    "l1_penalty": [Page(None, A, {"factor": 0.3}, {"lambda": 0.3, "∈d": range(2), "D": 2})],
    "l2_penalty": [Page(None, A, {"factor": 0.3}, {"lambda": 0.3, "∈d": range(2), "D": 2})],
    "vae_kl": [Page(None, [A, Q], {}, {"mu": A, "ell": Q, "∈d": range(2), "D": 2})],
    "bpr": [Page(None, [0.5, 0.2], {}, {"s_+": 0.5, "s_-": 0.2, "sigma": lambda x: 1 / (1 + math.exp(-x))})],
    "listnet": scores(np.array([1.0, 0.0, 3.0]), {"s": np.array([0.5, 0.25, 2.0])}),
    "dice": [Page(MASK, GUESS, {"smooth": 0.5}, {"s": 0.5})],
    "jaccard": [Page(MASK, GUESS, {"smooth": 0.5}, {"s": 0.5})],
    "fbeta": [Page(MASK, GUESS, {"beta": 2.0}, {"beta": 2.0})],
    "tversky": [
        Page(MASK, GUESS, {"alpha": 0.3, "beta": 0.9, "smooth": 0.5}, {**AREAS, "alpha": 0.3, "beta": 0.9})
    ],
    "focal_tversky": [
        Page(
            MASK,
            GUESS,
            {"alpha": 0.3, "beta": 0.9, "smooth": 0.5, "gamma": 1.7},
            {**AREAS, "alpha": 0.3, "beta": 0.9, "gamma": 1.7},
        )
    ],
    "iou": [Page([0, 0, 2, 4], [1, 1, 3, 3], {}, {"I": 2, "U": 10})],
    "giou": [Page([0, 0, 2, 4], [1, 1, 3, 3], {}, {"I": 2, "U": 10, "C": 12})],
    "diou": [Page([0, 0, 2, 4], [1, 1, 3, 3], {}, {"I": 2, "U": 10, "rho": 1, "c": 5})],
    "ciou": [
        Page(
            [0, 0, 2, 4],
            [1, 1, 3, 3],
            {},
            {"I": 2, "U": 10, "rho": 1, "c": 5, "w_y": 2, "h_y": 4, "w_p": 2, "h_p": 2},
        )
    ],
}


OUTCOME, FORECAST = np.array([1.0, 2.0, 4.0]), np.array([1.5, 4.0, 3.5])
FEW = {"∈i": range(3), "∈j": range(3), "∈k": range(3), "∈l": range(3), "N": 3}
SIMILAR = np.array([[0.5, -0.25, 1.0], [0.1, 0.7, -0.4], [0.3, 0.2, 0.9]])
LABELS = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
FIRST, SECOND = (
    np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]),
    np.array([[0.8, 0.6], [0.0, -1.0], [0.0, 1.0]]),
)
GRADE = np.array([0, 2, 1])
KAPPA = {"c": GRADE, "n": np.ones(3), "omega": lambda one, other: (one - other) ** 2}
SHARES = np.array([[0.5, 0.25, 0.25], [0.1, 0.7, 0.2], [0.0, 0.4, 0.6]])
DISAGREED = sum(SHARES[i, k] * (GRADE[i] - k) ** 2 for i in range(3) for k in range(3))
BY_CHANCE = sum(SHARES[:, k].sum() * (m - k) ** 2 / 3 for k in range(3) for m in range(3))

OF_A_BATCH: dict[str, Page] = {
    "max_error": Page(OUTCOME, FORECAST, {}, {"e": FORECAST - OUTCOME, **FEW}),
    "rmse": Page(OUTCOME, FORECAST, {}, {"w": np.ones(3), "m": (FORECAST - OUTCOME) ** 2, **FEW}),
    "rmsle": Page(
        OUTCOME, FORECAST, {}, {"w": np.ones(3), "m": np.log((1 + FORECAST) / (1 + OUTCOME)) ** 2, **FEW}
    ),
    "wape": Page(OUTCOME, FORECAST, {}, {"w": np.ones(3), "e": FORECAST - OUTCOME, **FEW}),
    "npairs": Page([0, 1, 0], SIMILAR, {}, {"s": SIMILAR, **FEW}),
    "npairs_multilabel": Page(LABELS, SIMILAR, {}, {"s": SIMILAR, **FEW}),
    "infonce": Page(
        None,
        np.stack([FIRST, SECOND], axis=1),
        {"temperature": 0.5},
        {"s": FIRST @ SECOND.T, "tau": 0.5, **FEW},
    ),
    "weighted_kappa": Page(
        np.eye(3)[GRADE],
        SHARES,
        {},
        {**KAPPA, **FEW, "p": SHARES, "m": SHARES.sum(axis=0), "kappa": 1 - DISAGREED / BY_CHANCE},
    ),
    "generalized_dice": Page(
        np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]),
        SHARES[:, :2],
        {"smooth": 0.1},
        {"I": [0.6, 0.4], "Y": [2, 1], "P": [0.6, 1.35], "s": 0.1, "∈k": range(2)},
    ),
}
PAGES |= {name: [page._replace(rows=True)] for name, page in OF_A_BATCH.items()}
PAGES |= {
    "ranknet": scores(np.array([1, 0, 2]), {"s": np.array([0.5, 0.25, 2.0]), "∈i": range(3)}),
    "matrix_cce": classes(
        {"a": np.array([[1.0, 2, 0], [3, 4, 1], [0, 1, 2]]) @ [0.2, 0.5, 0.3]},
        {"matrix": [[1, 2, 0], [3, 4, 1], [0, 1, 2]]},
    ),
}

# What the reader has no words for: sets of pairs, orders, paths. Their text was read against the kernel; a
# change is to be read again. The numbers are held by hand in test_edges_parameters and test_edges_ties.
READ = {
    "circle": (
        r"L = \frac{1}{|A|} \sum_{i \in A} \operatorname{softplus}\Bigl("
        r" \log \sum_j e^{\gamma \alpha_j (1 - m - s_{ij})}"
        r" + \log \sum_k e^{\gamma \alpha_k (s_{ik} - m)} \Bigr),"
        r" \quad \alpha_j = [1 + m - s_{ij}]_+,\; \alpha_k = [s_{ik} + m]_+"
    ),
    "coverage_error": r"L = \max_{k:\, y_k = 1} \bigl|\{j:\; s_j \ge s_k\}\bigr|",
    "cox": r"L = \sum_{i:\, \text{event}} \Bigl( \log \sum_{j:\, t_j \ge t_i} e^{\eta_j} - \eta_i \Bigr)",
    "ctc": r"L = -\log \sum_{\pi \mapsto y} \; \prod_{t=1}^{T} \mathrm{softmax}(z_t)_{\pi_t}",
    "label_ranking": (
        r"L = \frac{\bigl|\{(k, l):\; y_k = 1,\; y_l = 0,\; s_l \ge s_k\}\bigr|}"
        r"{\bigl|\{(k, l):\; y_k = 1,\; y_l = 0\}\bigr|}"
    ),
    "lifted_struct": (
        r"L = \frac{1}{2|Q|} \sum_{(i,j) \in Q} \max(0,\, J_{ij})^2, \qquad J_{ij} = D_{ij} + \log\Bigl("
        r" \sum_{k:\, y_k \ne y_i} e^{m - D_{ik}} + \sum_{k:\, y_k \ne y_j} e^{m - D_{jk}} \Bigr)"
    ),
    "listmle": r"L = \sum_{k=1}^{n} \Bigl( \log \sum_{j=k}^{n} e^{s_{\pi(j)}} - s_{\pi(k)} \Bigr)",
    "lovasz_hinge": (
        r"L = \sum_k \max(0,\, m_{(k)}) \, (J(k) - J(k-1)), \quad J(k) = 1 - \frac{G - c_k}{G + k - c_k}"
    ),
    "median_absolute_error": r"L = \operatorname{median}_i \, |e_i|",
    "ntxent": (
        r"L = \frac{1}{|P|} \sum_{(i,j) \in P} -\log \frac{e^{s_{ij}/\tau}}"
        r"{e^{s_{ij}/\tau} + \sum_{k:\, y_k \ne y_i} e^{s_{ik}/\tau}}"
    ),
    "supcon": (
        r"L = \frac{1}{|A|} \sum_{i \in A} \frac{-1}{|Q_i|} \sum_{j \in Q_i} \log"
        r" \frac{e^{s_{ij}/\tau}}{\sum_{k \ne i} e^{s_{ik}/\tau}}"
    ),
    "triplet_hard": (
        r"L = \frac{1}{|A|} \sum_{i \in A} \max\Bigl(0,\; m + \max_{j:\, y_j = y_i,\, j \ne i} D_{ij}"
        r" - \min_{k:\, y_k \ne y_i} D_{ik}\Bigr)"
        r" \quad (\text{soft: } \log(1 + e^{\max_j D_{ij} - \min_k D_{ik}}))"
    ),
    "triplet_semihard": (
        r"L = \frac{1}{|P|} \sum_{(i,j) \in P} \max\bigl(0,\; m + D_{ij} - D_{ik}\bigr),"
        r" \qquad k = \arg\min_{k:\, y_k \ne y_i,\, D_{ik} > D_{ij}} D_{ik}"
        r" \quad (\text{if there is none: } \arg\max_{k:\, y_k \ne y_i} D_{ik})"
    ),
}


@pytest.mark.parametrize("name", losscli.names())
def test_every_page_is_computed_or_read(name: str) -> None:
    assert (name in PAGES) != (name in READ)
    assert latex(name) == READ.get(name, latex(name))


POINTS = [(name, page) for name, pages in PAGES.items() for page in pages]


def latex(name: str) -> str:
    text: str = pages.read(name, registry.get(name).family)["latex"]
    return text


@pytest.mark.parametrize(("name", "page"), POINTS, ids=lambda part: part if isinstance(part, str) else "")
def test_the_latex_gives_the_kernel_s_number(name: str, page: Page) -> None:
    y_true, y_pred = page.y_true, page.y_pred
    if not page.rows:
        y_true, y_pred = None if y_true is None else [y_true], [y_pred]
    wanted = losscli.compute(name, y_true, y_pred, **page.params).value
    both = {"y": page.y_true, "p": page.y_pred}
    if page.y_true is not None and np.shape(page.y_true) == np.shape(page.y_pred) == ():
        both["e"] = page.y_pred - page.y_true
    text = (
        latex(name)
        .replace(r"^{\top}", r" \cdot ")
        .replace("(A y)_k", "a_k")
        .partition(r"\qquad \left( \text{")[0]
    )
    assert value(text, {**both, **page.names}) == close(wanted, 1e-12)
