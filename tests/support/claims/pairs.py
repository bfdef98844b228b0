"""Numbers of the pages on embeddings, distances, rankings, sequences and survival."""

from math import acos, degrees, exp, factorial, lgamma, log, pi, sqrt
from typing import Any

import numpy as np
from support.claims.reading import Claim, E, L, V, batches, embeddings, example, share

from losscli.catalogue import registry

CORNERS = np.array([[0, 0], [2, 0], [2, 2], [0, 2]], dtype=float)


def corners() -> tuple[Any, Any]:
    """Eight rows of each class in its corner; the first row's label is changed to its neighbour's."""
    labels = np.repeat(range(4), 8)
    return np.where(np.arange(32) == 0, 1, labels), CORNERS[labels]


def hard_rows() -> Any:
    """The rows of triplet_hard on these, by its definition."""
    labels, points = corners()
    d = np.linalg.norm(points[:, None] - points[None], axis=-1)
    same = labels[:, None] == labels[None]
    far = np.where(same & ~np.eye(32, dtype=bool), d, -np.inf).max(axis=1)
    return np.maximum(0, 1 + far - np.where(same, np.inf, d).min(axis=1))


def neighbours(*sizes: int) -> list[float]:
    """infonce of each embedding and the next one of its digit, in batches."""
    labels, vectors = embeddings()
    following = np.arange(256)
    for digit in range(10):
        (rows,) = np.nonzero(labels == digit)
        following[rows] = np.roll(rows, -1)
    pairs = np.stack([vectors, vectors[following]], axis=1)
    return [float(np.mean([L("infonce", None, pairs[i : i + n]) for i in range(0, 256, n)])) for n in sizes]


def angle(turn: float) -> float:
    return L("cosine_distance", [[1, 0]], [[np.cos(turn), np.sin(turn)]])


def circle(positive: float, negative: float) -> float:
    """An anchor's cost with one positive and one negative at these cosines, at the defaults."""
    pull, push = max(0, 1.4 - positive), max(0, negative + 0.4)
    return float(np.logaddexp(0, 80 * pull * (0.6 - positive) + 80 * push * (negative - 0.4)))


def rows_of(name: str) -> Any:
    """What each row (pair, event) of the example of a batch loss costs."""
    y_true, y_pred, params = example(name)
    loss = registry.get(name)
    given = [np.asarray(array, dtype=float) for array in (y_true, y_pred) if array is not None]
    with np.errstate(all="ignore"):
        return loss.kernel(*given, **loss.signature.bind(name, params))


def ctc(steps: int = 0) -> float:
    """The cost of one label, certain in its one step, before more steps of equal logits over 30 classes."""
    sure = np.zeros((1, 1, 30))
    sure[0, 0, 1] = 100
    return L("ctc", [[1]], np.concatenate([sure, np.zeros((1, steps, 30))], axis=1))


def equal_hazards(*sizes: int) -> list[float]:
    return [L("cox", np.stack([np.arange(n), np.ones(n)], axis=1), np.zeros(n)) for n in sizes]


def entropy(grades: Any) -> float:
    odds = np.exp(np.asarray(grades, dtype=float))
    odds /= odds.sum()
    return float(-(odds * np.log(odds)).sum())


def first(grades: Any) -> float:
    odds = np.exp(np.asarray(grades, dtype=float) - np.max(grades))
    return float(100 * odds[0] / odds.sum())


def ranked(name: str, n: int) -> float:
    return L(name, [np.arange(n)[::-1]], [np.zeros(n)])


def parts(name: str) -> list[float]:
    return [share(E(name), 3), float(np.sum(E(name)))]


def lead(size: float) -> float:
    return L("bpr", None, [[size, 0]])


