"""Classes from numbers."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Shaped
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.multiclass import _check_partial_fit_first_call, check_classification_targets
from torch import Tensor
from torch.nn import functional as F

from etude.objectives.sample_weights import row_binary_cross_entropy, row_cross_entropy
from etude.records import Weighted
from etude.sklearn.estimator import Estimator, MultilayerPerceptron


class EtudeClassifier(ClassifierMixin, MultilayerPerceptron):  # type: ignore[misc]
    """A multilayer perceptron that tells classes apart, trained by etude's loop; it takes the place of MLPClassifier.

    The same `random_state` draws the same first weights as there; only the order of the shuffled batches is another.
    Not here: the solver 'lbfgs', learning-rate schedules, Adam's constants, several labels for one row, sparse rows.
    """

    classes_: np.ndarray

    def partial_fit(
        self: Estimator, X: object, y: object, sample_weight: object = None, classes: object = None
    ) -> Estimator:
        """Train for one more epoch, on these rows; the first call needs all the `classes` that will ever come."""
        _check_partial_fit_first_call(self, classes)
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: object) -> Shaped[np.ndarray, " row"]:
        """The most probable class of each row."""
        indices = most_probable(self._outputs_for(X))
        classes: np.ndarray = self.classes_[indices.numpy()]
        return classes

    def predict_proba(self, X: object) -> Float[np.ndarray, "row class"]:
        """The probability of each class, in the order of `classes_`."""
        probabilities: np.ndarray = np.exp(self.predict_log_proba(X))
        return probabilities

    def predict_log_proba(self, X: object) -> Float[np.ndarray, "row class"]:
        """The logarithm of the probability of each class, finite even where the probability rounds to 0."""
        return two_columns(self._outputs_for(X)).log_softmax(dim=1).numpy()

    def _targets(self, y: np.ndarray, *, known: bool) -> np.ndarray:
        check_classification_targets(y)
        classes = np.unique(y)
        if not known:
            self.classes_ = classes
        elif self.warm_start and set(classes) != set(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {classes}"
            )
        elif len(np.setdiff1d(classes, self.classes_)):
            raise ValueError(f"`y` has classes not in `self.classes_`, which are {self.classes_}; `y` has {classes}.")
        return np.searchsorted(self.classes_, y)

    def _answer(self) -> tuple[int, str]:
        if len(self.classes_) < 2:
            raise ValueError(f"a classifier needs at least 2 classes; there is one class, {self.classes_}.")
        return (1, "logistic") if len(self.classes_) == 2 else (len(self.classes_), "softmax")

    def _row_loss(self) -> Callable[[Tensor, Tensor], Tensor]:
        return row_binary_cross_entropy if self.n_outputs_ == 1 else row_cross_entropy

    def _score(self, outputs: Tensor, valid: Weighted) -> float:
        return float(accuracy_score(valid.y, most_probable(outputs), sample_weight=valid.weight))


def two_columns(logits: Tensor) -> Tensor:
    """Logits (row, class); one logit for two classes becomes two, 0 and the logit, of the same probabilities."""
    return F.pad(logits[:, None], (1, 0)) if logits.ndim == 1 else logits


def most_probable(logits: Tensor) -> Tensor:
    """The index of the most probable class of each row."""
    return two_columns(logits).argmax(dim=1)
