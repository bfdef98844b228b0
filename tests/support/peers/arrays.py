"""Small arrays that the peers' calls and ours are held against each other on."""

from __future__ import annotations

import numpy as np

y = np.array([1.5, 0.7, 3.2, 2.0, 4.4, 0.9])
p = np.array([1.1, 1.9, 2.8, 2.6, 3.1, 1.2])
counts = np.array([0.0, 2.0, 1.0, 4.0, 3.0, 1.0])
near = np.array([[0.3, -1.2, 2.0], [1.1, 0.4, -0.6]])  # and far, vectors
far = np.array([[0.5, -0.7, 1.5], [0.9, -0.4, 0.2]])

label = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
chance = np.array([0.2, 0.7, 0.4, 0.1, 0.9, 0.6])
logit = np.log(chance / (1 - chance))
sign = 2 * label - 1

index = np.array([0, 2, 1, 1, 0])
scores = np.array([[1.2, 0.3, -0.8], [0.1, 0.5, 0.4], [-0.6, 0.9, 0.2], [0.7, 0.6, 0.5], [0.0, 1.1, -1.3]])
chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
onehot = np.eye(3)[index]
softly = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.2, 0.5, 0.3], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1]])
relevant = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])

# Two images of three classes, 3 × 3 pixels, the class on axis 1; and of one class.
classes = np.array([[[0, 1, 2], [1, 1, 0], [2, 2, 0]], [[2, 0, 0], [1, 0, 2], [1, 1, 0]]])
maps = np.sin(np.arange(54.0) * 1.7).reshape(2, 3, 3, 3)
map_chances = np.exp(maps) / np.exp(maps).sum(axis=1, keepdims=True)
map_onehot = np.moveaxis(np.eye(3)[classes], -1, 1)
mask = (classes[:, None] == 1).astype(float)
mask_logit = 2 * np.cos(np.arange(18.0) * 1.3).reshape(2, 1, 3, 3)
mask_chance = 1 / (1 + np.exp(-mask_logit))

times = np.array([5.0, 3.0, 8.0, 2.0, 6.0, 4.0])
event = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 1.0])
risk = np.array([0.4, 1.1, -0.5, 0.9, 0.2, -0.1])

members = np.array(
    [[1.0, 2.1, 1.6], [0.9, 0.2, 1.4], [2.7, 3.9, 3.0], [2.2, 1.8, 2.9], [3.5, 4.1, 5.0], [1.3, 0.8, 1.1]]
)
deviation = np.array([0.5, 0.8, 0.4, 1.1, 0.9, 0.6])
lower, upper = p - deviation, p + deviation

point = np.sin(np.arange(24.0) * 2.1).reshape(8, 3) + 0.2
unit = point / np.linalg.norm(point, axis=1, keepdims=True)
kind = np.array([0, 0, 1, 1, 2, 2, 0, 1])
