"""One point's way through a network and back, every number written with the numbers that it is made of.

A line says that a quantity is a formula of others. Whoever shows lines, or lights up where their operands stand, needs
to know the few operations of formula.py and nothing of networks.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeGuard

from etude.learners.base import GradientLearner
from etude.playground.formula import HALF, ONE, Formula, Quantity, made
from etude.playground.learner import PlaygroundRule
from etude.playground.named import ANSWER, SYMBOLS, Line, Named, WrittenLoss, WrittenRule, loss_of, named
from etude.playground.network import PlaneNetwork
from etude.playground.stepping import steps

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


def is_written(rule: object) -> TypeGuard[WrittenRule]:
    """Whether `trace` knows how a rule learns: one answer, a smooth loss, usual activations, nothing by chance."""
    if not isinstance(rule, GradientLearner):
        return isinstance(rule, PlaygroundRule)
    network = rule.model
    usual = isinstance(network, PlaneNetwork) and set(network.bends) <= set(BENT) and not network.dropout.probability
    return usual and loss_of(rule) is not None


def trace(rule: WrittenRule, features: Sequence[str], x: Sequence[float], y: float) -> list[Line]:
    """An update on one point, whose features are x and whose label is y, line by line."""
    network, label = named(rule, features), Quantity(y, "y")
    told = [Quantity(x[unit], SYMBOLS[name], layer=0, unit=unit) for unit, name in enumerate(features)]
    forward = forward_pass(network, told)
    values = [told, *(results(bends) for _, bends in forward)]
    loss = error(network.loss, values[-1][0], label)
    deltas = backward_pass(network, forward, label)
    gradients = [
        list(gradient(network, layer, lines, values[layer - 1])) for layer, lines in enumerate(deltas, start=1)
    ]
    return [
        *(line for sums, bends in forward for line in (*sums, *bends)),
        Line("loss", Quantity(loss.value, "E"), loss),
        *(line for lines in reversed(deltas) for line in lines),
        *(line for lines in gradients for line in lines),
        *(
            line
            for layer, lines in enumerate(gradients, start=1)
            for line in steps(rule, network, layer, results(lines))
        ),
    ]


def results(lines: list[Line]) -> list[Quantity]:
    """What the lines say something of."""
    return [line.result for line in lines]


def forward_pass(network: Named, values: list[Quantity]) -> list[tuple[list[Line], list[Line]]]:
    """z = w a + b of each unit, layer by layer, and a = bend(z)."""
    found: list[tuple[list[Line], list[Line]]] = []
    for layer, bend in enumerate(network.bends, start=1):
        sums, bends = list[Line](), list[Line]()
        symbol = ANSWER if layer == len(network.matrices) else "a"
        for unit, (row, bias) in enumerate(zip(network.weights(layer), network.biases(layer), strict=True)):
            products = [made("times", w, a) for w, a in zip(row, values, strict=True)]
            sums.append(network.line("sum", "z", made("plus", *products, bias), layer, unit))
            bends.append(network.line("bend", symbol, BENT[bend](sums[-1].result), layer, unit))
        found.append((sums, bends))
        values = results(bends)
    return found


def error(loss: WrittenLoss, answer: Quantity, label: Quantity) -> Formula:
    """The loss of an answer; of a score z the cross-entropy is ln(1 + e^z) - y z."""
    if loss == "cross-entropy of a score":
        return made("minus", made("softplus", answer), made("times", label, answer))
    if loss == "half squared error":
        return made("times", HALF, made("square", made("minus", answer, label)))
    one = made("times", label, made("log", answer))
    zero = made("times", made("minus", ONE, label), made("log", made("minus", ONE, answer)))
    return made("negative", made("plus", one, zero))


def backward_pass(network: Named, forward: list[tuple[list[Line], list[Line]]], label: Quantity) -> list[list[Line]]:
    """delta = dE/dz of each unit, layer by layer from the first; found from the last on, by the chain rule."""
    bends, last = network.bends, len(forward)
    ((z, a),) = ((sums[0].result, bends[0].result) for sums, bends in forward[-1:])
    by_answer = made("minus", made("sigmoid", a) if network.loss == "cross-entropy of a score" else a, label)
    crossed = network.loss != "half squared error"  # its slope and the sigmoid's multiply to a - y
    formula = by_answer if crossed else made("times", by_answer, SLOPES[bends[-1]](z, a))
    found = [[network.line("delta", "δ", formula, last, 0)]]
    for layer in range(last - 1, 0, -1):
        slope, weights, lines = SLOPES[bends[layer - 1]], network.weights(layer + 1), list[Line]()
        for unit, (s, bend) in enumerate(zip(*forward[layer - 1], strict=True)):
            pairs = zip(weights, results(found[0]), strict=True)
            by_value = made("plus", *(made("times", row[unit], delta) for row, delta in pairs))
            formula = made("times", by_value, slope(s.result, bend.result))
            lines.append(network.line("delta", "δ", formula, layer, unit))
        found.insert(0, lines)
    return found


def gradient(network: Named, layer: int, deltas: list[Line], values: list[Quantity]) -> Iterator[Line]:
    """dE/dw = delta a of each weight, with the slope of a penalty if it is part of E; dE/db = delta of each bias."""
    penalty, strength = network.price
    for unit, (delta, weights) in enumerate(zip(results(deltas), network.weights(layer), strict=True)):
        for source, (a, w) in enumerate(zip(values, weights, strict=True)):
            slope: Formula = made("times", delta, a)
            if penalty != "none":
                pull = w if penalty == "L2" else made("sign", w)
                slope = made("plus", slope, made("times", Quantity(strength, "λ"), pull))
            yield network.line("gradient", "∂E/∂w", slope, layer, unit, source)
        yield network.line("gradient", "∂E/∂b", delta, layer, unit)
