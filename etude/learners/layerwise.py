"""One layer of a stack learns without answers: it has to say again what the layer below says."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.learners.base import Learner
from etude.models.stacked import SigmoidStack
from etude.objectives.reconstruction import pixel_nats
from etude.objectives.restoration import masked
from etude.optim import Optimizer, adam
from etude.records import Labelled
from etude.types import Logs, Loss


class LayerRestoration(Learner[Labelled]):
    """A denoising autoencoder with tied weights, Vincent et al. 2008 (doi:10.1145/1390156.1390294), section 2.3.

    y = s(W x~ + b) from an x~ that has lost a `share` of the units of x, z = s(W' y + b'), and the loss is
    -sum of x log z + (1 - x) log(1 - z) (equation 3). x is what the layers below make of a picture; they stay as they
    are, and so do those above. Answers are not looked at.
    """

    def __init__(self, stack: SigmoidStack, depth: int, *, share: float, rate: float) -> None:
        """`depth` is the number of layers below the one that learns."""
        super().__init__()
        self.stack, self.depth, self.share = stack, depth, share
        layer = stack.layers[depth]
        assert isinstance(layer, nn.Linear)
        self.layer = [layer]  # in a list, so that its weights stand in the checkpoint once
        self.bias_below = nn.Parameter(layer.weight.new_zeros(layer.in_features))
        self.optimizer = Optimizer(adam([*layer.parameters(), self.bias_below], rate=rate))

    @property
    def network(self) -> nn.Module:
        return self.stack

    def restored(self, x: Float[Tensor, "batch below"]) -> Float[Tensor, "batch below"]:
        """The log-odds of z for numbers that have lost some units already."""
        weight, bias = self.layer[0].weight, self.layer[0].bias
        return F.linear(torch.sigmoid(F.linear(x, weight, bias)), weight.T, self.bias_below)

    def update(self, batch: Labelled) -> Logs:
        with torch.no_grad():
            x = self.stack.code(batch.x, self.depth)
        nats = pixel_nats(self.restored(masked(x, self.share)), x).mean()
        return {"nats": self.optimizer.minimize([Loss(nats, len(batch))])}
