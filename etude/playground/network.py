"""The network of the playground: features of a place in the plane, a few layers of a few units, one answer."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.activations import activation
from etude.layers.dropout import Dropout
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
BENDS = {"relu": "relu", "tanh": "tanh", "sigmoid": "sigmoid", "linear": "identity"} | {
    name: name for name in ("leaky-relu", "elu", "selu", "gelu", "silu", "softplus", "sine")
}
"""the activations under the names in the URL; TensorFlow Playground has the first four"""
BIAS = 0.1
"""of every unit at the start"""


class PlaneNetwork(nn.Module):
    """TensorFlow Playground's network (src/nn.ts), in float64 like the browser's.

    All hidden units bend alike. In training each of them is silent with the probability of the dropout.
    """

    def __init__(
        self, inputs: int, shape: Sequence[int], *, bend: str, answer: str, outputs: int = 1, dropout: float = 0.0
    ) -> None:
        """`shape` holds the units of each hidden layer, `bend` is a key of BENDS; `answer` bends the last layer."""
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Linear(few, many, dtype=torch.float64) for few, many in pairwise([inputs, *shape, outputs])
        )
        self.bends = [BENDS[bend]] * len(shape) + [answer]
        """the activation of each layer"""
        self.bent = nn.ModuleList(activation(name) for name in self.bends)
        self.chance = torch.Generator()
        """of the dropout"""
        self.dropout = Dropout(dropout, generator=self.chance)

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

    def forward(self, x: Float[Tensor, "batch feature"]) -> Float[Tensor, " batch"] | Float[Tensor, "batch class"]:
        """One answer for each place, or one for each class."""
        answers = self.units(x)[-1]
        return answers[:, 0] if answers.shape[1] == 1 else answers

    def units(self, x: Float[Tensor, "batch feature"]) -> list[Float[Tensor, "batch unit"]]:
        """What every unit says, layer by layer, computed in the precision of x; the answer is the last layer."""
        found: list[Tensor] = []
        for layer, bend in zip(self.linears, self.bent, strict=True):
            if found:
                x = self.dropout(x)
            x = bend(F.linear(x, layer.weight.to(x.dtype), layer.bias.to(x.dtype)))
            found.append(x)
        return found

    def over(self, x: Float[Tensor, "feature place"]) -> list[Float[Tensor, "unit place"]]:
        """The same in columns and without dropout: twice as fast for many places."""
        found: list[Tensor] = []
        for layer, bend in zip(self.linears, self.bent, strict=True):
            x = bend(torch.addmm(layer.bias.to(x.dtype)[:, None], layer.weight.to(x.dtype), x))
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
