"""Numbers that can be written out: small trees of operations on quantities that have a name and a place."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from etude.playground.learner import LEAST_LOG

Sign: TypeAlias = Literal[
    "plus",
    "minus",
    "times",
    "negative",
    "square",
    "log",
    "tanh",
    "sigmoid",
    "relu",
    "positive",
    "sign",
    "shrink",
    "softplus",
    "over",
    "root",
    "power",
]


@dataclass(frozen=True)
class Formula:
    """A number that can be written out."""

    value: float


@dataclass(frozen=True)
class Quantity(Formula):
    """A number with a name, and where it stands."""

    symbol: str
    lower: str = ""
    """behind the symbol, below: the unit, and where a weight comes from, as far as there is a choice"""
    upper: str = ""
    """behind the symbol, above: the layer, if there are several"""
    layer: int | None = None
    """0 is what the network is told, 1 the first layer that computes; none for what belongs to no layer"""
    unit: int | None = None
    source: int | None = None
    """of a weight: the unit of the layer before"""


@dataclass(frozen=True)
class Operation(Formula):
    """A number made of others."""

    sign: Sign
    parts: tuple[Formula, ...]


def leaves(formula: Formula) -> Iterator[Quantity]:
    """The quantities that a formula is made of."""
    if isinstance(formula, Quantity):
        yield formula
    if isinstance(formula, Operation):
        for part in formula.parts:
            yield from leaves(part)


def log(x: float) -> float:
    """As torch takes it in a cross-entropy."""
    return max(math.log(x), LEAST_LOG) if x > 0 else LEAST_LOG


def sigmoid(z: float) -> float:
    """1 / (1 + e^-z), by that of the two forms that does not overflow."""
    return 1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))


def softplus(z: float) -> float:
    """ln(1 + e^z), by that of the two forms that does not overflow."""
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def shrunk(before: float, pull: float) -> float:
    """before - pull, but 0 where that has the other sign."""
    after = before - pull
    return after if before * after >= 0 else 0.0


OPERATIONS: dict[Sign, Callable[..., float]] = {
    "plus": lambda *terms: sum(terms[1:], terms[0]),
    "minus": lambda a, b: a - b,
    "times": lambda *factors: math.prod(factors),
    "negative": lambda a: -a,
    "square": lambda a: a * a,
    "log": log,
    "tanh": math.tanh,
    "sigmoid": sigmoid,
    "relu": lambda z: max(z, 0.0),
    "positive": lambda z: 1.0 if z > 0 else 0.0,
    "sign": lambda w: float((w > 0) - (w < 0)),
    "shrink": shrunk,
    "softplus": softplus,
    "over": lambda a, b: a / b,
    "root": math.sqrt,
    "power": lambda a, n: a**n,
}


def made(sign: Sign, *parts: Formula) -> Operation:
    """The operation on these parts."""
    return Operation(OPERATIONS[sign](*(part.value for part in parts)), sign, parts)


ZERO, HALF, ONE = Quantity(0.0, "0"), Quantity(0.5, "½"), Quantity(1.0, "1")
