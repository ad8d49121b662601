"""One point's way through a network and back, every number written with the numbers that it is made of.

A line says that a quantity is a formula of others. Whoever shows lines, or lights up where their operands stand, needs
to know the few operations of formula.py and nothing of networks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from etude.playground.formula import HALF, ONE, ZERO, Formula, Quantity, leaves, made
from etude.playground.learner import PlaygroundRule

SYMBOLS = {
    "x": "x₁",
    "y": "x₂",
    "xSquared": "x₁²",
    "ySquared": "x₂²",
    "xTimesY": "x₁x₂",
    "sinX": "sin x₁",
    "sinY": "sin x₂",
}
"""of the features, under their names in the URL"""
ANSWER = "ŷ"
Kind: TypeAlias = Literal["sum", "bend", "loss", "delta", "gradient", "step"]
BENT: dict[str, Callable[[Quantity], Formula]] = {
    "identity": lambda z: z,
    "relu": lambda z: made("relu", z),
    "sigmoid": lambda z: made("sigmoid", z),
    "tanh": lambda z: made("tanh", z),
}
SLOPES: dict[str, Callable[[Quantity, Quantity], Formula]] = {
    "identity": lambda z, a: ONE,
    "relu": lambda z, a: made("positive", z),
    "sigmoid": lambda z, a: made("times", a, made("minus", ONE, a)),
    "tanh": lambda z, a: made("minus", ONE, made("square", a)),
}
"""of an activation, from its argument z and its value a"""


@dataclass(frozen=True)
class Line:
    """A quantity, and what it is."""

    kind: Kind
    result: Quantity
    formula: Formula

    @property
    def operands(self) -> tuple[Quantity, ...]:
        """The quantities of the formula, in the order in which they are written."""
        return tuple(leaves(self.formula))


@dataclass(frozen=True)
class Named:
    """A network whose quantities have names, and the rule that it learns by."""

    rule: PlaygroundRule
    features: Sequence[str]
    """what the network is told, keys of SYMBOLS"""

    @property
    def sizes(self) -> list[int]:
        """Units of each layer, the features first."""
        return [len(self.features), *(len(matrix) for matrix in self.rule.matrices)]

    def at(self, symbol: str, value: float, layer: int, unit: int, source: int | None = None) -> Quantity:
        """A quantity of a unit, or of the weight from `source` to it; numbered as far as there is a choice."""
        sizes = self.sizes
        choices = [(unit, sizes[layer]), (source, sizes[layer - 1])]
        numbers = [place + 1 for place, many in choices if place is not None and many > 1]
        if symbol == ANSWER:  # there is one
            return Quantity(value, symbol, layer=layer, unit=unit)
        lower = (", " if any(number > 9 for number in numbers) else "").join(map(str, numbers))
        return Quantity(value, symbol, lower, f"({layer})" if len(sizes) > 2 else "", layer, unit, source)

    def line(self, kind: Kind, symbol: str, formula: Formula, *place: int) -> Line:
        """What stands at a place (layer, unit, source) is this formula."""
        return Line(kind, self.at(symbol, formula.value, *place), formula)

    def biases(self, layer: int) -> list[Quantity]:
        """One for each unit."""
        values = self.rule.matrices[layer - 1][:, 0].tolist()
        return [self.at("b", value, layer, unit) for unit, value in enumerate(values)]

    def weights(self, layer: int) -> list[list[Quantity]]:
        """To each unit, from each unit of the layer before."""
        rows = self.rule.matrices[layer - 1][:, 1:].tolist()
        return [[self.at("w", w, layer, unit, source) for source, w in enumerate(row)] for unit, row in enumerate(rows)]


def trace(rule: PlaygroundRule, features: Sequence[str], x: Sequence[float], y: float) -> list[Line]:
    """An update on one point, whose features are x and whose label is y, line by line."""
    network, label = Named(rule, features), Quantity(y, "y")
    told = [Quantity(x[unit], SYMBOLS[name], layer=0, unit=unit) for unit, name in enumerate(features)]
    forward = forward_pass(network, told)
    values = [told, *(results(bends) for _, bends in forward)]
    loss = error(rule, values[-1][0], label)
    deltas = backward_pass(network, forward, label)
    gradients = [
        list(gradient(network, layer, lines, values[layer - 1])) for layer, lines in enumerate(deltas, start=1)
    ]
    return [
        *(line for sums, bends in forward for line in (*sums, *bends)),
        Line("loss", Quantity(loss.value, "E"), loss),
        *(line for lines in reversed(deltas) for line in lines),
        *(line for lines in gradients for line in lines),
        *(line for layer, lines in enumerate(gradients, start=1) for line in steps(network, layer, results(lines))),
    ]


def results(lines: list[Line]) -> list[Quantity]:
    """What the lines say something of."""
    return [line.result for line in lines]


def forward_pass(network: Named, values: list[Quantity]) -> list[tuple[list[Line], list[Line]]]:
    """z = w a + b of each unit, layer by layer, and a = bend(z)."""
    found: list[tuple[list[Line], list[Line]]] = []
    for layer, bend in enumerate(network.rule.model.bends, start=1):
        sums, bends = list[Line](), list[Line]()
        symbol = ANSWER if layer == len(network.rule.matrices) else "a"
        for unit, (row, bias) in enumerate(zip(network.weights(layer), network.biases(layer), strict=True)):
            products = [made("times", w, a) for w, a in zip(row, values, strict=True)]
            sums.append(network.line("sum", "z", made("plus", *products, bias), layer, unit))
            bends.append(network.line("bend", symbol, BENT[bend](sums[-1].result), layer, unit))
        found.append((sums, bends))
        values = results(bends)
    return found


def error(rule: PlaygroundRule, answer: Quantity, label: Quantity) -> Formula:
    """The loss of an answer."""
    if rule.loss == "half squared error":
        return made("times", HALF, made("square", made("minus", answer, label)))
    one = made("times", label, made("log", answer))
    zero = made("times", made("minus", ONE, label), made("log", made("minus", ONE, answer)))
    return made("negative", made("plus", one, zero))


def backward_pass(network: Named, forward: list[tuple[list[Line], list[Line]]], label: Quantity) -> list[list[Line]]:
    """delta = dE/dz of each unit, layer by layer from the first; found from the last on, by the chain rule."""
    rule, last = network.rule, len(forward)
    ((z, a),) = ((sums[0].result, bends[0].result) for sums, bends in forward[-1:])
    by_answer = made("minus", a, label)
    crossed = rule.loss == "binary cross-entropy"  # its slope and the sigmoid's multiply to a - y
    formula = by_answer if crossed else made("times", by_answer, SLOPES[rule.model.bends[-1]](z, a))
    found = [[network.line("delta", "δ", formula, last, 0)]]
    for layer in range(last - 1, 0, -1):
        slope, weights, lines = SLOPES[rule.model.bends[layer - 1]], network.weights(layer + 1), list[Line]()
        for unit, (s, bend) in enumerate(zip(*forward[layer - 1], strict=True)):
            pairs = zip(weights, results(found[0]), strict=True)
            by_value = made("plus", *(made("times", row[unit], delta) for row, delta in pairs))
            formula = made("times", by_value, slope(s.result, bend.result))
            lines.append(network.line("delta", "δ", formula, layer, unit))
        found.insert(0, lines)
    return found


def gradient(network: Named, layer: int, deltas: list[Line], values: list[Quantity]) -> Iterator[Line]:
    """dE/dw = delta a of each weight, and dE/db = delta of each bias."""
    for unit, delta in enumerate(results(deltas)):
        for source, a in enumerate(values):
            yield network.line("gradient", "∂E/∂w", made("times", delta, a), layer, unit, source)
        yield network.line("gradient", "∂E/∂b", delta, layer, unit)


def steps(network: Named, layer: int, slopes: list[Quantity]) -> Iterator[Line]:
    """w - rate dE/dw - pull of the penalty, and of a bias the same without a pull."""
    weights, biases, rate = network.weights(layer), network.biases(layer), Quantity(float(network.rule.rate), "η")
    for slope in slopes:
        unit, source = slope.unit or 0, slope.source
        change = made("times", rate, slope)
        if source is None:
            yield network.line("step", "b", made("minus", biases[unit], change), layer, unit)
        else:
            formula = pulled(network.rule, made("minus", weights[unit][source], change), weights[unit][source])
            yield network.line("step", "w", formula, layer, unit, source)


def pulled(rule: PlaygroundRule, moved: Formula, w: Quantity) -> Formula:
    """A weight that has moved, as the penalty leaves it; w is what it was before."""
    if rule.penalty == "none":
        return moved
    rate, strength = Quantity(float(rule.rate), "η"), Quantity(float(rule.strength), "λ")
    if rule.penalty == "L2":
        return made("minus", moved, made("times", rate, strength, w))
    alive = rule.living[(w.layer or 1) - 1][w.unit or 0, (w.source or 0) + 1]
    return made("shrink", moved, made("times", rate, strength, made("sign", w))) if alive else made("times", ZERO, w)
