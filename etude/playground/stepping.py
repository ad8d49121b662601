"""The step of an update, written out: plain descent, and optimizers that remember something of each weight."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from etude.learners.base import GradientLearner
from etude.playground.formula import ONE, ZERO, Formula, Quantity, made
from etude.playground.learner import PlaygroundRule
from etude.playground.named import Line, Named, WrittenRule
from etude.playground.network import PlaneNetwork
from etude.records import Labelled


def steps(rule: WrittenRule, network: Named, layer: int, slopes: Sequence[Quantity]) -> Iterator[Line]:
    """How each weight and bias of a layer goes against its slope."""
    if isinstance(rule, PlaygroundRule):
        return plain_steps(rule, network, layer, slopes)
    return (line for slope in slopes for line in remembered(rule, network, layer, slope))


def plain_steps(rule: PlaygroundRule, network: Named, layer: int, slopes: Sequence[Quantity]) -> Iterator[Line]:
    """w - rate dE/dw - pull of the penalty, and of a bias the same without a pull."""
    weights, biases, rate = network.weights(layer), network.biases(layer), Quantity(float(rule.rate), "η")
    for slope in slopes:
        unit, source = slope.unit or 0, slope.source
        change = made("times", rate, slope)
        if source is None:
            yield network.line("step", "b", made("minus", biases[unit], change), layer, unit)
        else:
            formula = pulled(rule, made("minus", weights[unit][source], change), weights[unit][source])
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


@dataclass(frozen=True)
class Kept:
    """A weight or a bias, and what a torch optimizer knows of it."""

    network: Named
    w: Quantity
    slope: Formula
    """with a decay that is an L2 penalty"""
    before: Formula
    """w, once a decay of its own has shrunk it"""
    rate: Quantity
    group: Mapping[str, Any]
    state: Mapping[str, float]

    def old(self, symbol: str, name: str) -> Quantity:
        """What is remembered, 0 at first."""
        return self.at(symbol, self.state.get(name, 0.0))

    def at(self, symbol: str, value: float) -> Quantity:
        """A quantity that belongs to this weight; of a bias it is called otherwise, as its place may be the same."""
        name = symbol if self.w.source is not None or symbol == self.w.symbol else f"{symbol}ᵇ"
        return self.network.at(name, value, self.w.layer or 0, self.w.unit or 0, self.w.source)

    def line(self, symbol: str, formula: Formula) -> Line:
        """What becomes of it."""
        return Line("step", self.at(symbol, formula.value), formula)

    def moved(self, step: Formula) -> Line:
        """w - rate step"""
        return self.line(self.w.symbol, made("minus", self.before, made("times", self.rate, step)))

    def scaled(self, above: Formula, square: Formula) -> Formula:
        """above / (root of square + epsilon)"""
        return made("over", above, made("plus", made("root", square), Quantity(self.group["eps"], "ε")))


def remembered(rule: GradientLearner[Labelled], network: Named, layer: int, slope: Quantity) -> Iterator[Line]:
    """What the rule's optimizer keeps of one weight or bias, and how this goes with it."""
    kept = kept_of(rule, network, layer, slope)
    return WAYS[type(rule.optimizer.torch)](kept)


def kept_of(rule: GradientLearner[Labelled], network: Named, layer: int, slope: Quantity) -> Kept:
    """Out of the memory of the optimizer, as it stands before the update."""
    assert isinstance(rule.model, PlaneNetwork)
    optimizer, linear, unit, source = rule.optimizer, rule.model.linears[layer - 1], slope.unit or 0, slope.source
    tensor, place = (linear.bias, (unit,)) if source is None else (linear.weight, (unit, source))
    number = next(
        k for k, group in enumerate(optimizer.torch.param_groups) if any(tensor is each for each in group["params"])
    )
    group = optimizer.torch.param_groups[number]
    rate = Quantity(optimizer.base_rates[number] * optimizer.schedule(optimizer.step), "η")
    w = network.biases(layer)[unit] if source is None else network.weights(layer)[unit][source]
    told = optimizer.torch.state.get(tensor, {})
    state = {
        name: float(each if each.ndim == 0 else each[place]) for name, each in told.items() if isinstance(each, Tensor)
    }
    decay = Quantity(group["weight_decay"], "λ", "decay")
    if not decay.value:
        return Kept(network, w, slope, w, rate, group, state)
    if isinstance(optimizer.torch, torch.optim.AdamW):
        return Kept(network, w, slope, made("minus", w, made("times", rate, decay, w)), rate, group, state)
    return Kept(network, w, made("plus", slope, made("times", decay, w)), w, rate, group, state)


def running(kept: Kept, symbol: str, name: str, *, share: Quantity, new: Formula) -> Line:
    """share old + (1 - share) new"""
    both = made("times", share, kept.old(symbol, name)), made("times", made("minus", ONE, share), new)
    return kept.line(symbol, made("plus", *both))


def by_momentum(kept: Kept) -> Iterator[Line]:
    """m = mu m + slope, w - rate m; who looks ahead goes by slope + mu m. Without a memory w - rate slope."""
    momentum = Quantity(kept.group["momentum"], "μ")
    if not momentum.value:
        yield kept.moved(kept.slope)
        return
    m = kept.line("m", made("plus", made("times", momentum, kept.old("m", "momentum_buffer")), kept.slope))
    yield m
    ahead = made("plus", kept.slope, made("times", momentum, m.result))
    yield kept.moved(ahead if kept.group["nesterov"] else m.result)


def by_adagrad(kept: Kept) -> Iterator[Line]:
    """s = s + slope squared, w - rate slope / (root of s + epsilon)"""
    s = kept.line("s", made("plus", kept.old("s", "sum"), made("square", kept.slope)))
    yield s
    yield kept.moved(kept.scaled(kept.slope, s.result))


def by_rmsprop(kept: Kept) -> Iterator[Line]:
    """v = beta v + (1 - beta) slope squared, w - rate slope / (root of v + epsilon)"""
    share = Quantity(kept.group["alpha"], "β")
    v = running(kept, "v", "square_avg", share=share, new=made("square", kept.slope))
    yield v
    yield kept.moved(kept.scaled(kept.slope, v.result))


def by_adam(kept: Kept) -> Iterator[Line]:
    """m and v, both corrected for their start at 0; w - rate m / (root of v + epsilon).

    Kingma and Ba 2015 (arXiv:1412.6980), algorithm 1; Loshchilov and Hutter 2019 (arXiv:1711.05101), algorithm 2.
    """
    time = Quantity(kept.state.get("step", 0.0) + 1, "t")
    shares = [Quantity(beta, "β", str(number)) for number, beta in enumerate(kept.group["betas"], start=1)]
    m = running(kept, "m", "exp_avg", share=shares[0], new=kept.slope)
    v = running(kept, "v", "exp_avg_sq", share=shares[1], new=made("square", kept.slope))
    yield from (m, v)
    ripe = [
        made("over", each.result, made("minus", ONE, made("power", share, time)))
        for each, share in zip((m, v), shares, strict=True)
    ]
    yield kept.moved(kept.scaled(*ripe))


WAYS: dict[type[torch.optim.Optimizer], Callable[[Kept], Iterator[Line]]] = {
    torch.optim.SGD: by_momentum,
    torch.optim.Adagrad: by_adagrad,
    torch.optim.RMSprop: by_rmsprop,
    torch.optim.Adam: by_adam,
    torch.optim.AdamW: by_adam,
}
"""the optimizers of the playground"""
