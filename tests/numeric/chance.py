"""Tests of samplers that are wrong once in a million runs, and see an error of 0.02 ninety-nine times of a hundred.

Dvoretzky, Kiefer and Wolfowitz 1956 with the constant of Massart 1990: n draws are further than t from their
distribution function with probability below 2 exp(-2 n t^2). The n = 18,136 that follows from t = 0.02 alone sees such
an error in half of the cases; so many more are drawn that a sampler that is wrong by D stays further than t from what
it should be, by Hoeffding's inequality at the place where it is wrong.
"""

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import scipy.stats
import torch
from torch import Tensor

ALPHA = 1e-6
"""how often a right sampler fails"""
BETA = 0.01
"""how often a wrong one passes"""
D = 0.02
"""of the distribution function, or of the mass that stands at a wrong value: what is to be seen"""
N = math.ceil(((math.sqrt(math.log(2 / ALPHA) / 2) + math.sqrt(math.log(1 / BETA) / 2)) / D) ** 2)
"""draws of a continuous sampler: 44,326"""
LEAST = 10
"""expected draws of each value, for the chi-square distribution to hold"""


class Continuous(Protocol):
    """A distribution of scipy."""

    def cdf(self, x: np.ndarray) -> np.ndarray: ...


def reach(n: int) -> float:
    """How far so many draws may be from their distribution function."""
    return math.sqrt(math.log(2 / ALPHA) / (2 * n))


def distance(sample: np.ndarray, truth: Continuous) -> float:
    """The greatest distance of the empirical distribution function from the true one."""
    expected, n = truth.cdf(np.sort(sample)), len(sample)
    steps = np.arange(n + 1) / n
    return float(max((steps[1:] - expected).max(), (expected - steps[:-1]).max()))


def passes(sample: Tensor | np.ndarray, truth: Continuous | Sequence[float]) -> bool:
    """Whether the draws are as they should be: numbers by a distribution, or whole numbers by their chances."""
    numbers = plain(sample)
    if not isinstance(truth, Sequence):
        return distance(numbers, truth) <= reach(len(numbers))
    chances = np.array(truth, dtype=np.float64)
    counts = np.bincount(numbers.astype(int), minlength=len(chances))
    if len(counts) > len(chances) or counts[chances == 0].any():
        return False
    possible = chances > 0
    assert (len(numbers) * chances[possible]).min() >= LEAST, "too few draws for chi-square"
    return bool(scipy.stats.chisquare(counts[possible], len(numbers) * chances[possible]).pvalue > ALPHA)


def power(n: int, truth: Continuous | Sequence[float]) -> float:
    """How likely an error of D is to be seen in n draws: for whole numbers, D of the mass at the wrong value."""
    if not isinstance(truth, Sequence):
        return 1 - math.exp(-2 * n * max(0.0, D - reach(n)) ** 2)
    chances = np.array([each for each in truth if each > 0])
    moved = n * D**2 * (1 / chances.max() + 1 / chances.min())
    threshold = scipy.stats.chi2.isf(ALPHA, len(chances) - 1)
    return float(scipy.stats.ncx2.sf(threshold, len(chances) - 1, moved))


def spoilt(sample: Tensor | np.ndarray, truth: Any) -> np.ndarray:
    """The same draws with that error planted: some at the least number, or at the least likely value."""
    numbers = plain(sample)
    chance = np.random.default_rng(20_261_129)  # a stream that no draw can have used
    if not isinstance(truth, Sequence):
        low = np.quantile(numbers, 0.001)
        numbers[chance.random(len(numbers)) < D / (1 - 0.001)] = low
        return numbers
    likeliest, rarest = int(np.argmax(truth)), int(np.argmin([each if each > 0 else 2 for each in truth]))
    if likeliest == rarest:  # all alike
        rarest = next(k for k, each in enumerate(truth) if each > 0 and k != likeliest)
    numbers[(numbers == likeliest) & (chance.random(len(numbers)) < D / truth[likeliest])] = rarest
    return numbers


def plain(sample: Tensor | np.ndarray) -> np.ndarray:
    """A row of numbers of their own."""
    numbers = sample.detach().numpy() if isinstance(sample, Tensor) else sample
    return numbers.astype(np.float64).ravel().copy()


def stream(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
