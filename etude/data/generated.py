"""Points in the plane, drawn from a seed: the data sets of TensorFlow Playground (src/dataset.ts), and moons."""

import math
from collections.abc import Callable

import numpy as np
import polars as pl

from etude.data.raw import RawTable

POINTS = 500
SEED = 0
RADIUS = 5.0
"""half the side of the square that the points fill"""


def table(x: np.ndarray, answers: np.ndarray, target: str) -> RawTable:
    """Points (rows, 2) with their answers."""
    return RawTable(pl.DataFrame({"x1": x[:, 0], "x2": x[:, 1], target: answers}), target)


def circles() -> RawTable:
    """A disc of radius 2.5 inside a ring from 3.5 to 5."""
    chance = np.random.default_rng(SEED)
    inside = np.arange(POINTS) % 2
    radius = np.where(inside, chance.uniform(0, 0.5, POINTS), chance.uniform(0.7, 1, POINTS)) * RADIUS
    angle = chance.uniform(0, 2 * math.pi, POINTS)
    points = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return table(points, np.where(inside, "inner", "outer"), "label")


def xor() -> RawTable:
    """Four squares, 0.3 away from the axes; the class says whether the two signs are equal."""
    points = np.random.default_rng(SEED).uniform(-RADIUS, RADIUS, (POINTS, 2))
    points += np.where(points > 0, 0.3, -0.3)
    return table(points, np.where(points.prod(axis=1) >= 0, "same", "different"), "label")


def spiral() -> RawTable:
    """Two arms of 1.75 turns each."""
    half = POINTS // 2
    share = np.tile(np.arange(half) / half, 2)
    angle = 1.75 * 2 * math.pi * share + np.repeat([0.0, math.pi], half)
    points = np.stack([np.sin(angle), np.cos(angle)], axis=1) * (RADIUS * share)[:, None]
    points += np.random.default_rng(SEED).uniform(-0.1, 0.1, points.shape)
    return table(points, np.repeat(["first", "second"], half), "label")


def gaussians() -> RawTable:
    """Two clouds around (2, 2) and (-2, -2), so narrow that a line separates them."""
    sign = np.where(np.arange(POINTS) % 2, 1.0, -1.0)
    points = 2 * sign[:, None] + np.random.default_rng(SEED).normal(0, 0.5, (POINTS, 2))
    return table(points, np.where(sign > 0, "upper", "lower"), "label")


def moons() -> RawTable:
    """Two half circles that reach into one another, with a little noise."""
    half = POINTS // 2
    angle = np.linspace(0, math.pi, half)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.concatenate([upper, lower]) + np.random.default_rng(SEED).normal(0, 0.1, (POINTS, 2))
    return table(points, np.repeat(["upper", "lower"], half), "label")


def planes() -> RawTable:
    """A quantity that is a plane over the square: (x1 + x2) / 10."""
    points = np.random.default_rng(SEED).uniform(-RADIUS, RADIUS, (POINTS, 2))
    return table(points, points.sum(axis=1) / 10, "height")


GENERATED: dict[str, Callable[[], RawTable]] = {
    "circles": circles,
    "gaussians": gaussians,
    "moons": moons,
    "planes": planes,
    "spiral": spiral,
    "xor": xor,
}
