"""Names as people type them: other spellings, calls, slips, scorers, another language."""

from __future__ import annotations

import pytest

from losscli import LosscliError
from losscli.catalogue.find import named

READ = {
    "mse": "Mean-Squared-Error, MSELoss(), F.mse_loss, tf.losses.mse, keras.losses.mse, "
    "mittlerer quadratischer Fehler, erreur quadratique moyenne, L2 loss, neg_mean_squared_error",
    "mae": "mean abs error, erreur absolue moyenne, L1 loss, MAD",
    "rmse": "RMSD, root mean square deviation, neg_root_mean_squared_error",
    "mape": "mean absolute percent error, mean_abs_percentage_error",
    "msle": "log mse",
    "smape": "symmetric mape, sMAPE loss",
    "wape": "MAD/Mean ratio, WMAPE",
    "max_error": "sup norm, Chebyshev",
    "quantile": "quantile regression loss, tilted absolute loss, pinball",
    "expectile": "asymmetric least squares",
    "gaussian_nll": "Gaussian negative log likelihood",
    "fbeta": "F1, F1 score, F2",
    "hinge": "SVM, svm loss",
    "jsd": "jensen shannon distance",
    "kld": "Kullback-Leibler",
    "l1_penalty": "L1 regularisation",
    "generalized_cce": "generalised cross entropy",
    "bce": "tf.nn.sigmoid_cross_entropy_with_logits",
    "scce": "tf.nn.sparse_softmax_cross_entropy_with_logits",
    "cce": "CE, CE loss, Kreuzentropie, multinomial logistic loss, tf.nn.softmax_cross_entropy_with_logits",
    "brier": "brier score, brier_score_loss",
    "zero_one": "exact match, 0-1, error rate",
}
NEAREST = {
    "PR AUC": "the nearest is lovasz_hinge",
    "R²": "the nearest is mse",
    "coefficient of determination": "the nearest is mse",
    "spearmanr": "spearman differs",
    "keras.metrics.Precision": "the nearest is fbeta",
    "xgboost.rmse": "rmse alone is read as rmse",
}
MEANT = {
    "nn.CrossEntropyLos": "CrossEntropyLoss",
    "CrossEntropyLosss": "CrossEntropyLoss",
    "HuberLos": "HuberLoss",
    "cosine_similarty": "cosine_similarity",
    "tweedi": "tweedie",
    "binray_crossentropy": "binary_crossentropy",
    "poission": "poisson",
    "root mean square error": "root_mean_squared_error",
}


@pytest.mark.parametrize(
    ("loss", "word"), [(loss, w) for loss, many in READ.items() for w in many.split(", ")]
)
def test_it_is_read(loss: str, word: str) -> None:
    assert named(word).loss.name == loss


@pytest.mark.parametrize("word", NEAREST)
def test_what_is_not_here_says_what_is_nearest(word: str) -> None:
    with pytest.raises(LosscliError) as refused:
        named(word)
    assert NEAREST[word] in str(refused.value.hint)


@pytest.mark.parametrize("word", MEANT)
def test_a_slip_is_put_right(word: str) -> None:
    with pytest.raises(LosscliError) as refused:
        named(word)
    assert refused.value.hint == f'did you mean "{MEANT[word]}"?'


@pytest.mark.parametrize("word", ["brier_score_loss", "Kullback-Leibler", "brier score"])
def test_no_other_librarys_note_stands_beside_it(word: str) -> None:
    assert named(word).note == ""
