"""How far new examples are from real ones: distances between two samples, precision and recall, modes."""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from scipy.special import stdtrit
from torch import Tensor

from etude.data.clouds import Mixture
from etude.evaluation.intervals import LEVEL, REPLICAS, proportion, resampled
from etude.evaluation.records import Score

Distance: TypeAlias = Callable[[Tensor, Tensor], float]
"""two samples (real, feature) and (fake, feature) -> an estimate without bias, 0 on average for equal distributions"""

BLOCKS = 10
"""parts of a sample whose distances tell how sure their mean is"""
NEIGHBOURS = 3
"""k of Kynkäänniemi et al. 2019, as they recommend"""
CHUNK = 500
"""rows whose distances are taken at once"""


def in_blocks(distance: Distance, real: Float[Tensor, "real feature"], fake: Float[Tensor, "fake feature"]) -> Score:
    """The mean distance of BLOCKS pairs of separate blocks, with the interval of that mean (Student's t).

    Blocks share no example, so their distances are independent and the interval is honest.
    """
    least = 2 * BLOCKS
    if len(real) < least or len(fake) < least:
        return Score(distance(real, fake))
    pairs = zip(real.tensor_split(BLOCKS), fake.tensor_split(BLOCKS), strict=True)
    values = np.array([distance(x, y) for x, y in pairs])
    mean, error = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(BLOCKS)
    reach = float(stdtrit(BLOCKS - 1, (1 + LEVEL) / 2)) * error
    return Score(mean, mean - reach, mean + reach)


def frechet_distance(real: Float[Tensor, "real feature"], fake: Float[Tensor, "fake feature"]) -> float:
    """|m - m'|^2 + tr(C + C' - 2 (C C')^1/2) of two Gaussians fitted to the samples (Heusel 2017, arXiv:1706.08500).

    The root's trace is that of (C^1/2 C' C^1/2)^1/2, which is symmetric, so nothing imaginary can come out. Biased
    upwards in small samples: report `kernel_distance` with its interval too.
    """
    x, y = real.double(), fake.double()
    first, second = covariance(x), covariance(y)
    values, vectors = torch.linalg.eigh(first)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    both = torch.linalg.eigvalsh(root @ second @ root).clamp(min=0).sqrt().sum()
    return float((x.mean(0) - y.mean(0)).square().sum() + first.trace() + second.trace() - 2 * both)


def covariance(x: Float[Tensor, "example feature"]) -> Float[Tensor, "feature feature"]:
    """Of the features, divided by n - 1."""
    centred = x - x.mean(0)
    return centred.T @ centred / (len(x) - 1)


def inside(points: Float[Tensor, "point feature"], sample: Float[Tensor, "example feature"]) -> Bool[Tensor, " point"]:
    """Whether each point lies in a ball around some example that reaches that example's k-th neighbour.

    Kynkäänniemi et al. 2019 (arXiv:1904.06991), eq. 1: fakes inside the real ones' balls are precision, real ones
    inside the fakes' are recall.
    """
    k = min(NEIGHBOURS, len(sample) - 1)
    radius = torch.cat(
        [torch.cdist(rows, sample).topk(k + 1, largest=False).values[:, k] for rows in sample.split(CHUNK)]
    )
    return torch.cat([(torch.cdist(rows, sample) <= radius).any(dim=1) for rows in points.split(CHUNK)])


def modes(points: Float[Tensor, "point 2"], mixture: Mixture) -> tuple[int, Bool[Tensor, " point"]]:
    """How many centres have their samples, and which points lie within three deviations of one.

    A centre has its samples if at least a tenth of its fair share lies there; a single stray point is no mode.
    """
    centres = torch.tensor(mixture.centres)
    distance, nearest_centre = torch.cdist(points, centres).min(dim=1)
    good = distance <= 3 * mixture.deviation
    counts = nearest_centre[good].bincount(minlength=len(centres))
    return int((counts >= 0.1 * len(points) / len(centres)).sum()), good


def neighbours(
    points: Float[Tensor, "point feature"], sample: Float[Tensor, "example feature"]
) -> tuple[Float[Tensor, " point"], Int[Tensor, " point"]]:
    """The distance to the nearest example of the sample, and which one it is."""
    found = [torch.cdist(rows, sample).min(dim=1) for rows in points.split(CHUNK)]
    return torch.cat([each.values for each in found]), torch.cat([each.indices for each in found])


def share(hits: Bool[Tensor, " example"]) -> Score:
    """How many of the examples, with the interval of drawing others like them."""
    successes, n = int(hits.sum()), len(hits)
    counts = np.array([successes, n - successes])
    return proportion(successes, n, resampled(counts, np.random.default_rng(0), replicas=REPLICAS)[:, 0] / n)
