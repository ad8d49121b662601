"""How far ranks are off: the mean absolute error, in ranks, and its relatives."""

import time
import warnings
from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from torch import Tensor, nn
from torch.nn import functional as F

from etude.data.batches import in_order
from etude.evaluation.baselines import flat
from etude.evaluation.intervals import REPLICAS, percentile, resampled
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Baseline, Score
from etude.layers.ordinal import exceeded
from etude.objectives.ordinal import levels
from etude.records import Labelled
from etude.schema import Classes, Schema

BATCH = 1000
"""examples that are answered at once, always the same, so that the same weights give the same bits"""


def rank_logits(network: nn.Module, examples: Labelled) -> Float[Tensor, "batch threshold"]:
    """The logits of y > r_k, dropout off, as float64 on the CPU."""
    device = next(network.parameters()).device
    with evaluating(network):
        logits: list[Tensor] = [network(piece.x.to(device)).cpu() for piece in in_order(examples, BATCH)]
    return torch.cat(logits).double()


def rank_scores(network: nn.Module, examples: Labelled) -> dict[str, Score]:
    """`mae` in ranks, `accuracy`, `within one` rank, and `loss` in nats."""
    logits = rank_logits(network, examples)
    y = levels(examples.y, thresholds=logits.shape[1]).double()
    loss = F.binary_cross_entropy_with_logits(logits, y, reduction="sum") / len(examples)
    return distances(exceeded(logits), examples.y) | {"loss": Score(float(loss))}


def distances(answers: Int[Tensor, " batch"], y: Int[Tensor, " batch"]) -> dict[str, Score]:
    """Mean absolute error, share of right answers, and share of those off by at most one, each with an interval."""
    counts = (answers - y).abs().bincount().numpy()
    replicas = resampled(counts, np.random.default_rng(0), replicas=REPLICAS)
    weights = {
        "mae": np.arange(len(counts)),
        "accuracy": np.arange(len(counts)) == 0,
        "within one": np.arange(len(counts)) <= 1,
    }
    n = counts.sum()
    return {name: percentile(float(counts @ each / n), replicas @ each / n) for name, each in weights.items()}


def rank_baselines(train: Labelled, examples: Labelled, schema: Schema) -> tuple[Baseline, ...]:
    """The median rank for everyone, a linear model of the rank as a number, and one of the ranks as mere names."""
    found = []
    started = time.perf_counter()
    for name, answers in simple_ranks(train, examples, schema):
        note = f"on {len(train):,} training rows"
        seconds = round(time.perf_counter() - started, 3)
        found.append(Baseline(name, note, distances(torch.from_numpy(answers), examples.y), seconds))
        started = time.perf_counter()
    return tuple(found)


def simple_ranks(
    train: Labelled, examples: Labelled, schema: Schema
) -> Iterator[tuple[str, Int[np.ndarray, " batch"]]]:
    """Name and answers of each simple method."""
    x, y, new = flat(train.x, schema.inputs), train.y.numpy(), flat(examples.x, schema.inputs)
    assert isinstance(schema.target, Classes)
    yield "median rank", np.full(len(new), int(np.median(y)))
    line = LinearRegression().fit(x, y).predict(new)
    yield "linear, rounded", np.clip(np.round(line), 0, len(schema.target.names) - 1).astype(np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield "linear, ranks as names", LogisticRegression(max_iter=300).fit(x, y).predict(new)
