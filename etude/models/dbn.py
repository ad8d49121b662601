"""A deep belief network read upwards: Boltzmann machines on top of each other, and a score for each class."""

from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float, Shaped
from torch import Tensor, nn

from etude.layers.units import unit_rows
from etude.models.rbm import RBM


class DeepBelief(nn.Module):
    """Hinton, Osindero and Teh 2006 (doi:10.1162/neco.2006.18.7.1527): each machine learns what the one below says."""

    def __init__(self, pixels: int, *, hidden: Sequence[int], classes: int) -> None:
        super().__init__()
        self.machines = nn.ModuleList(RBM(*shape) for shape in pairwise([pixels, *hidden]))
        self.answer = nn.Linear(hidden[-1], classes)

    def machine(self, depth: int) -> RBM:
        """The machine with `depth` others below it."""
        found = self.machines[depth]
        assert isinstance(found, RBM)
        return found

    def code(self, pictures: Shaped[Tensor, "batch channel height width"], depth: int) -> Float[Tensor, "batch unit"]:
        """The probabilities that the units above the first `depth` machines are on; the pixels at depth 0."""
        h = unit_rows(pictures)
        for number in range(depth):
            h = self.machine(number).hidden_given(h)
        return h

    def forward(self, pictures: Shaped[Tensor, "batch channel height width"]) -> Float[Tensor, "batch class"]:
        scores: Tensor = self.answer(self.code(pictures, len(self.machines)))
        return scores