CLAIMS: list[Claim] = [
    ("contrastive", "in many dimensions lie near «1.41»", lambda: [sqrt(2)]),
    ("contrastive", "fall below «0.000316»", lambda: [sqrt(1e-7)]),
    (
        "contrastive",
        "costs «2.25», «85» % of the sum of «2.66»",
        lambda: [E("contrastive")[2], *parts("contrastive")],
    ),
    ("contrastive", "only 0.4 apart, costs «0.36»", lambda: E("contrastive")[1:2]),
    ("hinge_embedding", "costs «1.5»: «62» % of the sum of «2.4»", lambda: [1.5, *parts("hinge_embedding")]),
    (
        "hinge_embedding",
        "where under contrastive it costs «2.25» and makes «85» %",
        lambda: [E("contrastive")[2], share(E("contrastive"), 3)],
    ),
    ("hinge_embedding", "0.1 short of it, costs «0.1»", lambda: E("hinge_embedding")[4:]),
    (
        "cosine_embedding",
        "n = 11 can reach «−0.1» and no lower",
        lambda: [-1 / 10],
    ),
    ("cosine_embedding", "cosines of about ±«0.04»", lambda: [1 / sqrt(512)]),
    (
        "cosine_embedding",
        "its cosine, «0.707»; with margin 0.5 it would cost «0.207»",
        lambda: [E("cosine_embedding")[2], E("cosine_embedding", "cosine_embedding", margin=0.5)[2]],
    ),
    ("margin_ranking", "behind by 0.25: «0.75»", lambda: E("margin_ranking")[3:4]),
    ("margin_ranking", "Row 2 has it behind by 1.5: «2»", lambda: E("margin_ranking")[1:2]),
    ("margin_ranking", "the margin, «0.5»", lambda: E("margin_ranking")[4:]),
    ("quadruplet", "(«1.5» by default): all embeddings are one point", lambda: E("quadruplet")[3:]),
    ("quadruplet", "the positive pair's is 1): «1.25»", lambda: E("quadruplet")[1:2]),
    ("quadruplet", "fails the first demand alone: «1»", lambda: E("quadruplet")[2:3]),
    (
        "triplet",
        "Row 2 has the right order by 0.5 only: «0.5». Row 3 has it wrong by 1: «2»",
        lambda: E("triplet")[1:3],
    ),
    # metric and similarity
    (
        "lifted_struct",
        "log 200 = «4.3», and the loss at least «9.2»",
        lambda: [log(200) - 1, (log(200) - 1) ** 2 / 2],
    ),
    (
        "lifted_struct",
        "cost «20.7» taken at once, «9.0» in batches of 32 and «6.0» in batches of 16",
        lambda: batches("lifted_struct", 256, 32, 16),
    ),
    (
        "lifted_struct",
        "J = «2.92», cost «4.26»",
        lambda: [sqrt(2 * rows_of("lifted_struct")[0]), rows_of("lifted_struct")[0]],
    ),
    (
        "lifted_struct",
        "J = «4.92», cost «12.1». The mean is «8.18»",
        lambda: [sqrt(2 * rows_of("lifted_struct")[1]), rows_of("lifted_struct")[1], V("lifted_struct")],
    ),
    (
        "triplet_hard",
        "16 of the 32 rows are above 0, for a mean of «0.56»",
        lambda: [L("triplet_hard", *corners())],
    ),
    ("triplet_hard", "«16» of the 32 rows", lambda: [np.count_nonzero(hard_rows())]),
    ("triplet_hard", "(triplet_semihard: «0.01»)", lambda: [L("triplet_semihard", *corners())]),
    (
        "triplet_hard",
        "cost «1.47» taken at once, «0.82» in batches of 32 and «0.62» in batches of 16",
        lambda: batches("triplet_hard", 256, 32, 16),
    ),
    (
        "triplet_hard",
        "cost «2.5», «1.5», «4.5» and «2.5»: «2.75», where triplet_semihard gives «1.125»",
        lambda: [*rows_of("triplet_hard"), V("triplet_hard"), V("triplet_hard", "triplet_semihard")],
    ),
    (
        "triplet_semihard",
        "cost «0.86» taken at once, «0.63» in batches of 32 and «0.53» in batches of 16",
        lambda: batches("triplet_semihard", 256, 32, 16),
    ),
    ("triplet_semihard", "1 batch in «266»", lambda: [1 / np.prod(1 - np.arange(32) / 100)]),
    (
        "triplet_semihard",
        "«0», «0.5», «3.5» and «0.5»: «1.125»",
        lambda: [*rows_of("triplet_semihard"), V("triplet_semihard")],
    ),
    ("circle", "cosines of «0.6» and «0.4»", lambda: [1 - 0.4, 0.4]),
    ("circle", "(0.65 and 0.35: «0.002»)", lambda: [circle(0.65, 0.35)]),
    ("circle", "γ(1 − 2m²), «54.4» by default", lambda: [80 * (1 - 2 * 0.4**2)]),
    ("circle", "costs «3.2» at 80 and «1.0» at 1", lambda: [V("circle"), V("circle", gamma=1.0)]),
    (
        "circle",
        "costs «224.3» in place of «3.2»",
        lambda: [
            L("circle", [0, 0, 1, 1], 2 * np.array([[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8]])),
            V("circle"),
        ],
    ),
    ("circle", "one negative at 0.8 make «105.6»", lambda: [80 * 1.4 * 0.6 + 80 * 1.2 * 0.4]),
    ("circle", "cost «0.00007»", lambda: rows_of("circle")[:1]),
    ("circle", "«6.4» each, for a mean of «3.2»", lambda: [rows_of("circle")[1], V("circle")]),
    (
        "infonce",
        "(all in one direction: «4.16» for 64 pairs)",
        lambda: [L("infonce", None, np.ones((64, 2, 2)))],
    ),
    ("infonce", "a lead of «0.16» in cosine is a factor of 10", lambda: [0.07 * log(10)]),
    ("infonce", "log 2 = «0.69» each at the least", lambda: [log(2)]),
    (
        "infonce",
        "cost «4.53» in one batch of 256, «3.70» in batches of 64 and «2.35» in batches of 16",
        lambda: neighbours(256, 64, 16),
    ),
    ("infonce", "knowing nothing costs «5.55», «4.16» and «2.77»", lambda: np.log([256, 64, 16])),
    ("infonce", "cost «0.028», «0.056» and «4.632»: «1.572»", lambda: [*rows_of("infonce"), V("infonce")]),
    ("npairs", "log N («4.16» for N = 64)", lambda: [log(64)]),
    ("npairs", "row's least is log nᵢ: «1.39» for 4", lambda: [log(4)]),
    ("npairs", "log(1 + 63·e⁻²) = «2.25»", lambda: [log(1 + 63 * exp(-2))]),
    ("npairs", "cost «0.908», «0.408» and «1.051»: «0.789»", lambda: [*rows_of("npairs"), V("npairs")]),
    (
        "npairs_multilabel",
        "cost «0.741». Row 2 shares its one label with both: (1/2, 1/2, 0), «0.908». Row 3 is alone: «0.240»",
        lambda: rows_of("npairs_multilabel"),
    ),
    ("npairs_multilabel", "The mean is «0.629»", lambda: [V("npairs_multilabel")]),
    ("ntxent", "log(1 + number of negatives): «5.54» with 254", lambda: [log(255)]),
    (
        "ntxent",
        "at τ = 0.07 a lead of «0.16» in cosine is a factor of 10 in odds, at 0.5 a lead of «1.15»",
        lambda: [0.07 * log(10), 0.5 * log(10)],
    ),
    (
        "ntxent",
        "cost «2.61» at once, «0.79» in batches of 32 and «0.46» in batches of 16",
        lambda: batches("ntxent", 256, 32, 16),
    ),
    (
        "ntxent",
        "cost «2.61» at 0.07 and «4.17» at 0.5",
        lambda: [*batches("ntxent", 256), *batches("ntxent", 256, temperature=0.5)],
    ),
    (
        "ntxent",
        "cost «0.233»; rows 2 and 3 have one another at 0.6 and cost «0.627»",
        lambda: rows_of("ntxent")[:2],
    ),
    (
        "ntxent",
        "The mean of «0.430» shrinks to «0.028»",
        lambda: [V("ntxent"), V("ntxent", temperature=0.07)],
    ),
    ("supcon", "«1.95» in classes of 8, «3.43» in classes of 32", lambda: np.log([7, 31])),
    ("supcon", "at 0.1 a lead of «0.23» in cosine", lambda: [0.1 * log(10)]),
    (
        "supcon",
        "cost «1.946» at τ = 0.1, and log 7 = «1.946»",
        lambda: [L("supcon", np.repeat(range(4), 8), np.eye(4)[np.repeat(range(4), 8)]), log(7)],
    ),
    ("supcon", "it reports «1.43» times", lambda: [0.1 / 0.07]),
    (
        "supcon",
        "cost «4.41» at once, «1.78» in batches of 32 and «0.91» in batches of 16",
        lambda: batches("supcon", 256, 32, 16),
    ),
    ("supcon", "«1.127», «1.127», «0.759», «0.128» and «0.0003»", lambda: rows_of("supcon")),
    (
        "supcon",
        "gets «88» % of the other's probability",
        lambda: [100 / (1 + exp((0.8 - 1) / 0.1) + exp(-10) + exp(-16))],
    ),
    # directions
    (
        "cosine_distance",
        "8° cost «0.0097», 26° «0.10», 45° «0.29»",
        lambda: [angle(pi * d / 180) for d in (8, 26, 45)],
    ),
    ("cosine_distance", "it is an angle of «26»°", lambda: [degrees(acos(0.9))]),
    ("cosine_distance", "entries from 0 to 1 it averages «0.25»", lambda: [1 - (1 / 4) / (1 / 3)]),
    ("cosine_distance", "by way of (1, 1) «0.29» + «0.29»", lambda: [angle(pi / 4)] * 2),
    (
        "cosine_distance",
        "30 % padded rows average «0.3»",
        lambda: [L("cosine_distance", [[1, 0]] * 7 + [[0, 0]] * 3, [[1, 0]] * 10)],
    ),
    ("cosine_distance", "angles below «0.02»°", lambda: [degrees(sqrt(2 * 2.0**-24))]),
    ("cosine_distance", "and 45° «0.293»", lambda: E("cosine_distance")[3:]),
    ("cosine_distance", "(its mse is «12.5»)", lambda: E("cosine_distance", "mse")[:1]),
    (
        "cosine_similarity",
        "−0.99 is an angle of «8»°, −0.9 one of «26»°, −0.5 one of «60»°",
        lambda: [degrees(acos(c)) for c in (0.99, 0.9, 0.5)],
    ),
    ("cosine_similarity", "score well: «−0.75» for two long", lambda: [-(1 / 4) / (1 / 3)]),
    (
        "cosine_similarity",
        "padded rows average «−0.7»",
        lambda: [L("cosine_similarity", [[1, 0]] * 7 + [[0, 0]] * 3, [[1, 0]] * 10)],
    ),
    ("cosine_similarity", "and 45° costs «−0.707»", lambda: E("cosine_similarity")[3:]),
    # rankings
    (
        "bpr",
        "log 2 = «0.693», a lead of 5 costs «0.007», a lag of 5 costs «5.007»",
        lambda: [lead(d) for d in (0, 5, -5)],
    ),
    ("bpr", "A lead of 2 costs «0.127», a tie «0.693», a lag of 2 costs «2.127»", lambda: E("bpr")[:3]),
    ("bpr", "A lead of 10 costs «0.00005»", lambda: E("bpr")[3:]),
    (
        "coverage_error",
        "The mean of «2.33» stands against a best of «1.67»",
        lambda: [V("coverage_error"), 5 / 3],
    ),
    (
        "label_ranking",
        "a true label in place 11 costs «0.01»",
        lambda: [L("label_ranking", [np.eye(1000)[10]], [-np.arange(1000)])],
    ),
    ("label_ranking", "above 0.4 for a true one): «0.25»", lambda: E("label_ranking")[:1]),
    (
        "listmle",
        "«0.69» for 2 items, «15.1» for 10, «364» for 100",
        lambda: [ranked("listmle", n) for n in (2, 10, 100)],
    ),
    ("listmle", "lists of 100 weigh «24» times", lambda: [lgamma(101) / lgamma(11)]),
    ("listmle", "the same «0.693» as two", lambda: [ranked("listmle", 2)]),
    ("listmle", "«0.721», a chance of «49» %", lambda: [E("listmle")[0], 100 * exp(-E("listmle")[0])]),
    ("listmle", "«3.721», «2.4» %", lambda: [E("listmle")[1], 100 * exp(-E("listmle")[1])]),
    ("listmle", "log 3! = «1.792»", lambda: [log(factorial(3))]),
    ("listnet", "«0.948» for the grades 3, 2, 1, 0. Equal", lambda: [entropy([3, 2, 1, 0])]),
    ("listnet", "the best item gets «64» % of the target", lambda: [first([4, 3, 2, 1, 0])]),
    ("listnet", "the clicked item gets «2.7» %", lambda: [first([1] + [0] * 99)]),
    ("listnet", "«0.737», against a least of «0.714»", lambda: [E("listnet")[0], entropy([3, 2, 0])]),
    ("listnet", "reversed: «2.078»", lambda: E("listnet")[1:2]),
    ("listnet", "log 3 = «1.099», against a least of «0.975»", lambda: [E("listnet")[2], entropy([1, 0, 0])]),
    (
        "ranknet",
        "right order by 5 costs «0.007», one in the wrong order by 5 costs «5.007»",
        lambda: [lead(5), lead(-5)],
    ),
    (
        "ranknet",
        "«45» pairs and cost «31.2» at equal scores, a hundred make «4950» and cost «3431»",
        lambda: [45, ranked("ranknet", 10), 4950, ranked("ranknet", 100)],
    ),
    (
        "ranknet",
        "cost «0.313», «0.127» and «0.313», together «0.753»",
        lambda: [lead(1), lead(2), lead(1), E("ranknet")[0]],
    ),
    ("ranknet", "reversed: «4.753»", lambda: E("ranknet")[1:2]),
    ("ranknet", "2 × «0.693» = «1.386»", lambda: [log(2), E("ranknet")[2]]),
    # sequences and survival
    ("ctc", "from «0» to «31.6», nearly log 30 each", lambda: [ctc(), ctc(steps=10)]),
    (
        "ctc",
        "that path has «0.29», all paths together «0.49»: «0.72»",
        lambda: [0.6652**3, exp(-E("ctc")[0]), E("ctc")[0]],
    ),
    ("ctc", "ended by −1: «0.82»", lambda: E("ctc")[1:2]),
    ("ctc", "at «0.11», so it costs «2.22»", lambda: [exp(-E("ctc")[2]), E("ctc")[2]]),
    ("cox", "η by «0.69» means twice", lambda: [log(2)]),
    (
        "cox",
        "1024 rows cost «5.94» per event at once, «3.88» in batches of 128 and «2.55» in batches of 32",
        lambda: equal_hazards(1024, 128, 32),
    ),
    (
        "cox",
        "2 log 3 = «2.20» here and log 6 = «1.79» there",
        lambda: [2 * L("cox", [[1, 1], [1, 1], [2, 0]], [0, 0, 0]), log(3) + log(2)],
    ),
    (
        "cox",
        "«0.747», «0.604» and «0.313»: «0.555» per event",
        lambda: [*sorted(rows_of("cox"), reverse=True), V("cox")],
    ),
    ("cox", "log(4·3·2)/3 = «1.059»", lambda: [log(24) / 3]),
    ("cosine_similarity", "(its mse is «12.5»)", lambda: E("cosine_similarity", "mse")[:1]),
    ("hinge_embedding", "in many dimensions lie near «1.41»", lambda: [sqrt(2)]),
    ("infonce", "log 3 = «1.099»", lambda: [log(3)]),
    ("listnet", "by a factor e = «2.72»", lambda: [exp(1)]),
    ("listnet", "one step may mean «2.7» times", lambda: [exp(1)]),
    ("listnet", "from list to list: «0.948» for the grades 3, 2, 1, 0", lambda: [entropy([3, 2, 1, 0])]),
    ("lifted_struct", "add log 2 = «0.69» to J", lambda: [log(2)]),
    ("npairs", "log 2 = «0.693» at the least", lambda: [log(2)]),
    ("ranknet", "costs log 2 = «0.693»", lambda: [log(2)]),
    ("supcon", "below log 2 = «0.693»", lambda: [log(2)]),
    ("triplet_hard", "(soft: log 2 = «0.693»)", lambda: [log(2)]),
    (
        "triplet_hard",
        "(soft: at «0.693»)",
        lambda: [L("triplet_hard", [0, 0, 1, 1], np.ones((4, 2)), soft=True)],
    ),
    ("triplet_semihard", "farthest, at 1.5, makes «3.5»", lambda: [1 + 4 - 1.5]),
]
