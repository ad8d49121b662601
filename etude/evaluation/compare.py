"""Is one network better than another? Both answer the same examples, and their differences are judged."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
from jaxtyping import Float, Int
from scipy.stats import binomtest
from torch import Tensor

from etude.data.batches import in_order
from etude.errors import DataError
from etude.evaluation.intervals import LEVEL, REPLICAS, PoissonSums, percentile, ratio, resampled
from etude.evaluation.predictor import Predictor
from etude.evaluation.records import Score
from etude.evaluation.scores import truth
from etude.records import Labelled
from etude.schema import Classes, Quantity, Schema

SIGNIFICANT = 1 - LEVEL


@dataclass(frozen=True, slots=True)
class Contestant:
    """A network with the examples in the encoding that it reads."""

    name: str
    predictor: Predictor
    examples: Labelled


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks on the same examples."""

    names: tuple[str, str]
    n: int
    differences: dict[str, Score]
    """first minus second: accuracy, or rmse and mae in the unit of the target"""
    p: float
    """two-sided: exact McNemar test (classes), or from the bootstrap of the difference of the rmse (quantity)"""
    verdict: str
    """in words"""


class PairedClasses:
    """Which of two networks was right, example by example."""

    def __init__(self, *, seed: int) -> None:
        self.seed = seed
        self.counts = np.zeros(4, dtype=np.int64)
        """both right, only the first, only the second, none"""

    def update(
        self,
        first: Float[Tensor, "batch class"],
        second: Float[Tensor, "batch class"],
        y: Int[Tensor, " batch"],
    ) -> None:
        """Add a batch of probabilities or logits."""
        cell = 2 * (first.argmax(dim=1) != y).long() + (second.argmax(dim=1) != y).long()
        self.counts += np.bincount(cell.numpy(), minlength=4)

    def comparison(self, names: tuple[str, str]) -> Comparison:
        """The difference of accuracy and its exact test (McNemar 1947, doi:10.1007/BF02295996)."""
        _, only_first, only_second, _ = (int(each) for each in self.counts)
        n = int(self.counts.sum())
        drawn = resampled(self.counts, np.random.default_rng(self.seed), replicas=REPLICAS)
        difference = percentile((only_first - only_second) / n, (drawn[:, 1] - drawn[:, 2]) / n)
        differ = only_first + only_second
        p = float(binomtest(only_first, differ).pvalue) if differ else 1.0
        words = verdict(names, difference, p, n=n, unit="points")
        return Comparison(names, n, {"accuracy": difference}, p, words)


class PairedQuantities:
    """By how much two networks missed, example by example."""

    def __init__(self, *, seed: int) -> None:
        self.sums = PoissonSums(5, np.random.default_rng(seed))

    def update(
        self, first: Float[Tensor, " batch"], second: Float[Tensor, " batch"], y: Float[Tensor, " batch"]
    ) -> None:
        """Add a batch, all in the unit of the target."""
        errors = [(answers - y).double().numpy() for answers in (first, second)]
        squares, sizes = [error**2 for error in errors], [np.abs(error) for error in errors]
        self.sums.update(np.stack([np.ones(len(y)), *squares, *sizes]))

    def comparison(self, names: tuple[str, str]) -> Comparison:
        """The differences of rmse and mae."""
        values, replicas = differences(self.sums.totals[:, None]), differences(self.sums.replicas)
        found = {name: percentile(float(values[name][0]), replicas[name]) for name in values}
        # the added one keeps p above 0: so many replicas cannot show less (Davison and Hinkley 1997, section 4.2)
        side = min(int(np.sum(replicas["rmse"] <= 0)), int(np.sum(replicas["rmse"] >= 0)))
        p = min(1.0, 2 * (side + 1) / (REPLICAS + 1))
        n = int(self.sums.totals[0])
        return Comparison(names, n, found, p, verdict((names[1], names[0]), found["rmse"], p, n=n, unit="in rmse"))


Paired: TypeAlias = PairedClasses | PairedQuantities


def differences(sums: Float[np.ndarray, "5 replica"]) -> dict[str, Float[np.ndarray, " replica"]]:
    """Of the errors, first minus second."""
    first_square, second_square, first_size, second_size = (ratio(each, sums[0], nothing=np.nan) for each in sums[1:])
    return {"rmse": np.sqrt(first_square) - np.sqrt(second_square), "mae": first_size - second_size}


def verdict(names: tuple[str, str], gain: Score, p: float, *, n: int, unit: str) -> str:
    """Who is better and by how much, or that nobody can tell; `gain` is that of the first name over the second."""
    if p >= SIGNIFICANT or not gain.value:
        return f"{names[0]} and {names[1]} are not distinguishable (p={p:.2g}, n={n:,})"
    better, worse = names if gain.value > 0 else names[::-1]
    scale = 100.0 if unit == "points" else 1.0
    words = f"{better} is better than {worse} by {abs(gain.value) * scale:.3g} {unit}"
    if gain.low is None or gain.high is None:
        return f"{words} (p={p:.2g}, n={n:,})"
    low, high = sorted(math.copysign(scale, gain.value) * end for end in (gain.low, gain.high))
    return f"{words} (95 % interval {low:.3g} to {high:.3g}, p={p:.2g}, n={n:,})"


def compare(first: Contestant, second: Contestant, *, batch: int, seed: int = 0) -> Comparison:
    """Let both answer the same examples, in the same order, and judge the differences.

    E-COMPARE-DATA if the examples or their answers are not the same.
    """
    demand_same(first, second)
    classes = isinstance(first.predictor.schema.answer, Classes)
    paired: Paired = PairedClasses(seed=seed) if classes else PairedQuantities(seed=seed)
    for left, right in zip(in_order(first.examples, batch), in_order(second.examples, batch), strict=True):
        truths = in_unit(left, first.predictor.schema)
        paired.update(first.predictor.answers(left.x), second.predictor.answers(right.x), truths)
    return paired.comparison((first.name, second.name))


def in_unit(examples: Labelled, schema: Schema) -> Float[Tensor, " batch"] | Int[Tensor, " batch"]:
    """The true classes, or the true quantities in their unit."""
    y, target = truth(examples), schema.answer
    return y * target.deviation + target.mean if isinstance(target, Quantity) else y


def demand_same(first: Contestant, second: Contestant) -> None:
    """Refuse two networks that do not answer the same question about the same examples."""
    targets = [each.predictor.schema.answer for each in (first, second)]
    kinds = [(each.name, each.names if isinstance(each, Classes) else None) for each in targets]
    if kinds[0] != kinds[1]:
        fault = f"{first.name} and {second.name} predict '{kinds[0][0]}' and '{kinds[1][0]}', or other classes of it"
    elif len(first.examples) != len(second.examples):
        fault = f"{first.name} has {len(first.examples):,} examples, {second.name} has {len(second.examples):,}"
    else:
        truths = [in_unit(each.examples, each.predictor.schema).double() for each in (first, second)]
        # float32 targets standardised by two different means differ in their last bits
        if torch.allclose(truths[0], truths[1], rtol=1e-4, atol=1e-4 * float(truths[0].std(correction=0))):
            return
        fault = f"the answers of the examples of {first.name} and {second.name} differ"
    raise DataError(
        "E-COMPARE-DATA", f"{fault}. A comparison needs the same examples: train both with the same data and split."
    )
