"""What simple methods reach on the same examples: a score means little without them."""

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from jaxtyping import Float, Shaped
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from torch import Tensor

from etude.chance import stream
from etude.data.batches import in_order
from etude.evaluation.records import Baseline
from etude.evaluation.scores import truth
from etude.evaluation.tally import tally_for
from etude.layers.inputs import flat_input
from etude.records import Labelled
from etude.schema import Classes, Inputs, Schema

ROWS = 10_000
"""training rows of a baseline at most, so that all of them take seconds"""

LINEAR_NUMBERS = 8_000_000
"""numbers that the logistic regression is given at most: about five seconds for ten classes on one core"""

SPARSE = 0.1
"""share of numbers that are not 0 below which the zeros are left out, as in bags of words"""

NEIGHBOURS = 5

BATCH = 1000
"""examples that are answered at once"""

Answer: TypeAlias = Callable[[Float[np.ndarray, "batch width"]], np.ndarray]
"""rows -> log-probabilities (batch, class), or standardised quantities (batch,)"""


@dataclass(frozen=True, slots=True)
class Simple:
    """A simple method, trained."""

    name: str
    rows: int
    """of the training part that it saw"""
    answer: Answer
    detail: str = ""


def baselines(train: Labelled, examples: Labelled, schema: Schema, *, seed: int) -> tuple[Baseline, ...]:
    """The most frequent class or the mean, a linear model, and the nearest neighbours, scored like the network.

    Numbers are standardised, categories one-hot, pixels standardised. The linear model and the neighbours see at most
    ROWS training rows, drawn with `seed`.
    """
    found: list[Baseline] = []
    started = time.perf_counter()
    for method in trained(train, schema, seed=seed):
        tally = tally_for(schema.answer, seed=seed)
        for piece in in_order(examples, BATCH):
            tally.update(torch.from_numpy(method.answer(flat(piece.x, schema.inputs))), truth(piece))
        note = "on all" if method.rows == len(train) else f"on {method.rows:,} of"
        note = f"{note} {len(train):,} training rows{method.detail}"
        found.append(Baseline(method.name, note, tally.metrics(), round(time.perf_counter() - started, 3)))
        started = time.perf_counter()
    return tuple(found)


def trained(train: Labelled, schema: Schema, *, seed: int) -> Iterator[Simple]:
    """The simple methods, one after the other."""
    order = torch.randperm(len(train), generator=stream(seed, "sampling"))[:ROWS]
    x, y = flat(train.x[order], schema.inputs), truth(train)[order].numpy()
    if isinstance(schema.answer, Classes):
        yield most_frequent(train, schema.answer)
        if len(np.unique(y)) > 1:  # a small sample may have caught one class only
            yield logistic(x, y, classes=len(schema.answer.names))
        yield neighbouring_classes(x, y, classes=len(schema.answer.names))
    else:
        yield Simple("mean", len(train), constant(truth(train).double().mean().numpy()))
        line = LinearRegression().fit(x, y)
        yield Simple("linear", len(x), lambda rows: line.predict(rows).astype(np.float64))
        near = KNeighborsRegressor(min(NEIGHBOURS, len(x))).fit(x, y)
        yield Simple(f"{near.n_neighbors} nearest neighbours", len(x), lambda rows: near.predict(rows))


def flat(x: Shaped[Tensor, "batch ..."], inputs: Inputs) -> Float[np.ndarray, "batch width"]:
    """One row of float32 numbers for each example."""
    with torch.no_grad():
        rows: np.ndarray = flat_input(inputs)(x.cpu()).numpy()
    return rows


def constant(answer: np.ndarray) -> Answer:
    """Give the same answer to every row."""
    return lambda rows: np.broadcast_to(answer, (len(rows), *answer.shape)).copy()


def most_frequent(train: Labelled, target: Classes) -> Simple:
    """Answer with the frequencies of the classes: the most frequent one wins."""
    counts = np.bincount(truth(train).numpy(), minlength=len(target.names))
    return Simple("most frequent class", len(train), constant(log(counts / counts.sum())))


def logistic(x: Float[np.ndarray, "row width"], y: Shaped[np.ndarray, " row"], *, classes: int) -> Simple:
    """Logistic regression with scikit-learn's default penalty, on as many rows as take seconds."""
    filled = np.count_nonzero(x) / x.size
    sparse = filled < SPARSE
    rows = max(1000, int(LINEAR_NUMBERS / (x.shape[1] * filled if sparse else x.shape[1])))
    x, y = x[:rows], y[:rows]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the note says so instead
        model = LogisticRegression(max_iter=300).fit(csr_array(x) if sparse else x, y)
    detail = "" if max(model.n_iter_) < 300 else "; stopped before it converged"
    return Simple("linear", len(x), lambda some: spread(model.predict_proba(some), model.classes_, classes), detail)


def neighbouring_classes(x: Float[np.ndarray, "row width"], y: Shaped[np.ndarray, " row"], *, classes: int) -> Simple:
    """The share of each class among the nearest neighbours."""
    near = KNeighborsClassifier(min(NEIGHBOURS, len(x))).fit(x, y)
    name = f"{near.n_neighbors} nearest neighbours"
    return Simple(name, len(x), lambda some: spread(near.predict_proba(some), near.classes_, classes))


def spread(probabilities: np.ndarray, known: np.ndarray, classes: int) -> Float[np.ndarray, "batch class"]:
    """Log-probabilities of all classes from the probabilities of those that the sample had."""
    wide = np.zeros((len(probabilities), classes))
    wide[:, known] = probabilities
    return log(wide)


def log(probabilities: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Logarithm, with 0 taken as the smallest step of a float64: a share of 0 of 5 is no proof of impossibility."""
    return np.log(np.clip(probabilities.astype(np.float64), np.finfo(np.float64).eps, None))
