"""The six worlds of TensorFlow Playground (src/dataset.ts): points in the plane with what is to be learnt there."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from etude.playground.fdlibm import cos, log, sin
from etude.playground.seedrandom import SeedRandom

SIDE = 6.0
"""the plane is shown from -6 to 6"""
RADIUS = 5.0
"""of the worlds with two classes"""
PADDING = 0.3
"""free space on both sides of the axes in xor"""
TURNS = 1.75
"""of an arm of the spiral"""
BUMPS = ((-4.0, 2.5, 1), (0.0, 2.5, -1), (4.0, 2.5, 1), (-4.0, -2.5, -1), (0.0, -2.5, 1), (4.0, -2.5, -1))
"""x, y and height of each bump of reg-gauss"""


class Point(NamedTuple):
    """A place and its answer."""

    x: float
    y: float
    label: float
    """1 or -1 for classes, else from -1 to 1"""


World: TypeAlias = Callable[[SeedRandom, int, float], Iterator[Point]]
"""chance, number of points, noise from 0 to 0.5 -> the points in the order in which the browser draws them"""


def circle(chance: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    """A disc and a ring around it; noise moves the label's test, not the point."""
    for nearest, farthest in ((0.0, RADIUS * 0.5), (RADIUS * 0.7, RADIUS)):
        for _ in range(math.ceil(n / 2)):
            radius, angle = chance.uniform(nearest, farthest), chance.uniform(0.0, 2 * math.pi)
            x, y = radius * sin(angle), radius * cos(angle)
            moved = distance(*shifted(chance, x, y, RADIUS, noise))
            yield Point(x, y, 1.0 if moved < RADIUS * 0.5 else -1.0)


def xor(chance: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    """Four squares; the class says whether the two signs are equal."""
    for _ in range(n):
        x, y = (padded(chance.uniform(-5.0, 5.0)) for _ in range(2))
        moved_x, moved_y = shifted(chance, x, y, 5.0, noise)
        yield Point(x, y, 1.0 if moved_x * moved_y >= 0 else -1.0)


def padded(coordinate: float) -> float:
    """Moved away from the axis."""
    return coordinate + (PADDING if coordinate > 0 else -PADDING)


def gauss(chance: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    """Two clouds around (2, 2) and (-2, -2), whose variance grows from 0.5 to 4 with the noise."""
    share = noise / 0.5
    variance = 0.5 * (1 - share) + 4 * share
    for center, label in ((2.0, 1.0), (-2.0, -1.0)):
        for _ in range(math.ceil(n / 2)):
            x, y = normal(chance, center, variance), normal(chance, center, variance)
            yield Point(x, y, label)


def normal(chance: SeedRandom, mean: float, variance: float) -> float:
    """By the polar method (Marsaglia and Bray 1964), of whose two numbers one is used."""
    while True:
        first, second = 2 * chance() - 1, 2 * chance() - 1
        length = first * first + second * second
        if length <= 1:
            return mean + math.sqrt(variance) * (math.sqrt(-2 * log(length) / length) * first)


def spiral(chance: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    """Two arms; noise moves the points."""
    for start, label in ((0.0, 1.0), (math.pi, -1.0)):
        for i in range(math.ceil(n / 2)):
            radius, angle = i / (n / 2) * RADIUS, TURNS * i / (n / 2) * 2 * math.pi + start
            x = radius * sin(angle) + chance.uniform(-1.0, 1.0) * noise
            yield Point(x, radius * cos(angle) + chance.uniform(-1.0, 1.0) * noise, label)


def plane(chance: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    """A height that is a tenth of x + y."""
    for _ in range(n):
        x, y = chance.uniform(-SIDE, SIDE), chance.uniform(-SIDE, SIDE)
        moved_x, moved_y = shifted(chance, x, y, SIDE, noise)
        share = (moved_x + moved_y + 10) / 20
        yield Point(x, y, share - (1 - share))


def bumps(chance: SeedRandom, n: int, noise: float) -> Iterator[Point]:
    """Six cones that fall from 1 or -1 to 0 within 2; the higher one counts."""
    for _ in range(n):
        x, y = chance.uniform(-SIDE, SIDE), chance.uniform(-SIDE, SIDE)
        yield Point(x, y, height(*shifted(chance, x, y, SIDE, noise)))


def height(x: float, y: float) -> float:
    """Of the landscape of reg-gauss; of two equally high bumps the first."""
    heights = [sign * max(0.0, 1 - distance(x - cx, y - cy) / 2) for cx, cy, sign in BUMPS]
    return max(heights, key=abs)


def distance(x: float, y: float) -> float:
    """From the origin."""
    return math.sqrt(x * x + y * y)


def shifted(chance: SeedRandom, x: float, y: float, most: float, noise: float) -> tuple[float, float]:
    """Where the label is read: at most `most` times the noise away in each direction."""
    return x + chance.uniform(-most, most) * noise, y + chance.uniform(-most, most) * noise


CLASSES: dict[str, World] = {"circle": circle, "xor": xor, "gauss": gauss, "spiral": spiral}
"""worlds of two classes, under the names in the URL"""
HEIGHTS: dict[str, World] = {"reg-plane": plane, "reg-gauss": bumps}
"""worlds of a quantity"""


def shuffled(points: list[Point], chance: SeedRandom) -> list[Point]:
    """In the order of Fisher and Yates."""
    mixed = list(points)
    for last in range(len(mixed) - 1, -1, -1):
        other = math.floor(chance() * (last + 1))
        mixed[last], mixed[other] = mixed[other], mixed[last]
    return mixed
