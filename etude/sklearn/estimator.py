"""What the classifier and the regressor share: from arrays to a trained network."""

import math
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any, TypeVar

import numpy as np
import torch
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
from torch import Tensor, nn

from etude.errors import DivergedError
from etude.evaluation.predictor import evaluating
from etude.learners.base import GradientLearner
from etude.objectives.sample_weights import SampleWeighted
from etude.optim import Optimizer, adam, sgd
from etude.records import Weighted
from etude.sklearn.epochs import Epoch, epochs, in_given_order, in_random_order, size_of_batches
from etude.sklearn.network import linear_layers, starting_network
from etude.sklearn.parameters import Parameters

FLOATS = (np.float64, np.float32)
LARGEST_SEED = 2**31 - 1
DIVERGED = (
    "Solver produced non-finite parameter weights. The input data may contain large values and need to be preprocessed."
)
Estimator = TypeVar("Estimator", bound="MultilayerPerceptron")  # typing.Self defeats the run-time checker of the tests


class MultilayerPerceptron(Parameters, ABC):
    """Parameters, defaults and learnt attributes are those of scikit-learn's MLPClassifier and MLPRegressor.

    The arithmetic is done in the floating type of the training data, float64 or float32, on the CPU.
    """

    n_features_in_: int
    n_outputs_: int
    out_activation_: str
    """what makes an answer of the last sum: softmax, logistic or identity"""
    network_: nn.Sequential
    n_iter_: int
    """epochs of the latest fit"""
    loss_: float
    """mean over the latest epoch, penalty included"""
    loss_curve_: list[float]
    """one for each epoch, over all warm starts and partial fits"""
    best_loss_: float | None
    """None with early stopping, which goes by the score instead"""
    validation_scores_: list[float] | None
    """accuracy or R2 after each epoch; None without early stopping"""
    best_validation_score_: float | None

    def fit(self: Estimator, X: object, y: object, sample_weight: object = None) -> Estimator:
        """Learn from rows X (row, feature) and one answer each; a row of weight 0 counts as absent, one of 2 as two."""
        return self._fit(X, y, sample_weight, incremental=False)

    @property
    def coefs_(self) -> list[np.ndarray]:
        """The weights of each layer, (from, to), as scikit-learn has them."""
        return [layer.weight.detach().numpy().T for layer in linear_layers(self.network_)]

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """The biases of each layer."""
        return [layer.bias.detach().numpy() for layer in linear_layers(self.network_)]

    @abstractmethod
    def _targets(self, y: np.ndarray, *, known: bool) -> np.ndarray:
        """What the network is compared with; `known` when it has been trained before, or its classes were declared."""

    @abstractmethod
    def _answer(self) -> tuple[int, str]:
        """The numbers in an answer, and what makes them of the last sums."""

    @abstractmethod
    def _row_loss(self) -> Callable[[Tensor, Tensor], Tensor]:
        """The loss of each row."""

    @abstractmethod
    def _score(self, outputs: Tensor, valid: Weighted) -> float:
        """How good the network's outputs for the validation rows are; more is better."""

    def _fit(self: Estimator, X: object, y: object, sample_weight: object, *, incremental: bool) -> Estimator:
        self._validate_params()
        if incremental and self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True")
        anew = not hasattr(self, "network_") or not (self.warm_start or incremental)
        examples = self._examples(X, y, sample_weight, anew=anew, known=incremental or not anew)
        random = check_random_state(self.random_state)
        if anew:
            self._start(examples.x, random)
        if anew or not incremental:
            self._optimizer = Optimizer(self._solver())
        if anew or self.early_stopping == (self.validation_scores_ is None):
            self._start_watch()
        train, valid = self._split(examples, random)
        seed = int(random.randint(LARGEST_SEED))
        stopped = self._train(train, valid, count=1 if incremental else self.max_iter, seed=seed)
        if not stopped and not incremental:
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the optimization hasn't "
                "converged yet.",
                ConvergenceWarning,
                stacklevel=3,
            )
        return self

    def _examples(self, X: Any, y: Any, sample_weight: object, *, anew: bool, known: bool) -> Weighted:
        rows: Any
        answers: Any
        rows, answers = validate_data(self, X, y, dtype=FLOATS, y_numeric=not is_classifier(self), reset=anew)
        number = rows.dtype if anew else self.coefs_[0].dtype
        weight = _check_sample_weight(sample_weight, rows, dtype=number, ensure_non_negative=True)
        targets = self._targets(answers, known=known)
        if targets.dtype.kind == "f":
            targets = targets.astype(number)
        counted = weight > 0
        return Weighted(
            *(torch.from_numpy(each[counted]) for each in (rows.astype(number, copy=False), targets, weight))
        )

    def _start(self, x: Tensor, random: np.random.RandomState) -> None:
        sizes = self.hidden_layer_sizes
        hidden = list(sizes) if isinstance(sizes, Iterable) else [sizes]
        if any(size <= 0 for size in hidden):
            raise ValueError(f"hidden_layer_sizes must be > 0, got {hidden}.")
        self.n_outputs_, self.out_activation_ = self._answer()
        self.network_ = starting_network(
            x.shape[1],
            [int(size) for size in hidden],
            outputs=self.n_outputs_,
            activation=self.activation,
            dtype=x.dtype,
            random=random,
        )
        self.loss_curve_ = []

    def _start_watch(self) -> None:
        self._no_improvement_count = 0
        self._best = -math.inf
        self.best_loss_ = self.best_validation_score_ = None
        self.validation_scores_ = [] if self.early_stopping else None

    def _solver(self) -> torch.optim.Optimizer:
        parameters, rate = self.network_.parameters(), self.learning_rate_init
        if self.solver == "adam":
            return adam(parameters, rate=rate)
        nesterov = self.nesterovs_momentum and self.momentum > 0  # without momentum there is nowhere to look ahead to
        return sgd(parameters, rate=rate, momentum=self.momentum, nesterov=nesterov)

    def _split(self, examples: Weighted, random: np.random.RandomState) -> tuple[Weighted, Weighted | None]:
        if not self.early_stopping:
            return examples, None
        train, valid = train_test_split(
            np.arange(len(examples)),
            random_state=random,
            test_size=self.validation_fraction,
            stratify=examples.y.numpy() if is_classifier(self) else None,
        )
        if len(valid) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        return examples[torch.from_numpy(train)], examples[torch.from_numpy(valid)]

    def _train(self, train: Weighted, valid: Weighted | None, *, count: int, seed: int) -> bool:
        """Descend, go back to the best weights where a score chooses them, and refuse those that are no numbers."""
        try:
            stopped = self._descend(train, valid, count=count, seed=seed)
        except DivergedError as error:
            raise ValueError(DIVERGED) from error
        if valid is not None:
            self.network_.load_state_dict(self._best_state)
        if not all(weight.isfinite().all() for weight in self.network_.parameters()):
            raise ValueError(DIVERGED)
        return stopped

    def _descend(self, train: Weighted, valid: Weighted | None, *, count: int, seed: int) -> bool:
        """Train for at most `count` epochs; whether want of improvement ended it."""
        size = size_of_batches(self.batch_size, len(train))
        objective = SampleWeighted(self._row_loss(), penalty=self.alpha)
        passes = epochs(
            GradientLearner(self.network_, objective, self._optimizer),
            in_random_order(train, size, seed=seed) if self.shuffle else in_given_order(train, size),
            rows=len(train),
            size=size,
            count=count,
            evaluate=lambda: {} if valid is None else {"valid_score": self._score(self._outputs(valid.x), valid)},
        )
        self.n_iter_ = 0
        with closing(passes):
            for epoch in passes:
                self._note(epoch)
                if self._no_improvement_count > self.n_iter_no_change:
                    watched = "Training loss" if valid is None else "Validation score"
                    self._say(
                        f"{watched} did not improve more than tol={self.tol:f} for "
                        f"{self.n_iter_no_change} consecutive epochs. Stopping."
                    )
                    return True
        return False

    def _note(self, epoch: Epoch) -> None:
        """Keep the numbers of an epoch, and the weights if they are the best by the validation score."""
        self.n_iter_ += 1
        self.loss_ = epoch.loss
        self.loss_curve_.append(epoch.loss)
        self._say(f"Iteration {self.n_iter_}, loss = {epoch.loss:.8f}")
        if self.validation_scores_ is None:
            is_best = self._watch(-epoch.loss)
            self.best_loss_ = epoch.loss if is_best else self.best_loss_
            return
        score = epoch.scores["valid_score"]
        self._say(f"Validation score: {score:f}")
        self.validation_scores_.append(score)
        if self._watch(score):
            self.best_validation_score_ = score
            self._best_state = {name: tensor.clone() for name, tensor in self.network_.state_dict().items()}

    def _watch(self, goodness: float) -> bool:
        """Count the epochs since one was better than the best by `tol`; whether this one is the best."""
        improvement = goodness - self._best
        self._no_improvement_count = self._no_improvement_count + 1 if improvement < self.tol else 0
        self._best = max(self._best, goodness)
        return improvement > 0

    def _say(self, line: str) -> None:
        if self.verbose:
            print(line)

    def _outputs(self, x: Tensor) -> Tensor:
        """What the network says of rows in its own floating type: (row, output), or (row,) for one output."""
        with evaluating(self.network_):
            outputs: Tensor = self.network_(x)
        if not outputs.isfinite().all():
            raise ValueError(DIVERGED)
        return outputs

    def _outputs_for(self, X: Any) -> Tensor:
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=FLOATS, reset=False)
        return self._outputs(torch.tensor(rows, dtype=next(self.network_.parameters()).dtype))
