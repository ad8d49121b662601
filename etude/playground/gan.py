"""A GAN on the plane: a generator that makes points, and as its critic the network of the playground."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeAlias

import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.chance import stream
from etude.evaluation.discrepancy import energy_distance
from etude.learners.adversarial import adversarial_adam, critic_loss, frozen, generator_loss
from etude.learners.base import Learner
from etude.optim import METHODS, Optimizer
from etude.playground.network import PlaneNetwork
from etude.playground.order import carried
from etude.records import Labelled
from etude.types import Logs

GENERATE = "generate"
"""the problem"""
Player: TypeAlias = Literal["critic", "generator"]
USUAL: dict[str, Any] = {
    "shape": (8, 8),
    "activation": "elu",
    "rate": 0.003,
    "batch": 50,
    "optimizer": "adam",
    "start": "he",
}
"""fields of a lesson that begin otherwise than those of a lesson with answers

In 4 seeds of each of 5 worlds the greatest energy distance after 500 updates is 0.33; with leaky ReLU it is 2.1.
"""
LATENT = 2
"""random numbers that a point is made from"""
SHOWN = 250
"""points that are shown, and judged"""
PUSHED = 60
"""of them have an arrow"""
COMPARED = 500
"""points of the world, at most, that they are held against"""
SLOPED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "xSquared": lambda x, y: x * x,
    "ySquared": lambda x, y: y * y,
    "xTimesY": lambda x, y: x * y,
    "sinX": lambda x, y: x.sin(),
    "sinY": lambda x, y: y.sin(),
}
"""FEATURES as functions that gradients pass through"""


class Told(nn.Module):
    """The features of places."""

    def __init__(self, features: Sequence[str]) -> None:
        super().__init__()
        self.features = tuple(features)

    def forward(self, places: Float[Tensor, "place 2"]) -> Float[Tensor, "place feature"]:
        """One column for each."""
        x, y = places.unbind(1)
        return torch.stack([SLOPED[name](x, y) for name in self.features], dim=1)


class PlaneGAN(Learner[Labelled]):
    """Goodfellow et al. 2014 (arXiv:1406.2661), algorithm 1 with k = 1, whose two steps can also be taken alone.

    The k-th step of each network has noise of its own, which follows from the seed and k. So a step of the critic
    and then one of the generator are an update, bit for bit.
    """

    def __init__(
        self,
        generator: PlaneNetwork,
        critic: PlaneNetwork,
        features: Sequence[str],
        *,
        optimizer: str,
        rate: float,
        seed: int,
    ) -> None:
        """`optimizer` is a key of METHODS; both networks learn by one of their own."""
        super().__init__()
        self.generator, self.critic = generator, nn.Sequential(Told(features), critic)
        self.generator_optimizer = descent(optimizer, generator, rate)
        self.critic_optimizer = descent(optimizer, critic, rate)
        self.seed = seed

    @property
    def network(self) -> nn.Module:
        return self.generator

    @property
    def plane(self) -> PlaneNetwork:
        """The critic behind its features: the network that is drawn."""
        _, drawn = self.critic
        assert isinstance(drawn, PlaneNetwork)
        return drawn

    def update(self, batch: Labelled) -> Logs:
        critic = self.step_critic(batch)
        return {"critic_loss": critic, "generator_loss": self.step_generator(len(batch))}

    def step_critic(self, batch: Labelled) -> Float[Tensor, ""]:
        """Tell real points from as many made ones a little better; the loss before."""
        with torch.no_grad():
            fake = self.generator(self.noise(len(batch), self.critic_optimizer.step))
        return self.critic_optimizer.minimize([critic_loss(self.critic, batch.x, fake)])

    def step_generator(self, n: int) -> Float[Tensor, ""]:
        """Move `n` made points to where the critic takes them for real ones; the loss before."""
        fake = self.generator(self.noise(n, self.generator_optimizer.step))
        with frozen(self.critic):
            return self.generator_optimizer.minimize([generator_loss(self.critic, fake)])

    def noise(self, n: int, number: int, use: str = "noise") -> Float[Tensor, "point latent"]:
        """z ~ N(0, 1) of a step."""
        return torch.randn(n, LATENT, generator=stream(self.seed, use, number), dtype=torch.float64)

    @torch.no_grad()
    def made(self) -> Float[Tensor, "point 2"]:
        """The points that are shown: always from the same z."""
        points: Tensor = self.generator(self.noise(SHOWN, 0, "shown"))
        return points

    def pushes(self, places: Float[Tensor, "place 2"]) -> Float[Tensor, "place 2"]:
        """-d/dx of -log D(x): where the generator's loss wants each point to go."""
        with frozen(self.critic):
            places = places.detach().requires_grad_()
            (slope,) = torch.autograd.grad(generator_loss(self.critic, places).value * len(places), places)
        return -slope


def descent(optimizer: str, network: nn.Module, rate: float) -> Optimizer:
    """Of one of the two networks; Adam keeps nothing of the gradients before, since the landscape moves."""
    if optimizer == "adam":
        return adversarial_adam(network.parameters(), rate=rate, memory=(0.0, 0.999))
    return Optimizer(METHODS[optimizer](network.parameters(), rate=rate, weight_decay=0.0))


def batches_for(learner: PlaneGAN, train: Labelled, size: int) -> Iterator[Labelled]:
    """The points of the critic's next step, again and again, however many it has made alone."""
    rest, number = carried(train, size, start=0), 0
    while True:
        if learner.critic_optimizer.step != number:
            number = learner.critic_optimizer.step
            rest = carried(train, size, start=number)
        number += 1
        yield next(rest)


def judge_of_gan(learner: PlaneGAN, train: Labelled) -> Callable[[], dict[str, float]]:
    """Both losses, on all points that are learnt from and on the points that are shown."""

    def judge() -> dict[str, float]:
        with torch.no_grad():
            made = learner.made()
            told_apart, fooled = critic_loss(learner.critic, train.x, made), generator_loss(learner.critic, made)
        return {"critic_loss": float(told_apart.value), "generator_loss": float(fooled.value)}

    return judge


def distance(real: Float[Tensor, "real 2"], other: Float[Tensor, "other 2"]) -> float:
    """The energy distance between two sets of points; NaN where one has fewer than two."""
    few = min(len(real), len(other)) < 2
    return math.nan if few else energy_distance(real[:COMPARED], other[:COMPARED])
