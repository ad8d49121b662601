"""Bugs in the rule that changes the weights: what it steps, how far, and what it forgets."""

import numpy as np
import torch
from torch import nn

from etude.learners.base import GradientLearner, Learner
from etude.optim import Optimizer, adam, adamw, sgd
from etude.records import Labelled
from etude.schedules import linear
from etude.types import Logs, Loss
from tests.zoo.healthy import Change, cross_entropy, network, training, with_learner


class ByHand(Learner[Labelled]):
    """a loop by hand, in which something is forgotten."""

    def __init__(self, *, clears: bool = True, steps: bool = True, noise: bool = False) -> None:
        super().__init__()
        self.model, self.clears, self.steps, self.noise = network(), clears, steps, noise

    @property
    def network(self) -> nn.Module:
        return self.model

    def update(self, batch: Labelled) -> Logs:
        if self.clears:
            self.model.zero_grad()
        x = batch.x + float(np.random.default_rng().normal()) if self.noise else batch.x
        loss = cross_entropy(self.model, Labelled(x, batch.y)).value
        loss.backward()
        if self.steps:
            with torch.no_grad():
                for each in self.model.parameters():
                    each -= 0.1 * each.grad
        return {"loss": loss.detach()}


class TwoOptimizers(Learner[Labelled]):
    """The second one steps the last layer too."""

    def __init__(self) -> None:
        super().__init__()
        self.model = network()
        self.optimizer = Optimizer(adam(self.model.parameters(), rate=3e-3))
        self.last = Optimizer(adam(self.model[4].parameters(), rate=3e-3))

    @property
    def network(self) -> nn.Module:
        return self.model

    def update(self, batch: Labelled) -> Logs:
        losses: list[Loss] = [cross_entropy(self.model, batch)]
        loss = self.optimizer.minimize(losses)
        self.last.minimize([cross_entropy(self.model, batch)])
        return {"loss": loss}


def stepped(optimizer: object) -> Change:
    """The healthy training with another optimizer."""
    return lambda: training(optimizer=optimizer)  # type: ignore[arg-type]


def of_another(model: nn.Module) -> Optimizer:
    """The network is made again after its optimizer."""
    return Optimizer(adam(network().parameters(), rate=3e-3))


def before_its_new_head() -> object:
    """A layer is replaced after the optimizer was made."""
    model = network()
    optimizer = Optimizer(adam(model.parameters(), rate=3e-3))
    model[4] = nn.Linear(16, 3)
    return with_learner(GradientLearner(model, cross_entropy, optimizer))


BUGS: dict[str, tuple[str, Change]] = {
    "gradients that are never cleared": ("E-ACCUMULATES", lambda: with_learner(ByHand(clears=False))),
    "no step": ("E-NOTHING-CHANGES", lambda: with_learner(ByHand(steps=False))),
    "chance that no seed rules": ("W-CHANCE", lambda: with_learner(ByHand(noise=True))),
    "a layer in two optimizers": ("W-PARAM-TWICE", lambda: with_learner(TwoOptimizers())),
    "the last layer only": (
        "W-PARAM-MISSING",
        stepped(lambda model: Optimizer(adam(model[4].parameters(), rate=3e-3))),
    ),
    "the optimizer of another network": ("E-PARAM-FOREIGN", stepped(of_another)),
    "a new last layer after the optimizer": ("E-PARAM-FOREIGN", before_its_new_head),  # type: ignore[dict-item]
    "a rate of 10": ("W-STEP-LARGE", stepped(lambda model: Optimizer(adam(model.parameters(), rate=10.0)))),
    "a rate of 100 by plain descent": (
        "W-RATE-HIGH",
        stepped(lambda model: Optimizer(sgd(model.parameters(), rate=100.0))),
    ),
    "a rate of 1e-10": ("W-STEP-SMALL", stepped(lambda model: Optimizer(adam(model.parameters(), rate=1e-10)))),
    "a rate that learns nothing": (
        "W-NO-OVERFIT",
        stepped(lambda model: Optimizer(sgd(model.parameters(), rate=1e-5))),
    ),
    "a schedule of 0": (
        "E-SCHEDULE",
        stepped(lambda model: Optimizer(adam(model.parameters(), rate=3e-3), schedule=lambda step: 0.0)),
    ),
    "a schedule for another length": (
        "W-SCHEDULE-ZERO",
        stepped(lambda model: Optimizer(adam(model.parameters(), rate=3e-3), schedule=linear(40))),
    ),
    "a decay that eats the weights": (
        "W-DECAY",
        stepped(lambda model: Optimizer(adamw(model.parameters(), rate=3e-3, weight_decay=30.0))),
    ),
    "a penalty that outweighs the examples": (
        "W-DECAY",
        stepped(lambda model: Optimizer(adam(model.parameters(), rate=3e-3, weight_decay=3.0))),
    ),
}
