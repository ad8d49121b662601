"""The generator's step of a GAN without the gradients of the critic's weights, against the step that computes them.

`python -m benchmarks.gan` prints the ratios; what is saved are the products that would give dW, and nothing else.
"""

import os

import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.pairs import Pair, interleaved
from etude.chance import flush_denormals
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


def main() -> None:
    """Points and pictures, in the sizes of the recipe."""
    flush_denormals()
    torch.manual_seed(0)
    rows = {
        "points, batch 128": generator_step(
            point_generator(2, 128), point_critic(128), torch.randn(128, 2), updates=200
        ),
        "pictures 28 x 28, batch 128": generator_step(
            PictureGenerator(64, 32, channels=1, size=28),
            PictureCritic(32, channels=1, size=28),
            torch.randn(128, 64),
            updates=10,
        ),
    }
    print(f"theirs over ours, {os.cpu_count()} cores, {torch.get_num_threads()} threads, torch {torch.__version__}")
    for name, pair in rows.items():
        print(f"{name}: {pair.spread()}")


if __name__ == "__main__":
    main()
