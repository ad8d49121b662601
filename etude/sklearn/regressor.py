"""A quantity from numbers."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from torch import Tensor

from etude.objectives.sample_weights import row_half_squared_error
from etude.records import Weighted
from etude.sklearn.estimator import Estimator, MultilayerPerceptron


class EtudeRegressor(RegressorMixin, MultilayerPerceptron):  # type: ignore[misc]
    """A multilayer perceptron that predicts a quantity, trained by etude's loop; it takes the place of MLPRegressor.

    The same `random_state` draws the same first weights as there; only the order of the shuffled batches is another.
    Not here: the solver 'lbfgs', learning-rate schedules, Adam's constants, the Poisson loss, several quantities for
    one row, sparse rows. The quantity is not standardised: wrap it in a TransformedTargetRegressor if it is large.
    """

    def partial_fit(self: Estimator, X: object, y: object, sample_weight: object = None) -> Estimator:
        """Train for one more epoch, on these rows."""
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: object) -> Float[np.ndarray, " row"]:
        """The quantity of each row."""
        return self._outputs_for(X).numpy()

    def _targets(self, y: np.ndarray, *, known: bool) -> np.ndarray:
        return np.asarray(y, dtype=np.float64)

    def _answer(self) -> tuple[int, str]:
        return 1, "identity"

    def _row_loss(self) -> Callable[[Tensor, Tensor], Tensor]:
        return row_half_squared_error

    def _score(self, outputs: Tensor, valid: Weighted) -> float:
        return float(r2_score(valid.y, outputs, sample_weight=valid.weight))
