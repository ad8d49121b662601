"""Worlds of several classes, drawn by the lesson's own chance; the label of a point is the number of its class."""

import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

from etude.playground.fdlibm import cos, sin
from etude.playground.seedrandom import SeedRandom
from etude.playground.worlds import CLASSES, RADIUS, Point, normal, shifted

World: TypeAlias = Callable[[SeedRandom, int, float, int], Iterator[Point]]
"""chance, number of points, noise from 0 to 0.5, number of classes -> the points, class by class"""
AROUND = 3.5
"""distance of the blobs from the middle"""
WIDTH = 0.7
"""of a ring, as a share of the distance to the next one"""
FEWEST_SQUARES = 4
"""of a row of the checkerboard"""


def blobs(chance: SeedRandom, n: int, noise: float, classes: int) -> Iterator[Point]:
    """A round cloud for each class, on a circle; its deviation grows from 0.4 to 1.4 with the noise."""
    for label in range(classes):
        angle = 2 * math.pi * label / classes
        for _ in range(math.ceil(n / classes)):
            x, y = (normal(chance, AROUND * of(angle), (0.4 + 2 * noise) ** 2) for of in (sin, cos))
            yield Point(x, y, float(label))


def rings(chance: SeedRandom, n: int, noise: float, classes: int) -> Iterator[Point]:
    """A disc and rings around it, equally broad; noise moves the points."""
    step = RADIUS / (classes - 1 + WIDTH)
    for label in range(classes):
        for _ in range(math.ceil(n / classes)):
            radius, angle = step * (label + chance.uniform(0.0, WIDTH)), chance.uniform(0.0, 2 * math.pi)
            yield Point(*shifted(chance, radius * sin(angle), radius * cos(angle), 2.0, noise), float(label))


def moons(chance: SeedRandom, n: int, noise: float, classes: int) -> Iterator[Point]:
    """A chain of half circles, in turn open below and above, each reaching into the next; noise moves the points."""
    radius = 2 * RADIUS / (classes + 1)
    for label in range(classes):
        side = 1.0 if label % 2 == 0 else -1.0
        for _ in range(math.ceil(n / classes)):
            angle = chance.uniform(0.0, math.pi)
            x = radius * (label + 1 + cos(angle)) - RADIUS
            yield Point(*shifted(chance, x, side * radius * (sin(angle) - 0.25), 2.0, noise), float(label))


def checkerboard(chance: SeedRandom, n: int, noise: float, classes: int) -> Iterator[Point]:
    """Squares whose classes follow each other along every row and column; noise moves the label's test."""
    squares = max(FEWEST_SQUARES, classes)
    for _ in range(n):
        x, y = chance.uniform(-RADIUS, RADIUS), chance.uniform(-RADIUS, RADIUS)
        column, row = (
            math.floor((min(max(each, -RADIUS), RADIUS * 0.999) + RADIUS) / (2 * RADIUS) * squares)
            for each in shifted(chance, x, y, 2.0, noise)
        )
        yield Point(x, y, float((column + row) % classes))


MANY: dict[str, World] = {"blobs": blobs, "rings": rings, "moons": moons, "checkerboard": checkerboard}
"""the worlds under their names in the URL"""
MOST_CLASSES = 10
"""as many as there are colours that nobody takes for one another"""


def signed(points: Iterator[Point]) -> Iterator[Point]:
    """Two classes 0 and 1 as the labels -1 and 1."""
    return (Point(x, y, 2 * label - 1) for x, y, label in points)


def class_world(name: str, chance: SeedRandom, n: int, noise: float, classes: int) -> Iterator[Point]:
    """The points of any world of classes; two classes are -1 and 1."""
    if name in CLASSES:
        return CLASSES[name](chance, n, noise)
    points = MANY[name](chance, n, noise, classes)
    return signed(points) if classes == 2 else points


def classes_of(points: tuple[Point, ...]) -> int:
    """Numbers that tell the classes of some points apart: one for 0 and 1, else one for each."""
    greatest = max(int(point.label) for point in points)
    return greatest + 1 if greatest > 1 else 1
