"""Clouds of points in the plane whose density is known, drawn from a seed: what generators are tried on first."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from etude.data.raw import RawTable

POINTS = 10_000
SEED = 0


@dataclass(frozen=True, slots=True)
class Mixture:
    """Round Gaussians of one width."""

    centres: tuple[tuple[float, float], ...]
    deviation: float


RING = Mixture(tuple((2 * math.cos(k * math.pi / 4), 2 * math.sin(k * math.pi / 4)) for k in range(8)), 0.02)
"""Metz et al. 2017 (arXiv:1611.02163), appendix A: radius 2, deviation 0.02"""

LATTICE = Mixture(tuple((2.0 * row, 2.0 * column) for row in range(-2, 3) for column in range(-2, 3)), 0.05)
"""Srivastava et al. 2017 (arXiv:1705.07761), section 4.1: two apart, deviation 0.05"""

MIXTURES = {"8-gaussians": RING, "25-gaussians": LATTICE}
"""the mixtures behind the names: a generator must find each of their centres"""


def eight_gaussians() -> RawTable:
    """10,000 points of eight narrow Gaussians on a circle, which a generator easily forgets some of."""
    return drawn(RING)


def twenty_five_gaussians() -> RawTable:
    """10,000 points of 25 narrow Gaussians on a lattice."""
    return drawn(LATTICE)


def drawn(mixture: Mixture) -> RawTable:
    """Equally many points of each Gaussian, and which one each is of."""
    chance = np.random.default_rng(SEED)
    mode = np.arange(POINTS) % len(mixture.centres)
    points = np.array(mixture.centres)[mode] + chance.normal(0, mixture.deviation, (POINTS, 2))
    return cloud(points, "mode", [f"m{each:02d}" for each in mode])


def swiss_roll() -> RawTable:
    """10,000 points of a noisy strip rolled up (scikit-learn's make_swiss_roll, seen from the side, over 5)."""
    chance = np.random.default_rng(SEED)
    angle = 1.5 * math.pi * (1 + 2 * chance.uniform(size=POINTS))
    points = np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=1)
    points += chance.normal(0, 0.25, points.shape)
    return cloud(points / 5, "angle", angle)


def two_spirals() -> RawTable:
    """10,000 points of two thin arms that wind around one another one and a half times."""
    chance = np.random.default_rng(SEED)
    arm = np.arange(POINTS) % 2
    angle = 3 * math.pi * np.sqrt(chance.uniform(0.02, 1, POINTS))
    points = np.stack([np.cos(angle + math.pi * arm), np.sin(angle + math.pi * arm)], axis=1) * angle[:, None] / 4
    points += chance.normal(0, 0.04, points.shape)
    return cloud(points, "arm", np.where(arm, "second", "first"))


def cloud(points: np.ndarray, target: str, answers: np.ndarray | list[str]) -> RawTable:
    """Points (rows, 2) with what is known of each."""
    return RawTable(pl.DataFrame({"x1": points[:, 0], "x2": points[:, 1], target: answers}), target)


CLOUDS: dict[str, Callable[[], RawTable]] = {
    "8-gaussians": eight_gaussians,
    "25-gaussians": twenty_five_gaussians,
    "swiss-roll": swiss_roll,
    "two-spirals": two_spirals,
}
