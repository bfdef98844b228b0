"""What people call losses leads where the table says, and a name that is no loss says what is nearest."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from support import inside
from support.close import close

import losscli
from losscli import LosscliError
from losscli.catalogue import othernames, registry
from losscli.catalogue.find import lookup, named
from losscli.frameworks import FRAMEWORKS
from losscli.frameworks.convention import framework

NAMES = set(registry.names())


@pytest.mark.parametrize("name", othernames.names())
def test_a_name_of_the_table_leads_to_a_loss_or_says_what_is_nearest(name: str) -> None:
    row = othernames.row(name)
    assert row is not None
    here = [loss for loss in row.losses if loss in NAMES]
    if row.nearest or not here:
        with pytest.raises(LosscliError, match=re.escape(f'"{name}"')) as refused:
            named(name)
        hint = str(refused.value.hint)
        nearest = re.match(r"the nearest is (\w+); .{10,}", hint)
        assert (nearest is not None and nearest[1] in NAMES) or hint.startswith("none is near: ")
        return
    read = named(name)
    assert [read.loss.name, *(one.loss.name for one in read.others)] == here
    assert set(row.params) <= {key for one in (read, *read.others) for key in one.params}
    for one in (read, *read.others):
        for key, value in one.params.items():
            one.loss.parameters[key].read(value)
        assert set(one.words.values()) <= set(one.loss.parameters)


def test_a_loss_that_is_not_here_has_a_line_of_its_own_and_one_that_is_here_has_none() -> None:
    rows = {name: othernames.row(name) for name in othernames.names()}
    absent = {loss for row in rows.values() if row is not None for loss in row.losses} - NAMES
    for loss in absent:
        row = rows[loss]
        assert row is not None, loss
        assert row.nearest, loss
    assert not NAMES & set(rows)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_loss_is_found_by_each_of_its_names(name: str) -> None:
    for alias in (name, *registry.get(name).aliases, name.upper()):
        read = named(alias)
        assert name in {read.loss.name, *(one.loss.name for one in read.others)}, alias


CALLS = [
    (f"{framework(name).module}.{call}", loss)
    for name in FRAMEWORKS
    for loss, entry in framework(name).entries.items()
    for call in (entry.call, *entry.also)
    if "(" not in call
]


@pytest.mark.parametrize(("call", "loss"), CALLS, ids=[f"{call}-{loss}" for call, loss in CALLS])
def test_a_frameworks_call_is_found_with_its_module_and_without(call: str, loss: str) -> None:
    read = named(call)
    assert loss in {read.loss.name, *(one.loss.name for one in read.others)}


# Words that alone are mostly another loss than the function of that name, with what is said of it.
OTHERWISE = {"l2_loss": "half", "kl_div": "SciPy", "cosine": "SciPy", "dice_loss": ""}


@pytest.mark.parametrize("name", sorted({call.rpartition(".")[2] for call, _ in CALLS} - {"entropy"}))
def test_a_frameworks_call_without_its_module_is_this_loss_or_says_otherwise(name: str) -> None:
    losses = {loss for call, loss in CALLS if call.rpartition(".")[2] == name}
    read = named(name)
    if name in OTHERWISE:
        assert OTHERWISE[name] in read.note
    else:
        assert losses & {read.loss.name, *(one.loss.name for one in read.others)}


@pytest.mark.parametrize(
    ("word", "what", "hint"),
    [
        ("foo.bar.huber", 'no library "foo.bar" that losscli knows', "huber alone is read as huber"),
        ("monai.foo.Quux", 'no library "monai.foo" that losscli knows', "losscli list"),
        ("torch.foo.HuberLoss", "no call torch.foo.HuberLoss of PyTorch", "HuberLoss alone is read as huber"),
        ("sklearn.metrics.huber", "no call sklearn.metrics.huber of scikit-learn", "huber alone"),
        ("sklearn.metrics.roc_auc", "no call sklearn.metrics.roc_auc of scikit-learn", "ranknet"),
        ("keras.losses.Loss", "keras.losses.Loss is left out", "losscli list"),
        ("AUC", 'no loss "AUC" here', "the nearest is ranknet; AUC is a ranking score"),
        ("WARP", 'no loss "WARP" here', "the nearest is bpr; WARP differs, because it samples negatives"),
        ("FairLoss", '"FairLoss" is the loss fair, which is not here', "the nearest is pseudo_huber"),
        ("DPOLoss", '"DPOLoss" is the loss dpo', "the nearest is bpr"),
        ("YetiRank", 'no loss "YetiRank" here', "the nearest is ranknet; YetiRank differs"),
        ("hubr", 'no loss called "hubr"', 'did you mean "huber"?'),
        ("mes", 'no loss called "mes"', 'did you mean "mse"?'),
        ("huber_of_mine", 'no loss called "huber_of_mine"', "the nearest by its words is huber"),
        ("FocalLoss3d", 'no loss called "FocalLoss3d"', "the nearest by its words is binary_focal"),
        ("precison", 'no loss called "precison"', "the nearest is fbeta; precision differs"),
        ("precision_at_10", 'no loss called "precision_at_10"', "the nearest is fbeta; precision differs"),
        ("adjusted_rand_score", 'no loss "adjusted_rand_score" here', "none is near: it judges a clustering"),
        ("d3_brier_score", 'no loss called "d3_brier_score"', "the nearest by its words is brier"),
        ("xyzzy", 'no loss called "xyzzy"', "losscli list"),
        ("frobenius", 'no loss called "frobenius"', "losscli list"),
    ],
)
def test_what_is_not_known_is_said_not_to_be(word: str, what: str, hint: str) -> None:
    with pytest.raises(LosscliError) as refused:
        lookup(word)
    assert what in refused.value.what
    assert hint in str(refused.value.hint)


@pytest.mark.parametrize(
    ("word", "loss", "params"),
    [
        ("scipy.special.kl_div", "generalized_kld", {}),
        ("keras.regularizers.L2", "l2_penalty", {}),
        ("tf.nn.l2_loss", "half_mse", {}),
        ("lightgbm.cross_entropy", "bce", {}),
        ("F.mse_loss", "mse", {}),
        ("nn.BCEWithLogitsLoss", "bce", {"from_logits": True}),
        ("tf.keras.losses.Huber", "huber", {}),
        ("tensorflow_addons.losses.GIoULoss", "giou", {"box_format": "yxyx"}),
        ("torch.nn.PoissonNLLLoss", "poisson", {"from_log": True}),
        ("sklearn.metrics.mean_tweedie_deviance", "tweedie", {"power": 0.0}),
        ("mean_pinball_loss", "quantile", {}),
        ("error@0.7", "zero_one", {"threshold": 0.7}),
        ("count:poisson", "poisson", {"full": True}),
    ],
)
def test_a_name_implies_its_librarys_parameters(word: str, loss: str, params: dict[str, object]) -> None:
    read = named(word)
    assert (read.loss.name, dict(read.params)) == (loss, params)


ROWS = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]]


@pytest.mark.parametrize(
    ("y_true", "y_pred", "loss"),
    [([1, 0], [0.8, 0.4], "bce"), ([0, 1], ROWS, "scce"), ([[1, 0, 0], [0, 1, 0]], ROWS, "cce")],
)
@pytest.mark.parametrize("name", ["log_loss", "CrossEntropy", "sklearn.metrics.log_loss", "neg_log_loss"])
def test_log_loss_is_chosen_by_the_rows(
    name: str, y_true: list[float], y_pred: list[float], loss: str
) -> None:
    # scikit-learn's log_loss of the same rows: −(log 0.8 + log 0.6)/2 and −(log 0.7 + log 0.6)/2
    score = losscli.compute(name, y_true, y_pred)
    expected = -(math.log(0.8 if loss == "bce" else 0.7) + math.log(0.6)) / 2
    assert score.loss == loss
    assert score.value == close(expected, 1e-15)
    assert any(f"read as {loss}, because" in remark.text for remark in score.remarks)


def test_cross_entropy_loss_takes_logits_and_says_so() -> None:
    logits, labels = [[1.0, 2.0, 0.0], [0.5, 0.0, 0.0]], [0, 1]
    scce = losscli.compute("scce", labels, logits, from_logits=True)
    cce = losscli.compute("CrossEntropyLoss", np.eye(3)[labels], logits)
    score = losscli.compute("CrossEntropyLoss", labels, logits)
    assert (score.loss, cce.loss) == ("scce", "cce")
    assert score.value == close(float(scce.value or 0), 1e-15)
    assert cce.value == close(float(scce.value or 0), 1e-15)
    assert any("with from_logits=true" in remark.text for remark in score.remarks)
    with pytest.raises(LosscliError, match="takes logits, and every value of y_pred lies in"):
        losscli.compute("CrossEntropyLoss", labels, ROWS)
    told = losscli.compute("CrossEntropyLoss", labels, ROWS, from_logits=False)
    assert told.value == close(-(math.log(0.7) + math.log(0.6)) / 2, 1e-15)


def test_a_frameworks_own_parameters_are_read() -> None:
    logits = [[1, 2, 0], [0.5, 0, 0], [1, 1, 1]]
    call = "torch.nn.CrossEntropyLoss"
    score = losscli.compute(call, [0, 1, 255], logits, like="torch", ignore_index=255)
    assert score.value == close(1.350991366931, 1e-12)
    assert losscli.compute(call, [0, 1, 255], logits, ignore_index=255).value == close(1.350991366931, 1e-12)
    for like, word in (("sklearn", "alpha"), ("exact", "alpha"), ("exact", "tau")):
        theirs = losscli.compute("quantile", [1, 2], [2, 2], like=like, **{word: 0.9})
        assert theirs.value == close(0.05, 1e-15)
    with pytest.raises(LosscliError, match="quantile has no parameter delta"):
        losscli.compute("quantile", [1, 2], [2, 2], delta=0.9)
    assert losscli.compute("reg:quantileerror", [1, 2], [2, 2], quantile_alpha=0.9).value == close(
        0.05, 1e-15
    )
    with pytest.raises(LosscliError, match="one parameter, given twice"):
        losscli.compute("mean_pinball_loss", [1, 2], [2, 2], alpha=0.9, q=0.5)


def test_scorers_are_the_loss_and_say_the_sign() -> None:
    score = losscli.compute("neg_mean_squared_error", [1, 2], [1, 4])
    assert score.value == close(2.0, 1e-15)
    assert [remark.text for remark in score.remarks] == [
        "neg_mean_squared_error is read as mse; scikit-learn's scorer is minus this"
    ]
    assert losscli.find("neg_mean_squared_error").name == "mse"


def test_every_question_takes_the_same_names() -> None:
    labels, logits = [0, 1], [[1.0, 2.0, 0.0], [0.5, 0.0, 0.0]]
    name = "CrossEntropyLoss"
    compared = losscli.compare(labels, logits, [name])
    assert compared.scores[0].value == losscli.compute(name, labels, logits).value
    assert losscli.parity(name, labels, logits).loss == "scce"
    assert losscli.steps(name, labels, logits).loss == "scce"
    assert losscli.check(labels, logits, loss=name).params["from_logits"] is True
    assert losscli.gradient(name, labels, logits).shape == (2, 3)
    assert losscli.parity("BCEWithLogitsLoss").params["from_logits"] is False  # on the page's own example
    assert "BCEWithLogitsLoss" in losscli.code("BCEWithLogitsLoss", "torch")
    assert losscli.curve("BCEWithLogitsLoss").remarks[0].text.endswith("with from_logits=true")
    explained = losscli.explain("log_loss")
    assert explained.read_as == "log_loss is read as bce or, by the rows, as cce or scce"
    assert losscli.explain("bce").read_as is None


@pytest.mark.parametrize(
    ("search", "losses"),
    [
        ("BCEWithLogits", {"bce"}),
        ("reg:squaredlog", {"msle"}),
        ("pinball QUANTILE", {"quantile"}),
        ("auch", set()),
    ],
)
def test_list_searches_names_elsewhere_too(search: str, losses: set[str]) -> None:
    done = inside.losscli("list", "--search", search, "--format", "csv")
    assert {line.partition(",")[0] for line in done.stdout.splitlines()[1:]} == losses


def test_list_says_what_is_nearest_to_what_is_no_loss_here() -> None:
    done = inside.losscli("list", "--search", "AUC")
    assert 'there is no loss "AUC" here' in done.stderr
    assert "the nearest is ranknet" in done.stderr
