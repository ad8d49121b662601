"""The network of the playground: features of a place in the plane, a few layers of a few units, one answer."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.activations import activation
from etude.playground.fdlibm import sin
from etude.playground.seedrandom import SeedRandom

FEATURES: dict[str, Callable[[float, float], float]] = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "xSquared": lambda x, y: x * x,
    "ySquared": lambda x, y: y * y,
    "xTimesY": lambda x, y: x * y,
    "sinX": lambda x, y: sin(x),
    "sinY": lambda x, y: sin(y),
}
"""what a network may be told of a place, under the names in the URL and in the order of the page"""
BENDS = {"relu": "relu", "tanh": "tanh", "sigmoid": "sigmoid", "linear": "identity"}
"""the activations under the names in the URL"""
BIAS = 0.1
"""of every unit at the start"""


class PlaneNetwork(nn.Module):
    """TensorFlow Playground's network (src/nn.ts), in float64 like the browser's.

    All hidden units bend alike. The answer is bent by tanh where two classes, 1 and -1, are told apart, by sigmoid
    where they are 1 and 0, and by nothing where it is a quantity.
    """

    def __init__(self, inputs: int, shape: Sequence[int], *, bend: str, answer: str) -> None:
        """`shape` holds the units of each hidden layer, `bend` is a key of BENDS, `answer` one of its values."""
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Linear(few, many, dtype=torch.float64) for few, many in pairwise([inputs, *shape, 1])
        )
        self.bends = [BENDS[bend]] * len(shape) + [answer]
        """the activation of each layer"""

    @property
    def linears(self) -> list[nn.Linear]:
        """The layers from the input to the answer."""
        return [layer for layer in self.layers if isinstance(layer, nn.Linear)]

    @torch.no_grad()
    def start(self, chance: SeedRandom, *, zero: bool = False) -> None:
        """Weights from -0.5 to 0.5 in the browser's order, biases of 0.1; all 0 if `zero`."""
        for layer in self.linears:
            for unit in layer.weight:
                unit.copy_(torch.tensor([0.0 if zero else chance() - 0.5 for _ in unit], dtype=torch.float64))
            layer.bias.fill_(0.0 if zero else BIAS)

    def forward(self, x: Float[Tensor, "batch feature"]) -> Float[Tensor, " batch"]:
        """One answer for each place."""
        return self.units(x)[-1][:, 0]

    def units(self, x: Float[Tensor, "batch feature"]) -> list[Float[Tensor, "batch unit"]]:
        """What every unit says, layer by layer, computed in the precision of x; the answer is the last layer."""
        found: list[Tensor] = []
        for layer, bend in zip(self.linears, self.bends, strict=True):
            x = activation(bend)(F.linear(x, layer.weight.to(x.dtype), layer.bias.to(x.dtype)))
            found.append(x)
        return found


def told(points: Iterable[tuple[float, float]], features: Sequence[str]) -> Float[Tensor, "place feature"]:
    """The features of each place."""
    rows = [[FEATURES[name](x, y) for name in features] for x, y in points]
    return torch.tensor(rows, dtype=torch.float64).reshape(-1, len(features))


def plane(side: float, n: int) -> list[tuple[float, float]]:
    """n times n places from -side to side, row by row from the top, as pictures are drawn."""
    ruler = [side * (2 * i / (n - 1) - 1) for i in range(n)]
    return [(x, y) for y in reversed(ruler) for x in ruler]
