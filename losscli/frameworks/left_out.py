"""Public losses of the frameworks that losscli has no loss for, and why."""

from __future__ import annotations

LEFT_OUT = {
    "keras.losses.Loss": "a base class, without a formula",
    "torch.nn.AdaptiveLogSoftmaxWithLoss": "a layer with weights of its own",
    "torch.nn.LinearCrossEntropyLoss": "a layer with weights: a linear map, then scce",
    "torch.nn.functional.linear_cross_entropy": "a linear map, then scce",
    "torch.nn.TripletMarginWithDistanceLoss": "triplet with any distance: a function, not a parameter",
    "torch.nn.functional.triplet_margin_with_distance_loss": (
        "triplet with any distance: a function, not a parameter"
    ),
    "optax.losses.make_fenchel_young_loss": "makes a loss of any max function",
    "optax.losses.smooth_labels": "changes labels: here the parameter label_smoothing",
}
