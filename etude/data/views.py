"""Two views of each series: the same, moved, scaled, sheared and blurred by noise, each time otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from etude.chance import stream
from etude.data.batches import shuffled
from etude.records import Inputs, Views


@dataclass(frozen=True, slots=True)
class Changes:
    """How far a view may be from its example; 0 leaves it as it is."""

    shift: int
    """samples to either side; what leaves at one end comes back at the other"""
    scale: float
    """share by which it grows or shrinks"""
    shear: float
    """how far one end rises over the other, in deviations of the series"""
    noise: float
    """deviation of white noise, in deviations of the series"""

    def __call__(
        self, x: Float[Tensor, "batch time"], generator: torch.Generator, *, deviation: float
    ) -> Float[Tensor, "batch time"]:
        """A view of each series; `deviation` is that of all series."""
        n, time = x.shape
        by = torch.randint(-self.shift, self.shift + 1, (n, 1), generator=generator)
        moved = x.gather(1, (torch.arange(time) - by) % time)
        either = 2 * torch.rand(n, 2, 1, generator=generator) - 1  # one number for the scale, one for the shear
        slope = self.shear * deviation * either[:, 1] * torch.linspace(-0.5, 0.5, time)
        noise = self.noise * deviation * torch.randn(n, time, generator=generator)
        return moved * (1 + self.scale * either[:, 0]) + slope + noise


def two_views(
    examples: Inputs, size: int, changes: Changes, *, deviation: float, seed: int, start: int = 0
) -> Iterator[Views]:
    """Endless batches of two views of each example; batch n depends on (seed, n) alone."""
    for number, batch in enumerate(shuffled(examples, size, seed=seed, start=start), start):
        generator = stream(seed, "augmentation", number)
        first, second = (changes(batch.x, generator, deviation=deviation) for _ in range(2))
        yield Views(first, second)
