"""The last layer: one logit for each class, or one number."""

from jaxtyping import Float
from torch import Tensor, nn

from etude.schema import Classes, Target


class Scalar(nn.Module):
    """The one number of a row, without an axis of length 1 that would broadcast against the targets."""

    def forward(self, x: Float[Tensor, "batch 1"]) -> Float[Tensor, " batch"]:
        return x.squeeze(1)


def answer_layer(width: int, target: Target) -> nn.Module:
    """Logits (batch, class) for classes, (batch,) for a quantity, from features (batch, width)."""
    if isinstance(target, Classes):
        return nn.Linear(width, len(target.names))
    return nn.Sequential(nn.Linear(width, 1), Scalar())
