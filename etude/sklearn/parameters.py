"""The parameters of the multilayer perceptron: names, defaults and ranges are scikit-learn's."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, no_type_check

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, Options, StrOptions

from etude.optim import LARGEST_RATE


class Parameters(BaseEstimator):  # type: ignore[misc]
    """What a user may choose; each means what it means to MLPClassifier."""

    hidden_layer_sizes: int | Sequence[int]
    """units of each hidden layer; () for a linear model"""
    activation: Literal["identity", "logistic", "tanh", "relu"]
    """bend of the hidden layers"""
    solver: Literal["sgd", "adam"]
    """Adam, or stochastic gradient descent"""
    alpha: float
    """half of it times the squared weights, divided by the rows of a batch, is added to the loss"""
    batch_size: int | Literal["auto"]
    """rows of an update; 'auto': 200, or all if there are fewer"""
    learning_rate_init: float
    """learning rate, the same in all updates"""
    max_iter: int
    """epochs at most"""
    shuffle: bool
    """a fresh order of the rows in every epoch"""
    random_state: int | np.random.RandomState | None
    """of the first weights, the validation part and the order"""
    tol: float
    """the least improvement of the loss, or of the validation score, that counts"""
    verbose: bool
    """print the loss of every epoch"""
    warm_start: bool
    """`fit` goes on from the last network instead of from chance"""
    momentum: float
    """of 'sgd'"""
    nesterovs_momentum: bool
    """'sgd' looks ahead (Nesterov 1983)"""
    early_stopping: bool
    """stop by the score of a validation part, and go back to its best weights"""
    validation_fraction: float
    """share of the rows that `early_stopping` sets aside, stratified by class"""
    n_iter_no_change: float
    """epochs without improvement that are borne; infinity: `max_iter` alone ends the training"""

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions({"identity", "logistic", "tanh", "relu"})],
        "solver": [StrOptions({"sgd", "adam"})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate_init": [Interval(Real, 0, LARGEST_RATE, closed="right")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left"), Options(Real, {np.inf})],
    }

    @no_type_check  # scikit-learn demands a constructor that takes anything and a fit that judges it
    def __init__(
        self,
        hidden_layer_sizes=(100,),
        activation="relu",
        *,
        solver="adam",
        alpha=0.0001,
        batch_size="auto",
        learning_rate_init=0.001,
        max_iter=200,
        shuffle=True,
        random_state=None,
        tol=1e-4,
        verbose=False,
        warm_start=False,
        momentum=0.9,
        nesterovs_momentum=True,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=10,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
