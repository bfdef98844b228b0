"""scikit-learn 1.9: float64, weighted means divided by the sum of the weights, one value an output first.

The formulas are sklearn/metrics/_regression.py's and _classification.py's.
"""

from losscli.frameworks.sklearn import classes, entries, labels
from losscli.frameworks.sklearn.framework import FRAMEWORK

__all__ = ["FRAMEWORK", "classes", "entries", "labels"]
