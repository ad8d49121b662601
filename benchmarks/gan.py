"""The generator's step of a GAN without the gradients of the critic's weights, against the step that computes them.

What is saved are the products that would give dW, and nothing else.
"""

from collections.abc import Iterator

import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.pairs import Pair, Row, interleaved
from etude.learners.adversarial import adversarial_adam, frozen
from etude.models.gan import PictureCritic, PictureGenerator, point_critic, point_generator
from etude.types import Loss

PAIRS = 15


def generator_step(generator: nn.Module, critic: nn.Module, z: torch.Tensor, *, updates: int) -> Pair:
    """`updates` steps of the generator alone, both ways."""
    optimizer = adversarial_adam(generator.parameters(), rate=1e-9, memory=(0.0, 0.999))

    def loss() -> Loss:
        return Loss(F.softplus(-critic(generator(z))).mean())

    def ours() -> None:
        for _ in range(updates):
            with frozen(critic):
                optimizer.minimize([loss()])

    def theirs() -> None:
        for _ in range(updates):
            optimizer.minimize([loss()])
            critic.zero_grad()

    return interleaved(ours, theirs, pairs=PAIRS)


def rows() -> Iterator[Row]:
    """Points and pictures, in the sizes of the recipe."""
    torch.manual_seed(0)
    sizes = {
        "points": (point_generator(2, 128), point_critic(128), torch.randn(128, 2), 200),
        "pictures of 28 x 28": (
            PictureGenerator(64, 32, channels=1, size=28),
            PictureCritic(32, channels=1, size=28),
            torch.randn(128, 64),
            10,
        ),
    }
    for name, (generator, critic, z, updates) in sizes.items():
        pair = generator_step(generator, critic, z, updates=updates)
        yield Row(f"a GAN's generator step without the critic's weight gradients, {name}", "above 1", pair.spread())
