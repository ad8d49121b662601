"""etude's multilayer perceptron as scikit-learn estimators, for pipelines and searches."""

from etude.sklearn.classifier import EtudeClassifier
from etude.sklearn.regressor import EtudeRegressor

__all__ = ["EtudeClassifier", "EtudeRegressor"]
