"""95 % intervals by the bootstrap (Efron 1979, doi:10.1214/aos/1176344552) without keeping the examples.

A statistic of counts is resampled through a multinomial draw of its cells, which has the same distribution as drawing
examples with replacement. A statistic of sums is resampled through a Poisson(1) weight for every example and replica
(Chamandy et al. 2012, "Estimating uncertainty for massive data streams"), which needs each example only once.
"""

import numpy as np
from jaxtyping import Float, Int, Shaped

from etude.evaluation.records import Score, number

REPLICAS = 1000
"""resampled data sets; the ends of a 95 % interval are then known to about a tenth of its width"""

LEVEL = 0.95

CHUNK = 1 << 22
"""numbers that are resampled at once, to bound the memory"""


def resampled(
    counts: Int[np.ndarray, " cell"], generator: np.random.Generator, *, replicas: int
) -> Int[np.ndarray, "replica cell"]:
    """Counts of `replicas` data sets drawn with replacement from the examples behind `counts`."""
    drawn = np.zeros((replicas, len(counts)), dtype=np.int64)
    full = np.flatnonzero(counts)  # empty cells stay empty: most cells of a large confusion matrix are
    n = int(counts.sum())
    drawn[:, full] = generator.multinomial(n, counts[full] / n, size=replicas)
    return drawn


def replicas_at_once(cells: int) -> list[int]:
    """Sizes of the pieces in which REPLICAS replicas of so many cells are drawn."""
    size = max(1, min(REPLICAS, CHUNK // cells))
    return [min(size, REPLICAS - first) for first in range(0, REPLICAS, size)]


def ratio(
    part: Shaped[np.ndarray, "..."], whole: Shaped[np.ndarray, "..."], *, nothing: float
) -> Float[np.ndarray, "..."]:
    """part / whole, and `nothing` where the whole is 0."""
    result: np.ndarray = np.divide(part, whole, out=np.full(part.shape, nothing), where=whole > 0)
    return result


class PoissonSums:
    """Sums over the examples, for the data and for each replica."""

    def __init__(self, names: int, generator: np.random.Generator) -> None:
        self.generator = generator
        self.totals = np.zeros(names)
        self.replicas = np.zeros((names, REPLICAS))

    def update(self, values: Float[np.ndarray, "name batch"]) -> None:
        """Add a batch; the first row should be ones, so that a replica knows its size."""
        self.totals += values.sum(axis=1)
        for first in range(0, values.shape[1], CHUNK // REPLICAS):
            piece = values[:, first : first + CHUNK // REPLICAS]
            weights = self.generator.poisson(1.0, size=(piece.shape[1], REPLICAS)).astype(np.float64)
            self.replicas += piece @ weights


def percentile(value: float, replicas: Float[np.ndarray, " replica"]) -> Score:
    """The value between the 2.5th and 97.5th percentile of its replicas.

    Undefined replicas (a resampled set without the class) are left out. Replicas that all agree know nothing of the
    uncertainty, so there is no interval then.
    """
    finite = replicas[np.isfinite(replicas)]
    if not np.isfinite(value) or len(finite) == 0:
        return Score(number(value))
    low, high = np.quantile(finite, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Score(float(value)) if low == high else Score(float(value), float(low), float(high))


def recentred(value: float, replicas: Float[np.ndarray, " replica"], *, most: float) -> Score:
    """As `percentile`, with the median replica moved onto the value; the ends stay between 0 and `most`.

    For statistics whose replicas are biased: resampling adds noise, which a calibration error mistakes for error.
    """
    finite = replicas[np.isfinite(replicas)]
    if not np.isfinite(value) or len(finite) == 0:
        return Score(number(value))
    return percentile(value, np.clip(finite + (value - np.median(finite)), 0, most))


def proportion(successes: int, n: int, replicas: Float[np.ndarray, " replica"]) -> Score:
    """A share of examples; if all or none succeeded, its exact interval (Clopper and Pearson 1934), else `percentile`.

    Resampling 20 successes of 20 gives 20 of 20 for ever, and would claim certainty.
    """
    if 0 < successes < n:
        return percentile(successes / n, replicas)
    tail = (1 - LEVEL) / 2
    edge = tail ** (1 / n)  # the beta quantiles of the exact interval in these two cases
    return Score(1.0, edge, 1.0) if successes else Score(0.0, 0.0, 1 - edge)


def mean_score(values: Shaped[np.ndarray, " example"]) -> Score:
    """The mean of one number for each example, with its interval."""
    sums = PoissonSums(2, np.random.default_rng(0))
    sums.update(np.stack([np.ones(len(values)), values.astype(np.float64)]))
    return percentile(
        float(values.astype(np.float64).mean()), ratio(sums.replicas[1], sums.replicas[0], nothing=np.nan)
    )


def share(successes: int, n: int) -> Score:
    """A share of examples with its interval by resampling them; always the same, as it is drawn with seed 0."""
    replicas = np.random.default_rng(0).binomial(n, successes / n, size=REPLICAS) / n
    return proportion(successes, n, replicas)
